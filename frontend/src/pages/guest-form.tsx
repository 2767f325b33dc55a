// Coming without an account: with the code of an event, or freely, as the service says.
import { type FormEvent, useState } from "react";
import type { Guests } from "../api/client";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Problem } from "../ui/pane";

interface Props {
  readonly guests: Guests;
  readonly isBusy: boolean;
  /** Why the last try failed; "" for none. */
  readonly problem: string;
  readonly onCome: (code: string) => void;
}

export function GuestForm({ guests, isBusy, problem, onCome }: Props) {
  const [code, setCode] = useState("");
  if (guests === "off") return null;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!isBusy) onCome(code.trim());
  };
  return (
    <form className="sign-in" onSubmit={submit} aria-label="Try without an account">
      <h2>Try without an account</h2>
      <p className="hint">You get pods of your own for a while. Afterwards they are deleted.</p>
      {problem && <Problem title="You did not get in">{problem}</Problem>}
      <Field
        id="event-code"
        label={guests === "codes" ? "Event code" : "Event code, if you have one"}
        value={code}
        onChange={setCode}
        mono
        input={{ autoCapitalize: "none", maxLength: 100 }}
      />
      <Button type="submit" isBusy={isBusy} isDisabled={guests === "codes" && code.trim() === ""}>
        Come in as a guest
      </Button>
    </form>
  );
}
