// A two-member pod as the service sends it: shared loopback, one published port, PID not shared, one hostile process.
import type { NamespaceCell, NamespaceKind, NamespaceRow, Process, Sample, Snapshot } from "../api/wire";

const OWNED: readonly NamespaceKind[] = ["net", "ipc"];

function cell(kind: NamespaceKind, member: string, at: number): NamespaceCell {
  if (kind === "user" || kind === "time") {
    return { kind, inode: 4026531837, relation: "host", owner: "", sharedWith: [] };
  }
  if (!OWNED.includes(kind)) return { kind, inode: 4026532300 + at * 10, relation: "own", owner: "", sharedWith: [] };
  const inode = kind === "net" ? 4026532184 : 4026532182;
  if (member === "") return { kind, inode, relation: "owns", owner: "", sharedWith: ["web", "toolbox"] };
  return { kind, inode, relation: "shares", owner: "", sharedWith: ["", "web", "toolbox"] };
}

function row(member: string, at: number): NamespaceRow {
  const kinds: NamespaceKind[] = ["net", "ipc", "pid", "uts", "mnt", "cgroup", "user", "time"];
  return { member, hostPid: 3000 + at, cells: kinds.map((kind) => cell(kind, member, at)) };
}

export function process(change: Partial<Process>): Process {
  return {
    member: "web",
    hostPid: 3100,
    hostPpid: 3000,
    nsPids: [3100, 1],
    pid: 1,
    ppid: 0,
    uid: 0,
    user: "root",
    c: 0,
    stime: "14:31",
    started: "2026-01-02T14:31:00Z",
    tty: "?",
    time: "00:00:00",
    cmd: "nginx: master process nginx -g daemon off;",
    state: "S",
    threads: 1,
    cpu: 0,
    rss: 3_997_696,
    reaper: 3100,
    ...change,
  };
}

const HOSTILE = "evil \u001b[2J\u202e<img src=x onerror=alert(1)>";

export const SAMPLE: Sample = {
  type: "sample",
  rev: 7,
  at: "2026-01-02T14:32:00Z",
  members: [
    { member: "", containerId: "aa", attempt: 0, hostPid: 3000, running: true, frozen: false },
    { member: "web", containerId: "bb", attempt: 0, hostPid: 3100, running: true, frozen: false },
    { member: "toolbox", containerId: "cc", attempt: 0, hostPid: 3200, running: true, frozen: false },
  ],
  processes: [
    process({ member: "toolbox", hostPid: 3200, nsPids: [3200, 1], cmd: "bash -c sleep infinity" }),
    process({ member: "toolbox", hostPid: 3207, nsPids: [3207, 8], pid: 8, ppid: 1, cmd: HOSTILE }),
    process({
      member: "toolbox",
      hostPid: 3209,
      nsPids: [3209, 9],
      pid: 9,
      ppid: 1,
      cmd: "[sh] <defunct>",
      state: "Z",
    }),
    process({}),
    process({
      hostPid: 3141,
      nsPids: [3141, 29],
      pid: 29,
      ppid: 1,
      uid: 33,
      user: "www-data",
      cmd: "nginx: worker process",
    }),
    process({ member: "", hostPid: 3000, nsPids: [3000, 1], uid: 65535, user: "65535", cmd: "/pause" }),
  ],
  processesTruncated: false,
  passed: [],
  passedProblem: "",
  hostnames: ["", "web", "toolbox"].map((member, at) => ({
    member,
    hostname: "demo",
    uts: 4026532300 + at,
    hosts: member && "127.0.0.1\tlocalhost\n10.88.0.14\tdemo\n",
    hostsProblem: "",
    resolv: member === "web" ? "nameserver 127.0.0.1\n" : "",
    resolvProblem: member === "toolbox" ? "not a regular file" : "",
  })),
  network: {
    interfaces: [
      {
        index: 1,
        name: "lo",
        kind: "",
        mac: "00:00:00:00:00:00",
        mtu: 65536,
        up: true,
        addresses: [{ family: "inet", address: "127.0.0.1", prefix: 8 }],
        peerIndex: 0,
        rxBytes: 1840,
        rxPackets: 20,
        rxErrors: 0,
        rxDropped: 0,
        txBytes: 1840,
        txPackets: 20,
        txErrors: 0,
        txDropped: 0,
      },
      {
        index: 7,
        name: "eth0",
        kind: "veth",
        mac: "02:42:0a:58:00:0e",
        mtu: 1500,
        up: true,
        addresses: [{ family: "inet", address: "10.88.0.14", prefix: 16 }],
        peerIndex: 8,
        rxBytes: 51_240_000,
        rxPackets: 40_211,
        rxErrors: 0,
        rxDropped: 2,
        txBytes: 9320,
        txPackets: 88,
        txErrors: 0,
        txDropped: 0,
      },
    ],
    routes: [
      { family: "inet", destination: "default", gateway: "10.88.0.1", interface: "eth0", source: "", scope: "global" },
      {
        family: "inet",
        destination: "10.88.0.0/16",
        gateway: "",
        interface: "eth0",
        source: "10.88.0.14",
        scope: "link",
      },
    ],
    sockets: [
      {
        protocol: "tcp",
        state: "ESTAB",
        localAddress: "127.0.0.1",
        localPort: 45_118,
        remoteAddress: "127.0.0.1",
        remotePort: 80,
        inode: 9002,
        owners: [{ member: "toolbox", hostPid: 3207, pid: 8, cmd: "curl" }],
      },
      {
        protocol: "tcp",
        state: "LISTEN",
        localAddress: "0.0.0.0",
        localPort: 80,
        remoteAddress: "0.0.0.0",
        remotePort: 0,
        inode: 9001,
        owners: [{ member: "web", hostPid: 3100, pid: 1, cmd: "nginx" }],
      },
    ],
    socketsTruncated: false,
    hostEnds: [{ index: 8, name: "veth3f1a2b4", peerOf: "eth0", mac: "3e:11:22:33:44:55", up: true, bridge: "pg0" }],
    published: [{ protocol: "tcp", hostIp: "127.0.0.1", hostPort: 8080, containerPort: 80 }],
  },
  namespaces: {
    rows: ["", "web", "toolbox"].map(row),
    host: { net: 4026531840, ipc: 4026531839, user: 4026531837, time: 4026531837 },
    hostFrom: "dockerd",
  },
  pulls: [],
  problems: [],
};

