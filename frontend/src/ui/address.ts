// What of a page's state its address names, so that a link leads to what was seen. The router need not know: it only
// looks at the path.
import { useState } from "react";

/** The page's address with these parameters changed; "" takes one away. */
export function addressWith(changes: Readonly<Record<string, string>>): string {
  const { origin, pathname, search, hash } = globalThis.location;
  const asked = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === "") asked.delete(name);
    else asked.set(name, value);
  }
  const query = asked.toString();
  return `${origin}${pathname}${query && `?${query}`}${hash}`;
}

/** Changes the address in place: no page of its own to go back to. */
export function keepInAddress(changes: Readonly<Record<string, string>>): void {
  history.replaceState(history.state, "", addressWith(changes));
}

/** Which of some views shows, kept in the address; the usual one needs no word there. */
export function useInAddress<Value extends string>(
  name: string,
  usual: Value,
  values: readonly Value[],
): readonly [Value, (value: Value) => void] {
  const [value, setValue] = useState(() => values.find((each) => each === fromAddress(name)) ?? usual);
  const choose = (next: Value) => {
    setValue(next);
    keepInAddress({ [name]: next === usual ? "" : next });
  };
  return [value, choose];
}

export function fromAddress(name: string): string {
  return new URLSearchParams(globalThis.location.search).get(name) ?? "";
}
