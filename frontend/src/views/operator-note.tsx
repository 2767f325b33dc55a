// What operators did to this pod and told its owner, on top of its page.
import type { OperatorAct } from "../state/operator-acts";
import { clock, zone } from "../state/text";

export function OperatorNote({ acts }: { readonly acts: readonly OperatorAct[] }) {
  if (acts.length === 0) return null;
  return (
    <section className="problem calm operator-note" role="status" aria-label="From the operators">
      {acts.map(({ key, title, words, at }) => (
        <p key={key}>
          <strong className="words">
            {title}
            {words && ":"}
          </strong>{" "}
          {words && <span className="words">{words}</span>} <span className="hint">at {clock(at)}</span>
        </p>
      ))}
      <p className="hint">The events have it all; {zone()}.</p>
    </section>
  );
}
