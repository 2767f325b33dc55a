// Which moment the page shows: the present, or one of the recording, which its address then names.
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";
import { type Frames, type Recording, readFrames, readRecording, type Whose } from "../api/recording";
import type { LiveState } from "../state/live";
import { at } from "../state/past";
import { object, text } from "../state/read";
import { addressWith, fromAddress, keepInAddress } from "../ui/address";

export interface Past {
  /** Null is now. */
  readonly moment: number | null;
  /** What somebody called the moment in a link. */
  readonly mark: string;
  readonly recording: Recording | undefined;
  /** Why there is no recording, or no frame of it. */
  readonly error: unknown;
  /** What the page shows: `live`, or the moment; while that one is read, the one before. */
  readonly state: LiveState;
  readonly go: (moment: number | null) => void;
}

const LOOK_MS = 5000;
const CHUNK_MS = 5000;
/** What is younger may still be on its way to the recording. */
const SETTLED_MS = 1500;
const ADDRESS_MS = 300;

interface Linked {
  readonly moment: number | null;
  readonly mark: string;
}

/** The moment of the address: `?at=2026-01-02T14:32:07.250Z&mark=before the crash`. */
export function linked(): Linked {
  const moment = Date.parse(fromAddress("at"));
  return Number.isNaN(moment) ? { moment: null, mark: "" } : { moment, mark: fromAddress("mark") };
}

function parameters(moment: number | null, mark: string) {
  return moment === null ? { at: "", mark: "" } : { at: new Date(moment).toISOString(), mark };
}

/** The address of a moment of this page; null is the present. */
export function addressOf(moment: number | null, mark: string): string {
  return addressWith(parameters(moment, mark));
}

export function usePast(live: LiveState, namespace: string, name: string, isOpen: boolean): Past {
  const [{ moment, mark }, set] = useState(linked);
  const uid = text(object(live.snapshot?.pod ?? {}, "metadata"), "uid");
  const whose = useMemo(() => ({ namespace, name, uid }), [namespace, name, uid]);
  const recording = useQuery({
    queryKey: ["recording", uid],
    queryFn: () => readRecording(whose),
    enabled: uid !== "" && (isOpen || moment !== null),
    refetchInterval: live.gone ? false : LOOK_MS,
  });
  const frames = useFrames(whose, moment);
  const shown = useShown(live, recording.data, frames.data, moment);
  useAddress(moment, mark);
  return {
    moment,
    mark,
    recording: recording.data,
    error: recording.error ?? frames.error,
    state: shown,
    go: (next) => set({ moment: next, mark: next === moment ? mark : "" }),
  };
}

function useFrames(whose: Whose, moment: number | null) {
  const queries = useQueryClient();
  const chunk = moment === null ? 0 : Math.floor(moment / CHUNK_MS) * CHUNK_MS;
  const { uid } = whose;
  const isWanted = moment !== null && uid !== "";
  useEffect(() => {
    const next = chunk + CHUNK_MS;
    if (!isWanted || next + CHUNK_MS + SETTLED_MS > Date.now()) return;
    queries.prefetchQuery({
      queryKey: ["frames", uid, next],
      queryFn: () => readFrames(whose, next, next + CHUNK_MS - 1),
      staleTime: Number.POSITIVE_INFINITY,
    });
  }, [queries, whose, uid, chunk, isWanted]);
  const isSettled = (since: number) => since >= chunk + CHUNK_MS + SETTLED_MS;
  return useQuery({
    queryKey: ["frames", uid, chunk],
    queryFn: () => readFrames(whose, chunk, chunk + CHUNK_MS - 1),
    enabled: isWanted,
    staleTime: ({ state }) => (isSettled(state.dataUpdatedAt) ? Number.POSITIVE_INFINITY : 0),
    refetchInterval: ({ state }) => (isSettled(state.dataUpdatedAt) ? false : 1000),
  });
}

/** While another moment is read, the last one stays: nothing jumps to the present and back. */
function useShown(
  live: LiveState,
  recording: Recording | undefined,
  frames: Frames | undefined,
  moment: number | null,
): LiveState {
  const last = useRef<LiveState | null>(null);
  const { snapshot } = live;
  const past = useMemo(
    () => (moment !== null && recording && frames && snapshot ? at(snapshot, recording, frames, moment) : null),
    [snapshot, recording, frames, moment],
  );
  if (past || moment === null) last.current = past;
  return last.current ?? live;
}

/** The address follows when the moment has come to rest; the router need not know. */
function useAddress(moment: number | null, mark: string): void {
  const isFirst = useRef(true);
  useEffect(() => {
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const timer = setTimeout(() => keepInAddress(parameters(moment, mark)), ADDRESS_MS);
    return () => clearTimeout(timer);
  }, [moment, mark]);
}
