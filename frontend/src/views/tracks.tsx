// The tracks of a timeline under one slider. Each is drawn a thousand wide and stretched to the room there is.
import { type KeyboardEvent, useContext } from "react";
import type { Recording } from "../api/recording";
import { isCovered, watched } from "../state/past";
import { clock, counted, span } from "../state/text";
import { type Life, type Moment, place, type Reach, stepped } from "../state/timeline";
import { Members, useHue } from "../ui/hue";
import { MemberName } from "../ui/member";

interface Props {
  readonly recording: Recording;
  readonly happened: readonly Moment[];
  readonly lived: readonly Life[];
  readonly shown: Reach;
  readonly moment: number | null;
  readonly onGo: (moment: number | null) => void;
}

export function Tracks({ recording, happened, lived, shown, moment, onGo }: Props) {
  const members = useContext(Members);
  const hasShells = happened.some(({ track }) => track === "terminal");
  const owners = ["", ...members].filter((member) => lived.some((life) => life.member === member));
  return (
    <div className="tracks">
      <div className="track-names">
        <span>Engine</span>
        <span>Kubernetes</span>
        {hasShells && <span>Terminal</span>}
        {owners.map((member) => (
          <span key={member}>
            <MemberName member={member} />
          </span>
        ))}
        <span>Samples</span>
      </div>
      <div className="track-lines">
        <Ticks name="Engine events" track="engine" happened={happened} shown={shown} />
        <Ticks name="Kubernetes events" track="kubernetes" happened={happened} shown={shown} />
        {hasShells && <Ticks name="Terminal output" track="terminal" happened={happened} shown={shown} />}
        {owners.map((member) => (
          <Lifetimes key={member} lived={lived.filter((life) => life.member === member)} shown={shown} />
        ))}
        <Coverage recording={recording} shown={shown} />
        <Slider recording={recording} shown={shown} moment={moment} onGo={onGo} />
      </div>
      <div className="track-ends mono" aria-hidden="true">
        <span>{clock(shown.from)}</span>
        <span>{clock(shown.to)}</span>
      </div>
    </div>
  );
}

const TALL = 16;

interface TicksProps extends Pick<Props, "happened" | "shown"> {
  readonly name: string;
  readonly track: Moment["track"];
}

function Ticks({ name, track, happened, shown }: TicksProps) {
  const hue = useHue();
  const mine = happened.filter((each) => each.track === track && each.at >= shown.from && each.at <= shown.to);
  return (
    <svg viewBox={`0 0 1000 ${TALL}`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${mine.length}`}>
      {mine.map((each) => {
        const x = place(shown, each.at);
        const look = each.isBad ? "tick tick-bad" : "tick";
        const owner = track !== "kubernetes" && each.member !== null ? hue(each.member) : "hue-none";
        return <line key={each.key} className={`${look} ${owner}`} x1={x} x2={x} y1={2} y2={TALL - 2} />;
      })}
    </svg>
  );
}

function lifeWords(lived: readonly Life[]): string {
  const told = lived.map(({ attempt, from, to }) => {
    const until = to === null ? "until now" : `to ${clock(to)}`;
    return `attempt ${attempt} from ${clock(from)} ${until}`;
  });
  return `${lived[0]?.member || "pause"}: ${told.join(", ")}`;
}

function Lifetimes({ lived, shown }: { readonly lived: readonly Life[]; readonly shown: Reach }) {
  const hue = useHue();
  const owner = hue(lived[0]?.member ?? "");
  return (
    <svg viewBox={`0 0 1000 ${TALL}`} preserveAspectRatio="none" role="img" aria-label={lifeWords(lived)}>
      {lived.map(({ attempt, from, to }) => {
        const [x, end] = [place(shown, from), place(shown, to ?? shown.to)];
        return (
          <rect
            key={`${attempt} ${from}`}
            className={`life ${owner}`}
            x={x}
            y={4}
            width={Math.max(end - x, 1.5)}
            height={TALL - 8}
          />
        );
      })}
    </svg>
  );
}

/** Where nobody watched the line is broken. */
function Coverage({ recording, shown }: Pick<Props, "recording" | "shown">) {
  const spans = watched(recording, shown.to);
  const words = spans.map(({ from, to }) => `${clock(from)} to ${clock(to)}`).join(", ");
  const label = `Samples: ${counted(spans.length, "span")}${words && `, ${words}`}; in between nobody watched`;
  return (
    <svg viewBox={`0 0 1000 ${TALL}`} preserveAspectRatio="none" role="img" aria-label={label}>
      <line className="gap" x1={0} x2={1000} y1={TALL / 2} y2={TALL / 2} />
      {spans.map(({ from, to }) => {
        const x = place(shown, from);
        return (
          <rect
            key={from}
            className="covered"
            x={x}
            y={4}
            width={Math.max(place(shown, to) - x, 1.5)}
            height={TALL - 8}
          />
        );
      })}
    </svg>
  );
}

type SliderProps = Pick<Props, "recording" | "shown" | "moment" | "onGo">;

/** Over all tracks: a press anywhere goes there. */
function Slider({ recording, shown, moment, onGo }: SliderProps) {
  const onKeyDown = (event: KeyboardEvent) => {
    const next = stepped(shown, moment ?? shown.to, event.key, event.shiftKey);
    if (next === null) return;
    event.preventDefault();
    onGo(next);
  };
  const words = moment === null ? "now" : `${clock(moment)}, ${span(shown.to - moment)} before the end`;
  const gap = moment !== null && !isCovered(recording, moment) ? ", nobody watched" : "";
  return (
    <input
      type="range"
      className="moment"
      aria-label="Moment"
      aria-valuetext={`${words}${gap}`}
      min={Math.round(shown.from)}
      max={Math.round(shown.to)}
      step={1}
      value={Math.round(moment ?? shown.to)}
      data-past={moment !== null}
      onKeyDown={onKeyDown}
      onChange={(event) => onGo(Number(event.target.value))}
    />
  );
}
