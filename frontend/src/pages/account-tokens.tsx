// One's own tokens: made with what they are good for and an end, shown once, revoked.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { createToken, type GrantedToken, listTokens, revokeToken, type Token } from "../api/account";
import { told } from "../api/refusal";
import { age, listed, visible } from "../state/text";
import { DAYS, endOf, GRADES, isGrade, SCOPES } from "../state/tokens";
import { Button } from "../ui/button";
import { useNow } from "../ui/clock";
import { Choice, Field } from "../ui/field";
import { Empty, Pane, Problem } from "../ui/pane";
import { Question } from "../ui/question";
import { CopyButton } from "../ui/take";

const KEY = ["tokens"] as const;
const PANE = "tokens";
const EVERY_MS = 30_000;

export function Tokens() {
  const { data: rows, error } = useQuery({ queryKey: KEY, queryFn: listTokens });
  const queries = useQueryClient();
  const again = () => queries.invalidateQueries({ queryKey: KEY });
  const making = useMutation({ mutationFn: createToken, onSettled: again });
  const revoking = useMutation({
    mutationFn: revokeToken,
    // Its button goes with the row: who came by keys goes on from here.
    onSuccess: () => document.getElementById(PANE)?.focus(),
    onSettled: again,
  });
  const [asked, setAsked] = useState<Token | null>(null);
  const problem = making.error ?? revoking.error ?? error;
  return (
    <Pane title="Tokens" id={PANE} note="For programs that use the API as you. Revoking one ends its shells at once.">
      {problem && <Problem title="That did not work">{told(problem)}</Problem>}
      {making.data && <Granted token={making.data} />}
      <NewToken isBusy={making.isPending} onMake={making.mutate} />
      {rows && rows.length === 0 && <Empty>You have no token.</Empty>}
      {rows && rows.length > 0 && (
        <ul className="account-rows">
          {rows.map((row) => (
            <Row key={row.id} row={row} isBusy={revoking.isPending} onRevoke={() => setAsked(row)} />
          ))}
        </ul>
      )}
      {asked && (
        <Question
          title={`Revoke the token ${nameOf(asked)}?`}
          yes="Revoke it"
          isGrave
          onYes={() => {
            making.reset();
            revoking.mutate(asked.id);
          }}
          onClose={() => setAsked(null)}
        >
          <p className="dialog-body">Programs that use it are refused from now on. It cannot be had back.</p>
        </Question>
      )}
    </Pane>
  );
}

function Granted({ token }: { readonly token: GrantedToken }) {
  return (
    <div className="account-body" role="status">
      <p>
        <strong>Copy it now:</strong> it is shown only this once.
      </p>
      <div className="code">
        <code className="mono">{token.text}</code>
        <CopyButton text={token.text} what="the token" />
      </div>
    </div>
  );
}

interface NewProps {
  readonly isBusy: boolean;
  readonly onMake: (asked: Parameters<typeof createToken>[0]) => void;
}

function NewToken({ isBusy, onMake }: NewProps) {
  const [name, setName] = useState("");
  const [grade, setGrade] = useState("read");
  const [days, setDays] = useState("30");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (isBusy) return;
    onMake({ name, scopes: SCOPES[isGrade(grade) ? grade : "read"], expiresInDays: Number(days) });
    setName("");
  };
  return (
    <form className="account-body" onSubmit={submit}>
      <Field id="token-name" label="What for" value={name} onChange={setName} input={{ maxLength: 100 }} />
      <Choice id="token-grade" label="It may" value={grade} onChange={setGrade} options={GRADES} />
      <Choice id="token-days" label="It ends after" value={days} onChange={setDays} options={DAYS} />
      <Button type="submit" isBusy={isBusy}>
        Make a token
      </Button>
    </form>
  );
}

function nameOf({ name }: Token): string {
  return visible(name) || "no name";
}

interface RowProps {
  readonly row: Token;
  readonly isBusy: boolean;
  readonly onRevoke: () => void;
}

function Row({ row, isBusy, onRevoke }: RowProps) {
  const now = useNow(EVERY_MS);
  const name = nameOf(row);
  const used = row.lastUsedAt === null ? "never used" : `last used ${age(row.lastUsedAt, now)} ago`;
  return (
    <li>
      <div>
        <strong>{name}</strong>
        <p className="hint">
          {listed(row.scopes)}; {endOf(row.expiresAt, now)}, {used}
        </p>
      </div>
      <Button kind="quiet" onPress={onRevoke} isBusy={isBusy}>
        Revoke<span className="unseen"> the token {name}</span>
      </Button>
    </li>
  );
}
