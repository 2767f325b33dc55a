// One pod, live: what it is on top, then a pane a view.
import { Suspense, useCallback, useMemo, useState } from "react";
import { Link, Navigate, useOutletContext, useParams } from "react-router";
import { startPod } from "../api/acts";
import { told } from "../api/refusal";
import { doneWords } from "../state/acts";
import { type LiveState, liveness } from "../state/live";
import { operatorActs } from "../state/operator-acts";
import { type PodFacts, phaseWord, readEvent, readPod } from "../state/pod";
import { troubles } from "../state/remedies";
import { clock } from "../state/text";
import { fromAddress, keepInAddress } from "../ui/address";
import { Button } from "../ui/button";
import { useNow } from "../ui/clock";
import { Members } from "../ui/hue";
import { late } from "../ui/late";
import { LitScope } from "../ui/lit";
import { Empty } from "../ui/pane";
import { OperatorNote } from "../views/operator-note";
import { type Reading, Troubles } from "../views/troubles";
import { DeletePod } from "./delete-pod";
import type { FrameContext } from "./frame";
import { LifetimeNote } from "./lifetime-note";
import { LiveBadge } from "./live-badge";
import { mayChange } from "./may-change";
import { useNotices } from "./notice-queue";
import { Phase } from "./phase";
import { PaneLinks, Panes } from "./pod-panes";
import { endedState } from "./session";
import { TimelinePane } from "./timeline-pane";
import { useEnded } from "./use-ended";
import { useLive } from "./use-live";
import { linked, type Past, usePast } from "./use-past";

const PodActs = late(async () => (await import("./pod-acts")).PodActs);

export function PodPage() {
  const { namespace = "", name = "" } = useParams();
  return <LivePod key={`${namespace}/${name}`} namespace={namespace} name={name} />;
}

function LivePod({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  const { state: live, isSought } = useEnded(useLive(namespace, name), namespace, name);
  const [isTimeline, setTimeline] = useState(() => linked().moment !== null);
  const past = usePast(live, namespace, name, isTimeline);
  const { state } = past;
  const pod = useMemo(() => (state.snapshot ? readPod(state.snapshot.pod) : null), [state.snapshot]);
  const members = useMemo(() => pod?.members.map((member) => member.name) ?? [], [pod]);
  const wrong = useMemo(() => (pod ? troubles(pod) : []), [pod]);
  const byOperators = useMemo(() => operatorActs(state.snapshot?.events.map(readEvent) ?? []), [state.snapshot]);
  const frozen = useFrozen(state);
  const user = useOutletContext<FrameContext | null>()?.session.user ?? null;
  const start = useStart();
  const [logOf, setLogOf] = useState(() => fromAddress("log"));
  const showLog = useCallback((log: string) => {
    setLogOf(log);
    keepInAddress({ log });
  }, []);
  if (state.connection.state === "signed-out")
    return <Navigate to="/sign-in" replace state={endedState(user, location)} />;
  if (isSought) return <Empty>Looking among the pods that are gone…</Empty>;
  if (state.connection.state === "not-found") return <Missing namespace={namespace} name={name} />;
  if (state.connection.state === "too-many") return <TooMany />;
  return (
    <Members value={members}>
      <title>{`${name} · Pod playground`}</title>
      <div className="page-head">
        <h1>
          <span className="path">
            <Link to={`/?namespace=${encodeURIComponent(namespace)}`}>{namespace}</Link> /{" "}
          </span>
          {name}
        </h1>
        {pod && <Facts pod={pod} isGone={state.gone} />}
        <LiveBadge state={state} />
        {past.moment !== null && <Button onPress={() => backToLive(past)}>Back to live</Button>}
        {pod && state.snapshot && !live.gone && past.moment === null && (
          <>
            <Suspense>
              <PodActs pod={pod} object={state.snapshot.pod} frozen={frozen} />
            </Suspense>
            <DeletePod pod={pod} />
          </>
        )}
      </div>
      {state.gone && <GoneNote name={name} />}
      <LostNote state={state} />
      {past.moment === null && <OperatorNote acts={byOperators} />}
      {pod && !live.gone && past.moment === null && <LifetimeNote pod={pod} />}
      {state.snapshot && pod && !state.gone && (
        <Troubles
          troubles={wrong}
          readings={readings(state, pod)}
          object={state.snapshot.pod}
          onLog={showLog}
          onStart={mayChange(user) ? () => start(pod) : undefined}
        />
      )}
      <PaneLinks />
      <TimelinePane live={live} past={past} isOpen={isTimeline} onOpen={setTimeline} />
      <LitScope>
        <Panes state={state} pod={pod} logOf={logOf} onLogOf={showLog} frozen={frozen} />
      </LitScope>
    </Members>
  );
}

function useStart(): (pod: PodFacts) => Promise<void> {
  const notices = useNotices();
  return async (pod) => {
    try {
      await startPod(pod);
      notices?.say({ title: doneWords("start", pod.name) });
    } catch (error) {
      notices?.say({ title: `${pod.name} was not started`, body: told(error), isBad: true });
    }
  };
}

/** The members that stand still; the same set while they are the same, however often the pod is read. */
function useFrozen({ sample }: LiveState): ReadonlySet<string> {
  const names = sample?.members.filter((member) => member.frozen).map((member) => member.member) ?? [];
  const key = names.join(" ");
  return useMemo(() => new Set(key.split(" ").filter(Boolean)), [key]);
}

/** The button that was pressed goes away: the focus stays near. */
function backToLive(past: Past) {
  past.go(null);
  document.getElementById("timeline")?.focus({ preventScroll: true });
}

function Missing({ namespace, name }: { readonly namespace: string; readonly name: string }) {
  return (
    <div className="centre">
      <title>No such pod · Pod playground</title>
      <h1>No such pod</h1>
      <p>
        There is no pod <span className="mono">{name}</span> in <span className="mono">{namespace}</span>, or it is not
        yours.
      </p>
      <Link to="/">Back to my pods</Link>
    </div>
  );
}

function TooMany() {
  return (
    <div className="centre">
      <title>Too many pages are open · Pod playground</title>
      <h1>Too many pages are open</h1>
      <p>You have as many pods and shells open as one person may at once. Close another tab, then try again.</p>
      <Button kind="main" onPress={() => location.reload()}>
        Try again
      </Button>
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

/** What could not be read just now. Of a pod that ends, every reading fails at some moment: that is no problem. */
function readings(state: LiveState, pod: PodFacts): readonly Reading[] {
  if (state.connection.state !== "open") return [];
  const { stream } = state;
  const away = stream?.state === "unavailable" ? [{ title: "Live readings are unavailable", why: stream.reason }] : [];
  const problems = pod.deletedAt ? [] : (state.sample?.problems ?? []);
  return [...away, ...problems.map((why) => ({ title: "Not everything could be read", why }))];
}
