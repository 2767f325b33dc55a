// The drawing itself: boxes and wires at the places that state/picture gave them.
import { memo } from "react";
import { endpoint } from "../state/network";
import { type Box, cut, EAR, LINE, type MemberBox, MONO, type Picture, SANS } from "../state/picture";
import type { Listener, Scene, SceneMember } from "../state/scene";
import { useHue } from "../ui/hue";
import { Frame, Thing } from "./drawn";
import { Browser, Host, Pill, Plug, Port, Way } from "./outside";

export const Drawing = memo(function Drawing({ scene, picture }: { scene: Scene; picture: Picture }) {
  const { width, height, pod, sees, members, plugs, ports, wires } = picture;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a group of drawn things, not of form fields
    <svg
      className="drawing"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="group"
      aria-label={`The pod ${scene.name}, drawn`}
    >
      <Pod scene={scene} box={pod} />
      {sees && <Frame box={sees} round={12} />}
      <Pause scene={scene} box={picture.pause} shares={sees !== null} room={pod.x + pod.w - picture.pause.x} />
      {wires.map((wire) => (
        <Way key={wire.key} wire={wire} />
      ))}
      {wires.map((wire) => (
        <Pill key={wire.key} wire={wire} />
      ))}
      {members.map((box) => (
        <Member key={box.member.name} box={box} />
      ))}
      {plugs.map((plug) => (
        <Plug key={plug.name} plug={plug} />
      ))}
      {picture.host && <Host scene={scene} box={picture.host} />}
      {ports.map((port) => (
        <Port key={`${port.port.protocol} ${port.port.hostPort}`} box={port} />
      ))}
      <Browser picture={picture} scene={scene} />
    </svg>
  );
});

function Pod({ scene, box }: { readonly scene: Scene; readonly box: Box }) {
  const net = scene.net === null ? "no network namespace yet" : `net:[${scene.net}]`;
  const room = box.w - 48;
  return (
    <Thing
      name={`The pod ${scene.name}: ${net}, hostname ${scene.hostname}`}
      look={`pod-box hue-pause ${scene.isHeld ? "" : "is-dashed"}`}
      lights={scene.net === null ? [] : [`ns:net:${scene.net}`]}
    >
      <Frame box={box} round={16} />
      <text className="strong" x={box.x + 20} y={box.y + 30}>
        {cut(scene.name, room, SANS)}
      </text>
      <text className="m" x={box.x + 20} y={box.y + 50}>
        {cut(`${net}  hostname ${scene.hostname}`, room)}
      </text>
    </Thing>
  );
}

interface PauseProps {
  readonly scene: Scene;
  readonly box: Box;
  readonly shares: boolean;
  readonly room: number;
}

function Pause({ scene, box, shares, room }: PauseProps) {
  const held = scene.isHeld
    ? scene.holds.length > 0
      ? `/pause  holds ${scene.holds.join(" ")}`
      : "/pause  alone in all of them"
    : "not running";
  const beside = scene.pid === null ? "" : `one PID namespace  pid:[${scene.pid}]`;
  const fits = room - box.w - 30 > beside.length * MONO;
  return (
    <>
      <Thing
        name={`pause: ${held}${shares ? ", PID 1 of all" : ""}`}
        look={`pause-box hue-pause ${scene.isHeld ? "" : "is-dashed"}`}
        lights={["member:"]}
        answers={["member:", "of:"]}
      >
        <Frame box={box} />
        <text className="strong" x={box.x + 12} y={box.y + 23}>
          pause
        </text>
        <text className="m" x={box.x + 12} y={box.y + 42}>
          {cut(held, box.w - 20)}
        </text>
      </Thing>
      {fits && beside && (
        <text className="m" x={box.x + box.w + 14} y={box.y + 32}>
          {beside}
        </text>
      )}
    </>
  );
}

function spoken(member: SceneMember): string {
  const listens = member.listeners.map((each) => `${endpoint(each.address, each.port)} ${each.protocol}`).join(", ");
  return `${member.name}: image ${member.image}, ${member.says}, ${listens ? `listens on ${listens}` : "listens on nothing"}`;
}

const Member = memo(function Member({ box }: { readonly box: MemberBox }) {
  const hue = useHue();
  const { member, x, y } = box;
  return (
    <g className={`arrives ${hue(member.name)}`}>
      <Thing
        name={spoken(member)}
        look={`member-box is-${member.look}`}
        lights={[`member:${member.name}`]}
        answers={[`member:${member.name}`, `of:${member.name}`]}
      >
        <Frame box={box} />
        <Swatch x={x + box.w - 22} y={y + 13} />
        <text className="strong" x={x + 14} y={y + 23}>
          {box.name}
        </text>
        <text className="m" x={x + 14} y={y + 42}>
          {box.image}
        </text>
        <text className="m" x={x + 14} y={y + 60}>
          {box.says}
        </text>
        {box.lines.length === 0 && member.look === "solid" && (
          <text className="m faint" x={x + 14} y={y + EAR}>
            listens on nothing
          </text>
        )}
        {box.more > 0 && (
          <text className="m" x={x + 14} y={y + EAR + box.lines.length * LINE}>
            and {box.more} more
          </text>
        )}
      </Thing>
      {box.lines.map((line) => (
        <Ear
          key={`${line.listener.protocol} ${line.listener.port}`}
          box={box}
          y={line.y}
          text={line.text}
          at={line.listener}
        />
      ))}
    </g>
  );
});

/** The member's mark, as its name has it in the tables: full, striped or hollow. */
function Swatch({ x, y }: { readonly x: number; readonly y: number }) {
  return (
    <g className="mark">
      <rect x={x} y={y} width={9} height={9} rx={3} />
      <path d={`M${x + 1} ${y + 6}l5 -5M${x + 3} ${y + 8}l5 -5`} />
    </g>
  );
}

interface EarProps {
  readonly box: MemberBox;
  readonly y: number;
  readonly text: string;
  readonly at: Listener;
}

/** Where a member listens: a full dot at the edge for all who come, a hollow one for the pod alone. */
function Ear({ box, y, text, at }: EarProps) {
  const keys = [`port:${at.port}`, ...at.inodes.map((inode) => `socket:${inode}`)];
  const reach = at.isLoopback ? "the pod only" : "every address";
  return (
    <Thing
      name={`${box.member.name} listens on ${endpoint(at.address, at.port)} ${at.protocol}, for ${reach}`}
      look={at.isLoopback ? "ear ear-inside" : "ear"}
      lights={[...keys, `of:${box.member.name}`]}
      answers={keys}
    >
      <rect className="shape" x={box.x + 5} y={y - 14} width={box.w - 10} height={19} rx={4} />
      <text className="m" x={box.x + 14} y={y}>
        {text}
      </text>
      <circle cx={box.x + box.w} cy={y - 4} r={4.5} />
    </Thing>
  );
}
