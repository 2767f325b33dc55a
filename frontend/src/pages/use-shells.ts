// The shells of one pod's page: its tabs, kept in the browser's tab over a reload, and how each of them is.
import { useCallback, useEffect, useState } from "react";
import { endShell } from "../api/client";
import type { Line, Told } from "../api/shell";
import type { PodFacts } from "../state/pod";
import { changed, closed, opened, readShells, type Shells, type Tab } from "../state/shells";
import type { Screen } from "../views/terminal-screen";

/** How one shell is: its connection, whether this page types into it, and its last word. */
export interface Condition {
  readonly line: Line;
  readonly drives: boolean;
  readonly last: Extract<Told, { type: "ended" | "refused" }> | null;
}

const NEW: Condition = { line: "connecting", drives: true, last: null };

function kept(key: string): Shells {
  try {
    return readShells(sessionStorage.getItem(key));
  } catch {
    return readShells(null); // a browser that keeps nothing
  }
}

function keep(key: string, shells: Shells): void {
  try {
    if (shells.tabs.length === 0) sessionStorage.removeItem(key);
    else sessionStorage.setItem(key, JSON.stringify(shells));
  } catch {
    // Then a reload finds its shells in the list of those that live.
  }
}

/** After what the shell said. */
function heard(condition: Condition, message: Told): Condition {
  switch (message.type) {
    case "attached":
    case "drives":
      return { ...condition, drives: message.drives };
    case "ended":
    case "refused":
      return { ...condition, last: message };
    default:
      return condition;
  }
}

export function useShells(pod: PodFacts) {
  const key = `shells:${pod.uid}`;
  const [shells, setShells] = useState(() => kept(key));
  const [conditions, setConditions] = useState<ReadonlyMap<string, Condition>>(new Map());
  const [screens] = useState(() => new Map<string, Screen>());
  useEffect(() => keep(key, shells), [key, shells]);

  const update = useCallback((id: string, change: (condition: Condition) => Condition) => {
    setConditions((all) => new Map(all).set(id, change(all.get(id) ?? NEW)));
  }, []);

  const open = (member: string, user: string, name = member) => {
    const [id, writer] = [crypto.randomUUID(), crypto.randomUUID()];
    setShells((now) => opened(now, { id, writer, member, user, name, begun: false, left: null }));
  };
  /** A tab for a shell that lives already. */
  const attach = ({ id, member, user, name }: Pick<Tab, "id" | "member" | "user" | "name">) =>
    setShells((now) => opened(now, { id, writer: crypto.randomUUID(), member, user, name, begun: true, left: null }));

  const close = (id: string) => {
    const isOver = conditions.get(id)?.last != null;
    if (!isOver && !screens.get(id)?.end()) endShell(pod.namespace, pod.name, id).catch(() => undefined);
    setShells((now) => closed(now, id));
  };

  return {
    shells,
    setShells,
    screens,
    open,
    attach,
    close,
    condition: (id: string) => conditions.get(id) ?? NEW,
    onLine: (id: string, line: Line) => update(id, (condition) => ({ ...condition, line })),
    onTold: (id: string, message: Told) => {
      update(id, (condition) => heard(condition, message));
      if (message.type === "attached")
        setShells((now) => changed(now, id, { begun: true, name: message.name, left: null }));
    },
    /** The page goes away: written at once, for nothing else will be. */
    onLeft: (id: string, left: Tab["left"]) => keep(key, changed(kept(key), id, { left })),
  };
}

export type ShellsOfPage = ReturnType<typeof useShells>;
