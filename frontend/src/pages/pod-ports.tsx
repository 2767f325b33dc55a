// The ports of all members in one place, for they are the pod's: pause holds the network, and publishes them.
import type { Form } from "../state/form";
import { clashes, portsOf } from "../state/ports";
import { hue } from "../ui/hue";
import { useLit } from "../ui/lit";

export function PodPorts({ form }: { readonly form: Form }) {
  const ports = portsOf(form);
  const ids = form.members.map((member) => String(member.id));
  return (
    <div className="pod-ports">
      <span className="label" id="pod-ports">
        Ports
      </span>
      {ports.length > 0 && (
        <ul aria-labelledby="pod-ports">
          {ports.map((port) => (
            <PortLine key={port.id} port={port} look={hue(String(port.memberId), ids)} />
          ))}
        </ul>
      )}
      <p className="hint">
        {ports.length === 0
          ? "None yet. A port is added at the member that listens on it; pause publishes it, for it holds the network that all members share."
          : "pause publishes them: it holds the one network namespace, and a member that joined it has none of its own to publish from."}
      </p>
      {clashes(form).map((clash) => (
        <p key={clash} className="warning">
          {clash}
        </p>
      ))}
    </div>
  );
}

interface LineProps {
  readonly port: ReturnType<typeof portsOf>[number];
  readonly look: string;
}

function PortLine({ port, look }: LineProps) {
  return (
    <li className={`port-line ${look}`} {...useLit(`port:${port.containerPort}`, `member:${port.member}`)}>
      <span className="mono">{port.hostPort ? `host ${port.hostPort}` : "not published"}</span>
      <span aria-hidden="true">→</span>
      <span className="unseen">to</span>
      <span className="mono">
        pod {port.containerPort}/{port.protocol}
      </span>
      <span aria-hidden="true">→</span>
      <span className="unseen">of</span>
      <span className="member">
        <i className="swatch" aria-hidden="true" />
        {port.member}
      </span>
    </li>
  );
}
