// What a process in one namespace can see and what it cannot, from what was read of the pod. Nothing is claimed beyond.
import type { NamespaceCell, NamespaceRow, Process, Sample } from "../api/wire";
import { called } from "./namespaces";
import { endpoint, isListening } from "./network";
import { programOf } from "./processes";
import { counted, listed, visible } from "./text";

export interface Sight {
  readonly sees: string;
  readonly not: string;
}

const MOST_NAMED = 6;

/** `sample` is null where no reading is there: then only what is so of every such namespace is said. */
export function sightOf(row: NamespaceRow, cell: NamespaceCell, sample: Sample | null): Sight {
  switch (cell.kind) {
    case "pid":
      return pidSight(row, sample?.processes ?? []);
    case "net":
      return netSight(sample);
    case "uts":
      return utsSight(row, sample);
    case "ipc":
      return ipcSight(row, cell, sample);
    case "mnt":
      return {
        sees: "the files of its image, its own writable layer, and the volumes that are mounted into it.",
        not: `the files of ${othersOf(row, sample)}, but for a volume that is mounted into both; nothing of the node's.`,
      };
    case "cgroup":
      return cell.relation === "host"
        ? { sees: "the node's whole tree in /proc/self/cgroup.", not: "nothing less: it is the node's own view." }
        : {
            sees: "its own cgroup as the root, /.",
            not: "where in the node's tree that is, nor any cgroup beside it.",
          };
    case "user":
      return cell.relation === "host"
        ? {
            sees: "the node's user IDs: root in it is root on the node.",
            not: "what its capabilities, seccomp and mounts keep from it: those alone hold it back.",
          }
        : { sees: "user IDs of its own, each mapped to another one of the node.", not: "the node's other user IDs." };
    case "time":
      return {
        sees:
          cell.relation === "host"
            ? "the node's clocks: its uptime is the node's."
            : "boot and monotonic clocks of its own.",
        not: "nothing of the wall clock is kept apart: that is one for the whole node.",
      };
  }
}

function othersOf(row: NamespaceRow, sample: Sample | null): string {
  const others =
    sample?.members.filter(({ member }) => member !== row.member).map(({ member }) => called(member)) ?? [];
  return others.length > 0 ? listed(others) : "other containers";
}

/** "nginx ×3 and sleep", the most frequent first. */
function programs(processes: readonly Process[]): string {
  const counts = new Map<string, number>();
  for (const process of processes) counts.set(programOf(process), (counts.get(programOf(process)) ?? 0) + 1);
  const names = [...counts].map(([name, count]) => (count > 1 ? `${name} ×${count}` : name));
  const shown = names.slice(0, MOST_NAMED);
  return listed(names.length > MOST_NAMED ? [...shown, `${names.length - MOST_NAMED} more`] : shown);
}

function pidSight(row: NamespaceRow, all: readonly Process[]): Sight {
  const first = all.find((process) => process.hostPid === row.hostPid);
  if (!first) return { sees: "the processes in it and below.", not: "any other, and so it can signal no other." };
  const inside = all.filter((process) => process.reaper === first.reaper);
  const outside = all.filter((process) => process.reaper !== first.reaper);
  const others = listed([...new Set(outside.map((process) => called(process.member)))]);
  return {
    sees: `${counted(inside.length, "process", "processes")}: ${programs(inside)}.`,
    not: outside.length > 0 ? `those of ${others} (${outside.length}), nor the node's.` : "the node's other processes.",
  };
}

function netSight(sample: Sample | null): Sight {
  const network = sample?.network;
  const not = "the node's interfaces and connections, nor those of other pods.";
  if (!network) return { sees: "the interfaces, routes and sockets of the pod.", not };
  const addresses = network.interfaces.map(
    (each) => `${visible(each.name)} ${each.addresses.map(({ address }) => address).join(" ")}`,
  );
  const ports = [
    ...new Set(network.sockets.filter(isListening).map((socket) => endpoint(socket.localAddress, socket.localPort))),
  ];
  const listens = ports.length > 0 ? `; listening: ${listed(ports.slice(0, MOST_NAMED))}` : "; nothing listens";
  return { sees: `${listed(addresses)}${listens}.`, not };
}

function utsSight(row: NamespaceRow, sample: Sample | null): Sight {
  const found = sample?.hostnames.find(({ member }) => member === row.member);
  return {
    sees: found ? `the hostname ${visible(found.hostname)}.` : "one hostname.",
    not: "the node's name, nor a name that another UTS namespace is given later.",
  };
}

function ipcSight(row: NamespaceRow, cell: NamespaceCell, sample: Sample | null): Sight {
  const others = cell.sharedWith.filter((member) => member !== row.member).map(called);
  if (others.length === 0) {
    return {
      sees: "its own /dev/shm, semaphores and queues.",
      not: `those of ${othersOf(row, sample)}, nor the node's.`,
    };
  }
  return { sees: `one /dev/shm, semaphores and queues together with ${listed(others)}.`, not: "the node's." };
}
