// The pod as somebody would write it: what the service added or owns is left out.
import { isRecord, type Obj, object, text } from "./read";

/** Who writes `metadata` writes these; the rest of it is the service's (uid, resourceVersion, times …). */
const OWN = ["name", "labels", "annotations"] as const;
/** The playground's own notes on a pod. */
const OURS = "playground/";

function annotations(value: unknown): Obj | null {
  if (!isRecord(value)) return null;
  const kept = Object.entries(value).filter(([name]) => !name.startsWith(OURS));
  return kept.length > 0 ? Object.fromEntries(kept) : null;
}

/** A Pod v1 object without status, what the service put into its metadata, and the node it was given to. */
export function written(pod: Obj): Obj {
  const metadata = object(pod, "metadata");
  const spec = Object.entries(object(pod, "spec")).filter(([name]) => name !== "nodeName");
  const notes = annotations(metadata.annotations);
  const own = OWN.filter((name) => name !== "annotations" && name in metadata).map((name) => [name, metadata[name]]);
  return {
    apiVersion: text(pod, "apiVersion") || "v1",
    kind: text(pod, "kind") || "Pod",
    metadata: { ...Object.fromEntries(own), ...(notes && { annotations: notes }) },
    spec: Object.fromEntries(spec),
  };
}

const LONGEST = 63;

/** "demo" → "demo-2", "demo-2" → "demo-3": a name that the pod itself does not have. */
export function nextName(name: string): string {
  const found = /^(.*)-(\d{1,4})$/.exec(name);
  const [stem, number] = found ? [found[1] ?? name, Number(found[2]) + 1] : [name, 2];
  const end = `-${number}`;
  return `${stem.slice(0, LONGEST - end.length)}${end}`;
}

/** The same pod under another name, for the form to begin with. */
export function copyOf(pod: Obj): Obj {
  const manifest = written(pod);
  const metadata = object(manifest, "metadata");
  return { ...manifest, metadata: { ...metadata, name: nextName(text(metadata, "name")) } };
}
