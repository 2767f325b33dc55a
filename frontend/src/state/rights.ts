// What the first process of each container may do, compared: facts in words, and what each capability allows.
import type { Inspected } from "./limits";

/** What capabilities(7) says of each, in short; one that is not here is shown by its name. */
const ALLOWS: Readonly<Record<string, string>> = {
  CHOWN: "change the owner of any file",
  DAC_OVERRIDE: "read, write and run files whatever their mode",
  DAC_READ_SEARCH: "read files and search folders whatever their mode",
  FOWNER: "act on files as their owner may",
  FSETID: "keep the set-user-id bit when a file changes",
  KILL: "signal any process that it sees",
  SETGID: "become any group",
  SETUID: "become any user",
  SETPCAP: "hand on capabilities of its bounding set",
  LINUX_IMMUTABLE: "make files immutable",
  NET_BIND_SERVICE: "listen on ports below 1024",
  NET_BROADCAST: "send broadcasts",
  NET_ADMIN: "change interfaces, routes and the firewall of its network",
  NET_RAW: "send packets of any kind: ping, and forgeries",
  IPC_LOCK: "lock memory",
  IPC_OWNER: "use any System V object whatever its mode",
  SYS_MODULE: "load kernel modules",
  SYS_RAWIO: "reach the machine's ports and memory",
  SYS_CHROOT: "call chroot, and enter mount namespaces",
  SYS_PTRACE: "trace any process that it sees",
  SYS_PACCT: "turn process accounting on",
  SYS_ADMIN: "mount, enter namespaces, and much else: nearly root",
  SYS_BOOT: "reboot",
  SYS_NICE: "raise priorities",
  SYS_RESOURCE: "go over resource limits",
  SYS_TIME: "set the clock",
  SYS_TTY_CONFIG: "hang up terminals",
  MKNOD: "make device files",
  LEASE: "take leases on any file",
  AUDIT_WRITE: "write to the kernel's audit log",
  AUDIT_CONTROL: "configure auditing",
  SETFCAP: "give capabilities to files",
  MAC_OVERRIDE: "go around mandatory access control",
  MAC_ADMIN: "configure mandatory access control",
  SYSLOG: "read the kernel's log",
  WAKE_ALARM: "wake the machine",
  BLOCK_SUSPEND: "keep the machine awake",
  AUDIT_READ: "read the audit log",
  PERFMON: "watch performance of the whole machine",
  BPF: "load BPF programs",
  CHECKPOINT_RESTORE: "freeze processes into files and back",
};

export interface Compared {
  readonly fact: string;
  readonly about: string;
  /** One a member, in their order. */
  readonly values: readonly string[];
  readonly differs: boolean;
}

function compared(fact: string, about: string, values: readonly string[]): Compared {
  return { fact, about, values, differs: new Set(values).size > 1 };
}

const SECCOMP = ["off: every system call", "strict", "filtered"];

function ranges(map: readonly { inside: number; outside: number; count: number }[]): string {
  if (map.every(({ inside, outside }) => inside === outside)) return "the machine's own";
  return map.map(({ inside, outside, count }) => `${inside}–${inside + count - 1} are ${outside}…`).join(", ");
}

function yesNo(value: boolean | null): string {
  return value === null ? "unknown" : value ? "yes" : "no";
}

/** The facts besides capabilities. Pause has no name of its own: it is member "". */
export function rightsOf(members: readonly Inspected[]): readonly Compared[] {
  const all = members.map((member) => member.rights);
  const row = (fact: string, about: string, tell: (rights: NonNullable<Inspected["rights"]>) => string) =>
    compared(
      fact,
      about,
      all.map((rights) => (rights ? tell(rights) : "unknown")),
    );
  return [
    row("User", "by whom the kernel decides", ({ uid }) => (uid === 0 ? "0, root" : String(uid))),
    row("Group", "", ({ gid }) => String(gid)),
    row("Further groups", "", ({ groups }) => groups.join(" ") || "none"),
    row("No new privileges", "set-user-id programs give nothing", (rights) => yesNo(rights.noNewPrivileges)),
    row("Seccomp", "which system calls there are", ({ seccomp, filters }) => {
      const mode = seccomp === null ? "unknown" : (SECCOMP[seccomp] ?? String(seccomp));
      return filters ? `${mode}, ${filters} filter${filters === 1 ? "" : "s"}` : mode;
    }),
    row("User ids", "what they are on the machine", ({ uidMap }) => ranges(uidMap)),
    row("Group ids", "what they are on the machine", ({ gidMap }) => ranges(gidMap)),
  ];
}

type Held = "has" | "could" | "no" | "unknown";

export const HELD_WORDS: Readonly<Record<Held, string>> = {
  has: "yes",
  could: "bounding only",
  no: "no",
  unknown: "unknown",
};

function held(member: Inspected, name: string): Held {
  const sets = member.rights?.capabilities;
  if (!sets) return "unknown";
  if (sets.effective.includes(name)) return "has";
  return sets.bounding.includes(name) ? "could" : "no";
}

/** Every capability that one of them has, or could get; those that differ first. */
export function capabilitiesOf(members: readonly Inspected[]): readonly Compared[] {
  const sets = members.map((member) => member.rights?.capabilities);
  const names = [...new Set(sets.flatMap((each) => (each ? [...each.effective, ...each.bounding] : [])))];
  const rows = names.map((name) =>
    compared(
      name,
      ALLOWS[name] ?? "",
      members.map((member) => HELD_WORDS[held(member, name)]),
    ),
  );
  return [...rows.filter((row) => row.differs), ...rows.filter((row) => !row.differs)];
}

/** The variables of all of them by name; null: that member has none of that name. */
export interface ComparedVariable {
  readonly name: string;
  readonly values: readonly (string | null)[];
  readonly differs: boolean;
}

export const OF_A_SECRET = "from a Secret, not shown";

export function environmentOf(members: readonly Inspected[]): readonly ComparedVariable[] {
  const known = members.map(
    (member) => new Map(member.environment.map(({ name, value }) => [name, value ?? OF_A_SECRET])),
  );
  const names = [...new Set(known.flatMap((each) => [...each.keys()]))].sort();
  return names.map((name) => {
    const values = known.map((each) => each.get(name) ?? null);
    return { name, values, differs: new Set(values).size > 1 };
  });
}
