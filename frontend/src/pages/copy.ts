// Copying text, and saying whether that worked.
import type { Notices } from "./notice-queue";

export async function copy(notices: Notices | null, text: string): Promise<void> {
  try {
    await globalThis.navigator.clipboard.writeText(text);
    notices?.say({ title: "Copied", body: text });
  } catch {
    // No clipboard is given to a page that came over plain HTTP from another machine.
    notices?.say({ title: "The browser does not let this page copy. Select it yourself:", body: text, isBad: true });
  }
}
