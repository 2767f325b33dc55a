import { describe, expect, test } from "vitest";
import type { NamespaceKind, NamespacesView } from "../api/wire";
import { POD, SAMPLE } from "../testing/frames";
import { cellOf, KINDS, letters, sentences } from "./namespaces";
import { copyWith, isToCome, previewed, previewSentences, SWITCHED, switchesOf } from "./preview";

const IS = { pid: false, ipc: true };
const LIVE = SAMPLE.namespaces;

function column(view: NamespacesView, kind: NamespaceKind) {
  return view.rows.map((row) => cellOf(row, kind));
}

describe("a preview", () => {
  test("of shared pid gives every member pause's own, and pause the crown", () => {
    const cells = column(previewed(LIVE, IS, { pid: true, ipc: true }), "pid");
    const inode = column(LIVE, "pid")[0]?.inode;
    expect(cells.map((cell) => [cell?.relation, cell?.inode])).toEqual([
      ["owns", inode],
      ["shares", inode],
      ["shares", inode],
    ]);
    expect(cells[0]?.sharedWith).toEqual(["web", "toolbox"]);
    expect(sentences(previewed(LIVE, IS, { pid: true, ipc: true })).map(({ text }) => text)).toContain(
      "pause, web and toolbox share pid: they see and can signal each other's processes, and pause reaps orphans.",
    );
  });

  test("of private ipc gives each member one that is not there yet, and leaves pause its own", () => {
    const view = previewed(LIVE, IS, { pid: false, ipc: false });
    const [pause, ...members] = column(view, "ipc");
    expect([pause?.relation, pause?.inode]).toEqual(["own", column(LIVE, "ipc")[0]?.inode]);
    expect(members.map((cell) => cell && [cell.relation, isToCome(cell.inode)])).toEqual([
      ["own", true],
      ["own", true],
    ]);
    expect([...letters(view, "ipc").values()]).toEqual(["i1", "i2", "i3"]);
  });

  test("changes only what was turned, and nothing where nothing was", () => {
    for (const pid of [false, true]) {
      for (const ipc of [false, true]) {
        const view = previewed(LIVE, IS, { pid, ipc });
        const turned = SWITCHED.filter((kind) => ({ pid, ipc })[kind] !== IS[kind]);
        for (const kind of KINDS.filter((each) => !turned.some((other) => other === each))) {
          expect(column(view, kind)).toEqual(column(LIVE, kind));
        }
        expect(previewSentences(IS, { pid, ipc })).toHaveLength(turned.length);
        if (turned.length === 0) expect(view).toBe(LIVE);
      }
    }
  });

  test("there and back again is what a copy of the copy would have: the relations of today", () => {
    const there = previewed(LIVE, IS, { pid: true, ipc: false });
    const back = previewed(there, { pid: true, ipc: false }, IS);
    for (const kind of KINDS) {
      expect(column(back, kind).map((cell) => cell?.relation)).toEqual(
        column(LIVE, kind).map((cell) => cell?.relation),
      );
    }
  });
});

describe("the copy that a preview offers", () => {
  test("says what the pod shares as Kubernetes and this service read it", () => {
    const both = copyWith(POD, { pid: true, ipc: false });
    expect(both).toMatchObject({
      metadata: { name: "demo-2", annotations: { "playground.dev/ipc": "private" } },
      spec: { shareProcessNamespace: true },
    });
    expect(switchesOf(both)).toEqual({ pid: true, ipc: false });
  });

  test("says nothing where the default does, and keeps other annotations", () => {
    const pod = {
      ...POD,
      metadata: { ...POD.metadata, annotations: { note: "mine", "playground.dev/ipc": "private" } },
    };
    const plain = copyWith({ ...pod, spec: { ...POD.spec, shareProcessNamespace: true } }, { pid: false, ipc: true });
    expect(plain.metadata).toEqual({ name: "demo-2", annotations: { note: "mine" } });
    expect(plain.spec).not.toHaveProperty("shareProcessNamespace");
    expect(switchesOf(plain)).toEqual({ pid: false, ipc: true });
    expect(copyWith(POD, { pid: false, ipc: true }).metadata).toEqual({ name: "demo-2" });
  });
});