export const POD = {
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "demo", namespace: "ada", uid: "u-1", creationTimestamp: "2026-01-02T14:31:00Z" },
  spec: {
    containers: [
      { name: "web", image: "nginx:latest" },
      { name: "toolbox", image: "playground/toolbox:1" },
    ],
    restartPolicy: "Always",
    terminationGracePeriodSeconds: 30,
    nodeName: "n1",
  },
  status: {
    phase: "Running",
    podIP: "10.88.0.14",
    conditions: [
      { type: "PodScheduled", status: "True" },
      { type: "Initialized", status: "True" },
      {
        type: "Ready",
        status: "False",
        reason: "ContainersNotReady",
        message: "containers with unready status: [toolbox]",
      },
    ],
    containerStatuses: [
      {
        name: "web",
        image: "nginx:latest",
        ready: true,
        started: true,
        restartCount: 0,
        state: { running: { startedAt: "2026-01-02T14:31:02Z" } },
      },
      {
        name: "toolbox",
        image: "playground/toolbox:1",
        ready: false,
        started: false,
        restartCount: 2,
        state: {
          waiting: {
            reason: "ErrImagePull",
            message: 'pull access denied for "playground/toolbox", repository does not exist',
          },
        },
      },
    ],
  },
};

export const SNAPSHOT: Snapshot = {
  type: "snapshot",
  rev: 3,
  pod: POD,
  events: [
    {
      metadata: { uid: "e-1" },
      type: "Normal",
      reason: "Scheduled",
      message: "Successfully assigned ada/demo to n1",
      count: 1,
      lastTimestamp: "2026-01-02T14:31:00Z",
    },
    {
      metadata: { uid: "e-2" },
      type: "Warning",
      reason: "Failed",
      message: 'Failed to pull image "playground/toolbox:1": pull access denied',
      count: 3,
      lastTimestamp: "2026-01-02T14:31:04Z",
      involvedObject: { fieldPath: "spec.containers{toolbox}" },
    },
  ],
  steps: [
    {
      id: 1,
      passId: "p",
      verb: "CreatePause",
      object: "pause",
      started: "2026-01-02T14:31:00Z",
      ms: 41,
      outcome: "ok",
      effect: "container aa",
    },
    {
      id: 2,
      passId: "p",
      verb: "StartPause",
      object: "pause",
      started: "2026-01-02T14:31:01Z",
      ms: 180,
      outcome: "ok",
      effect: "a veth pair",
    },
  ],
};
