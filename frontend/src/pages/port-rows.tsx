// The ports of one member; a host port is published on pause, which holds the pod's network.
import { useId } from "react";
import type { Port } from "../state/form";
import { portField } from "../state/manifest";
import { Button } from "../ui/button";
import { Choice, Field } from "../ui/field";
import { useFocusNext } from "../ui/focus";

const PROTOCOLS = [
  { value: "", label: "TCP" },
  { value: "UDP", label: "UDP" },
];
const DIGITS = { inputMode: "numeric" } as const;

interface Props {
  /** "Member 2 port" */
  readonly noun: string;
  readonly rows: readonly Port[];
  readonly nextId: number;
  /** The next one that is free, to suggest. */
  readonly hostPort: number;
  readonly onChange: (rows: readonly Port[], nextId: number) => void;
}

export function PortRows({ noun, rows, nextId, hostPort, onChange }: Props) {
  const change = (id: number, part: Partial<Port>) => {
    onChange(
      rows.map((row) => (row.id === id ? { ...row, ...part } : row)),
      nextId,
    );
  };
  const adder = useId();
  const focusNext = useFocusNext();
  const addRow = () => {
    onChange([...rows, { id: nextId, containerPort: "", protocol: "", hostPort: "" }], nextId + 1);
    focusNext(portField(nextId, "container"));
  };
  const remove = (at: number) => {
    onChange(rows.toSpliced(at, 1), nextId);
    const next = rows[at + 1];
    focusNext(next ? portField(next.id, "container") : adder);
  };
  return (
    <fieldset className="rows">
      <legend className="label">Ports</legend>
      {rows.map((row, index) => (
        <PortRow
          key={row.id}
          noun={`${noun} ${index + 1}`}
          row={row}
          hostPort={hostPort}
          onChange={(part) => change(row.id, part)}
          onSuggested={() => focusNext(portField(row.id, "host"))}
          onRemove={() => remove(index)}
        />
      ))}
      <div className="row">
        <Button id={adder} kind="quiet" onPress={addRow}>
          Add port
        </Button>
        <span className="hint">What this member listens on. A host port makes it reachable from the host.</span>
      </div>
    </fieldset>
  );
}

interface RowProps {
  /** "Member 2 port 1" */
  readonly noun: string;
  readonly row: Port;
  readonly hostPort: number;
  readonly onChange: (part: Partial<Port>) => void;
  readonly onSuggested: () => void;
  readonly onRemove: () => void;
}

function PortRow({ noun, row, hostPort, onChange, onSuggested, onRemove }: RowProps) {
  return (
    <div className="port">
      <Field
        mono
        id={portField(row.id, "container")}
        about={noun}
        label="container port"
        value={row.containerPort}
        onChange={(containerPort) => onChange({ containerPort })}
        input={DIGITS}
      />
      <Choice
        id={portField(row.id, "protocol")}
        about={noun}
        label="protocol"
        value={row.protocol}
        onChange={(protocol) => onChange({ protocol })}
        options={PROTOCOLS}
      />
      <Field
        mono
        id={portField(row.id, "host")}
        about={noun}
        label="host port"
        value={row.hostPort}
        onChange={(hostPort) => onChange({ hostPort })}
        input={{ ...DIGITS, placeholder: "not published" }}
      />
      {row.hostPort === "" && (
        <Button
          kind="quiet"
          aria-label={`Use ${hostPort} as host port of ${noun.toLowerCase()}`}
          onPress={() => {
            onChange({ hostPort: String(hostPort) });
            onSuggested();
          }}
        >
          Use {hostPort}
        </Button>
      )}
      <Button kind="quiet" aria-label={`Remove ${noun.toLowerCase()}`} onPress={onRemove}>
        Remove
      </Button>
    </div>
  );
}
