// What of a page's state its address names, so that a link leads to what was seen. The router need not know: it only
// looks at the path.

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

export function fromAddress(name: string): string {
  return new URLSearchParams(globalThis.location.search).get(name) ?? "";
}
