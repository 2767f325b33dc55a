// The last lines of one member's output, read when asked for.
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { getLog } from "../api/client";
import { told } from "../api/refusal";
import type { PodFacts } from "../state/pod";
import { visible } from "../state/text";
import { Button } from "../ui/button";
import { Choice } from "../ui/field";
import { Empty, Pane } from "../ui/pane";

const LINES = 200;

interface Props {
  readonly pod: PodFacts;
  readonly isGone: boolean;
}

export function Log({ pod, isGone }: Props) {
  const names = pod.members.map((member) => member.name);
  const [chosen, setChosen] = useState(names[0] ?? "");
  // Whether there is a log to ask for; the state is part of the key, so that a start or an end asks again.
  const state = pod.members.find((member) => member.name === chosen)?.state ?? "unknown";
  const log = useQuery({
    queryKey: ["log", pod.uid, chosen, state],
    queryFn: () => getLog(pod.namespace, pod.name, chosen, LINES),
    enabled: !isGone && !pod.deletedAt && (state === "running" || state === "terminated"),
    placeholderData: (last, query) => (query?.queryKey[2] === chosen ? last : undefined),
  });
  const options = names.map((name) => ({ value: name, label: name }));
  return (
    <Pane
      title="Log"
      aside={`the last ${LINES} lines`}
      actions={
        <>
          <Choice bare id="log-member" label="Log of member" value={chosen} onChange={setChosen} options={options} />
          <Button kind="quiet" isDisabled={isGone || log.isFetching} onPress={() => log.refetch()}>
            Refresh
          </Button>
        </>
      }
    >
      <LogText text={log.data} problem={log.isError ? told(log.error) : ""} name={chosen} />
    </Pane>
  );
}

interface LogTextProps {
  readonly text: string | undefined;
  readonly problem: string;
  readonly name: string;
}

function LogText({ text, problem, name }: LogTextProps) {
  if (problem) return <p className="bad empty">The log cannot be read: {visible(problem)}</p>;
  if (text === undefined) return <Empty>No log yet: {name} has not run.</Empty>;
  if (text === "") return <Empty>{name} has written nothing.</Empty>;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard must reach it
    <section className="log" tabIndex={0} aria-label={`Log of ${name}`}>
      <pre>{visible(text)}</pre>
    </section>
  );
}
