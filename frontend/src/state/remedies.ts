// What stands in a pod's way: what happened, why, and what to press. A total table over what a status can say.
import { type MemberFacts, type PodFacts, troubled } from "./pod";
import { failed } from "./troubles";

/** What helps: a copy in the form, the member's log, starting the pod, or only waiting. */
export type Remedy = "copy" | "log" | "start" | "wait";

export interface Trouble {
  readonly key: string;
  readonly title: string;
  readonly why: string;
  /** Whole, of whoever said it; "" when `why` has it all. */
  readonly words: string;
  readonly remedy: Remedy;
  /** The member it is about; "" for the pod. */
  readonly member: string;
}

/** Who says it and what: a member's state, or a condition of the pod. */
interface Said {
  readonly who: string;
  readonly image: string;
  readonly reason: string;
  readonly message: string;
  readonly exitCode: number | null;
}

type Kind =
  | "stopped"
  | "stopped-unused"
  | "given-up"
  | "image-building"
  | "image-scanning"
  | "image-refused"
  | "image-pinned"
  | "image-missing"
  | "image-never"
  | "image-name"
  | "command-missing"
  | "command-denied"
  | "port-taken"
  | "no-port-free"
  | "node-away"
  | "no-room"
  | "killed"
  | "ended"
  | "unknown-end"
  | "other";

interface Rule {
  readonly kind: Kind;
  readonly reason?: RegExp;
  readonly message?: RegExp;
}

// The first that fits counts; the last one fits all.
const RULES: readonly Rule[] = [
  { kind: "stopped", reason: /^Stopped$/ },
  { kind: "stopped-unused", reason: /^(Idle|NeverUsed)$/ },
  { kind: "given-up", reason: /^StartDeadlineExceeded$/ },
  { kind: "image-building", message: /^Waiting for image .* to be built/ },
  { kind: "image-scanning", message: /^Waiting for the scan of image / },
  { kind: "image-refused", reason: /^ImageInspectError$/ },
  { kind: "image-pinned", reason: /^(ErrImageNeverPull|ErrImagePull|ImagePullBackOff)$/, message: / is pinned to / },
  { kind: "image-missing", reason: /^(ErrImagePull|ImagePullBackOff)$/ },
  { kind: "image-never", reason: /^ErrImageNeverPull$/ },
  { kind: "image-name", reason: /^InvalidImageName$/ },
  { kind: "command-missing", message: /executable file not found|no such file or directory/ },
  { kind: "command-denied", message: /exec.*permission denied/ },
  { kind: "port-taken", message: /address already in use|port is already allocated/ },
  { kind: "no-port-free", reason: /^Unschedulable$/, message: /free ports/ },
  { kind: "node-away", reason: /^Unschedulable$/, message: /not ready|no nodes|0\/0 nodes|^$/ },
  { kind: "no-room", reason: /^Unschedulable$/ },
  { kind: "killed", reason: /^OOMKilled$/ },
  { kind: "unknown-end", reason: /^ContainerStatusUnknown$/ },
  { kind: "ended", reason: /^(Error|Completed)$/ },
  { kind: "other" },
];

export function kindOf({ reason, message }: Pick<Said, "reason" | "message">): Kind {
  const fits = (rule: Rule) => (rule.reason?.test(reason) ?? true) && (rule.message?.test(message) ?? true);
  return RULES.find(fits)?.kind ?? "other";
}

type Told = Pick<Trouble, "title" | "why" | "remedy">;

function program(message: string): string {
  return /exec: "([^"]+)"/.exec(message)?.[1] ?? "the command";
}

function port(message: string): string {
  const found = /(?:listen|Bind for|bind)\D*(?:tcp|udp)?\d?\s?([\d.]*\[?[\da-f:]*\]?:\d+)/.exec(message)?.[1];
  return found ?? "A port of the host";
}

/** What went wrong with the image, out of what the registry or the engine said. */
function pull(message: string): string {
  if (/no such host|dial tcp|timeout|connection refused|network is unreachable/.test(message))
    return "It is not on this node, and no registry could be asked for it";
  if (/denied|unauthorized|not exist|not found|manifest unknown/.test(message))
    return "It is not on this node, and the registry does not give it: its name or tag may be wrong, or it is private";
  return "It is not on this node and could not be pulled";
}

