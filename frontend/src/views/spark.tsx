// What went through an interface in the last minute, small enough for a cell of a table.
import { type Count, rates, sparkline } from "../state/rates";
import { bytes } from "../state/text";
import { useNow } from "../ui/clock";

const BOX = { width: 72, height: 14 };

export function Spark({ counts }: { readonly counts: readonly Count[] }) {
  const now = useNow(1000);
  const lately = rates(counts, now);
  const last = lately.at(-1) ?? { rx: 0, tx: 0 };
  const said = `${perSecond(last.rx)} received, ${perSecond(last.tx)} sent`;
  return (
    <span className="spark" title={said}>
      <svg {...BOX} viewBox={`0 -1 ${BOX.width} ${BOX.height + 2}`} aria-hidden="true">
        <path className="spark-sent" d={sparkline(lately, ({ tx }) => tx, { now, ...BOX })} />
        <path d={sparkline(lately, ({ rx }) => rx, { now, ...BOX })} />
      </svg>
      <span className="spark-now">{perSecond(last.rx + last.tx)}</span>
      <span className="unseen">: {said}</span>
    </span>
  );
}

function perSecond(rate: number): string {
  return `${bytes(Math.round(rate))}/s`;
}
