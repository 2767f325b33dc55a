// One's own password: changed by who knows it.
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { changePassword, hasPassword } from "../api/account";
import { told } from "../api/refusal";
import { Button } from "../ui/button";
import { Field, FieldErrors } from "../ui/field";
import { Empty, Pane, Problem } from "../ui/pane";
import { useFieldErrors } from "./field-errors";
import { useNotices } from "./notice-queue";

const PANE = "password";
const NOTE =
  "Changing it signs you out everywhere else, and ends the shells there. Tokens stay until they are revoked.";

export function PasswordPane() {
  const { data: isSet, error } = useQuery({ queryKey: ["password"], queryFn: hasPassword });
  return (
    <Pane title="Password" id={PANE} note={isSet && NOTE}>
      {error && <Problem title="It is not known whether you have one">{told(error)}</Problem>}
      {isSet === false && <Empty>You have none: you sign in by a link, or with your organisation.</Empty>}
      {isSet && <Change />}
    </Pane>
  );
}

const FIELDS = { old: "password-old", new: "password-new" } as const;

function Change() {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const notices = useNotices();
  const changing = useMutation({
    mutationFn: () => changePassword(old, fresh),
    onSuccess: () => {
      setOld("");
      setFresh("");
      // With both fields empty its button takes no focus.
      document.getElementById(PANE)?.focus();
      notices?.say({ title: "Your password is changed", body: "You are signed out everywhere else." });
    },
  });
  const { errors, rest } = useFieldErrors(changing.error, FIELDS, changing.reset);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!changing.isPending && old !== "" && fresh !== "") changing.mutate();
  };
  return (
    <form className="account-body" onSubmit={submit} aria-label="Change your password">
      <FieldErrors value={errors}>
        <Field
          id={FIELDS.old}
          label="Password as it is"
          value={old}
          onChange={setOld}
          input={{ type: "password", autoComplete: "current-password" }}
        />
        <Field
          id={FIELDS.new}
          label="New password"
          value={fresh}
          onChange={setFresh}
          description="8 characters at least, and none that many people use."
          input={{ type: "password", autoComplete: "new-password" }}
        />
      </FieldErrors>
      {rest && <Problem title="It was not changed">{rest}</Problem>}
      <Button type="submit" isBusy={changing.isPending} isDisabled={old === "" || fresh === ""}>
        {changing.isPending ? "Changing…" : "Change password"}
      </Button>
    </form>
  );
}
