// The panes of a pod's page, in an order of worth; before the first word of the pod their places are kept.
import { type ReactNode, Suspense, useCallback, useDeferredValue, useMemo, useState } from "react";
import type { PullView } from "../api/wire";
import { isEnding, type LiveState } from "../state/live";
import { type MemberFacts, type PodFacts, readEvent } from "../state/pod";
import { whyNothingRuns } from "../state/troubles";
import { late } from "../ui/late";
import { Mishap } from "../ui/mishap";
import { Empty, Pane, Skeleton } from "../ui/pane";
import { Build } from "../views/build";
import { Commands } from "../views/commands";
import { Conditions } from "../views/conditions";
import { Events } from "../views/events";
import { Hostnames } from "../views/hostnames";
import { MemberStates } from "../views/member-states";
import { Namespaces } from "../views/namespaces";
import { Network } from "../views/network";
import { PodPicture } from "../views/picture";
import { Processes } from "../views/processes";
import { readLog } from "../views/troubles";
import { useMayChange } from "./may-change";

const MemberActs = late(async () => (await import("./pod-acts")).MemberActs);

const PreviewsPane = late(async () => (await import("./previews-pane")).PreviewsPane);
const LimitsPane = late(async () => (await import("./limits-pane")).LimitsPane);
const RulesPane = late(async () => (await import("./rules-pane")).RulesPane);
const TerminalPane = late(async () => (await import("./terminal-pane")).TerminalPane);

const Log = late(async () => (await import("../views/log")).default);

interface Props {
  readonly state: LiveState;
  readonly pod: PodFacts | null;
  /** Whose log shows; "" is the first member's. */
  readonly logOf: string;
  readonly onLogOf: (member: string) => void;
  /** Members whose processes stand still. */
  readonly frozen: ReadonlySet<string>;
}

const LINKS = [
  { id: "timeline", name: "Timeline", worth: 2 },
  { id: "picture", name: "Picture", worth: 1 },
  { id: "members", name: "Members", worth: 2 },
  { id: "hostname", name: "Hostname", worth: 2 },
  { id: "matrix", name: "Namespaces", worth: 1 },
  { id: "processes", name: "Processes", worth: 1 },
  { id: "events", name: "Events", worth: 2 },
  { id: "previews", name: "Previews", worth: 2 },
  { id: "network", name: "Network", worth: 1 },
  { id: "rules", name: "Firewall", worth: 2 },
  { id: "terminal", name: "Terminal", worth: 1 },
  { id: "logs", name: "Log", worth: 1 },
  { id: "limits", name: "Limits", worth: 2 },
  { id: "conditions", name: "Conditions", worth: 2 },
  { id: "build", name: "Build", worth: 2 },
  { id: "commands", name: "By hand", worth: 2 },
] as const;

/** Stays in sight, and leads to each pane. On a narrow page only the most wanted ones fit. */
export function PaneLinks() {
  return (
    <nav className="jump" aria-label="Parts of this page">
      {LINKS.map(({ id, name, worth }) => (
        <a key={id} href={`#${id}`} className={`jump-${worth}`}>
          {name}
        </a>
      ))}
    </nav>
  );
}

/** One value for none, so that who is shown it need not be drawn again. */
const NO_PULLS: readonly PullView[] = [];

/** Processes and sockets from which on it pays to leave out what is not in sight. */
const LARGE = 120;

