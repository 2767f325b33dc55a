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
import { useNotices } from "./notice-queue";

const KEY = ["sessions"] as const;
const PANE = "sessions";
const EVERY_MS = 30_000;

export function Sessions() {
  const { data: rows, error } = useQuery({ queryKey: KEY, queryFn: listSessions, refetchInterval: EVERY_MS });
  const queries = useQueryClient();
  const notices = useNotices();
  const ending = useMutation({
    mutationFn: (row: SessionRow | null) => (row === null ? endOtherSessions() : endSession(row.id)),
    onSuccess: (_, row) => {
      notices?.say({ title: row ? `${nameOf(row)} is signed out` : "You are signed out everywhere else" });
      // Its button went with the row: who came by keys goes on from here.
      document.getElementById(PANE)?.focus();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: KEY }),
  });
  /** What is asked about: one session, null for all the others; undefined for no question. */
  const [asked, setAsked] = useState<SessionRow | null>();
  const others = rows?.some((row) => !row.current) === true;
  return (
    <Pane
      title="Sessions"
      id={PANE}
      note="Where you are signed in. Ending a session closes its pages and its shells at once."
      actions={
        others && (
          <Button kind="quiet" onPress={() => setAsked(null)} isBusy={ending.isPending}>
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
            <Row key={row.id} row={row} onEnd={() => setAsked(row)} isBusy={ending.isPending} />
          ))}
        </ul>
      )}
      {asked !== undefined && (
        <Question
          title={asked ? `Sign out ${nameOf(asked)}?` : "Sign out everywhere else?"}
          yes="Sign out there"
          isGrave
          onYes={() => ending.mutate(asked)}
          onClose={() => setAsked(undefined)}
        >
          <p className="dialog-body">
            {asked ? "That session ends at once, with its" : "All other sessions end at once, with their"} pages and
            shells. What runs in the pods goes on.
          </p>
        </Question>
      )}
    </Pane>
  );
}

function nameOf({ agent }: SessionRow): string {
  return visible(agent) || "a program that gave no name";
}

interface RowProps {
  readonly row: SessionRow;
  readonly onEnd: () => void;
  readonly isBusy: boolean;
}

function Row({ row, onEnd, isBusy }: RowProps) {
  const now = useNow(EVERY_MS);
  const name = nameOf(row);
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
        <Button kind="quiet" onPress={onEnd} isBusy={isBusy}>
          End<span className="unseen"> the session of {name}</span>
        </Button>
      )}
    </li>
  );
}
