// Switches above the matrix: how the namespaces would be in a copy of the pod that shares more, or less.
import { useCallback, useMemo, useState } from "react";
import { ToggleButton } from "react-aria-components";
import { Link } from "react-router";
import { copyWith, SWITCHED, type Switched, type Switches, switchesOf } from "../state/preview";
import type { Obj } from "../state/read";
import { fromAddress, keepInAddress } from "../ui/address";
import { Button } from "../ui/button";

/** `?preview=pid,ipc`: what is turned from how the pod has it. */
function turnedInAddress(): readonly Switched[] {
  const asked = fromAddress("preview").split(",");
  return SWITCHED.filter((kind) => asked.includes(kind));
}

export function usePreview(pod: Obj) {
  const [turned, setTurned] = useState(turnedInAddress);
  const keep = useCallback((next: readonly Switched[]) => {
    setTurned(next);
    keepInAddress({ preview: next.join(",") });
  }, []);
  const reset = useCallback(() => keep([]), [keep]);
  // By what it says, not by the object: that is another one with each change of the status.
  const { pid, ipc } = switchesOf(pod);
  const is = useMemo(() => ({ pid, ipc }), [pid, ipc]);
  const wanted = { pid: pid !== turned.includes("pid"), ipc: ipc !== turned.includes("ipc") };
  const toggle = (kind: Switched) =>
    keep(turned.includes(kind) ? turned.filter((each) => each !== kind) : [...turned, kind]);
  return { is, wanted, toggle, reset } as const;
}

interface SwitchesProps {
  readonly wanted: Switches;
  readonly onToggle: (kind: Switched) => void;
  readonly onReset: () => void;
}

export function ShareSwitches({ wanted, onToggle, onReset }: SwitchesProps) {
  return SWITCHED.map((kind) => (
    <ToggleButton
      key={kind}
      className="button button-quiet share-switch"
      isSelected={wanted[kind]}
      onChange={() => onToggle(kind)}
      onKeyDown={(event) => (event.key === "Escape" ? onReset() : event.continuePropagation())}
    >
      Share {kind}
    </ToggleButton>
  ));
}

interface BarProps {
  readonly pod: Obj;
  readonly wanted: Switches;
  readonly onReset: () => void;
}

export function PreviewBar({ pod, wanted, onReset }: BarProps) {
  return (
    <div className="preview-bar" role="status">
      <p>
        <b>Preview.</b> This pod does not run so: namespaces are chosen when a container is created.
      </p>
      <Link className="button button-plain" to="/new" state={{ manifest: copyWith(pod, wanted) }}>
        Make a copy that does
      </Link>
      <Button kind="quiet" onPress={onReset}>
        Back to what runs
      </Button>
    </div>
  );
}
