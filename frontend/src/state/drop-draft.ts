// Apart from the draft itself: signing out drops it, and needs nothing else of it.

/** Its name in the tab's storage. */
export const DRAFT = "new-pod";

export function dropDraft(): void {
  globalThis.sessionStorage.removeItem(DRAFT);
}
