import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import type { ReactNode } from "react";
import { MemoryRouter } from "react-router";
import { afterEach, describe, expect, test } from "vitest";
import { readEvent, readPod } from "../state/pod";
import { SAMPLE, SNAPSHOT } from "../testing/frames";
import { Members } from "../ui/hue";
import { Build } from "./build";
import { Conditions } from "./conditions";
import { Events } from "./events";
import { Hostnames } from "./hostnames";
import { MemberStates } from "./member-states";
import { Namespaces } from "./namespaces";
import { Network } from "./network";
import { Processes } from "./processes";

const POD = readPod(SNAPSHOT.pod);
const LATER = "later";

afterEach(() => history.replaceState(null, "", "/"));

function show(view: ReactNode) {
  render(<Members value={["web", "toolbox"]}>{view}</Members>);
}

/** The cells of a table, row by row. */
function rows(name: string): string[][] {
  const table = screen.getByRole("table", { name });
  return within(table)
    .getAllByRole("row")
    .slice(1)
    .map((row) => [...row.children].map((cell) => cell.textContent ?? ""));
}

describe("processes", () => {
  const view = <Processes processes={SAMPLE.processes} truncated={false} sharesProcesses={false} later={LATER} />;

  test("each is a row with the columns of ps -ef and what the node knows", () => {
    show(view);
    const heads = screen.getAllByRole("columnheader").map((head) => head.textContent);
    expect(heads).toEqual([
      "Member",
      "UID",
      "PID",
      "PPID",
      "C",
      "STIME",
      "TTY",
      "TIME",
      "CMD",
      "Host PID",
      "PIDs inside",
      "CPU",
      "Memory",
      "Threads",
      "Reaper",
      "State",
    ]);
    expect(rows("Processes")[2]).toEqual([
      "web",
      "www-data",
      "29",
      "1",
      "0",
      "14:31",
      "?",
      "00:00:00",
      "nginx: worker process",
      "3141",
      "29",
      "0 %",
      "3.8 MiB",
      "1",
      "nginx",
      "S",
    ]);
  });

  test("a name that holds escapes and markup is only text", () => {
    show(view);
    expect(screen.getByText("evil \\x1b[2J\\u202e<img src=x onerror=alert(1)>")).toBeTruthy();
    expect(document.querySelector("img")).toBeNull();
  });

  test("can be grouped by member", async () => {
    show(view);
    await userEvent.click(screen.getByRole("radio", { name: "By member" }));
    const groups = screen.getAllByRole("rowheader").map((head) => head.textContent);
    expect(groups).toEqual(["pause", "web", "toolbox"]);
  });

  test("before the first reading the pane says what it waits for", () => {
    show(<Processes processes={undefined} truncated={undefined} sharesProcesses={false} later={LATER} />);
    expect(screen.getByText("later")).toBeTruthy();
  });
});

