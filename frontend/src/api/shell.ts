// One shell's WebSocket, which comes back by itself to the same shell: what was shown is told, what was typed is kept.
import { Outbox } from "../state/outbox";
import { isRecord } from "../state/read";
import type { components } from "./generated/wire";
import { backOff } from "./stream";

export type Told = components["schemas"]["TerminalTold"];
type Said = components["schemas"]["TerminalSaid"];
export type Ended = components["schemas"]["Ended"];
export type Refused = components["schemas"]["Refused"];

export type Line = "connecting" | "live" | "lost" | "signed-out" | "gone" | "moved" | "idle" | "too-many" | "over";

export interface ShellEvents {
  /** Bytes the shell wrote, the first of which has that offset. */
  readonly bytes: (bytes: Uint8Array, offset: number) => void;
  readonly told: (message: Told) => void;
  readonly line: (line: Line) => void;
}

export interface First {
  readonly terminal: string;
  readonly writer: string;
  readonly member: string;
  readonly user: string;
  readonly name: string;
  readonly begun: boolean;
}

interface Size {
  readonly columns: number;
  readonly rows: number;
}

// The close codes of sandboxes/wire.py and sandboxes/terminal_wire.py after which nobody comes back.
const OVER = new Map<number, Line>([
  [4400, "over"],
  [4401, "signed-out"],
  [4403, "over"],
  [4404, "gone"],
  [4408, "moved"],
  [4409, "over"],
  [4411, "idle"],
  [4429, "too-many"],
]);
const ACKNOWLEDGE_BYTES = 64 * 1024;
const ACKNOWLEDGE_MS = 40;
const TAGS = { attached: 1, from: 1, taken: 1, drives: 1, ended: 1, refused: 1 } satisfies Record<Told["type"], 1>;

export function shellAddress(namespace: string, name: string): string {
  const scheme = globalThis.location.protocol === "https:" ? "wss" : "ws";
  const path = `/ws/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/terminal`;
  return `${scheme}://${globalThis.location.host}${path}`;
}

function isTold(value: unknown): value is Told {
  return isRecord(value) && typeof value.type === "string" && Object.hasOwn(TAGS, value.type);
}

export class Shell {
  readonly outbox = new Outbox();
  readonly #address: string;
  readonly #first: First;
  readonly #events: ShellEvents;
  #socket: WebSocket | null = null;
  #begun: boolean;
  #over = false;
  #drives = true;
  #failures = 0;
  #offset = 0;
  #shown = 0;
  #acknowledged = 0;
  #size: Size;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #soon: ReturnType<typeof setTimeout> | undefined;

  constructor(address: string, first: First, size: Size, events: ShellEvents) {
    this.#address = address;
    this.#first = first;
    this.#begun = first.begun;
    this.#size = size;
    this.#events = events;
    this.#connect();
  }

  type(bytes: Uint8Array): void {
    if (this.#over || !this.#drives) return;
    this.outbox.put(bytes);
    this.#flush();
  }

  /** Everything before `offset` is on the screen. Told in time, not each time. */
  shown(offset: number): void {
    this.#shown = offset;
    if (offset - this.#acknowledged >= ACKNOWLEDGE_BYTES) this.#acknowledge();
    else this.#soon ??= setTimeout(() => this.#acknowledge(), ACKNOWLEDGE_MS);
  }

  resize(size: Size): void {
    this.#size = size;
    this.#say({ type: "resize", ...size });
  }

  /** Drive again, after another page took over: a new connection asks for it. */
  takeOver(): void {
    this.#over = false;
    this.#drives = true;
    this.#drop();
    this.#connect();
  }

  /** HUP; the socket stays for what it still says. False where there is none to say it on. */
  end(): boolean {
    return this.#say({ type: "end" });
  }

  /** Leave; the shell lives on for a while. */
  close(): void {
    this.#over = true;
    this.#drop();
  }

  #connect(): void {
    this.#events.line(this.#failures === 0 ? "connecting" : "lost");
    const mine = new WebSocket(this.#address);
    mine.binaryType = "arraybuffer";
    this.#socket = mine;
    const { terminal, writer, member, user, name } = this.#first;
    mine.onopen = () => {
      const whose = { terminal, writer, ...this.#size };
      if (this.#begun) this.#say({ type: "attach", offset: this.#offset, drive: this.#drives, ...whose });
      else this.#say({ type: "open", member, user, name, ...whose });
    };
    mine.onmessage = ({ data }) => {
      if (this.#socket !== mine) return;
      if (data instanceof ArrayBuffer) this.#bytes(new Uint8Array(data));
      else this.#hear(JSON.parse(String(data)));
    };
    mine.onclose = ({ code }) => {
      if (this.#socket === mine) this.#closed(code);
    };
  }

  #bytes(bytes: Uint8Array): void {
    const at = this.#offset;
    this.#offset += bytes.length;
    this.#events.bytes(bytes, at);
  }

  #hear(message: unknown): void {
    if (!isTold(message)) return;
    switch (message.type) {
      case "attached":
        this.#begun = true;
        this.#failures = 0;
        this.#drives = message.drives;
        this.outbox.again(message.input);
        this.#events.line("live");
        break;
      case "from":
        this.#offset = message.offset;
        this.#acknowledged = message.offset;
        break;
      case "taken":
        this.outbox.take(message.input);
        break;
      case "drives":
        this.#drives = message.drives;
        this.outbox.clear(message.input);
        break;
      case "ended":
      case "refused":
        this.#over = true;
        break;
    }
    this.#events.told(message);
    this.#flush();
  }

  #closed(code: number): void {
    this.#drop();
    const over = OVER.get(code);
    if (over || this.#over) {
      this.#over = true;
      this.#events.line(over ?? "over");
      return;
    }
    this.#failures += 1;
    this.#events.line("lost");
    this.#retry = setTimeout(() => this.#connect(), backOff(this.#failures, Math.random()));
  }

  #flush(): void {
    if (this.#socket?.readyState !== WebSocket.OPEN || !this.#begun) return;
    for (const frame of this.outbox.next()) this.#socket.send(frame);
  }

  #acknowledge(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    if (this.#shown <= this.#acknowledged) return;
    if (this.#say({ type: "ack", offset: this.#shown })) this.#acknowledged = this.#shown;
  }

  #say(message: Said): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  #drop(): void {
    clearTimeout(this.#retry);
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const old = this.#socket;
    this.#socket = null;
    old?.close();
  }
}
