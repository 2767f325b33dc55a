// While the YAML says what the form cannot, it is the YAML that counts: what, where, and the ways out.
import { build } from "../state/manifest";
import { listed } from "../state/text";
import { agrees, ofForm } from "../state/two-ways";
import { Button } from "../ui/button";
import type { Making } from "./use-making";

export function NotInForm({ making }: { readonly making: Making }) {
  const { draft, replace } = making;
  if (agrees(draft)) return null;
  const [fault] = draft.faults;
  const what = fault
    ? `The YAML cannot be read, from line ${fault.line} on. The form shows what could be read last.`
    : `The form has no way to say ${listed(draft.misfits)} as the YAML does. It shows what it can.`;
  const isWorthTelling = build(draft.form).manifest.spec.containers.length > 0;
  return (
    <div className="problem calm" role="status">
      <strong>The YAML counts</strong>
      <p>{what} Create sends the YAML as it is.</p>
      {isWorthTelling && (
        <Button onPress={() => replace(ofForm(draft.form), "The YAML was written anew from the form.")}>
          Write the YAML anew from the form
        </Button>
      )}
    </div>
  );
}
