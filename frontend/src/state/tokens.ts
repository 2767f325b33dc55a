// What a token may be good for, and for how long, in words.
import type { ScopeName } from "../api/account";

/** Each with those below it: `read` is in every token. */
export const GRADES = [
  { value: "read", label: "Read: pods, logs, live views" },
  { value: "write", label: "Read and change; see what Secrets hold" },
  { value: "shell", label: "All: shells, exec and files too" },
] as const;

export type Grade = (typeof GRADES)[number]["value"];

export const SCOPES: Readonly<Record<Grade, readonly ScopeName[]>> = {
  read: ["read"],
  write: ["read", "write"],
  shell: ["read", "write", "shell"],
};

export const DAYS = [
  { value: "7", label: "7 days" },
  { value: "30", label: "30 days" },
  { value: "90", label: "90 days" },
  { value: "365", label: "A year" },
] as const;

export function isGrade(value: string): value is Grade {
  return GRADES.some((grade) => grade.value === value);
}

/** "ends in 3 days", or that it has ended; of one without an end, that it has none. */
export function endOf(expiresAt: string | null, now: number): string {
  if (expiresAt === null) return "never ends";
  const left = Date.parse(expiresAt) - now;
  if (left <= 0) return "has ended";
  const days = Math.ceil(left / 86_400_000);
  return days === 1 ? "ends within a day" : `ends in ${days} days`;
}
