// Hover or focus one thing, and the same thing lights wherever else it shows. A thing has a key: "member:web",
// "ns:net:4026532784", "pid:4711", "port:80", "interface:eth0". What is lit is no state of any view.
import {
  createContext,
  type FocusEvent,
  type PointerEvent,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useSyncExternalStore,
} from "react";

/** What is pointed at or focused, innermost last: who leaves an inner thing is on the outer one again. */
class Lights {
  #stack: readonly (readonly string[])[] = [];
  #lit: ReadonlySet<string> = new Set();
  readonly #told = new Set<() => void>();

  readonly subscribe = (tell: () => void) => {
    this.#told.add(tell);
    return () => {
      this.#told.delete(tell);
    };
  };

  /** The same set until something else is lit. */
  readonly lit = () => this.#lit;

  has(keys: readonly string[]): boolean {
    return this.#lit.size > 0 && keys.some((key) => this.#lit.has(key));
  }

  on(keys: readonly string[]): void {
    this.#show([...this.#stack, keys]);
  }

  off(keys: readonly string[]): void {
    const at = this.#stack.lastIndexOf(keys);
    if (at >= 0) this.#show(this.#stack.toSpliced(at, 1));
  }

  #show(stack: readonly (readonly string[])[]): void {
    this.#stack = stack;
    this.#lit = new Set(stack.at(-1));
    for (const tell of this.#told) tell();
  }
}

const Scope = createContext(new Lights());

/** Around what lights together: a page. */
export function LitScope({ children }: { readonly children: React.ReactNode }) {
  const lights = useMemo(() => new Lights(), []);
  return <Scope value={lights}>{children}</Scope>;
}

// Focus events bubble: only the innermost thing around what has the focus is meant.
const taken = new WeakSet<Event>();

/** For what holds many things and asks once for all of them: the keys that are lit, and how to say what is held. */
export function useLights() {
  const scope = useContext(Scope);
  const lit = useSyncExternalStore(scope.subscribe, scope.lit);
  return { lit, hold: useHold(scope) } as const;
}

interface Held {
  pointer: readonly string[] | null;
  focus: readonly string[] | null;
}

/** Says what the pointer and the focus are on, one thing each; what goes away takes its light along. */
function useHold(scope: Lights) {
  const held = useRef<Held>({ pointer: null, focus: null });
  const hold = useCallback(
    (by: keyof Held, keys: readonly string[] | null) => {
      const last = held.current[by];
      if (last) scope.off(last);
      const next = keys && [...keys];
      held.current[by] = next;
      if (next) scope.on(next);
    },
    [scope],
  );
  useEffect(() => {
    return () => {
      hold("pointer", null);
      hold("focus", null);
    };
  }, [hold]);
  return hold;
}

/** For what is one thing and shows another: it lights with any of `answers`, and under the pointer gives off `lights`. */
export function useLight(lights: readonly string[], answers: readonly string[]) {
  const scope = useContext(Scope);
  const isLit = useSyncExternalStore(scope.subscribe, () => scope.has(answers));
  const hold = useHold(scope);
  return {
    "data-lit": isLit,
    onPointerEnter: (_: PointerEvent) => hold("pointer", lights),
    onPointerLeave: (_: PointerEvent) => hold("pointer", null),
    onFocus: ({ nativeEvent }: FocusEvent) => {
      if (taken.has(nativeEvent)) return;
      taken.add(nativeEvent);
      hold("focus", lights);
    },
    onBlur: (_: FocusEvent) => hold("focus", null),
  } as const;
}

/** For the element of a thing: `<tr {...useLit(`member:${name}`)}>`. It lights with every other of one of its keys. */
export function useLit(...keys: readonly string[]) {
  return useLight(keys, keys);
}
