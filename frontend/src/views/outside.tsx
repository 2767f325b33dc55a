// The part of the drawing around the pod: wires, interfaces, the host, published ports.
import { memo } from "react";
import { type Box, cut, type Picture, type PlugBox, type PortBox, type Wire } from "../state/picture";
import { type Published, reach, type Scene } from "../state/scene";
import { useHue } from "../ui/hue";
import { Frame, Quiet, Thing } from "./drawn";

export const Way = memo(function Way({ wire }: { readonly wire: Wire }) {
  const hue = useHue();
  const look = `way way-${wire.kind} arrives ${wire.member === null ? "" : hue(wire.member)}`;
  return (
    <Quiet look={look} keys={wire.lit} title={wire.title}>
      <path className="touch" d={wire.path} />
      <path className="line" d={wire.path} />
    </Quiet>
  );
});

/** What is written on a wire: on top of all wires, so that none strikes it out. */
export const Pill = memo(function Pill({ wire }: { readonly wire: Wire }) {
  const hue = useHue();
  const { label } = wire;
  if (!label) return null;
  return (
    <Thing name={wire.title} look={`way arrives ${wire.member === null ? "" : hue(wire.member)}`} lights={wire.lit}>
      <rect className="pill" x={label.x} y={label.y} width={label.w} height={22} rx={11} />
      <text className="m" x={label.x + label.w / 2} y={label.y + 15} textAnchor="middle">
        {label.text}
      </text>
    </Thing>
  );
});

export function Plug({ plug }: { readonly plug: PlugBox }) {
  return (
    <Thing name={`Interface ${plug.name}: ${plug.text}`} look="plug" lights={[`interface:${plug.name}`]}>
      <Frame box={plug} />
      <text className="strong" x={plug.x + 11} y={plug.y + 22}>
        {plug.name}
      </text>
      <text className="m" x={plug.x + 11} y={plug.y + 40}>
        {plug.text}
      </text>
    </Thing>
  );
}

export function Host({ scene, box }: { readonly scene: Scene; readonly box: Box }) {
  const { end, bridge } = scene.host ?? { end: "", bridge: "" };
  return (
    <Thing
      name={`The host: ${end}, the other end of eth0, in bridge ${bridge || "none"}`}
      look="host"
      lights={["interface:eth0"]}
    >
      <Frame box={box} />
      <text className="strong" x={box.x + 11} y={box.y + 23}>
        host
      </text>
      <text className="m" x={box.x + 11} y={box.y + 43}>
        {cut(end, box.w - 18)}
      </text>
      <text className="m" x={box.x + 11} y={box.y + 61}>
        {cut(bridge && `bridge ${bridge}`, box.w - 18)}
      </text>
    </Thing>
  );
}

export function Port({ box }: { readonly box: PortBox }) {
  const hue = useHue();
  const { port } = box;
  return (
    <Thing
      name={`Port ${port.hostPort} of the host leads to ${port.port} of the pod, ${reach(port)}`}
      look={`port-box arrives ${port.to === null ? "is-dashed" : hue(port.to)}`}
      lights={[`port:${port.port}`]}
    >
      <Frame box={box} />
      <text className="strong" x={box.x + 11} y={box.y + 20}>
        :{port.hostPort}
      </text>
      <text className="m" x={box.x + 11} y={box.y + 38}>
        {under(port)}
      </text>
    </Thing>
  );
}

function under(port: Published): string {
  if (port.inside) return "lo only";
  return port.count > 0 ? `${port.count} open` : `to ${port.port}`;
}

export function Browser({ picture, scene }: { readonly picture: Picture; readonly scene: Scene }) {
  const at = picture.browser;
  if (!at) return null;
  const isHere = scene.published.every((port) => port.hostIp.startsWith("127."));
  const more = picture.morePorts > 0 ? `and ${picture.morePorts} more ports` : "";
  const words = scene.published.length === 0 ? "this machine" : "your browser";
  return (
    <>
      <text className="who-asks" x={at.x} y={at.y} textAnchor={at.anchor}>
        {words}
      </text>
      {at.anchor === "middle" && (
        <text className="m" x={at.x} y={at.y + 17} textAnchor={at.anchor}>
          {more || (scene.published.length === 0 ? "at the pod's address" : isHere ? "on this machine" : "")}
        </text>
      )}
    </>
  );
}
