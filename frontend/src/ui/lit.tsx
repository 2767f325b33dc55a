// Hover or focus one thing, and the same thing lights wherever else it shows. A thing has a key: "member:web",
// "ns:net:4026532784", "pid:4711", "port:80", "interface:eth0". What is lit is no state of any view.
import { createContext, useContext, useMemo, useSyncExternalStore } from "react";

class Lights {
  #lit: ReadonlySet<string> = new Set();
  readonly #told = new Set<() => void>();

  readonly subscribe = (tell: () => void) => {
    this.#told.add(tell);
    return () => {
      this.#told.delete(tell);
    };
  };

  has(keys: readonly string[]): boolean {
    return keys.some((key) => this.#lit.has(key));
  }

  light(keys: readonly string[]): void {
    this.#lit = new Set(keys);
    for (const tell of this.#told) tell();
  }
}

const Scope = createContext(new Lights());

/** Around what lights together: a page. */
export function LitScope({ children }: { readonly children: React.ReactNode }) {
  const lights = useMemo(() => new Lights(), []);
  return <Scope value={lights}>{children}</Scope>;
}

/** For the element of a thing: `<tr {...useLit(`member:${name}`)}>`. It lights with every other of one of its keys. */
export function useLit(...keys: readonly string[]) {
  const lights = useContext(Scope);
  const isLit = useSyncExternalStore(lights.subscribe, () => lights.has(keys));
  const light = () => lights.light(keys);
  const dim = () => lights.light([]);
  return { "data-lit": isLit, onPointerEnter: light, onPointerLeave: dim, onFocus: light, onBlur: dim } as const;
}
