// How the pod is built: each call to the engine as a sentence, what is waited for, and what it all took.
import type { StepView } from "../api/wire";
import type { PodFacts } from "./pod";

/** The actions of sandboxes/actions.py, by the names under which they are told. */
type Verb =
  | "MakeFiles"
  | "CreatePause"
  | "StartPause"
  | "PrepareNetwork"
  | "CreateMember"
  | "StartMember"
  | "Terminate"
  | "Remove"
  | "RemoveFiles"
  | "Forget";

const SENTENCES = {
  MakeFiles: () => "Make the files that members get as /etc/hosts and /etc/resolv.conf",
  CreatePause: () => "Create pause, the container that holds the pod's namespaces",
  StartPause: () => "Start pause: the kernel makes the namespaces, the engine a veth pair",
  PrepareNetwork: () => "Read pause's address, write the hosts file, refuse Docker's resolver",
  CreateMember: (who) => `Create ${who}, told to join pause`,
  StartMember: (who) => `Start ${who}'s first process`,
  Terminate: (who) => `Ask ${who} to end`,
  Remove: (who) => `Remove ${who}'s container`,
  RemoveFiles: () => "Remove the pod's files",
  Forget: () => "Forget the pod: nothing of it is left",
} satisfies Record<Verb, (who: string) => string>;

const SHORT = {
  MakeFiles: () => "making its files",
  CreatePause: () => "creating pause",
  StartPause: () => "starting pause's network",
  PrepareNetwork: () => "preparing the network",
  CreateMember: (who) => `creating ${who}`,
  StartMember: (who) => `starting ${who}`,
  Terminate: (who) => `ending ${who}`,
  Remove: (who) => `removing ${who}`,
  RemoveFiles: () => "removing its files",
  Forget: () => "forgetting it",
} satisfies Record<Verb, (who: string) => string>;

function isVerb(verb: string): verb is Verb {
  return Object.hasOwn(SENTENCES, verb);
}

/** What a call is for. One that this page is too old to know keeps its own name. */
export function sentence({ verb, object }: Pick<StepView, "verb" | "object">): string {
  return isVerb(verb) ? SENTENCES[verb](object) : `${verb} ${object}`;
}

function short({ verb, object }: StepView): string {
  return isVerb(verb) ? SHORT[verb](object) : verb;
}

export interface Call {
  readonly step: StepView;
  readonly what: string;
  readonly isFailed: boolean;
  /** Its share of the longest one, 0 to 1. */
  readonly share: number;
}

/** In the order in which they began. */
export function calls(steps: readonly StepView[]): readonly Call[] {
  const longest = Math.max(1, ...steps.map((step) => step.ms));
  return [...steps]
    .sort((a, b) => Date.parse(a.started) - Date.parse(b.started) || a.id - b.id)
    .map((step) => ({ step, what: sentence(step), isFailed: step.outcome !== "ok", share: step.ms / longest }));
}

/** What has to come before the next call: images that are built here or pulled, a failure that is waited out. */
export function waits(pod: PodFacts): readonly string[] {
  if (pod.deletedAt) return [];
  return pod.members
    .filter((member) => member.state === "waiting" && member.reason !== "")
    .map((member) => {
      if (member.message.startsWith("Waiting for image")) return `${member.name}: w${member.message.slice(1)}`;
      if (member.reason !== "ContainerCreating") return `${member.name}: ${member.reason}, tried again by itself`;
      return `${member.name}: waiting for image ${member.image} or for pause`;
    });
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** The steps of the first build: up to the start that made the last member run. */
function building(steps: readonly StepView[], members: number): readonly StepView[] {
  const all = calls(steps).map((call) => call.step);
  const started = new Set<string>();
  for (const [at, step] of all.entries()) {
    if (step.verb === "StartMember" && step.outcome === "ok") started.add(step.object);
    if (started.size === members) return all.slice(0, at + 1);
  }
  return [];
}

/** "Running 0.6 s after the first call: 0.4 s of it starting pause's network."; "" while it does not run. */
export function total(steps: readonly StepView[], pod: PodFacts): string {
  const built = building(steps, pod.members.length);
  const [first] = built;
  if (!first) return "";
  const end = Math.max(...built.map((step) => Date.parse(step.started) + step.ms));
  const took = end - Date.parse(first.started);
  const longest = built.reduce((most, step) => (step.ms > most.ms ? step : most));
  return `Running ${seconds(took)} after the first call; the longest, ${seconds(longest.ms)}, was ${short(longest)}.`;
}
