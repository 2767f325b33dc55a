// The pod's sockets and who holds them; closed ones of one service are one row that unfolds.
import { memo, useState } from "react";
import type { Socket } from "../api/wire";
import { isListening, localEnd, peerEnd, type SocketRow, socketRows } from "../state/network";
import { visible } from "../state/text";
import { MemberName } from "../ui/member";
import { type Column, FactTable, type Keys, whole } from "../ui/table";

export const Sockets = memo(function Sockets({ sockets }: { readonly sockets: readonly Socket[] }) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (key: string) =>
    setOpen((last) => new Set(last.has(key) ? [...last].filter((each) => each !== key) : [...last, key]));
  const rows = socketRows(sockets).flatMap((row) => (open.has(row.key) ? [row, ...parts(row)] : [row]));
  const columns: readonly Column<SocketRow>[] = [
    { head: "Proto", cell: (row) => (row.kind === "one" ? row.socket.protocol : row.protocol) },
    {
      head: "State",
      cell: (row) => <SocketState row={row} isOpen={open.has(row.key)} onPress={() => toggle(row.key)} />,
    },
    { head: "Local", cell: (row) => (row.kind === "one" ? localEnd(row.socket) : row.local) },
    { head: "Peer", own: true, cell: (row) => <Peer at={row.kind === "one" ? peerEnd(row.socket) : row.peer} /> },
    {
      head: "Held by",
      fills: true,
      cell: (row) =>
        row.kind === "one" ? <Owners socket={row.socket} /> : <span className="faint">nobody: they are closed</span>,
    },
  ];
  return (
    <FactTable
      caption="Sockets"
      wraps="half"
      columns={columns}
      groups={whole(rows)}
      keyOf={(row) => row.key}
      lit={socketKeys}
    />
  );
});

/** A socket shows whose it is; it lights with its port where it listens, with its process and with its member. */
function socketKeys(row: SocketRow): Keys {
  if (row.kind !== "one") return { lights: [], answers: [] };
  const { inode, localPort, owners } = row.socket;
  const own = [`socket:${inode}`, ...(isListening(row.socket) ? [`port:${localPort}`] : [])];
  const pids = owners.map((owner) => `pid:${owner.hostPid}`);
  const members = [...new Set(owners.map((owner) => owner.member))];
  return {
    lights: [...own, ...pids, ...members.map((member) => `of:${member}`)],
    answers: [...own, ...pids, ...members.map((member) => `member:${member}`)],
  };
}

function parts(row: SocketRow): readonly SocketRow[] {
  if (row.kind === "one") return [];
  return row.sockets.map((socket, at) => ({ key: `${row.key} ${at}`, kind: "one", socket }));
}

// On a narrow pane it stands on a line of its own, where the style says what it is.
function Peer({ at }: { readonly at: string }) {
  return at && <span className="peer">{at}</span>;
}

interface SocketStateProps {
  readonly row: SocketRow;
  readonly isOpen: boolean;
  readonly onPress: () => void;
}

function SocketState({ row, isOpen, onPress }: SocketStateProps) {
  if (row.kind === "one") {
    return <span className={isListening(row.socket) ? "good" : ""}>{row.socket.state}</span>;
  }
  return (
    <button type="button" className="unfold" aria-expanded={isOpen} onClick={onPress}>
      {row.sockets.length} × TIME-WAIT
    </button>
  );
}

function Owners({ socket }: { readonly socket: Socket }) {
  if (socket.owners.length === 0) return <span className="faint">no process here</span>;
  return (
    <ul className="owners">
      {socket.owners.map((owner) => (
        <li key={owner.hostPid}>
          <MemberName member={owner.member} /> {owner.pid} <span className="faint words">{visible(owner.cmd)}</span>
        </li>
      ))}
    </ul>
  );
}
