// What members wrote, as they write it: one of them or all, in the order of time.
import "./log.css";
import { memo, useDeferredValue, useMemo, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { logAddress } from "../api/client";
import type { Read } from "../api/log-reading";
import { matching } from "../state/log-search";
import type { PodFacts } from "../state/pod";
import { LOG_SINCE, LOG_TIMES, LOG_WRAP, chosen as preferred } from "../state/preferences";
import { counted, visible } from "../state/text";
import { Button } from "../ui/button";
import { Choice } from "../ui/field";
import { Empty, Pane } from "../ui/pane";
import { choose, usePreference } from "../ui/preference";
import { LogLines } from "./log-lines";
import { LogSearch } from "./log-search";
import { hasRun, useHold, useLog } from "./use-log";

interface Props {
  readonly pod: PodFacts;
  readonly isGone: boolean;
  /** The member whose log is read; "" is the first one. */
  readonly member: string;
  readonly onMember: (member: string) => void;
}

/** No member is called so. */
const ALL = "*";
const SINCE = [
  { value: "1000", label: "last 1,000 lines" },
  { value: "10000", label: "last 10,000 lines" },
  { value: "60s", label: "last minute" },
  { value: "300s", label: "last 5 minutes" },
  { value: "3600s", label: "last hour" },
] as const;
const TIMES = [
  { value: "none", label: "no times" },
  { value: "local", label: "local times" },
  { value: "utc", label: "UTC times" },
] as const;

const Log = memo(function Log({ pod, isGone, member, onMember }: Props) {
  const names = pod.members.map((each) => each.name);
  // What the pod is for comes first; an init member has said what it had to say.
  const first = pod.members.find((each) => each.role === "")?.name ?? "";
  const chosen = names.includes(member) || member === ALL ? member : first;
  const [previous, setPrevious] = useState(false);
  const options = names.map((name) => ({ value: name, label: name }));
  const all = names.length > 1 ? [{ value: ALL, label: "all members" }] : [];
  const change = (name: string) => {
    onMember(name);
    setPrevious(false);
  };
  const since = usePreference(LOG_SINCE);
  const key = [pod.uid, chosen, previous, since].join(" ");
  return (
    <Reader
      key={key}
      pod={pod}
      isGone={isGone}
      members={chosen === ALL ? names : [chosen]}
      previous={previous}
      onPrevious={setPrevious}
      choice={
        <Choice
          bare
          id="log-member"
          label="Log of member"
          value={chosen}
          onChange={change}
          options={[...options, ...all]}
        />
      }
    />
  );
});
export default Log;

interface ReaderProps {
  readonly pod: PodFacts;
  readonly isGone: boolean;
  readonly members: readonly string[];
  readonly previous: boolean;
  readonly onPrevious: (previous: boolean) => void;
  readonly choice: React.ReactNode;
}

function Reader({ pod, isGone, members, previous, onPrevious, choice }: ReaderProps) {
  const read = useLog(pod, isGone, { members, previous, since: usePreference(LOG_SINCE) });
  const { shown, isHeld, fresh, hold } = useHold(read);
  const [wanted, setWanted] = useState("");
  const [at, setAt] = useState(0);
  const sought = useDeferredValue(wanted);
  const matches = useMemo(() => matching(shown.lines, sought), [shown.lines, sought]);
  const mixed = members.length > 1;
  const name = mixed ? "all members" : (members[0] ?? "");
  const go = (to: number) => {
    hold(true);
    setAt(to);
  };
  return (
    <Pane
      id="logs"
      title="Log"
      wide
      aside={aside(shown, isHeld)}
      actions={
        <>
          {choice}
          <ToggleButton className="button button-quiet" isSelected={!isHeld} onChange={(on) => hold(!on)}>
            Follow
          </ToggleButton>
        </>
      }
    >
      <div className="log-bar">
        <Looks />
        <ToggleButton
          className="button button-quiet"
          isSelected={previous}
          isDisabled={isGone || !pod.members.some((each) => members.includes(each.name) && each.restarts > 0)}
          onChange={onPrevious}
        >
          Previous attempt
        </ToggleButton>
        <LogSearch wanted={wanted} onWanted={setWanted} count={matches.length} at={at} onGo={go} />
        {!isGone && <Downloads pod={pod} members={members} previous={previous} />}
      </div>
      {[...read.problems].map(([of, why]) => (
        <p key={of} className="bad empty">
          The log of {of} cannot be read: {visible(why)}
        </p>
      ))}
      {shown.lines.length === 0 ? (
        <Empty>{whyEmpty(pod, members, name)}</Empty>
      ) : (
        <LogLines
          lines={shown.lines}
          name={name}
          mixed={mixed}
          wanted={sought}
          isHeld={isHeld}
          onHold={hold}
          goTo={isHeld && sought !== "" ? (matches[at] ?? null) : null}
        />
      )}
      {fresh > 0 && (
        <Button kind="main" onPress={() => hold(false)}>
          {`${counted(fresh, "new line")}: to the end`}
        </Button>
      )}
    </Pane>
  );
}

function whyEmpty(pod: PodFacts, members: readonly string[], name: string): string {
  const mine = pod.members.filter((each) => members.includes(each.name));
  return mine.some(hasRun) ? `${name}: nothing written yet.` : `No log yet: ${name} has not run.`;
}

function aside({ lines, dropped, isBehind }: Read, isHeld: boolean): string {
  const said = [counted(lines.length, "line").replace(/\B(?=(\d{3})+ )/, ",")];
  if (dropped > 0) said.push("older ones were let go");
  if (isBehind && !isHeld) said.push("written faster than shown");
  if (isHeld) said.push("held; scroll to its end to follow it");
  return said.join("; ");
}

function Looks() {
  const since = usePreference(LOG_SINCE);
  const times = usePreference(LOG_TIMES);
  const wrap = usePreference(LOG_WRAP);
  return (
    <>
      <Choice
        bare
        id="log-since"
        label="Since"
        value={since}
        onChange={(value) => choose(LOG_SINCE, preferred(LOG_SINCE, value))}
        options={SINCE}
      />
      <Choice
        bare
        id="log-times"
        label="Times"
        value={times}
        onChange={(value) => choose(LOG_TIMES, preferred(LOG_TIMES, value))}
        options={TIMES}
      />
      <ToggleButton
        className="button button-quiet"
        isSelected={wrap === "on"}
        onChange={(on) => choose(LOG_WRAP, on ? "on" : "off")}
      >
        Wrap
      </ToggleButton>
    </>
  );
}

interface DownloadsProps {
  readonly pod: PodFacts;
  readonly members: readonly string[];
  readonly previous: boolean;
}

/** All of it, which may be more than the page holds: straight from the service into a file. */
function Downloads({ pod, members, previous }: DownloadsProps) {
  return members
    .filter((name) => pod.members.some((each) => each.name === name && hasRun(each)))
    .map((name) => (
      <a
        key={name}
        className="button button-quiet"
        href={logAddress(pod.namespace, pod.name, name, previous)}
        download={`${pod.name}-${name}.log`}
      >
        Download {name}
      </a>
    ));
}
