// A pod at a glance: its namespaces and ports, live only while somebody can see them, for a few pods at once.
import { createContext, type RefObject, useContext, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import type { NamespacesView, PublishedPort } from "../api/wire";
import { type Liveness, liveness } from "../state/live";
import type { PodFacts } from "../state/pod";
import { useNow } from "../ui/clock";
import { useOnScreen } from "../ui/on-screen";
import { useLive } from "./use-live";

/** Pods that one page watches at once. */
export const SEATS = 12;

/** Who may watch: whoever asked first. The service reads a pod only while it is watched. */
class Seats {
  #wanting: readonly string[] = [];
  readonly #told = new Set<() => void>();

  readonly subscribe = (tell: () => void) => {
    this.#told.add(tell);
    return () => {
      this.#told.delete(tell);
    };
  };

  has(key: string): boolean {
    return this.#wanting.slice(0, SEATS).includes(key);
  }

  take(key: string): () => void {
    this.#set([...this.#wanting, key]);
    return () => this.#set(this.#wanting.filter((each) => each !== key));
  }

  #set(wanting: readonly string[]): void {
    this.#wanting = wanting;
    for (const tell of this.#told) tell();
  }
}

const Places = createContext(new Seats());

export function GlanceScope({ children }: { readonly children: React.ReactNode }) {
  const seats = useMemo(() => new Seats(), []);
  return <Places value={seats}>{children}</Places>;
}

export interface Seen {
  readonly namespaces: NamespacesView | null;
  readonly published: readonly PublishedPort[];
  readonly state: Liveness["state"];
}

const NOTHING: Seen = { namespaces: null, published: [], state: "connecting" };

interface Glance {
  /** What was seen last: it stays while nobody looks. */
  readonly seen: Seen;
  /** It is on the screen, and so many others are that it is not read. */
  readonly isLeftOut: boolean;
  /** To be put on the page: it holds the connection, and shows nothing. */
  readonly watch: React.ReactNode;
}

function isOver(pod: PodFacts): boolean {
  return pod.phase === "Succeeded" || pod.phase === "Failed";
}

export function useGlance(pod: PodFacts, element: RefObject<Element | null>): Glance {
  const [seen, setSeen] = useState(NOTHING);
  const seats = useContext(Places);
  const wants = useOnScreen(element) && !isOver(pod);
  const has = useSyncExternalStore(seats.subscribe, () => seats.has(pod.uid));
  useEffect(() => (wants ? seats.take(pod.uid) : undefined), [wants, seats, pod.uid]);
  const watch = wants && has && <Watch namespace={pod.namespace} name={pod.name} tell={setSeen} />;
  return { seen, isLeftOut: wants && !has, watch };
}

interface WatchProps {
  readonly namespace: string;
  readonly name: string;
  readonly tell: (seen: Seen) => void;
}

/** Samples come ten times a second, and nearly all of them say the same of what a card shows. */
function Watch({ namespace, name, tell }: WatchProps) {
  const live = useLive(namespace, name);
  const { state } = liveness(live, useNow(1000));
  const sample = live.sample;
  const facts = sample && JSON.stringify([sample.namespaces, sample.network?.published ?? []]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: `facts` stands for all of the sample that is told
  useEffect(() => {
    if (sample) tell({ namespaces: sample.namespaces, published: sample.network?.published ?? [], state });
  }, [facts, state, tell]);
  return null;
}
