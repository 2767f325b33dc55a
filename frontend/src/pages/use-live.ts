// The pod page's connection: opens the stream, folds what comes into the state, and renews a dead one.
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useReducer, useRef } from "react";
import { getPod } from "../api/client";
import { Refusal } from "../api/refusal";
import { type LiveStream, liveAddress, openStream, type Transport } from "../api/stream";
import { apply, isDead, type LiveState, lost, opened, refused, START } from "../state/live";
import { whenHidden } from "../ui/hidden";
import { SESSION_KEY } from "./session";

type Happening = { readonly event: Transport; readonly at: number };

function fold(state: LiveState, { event, at }: Happening): LiveState {
  switch (event.type) {
    case "opened":
      return opened(state, at);
    case "lost":
      return lost(state, at);
    case "refused":
      return refused(state, event.why);
    case "message":
      return apply(state, event.message, at);
  }
}

const LOOK_MS = 1000;
const HIDDEN_MS = 5 * 60_000;

export function useLive(namespace: string, name: string): LiveState {
  const [state, tell] = useReducer(fold, START);
  const queries = useQueryClient();
  const latest = useRef(state);
  latest.current = state;

  useEffect(() => {
    let over = false;
    const on = (event: Transport) => {
      if (over) return;
      tell({ event, at: Date.now() });
      if (event.type === "lost" || event.type === "refused") queries.invalidateQueries({ queryKey: SESSION_KEY });
      if (event.type === "lost" && latest.current.snapshot === null) explain();
    };
    // A browser hides why a socket was refused before it opened; the same pod over HTTP tells.
    const explain = () =>
      getPod(namespace, name).catch((error: unknown) => {
        if (!over && error instanceof Refusal && error.code === 404) {
          stream.close();
          tell({ event: { type: "refused", why: "not-found" }, at: Date.now() });
        }
      });
    const stream: LiveStream = openStream(liveAddress(namespace, name), on);
    let rests = false;
    const timer = setInterval(() => !rests && isDead(latest.current, Date.now()) && stream.renew(), LOOK_MS);
    // A tab that is only left open keeps no pod from being idle.
    const forgetHidden = whenHidden(
      HIDDEN_MS,
      () => {
        rests = true;
        stream.rest();
      },
      () => {
        rests = false;
        stream.renew();
      },
    );
    return () => {
      over = true;
      forgetHidden();
      clearInterval(timer);
      stream.close();
    };
  }, [namespace, name, queries]);

  return state;
}