export function Panes({ state, pod, logOf, onLogOf, frozen }: Props) {
  // Where its build was watched, it stays on top: nothing jumps away from under the reader.
  const [wasBuilt, setWasBuilt] = useState<boolean | null>(null);
  const { snapshot, gone } = state;
  const mayChange = useMayChange();
  // Drawn in slices between frames: a large sample must not hold up a key or the pointer.
  const sample = useDeferredValue(state.sample);
  const events = useMemo(() => snapshot?.events.map(readEvent) ?? [], [snapshot]);
  const acts = useCallback(
    (member: MemberFacts) =>
      pod && (
        <Suspense>
          <MemberActs pod={pod} member={member} frozen={frozen} onLog={(name) => readLog(name, onLogOf)} />
        </Suspense>
      ),
    [pod, frozen, onLogOf],
  );
  if (!snapshot || !pod) return <Waiting />;
  const isBuilding = pod.phase === "Pending" && !pod.deletedAt && !state.recorded;
  if (wasBuilt === null || (isBuilding && !wasBuilt)) setWasBuilt(isBuilding);
  const later = laterWords(state, pod);
  const isPast = state.recorded !== null;
  const build = <Build pod={pod} steps={snapshot.steps} />;
  const size = (sample?.processes.length ?? 0) + (sample?.network?.sockets.length ?? 0);
  const looks = ["panes", gone && "panes-past", size > LARGE && "panes-large"].filter(Boolean).join(" ");
  return (
    <div className={looks}>
      {wasBuilt && build}
      <div className="stack beside">
        <Unless when={state.recorded?.isGap === true} id="picture" title="Inside the pod" words={later}>
          <PodPicture pod={pod} sample={sample} isGone={gone} later={later} />
        </Unless>
        <MemberStates
          pod={pod}
          frozen={frozen}
          pulls={sample?.pulls.length ? sample.pulls : NO_PULLS}
          {...(!gone && !isPast && mayChange && { acts })}
        />
        <Hostnames views={sample?.hostnames} later={later} />
      </div>
      <div className="stack beside">
        <Namespaces sample={sample} pod={snapshot.pod} later={later} />
        <Processes
          processes={sample?.processes}
          truncated={sample?.processesTruncated}
          passed={sample?.passed}
          passedProblem={sample?.passedProblem}
          sharesProcesses={pod.sharesProcesses}
          later={later}
        />
        <Events events={events} />
      </div>
      {!gone && !isPast && (
        <Unless when={!mayChange} id="previews" title="Previews" wide words="An auditor opens no port of a pod.">
          <Suspense fallback={<Skeleton id="previews" title="Previews" lines={1} wide />}>
            <PreviewsPane key={pod.uid} pod={pod} object={snapshot.pod} network={sample?.network} />
          </Suspense>
        </Unless>
      )}
      <Network view={sample?.network} isEnding={isEnding(state)} isPast={isPast} later={later} />
      <Unless when={isPast} id="rules" title={RULES} wide words="They are not recorded, but read live.">
        <Suspense fallback={<Skeleton id="rules" title={RULES} lines={1} wide />}>
          <RulesPane key={pod.uid} pod={pod} hostnames={sample?.hostnames} isGone={gone} />
        </Suspense>
      </Unless>
      <Unless when={!mayChange} id="terminal" title="Terminal" wide words="An auditor opens no shell.">
        <Suspense fallback={<Skeleton id="terminal" title="Terminal" lines={2} wide />}>
          <TerminalPane key={pod.uid} pod={pod} isGone={gone} />
        </Suspense>
      </Unless>
      <Unless when={isPast} id="logs" title="Log" words={UNRECORDED_LOG}>
        <Mishap place="log">
          <Suspense fallback={<Skeleton id="logs" title="Log" lines={8} wide />}>
            <Log pod={pod} isGone={gone} member={logOf} onMember={onLogOf} />
          </Suspense>
        </Mishap>
      </Unless>
      <Unless when={isPast} id="limits" title="Limits and rights" wide words="They are not recorded, but read live.">
        <Suspense fallback={<Skeleton id="limits" title="Limits and rights" lines={8} wide />}>
          <LimitsPane key={pod.uid} pod={pod} isGone={gone} />
        </Suspense>
      </Unless>
      <Conditions conditions={pod.conditions} />
      {!wasBuilt && build}
      <Commands pod={pod} object={snapshot.pod} isGone={gone} />
    </div>
  );
}

const RULES = "Neighbours, DNS and firewall";
const UNRECORDED_LOG = "Logs are not recorded: the engine keeps them, and they are read live.";

interface UnlessProps {
  readonly when: boolean;
  readonly id: string;
  readonly title: string;
  readonly words: string;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** Where there is nothing to show for a reason, its place stays and the reason stands in it. */
function Unless({ when, words, children, ...pane }: UnlessProps) {
  if (!when) return children;
  return (
    <Pane {...pane}>
      <Empty>{words}</Empty>
    </Pane>
  );
}

function Waiting() {
  return (
    <div className="panes" aria-busy="true">
      <p className="unseen" role="status">
        Waiting for the first word of this pod
      </p>
      <div className="stack beside">
        <Skeleton id="picture" title="Inside the pod" lines={14} />
        <Skeleton id="members" title="Members" lines={3} />
        <Skeleton id="hostname" title="Hostname" lines={3} />
      </div>
      <div className="stack beside">
        <Skeleton id="matrix" title="Namespaces" lines={6} />
        <Skeleton id="processes" title="Processes" lines={8} />
      </div>
      <Skeleton id="network" title="Network" lines={6} wide />
    </div>
  );
}

function laterWords(state: LiveState, pod: PodFacts): string {
  if (state.recorded) return "Nobody watched at that moment, so no sample was taken.";
  if (state.gone) return "Nothing was read before it was gone.";
  switch (state.stream?.state) {
    case "waiting":
      return whyNothingRuns(pod);
    case "unavailable":
      return state.stream.reason;
    default:
      return "Waiting for the first reading…";
  }
}
