// On a small screen one of three is to be seen; on a large one all are, and this is not there.
import { Switcher } from "../ui/switcher";

export type Part = "form" | "picture" | "yaml";

const PARTS = [
  { value: "form", label: "Form" },
  { value: "picture", label: "Picture" },
  { value: "yaml", label: "YAML" },
] as const;

interface Props {
  readonly part: Part;
  readonly onChange: (part: Part) => void;
}

export function PartSwitch({ part, onChange }: Props) {
  return <Switcher<Part> label="Show" value={part} onChange={onChange} options={PARTS} look="part-switch" />;
}
