// The pod by hand: the docker commands that make the same, and its YAML. Fetched when somebody opens it.
import { useQuery } from "@tanstack/react-query";
import { memo, useState } from "react";
import { type Command, listCommands } from "../api/client";
import { told } from "../api/refusal";
import type { PodFacts } from "../state/pod";
import type { Obj } from "../state/read";
import { visible } from "../state/text";
import { written } from "../state/written";
import { Button } from "../ui/button";
import { Empty, FoldingPane } from "../ui/pane";
import { CopyButton, download, YAML_TYPE } from "../ui/take";

interface Props {
  readonly pod: PodFacts;
  /** The Pod v1 object. */
  readonly object: Obj;
  readonly isGone: boolean;
}

export const Commands = memo(function Commands({ pod, object, isGone }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <FoldingPane
      id="commands"
      title="By hand"
      what="commands"
      wide
      aside="the docker commands that make this pod, and its YAML"
      isOpen={isOpen}
      onOpen={setOpen}
    >
      {() => (
        <div className="pair-of-parts">
          <div className="part">
            <Script pod={pod} isGone={isGone} />
          </div>
          <div className="part">
            <Yaml object={object} name={pod.name} />
          </div>
        </div>
      )}
    </FoldingPane>
  );
});

function Script({ pod, isGone }: { readonly pod: PodFacts; readonly isGone: boolean }) {
  const asked = useQuery({
    queryKey: ["commands", pod.uid],
    queryFn: () => listCommands(pod.namespace, pod.name),
    enabled: !isGone,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (asked.isError) return <p className="bad empty">The commands cannot be read: {visible(told(asked.error))}</p>;
  if (!asked.data) return <Empty>{isGone ? "The pod is gone, and its commands with it." : "Reading…"}</Empty>;
  return (
    <>
      <div className="part-head">
        <h3>Shell script</h3>
        <CopyButton text={script(asked.data)} what="all commands" />
      </div>
      <ol className="script">
        {asked.data.map((command) => (
          <li key={command.line}>
            <p className="faint"># {visible(command.about)}</p>
            <pre>{visible(command.line)}</pre>
            <CopyButton text={command.line} what={`the command: ${command.about}`} />
          </li>
        ))}
      </ol>
      <p className="empty">
        The pod's ports of the host must be free first: delete the pod, or change the port. Left out is what only the
        node makes: the hosts file, labels, the rotation of logs; and Docker's resolver is not refused.
      </p>
    </>
  );
}

/** One script, each command under what it is for. */
function script(commands: readonly Command[]): string {
  return commands.map(({ about, line }) => `# ${about}\n${line}\n`).join("\n");
}

function Yaml({ object, name }: { readonly object: Obj; readonly name: string }) {
  const manifest = written(object);
  // The writer of YAML is large: it comes when it is first needed.
  const text = useQuery({
    queryKey: ["yaml", JSON.stringify(manifest)],
    queryFn: async () => (await import("yaml")).stringify(manifest, { lineWidth: 96 }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (text.isError) return <p className="bad empty">The YAML cannot be shown: {told(text.error)}</p>;
  if (text.data === undefined) return <Empty>Reading…</Empty>;
  return (
    <>
      <div className="part-head">
        <h3>YAML</h3>
        <CopyButton text={text.data} what="the YAML" />
        <Button kind="quiet" onPress={() => download(`${name}.yaml`, text.data, YAML_TYPE)}>
          Download
        </Button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard must reach it */}
      <section className="code" tabIndex={0} aria-label={`YAML of ${name}`}>
        <pre>{visible(text.data)}</pre>
      </section>
    </>
  );
}
