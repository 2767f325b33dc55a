// One cell of the matrix, told: what that kind of namespace is, who is in this one, and how to enter it.
import type { NamespaceCell, NamespaceRow, Sample } from "../api/wire";
import { called, enter, ISOLATES, procPath, sharers } from "../state/namespaces";
import { sightOf } from "../state/sight";
import { listed } from "../state/text";
import { Button } from "../ui/button";
import { CopyButton } from "../ui/take";

interface Props {
  readonly row: NamespaceRow;
  readonly cell: NamespaceCell;
  readonly sample: Sample | null;
  readonly onClose: () => void;
}

export function NamespaceDetail({ row, cell, sample, onClose }: Props) {
  const line = enter(row, cell.kind);
  const look = `readlink /proc/self/ns/${cell.kind}`;
  const { sees, not } = sightOf(row, cell, sample);
  return (
    <section
      className="detail"
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      aria-label={`The ${cell.kind} namespace of ${called(row.member)}`}
    >
      <p>
        <b>
          {cell.kind} of {called(row.member)}
        </b>
        : {ISOLATES[cell.kind]}
      </p>
      <dl>
        <dt>Inode</dt>
        <dd className="mono">{cell.inode === null ? "could not be read" : `${cell.kind}:[${cell.inode}]`}</dd>
        <dt>In it</dt>
        <dd>{cell.relation === "host" ? "every process of the host that has no other" : listed(sharers(row, cell))}</dd>
        <dt>Sees</dt>
        <dd>{sees}</dd>
        <dt>Does not see</dt>
        <dd>{not}</dd>
        <dt>In the kernel</dt>
        <dd className="mono">{procPath(row, cell.kind)}</dd>
        <dt>Enter it</dt>
        <dd>
          <code className="mono words">{line}</code> <CopyButton text={line} what="the nsenter line" />
        </dd>
        <dt>From inside</dt>
        <dd>
          <code className="mono words">{look}</code> <CopyButton text={look} what="the readlink line" />
        </dd>
      </dl>
      <Button kind="quiet" onPress={onClose}>
        Close
      </Button>
    </section>
  );
}
