// Lines of a log, of which only those in sight are on the page.
import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type UIEvent, useEffect, useLayoutEffect, useRef } from "react";
import type { Line } from "../state/log-lines";
import { marked } from "../state/log-search";
import { LOG_TIMES, LOG_WRAP } from "../state/preferences";
import { useHue } from "../ui/hue";
import { usePreference } from "../ui/preference";

interface Props {
  readonly lines: readonly Line[];
  readonly name: string;
  /** Lines of several members: each says whose it is. */
  readonly mixed: boolean;
  readonly wanted: string;
  readonly isHeld: boolean;
  readonly onHold: (hold: boolean) => void;
  /** The place of a line to bring into sight. */
  readonly goTo: number | null;
}

const ROW_PX = 20;
// Fractions of a pixel and a last line half in sight are still its end.
const NEAR_PX = 12;
const BEYOND = 12;

export function LogLines({ lines, name, mixed, wanted, isHeld, onHold, goTo }: Props) {
  const box = useRef<HTMLElement>(null);
  const top = useRef(0);
  const times = usePreference(LOG_TIMES);
  const wraps = usePreference(LOG_WRAP) === "on";
  const virtual = useVirtualizer({
    count: lines.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: BEYOND,
    initialRect: { width: 800, height: 420 },
  });
  const height = virtual.getTotalSize();
  // biome-ignore lint/correctness/useExhaustiveDependencies: new lines, and taller ones, are what moves the end
  useLayoutEffect(() => {
    if (!isHeld && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [lines, height, isHeld]);
  useEffect(() => {
    if (goTo !== null) virtual.scrollToIndex(goTo, { align: "center" });
  }, [goTo, virtual]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: heights that were measured hold for one way only
  useEffect(() => virtual.measure(), [wraps, virtual]);
  const onScroll = ({ currentTarget: at }: UIEvent) => {
    const isAtEnd = at.scrollHeight - at.scrollTop - at.clientHeight < NEAR_PX;
    const wentUp = at.scrollTop < top.current;
    top.current = at.scrollTop;
    if (isAtEnd && isHeld && !wentUp && goTo === null) onHold(false);
    else if (!isAtEnd && !isHeld && wentUp) onHold(true);
  };
  return (
    <section
      ref={box}
      className={wraps ? "log log-wraps" : "log"}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard must reach it
      tabIndex={0}
      aria-label={`Log of ${name}`}
      aria-live="off"
      onScroll={onScroll}
    >
      <div className="log-all" style={{ height }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const line = lines[index];
          return (
            line && (
              <div
                key={line.id}
                ref={wraps ? virtual.measureElement : undefined}
                data-index={index}
                className={index === goTo ? "log-row log-here" : "log-row"}
                style={{ transform: `translateY(${start}px)` }}
              >
                <Row line={line} times={times} mixed={mixed} wanted={wanted} />
              </div>
            )
          );
        })}
      </div>
    </section>
  );
}

interface RowProps {
  readonly line: Line;
  readonly times: "none" | "local" | "utc";
  readonly mixed: boolean;
  readonly wanted: string;
}

const Row = memo(function Row({ line, times, mixed, wanted }: RowProps) {
  const hue = useHue();
  return (
    <>
      {mixed && <span className={`log-member ${hue(line.member)}`}>{line.member}</span>}
      {times !== "none" && line.at !== "" && (
        <time dateTime={line.at} className="log-time">
          {stamp(line.at, times)}
        </time>
      )}
      {marked(line.text, wanted).map(({ text, look, isMatch }, index) => {
        const Tag = isMatch ? "mark" : "span";
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line never changes
          <Tag key={index} className={look || undefined}>
            {text}
          </Tag>
        );
      })}
    </>
  );
});

/** To the millisecond. */
function stamp(at: string, times: "local" | "utc"): string {
  if (times === "utc") return `${at.slice(0, 23)}Z`;
  const date = new Date(at);
  return `${date.toLocaleTimeString([], { hour12: false })}.${at.slice(20, 23)}`;
}
