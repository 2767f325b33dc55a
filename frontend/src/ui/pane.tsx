// A titled part of a page, and what stands in one that has nothing to show yet.
import { type ReactNode, useId } from "react";

interface PaneProps {
  readonly title: string;
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
  readonly note?: ReactNode;
  readonly wide?: boolean;
  readonly children: ReactNode;
}

export function Pane({ title, aside, actions, note, wide, children }: PaneProps) {
  const heading = useId();
  return (
    <section className={wide ? "pane pane-wide" : "pane"} aria-labelledby={heading}>
      <header className="pane-head">
        <h2 id={heading}>{title}</h2>
        {aside && <span className="aside">{aside}</span>}
        {actions && <div className="pane-actions">{actions}</div>}
      </header>
      <div className="pane-body">{children}</div>
      {note && <div className="note">{note}</div>}
    </section>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

/** Something went wrong: what, and under it what to do. */
export function Problem({ title, children }: { readonly title: string; readonly children?: ReactNode }) {
  return (
    <div className="problem" role="alert">
      <strong>{title}</strong>
      {children}
    </div>
  );
}

/** Sentences under a picture. */
export function Said({ sentences }: { readonly sentences: readonly string[] }) {
  return sentences.map((sentence) => <p key={sentence}>{sentence}</p>);
}
