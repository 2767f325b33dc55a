// A pod's recording: what is held of it, and what was true from a moment on. Times of questions are milliseconds.
import { playground, unwrap } from "./client";
import type { components } from "./generated/playground";
import type { Sample, Snapshot } from "./wire";

type Schemas = components["schemas"];

export type Recording = Readonly<Schemas["Recording"]>;
export type Marker = Readonly<Schemas["RecordedMarker"]>;
export type ShellNote = Readonly<Schemas["RecordedShell"]>;
export type RecordedStatus = Readonly<Schemas["RecordedStatus"]>;

/** What was true at `from`, and what came after it up to `until`: all there is between the two. */
export interface Frames {
  readonly from: number;
  readonly until: number;
  readonly samples: readonly Sample[];
  readonly statuses: readonly RecordedStatus[];
}

export interface Whose {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

const RECORDING = "/api/playground/v1/namespaces/{namespace}/pods/{name}/recording";

export async function readRecording({ namespace, name, uid }: Whose): Promise<Recording> {
  const params = { path: { namespace, name }, query: { uid } };
  const found = await unwrap(playground.GET(RECORDING, { params }));
  if (!found) throw new Error("an answer without a recording");
  return found;
}

/** The pod as its row says it last, though it may be gone. */
export async function readRecordedPod(namespace: string, name: string): Promise<Snapshot> {
  const found = await unwrap(playground.GET(`${RECORDING}/pod`, { params: { path: { namespace, name } } }));
  if (!found) throw new Error("an answer without a pod");
  return { ...found, type: "snapshot" };
}

// More than any answer's limits make of a few seconds.
const MOST_ANSWERS = 16;

/** All between two moments, asked for again where one answer had no room for it. */
export async function readFrames({ namespace, name, uid }: Whose, from: number, to: number): Promise<Frames> {
  const samples: Sample[] = [];
  const statuses: RecordedStatus[] = [];
  let until = from - 1;
  for (let asked = 0; asked < MOST_ANSWERS && until < to; asked += 1) {
    const query = { uid, from: new Date(until + 1).toISOString(), to: new Date(to).toISOString() };
    const call = playground.GET(`${RECORDING}/samples`, { params: { path: { namespace, name }, query } });
    const found = await unwrap(call);
    if (!found) break;
    samples.push(...found.samples.map((sample) => ({ ...sample, type: "sample" as const })));
    statuses.push(...found.statuses);
    until = Date.parse(found.until);
  }
  return { from, until, samples, statuses };
}
