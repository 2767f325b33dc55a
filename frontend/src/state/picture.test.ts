import { describe, expect, test } from "vitest";
import type { Sample, Socket } from "../api/wire";
import { POD, SAMPLE } from "../testing/frames";
import { sceneSentences } from "./captions";
import { type Box, type Picture, pictureOf } from "./picture";
import { readPod } from "./pod";
import { rounded } from "./routes";
import { reach, type Scene, sceneOf } from "./scene";

const FACTS = readPod(POD);
const WIDTHS = [352, 560, 720, 800];

function network() {
  if (!SAMPLE.network) throw new Error("the recorded sample has a network");
  return SAMPLE.network;
}

function withSockets(...sockets: readonly Socket[]): Sample {
  return { ...SAMPLE, network: { ...network(), sockets: [...sockets] } };
}

function socket(change: Partial<Socket>): Socket {
  const [first] = network().sockets;
  if (!first) throw new Error("the recorded sample has a socket");
  return { ...first, ...change };
}

const LISTENS = socket({
  state: "LISTEN",
  localAddress: "127.0.0.1",
  localPort: 3306,
  remoteAddress: "0.0.0.0",
  remotePort: 0,
  inode: 7,
  owners: [{ member: "web", hostPid: 3100, pid: 1, cmd: "mysqld" }],
});

/** A pod of so many members, each of which listens and is talked to by the one before. */
function crowd(count: number, name = (at: number) => `member-${at}`): Scene {
  const base = sceneOf(FACTS, SAMPLE);
  const names = Array.from({ length: count }, (_, at) => name(at));
  const listener = (port: number) => ({
    port,
    protocol: "tcp" as const,
    address: "0.0.0.0",
    isLoopback: false,
    inodes: [port],
  });
  return {
    ...base,
    members: names.map((each, at) => ({
      name: each,
      image: "registry.example.org/some/team/with-a-long-name:2026.1",
      look: "solid",
      says: "nginx, 3 processes",
      brief: "nginx +2",
      listeners: Array.from({ length: at % 6 }, (_, more) => listener(8000 + at * 10 + more)),
    })),
    talks: names.slice(1).map((to, at) => ({
      key: `${names[at]} ${to}`,
      from: names[at] ?? "",
      to,
      port: 8000 + (at + 1) * 10,
      address: `127.0.0.1:${8000 + (at + 1) * 10}`,
      count: at + 1,
      inodes: [at],
      isOver: false,
    })),
    published: names.map((to, at) => ({
      hostPort: 9000 + at,
      hostIp: "127.0.0.1",
      port: 8000 + at * 10,
      protocol: "tcp",
      to,
      inside: null,
      count: 0,
    })),
  };
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

function holds(outer: Box, inner: Box): boolean {
  const right = inner.x + inner.w <= outer.x + outer.w;
  return inner.x >= outer.x && inner.y >= outer.y && right && inner.y + inner.h <= outer.y + outer.h;
}

/** Points of a path of straight lines and rounded corners. */
function points(path: string): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  for (const [, kind, words = ""] of path.matchAll(/([MLQHV])([^MLQHV]*)/g)) {
    const numbers = words.trim().split(/[ ,]+/).map(Number);
    const [x = 0, y = 0] = found.at(-1) ?? [];
    if (kind === "H") found.push([numbers[0] ?? 0, y]);
    else if (kind === "V") found.push([x, numbers[0] ?? 0]);
    else for (let at = 0; at < numbers.length; at += 2) found.push([numbers[at] ?? 0, numbers[at + 1] ?? 0]);
  }
  return found;
}