describe("processes that came and went", () => {
  const passed = {
    member: "web",
    hostPid: 4000,
    hostPpid: 3100,
    pid: 0,
    cmd: "evil \u001b[2J",
    started: "2026-01-02T14:31:59.250Z",
    lived: 12,
    exitCode: 0,
    signal: "SIGKILL",
  };
  const runs = { processes: SAMPLE.processes, truncated: false, sharesProcesses: false, later: LATER };

  test("stand in a table of their own, the newest first, with how long they lived and how they ended", () => {
    show(<Processes {...runs} passed={[passed, { ...passed, hostPid: 4001, pid: 41, signal: "", exitCode: 1 }]} />);
    expect(rows("Came and went")).toEqual([
      ["web", "41", "evil \\x1b[2J", "4001", "14:31:59.250", "12 ms", "exit 1"],
      ["web", "?", "evil \\x1b[2J", "4000", "14:31:59.250", "12 ms", "SIGKILL"],
    ]);
  });

  test("are not spoken of where there were none, unless they can be missed", () => {
    const { rerender } = render(<Processes {...runs} passed={[]} passedProblem="" />);
    expect(screen.queryByText(/came and went/i)).toBeNull();
    rerender(<Processes {...runs} passed={[]} passedProblem="the kernel's process events: refused" />);
    expect(screen.getByText(/can be missed: the kernel's process events: refused/)).toBeTruthy();
  });

  test("one that the last reading had and this one has not fades, and is gone", async () => {
    const { rerender } = render(<Processes {...runs} />);
    rerender(<Processes {...runs} processes={SAMPLE.processes.filter(({ hostPid }) => hostPid !== 3141)} />);
    const fading = await screen.findByText("nginx: worker process");
    expect(fading.closest("tr")?.className).toContain("leaving");
    await waitFor(() => expect(screen.queryByText("nginx: worker process")).toBeNull());
  });
});

describe("where nothing is to be seen", () => {
  test("nothing is said of it", () => {
    show(<Processes processes={[]} truncated={false} sharesProcesses={false} later={LATER} />);
    expect(screen.getByText("No process runs in this pod.")).toBeTruthy();
    expect(screen.queryByText(/PID namespace/)).toBeNull();
  });
});

describe("hostnames", () => {
  test("each member's name, namespace and files are shown, and why one could not be read", () => {
    show(<Hostnames views={SAMPLE.hostnames} later={LATER} />);
    expect(rows("Hostname")[1]).toEqual(["web", "demo", "4026532301"]);
    expect(screen.getByRole("region", { name: "/etc/hosts of web" }).textContent).toContain("10.88.0.14\tdemo");
    expect(screen.getByText("Not read: not a regular file")).toBeTruthy();
  });
});

describe("network", () => {
  test("interfaces, routes, sockets and published ports each have their table", () => {
    show(<Network view={SAMPLE.network} isEnding={false} later={LATER} />);
    expect(rows("Interfaces")[1]?.slice(0, 5)).toEqual(["eth0", "10.88.0.14/16", "up", "02:42:0a:58:00:0e", "1500"]);
    expect(rows("Routes")[0]?.slice(0, 3)).toEqual(["default", "10.88.0.1", "eth0"]);
    expect(rows("Sockets")).toEqual([
      ["tcp", "LISTEN", "0.0.0.0:80", "", "web 1 nginx"],
      ["tcp", "ESTAB", "127.0.0.1:45118", "127.0.0.1:80", "toolbox 8 curl"],
    ]);
    expect(rows("Published ports")[0]?.[1]).toBe("80");
    expect(screen.getByRole("link").getAttribute("href")).toBe("http://127.0.0.1:8080");
    expect(screen.getByRole("list", { name: "Host ends" }).textContent).toContain("veth3f1a2b4");
  });

  test("a pod that publishes nothing is still reached by this machine, and where is said", () => {
    if (!SAMPLE.network) throw new Error("the recorded sample has a network");
    show(<Network view={{ ...SAMPLE.network, published: [] }} isEnding={false} later={LATER} />);
    expect(screen.getByText("None: only this machine reaches the pod, at 10.88.0.14.")).toBeTruthy();
  });

  test("a row of closed sockets unfolds, by the keyboard too", async () => {
    const network = SAMPLE.network;
    const socket = network?.sockets[0];
    if (!network || !socket) throw new Error("the recorded sample has a socket");
    const closed = [1, 2, 3].map((at) => ({
      ...socket,
      state: "TIME-WAIT",
      inode: 0,
      owners: [],
      localPort: 40_000 + at,
    }));
    show(<Network view={{ ...network, sockets: [...network.sockets, ...closed] }} isEnding={false} later={LATER} />);
    expect(rows("Sockets").map((row) => row[1])).toEqual(["LISTEN", "ESTAB", "3 × TIME-WAIT"]);
    screen.getByRole("button", { name: "3 × TIME-WAIT" }).focus();
    await userEvent.keyboard("{Enter}");
    expect(rows("Sockets").map((row) => row[2])).toContain("127.0.0.1:40002");
    expect(screen.getByRole("button", { name: "3 × TIME-WAIT" }).getAttribute("aria-expanded")).toBe("true");
  });

  test("a namespace without a holder is said, not shown empty", () => {
    show(<Network view={null} isEnding={false} later={LATER} />);
    expect(screen.getByText(/could not be read/)).toBeTruthy();
  });
});

describe("namespaces", () => {
  test("every kind stands against pause and each member, spoken whole", () => {
    show(<Namespaces sample={SAMPLE} pod={SNAPSHOT.pod} later={LATER} />);
    const [pause, web] = rows("Namespaces");
    expect(pause?.[1]).toContain("net 4026532184, its own, shared with web and toolbox");
    expect(web?.[1]).toContain("net 4026532184, made by pause");
    expect(web?.[7]).toContain("the host's");
  });

  test("what is shared wears the colour of its owner", () => {
    show(<Namespaces sample={SAMPLE} pod={SNAPSHOT.pod} later={LATER} />);
    const shared = screen.getAllByTitle("net 4026532184, made by pause");
    expect(shared.map((cell) => cell.className)).toEqual(Array(2).fill("cell cell-shares hue-pause"));
  });
});

describe("the preview of other namespaces", () => {
  const view = (
    <MemoryRouter>
      <Namespaces sample={SAMPLE} pod={SNAPSHOT.pod} later={LATER} />
    </MemoryRouter>
  );

  test("merges the cells of what is shared, says that nothing runs so, and offers a copy that does", async () => {
    show(view);
    const share = screen.getByRole("button", { name: "Share pid" });
    expect(share.getAttribute("aria-pressed")).toBe("false");
    await userEvent.click(share);
    expect(rows("Namespaces").map((row) => row[3])).toEqual([
      expect.stringContaining("shared with web and toolbox"),
      expect.stringContaining("made by pause"),
      expect.stringContaining("made by pause"),
    ]);
    expect(screen.getByRole("status").textContent).toContain("This pod does not run so");
    expect(screen.getByText(/\/pause would be PID 1, reap orphans/)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Make a copy that does" })).toBeTruthy();
    expect(location.search).toBe("?preview=pid");
  });

  test("is left with Escape or by its button, and what runs is there again", async () => {
    show(view);
    await userEvent.click(screen.getByRole("button", { name: "Share ipc" }));
    expect(screen.getAllByText("new")).toHaveLength(2);
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("status")).toBeNull();
    await userEvent.click(screen.getByRole("button", { name: "Share ipc" }));
    await userEvent.click(screen.getByRole("button", { name: "Back to what runs" }));
    expect(screen.queryByText("new")).toBeNull();
    expect(location.search).toBe("");
  });
});

describe("one cell", () => {
  test("opened in a preview tells what runs, and the preview is over", async () => {
    show(
      <MemoryRouter>
        <Namespaces sample={SAMPLE} pod={SNAPSHOT.pod} later={LATER} />
      </MemoryRouter>,
    );
    await userEvent.click(screen.getByRole("button", { name: "Share pid" }));
    await userEvent.click(screen.getAllByTitle("net 4026532184, made by pause")[0] as HTMLElement);
    expect(screen.queryByRole("status", { name: /Preview/ })).toBeNull();
    expect(screen.getByRole("region", { name: "The net namespace of web" })).toBeTruthy();
    expect(location.search).toBe("?cell=net.web");
  });

  test("closed from within gives the focus back to its cell", async () => {
    show(<Namespaces sample={SAMPLE} pod={SNAPSHOT.pod} later={LATER} />);
    const [cell] = screen.getAllByTitle("net 4026532184, made by pause");
    await userEvent.click(cell as HTMLElement);
    await userEvent.click(screen.getByRole("button", { name: "Close" }));
    expect(document.activeElement).toBe(cell);
  });

  test("tells what a process there sees and does not, and how to look from inside", async () => {
    show(<Namespaces sample={SAMPLE} pod={SNAPSHOT.pod} later={LATER} />);
    await userEvent.click(screen.getAllByTitle("net 4026532184, made by pause")[0] as HTMLElement);
    const detail = screen.getByRole("region", { name: "The net namespace of web" });
    expect(detail.textContent).toContain("Seeslo 127.0.0.1 and eth0 10.88.0.14");
    expect(detail.textContent).toContain("Does not seethe node's interfaces");
    expect(detail.textContent).toContain("readlink /proc/self/ns/net");
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("region", { name: "The net namespace of web" })).toBeNull();
  });
});

describe("the pod itself", () => {
  test("a member that cannot start shows the reason and the engine's words", () => {
    show(<MemberStates pod={POD} frozen={new Set(["web"])} pulls={[]} />);
    expect(rows("Members")[0]?.[2]).toBe("running, frozen");
    const toolbox = rows("Members")[1];
    expect(toolbox?.[2]).toBe("waiting: ErrImagePull");
    expect(toolbox?.[5]).toContain("pull access denied");
  });

  test("a member that waits for its image says how far the pull is", () => {
    const waits = { ...POD, members: POD.members.map((member) => ({ ...member, state: "waiting" as const })) };
    const pull = {
      reference: POD.members[0]?.image ?? "",
      layersDone: 1,
      layers: 3,
      bytesCome: 10_000_000,
      bytes: 40_000_000,
    };
    show(<MemberStates pod={waits} frozen={new Set()} pulls={[pull]} />);
    expect(rows("Members")[0]?.[5]).toBe("pulling: 1 of 3 layers, 10 of 40 MB");
  });

  test("conditions, events and engine calls are listed, the newest event first", () => {
    show(
      <>
        <Conditions conditions={POD.conditions} />
        <Events events={SNAPSHOT.events.map(readEvent)} />
        <Build pod={POD} steps={SNAPSHOT.steps} />
      </>,
    );
    expect(rows("Conditions")[2]?.[2]).toBe("ContainersNotReady");
    expect(rows("Events").map((row) => row[1])).toEqual(["Failed", "Scheduled"]);
    expect(rows("Events").map((row) => row[2])).toEqual([
      'Failed to pull image "playground/toolbox:1": pull access denied ×3',
      "Successfully assigned ada/demo to n1",
    ]);
    expect(rows("Engine calls").map((row) => row.slice(1))).toEqual([
      ["Create pause, the container that holds the pod's namespaces", "CreatePause pause", "41 ms", "container aa"],
      [
        "Start pause: the kernel makes the namespaces, the engine a veth pair",
        "StartPause pause",
        "180 ms",
        "a veth pair",
      ],
    ]);
    expect(screen.getByText("2 calls to the engine, 221 ms in all")).toBeTruthy();
  });
});
