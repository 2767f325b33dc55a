// One live WebSocket that comes back by itself. It knows nothing of pods: it hands on messages and what befell it.
import { CLOSED, type Live, readFrame } from "./wire";

export type Why = "signed-out" | "not-found" | "too-many";

export type Transport =
  | { readonly type: "opened" }
  | { readonly type: "lost" }
  | { readonly type: "refused"; readonly why: Why }
  | { readonly type: "message"; readonly message: Live };

export interface LiveStream {
  /** Drop the connection, which may be half dead, and make a new one. */
  renew(): void;
  /** Close the connection until `renew`: nobody looks. */
  rest(): void;
  close(): void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Milliseconds before attempt number `failures`, doubling; `chance` in [0, 1) spreads viewers apart. */
export function backOff(failures: number, chance: number): number {
  const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return wait * (0.5 + chance / 2);
}

export function liveAddress(namespace: string, name: string): string {
  const scheme = globalThis.location.protocol === "https:" ? "wss" : "ws";
  const path = `/ws/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/live`;
  return `${scheme}://${globalThis.location.host}${path}`;
}

export function openStream(address: string, tell: (event: Transport) => void): LiveStream {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let over = false;

  const onClose = (code: number) => {
    if (over) return;
    switch (code) {
      case CLOSED.gone:
        over = true;
        return;
      case CLOSED.unauthenticated:
        over = true;
        tell({ type: "refused", why: "signed-out" });
        return;
      case CLOSED.notFound:
        over = true;
        tell({ type: "refused", why: "not-found" });
        return;
      case CLOSED.tooMany:
        tell({ type: "refused", why: "too-many" });
        return;
      default:
        failures += 1;
        tell({ type: "lost" });
        timer = setTimeout(connect, backOff(failures, Math.random()));
    }
  };

  const connect = () => {
    const mine = new WebSocket(address);
    socket = mine;
    mine.onopen = () => tell({ type: "opened" });
    mine.onmessage = (event) => {
      if (socket !== mine || typeof event.data !== "string") return;
      // Only a message shows that the service is well; a socket that opens and drops must not be retried at once.
      failures = 0;
      const message = readFrame(event.data);
      if (message?.type === "gone") over = true;
      if (message) tell({ type: "message", message });
    };
    mine.onclose = (event) => {
      if (socket === mine) onClose(event.code);
    };
  };

  const drop = () => {
    clearTimeout(timer);
    const old = socket;
    socket = null;
    old?.close();
  };

  connect();
  return {
    renew() {
      if (over) return;
      drop();
      tell({ type: "lost" });
      connect();
    },
    rest() {
      if (!over) drop();
    },
    close() {
      over = true;
      drop();
    },
  };
}
