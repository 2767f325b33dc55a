// Pods to start from, each with what it teaches.
import { Button as Press } from "react-aria-components";
import { STARTS, type Start } from "../state/starts";

interface Props {
  /** Nothing was typed yet: they are the first thing to see. Else they are there for who looks for them. */
  readonly isFirst: boolean;
  readonly onStart: (start: Start) => void;
}

export function StartingPoints({ isFirst, onStart }: Props) {
  const cards = (
    <ul className="starts">
      {STARTS.map((start) => (
        <li key={start.key}>
          <Press className="start" onPress={() => onStart(start)} aria-describedby={`start-${start.key}`}>
            {start.title}
          </Press>
          <p id={`start-${start.key}`} className="hint">
            {start.teaches}
          </p>
        </li>
      ))}
    </ul>
  );
  if (isFirst) {
    return (
      <section className="starting" aria-label="Starting points">
        <p className="hint">Start from one of these, or from the empty form below.</p>
        {cards}
      </section>
    );
  }
  return (
    <details className="more">
      <summary>Starting points</summary>
      {cards}
    </details>
  );
}
