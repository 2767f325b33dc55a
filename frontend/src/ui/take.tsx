// Taking text along: onto the clipboard, or as a file.
import { useEffect, useState } from "react";
import { Button } from "./button";

/** RFC 9512. */
export const YAML_TYPE = "application/yaml";

const SAID_FOR_MS = 2000;
const KEPT_FOR_MS = 60_000;

interface CopyProps {
  readonly text: string;
  /** Ends "Copy …", for those who hear it. */
  readonly what: string;
  readonly label?: string;
}

/** Puts text on the clipboard and says so; where the browser forbids it, that is said. */
export function CopyButton({ text, what, label = "Copy" }: CopyProps) {
  const [said, say] = useState("");
  useEffect(() => {
    if (said === "") return;
    const timer = setTimeout(() => say(""), SAID_FOR_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = () =>
    // Only pages that came over HTTPS or from this machine have a clipboard.
    (navigator.clipboard?.writeText(text) ?? Promise.reject(new Error("no clipboard"))).then(
      () => say("Copied"),
      () => say("The browser does not allow it"),
    );
  return (
    <span className="copy">
      <span className="hint" role="status">
        {said}
      </span>
      <Button kind="quiet" aria-label={`Copy ${what}`} onPress={copy}>
        {label}
      </Button>
    </span>
  );
}

/** Gives something as a file of that name. */
export function download(file: string, content: string | Blob, type: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = file;
  link.click();
  // The click only asks: a busy browser fetches the content later, and finds nothing where the address is gone by then.
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_FOR_MS);
}
