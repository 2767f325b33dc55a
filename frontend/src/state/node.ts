// A node as who runs it sees it: capacity in words, and whose the network namespaces are.
import type { components } from "../api/generated/playground";
import { bytes, counted } from "./text";

type Schemas = components["schemas"];
export type NodeView = Schemas["NodeView"];
export type ListedNode = Schemas["ListedNode"];
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
  const { cpus, load, memory, memoryAvailable, disk, diskFree, tasks, mostProcesses, pods, mostPods } = capacity;
  const [now = 0, five = 0, fifteen = 0] = load;
  const inUse = (used: number, of: number) => `${bytes(used)} of ${bytes(of)}`;
  return [
    { name: "Pods", used: pods, of: mostPods, said: `${pods} of ${mostPods}` },
    { name: "CPU", used: now, of: cpus, said: `load ${now}, ${five}, ${fifteen} on ${counted(cpus, "CPU")}` },
    { name: "Memory", used: memory - memoryAvailable, of: memory, said: inUse(memory - memoryAvailable, memory) },
    { name: "Disk", used: disk - diskFree, of: disk, said: inUse(disk - diskFree, disk) },
    { name: "Tasks", used: tasks, of: mostProcesses, said: `${tasks} of ${mostProcesses}` },
  ];
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
