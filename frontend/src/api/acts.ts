// What can be done to a pod that is there, besides deleting it.
import { kubernetes, playground, unwrap } from "./client";

export interface PodName {
  readonly namespace: string;
  readonly name: string;
}

const POD = "/api/playground/v1/namespaces/{namespace}/pods/{name}";
const path = ({ namespace, name }: PodName) => ({ params: { path: { namespace, name } } });

export async function stopPod(pod: PodName): Promise<void> {
  await unwrap(playground.POST(`${POD}/stop`, path(pod)));
}

export async function startPod(pod: PodName): Promise<void> {
  await unwrap(playground.POST(`${POD}/start`, path(pod)));
}

export async function extendPod(pod: PodName, minutes: number): Promise<void> {
  await unwrap(playground.POST(`${POD}/extend`, { ...path(pod), body: { minutes } }));
}

export async function restartMember(pod: PodName, container: string): Promise<void> {
  await unwrap(playground.POST(`${POD}/restart`, { ...path(pod), body: { container } }));
}

/** "" is every member. */
export async function freeze(pod: PodName, container: string): Promise<void> {
  await unwrap(playground.POST(`${POD}/pause`, { ...path(pod), body: { container } }));
}

/** "" is every member. */
export async function thaw(pod: PodName, container: string): Promise<void> {
  await unwrap(playground.POST(`${POD}/unpause`, { ...path(pod), body: { container } }));
}

/** To the member's first process. */
export async function sendSignal(pod: PodName, container: string, signal: string): Promise<void> {
  await unwrap(playground.POST(`${POD}/kill`, { ...path(pod), body: { container, signal } }));
}

export interface DebugMember {
  readonly name: string;
  readonly image: string;
  /** Whose PID namespace it joins: a member's, `pause`'s, or "" for one of its own or the pod's. */
  readonly target: string;
}

/** One more debug member; with an image that runs a shell it waits for whoever attaches or opens a terminal. */
export async function addDebugMember(pod: PodName, { name, image, target }: DebugMember): Promise<void> {
  const container = { name, image, stdin: true, tty: true, ...(target && { targetContainerName: target }) };
  const address = "/api/v1/namespaces/{namespace}/pods/{name}/ephemeralcontainers";
  const headers = { "Content-Type": "application/strategic-merge-patch+json" };
  await unwrap(
    kubernetes.PATCH(address, { ...path(pod), headers, body: { spec: { ephemeralContainers: [container] } } }),
  );
}
