// The last lines of one member's output: followed while it runs and its end is in sight.
import { useQuery } from "@tanstack/react-query";
import { memo, type UIEvent, useLayoutEffect, useRef, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { getLog } from "../api/client";
import { told } from "../api/refusal";
import type { MemberFacts, PodFacts } from "../state/pod";
import { clock, visible } from "../state/text";
import { Button } from "../ui/button";
import { Choice } from "../ui/field";
import { Empty, Pane } from "../ui/pane";

const LINES = 200;
const POLL_MS = 2500;

interface Props {
  readonly pod: PodFacts;
  readonly isGone: boolean;
  /** The member whose log is read; "" is the first one. */
  readonly member: string;
  readonly onMember: (member: string) => void;
}

interface Read {
  readonly text: string;
  readonly at: number;
}

/** `follows`: asked for again and again, which stops by itself while the page is hidden. */
function useLog(pod: PodFacts, chosen: string, state: MemberFacts["state"], follows: boolean, isGone: boolean) {
  return useQuery({
    // The state is part of the key, so that a start or an end asks again.
    queryKey: ["log", pod.uid, chosen, state],
    queryFn: async (): Promise<Read> => ({
      text: await getLog(pod.namespace, pod.name, chosen, LINES),
      at: Date.now(),
    }),
    enabled: !isGone && !pod.deletedAt && state !== "waiting",
    refetchInterval: follows && state === "running" ? POLL_MS : false,
    placeholderData: (last, query) => (query?.queryKey[2] === chosen ? last : undefined),
  });
}

export const Log = memo(function Log({ pod, isGone, member, onMember }: Props) {
  const names = pod.members.map((member) => member.name);
  // What the pod is for comes first; an init member has said what it had to say.
  const first = pod.members.find((each) => each.role === "")?.name ?? "";
  const chosen = names.includes(member) ? member : first;
  const [follows, setFollows] = useState(true);
  const state = pod.members.find((member) => member.name === chosen)?.state ?? "waiting";
  const log = useLog(pod, chosen, state, follows, isGone);
  const options = names.map((name) => ({ value: name, label: name }));
  const choose = (name: string) => {
    onMember(name);
    setFollows(true);
  };
  return (
    <Pane
      id="logs"
      title="Log"
      aside={aside(log.data, follows)}
      actions={
        <>
          <Choice bare id="log-member" label="Log of member" value={chosen} onChange={choose} options={options} />
          <ToggleButton
            className="button button-quiet"
            isSelected={follows}
            isDisabled={isGone || state !== "running"}
            onChange={setFollows}
          >
            Follow
          </ToggleButton>
          <Button kind="quiet" isDisabled={isGone || state === "waiting"} onPress={() => log.refetch()}>
            Refresh
          </Button>
        </>
      }
    >
      {log.isError && <p className="bad empty">The log cannot be read: {visible(told(log.error))}</p>}
      {log.data === undefined ? (
        !log.isError && <Empty>{state === "waiting" ? `No log yet: ${chosen} has not run.` : "Reading…"}</Empty>
      ) : (
        <LogText key={chosen} read={log.data} name={chosen} follows={follows} onFollow={setFollows} />
      )}
    </Pane>
  );
});

function aside(read: Read | undefined, follows: boolean): string {
  if (read === undefined) return `the last ${LINES} lines`;
  const held = follows ? "" : "; scroll to its end to follow it";
  return `the last ${LINES} lines, read at ${clock(read.at)}${held}`;
}

interface LogTextProps {
  readonly read: Read;
  readonly name: string;
  readonly follows: boolean;
  readonly onFollow: (follows: boolean) => void;
}

// Fractions of a pixel and a last line half in sight are still its end.
const NEAR_PX = 12;

function LogText({ read, name, follows, onFollow }: LogTextProps) {
  const box = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: new text is what moves the end
  useLayoutEffect(() => {
    if (follows && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [read.text, follows]);
  const onScroll = ({ currentTarget: at }: UIEvent) =>
    onFollow(at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_PX);
  if (read.text === "") {
    return (
      <Empty>
        {name} had written nothing at {clock(read.at)}.
      </Empty>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard must reach it
    <section ref={box} className="log" tabIndex={0} aria-label={`Log of ${name}`} onScroll={onScroll}>
      <pre>{visible(read.text)}</pre>
    </section>
  );
}
