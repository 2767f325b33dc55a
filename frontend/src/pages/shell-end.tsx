// What a shell said last, or its connection: how it ended, or why there is none; and what to do then.
import { useEffect, useState } from "react";
import { addDebugMember } from "../api/client";
import { told } from "../api/refusal";
import type { PodFacts } from "../state/pod";
import { debugName, type Tab } from "../state/shells";
import { visible } from "../state/text";
import { Button } from "../ui/button";
import { Problem } from "../ui/pane";
import type { Condition, ShellsOfPage } from "./use-shells";

const DEBUG_IMAGE = "playground/toolbox:1";

const NOTES = {
  moved: ["Another page types into this shell.", "Take over"],
  idle: ["Nothing happened in this shell for too long: this page let go of it, and soon it ends.", "Come back to it"],
  "too-many": ["You have as many pods and shells open as one person may at once: close another.", "Try again"],
} as const;

/** Why this page is not at a shell that lives, and how it comes to it. */
export function LineNote({ condition, onTake }: { readonly condition: Condition; readonly onTake: () => void }) {
  const line = condition.drives ? condition.line : "moved";
  if (condition.last || (line !== "moved" && line !== "idle" && line !== "too-many")) return null;
  const [why, how] = NOTES[line];
  return (
    <p className="shell-note" role="status">
      {why}
      <Button onPress={onTake}>{how}</Button>
    </p>
  );
}

interface Props {
  readonly pod: PodFacts;
  readonly tab: Tab;
  readonly last: NonNullable<Condition["last"]>;
  readonly page: ShellsOfPage;
}

const ENDS = {
  exited: "The shell has ended",
  closed: "The shell was closed",
  left: "The shell has ended: no page was attached to it for too long",
  "signed-out": "The shell has ended with the session that opened it",
  member: "The shell has ended with its member",
} as const;

export function LastWord({ pod, tab, last, page }: Props) {
  const again = () => {
    page.close(tab.id);
    page.open(tab.member, tab.user, tab.name);
  };
  if (last.type === "refused" && last.reason === "no-shell") return <NoShell pod={pod} tab={tab} page={page} />;
  if (last.type === "refused") {
    return (
      <Problem title={`There is no shell in ${tab.member}`}>
        <p>{visible(last.message)}</p>
        <Button onPress={again}>Try again</Button>
      </Problem>
    );
  }
  const code = last.exitCode === null ? "" : ` (exit code ${last.exitCode})`;
  return (
    <p className="shell-note" role="status">
      {`${ENDS[last.reason]}${code}.`}
      <Button onPress={again}>Open another</Button>
    </p>
  );
}

/** A member of its own has a shell, and sees the processes of the one that has none. */
function NoShell({ pod, tab, page }: Omit<Props, "last">) {
  const [debug, setDebug] = useState("");
  const [failed, setFailed] = useState("");
  const state = pod.members.find(({ name }) => name === debug)?.state;
  const add = () => {
    const name = debugName(pod.members.map((member) => member.name));
    setDebug(name);
    setFailed("");
    addDebugMember(pod, { name, image: DEBUG_IMAGE, target: tab.member }).catch((error: unknown) => {
      setDebug("");
      setFailed(told(error));
    });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, when it runs
  useEffect(() => {
    if (state !== "running") return;
    page.close(tab.id);
    page.open(debug, "");
  }, [state]);
  return (
    <div className="no-shell">
      <strong>{`The image of ${tab.member} has no shell`}</strong>
      <p>
        A debug member brings one: it joins the pod's network and sees the processes of {tab.member}. It stays until the
        pod goes.
      </p>
      {failed && <p className="bad">{visible(failed)}</p>}
      <Button kind="main" isDisabled={debug !== ""} onPress={add}>
        {debug === "" ? "Add a debug member" : `Starting ${debug}…`}
      </Button>
    </div>
  );
}
