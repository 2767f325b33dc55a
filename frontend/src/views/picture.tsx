// The pod as it is: pause's box, who is in it, who talks to whom, and the way out. The same facts as a table.
import { memo, type ReactNode, useEffect, useMemo, useState } from "react";
import type { Sample } from "../api/wire";
import { sceneSentences } from "../state/captions";
import { pictureOf } from "../state/picture";
import type { PodFacts } from "../state/pod";
import { type Scene, sceneOf } from "../state/scene";
import { settled, UNSETTLED, until } from "../state/steady";
import { useInAddress } from "../ui/address";
import { Pane, Said } from "../ui/pane";
import { SavePicture } from "../ui/save-picture";
import { Switcher } from "../ui/switcher";
import { useWidth } from "../ui/width";
import { Drawing } from "./drawing";
import { PictureTable } from "./picture-table";

interface Props {
  readonly pod: PodFacts;
  readonly sample: Sample | null;
  readonly isGone: boolean;
  readonly later: string;
}

export const PodPicture = memo(function PodPicture({ pod, sample, isGone, later }: Props) {
  const [look, setLook] = useInAddress("picture", "picture", ["picture", "table"]);
  const { ref, width } = useWidth(720);
  const scene = useSteady(useMemo(() => sceneOf(pod, sample), [pod, sample]));
  const [lanes, setLanes] = useState<readonly number[]>([]);
  const picture = useMemo(() => pictureOf(scene, width, lanes), [scene, width, lanes]);
  if (picture.lanes.some((count, row) => count > (lanes[row] ?? 1))) setLanes(picture.lanes);
  return (
    <Pane
      id="picture"
      title="Inside the pod"
      aside={scene.isHeld ? "one network namespace, held by pause" : later}
      actions={
        <>
          {look === "picture" && <SavePicture of={ref} file={`${pod.name}-pod`} what="the picture" />}
          <Looks value={look} onChange={setLook} />
        </>
      }
      note={<Said sentences={sceneSentences(scene, isGone)} />}
    >
      <div ref={ref}>
        {look === "picture" ? <Drawing scene={scene} picture={picture} /> : <PictureTable scene={scene} />}
      </div>
    </Pane>
  );
});

/** The scene with what was open a moment ago. */
function useSteady(scene: Scene): Scene {
  const [steady, setSteady] = useState(UNSETTLED);
  const next = steady.of === scene ? steady : settled(steady, scene, Date.now());
  if (next !== steady) setSteady(next);
  const end = until(next);
  useEffect(() => {
    if (end === null) return;
    const timer = setTimeout(() => setSteady((last) => settled(last, scene, Date.now())), end - Date.now());
    return () => clearTimeout(timer);
  }, [end, scene]);
  return next.scene ?? scene;
}

const LOOKS = [
  { value: "picture", label: "Picture" },
  { value: "table", label: "Table" },
] as const;

interface LooksProps {
  readonly value: "picture" | "table";
  readonly onChange: (value: "picture" | "table") => void;
}

function Looks({ value, onChange }: LooksProps): ReactNode {
  return <Switcher label="Show the pod as" value={value} onChange={onChange} options={LOOKS} />;
}
