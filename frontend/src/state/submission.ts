// A key for each thing that is asked for: sent again, after a loss for instance, it has the same one, so that the service
// does it once.

/** Gives the key of what is asked, a new one whenever that is not what was asked last. */
export function submissionKeys(): (asked: string) => string {
  let last = { asked: "", key: "" };
  return (asked) => {
    if (asked !== last.asked || !last.key) last = { asked, key: randomKey() };
    return last.key;
  };
}

/** `randomUUID` is there for sites with TLS only. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
