// One line of text that others chose, cut where it would push the rest away; whole when pointed at.
export function Short({ text, mono }: { readonly text: string; readonly mono?: boolean }) {
  return (
    <span className={mono ? "short mono" : "short"} title={text}>
      {text}
    </span>
  );
}
