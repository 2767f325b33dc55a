// Copying text, and saying whether that worked.
import { Button } from "../ui/button";
import { type Notices, useNotices } from "./notice-queue";

export async function copy(notices: Notices | null, text: string): Promise<void> {
  try {
    await globalThis.navigator.clipboard.writeText(text);
    notices?.say({ title: "Copied", body: text });
  } catch {
    // No clipboard is given to a page that came over plain HTTP from another machine.
    notices?.say({ title: "The browser does not let this page copy. Select it yourself:", body: text, isBad: true });
  }
}

export function CopyButton({ text, about }: { readonly text: string; readonly about: string }) {
  const notices = useNotices();
  return (
    <Button kind="quiet" onPress={() => void copy(notices, text)}>
      Copy<span className="unseen"> {about}</span>
    </Button>
  );
}
