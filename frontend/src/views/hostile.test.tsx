// What a pod chose itself, in every place that shows it: text, and nothing but text.
import { render } from "@testing-library/react";
import { type ReactElement, Suspense } from "react";
import { MemoryRouter } from "react-router";
import { expect, test } from "vitest";
import type { Sample } from "../api/wire";
import { marked } from "../state/log-search";
import { type EventFacts, type PodFacts, readPod } from "../state/pod";
import { process, SAMPLE, SNAPSHOT } from "../testing/frames";
import { HOSTILE, RAW, raws, shape, ways } from "../testing/hostile";
import { Members } from "../ui/hue";
import { LitScope } from "../ui/lit";
import { Build } from "./build";
import { Conditions } from "./conditions";
import { Events } from "./events";
import { Hostnames } from "./hostnames";
import { MemberStates } from "./member-states";
import { Network } from "./network";
import { PodPicture } from "./picture";
import { Processes } from "./processes";

const POD = readPod(SNAPSHOT.pod);
const LATER = "later";

function shown(view: ReactElement): Element {
  return render(
    <MemoryRouter>
      <Members value={["web", "toolbox"]}>
        <LitScope>
          <Suspense>{view}</Suspense>
        </LitScope>
      </Members>
    </MemoryRouter>,
  ).container;
}

function inert(view: (text: (at: number) => string) => ReactElement): void {
  const plain = shown(view((at) => `text ${at}`));
  const hostile = shown(view((at) => HOSTILE[at % HOSTILE.length] ?? ""));
  expect(shape(hostile)).toBe(shape(plain));
  expect(raws(hostile)).toEqual([]);
  expect(ways(hostile)).toEqual([]);
}

const all = HOSTILE.map((_, at) => at);

test("there are more than a thousand", () => {
  expect(new Set(HOSTILE).size).toBeGreaterThan(1000);
  expect(HOSTILE.filter((text) => RAW.test(text)).length).toBeGreaterThan(600);
});

test("commands and users of processes", () => {
  const some = (text: (at: number) => string) =>
    all.map((at) =>
      process({ hostPid: 5000 + at, pid: at + 2, nsPids: [5000 + at], cmd: text(at), user: text(at + 1) }),
    );
  inert((text) => <Processes processes={some(text)} truncated={false} sharesProcesses={false} later={LATER} />);
}, 60_000);

test("events", () => {
  const event = (at: number, text: string): EventFacts => ({
    uid: `e-${at}`,
    type: "Warning",
    reason: text,
    message: text,
    about: text,
    count: 1,
    lastSeen: "2026-01-02T14:31:00Z",
  });
  inert((text) => <Events events={all.map((at) => event(at, text(at)))} />);
}, 60_000);

test("conditions and steps of the build", () => {
  const step = SNAPSHOT.steps[0];
  if (!step) throw new Error("the snapshot has a step");
  inert((text) => (
    <>
      <Conditions
        conditions={all.map((at) => ({ type: `T${at}`, status: "False", reason: text(at), message: text(at) }))}
      />
      <Build pod={POD} steps={all.map((at) => ({ ...step, id: at, outcome: "failed", effect: text(at) }))} />
    </>
  ));
}, 60_000);

const few = all.filter((at) => at % 4 === 0);

test("hostnames, and the files of hosts and resolvers", () => {
  for (const from of [0, 300, 600, 900]) {
    const files = (text: (at: number) => string) =>
      few
        .slice(0, 100)
        .map((at) => text(at + from))
        .join(" ");
    inert((text) => (
      <Hostnames
        later={LATER}
        views={SAMPLE.hostnames.map((each, at) => ({
          ...each,
          hostname: text(from + at),
          hosts: each.member && files(text),
          resolv: each.member && files(text),
          resolvProblem: "",
        }))}
      />
    ));
  }
});

const NOBODY: ReadonlySet<string> = new Set();

test("what members say of their end", () => {
  const pod = (text: string): PodFacts => ({
    ...POD,
    hostname: text,
    members: POD.members.map((each) => ({ ...each, state: "terminated", image: text, reason: text, message: text })),
  });
  for (const at of few) inert((text) => <MemberStates pod={pod(text(at))} frozen={NOBODY} pulls={[]} />);
}, 60_000);

function sampled(text: string): Sample {
  const { network } = SAMPLE;
  if (!network) throw new Error("the sample has a network");
  return {
    ...SAMPLE,
    processes: SAMPLE.processes.map((each) => ({ ...each, cmd: text, user: text })),
    hostnames: SAMPLE.hostnames.map((each) => ({ ...each, hostname: text })),
    network: {
      ...network,
      interfaces: network.interfaces.map((each) => (each.name === "lo" ? each : { ...each, name: text, kind: text })),
      sockets: network.sockets.map((socket) => ({
        ...socket,
        owners: socket.owners.map((owner) => ({ ...owner, cmd: text })),
      })),
    },
  };
}

test("interfaces and owners of sockets, in tables and in the picture", () => {
  for (const at of few.filter((each) => each % 24 === 0)) {
    inert((text) => (
      <>
        <Network view={sampled(text(at)).network} isEnding={false} later={LATER} />
        <PodPicture pod={POD} sample={sampled(text(at))} isGone={false} later={LATER} />
      </>
    ));
  }
}, 60_000);

test("lines of a log, searched or not", () => {
  for (const text of HOSTILE) {
    for (const wanted of ["", "a", text.slice(0, 3)]) {
      const found = marked(text, wanted);
      expect(found.every((piece) => !RAW.test(piece.text) && /^(?:ansi-[a-z]+ ?)*$/.test(piece.look))).toBe(true);
      expect(found.map((piece) => piece.text).join("")).toBe(
        marked(text, "")
          .map((piece) => piece.text)
          .join(""),
      );
    }
  }
});
