// A member's name with its colour.
import { memo } from "react";
import { called } from "../state/namespaces";
import { useHue } from "./hue";

export const MemberName = memo(function MemberName({ member }: { readonly member: string }) {
  const hue = useHue();
  return (
    <span className={`member ${hue(member)}`} title={called(member)}>
      <i className="swatch" aria-hidden="true" />
      <span className="short">{called(member)}</span>
    </span>
  );
});