const TELL = {
  stopped: () => ({
    title: "The pod is stopped",
    why: "Its volumes and logs are kept. Starting it makes a new pause and new members.",
    remedy: "start",
  }),
  "stopped-unused": ({ message }) => ({
    title: "The pod was stopped, for nobody used it",
    why: message,
    remedy: "start",
  }),
  "given-up": ({ message }) => ({ title: "The pod did not come to run", why: message, remedy: "start" }),
  "image-building": ({ who, image }) => ({
    title: `${who} waits for its image`,
    why: `${image} is being built on this node. ${who} starts by itself when it is ready.`,
    remedy: "wait",
  }),
  "image-scanning": ({ who, image }) => ({
    title: `${who} waits for its image`,
    why: `${image} is used for the first time and is being scanned. ${who} starts by itself when nothing is found.`,
    remedy: "wait",
  }),
  "image-refused": ({ who, image, message }) => ({
    title: `${who} may not run its image`,
    why: / came to no verdict/.test(message)
      ? `${image} has to be scanned before it is used, and that did not work. It is tried again every minute.`
      : `The scan that every image has to pass refused ${image}. A copy of the pod can name another image.`,
    remedy: / came to no verdict/.test(message) ? "wait" : "copy",
  }),
  "image-pinned": ({ who, image }) => ({
    title: `${who} has no image`,
    why: `An operator pinned ${image} to one image, and this node has another or none. Tell an operator, or name another image in a copy.`,
    remedy: "copy",
  }),
  "image-missing": ({ who, image, message }) => ({
    title: `${who} has no image`,
    why: `${image}: ${pull(message)}. It is tried again, ever less often; a copy of the pod can name another image.`,
    remedy: "copy",
  }),
  "image-never": ({ who, image }) => ({
    title: `${who} has no image`,
    why: `${image} is not on this node, and is never pulled. A copy of the pod can name another image or pull policy.`,
    remedy: "copy",
  }),
  "image-name": ({ who, image }) => ({
    title: `${who} has no image`,
    why: `${image} is no name of an image. A copy of the pod can name another one.`,
    remedy: "copy",
  }),
  "command-missing": ({ who, image, message }) => ({
    title: `${who} cannot start: there is no ${program(message)}`,
    why: `The image ${image} has no such program where the command looks for it. A copy of the pod can name another.`,
    remedy: "copy",
  }),
  "command-denied": ({ who, image, message }) => ({
    title: `${who} cannot start: ${program(message)} may not be run`,
    why: `The file in ${image} is not executable for the user who runs it. A copy of the pod can name another.`,
    remedy: "copy",
  }),
  "port-taken": ({ message }) => ({
    title: `${port(message)} is taken`,
    why: "Another program on the host listens there, so pause cannot start. It is tried again; a copy can use another port.",
    remedy: "copy",
  }),
  "no-port-free": () => ({
    title: "A port of this pod is taken by another pod",
    why: "Two pods cannot publish the same port of the host. Delete the other one, or make a copy with another port.",
    remedy: "copy",
  }),
  "node-away": () => ({
    title: "No node can take the pod",
    why: "The node does not answer: its engine or its watcher is away. The pod starts by itself when it is back.",
    remedy: "wait",
  }),
  "no-room": () => ({
    title: "No node takes the pod",
    why: "There is no room for it at this time. It starts by itself when another pod has gone.",
    remedy: "wait",
  }),
  killed: ({ who }) => ({
    title: `${who} was killed: out of memory`,
    why: "It wanted more memory than a member may have, and the kernel ended it.",
    remedy: "log",
  }),
  "unknown-end": ({ who }) => ({
    title: `${who} is gone, and nobody knows how`,
    why: "Its container could not be read any more.",
    remedy: "copy",
  }),
  ended: ({ who, exitCode }) => ({
    title: `${who} has ended, exit code ${exitCode ?? "unknown"}`,
    why: "Its log may say why. What was wrong in its command or its environment can be changed in a copy.",
    remedy: "log",
  }),
  other: ({ who, reason }) => ({
    title: who ? `${who}: ${reason}` : reason || "Something stands in its way",
    why: "It is tried again by itself.",
    remedy: "copy",
  }),
} satisfies Record<Kind, (said: Said) => Told>;

/** What they say in full is all there is to say. */
const SAID: ReadonlySet<Kind> = new Set(["stopped", "stopped-unused", "given-up"]);

function told(said: Said, member: string): Trouble {
  const { message, reason } = said;
  const kind = kindOf(said);
  const words = SAID.has(kind) ? "" : message;
  return { ...TELL[kind](said), key: `${member} ${reason} ${message}`, words, member };
}

function ofMember(member: MemberFacts): Said {
  return {
    who: member.name,
    image: member.image,
    reason: member.reason,
    message: member.message,
    exitCode: member.exitCode,
  };
}

function waitsForImage(member: MemberFacts): boolean {
  return member.state === "waiting" && ["image-building", "image-scanning"].includes(kindOf(member));
}

/** What is wrong with the pod, its own troubles first; nothing of one that was deleted but what it says itself. */
export function troubles(pod: PodFacts): readonly Trouble[] {
  const own: readonly Said[] = pod.message
    ? [{ who: "", image: "", reason: pod.reason, message: pod.message, exitCode: null }]
    : [];
  const all = own.map((said) => told(said, ""));
  if (pod.deletedAt) return all;
  const wrong = new Set(troubled(pod));
  return [
    ...all,
    ...failed(pod).map((each) => told({ who: "", image: "", exitCode: null, ...each }, "")),
    ...pod.members
      .filter((member) => wrong.has(member) || waitsForImage(member))
      .map((member) => told(ofMember(member), member.name)),
  ];
}
