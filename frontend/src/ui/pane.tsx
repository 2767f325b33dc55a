// A titled part of a page, and what stands in one that has nothing to show yet.
import { type ReactNode, useEffect, useId } from "react";
import { Button } from "./button";

interface PaneProps {
  readonly title: string;
  /** Where a link leads: `#processes` focuses the pane of that id. */
  readonly id?: string;
  readonly aside?: ReactNode;
  readonly actions?: ReactNode;
  readonly note?: ReactNode;
  readonly wide?: boolean;
  readonly look?: string;
  readonly children: ReactNode;
}

export function Pane({ title, id, aside, actions, note, wide, look, children }: PaneProps) {
  const heading = useId();
  const classes = ["pane", wide && "pane-wide", look].filter(Boolean).join(" ");
  return (
    <section id={id} tabIndex={id === undefined ? undefined : -1} className={classes} aria-labelledby={heading}>
      <header className="pane-head">
        <h2 id={heading}>{title}</h2>
        {aside && <span className="aside">{aside}</span>}
        {actions && <div className="pane-actions">{actions}</div>}
      </header>
      {children && <div className="pane-body">{children}</div>}
      {note && <div className="note">{note}</div>}
    </section>
  );
}

interface FoldProps extends Omit<PaneProps, "id" | "actions" | "children"> {
  readonly id: string;
  /** What the button says is shown or hidden: "calls". */
  readonly what: string;
  readonly isOpen: boolean;
  readonly onOpen: (isOpen: boolean) => void;
  readonly children: () => ReactNode;
}

/** A pane that is opened when somebody wants it; a link to it opens it as well. */
export function FoldingPane({ what, isOpen, onOpen, note, children, ...rest }: FoldProps) {
  const { id } = rest;
  // biome-ignore lint/correctness/useExhaustiveDependencies: a link says so once, when it is followed
  useEffect(() => {
    const follow = () => location.hash === `#${id}` && onOpen(true);
    follow();
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [id]);
  return (
    <Pane
      {...rest}
      note={isOpen && note}
      actions={
        <Button kind="quiet" aria-expanded={isOpen} onPress={() => onOpen(!isOpen)}>
          {isOpen ? `Hide the ${what}` : `Show the ${what}`}
        </Button>
      }
    >
      {isOpen && children()}
    </Pane>
  );
}

export function Empty({ children }: { readonly children: ReactNode }) {
  return <p className="empty">{children}</p>;
}

/** Holds the place of what is still to come. */
export function Skeleton({ title, id, lines, wide }: { title: string; id: string; lines: number; wide?: boolean }) {
  return (
    <Pane title={title} id={id} {...(wide && { wide })}>
      <div className="skeleton" aria-hidden="true">
        {Array.from({ length: lines }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are all alike and never move
          <i key={at} />
        ))}
      </div>
    </Pane>
  );
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
