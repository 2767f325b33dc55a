// Which namespaces pause and the members have: what is shared wears its owner's colour, what is the host's is hollow.
import { type KeyboardEvent, memo, useCallback, useMemo, useState } from "react";
import type { NamespaceCell, NamespaceKind, NamespaceRow, NamespacesView, Sample } from "../api/wire";
import { called, cellOf, KINDS, letters, sentences, spoken } from "../state/namespaces";
import { isToCome, previewed, previewSentences } from "../state/preview";
import type { Obj } from "../state/read";
import { fromAddress, keepInAddress } from "../ui/address";
import { Crown } from "../ui/crown";
import { useHue } from "../ui/hue";
import { useLight } from "../ui/lit";
import { MemberName } from "../ui/member";
import { Empty, Pane, Said } from "../ui/pane";
import { NamespaceDetail } from "./namespace-detail";
import { PreviewBar, ShareSwitches, usePreview } from "./share-switches";

interface Props {
  readonly sample: Sample | null;
  /** The Pod v1 object, which says what it shares. */
  readonly pod: Obj;
  readonly later: string;
}

interface Chosen {
  readonly member: string;
  readonly kind: NamespaceKind;
}

/** `?cell=net.web`; of pause `?cell=net.`. */
function chosenInAddress(): Chosen | null {
  const [asked, member] = fromAddress("cell").split(".");
  const kind = KINDS.find((each) => each === asked);
  return kind && member !== undefined ? { kind, member } : null;
}

export function Namespaces({ sample, pod, later }: Props) {
  const [chosen, setChosen] = useState(chosenInAddress);
  const choose = useCallback((next: Chosen | null) => {
    setChosen(next);
    keepInAddress({ cell: next ? `${next.kind}.${next.member}` : "" });
  }, []);
  const { is, wanted, toggle, reset } = usePreview(pod);
  const { pid, ipc } = wanted;
  const live = sample?.namespaces;
  const view = useMemo(() => live && previewed(live, is, { pid, ipc }), [live, is, pid, ipc]);
  const isPreview = view !== live;
  // A cell tells what runs: who opens one has seen enough of the preview.
  const open = useCallback(
    (next: Chosen | null) => {
      if (isPreview) reset();
      choose(next);
    },
    [isPreview, reset, choose],
  );
  const close = () => {
    document.querySelector<HTMLElement>("#matrix .cell[aria-expanded='true']")?.focus();
    choose(null);
  };
  if (!view || view.rows.length === 0) {
    return (
      <Pane id="matrix" title="Namespaces">
        <Empty>{view ? "Nothing runs, so there are no namespaces." : later}</Empty>
      </Pane>
    );
  }
  const row = chosen ? view.rows.find((each) => each.member === chosen.member) : undefined;
  const cell = chosen && row && cellOf(row, chosen.kind);
  return (
    <Pane
      id="matrix"
      title="Namespaces"
      look={isPreview ? "previews" : ""}
      aside={<Legend />}
      actions={<ShareSwitches wanted={wanted} onToggle={toggle} onReset={reset} />}
      note={isPreview ? <Said sentences={previewSentences(is, wanted)} /> : <Sentences view={view} />}
    >
      {isPreview && <PreviewBar pod={pod} wanted={wanted} onReset={reset} />}
      <Matrix view={view} chosen={isPreview ? null : chosen} onChoose={open} />
      {row && cell && !isPreview && <NamespaceDetail row={row} cell={cell} sample={sample} onClose={close} />}
    </Pane>
  );
}

function Sentences({ view }: { readonly view: NamespacesView }) {
  return sentences(view).map((said) => (
    <p key={said.text} className={worth(Math.min(...said.kinds.map((kind) => KINDS.indexOf(kind))))}>
      {said.text}
    </p>
  ));
}

const STEPS: Readonly<Record<string, readonly [across: number, down: number]>> = {
  ArrowRight: [1, 0],
  ArrowLeft: [-1, 0],
  ArrowDown: [0, 1],
  ArrowUp: [0, -1],
};

/** From cell to cell with the arrow keys: one stop of the Tab key for the whole matrix. */
function walk(event: KeyboardEvent<HTMLTableElement>) {
  const step = STEPS[event.key];
  const from = event.target instanceof Element ? event.target.closest("td") : null;
  const row = from?.parentElement;
  if (!step || !from || !row?.parentElement) return;
  const rows = [...row.parentElement.children];
  const next = rows[rows.indexOf(row) + step[1]]?.children[[...row.children].indexOf(from) + step[0]];
  const cell = next?.querySelector("button");
  if (!cell) return;
  event.preventDefault();
  cell.focus();
}