/** Whether a wire runs through the inside of a box. */
function crosses(picture: Picture, box: Box): readonly string[] {
  const inside = { x: box.x + 2, y: box.y + 2, w: box.w - 4, h: box.h - 4 };
  return picture.wires
    .filter((wire) => wire.kind !== "host")
    .filter((wire) => {
      const all = points(wire.path);
      return all.slice(1).some(([x, y], at) => {
        const [fromX, fromY] = all[at] ?? [x, y];
        const span = { x: Math.min(x, fromX), y: Math.min(y, fromY), w: Math.abs(x - fromX), h: Math.abs(y - fromY) };
        return overlap(inside, { ...span, w: span.w || 0.1, h: span.h || 0.1 });
      });
    })
    .map((wire) => wire.key);
}

describe("what a picture shows", () => {
  test("members with their program, what they listen on, and who talks to whom", () => {
    const scene = sceneOf(FACTS, SAMPLE);
    expect(scene.members.map((member) => [member.name, member.look, member.says])).toEqual([
      ["web", "solid", "nginx, 2 processes"],
      ["toolbox", "dashed", "bash, 3 processes"],
    ]);
    expect(scene.members[0]?.listeners).toMatchObject([{ port: 80, protocol: "tcp", isLoopback: false }]);
    expect(scene.talks).toMatchObject([{ from: "toolbox", to: "web", port: 80, count: 1, inodes: [9002] }]);
    expect(scene.published).toMatchObject([{ hostPort: 8080, to: "web" }]);
    expect([scene.net, scene.pid, scene.holds]).toEqual([4026532184, null, ["net", "ipc"]]);
  });

  test("a connection is known by both of its ends, also where one of them is an IPv6 socket", () => {
    const asked = { state: "ESTAB", localAddress: "127.0.0.1", localPort: 40_000 } as const;
    const client = socket({ ...asked, remoteAddress: "127.0.0.1", remotePort: 3306, inode: 21 });
    const server = socket({
      ...client,
      protocol: "tcp6",
      localAddress: "::ffff:127.0.0.1",
      localPort: 3306,
      remoteAddress: "::ffff:127.0.0.1",
      remotePort: 40_000,
      inode: 22,
      owners: LISTENS.owners,
    });
    const [talk] = sceneOf(FACTS, withSockets(LISTENS, client, server)).talks;
    expect(talk?.inodes).toEqual([21, 22]);
  });

  test("a published port that leads to a listener on loopback says so at the spot", () => {
    const inside = socket({ ...LISTENS, localPort: 80 });
    const [port] = sceneOf(FACTS, withSockets(inside)).published;
    expect(port && reach(port)).toBe("where web listens on 127.0.0.1 only, so a published port cannot reach it");
    const everywhere = socket({ ...inside, localAddress: "0.0.0.0", inode: 8 });
    const [both] = sceneOf(FACTS, withSockets(inside, everywhere)).published;
    expect(both && reach(both)).toBe("to web");
    const [none] = sceneOf(FACTS, withSockets()).published;
    expect(none && reach(none)).toBe("where nobody listens");
  });

  test("sockets of one port on several addresses are one, and open if any of them is", () => {
    const v6 = socket({ ...LISTENS, protocol: "tcp6", localAddress: "::", inode: 8 });
    const [web] = sceneOf(FACTS, withSockets(LISTENS, v6)).members;
    expect(web?.listeners).toMatchObject([{ port: 3306, address: "::", isLoopback: false, inodes: [7, 8] }]);
  });

  test("closed connections come from lo, for nobody holds them", () => {
    const closed = [1, 2].map((at) =>
      socket({ state: "TIME-WAIT", inode: 0, owners: [], localPort: 4000 + at, remotePort: 3306 }),
    );
    const scene = sceneOf(FACTS, withSockets(LISTENS, ...closed));
    expect(scene.talks).toMatchObject([{ from: null, to: "web", count: 2 }]);
    expect(pictureOf(scene, 720).wires.find((wire) => wire.kind === "past")?.label?.text).toBe(
      "2 closed to 127.0.0.1:3306",
    );
  });

  test("who comes from outside is counted at the published port, not as a talk", () => {
    const [, listens] = network().sockets;
    if (!listens) throw new Error("the recorded sample listens");
    const visit = socket({ localAddress: "10.88.0.14", localPort: 80, remoteAddress: "10.88.0.1", remotePort: 50_000 });
    const scene = sceneOf(FACTS, withSockets(listens, visit));
    expect([scene.talks.length, scene.published[0]?.count]).toEqual([0, 1]);
  });

  test("a member that has not run is dashed, one that ended is hollow, and both say why", () => {
    const status = (name: string, state: object) => ({ name, state });
    const pod = readPod({
      ...POD,
      status: {
        containerStatuses: [
          status("web", { terminated: { exitCode: 3, reason: "Error" } }),
          status("toolbox", { waiting: { reason: "ErrImagePull" } }),
        ],
      },
    });
    const members = sceneOf(pod, null).members;
    expect(members.map((member) => [member.look, member.says])).toEqual([
      ["hollow", "ended: Error, exit code 3"],
      ["dashed", "waits: ErrImagePull"],
    ]);
    expect(sceneSentences(sceneOf(pod, null))[0]).toContain("Nothing runs yet");
  });
});

