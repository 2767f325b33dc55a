// The Pod as Kubernetes' YAML, to read, to change and to take away; what is wrong with it by line.
import "./yaml-pane.css";
import { Suspense, useMemo, useState } from "react";
import { listed } from "../state/text";
import type { Mark } from "../state/verdict";
import { unknownFields } from "../state/verdict";
import { parse, without } from "../state/yaml";
import { Button } from "../ui/button";
import { late } from "../ui/late";
import { Mishap } from "../ui/mishap";
import { Pane } from "../ui/pane";
import { CopyButton, download, YAML_TYPE } from "../ui/take";
import { type Creating, YAML } from "./use-create";
import type { Making } from "./use-making";

const YamlEditor = late(async () => (await import("./yaml-editor")).default);

interface Props {
  readonly making: Making;
  readonly creating: Creating;
}

export function YamlPane({ making, creating }: Props) {
  const { draft, setText } = making;
  const [goTo, setGoTo] = useState<{ readonly line: number } | null>(null);
  const unknown = unknownFields(creating.verdict);
  const bands = useMemo(() => parse(draft.text).members, [draft.text]);
  const change = (text: string) => {
    creating.changed(YAML);
    setText(text);
  };
  return (
    <Pane title="YAML" aside="Tab leaves the editor" actions={<Take text={draft.text} name={draft.form.name} />}>
      <Mishap place="editor">
        <Suspense fallback={<pre className="yaml-wait">{draft.text}</pre>}>
          <YamlEditor text={draft.text} marks={creating.marks} bands={bands} onChange={change} goTo={goTo} />
        </Suspense>
      </Mishap>
      <Marks marks={creating.marks} onGo={(line) => setGoTo({ line })} />
      {unknown.length > 0 && (
        <div className="yaml-help">
          <Button onPress={() => change(without(draft.text, unknown))}>
            {unknown.length === 1 ? "Leave out this field" : `Leave out these ${unknown.length} fields`}
          </Button>
          <span className="hint">{listed(unknown)}</span>
        </div>
      )}
    </Pane>
  );
}

function Take({ text, name }: { readonly text: string; readonly name: string }) {
  const file = `${/^[\w.-]+$/.test(name) ? name : "pod"}.yaml`;
  return (
    <>
      <CopyButton text={text} what="the YAML" />
      <Button kind="quiet" onPress={() => download(file, text, YAML_TYPE)}>
        {`Download ${file}`}
      </Button>
    </>
  );
}

interface MarksProps {
  readonly marks: readonly Mark[];
  readonly onGo: (line: number) => void;
}

/** The same as the marks in the editor, for those who do not see them. */
function Marks({ marks, onGo }: MarksProps) {
  if (marks.length === 0) return null;
  return (
    <ul className="yaml-marks" aria-label="What is wrong with the YAML">
      {marks.map(({ place, message }, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two may say the same, and none has a state of its own
        <li key={index}>
          {place && (
            <Button kind="quiet" onPress={() => onGo(place.line)} aria-label={`Go to line ${place.line}`}>
              Line {place.line}
            </Button>
          )}
          <span className="error">{message}</span>
        </li>
      ))}
    </ul>
  );
}
