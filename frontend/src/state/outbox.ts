// What was typed and is not taken yet: each byte has a position, is sent again after a loss, and is taken once.

/** The server's: sandboxes/terminal_wire.py. */
export const MOST_AHEAD = 64 * 1024;
export const MOST_FRAME = 16 * 1024;
const HEAD = 8;

export class Outbox {
  #kept: Uint8Array[] = [];
  #taken = 0;
  #sent = 0;
  #end = 0;

  /** Everything typed so far, and how much of it the shell has. */
  get waiting(): number {
    return this.#end - this.#taken;
  }

  put(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; at += MOST_FRAME) this.#kept.push(bytes.slice(at, at + MOST_FRAME));
    this.#end += bytes.length;
  }

  /** The frames that may go now: a position of eight bytes and what was typed there. */
  next(): Uint8Array<ArrayBuffer>[] {
    const frames: Uint8Array<ArrayBuffer>[] = [];
    let position = this.#taken;
    for (const piece of this.#kept) {
      const end = position + piece.length;
      if (end > this.#taken + MOST_AHEAD) break;
      if (end > this.#sent) {
        frames.push(frame(position, piece));
        this.#sent = end;
      }
      position = end;
    }
    return frames;
  }

  /** The shell has everything before `position`. */
  take(position: number): void {
    while (this.#kept[0] && this.#taken < position) {
      const first = this.#kept[0];
      const part = Math.min(first.length, position - this.#taken);
      if (part === first.length) this.#kept.shift();
      else this.#kept[0] = first.slice(part);
      this.#taken += part;
    }
    this.#sent = Math.max(this.#sent, this.#taken);
  }

  /** A new connection: what was sent may be lost. Positions that are not known here are another page's doing. */
  again(position: number): void {
    if (position < this.#taken || position > this.#end) this.clear(position);
    else this.take(position);
    this.#sent = this.#taken;
  }

  /** Nothing of it is to be typed any more; what comes next has this position. */
  clear(position: number): void {
    this.#kept = [];
    this.#taken = position;
    this.#sent = position;
    this.#end = position;
  }

  /** What the shell does not have yet, for the page that comes after this one. */
  left(): { readonly position: number; readonly bytes: readonly number[] } {
    return { position: this.#taken, bytes: this.#kept.flatMap((piece) => [...piece]) };
  }
}

function frame(position: number, piece: Uint8Array): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(HEAD + piece.length);
  new DataView(made.buffer).setBigUint64(0, BigInt(position));
  made.set(piece, HEAD);
  return made;
}
