// Strings that no view may act on, and what "inert" means. Both sides' tests read the same; scripts/hostile writes them.
import { isRecord } from "../state/read";
// As text: not every tool that reads JSON takes halves of pairs.
import families from "./hostile.json?raw";

export const HOSTILE: readonly string[] = readAll(JSON.parse(families));

function readAll(found: unknown): readonly string[] {
  const lists: readonly unknown[] = isRecord(found) ? Object.values(found) : [];
  return lists.flat().filter((each) => typeof each === "string");
}

/** What must not be in a page's text: controls but for newline and tab, what turns or hides text, halves of pairs. */
export const RAW =
  /(?!\t|\n)[\p{Cc}\p{Cs}\p{Co}\u00ad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0]|\u034f/u;

/** Names of all elements below `root`, in order: strings may change none. */
export function shape(root: Element): string {
  return [...root.querySelectorAll("*")].map((each) => each.localName).join(" ");
}

/** Texts and attributes below `root` that hold a raw character. */
export function raws(root: Element): readonly string[] {
  const texts = [root.textContent ?? ""];
  for (const each of root.querySelectorAll("*"))
    texts.push(...[...each.attributes].map((attribute) => attribute.value));
  return texts.flatMap((text) => {
    const at = text.search(RAW);
    return at < 0 ? [] : [`U+${text.codePointAt(at)?.toString(16)} in ${text.slice(Math.max(0, at - 40), at + 40)}`];
  });
}

/** Addresses below `root` that lead away from this site or run something; a port of this machine is no such. */
export function ways(root: Element): readonly string[] {
  const found = [...root.querySelectorAll("[href], [src], [action], [data]")];
  const values = found.flatMap((each) =>
    ["href", "src", "action", "data"].map((name) => each.getAttribute(name) ?? ""),
  );
  return values.filter((value) => /^(?!http:\/\/127\.0\.0\.1:8080$)(?:[a-z]+:|\/\/)/i.test(value.trim()));
}
