// The ports of one member; a host port is published on pause, which holds the pod's network.
import type { Port } from "../state/form";
import { portField } from "../state/manifest";
import { Button } from "../ui/button";
import { Choice, Field } from "../ui/field";

const PROTOCOLS = ["TCP", "UDP"].map((value) => ({ value, label: value }));
const DIGITS = { inputMode: "numeric" } as const;

interface Props {
  /** "Member 2 port" */
  readonly noun: string;
  readonly rows: readonly Port[];
  readonly nextId: number;
  readonly onChange: (rows: readonly Port[], nextId: number) => void;
}

export function PortRows({ noun, rows, nextId, onChange }: Props) {
  const change = (id: number, part: Partial<Port>) => {
    onChange(
      rows.map((row) => (row.id === id ? { ...row, ...part } : row)),
      nextId,
    );
  };
  const fresh: Port = { id: nextId, containerPort: "", protocol: "TCP", hostPort: "" };
  return (
    <fieldset className="rows">
      <legend className="label">Ports</legend>
      {rows.map((row, index) => (
        <div className="port" key={row.id}>
          <Field
            mono
            id={portField(row.id, "container")}
            about={`${noun} ${index + 1}`}
            label="container port"
            value={row.containerPort}
            onChange={(containerPort) => change(row.id, { containerPort })}
            input={DIGITS}
          />
          <Choice
            id={portField(row.id, "protocol")}
            about={`${noun} ${index + 1}`}
            label="protocol"
            value={row.protocol}
            onChange={(protocol) => change(row.id, { protocol })}
            options={PROTOCOLS}
          />
          <Field
            mono
            id={portField(row.id, "host")}
            about={`${noun} ${index + 1}`}
            label="host port"
            value={row.hostPort}
            onChange={(hostPort) => change(row.id, { hostPort })}
            input={{ ...DIGITS, placeholder: "not published" }}
          />
          <Button
            kind="quiet"
            aria-label={`Remove ${noun.toLowerCase()} ${index + 1}`}
            onPress={() =>
              onChange(
                rows.filter((each) => each.id !== row.id),
                nextId,
              )
            }
          >
            Remove
          </Button>
        </div>
      ))}
      <div className="row">
        <Button kind="quiet" onPress={() => onChange([...rows, fresh], nextId + 1)}>
          Add port
        </Button>
        <span className="hint">A host port is published on pause: it holds the pod's network.</span>
      </div>
    </fieldset>
  );
}
