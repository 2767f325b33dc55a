// One's own second factor: turned on by scanning a picture, its recovery codes, turned off with a last code.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useState } from "react";
import {
  newRecoveryCodes,
  type ProposedSecret,
  proposeSecret,
  readSecondFactor,
  turnOffSecondFactor,
  turnOnSecondFactor,
} from "../api/account";
import { told } from "../api/refusal";
import { counted } from "../state/text";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Pane, Problem } from "../ui/pane";
import { CopyButton } from "../ui/take";
import { SESSION_KEY } from "./session";

const KEY = ["second-factor"] as const;
const PANE = "second-factor";
const FIELD = "second-factor-code";

/** What follows a change: the pane, where one goes on, and the session, for whom it was needed. */
function useAgain() {
  const queries = useQueryClient();
  return async () => {
    document.getElementById(PANE)?.focus();
    await queries.invalidateQueries({ queryKey: KEY });
    await queries.invalidateQueries({ queryKey: SESSION_KEY });
  };
}

export function SecondFactorPane({ isNeeded }: { readonly isNeeded: boolean }) {
  const { data: factor, error } = useQuery({ queryKey: KEY, queryFn: readSecondFactor });
  const [codes, setCodes] = useState<readonly string[]>([]);
  return (
    <Pane
      title="Second factor"
      id={PANE}
      note="With it, signing in asks for a code of an app on your phone, too. Tokens go without."
    >
      {isNeeded && (
        <Problem title="You need a second factor">Until you have one, you can do nothing else here.</Problem>
      )}
      {error && <Problem title="It is not known whether you have one">{told(error)}</Problem>}
      {codes.length > 0 && <Codes codes={codes} />}
      {factor && !factor.enabled && <TurnOn onCodes={setCodes} />}
      {factor?.enabled && <TurnedOn left={factor.recoveryCodesLeft} onCodes={setCodes} />}
    </Pane>
  );
}

function Codes({ codes }: { readonly codes: readonly string[] }) {
  return (
    <div className="account-body" role="status">
      <p>
        <strong>Keep these recovery codes:</strong> each signs you in once when the app is lost. They are shown only
        now.
      </p>
      <div className="code">
        <code className="mono codes">{codes.join("\n")}</code>
        <CopyButton text={codes.join("\n")} what="the recovery codes" />
      </div>
    </div>
  );
}

function TurnOn({ onCodes }: { readonly onCodes: (codes: readonly string[]) => void }) {
  const again = useAgain();
  const proposing = useMutation({ mutationFn: proposeSecret });
  const turning = useMutation({
    mutationFn: ({ secret, code }: { secret: string; code: string }) => turnOnSecondFactor(secret, code),
    onSuccess: (codes) => {
      onCodes(codes);
      return again();
    },
  });
  const problem = proposing.error ?? turning.error;
  const proposed = proposing.data;
  return (
    <>
      {problem && <Problem title="It is not turned on">{told(problem)}</Problem>}
      {proposed ? (
        <CodeForm
          label="Code that it shows"
          isBusy={turning.isPending}
          isNext
          before={<Scan proposed={proposed} />}
          acts={[{ label: "Turn it on", run: (code) => turning.mutate({ secret: proposed.secret, code }) }]}
        />
      ) : (
        <div className="account-body">
          <Button onPress={() => proposing.mutate()} isBusy={proposing.isPending}>
            Set up a second factor
          </Button>
        </div>
      )}
    </>
  );
}

function Scan({ proposed }: { readonly proposed: ProposedSecret }) {
  return (
    <>
      <p>Scan this with an authenticator app, or type the secret into it:</p>
      <img className="scan" src={proposed.picture} alt="The secret as a QR code" width={200} height={200} />
      <div className="code">
        <code className="mono">{proposed.secret}</code>
        <CopyButton text={proposed.secret} what="the secret" />
      </div>
    </>
  );
}

function TurnedOn({ left, onCodes }: { left: number; onCodes: (codes: readonly string[]) => void }) {
  const again = useAgain();
  const renewing = useMutation({
    mutationFn: newRecoveryCodes,
    onSuccess: (codes) => {
      onCodes(codes);
      return again();
    },
  });
  const ending = useMutation({
    mutationFn: turnOffSecondFactor,
    onSuccess: () => {
      onCodes([]);
      return again();
    },
  });
  const problem = renewing.error ?? ending.error;
  const acts = [
    { label: "New recovery codes", run: renewing.mutate },
    { label: "Turn it off", run: ending.mutate },
  ];
  return (
    <>
      {problem && <Problem title="Nothing was changed">{told(problem)}</Problem>}
      <CodeForm
        label="Code of your app, or a recovery code"
        isBusy={renewing.isPending || ending.isPending}
        before={
          <>
            <p>It is on. You have {counted(left, "recovery code")} left.</p>
            <p className="hint">New recovery codes take the place of these, which are worth nothing then.</p>
          </>
        }
        acts={acts}
      />
    </>
  );
}

interface CodeFormProps {
  readonly label: string;
  readonly isBusy: boolean;
  /** The form took the place of what was pressed: its field is where one goes on. */
  readonly isNext?: boolean;
  readonly before: ReactNode;
  /** The first is what Enter does. */
  readonly acts: readonly { readonly label: string; readonly run: (code: string) => void }[];
}

function CodeForm({ label, isBusy, isNext, before, acts }: CodeFormProps) {
  const [code, setCode] = useState("");
  const run = (act: CodeFormProps["acts"][number] | undefined) => {
    if (isBusy || code.trim() === "") return;
    act?.run(code.trim());
    setCode("");
    // Without a code the pressed button takes no focus: the next one is typed here.
    document.getElementById(FIELD)?.focus();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    run(acts[0]);
  };
  return (
    <form className="account-body" onSubmit={submit}>
      {before}
      <Field
        id={FIELD}
        label={label}
        value={code}
        onChange={setCode}
        mono
        input={{ autoComplete: "one-time-code", inputMode: "numeric", maxLength: 20, autoFocus: isNext === true }}
      />
      <div className="account-acts">
        {acts.map((act, at) => (
          <Button
            key={act.label}
            type={at === 0 ? "submit" : "button"}
            {...(at > 0 && { onPress: () => run(act) })}
            isBusy={isBusy}
            isDisabled={code.trim() === ""}
          >
            {act.label}
          </Button>
        ))}
      </div>
    </form>
  );
}
