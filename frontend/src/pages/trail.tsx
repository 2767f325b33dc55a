// The audit trail, for operators and auditors: who did what, newest first. To all others this address leads nowhere.
import { useInfiniteQuery } from "@tanstack/react-query";
import { useDeferredValue } from "react";
import { useOutletContext, useSearchParams } from "react-router";
import { type Deed, exportPath, PAGE, readTrail, type TrailChoice } from "../api/operators";
import { told } from "../api/refusal";
import { Button } from "../ui/button";
import { Field } from "../ui/field";
import { Empty, Pane, Problem, Skeleton } from "../ui/pane";
import { type Column, FactTable, whole } from "../ui/table";
import type { FrameContext } from "./frame";
import { NowherePage } from "./nowhere";

export function TrailPage() {
  const { session } = useOutletContext<FrameContext>();
  return session.user?.seesAll ? <Trail /> : <NowherePage />;
}

const COLUMNS: readonly Column<Deed>[] = [
  { head: "When", cell: ({ at }) => <span className="mono">{at.slice(0, 19).replace("T", " ")}</span> },
  { head: "Who", cell: ({ actor, role }) => <Who actor={actor} role={role} /> },
  { head: "Act", own: true, cell: ({ act }) => <span className="mono">{act}</span> },
  { head: "About", fills: true, cell: ({ path }) => <span className="mono">{path}</span> },
  { head: "Owner", worth: 3, cell: ({ owner }) => owner },
  { head: "Answer", worth: 2, align: "end", cell: ({ code }) => <Answer code={code} /> },
  { head: "From", worth: 3, cell: ({ address }) => <span className="mono">{address}</span> },
];

function Who({ actor, role }: { readonly actor: string; readonly role: string }) {
  if (!actor) return <span className="hint">nobody</span>;
  return (
    <>
      {actor} {role && role !== "learner" && <span className="hint">{role}</span>}
    </>
  );
}

function Answer({ code }: { readonly code: number }) {
  return <span className={code >= 400 ? "mono bad" : "mono"}>{code || ""}</span>;
}

const FILTERS = [
  { key: "actor", label: "Who" },
  { key: "act", label: "Act", hint: "POST exec" },
  { key: "path", label: "About", hint: "part of a path" },
] as const;

function Trail() {
  const [search, setSearch] = useSearchParams();
  const choice: TrailChoice = {
    actor: search.get("actor") ?? "",
    act: search.get("act") ?? "",
    path: search.get("path") ?? "",
  };
  const wanted = useDeferredValue(choice);
  const found = useInfiniteQuery({
    queryKey: ["trail", wanted.actor, wanted.act, wanted.path],
    queryFn: ({ pageParam }) => readTrail(wanted, pageParam),
    initialPageParam: null as number | null,
    getNextPageParam: (last) => (last.length < PAGE ? null : (last.at(-1)?.id ?? null)),
  });
  const rows = found.data?.pages.flat() ?? [];
  const change = (key: string, value: string) => {
    const next = new URLSearchParams(search);
    if (value) next.set(key, value);
    else next.delete(key);
    setSearch(next, { replace: true });
  };
  return (
    <>
      <title>Audit trail · Pod playground</title>
      <div className="page-head">
        <h1>Audit trail</h1>
        <a className="button button-plain" href={exportPath(choice)} download="trail.ndjson">
          Take it along
        </a>
      </div>
      <div className="list-head">
        {FILTERS.map(({ key, label, ...more }) => (
          <Field
            key={key}
            id={`trail-${key}`}
            label={label}
            value={choice[key]}
            onChange={(value) => change(key, value)}
            input={"hint" in more ? { placeholder: more.hint } : {}}
          />
        ))}
      </div>
      {found.error && <Problem title="The trail could not be read">{told(found.error)}</Problem>}
      {found.isPending && <Skeleton id="trail" title="Deeds" lines={8} />}
      {found.data && rows.length === 0 && <Empty>Nothing like that was done.</Empty>}
      {rows.length > 0 && (
        <Pane title="Deeds" aside="newest first, UTC">
          <FactTable caption="Deeds" columns={COLUMNS} groups={whole(rows)} keyOf={({ id }) => id} wraps="half" />
          {found.hasNextPage && (
            <div className="row-end">
              <Button isDisabled={found.isFetchingNextPage} onPress={() => void found.fetchNextPage()}>
                Older
              </Button>
            </div>
          )}
        </Pane>
      )}
    </>
  );
}
