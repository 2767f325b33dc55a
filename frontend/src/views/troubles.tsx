// What stands in a pod's way, on top of its page: what happened, why, and the one thing to press.
import { Link } from "react-router";
import type { Obj } from "../state/read";
import type { Trouble } from "../state/remedies";
import { visible } from "../state/text";
import { shortened } from "../state/troubles";
import { copyOf } from "../state/written";
import { Button } from "../ui/button";

/** What could not be read; `why` in the words of who tried. */
export interface Reading {
  readonly title: string;
  readonly why: string;
}

interface Props {
  readonly troubles: readonly Trouble[];
  readonly readings: readonly Reading[];
  /** The Pod v1 object, for a copy of it. */
  readonly object: Obj;
  readonly onLog: (member: string) => void;
  /** Not there for who may not start it. */
  readonly onStart?: (() => void) | undefined;
}

const CALM: ReadonlySet<Trouble["remedy"]> = new Set(["wait", "start"]);

export function Troubles({ troubles, readings, object, onLog, onStart }: Props) {
  if (troubles.length + readings.length === 0) return null;
  const isCalm = readings.length === 0 && troubles.every((trouble) => CALM.has(trouble.remedy));
  return (
    <div className={isCalm ? "problem calm troubles" : "problem troubles"} role="alert" aria-label="Not all is well">
      {troubles.map((trouble) => (
        <One key={trouble.key} trouble={trouble} object={object} onLog={onLog} onStart={onStart} />
      ))}
      {readings.map(({ title, why }) => (
        <div key={why} className="trouble">
          <div className="trouble-words">
            <strong>{title}</strong>
            <p>{visible(why).replace(/\.$/, "")}. It is tried again by itself.</p>
          </div>
        </div>
      ))}
    </div>
  );
}

interface OneProps extends Pick<Props, "object" | "onLog" | "onStart"> {
  readonly trouble: Trouble;
}

/** The log is of that member then, and has the focus. */
export function readLog(member: string, onLog: (member: string) => void) {
  onLog(member);
  document.getElementById("logs")?.focus();
}

function One({ trouble, object, onLog, onStart }: OneProps) {
  const { title, why, words, remedy, member } = trouble;
  const short = shortened(words);
  return (
    <div className="trouble">
      <div className="trouble-words">
        <strong>{visible(title)}</strong>
        <p>{visible(why)}</p>
        {words && (
          <p className="mono words" title={words}>
            {visible(short)}
            {short !== words && <span className="faint"> (the whole message is in Events)</span>}
          </p>
        )}
      </div>
      {remedy === "start" && onStart && (
        <div className="trouble-actions">
          <Button onPress={onStart}>Start the pod</Button>
        </div>
      )}
      {!CALM.has(remedy) && (
        <div className="trouble-actions">
          {remedy === "log" && <Button onPress={() => readLog(member, onLog)}>Read its log</Button>}
          <Link className="button button-plain" to="/new" state={{ manifest: copyOf(object) }}>
            Edit a copy
          </Link>
        </div>
      )}
    </div>
  );
}
