// A press that does something; `kind` says how much it weighs.
import { type ButtonProps, Button as Press } from "react-aria-components";

interface Props extends Omit<ButtonProps, "className"> {
  readonly kind?: "main" | "plain" | "quiet" | "danger";
}

export function Button({ kind = "plain", ...rest }: Props) {
  return <Press {...rest} className={`button button-${kind}`} />;
}
