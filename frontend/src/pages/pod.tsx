// One pod, live: what it is on top, then a pane a view.
import { type ReactNode, useMemo } from "react";
import { Link, Navigate, useParams } from "react-router";
import { isEnding, type LiveState, liveness } from "../state/live";
import { type PodFacts, phaseWord, readEvent, readPod } from "../state/pod";
import { clock, visible } from "../state/text";
import { troubles, whyNothingRuns } from "../state/troubles";
import { useNow } from "../ui/clock";
import { Members } from "../ui/hue";
import { Empty, Problem } from "../ui/pane";
import { Conditions } from "../views/conditions";
import { Events } from "../views/events";
import { Hostnames } from "../views/hostnames";
import { Log } from "../views/log";
import { MemberStates } from "../views/member-states";
import { Namespaces } from "../views/namespaces";
import { Network } from "../views/network";
import { Processes } from "../views/processes";
import { Steps } from "../views/steps";
import { DeletePod } from "./delete-pod";
import { LiveBadge } from "./live-badge";
import { Phase } from "./phase";
import { useLive } from "./use-live";

export function PodPage() {
  const { namespace = "", name = "" } = useParams();
  return <LivePod key={`${namespace}/${name}`} namespace={namespace} name={name} />;
}

function LivePod({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const state = useLive(namespace, name);
  const pod = useMemo(() => (state.snapshot ? readPod(state.snapshot.pod) : null), [state.snapshot]);
  const members = useMemo(() => pod?.members.map((member) => member.name) ?? [], [pod]);
  if (state.connection.state === "signed-out")
    return <Navigate to="/sign-in" replace state={{ next: location.pathname }} />;
  if (state.connection.state === "not-found") return <Missing namespace={namespace} name={name} />;
  return (
    <Members value={members}>
      <title>{`${name} · Pod playground`}</title>
      <div className="page-head">
        <h1>
          <span className="path">
            <Link to="/">{namespace}</Link> /{" "}
          </span>
          {name}
        </h1>
        {pod && <Facts pod={pod} isGone={state.gone} />}
        <LiveBadge state={state} />
        {pod && !state.gone && <DeletePod pod={pod} />}
      </div>
      {state.gone && <GoneNote name={name} />}
      <LostNote state={state} />
      <Troubles state={state} pod={pod} />
      <Panes state={state} pod={pod} />
    </Members>
  );
}

function Missing({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  return (
    <div className="centre">
      <h1>No such pod</h1>
      <p>
        There is no pod <span className="mono">{name}</span> in <span className="mono">{namespace}</span>, or it is not
        yours.
      </p>
      <Link to="/">Back to my pods</Link>
    </div>
  );
}

function GoneNote({ name }: { readonly name: string }) {
  return (
    <div className="problem calm" role="status">
      <strong>{name} is gone</strong>
      <p>
        Below is what was last seen of it. <Link to="/">Back to my pods</Link>
      </p>
    </div>
  );
}

const PATIENCE_MS = 3000;

/** A short loss is the badge's matter; a longer one is said, for what is below is old. */
function LostNote({ state }: { readonly state: LiveState }) {
  const now = useNow(1000);
  const live = liveness(state, now);
  if (live.state !== "reconnecting" || now - live.since < PATIENCE_MS) return null;
  return (
    <div className="problem calm" role="status">
      <strong>The service does not answer</strong>
      <p>
        {state.seenAt === null ? "Nothing was read yet." : `Below is what was read last, at ${clock(state.seenAt)}.`}{" "}
        This page comes back by itself.
      </p>
    </div>
  );
}

function Facts({ pod, isGone }: { readonly pod: PodFacts; readonly isGone: boolean }) {
  return (
    <>
      <Phase word={isGone ? "Gone" : phaseWord(pod)} />
      <span className="chip mono">{pod.podIP || "no address yet"}</span>
      <span className="chip mono">hostname {pod.hostname}</span>
    </>
  );
}

/** What stands in the way, in the words of whoever said it. */
function Troubles({ state, pod }: { readonly state: LiveState; readonly pod: PodFacts | null }) {
  const problems = [
    ...(pod ? troubles(pod) : []),
    ...(state.stream?.state === "unavailable" ? [`Live readings are unavailable: ${state.stream.reason}`] : []),
    // Of a pod that ends, every reading fails at some moment: that is no problem.
    ...(pod?.deletedAt ? [] : (state.sample?.problems ?? [])),
  ];
  if (problems.length === 0 || state.gone) return null;
  return (
    <Problem title="Not all is well">
      {problems.map((problem) => (
        <p key={problem}>{visible(problem)}</p>
      ))}
    </Problem>
  );
}

function Panes({ state, pod }: { readonly state: LiveState; readonly pod: PodFacts | null }) {
  const events = useMemo(() => state.snapshot?.events.map(readEvent) ?? [], [state.snapshot]);
  if (!state.snapshot || !pod) return <Empty>Waiting for the first word of this pod…</Empty>;
  const { sample } = state;
  const later: ReactNode = <Empty>{laterWords(state, pod)}</Empty>;
  return (
    <div className="panes">
      <MemberStates pod={pod} />
      <Processes processes={sample?.processes} truncated={sample?.processesTruncated} pod={pod} later={later} />
      <div className="stack">
        <Namespaces view={sample?.namespaces} later={later} />
        <Events events={events} />
      </div>
      <Hostnames views={sample?.hostnames} later={later} />
      <Network view={sample?.network} isEnding={isEnding(state)} later={later} />
      <Log pod={pod} isGone={state.gone} />
      <Conditions conditions={pod.conditions} />
      <Steps steps={state.snapshot.steps} />
    </div>
  );
}

function laterWords(state: LiveState, pod: PodFacts): string {
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
