// A press that does something; `kind` says how much it weighs.
import { type ButtonProps, Button as Press } from "react-aria-components";

interface Props extends Omit<ButtonProps, "className" | "isPending"> {
  readonly kind?: "main" | "plain" | "quiet" | "danger";
  /** What it does is on its way: it does nothing more, and keeps the focus, which one that is disabled loses. */
  readonly isBusy?: boolean;
}

export function Button({ kind = "plain", isBusy = false, ...rest }: Props) {
  // An `isPending` of the library's own tells of a progress bar, which is not there.
  const busy = isBusy ? ({ "aria-disabled": true, onPress: () => undefined } as const) : {};
  return <Press {...rest} {...busy} className={`button button-${kind}`} />;
}
