// What the command palette offers here and now.
import { useQueries, useQuery } from "@tanstack/react-query";
import { useLocation, useNavigate } from "react-router";
import { listNamespaces, listPods, type Session } from "../api/client";
import type { Findable } from "../state/palette";
import type { PodFacts } from "../state/pod";
import { type Preference, SINGLE_KEYS, THEME } from "../state/preferences";
import { START_KEYS, START_NAMES } from "../state/start-names";
import { choose, usePreference } from "../ui/preference";
import { copy } from "./copy";
import { useDeletions } from "./deletions";
import { mayChange } from "./may-change";
import { useNotices } from "./notice-queue";
import { useShell } from "./shell";

export interface Command extends Findable {
  readonly id: string;
  /** What stands beside the title. */
  readonly hint?: string;
  readonly run: () => void;
}

/** The panes of a pod's page, by the id that its address has after the #. Only those that are there are offered. */
const PANES = [
  ["members", "Members"],
  ["picture", "Picture"],
  ["matrix", "Namespaces"],
  ["processes", "Processes"],
  ["hostname", "Hostname"],
  ["network", "Network"],
  ["rules", "Neighbours, DNS and firewall"],
  ["limits", "Limits and rights"],
  ["logs", "Logs"],
  ["events", "Events"],
  ["conditions", "Conditions"],
  ["build", "Build"],
  ["commands", "Docker commands"],
] as const;

/** Of no more namespaces than these are pods looked up. */
const NAMESPACES = 20;

function useAllPods(session: Session): { pods: readonly PodFacts[]; namespaces: readonly string[] } {
  const { data = [] } = useQuery({ queryKey: ["namespaces"], queryFn: listNamespaces });
  const namespaces = data.length > 0 ? data : session.namespace ? [session.namespace] : [];
  const pods = useQueries({
    queries: namespaces
      .slice(0, NAMESPACES)
      .map((namespace) => ({ queryKey: ["pods", namespace], queryFn: () => listPods(namespace) })),
    combine: (answers) => answers.flatMap((answer) => answer.data ?? []),
  });
  return { pods, namespaces };
}

function usePodHere(pods: readonly PodFacts[]): PodFacts | undefined {
  const [, , namespace, name] = useLocation().pathname.match(/^\/(pods)\/([^/]+)\/([^/]+)/) ?? [];
  return pods.find((pod) => pod.namespace === namespace && pod.name === name);
}

const THEMES: Readonly<Record<Preference<"system" | "light" | "dark">["choices"][0], string>> = {
  system: "Theme as the system has it",
  light: "Light theme",
  dark: "Dark theme",
};

export function useCommands(session: Session): readonly Command[] {
  const navigate = useNavigate();
  const shell = useShell();
  const { pods, namespaces } = useAllPods(session);
  const here = usePodHere(pods);
  const key = usePreference(SINGLE_KEYS) === "on" ? (keys: string) => ({ hint: keys }) : () => ({});
  const isMaker = mayChange(session.user);
  const go = (id: string, section: string, title: string, to: string, more: { hint?: string; also?: string } = {}) => ({
    id,
    section,
    title,
    ...more,
    run: () => void navigate(to),
  });
  const ofPod = usePodCommands(here, go, isMaker);
  return [
    ...ofPod,
    ...pods
      .filter((pod) => pod !== here)
      .map((pod) =>
        go(`pod ${pod.namespace} ${pod.name}`, "Pods", pod.name, `/pods/${pod.namespace}/${pod.name}`, {
          hint: pod.namespace === session.namespace ? pod.phase : `${pod.namespace} · ${pod.phase}`,
          also: pod.members.map((member) => member.name).join(" "),
        }),
      ),
    go("my-pods", "Go to", "My pods", "/", { also: "list home", ...key("g p") }),
    ...(isMaker ? makings(go, key) : []),
    ...(namespaces.length > 1
      ? namespaces.map((name) =>
          go(`namespace ${name}`, "Go to", `Pods of ${name}`, `/?namespace=${name}`, { also: "namespace" }),
        )
      : []),
    ...(session.user?.seesAll
      ? [
          go("nodes", "Go to", "Nodes", "/nodes", { also: "machine capacity bridge lsns admin" }),
          go("trail", "Go to", "Audit trail", "/trail", { also: "log who did what admin" }),
        ]
      : []),
    go("teams", "Go to", "Teams", "/teams", { also: "members group share", ...key("g t") }),
    go("account", "Go to", "Account", "/account", { also: "token api settings me", ...key("g a") }),
    ...THEME.choices.map((theme) => ({
      id: `theme ${theme}`,
      section: "Do",
      title: THEMES[theme],
      run: () => choose(THEME, theme),
    })),
    {
      id: "shortcuts",
      section: "Do",
      title: "Keyboard shortcuts",
      also: "keys help",
      ...key("?"),
      run: () => shell.open("shortcuts"),
    },
    { id: "sign-out", section: "Do", title: "Sign out", also: "leave log", run: shell.signOut },
  ];
}

type Go = (id: string, section: string, title: string, to: string, more?: { hint?: string; also?: string }) => Command;

function makings(go: Go, key: (keys: string) => { hint?: string }): readonly Command[] {
  return [
    go("new", "Go to", "New pod", "/new", { also: "create make form", ...key("g n") }),
    ...START_KEYS.map((start) =>
      go(`start ${start}`, "Go to", `New pod: ${START_NAMES[start].title}`, `/new?start=${start}`, {
        also: "example starting point",
      }),
    ),
  ];
}

function usePodCommands(pod: PodFacts | undefined, go: Go, isMaker: boolean): readonly Command[] {
  const notices = useNotices();
  const deletions = useDeletions();
  if (!pod) return [];
  const section = `This pod: ${pod.name}`;
  const address = `/pods/${pod.namespace}/${pod.name}`;
  const act = (id: string, title: string, run: () => void): Command => ({ id, section, title, run });
  const commands = PANES.filter(([id]) => document.getElementById(id)).map(([id, title]) =>
    go(`pane ${id}`, section, title, `${address}#${id}`),
  );
  commands.push(act("copy-link", "Copy the link to this page", () => void copy(notices, globalThis.location.href)));
  if (pod.podIP) commands.push(act("copy-ip", `Copy the address ${pod.podIP}`, () => void copy(notices, pod.podIP)));
  const waits = deletions?.seen().state.all.get(pod.uid)?.stage === "waiting";
  if (waits) commands.push(act("undo", "Undo deleting this pod", () => deletions?.undo(pod.uid)));
  else if (!pod.deletedAt && isMaker) commands.push(act("delete", "Delete this pod", () => deletions?.ask(pod)));
  return commands;
}
