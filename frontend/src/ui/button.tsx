// A press that does something; `kind` says how much it weighs.
import { Button as Press, type ButtonProps } from "react-aria-components";

interface Props extends Omit<ButtonProps, "className"> {
  readonly kind?: "main" | "plain" | "quiet" | "danger";
}

export function Button({ kind = "plain", ...rest }: Props) {
  return <Press {...rest} className={`button button-${kind}`} />;
}
