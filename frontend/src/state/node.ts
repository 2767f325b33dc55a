// A node as who runs it sees it: capacity in words, and whose the network namespaces are.
import type { components } from "../api/generated/playground";
import { amount, quantity } from "./quota";
import { bytes, counted } from "./text";

type Schemas = components["schemas"];
export type NodeView = Schemas["NodeView"];
export type ListedNode = Schemas["ListedNode"];
export type NodeUse = Schemas["NodeUse"];
export type NetworkNamespace = Schemas["NetworkNamespace"];
export type BridgePort = Schemas["BridgePort"];
export type PodOnNode = Schemas["PodOnNode"];

export interface Measure {
  readonly name: string;
  readonly used: number;
  readonly of: number;
  readonly said: string;
}

/** What of the node is in use, and how much there is. */
export function measures({ capacity }: NodeView): readonly Measure[] {
  const { cpus, load, memory, memoryAvailable, disk, diskFree, tasks, mostProcesses } = capacity;
  const [now = 0, five = 0, fifteen = 0] = load;
  const inUse = (used: number, of: number) => `${bytes(used)} of ${bytes(of)}`;
  return [
    { name: "CPU", used: now, of: cpus, said: `load ${now}, ${five}, ${fifteen} on ${counted(cpus, "CPU")}` },
    { name: "Memory", used: memory - memoryAvailable, of: memory, said: inUse(memory - memoryAvailable, memory) },
    { name: "Disk", used: disk - diskFree, of: disk, said: inUse(disk - diskFree, disk) },
    { name: "Tasks", used: tasks, of: mostProcesses, said: `${tasks} of ${mostProcesses}` },
  ];
}

const NAMES: Readonly<Record<NodeUse["resource"], string>> = {
  pods: "Pods",
  "limits.cpu": "CPU",
  "limits.memory": "Memory",
};

/** What pods have of one resource of the node, by their limits. */
export interface Taken {
  readonly name: string;
  readonly used: number;
  /** null: any amount. */
  readonly limit: number | null;
  readonly said: string;
  /** The same of what the machine has; "" where that is not known. */
  readonly ofMachine: string;
}

export function taken({ quota }: ListedNode): readonly Taken[] {
  return quota.map(({ resource, used, limit, machine }) => ({
    name: NAMES[resource],
    used,
    limit,
    said: limit === null ? `${quantity(resource, used)}, any amount` : amount(resource, used, limit),
    ofMachine: machine ? `${Math.round((used / machine) * 100)} % of the machine's ${quantity(resource, machine)}` : "",
  }));
}

/** How it is counted, what there is room for, and what would be if all used what they may. */
export function takenSentences({ ready, quota }: ListedNode): readonly string[] {
  const counts = "Limits are what counts, not use; a member without one counts with its profile's.";
  return [counts, ready && room(quota), crowd(quota)].filter((sentence) => typeof sentence === "string");
}

function room(quota: readonly NodeUse[]): string {
  const left = quota.flatMap(({ resource, used, limit }) => (limit === null ? [] : [{ resource, left: limit - used }]));
  const full = left.filter((each) => each.left <= 0).map(({ resource }) => inText(resource));
  if (full.length > 0) return `Nothing is left of ${full.join(" and ")}: the next pod waits until one here is gone.`;
  const said = left.map((each) => quantity(each.resource, each.left));
  const [pods = "any number of pods", ...limits] = said;
  const within = limits.length > 0 ? `, with limits of ${limits.join(" and ")} together` : "";
  return `There is room for ${pods}${within}.`;
}

function crowd(quota: readonly NodeUse[]): string | null {
  const isMore = (name: NodeUse["resource"]) =>
    quota.some(({ resource, used, machine }) => resource === name && machine !== null && used > machine);
  const would = [
    isMore("limits.cpu") && "they would share the machine's CPU by weight",
    isMore("limits.memory") && "the kernel would end some of them for want of memory",
  ].filter((each) => typeof each === "string");
  return would.length > 0 ? `If all used what they may, ${would.join(", and ")}.` : null;
}

/** Within a sentence: "CPU" stays as it is. */
function inText(resource: NodeUse["resource"]): string {
  return resource === "limits.cpu" ? NAMES[resource] : NAMES[resource].toLowerCase();
}

/** Whose a namespace is: "the node", a pod's name, or nobody's that is known here. */
export function ownerOf({ isHost, pod }: Pick<NetworkNamespace, "isHost" | "pod">): string {
  if (isHost) return "the node";
  return pod ? pod.name : "no pod of ours";
}

/** What is true of this node now. */
export function nodeSentences(view: NodeView): readonly string[] {
  const own = view.networkNamespaces.filter((each) => each.pod !== null);
  const held = own.filter((each) => each.command === "/pause").length;
  const said =
    own.length === 0
      ? ["No pod runs, so the node's own network namespace is the only one of ours."]
      : [
          `${counted(own.length, "network namespace is a pod's", "network namespaces are pods'")}; in ${held} of them /pause has the lowest PID: it made the namespace and holds it.`,
        ];
  const ports = view.bridge?.ports ?? [];
  const known = ports.filter((port) => port.pod !== null).length;
  if (view.bridge) {
    said.push(
      `${counted(ports.length, "veth end is", "veth ends are")} plugged into ${view.bridge.name}, ${known} of them a pod's.`,
    );
  } else said.push("There is no bridge for pods: it is made with the first one.");
  return said;
}
