// What is asked before a shell is given much to do at once, and before a link of a stranger's is followed.
import { pasteQuestion } from "../state/shells";
import { visible } from "../state/text";
import { Question } from "../ui/question";

interface PasteProps {
  readonly text: string;
  readonly onYes: () => void;
  readonly onClose: () => void;
}

export function PasteDialog({ text, ...rest }: PasteProps) {
  const asked = pasteQuestion(text);
  if (asked === null) return null;
  return (
    <Question title={`Paste ${asked.lines} lines?`} yes={`Paste ${asked.lines} lines`} {...rest}>
      <p>A shell may run each line as it comes.</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so a keyboard must reach it */}
      <pre className="log pasted" tabIndex={0}>
        {visible(asked.preview)}
      </pre>
    </Question>
  );
}

interface LinkProps {
  readonly target: string;
  readonly onClose: () => void;
}

export function LinkDialog({ target, onClose }: LinkProps) {
  const follow = () => window.open(target, "_blank", "noopener,noreferrer");
  return (
    <Question title="Open this link?" yes="Open in a new tab" onYes={follow} onClose={onClose}>
      <p>A program in the container wrote it. It leads to</p>
      <p className="mono link-target">{visible(target)}</p>
    </Question>
  );
}
