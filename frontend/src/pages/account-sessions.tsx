// Where one is signed in, and the way to end it from here.
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { endOtherSessions, endSession, listSessions, type SessionRow } from "../api/account";
import { told } from "../api/refusal";
import { age, visible } from "../state/text";
import { Button } from "../ui/button";
import { useNow } from "../ui/clock";
import { Empty, Pane, Problem } from "../ui/pane";
import { Question } from "../ui/question";

const KEY = ["sessions"] as const;
const EVERY_MS = 30_000;

export function Sessions() {
  const { data: rows, error } = useQuery({ queryKey: KEY, queryFn: listSessions, refetchInterval: EVERY_MS });
  const queries = useQueryClient();
  const ending = useMutation({
    mutationFn: (session: string | null) => (session === null ? endOtherSessions() : endSession(session)),
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  const [asks, setAsks] = useState(false);
  const others = rows?.some((row) => !row.current) === true;
  return (
    <Pane
      title="Sessions"
      id="sessions"
      note="Where you are signed in. Ending a session closes its pages and its shells at once."
      actions={
        others && (
          <Button kind="quiet" onPress={() => setAsks(true)} isDisabled={ending.isPending}>
            Sign out everywhere else
          </Button>
        )
      }
    >
      {(ending.error ?? error) && (
        <Problem title={ending.error ? "It was not ended" : "Your sessions could not be listed"}>
          {told(ending.error ?? error)}
        </Problem>
      )}
      {rows && rows.length === 0 && <Empty>None: you came with a token.</Empty>}
      {rows && rows.length > 0 && (
        <ul className="account-rows">
          {rows.map((row) => (
            <Row key={row.id} row={row} onEnd={() => ending.mutate(row.id)} isBusy={ending.isPending} />
          ))}
        </ul>
      )}
      {asks && (
        <Question
          title="Sign out everywhere else?"
          yes="Sign out there"
          isGrave
          onYes={() => ending.mutate(null)}
          onClose={() => setAsks(false)}
        >
          <p className="dialog-body">
            All other sessions end at once, with their pages and shells. What runs in the pods goes on.
          </p>
        </Question>
      )}
    </Pane>
  );
}

interface RowProps {
  readonly row: SessionRow;
  readonly onEnd: () => void;
  readonly isBusy: boolean;
}

function Row({ row, onEnd, isBusy }: RowProps) {
  const now = useNow(EVERY_MS);
  const name = visible(row.agent) || "a program that gave no name";
  return (
    <li>
      <div>
        <strong>{name}</strong> {row.current && <span className="chip chip-ok">this one</span>}
        <p className="hint">
          from <span className="mono">{row.address || "somewhere"}</span>, signed in {age(row.createdAt, now)} ago, last
          seen {age(row.lastSeen, now)} ago
        </p>
      </div>
      {!row.current && (
        <Button kind="quiet" onPress={onEnd} isDisabled={isBusy}>
          End<span className="unseen"> the session of {name}</span>
        </Button>
      )}
    </li>
  );
}
