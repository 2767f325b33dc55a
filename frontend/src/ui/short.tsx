// One line of text that others chose, cut where it would push the rest away; whole when pointed at.
import { memo } from "react";

export const Short = memo(function Short({ text, mono }: { readonly text: string; readonly mono?: boolean }) {
  return (
    <span className={mono ? "short mono" : "short"} title={text}>
      {text}
    </span>
  );
});