interface MatrixProps {
  readonly view: NamespacesView;
  readonly chosen: Chosen | null;
  readonly onChoose: (chosen: Chosen | null) => void;
}

const Matrix = memo(function Matrix({ view, chosen, onChoose }: MatrixProps) {
  const marks = new Map(KINDS.map((kind) => [kind, letters(view, kind)]));
  return (
    <table className="matrix" onKeyDown={walk}>
      <caption className="unseen">Namespaces</caption>
      <thead>
        <tr>
          <td />
          {KINDS.map((kind, at) => (
            <th key={kind} scope="col" className={worth(at)}>
              {kind}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {view.rows.map((row, down) => (
          <tr key={called(row.member)}>
            <RowHead member={row.member} />
            {KINDS.map((kind, at) => {
              const isChosen = chosen?.member === row.member && chosen.kind === kind;
              return (
                <td key={kind} className={worth(at)}>
                  <Cell
                    row={row}
                    kind={kind}
                    mark={marks.get(kind)}
                    isFirst={down === 0 && at === 0}
                    isChosen={isChosen}
                    onPress={() => onChoose(isChosen ? null : { member: row.member, kind })}
                  />
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
});

function RowHead({ member }: { readonly member: string }) {
  const key = `member:${member}`;
  return (
    <th scope="row" {...useLight([key], [key, `of:${member}`])}>
      <MemberName member={member} />
    </th>
  );
}

function Legend() {
  return (
    <>
      same colour and letter: the same namespace ·{" "}
      <span className="hue-pause legend">
        <Crown />: made by
      </span>
    </>
  );
}

// Columns stand in the order of their worth: on a narrow screen the last go first.
function worth(at: number): string {
  return at < 5 ? "worth-1" : "worth-2";
}

interface CellProps {
  readonly row: NamespaceRow;
  readonly kind: NamespaceKind;
  readonly mark: ReadonlyMap<number, string> | undefined;
  readonly isFirst: boolean;
  readonly isChosen: boolean;
  readonly onPress: () => void;
}

function keyOf(cell: NamespaceCell | undefined, kind: NamespaceKind): readonly string[] {
  return cell?.inode == null ? [] : [`ns:${kind}:${cell.inode}`];
}

function Cell({ row, kind, mark, isFirst, isChosen, onPress }: CellProps) {
  const hue = useHue();
  const cell = cellOf(row, kind);
  const keys = keyOf(cell, kind);
  const light = useLight([...keys, `of:${row.member}`], keys);
  const isKnown = cell !== undefined && cell.relation !== "unknown";
  const said = cell && isKnown ? spoken(cell) : `${kind}: could not be read`;
  return (
    <button
      type="button"
      className={`cell cell-${isKnown ? cell.relation : "unknown"} ${cell ? colourOf(cell, row.member, hue) : ""}`}
      title={said}
      tabIndex={isFirst ? 0 : -1}
      aria-expanded={isChosen}
      onClick={onPress}
      onKeyDown={(event) => event.key === "Escape" && isChosen && onPress()}
      {...light}
    >
      {cell && isKnown ? <Mark cell={cell} mark={mark} /> : "?"}
      <span className="unseen">{said}</span>
    </button>
  );
}

function colourOf(cell: NamespaceCell, member: string, hue: (member: string) => string): string {
  if (cell.relation === "owns") return hue(member);
  return cell.relation === "shares" ? hue(cell.owner) : "";
}

function Mark({
  cell,
  mark,
}: {
  readonly cell: NamespaceCell;
  readonly mark: ReadonlyMap<number, string> | undefined;
}) {
  return (
    <>
      <span>
        {cell.relation === "host" ? "host" : (cell.inode !== null && mark?.get(cell.inode)) || ""}
        {cell.relation === "owns" && <Crown />}
      </span>
      <small>
        <Inode inode={cell.inode} />
      </small>
    </>
  );
}

/** All digits are there to read and copy; where room is short the style hides the first ones, which are all alike. */
function Inode({ inode }: { readonly inode: number | null }) {
  if (inode === null) return "?";
  if (isToCome(inode)) return "new";
  const digits = String(inode);
  return (
    <>
      <span className="digits-first">{digits.slice(0, -4)}</span>
      {digits.slice(-4)}
    </>
  );
}
