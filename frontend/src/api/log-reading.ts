// The logs of a pod's members as they are written: one stream a member, taken up again where it broke off.
//
// A flood is held back, not thrown away: once a turn's share is read nothing more is taken from the network until the
// next turn, so that the service, the node and the engine wait in their turn. A page that nobody sees has no turns.
import { type Held, type Line, merged, NO_LINES, Seam, Splitter } from "../state/log-lines";
import { openLog } from "./client";
import { Refusal, told } from "./refusal";

/** What to read; all but the members, who come and go. */
export interface Wish {
  readonly namespace: string;
  readonly name: string;
  readonly previous: boolean;
  readonly tailLines: number;
  /** 0: as far back as there is. */
  readonly sinceSeconds: number;
}

export interface Source {
  readonly member: string;
  readonly isRunning: boolean;
  /** Another one after each start and end. */
  readonly attempt: string;
}

export interface Read extends Held {
  /** Why a member's log does not come, by member. */
  readonly problems: ReadonlyMap<string, string>;
  /** It is written faster than this page reads. */
  readonly isBehind: boolean;
}

const TURN_MS = 50;
/** Bytes in a turn: with 64 kB, lines of `yes` come at about 30,000 a second; with four times that, turns were long tasks. */
const SHARE = 64 * 1024;
/** A network's piece may be larger than a turn's share. */
const PIECE = 32 * 1024;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** From this status on a refusal is the service's own trouble, and may be over soon. */
const TRY_AGAIN = 429;

export class LogReading {
  readonly #wish: Wish;
  readonly #followers = new Map<string, Follower>();
  readonly #told = new Set<() => void>();
  #read: Read = { ...NO_LINES, problems: new Map(), isBehind: false };
  #pending: Line[] = [];
  #left = SHARE;
  #waiting: (() => void)[] = [];
  #turn: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;

  constructor(wish: Wish) {
    this.#wish = wish;
  }

  readonly subscribe = (tell: () => void) => {
    this.#told.add(tell);
    return () => {
      this.#told.delete(tell);
    };
  };

  readonly snapshot = (): Read => this.#read;

  /** Follows these; one that is not among them any more ends. */
  follow(sources: readonly Source[]): void {
    for (const [member, follower] of this.#followers) {
      if (sources.some((source) => source.member === member)) continue;
      follower.stop();
      this.#followers.delete(member);
    }
    for (const source of sources) {
      const known = this.#followers.get(source.member);
      if (known) known.update(source);
      else this.#followers.set(source.member, new Follower(this.#wish, source, this));
    }
  }

  stop(): void {
    this.follow([]);
    clearTimeout(this.#turn);
    cancelAnimationFrame(this.#frame);
    this.#turn = undefined;
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Resolves when more may be read. */
  receive(lines: readonly Line[], bytes: number): Promise<void> {
    for (const line of lines) this.#pending.push(line);
    this.#left -= bytes;
    this.#wake();
    if (this.#left > 0) return Promise.resolve();
    return new Promise((go) => {
      this.#waiting.push(go);
    });
  }

  problem(member: string, why: string): void {
    if ((this.#read.problems.get(member) ?? "") === why) return;
    const problems = new Map(this.#read.problems);
    if (why) problems.set(member, why);
    else problems.delete(member);
    this.#publish({ ...this.#read, problems });
  }

  #wake(): void {
    this.#turn ??= setTimeout(() => {
      this.#frame = requestAnimationFrame(() => this.#take());
    }, TURN_MS);
  }

  #take(): void {
    this.#turn = undefined;
    const isBehind = this.#waiting.length > 0;
    const batch = this.#pending;
    this.#pending = [];
    this.#left = SHARE;
    for (const go of this.#waiting.splice(0)) go();
    // Once more after the last of a flood, to say that it is over.
    if (isBehind) this.#wake();
    if (batch.length > 0 || isBehind !== this.#read.isBehind)
      this.#publish({ ...this.#read, ...merged(this.#read, batch), isBehind });
  }

  #publish(read: Read): void {
    this.#read = read;
    for (const tell of this.#told) tell();
  }
}

class Follower {
  readonly #wish: Wish;
  readonly #into: LogReading;
  readonly #seam = new Seam();
  readonly #stopping = new AbortController();
  #source: Source;
  #changed: () => void = () => undefined;

  constructor(wish: Wish, source: Source, into: LogReading) {
    this.#wish = wish;
    this.#source = source;
    this.#into = into;
    void this.#run();
  }

  update(source: Source): void {
    const isOther = source.attempt !== this.#source.attempt;
    this.#source = source;
    if (isOther) this.#changed();
  }

  stop(): void {
    this.#stopping.abort();
    this.#changed();
  }

  async #run(): Promise<void> {
    let waits = FIRST_WAIT_MS;
    while (!this.#stopping.signal.aborted) {
      const { member, attempt } = this.#source;
      const error = await this.#readOnce();
      if (this.#stopping.signal.aborted) return;
      this.#into.problem(member, error === null ? "" : told(error));
      if (attempt === this.#source.attempt) await this.#wait(this.#isDone(error) ? null : waits);
      waits = error === null ? FIRST_WAIT_MS : Math.min(waits * 2, LONGEST_WAIT_MS);
    }
  }

  /** One that ended has said all; so has an earlier attempt, and one that the service refuses to tell of. */
  #isDone(error: unknown): boolean {
    if (error === null) return this.#wish.previous || !this.#source.isRunning;
    return error instanceof Refusal && error.code < TRY_AGAIN;
  }

  /** To the end of the stream. What was wrong, or null. */
  async #readOnce(): Promise<unknown> {
    const { namespace, name, previous, tailLines, sinceSeconds } = this.#wish;
    const { member } = this.#source;
    const sinceTime = this.#seam.begin();
    const from = sinceTime ? { sinceTime } : { tailLines, ...(sinceSeconds > 0 && { sinceSeconds }) };
    const query = { container: member, timestamps: true, ...(previous ? { previous } : { follow: true }), ...from };
    try {
      await this.#drain(await openLog(namespace, name, query, this.#stopping.signal));
      return null;
    } catch (error) {
      return error;
    }
  }

  async #drain(body: ReadableStream<Uint8Array>): Promise<void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const splitter = new Splitter(this.#source.member);
    for (;;) {
      const { done, value } = await reader.read();
      if (this.#stopping.signal.aborted) return void reader.cancel();
      if (done) break;
      this.#into.problem(this.#source.member, "");
      for (let at = 0; at < value.length && !this.#stopping.signal.aborted; at += PIECE) {
        const piece = value.subarray(at, at + PIECE);
        await this.#into.receive(this.#seam.take(splitter.push(decoder.decode(piece, { stream: true }))), piece.length);
      }
    }
    await this.#into.receive(this.#seam.take(splitter.end()), 0);
  }

  /** For so long, or until there is another attempt; null: until then only. */
  #wait(ms: number | null): Promise<void> {
    return new Promise((go) => {
      const timer = ms === null ? undefined : setTimeout(go, ms);
      this.#changed = () => {
        clearTimeout(timer);
        go();
      };
    });
  }
}
