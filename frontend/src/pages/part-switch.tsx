// On a small screen one of three is to be seen; on a large one all are, and this is not there.
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";

export type Part = "form" | "picture" | "yaml";

const PARTS: readonly { readonly id: Part; readonly label: string }[] = [
  { id: "form", label: "Form" },
  { id: "picture", label: "Picture" },
  { id: "yaml", label: "YAML" },
];

interface Props {
  readonly part: Part;
  readonly onChange: (part: Part) => void;
}

export function PartSwitch({ part, onChange }: Props) {
  return (
    <ToggleButtonGroup
      className="switcher part-switch"
      aria-label="Show"
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[part]}
      onSelectionChange={(keys) => onChange(PARTS.find(({ id }) => keys.has(id))?.id ?? "form")}
    >
      {PARTS.map(({ id, label }) => (
        <ToggleButton key={id} id={id}>
          {label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
