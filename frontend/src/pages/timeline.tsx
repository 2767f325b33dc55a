// The timeline: a line a track, a slider over all of them, and the same as a table.
import "./timeline.css";
import { useEffect, useMemo, useRef, useState } from "react";
import { told } from "../api/refusal";
import { kept, momentSentence } from "../state/captions-past";
import type { PodFacts } from "../state/pod";
import type { Obj } from "../state/read";
import { age, clock, visible } from "../state/text";
import { lives, type Moment, moments, type Reach, reach } from "../state/timeline";
import { useInAddress } from "../ui/address";
import { Button } from "../ui/button";
import { useNow } from "../ui/clock";
import { Empty, Problem } from "../ui/pane";
import { SavePicture } from "../ui/save-picture";
import { Switcher } from "../ui/switcher";
import { CopyButton } from "../ui/take";
import { MomentTable } from "../views/moment-table";
import { Tracks } from "../views/tracks";
import { addressOf, type Past } from "./use-past";

interface Props {
  readonly past: Past;
  readonly pod: PodFacts;
  readonly events: readonly Obj[];
  readonly isGone: boolean;
}

const LOOKS = [
  { value: "line", label: "Line" },
  { value: "table", label: "Table" },
] as const;

export function Timeline({ past, pod, events, isGone }: Props) {
  const { recording, moment, go } = past;
  const now = useNow(1000);
  const tracks = useRef<HTMLDivElement>(null);
  const [look, setLook] = useInAddress<"line" | "table">("timeline", "line", ["line", "table"]);
  const happened = useMemo(() => (recording ? moments(recording, events) : []), [recording, events]);
  const lived = useMemo(() => (recording ? lives(recording, pod) : []), [recording, pod]);
  if (past.error && !recording) return <Problem title="There is no recording">{visible(told(past.error))}</Problem>;
  if (!recording) return <Empty>Reading the recording…</Empty>;
  const shown = reach(recording, pod, now, isGone);
  return (
    <div className="timeline">
      <div className="timeline-tools">
        <Controls past={past} happened={happened} shown={shown} now={now} />
        {look === "line" && (
          <SavePicture
            of={tracks}
            file={`${pod.name}-timeline`}
            what="the timeline"
            ends={[clock(shown.from), clock(shown.to)]}
          />
        )}
        <Switcher look="timeline-look" label="Show the timeline as" value={look} onChange={setLook} options={LOOKS} />
      </div>
      {look === "line" ? (
        <div ref={tracks}>
          <Tracks recording={recording} happened={happened} lived={lived} shown={shown} moment={moment} onGo={go} />
        </div>
      ) : (
        <MomentTable happened={happened} onGo={go} />
      )}
      {past.error !== null && past.error !== undefined && (
        <p className="bad">The recording cannot be read: {visible(told(past.error))}</p>
      )}
      <div className="timeline-words">
        <p role="status">{momentSentence(past.state, past.mark)}</p>
        {moment !== null && <Mark moment={moment} mark={past.mark} />}
        {kept(recording).map((sentence) => (
          <p key={sentence} className="hint">
            {sentence}
          </p>
        ))}
      </div>
    </div>
  );
}

interface ControlsProps {
  readonly past: Past;
  readonly happened: readonly Moment[];
  readonly shown: Reach;
  readonly now: number;
}

const SPEEDS = [
  { value: "1", label: "1×" },
  { value: "4", label: "4×" },
] as const;
const TICK_MS = 250;

function Controls({ past, happened, shown, now }: ControlsProps) {
  const { moment, go } = past;
  const [speed, setSpeed] = useState<"1" | "4">("1");
  const [isPlaying, setPlaying] = useState(false);
  const from = moment ?? shown.to;
  const before = happened.findLast(({ at }) => at < from);
  const after = moment === null ? undefined : happened.find(({ at }) => at > from);
  useEffect(() => {
    if (!isPlaying || moment === null) return;
    const timer = setTimeout(() => {
      const next = moment + TICK_MS * Number(speed);
      if (next >= Date.now()) setPlaying(false);
      else go(next);
    }, TICK_MS);
    return () => clearTimeout(timer);
  });
  return (
    <>
      <Button isDisabled={!before} onPress={() => before && go(before.at)}>
        Earlier event
      </Button>
      <Button isDisabled={!after} onPress={() => after && go(after.at)}>
        Later event
      </Button>
      <Button isDisabled={moment === null} onPress={() => setPlaying(!isPlaying)}>
        {isPlaying && moment !== null ? "Stop" : "Play"}
      </Button>
      <Switcher label="Speed" value={speed} onChange={setSpeed} options={SPEEDS} />
      <span className="timeline-at mono">
        {moment === null ? "now" : `${clock(moment)}, ${age(new Date(moment).toISOString(), now)} ago`}
      </span>
    </>
  );
}

/** A link to the moment, with a name for whoever opens it. */
function Mark({ moment, mark }: { readonly moment: number; readonly mark: string }) {
  const [name, setName] = useState(mark);
  return (
    <div className="timeline-mark">
      <input
        className="input"
        aria-label="Name of this moment"
        placeholder="Name of this moment"
        maxLength={80}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      <CopyButton what="link to this moment" label="Copy link" text={addressOf(moment, name.trim())} />
    </div>
  );
}
