import { Terminal } from "@xterm/xterm";
import { describe, expect, test } from "vitest";
import { guard } from "./terminal-guards";

const OSC = ["\x1b]", "\x9d"];
const ENDS = ["\x07", "\x1b\\", "\x9c"];
const BODIES = [
  ...["0;title", "1;title", "2;title", "4;1;?", "10;?", "11;?", "12;?", "52;c;aGVsbG8=", "52;c;?", "9;notice"],
  ...["777;notify;a;b", "1337;File=inline=1:QQ==", "104", "110", "5;0;?"],
];

/** What the terminal typed by itself, and the titles it told of, after a container wrote that. */
async function written(text: string, isOld = false) {
  const terminal = new Terminal({ allowProposedApi: true });
  const typed: string[] = [];
  const titles: string[] = [];
  terminal.onData((data) => typed.push(data));
  terminal.onTitleChange((title) => titles.push(title));
  guard(terminal, () => isOld);
  await new Promise<void>((done) => terminal.write(text, done));
  const line = terminal.buffer.active.getLine(0)?.translateToString(true) ?? "";
  terminal.dispose();
  return { typed, titles, line };
}

describe("what a container writes", () => {
  const operating = OSC.flatMap((begin) => ENDS.flatMap((end) => BODIES.map((body) => `${begin}${body}${end}`)));
  test.each([
    ["operating system commands", operating],
    ["questions with DCS", ["\x1bP$qm\x1b\\", '\x1bP$q"p\x1b\\', "\x1bP+q544e\x1b\\", "\x90$qr\x9c"]],
    [
      "window operations",
      ["11", "13", "14", "18", "19", "20", "21", "8;99;99", "22;0", "23;0"].map((n) => `\x1b[${n}t`),
    ],
    ["enquiries", ["\x05"]],
  ])("%s are shown nothing of and answered with nothing", async (_, sequences) => {
    expect(await written(`${sequences.join("")}ok`)).toEqual({ typed: [], titles: [], line: "ok" });
  });

  test("that programs at a prompt ask is answered, once: not again when it is drawn again", async () => {
    expect((await written("\x1b[6n\x1b[c")).typed.join("")).toBe("\x1b[1;1R\x1b[?1;2c");
    expect((await written("\x1b[6n\x1b[c\x1b[>c\x1b[?6n\x1b[5n\x1b[>q\x1b[4$p\x1b[?25$p", true)).typed).toEqual([]);
  });

  test("in any order and broken off anywhere types no line", async () => {
    const pieces = [...operating, "\x1b[", "\x1bP", "\x1b]8;;javascript:alert(1)\x1b\\", "\r\n", "\x1b[6n", "\x18"];
    let seed = 7;
    const next = () => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed;
    };
    const corpus = Array.from({ length: 2000 }, () => {
      const piece = pieces[next() % pieces.length] ?? "";
      return piece.slice(0, 1 + (next() % (piece.length + 1)));
    });
    const { typed, titles } = await written(corpus.join(""));
    expect(titles).toEqual([]);
    expect(typed.join("")).not.toMatch(/[\r\n]/);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the only answer is where the cursor is
    expect(typed.join("")).toMatch(/^(\x1b\[\d+;\d+R)*$/);
  });
});