describe("sentences under it", () => {
  test("where a published port leads, and what only the pod reaches", () => {
    expect(sceneSentences(sceneOf(FACTS, SAMPLE))[0]).toBe(
      "Port 8080 of the host leads to 80 of the pod, where web listens.",
    );
    const said = sceneSentences(sceneOf(FACTS, withSockets(LISTENS)));
    expect(said[0]).toContain("where nothing listens yet");
    expect(said[1]).toBe("web listens on 127.0.0.1:3306 only: every member reaches it, no published port could.");
  });

  test("of a pod that is gone, only that it was", () => {
    expect(sceneSentences(sceneOf(FACTS, SAMPLE), true)).toEqual(["This is how the pod was last seen."]);
  });
});

describe("where everything stands", () => {
  const sizes = Array.from({ length: 10 }, (_, at) => at + 1);
  const cases = sizes.flatMap((count) => WIDTHS.map((width) => [count, width] as const));

  test.each(cases)("%i members in %i pixels: inside the pod, apart, no wire through a box", (count, width) => {
    const picture = pictureOf(crowd(count), width);
    const boxes = [picture.pause, ...picture.members, ...picture.plugs];
    expect(picture.members.length).toBe(count);
    for (const [at, box] of boxes.entries()) {
      expect(holds(picture.pod, box)).toBe(true);
      expect(boxes.slice(at + 1).filter((other) => overlap(box, other))).toEqual([]);
    }
    for (const box of picture.members) expect(crosses(picture, box)).toEqual([]);
    const all = [picture.pod, ...(picture.host ? [picture.host] : []), ...picture.ports];
    for (const box of all) expect(holds({ x: 0, y: 0, w: picture.width, h: picture.height }, box)).toBe(true);
  });

  test("a long name is cut where its box ends", () => {
    const picture = pictureOf(
      crowd(8, (at) => `a-member-with-a-name-as-long-as-names-may-be-${at}`),
      720,
    );
    const [box] = picture.members;
    expect(box?.name.endsWith("…")).toBe(true);
    expect((box?.name.length ?? 99) * 8.3).toBeLessThan(box?.w ?? 0);
  });

  test("nothing moves when a first listener comes", () => {
    const before = pictureOf(sceneOf(FACTS, withSockets()), 720);
    const after = pictureOf(sceneOf(FACTS, withSockets(LISTENS)), 720);
    expect(after.members.map(({ x, y, w, h }) => [x, y, w, h])).toEqual(
      before.members.map(({ x, y, w, h }) => [x, y, w, h]),
    );
    expect(after.height).toBe(before.height);
  });

  test("a wire's corners are round, and it begins and ends where it was told", () => {
    expect(
      rounded([
        [0, 0],
        [0, 20],
        [40, 20],
      ]),
    ).toBe("M0 0L0 13Q0 20 7 20L40 20");
    expect(
      rounded([
        [0, 0],
        [0, 0],
        [0, 9],
      ]),
    ).toBe("M0 0L0 9");
  });
});
