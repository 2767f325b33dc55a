// Pods to start from: each runs at once and shows one thing.
import { EMPTY, type Form, type Member, NO_MEMBER, type Pair } from "./form";
import { freeHostPort } from "./ports";
import { START_NAMES, type StartKey } from "./start-names";

interface Around {
  /** Names and host ports of the pods that are there. */
  readonly names: readonly string[];
  readonly hostPorts: readonly number[];
  readonly password: () => string;
  /** Whether a pod may have a port on the node; without, the preview leads to what it serves. */
  readonly publishes: boolean;
}

export interface Start {
  readonly key: StartKey;
  readonly title: string;
  readonly teaches: string;
  readonly make: (around: Around) => Form;
}

export const TOOLBOX = "playground/toolbox:1";
const CURLS = "while sleep 2; do curl -sI http://127.0.0.1 | head -1; done";

export const STARTS: readonly Start[] = [
  {
    key: "wordpress",
    ...START_NAMES.wordpress,
    make: (around) => {
      const password = around.password();
      return pod("wordpress", around, true, [
        {
          name: "mysql",
          image: "mysql",
          env: { MYSQL_ROOT_PASSWORD: password, MYSQL_DATABASE: "wordpress" },
        },
        {
          name: "wordpress",
          image: "wordpress",
          env: {
            WORDPRESS_DB_HOST: "127.0.0.1:3306",
            WORDPRESS_DB_USER: "root",
            WORDPRESS_DB_PASSWORD: password,
            WORDPRESS_DB_NAME: "wordpress",
          },
          publishes: 80,
        },
      ]);
    },
  },
  {
    key: "nginx-debug",
    ...START_NAMES["nginx-debug"],
    make: (around) =>
      pod("nginx-debug", around, true, [
        { name: "web", image: "nginx", publishes: 80 },
        { name: "debug", image: TOOLBOX },
      ]),
  },
  {
    key: "pair",
    ...START_NAMES.pair,
    make: (around) =>
      pod("pair", around, false, [
        { name: "web", image: "nginx", listens: 80 },
        { name: "curl", image: TOOLBOX, command: ["bash", "-c", CURLS] },
      ]),
  },
];

export function startOf(key: string | null): Start | undefined {
  return STARTS.find((start) => start.key === key);
}

interface Sketch {
  readonly name: string;
  readonly image: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly command?: readonly string[];
  readonly listens?: number;
  /** It listens there, and the host has a port for it where pods may have one. */
  readonly publishes?: number;
}

function pod(name: string, around: Around, sharesProcesses: boolean, sketches: readonly Sketch[]): Form {
  let next = 1;
  const members = sketches.map((sketch): Member => {
    const id = next++;
    const env = Object.entries(sketch.env ?? {}).map(([key, value]): Pair => ({ id: next++, name: key, value }));
    const isPublished = sketch.publishes !== undefined && around.publishes;
    const hostPort = isPublished ? String(freeHostPort(EMPTY, around.hostPorts)) : "";
    const inside = sketch.publishes ?? sketch.listens;
    const port = { containerPort: String(inside), protocol: "", hostPort };
    return {
      ...NO_MEMBER,
      id,
      name: sketch.name,
      image: sketch.image,
      command: (sketch.command ?? []).join("\n"),
      env,
      ports: inside === undefined ? [] : [{ ...port, id: next++ }],
    };
  });
  return { ...EMPTY, nextId: next, name: freeName(name, around.names), sharesProcesses, members };
}

/** The name, or the name with the first number that makes it free. */
export function freeName(name: string, taken: readonly string[]): string {
  const used = new Set(taken);
  if (!used.has(name)) return name;
  let n = 2;
  while (used.has(`${name}-${n}`)) n += 1;
  return `${name}-${n}`;
}

const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH = 20;

/** A password nobody has to type, without letters that look alike: 20 of 56 are 116 bits. */
export function newPassword(): string {
  let password = "";
  while (password.length < LENGTH) {
    // What is beyond the last whole multiple would make the first letters likelier.
    const [byte] = crypto.getRandomValues(new Uint8Array(1));
    if (byte !== undefined && byte < 256 - (256 % LETTERS.length)) password += LETTERS[byte % LETTERS.length];
  }
  return password;
}
