"""Each control of a restricted member: how it is switched off, and what a program inside then gets that it must not.

The body is the service's own (policy and engine/bodies.py), of a pod alone; only `off` changes it. What a probe prints
begins with "held" or "broken", the rest says how far it came.
"""

from __future__ import annotations

import ctypes
import uuid
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sandboxes.engine import bodies
from sandboxes.engine.naming import Identity
from sandboxes.policy import PRIVATE_IPC, PROFILES, Basis, Made, Profile, member_body
from sandboxes.spec import decode
from sandboxes.spec.environment import Process

Json = dict[str, Any]
TOOLBOX = "playground/toolbox:1"
MIB = 2**20
# Said by the one that cannot see what it came to: how much the node's disk has of its log.
FLOODED = "flooded"


@dataclass(frozen=True)
class Control:
    """`script` runs as the member; `settings` are the keys of the create body that are this control.

    `audited`: the audit sees from outside that it is off. It cannot where what is left is somebody's ordinary setting.
    `prepare` changes the bodies of both arms, where else the machine's load would decide.
    """

    name: str
    settings: tuple[str, ...]
    script: str
    off: Callable[[Json], None]
    audited: bool = True
    prepare: Callable[[Json], None] = lambda created: None


def body_of(profile: Profile, image_id: str, script: str, *, number: int = 7) -> Json:
    """What a member of that profile is created from: a pod of its own without a network."""
    meta = {"name": "held", "annotations": {PRIVATE_IPC: "private"}}
    manifest = {"metadata": meta, "spec": {"containers": [{"name": "a", "image": TOOLBOX}]}}
    pod = decode(manifest)
    made = Made(image_id, Process({}, ("bash", "-c"), (script,)))
    body = member_body(Basis(pod, profile, "hash", number=number), pod.spec.containers[0], made)
    created = deepcopy(bodies.member(Identity("held", uuid.uuid4(), "held", "a", 0, 0), body, "none"))
    created["HostConfig"]["NetworkMode"] = "none"
    return created


def within(control: Control, profile: Profile, image_id: str) -> Json:
    """The body as the service makes it."""
    created = body_of(profile, image_id, control.script)
    control.prepare(created)
    return created


def without(control: Control, profile: Profile, image_id: str) -> Json:
    """The control arm: the same body, with this one control switched off."""
    created = within(control, profile, image_id)
    control.off(created)
    return created


def drop(*keys: str) -> Callable[[Json], None]:
    """The engine's default instead."""

    def off(created: Json) -> None:
        for key in keys:
            created["HostConfig"].pop(key)

    return off


def put(**changes: Any) -> Callable[[Json], None]:
    return lambda created: created["HostConfig"].update(changes)


def no_limit(name: str) -> Callable[[Json], None]:
    def off(created: Json) -> None:
        host = created["HostConfig"]
        host["Ulimits"] = [limit for limit in host["Ulimits"] if limit["Name"] != name]

    return off


def unlimited_tmpfs(option: str, instead: str) -> Callable[[Json], None]:
    def off(created: Json) -> None:
        tmpfs = created["HostConfig"]["Tmpfs"]
        created["HostConfig"]["Tmpfs"] = {
            path: ",".join(instead if word.startswith(option) else word for word in options.split(","))
            for path, options in tmpfs.items()
        }

    return off


def option_off(start: str, instead: str) -> Callable[[Json], None]:
    def off(created: Json) -> None:
        host = created["HostConfig"]
        kept = [option for option in host["SecurityOpt"] if not option.startswith(start)]
        host["SecurityOpt"] = kept + ([instead] if instead else [])

    return off


def as_root(created: Json) -> None:
    created["User"] = "0:0"


def call(name: str) -> int:
    """The number of a system call on this machine (libseccomp's names)."""
    return int(ctypes.CDLL("libseccomp.so.2").seccomp_syscall_resolve_name(name.encode()))


# System calls that must be refused before the kernel looks at what they are asked: arguments that it would not take.
DENIED = (
    "add_key", "bpf", "finit_module", "fsopen", "init_module", "io_uring_enter", "io_uring_register", "io_uring_setup",
    "kcmp", "kexec_load", "keyctl", "mount", "move_mount", "name_to_handle_at", "open_by_handle_at", "perf_event_open",
    "pidfd_getfd", "pivot_root", "process_vm_readv", "process_vm_writev", "ptrace", "quotactl", "request_key", "setns",
    "swapon", "syslog", "umount2", "unshare", "userfaultfd",
)  # fmt: skip
ALG, VSOCK, PACKET, EPERM = 38, 40, 17, 1
NEWUSER = 0x10000000


def _calls() -> str:
    """Counts the calls that are refused; what gets any other error reached the kernel."""
    numbers = " ".join(f"{name}={call(name)}" for name in DENIED)
    asked = f"for my $f ({ALG}, {VSOCK}, {PACKET}) {{ note(q(family), socket(my $s, $f, 3, 0) ? 0 : $! + 0) }}"
    return (
        "perl -e 'use strict; my %n = map { split /=/ } qw(" + numbers + "); my ($held, @broken) = (0);"
        f" sub note {{ my ($name, $error) = @_; if ($error == {EPERM}) {{ $held++ }} else {{ push @broken, $name }} }}"
        " for my $name (sort keys %n) {"
        f' my $first = $name eq "unshare" ? {NEWUSER} : $name eq "ptrace" ? 0x4206 : -1;'
        " my $got = syscall($n{$name}, $first, -1, -1, -1, -1); note($name, $got == -1 ? $! + 0 : 0) }" + asked + ";"
        ' print @broken ? "broken: @broken" : "held with $held refused", "\\n"\''
    )


def _holds(test: str, told: str = "") -> str:
    return f'if {test}; then echo "held {told}"; else echo "broken {told}"; fi'


def _fills(limit_mib: int) -> str:
    """Files of 16 MiB in /tmp, until one cannot be written."""
    return (
        f"n=0; while [ $n -lt {limit_mib // 16} ] && head -c {16 * MIB} /dev/zero > /tmp/$n 2> /dev/null; "
        f"do n=$((n+1)); done; {_holds(f'[ $n -lt {limit_mib // 16} ]', 'after $((n * 16)) MiB')}"
    )


# Four that use what they get, until they were held back, or have had more than they may: on a busy machine that takes a
# while. Nanoseconds, of either version of control groups.
_BURNS = (
    "cd /sys/fs/cgroup; throttled() { cat cpu/cpu.stat cpu.stat 2> /dev/null | grep -q 'nr_throttled [1-9]'; }; "
    "used() { cat cpuacct/cpuacct.usage 2> /dev/null || sed -n 's/usage_usec \\(.*\\)/\\1000/p' cpu.stat; }; "
    "for i in 1 2 3 4; do perl -e '1 while 1' & done; for i in $(seq 40); do throttled && break; "
    "[ $(used) -gt $((i * 20000000 + 300000000)) ] && break; sleep 0.2; done; kill $(jobs -p); " + _holds("throttled")
)


CONTROLS = (
    Control("system calls", ("SecurityOpt",), _calls(), option_off("seccomp=", "seccomp=unconfined")),
    Control(
        "no new privileges",
        ("SecurityOpt",),
        _holds("grep -q 'NoNewPrivs:.1' /proc/self/status"),
        option_off("no-new-privileges", ""),
    ),
    Control("capabilities", ("CapDrop", "CapAdd"), _holds("grep -q 'CapBnd:.0*$' /proc/self/status"), drop("CapDrop")),
    Control("user of the pod's own", ("User",), _holds("[ $(id -u) -ge 200000 ] && [ $(id -g) = $(id -u) ]"), as_root),
    Control(
        "read-only root", ("ReadonlyRootfs",), _holds("grep -q ' / [^ ]* ro,' /proc/mounts"), put(ReadonlyRootfs=False)
    ),
    Control("size of tmpfs", ("Tmpfs",), _fills(192), unlimited_tmpfs("size=", "size=400m")),
    Control(
        "inodes of tmpfs",
        ("Tmpfs",),
        "cd /tmp; n=0; while [ $n -lt 9000 ] && : 2> /dev/null > $n; do n=$((n+1)); done; "
        + _holds("[ $n -lt 9000 ]", "after $n files"),
        unlimited_tmpfs("nr_inodes=", "nr_inodes=20000"),
    ),
    Control(
        "nothing executed from tmpfs",
        ("Tmpfs",),
        _holds("grep -q ' /tmp [^ ]* .*noexec' /proc/mounts"),
        unlimited_tmpfs("noexec", "exec"),
    ),
    Control(
        "file size",
        ("Ulimits",),
        f"head -c {65 * MIB} /dev/zero > /tmp/big 2> /dev/null; "
        + _holds(f"[ $(stat -c %s /tmp/big) -le {64 * MIB} ]", f"at $(($(stat -c %s /tmp/big) / {MIB})) MiB"),
        no_limit("fsize"),
    ),
    Control(
        "open files",
        ("Ulimits",),
        'perl -e \'my @f; while (@f < 2000 && open(my $f, "<", "/dev/null")) { push @f, $f } '
        'print @f < 2000 ? "held" : "broken", " at ", scalar @f, " files\\n"\'',
        no_limit("nofile"),
    ),
    Control("core dumps", ("Ulimits",), _holds("[ $(ulimit -Hc) = 0 ]"), no_limit("core")),
    Control(
        "locked memory",
        ("Ulimits",),
        _holds("[ $(ulimit -Hl) = 64 ]"),
        lambda created: created["HostConfig"]["Ulimits"].__setitem__(3, {"Name": "memlock", "Soft": MIB, "Hard": MIB}),
    ),
    Control(
        "processes",
        ("PidsLimit",),
        "n=0; for i in $(seq 100); do perl -e 'my $p = fork; exit(defined $p ? 0 : 1) if !defined $p || $p; sleep 9' "
        "2> /dev/null && n=$((n+1)) || break; done 2> /dev/null; " + _holds("[ $n -lt 64 ]", "after $n processes"),
        put(PidsLimit=-1),
    ),
    Control(
        "zombies",
        ("PidsLimit",),
        "perl -e 'my $n = 0; while ($n < 100) { my $p = fork; last unless defined $p; exit if !$p; $n++ } "
        'print $n < 64 ? "held" : "broken", " after $n zombies\\n"\'',
        put(PidsLimit=-1),
    ),
    Control(
        "terminals",
        ("Mounts",),
        'perl -e \'my @f; while (@f < 100 && open(my $f, "+<", "/dev/ptmx")) { push @f, $f } '
        'print @f < 100 ? "held" : "broken", " at ", scalar @f, " terminals\\n"\'',
        put(Mounts=[]),
    ),
    Control(
        "memory",
        ("Memory",),
        f'perl -e \'my $x = "x" x (300 * {MIB}); print "broken with ", length($x) >> 20, " MiB\\n"\'; '
        '[ $? -eq 137 ] && echo "held by the OOM killer"',
        put(Memory=0, MemorySwap=0),
    ),
    Control(
        "OOM killer",
        ("OomKillDisable", "OomScoreAdj"),
        _holds("[ $(cat /proc/self/oom_score_adj) -ge 500 ]", "at $(cat /proc/self/oom_score_adj)"),
        put(OomScoreAdj=0),
        audited=False,
    ),
    Control(
        "CPU",
        ("NanoCpus",),
        _BURNS,
        put(NanoCpus=0),
        # A busy machine gives nobody a half of a CPU; of a twentieth everybody notices the end.
        prepare=put(NanoCpus=50_000_000, CpuShares=512),
    ),
    Control(
        "weight of CPU",
        ("CpuShares",),
        _holds("[ $(cat /sys/fs/cgroup/cpu/cpu.shares 2> /dev/null || cat /sys/fs/cgroup/cpu.weight) -le 2 ]"),
        put(CpuShares=0),
    ),
    Control(
        "masks",
        ("MaskedPaths",),
        _holds('[ -z "$(cat /proc/cmdline)" ] && [ -z "$(ls /sys/kernel)" ]'),
        put(MaskedPaths=[]),
    ),
    Control(
        "read-only paths",
        ("ReadonlyPaths",),
        _holds("grep -q ' /proc/sys proc ro' /proc/mounts"),
        put(ReadonlyPaths=[]),
    ),
    Control(
        "cgroup namespace", ("CgroupnsMode",), _holds("! grep -qv ':/$' /proc/self/cgroup"), put(CgroupnsMode="host")
    ),
    Control("not privileged", ("Privileged",), _holds("[ ! -e /dev/kmsg ]"), put(Privileged=True)),
    Control("PID namespace", ("PidMode",), _holds("[ $$ = 1 ]"), put(PidMode="host")),
    Control(
        "log",
        ("LogConfig",),
        f"head -c {20 * MIB} /dev/zero | tr '\\0' 'x' | fold -w 1000; echo; sleep 1; echo {FLOODED}",
        put(LogConfig={"Type": "json-file", "Config": {}}),
    ),
)
# Of the body what is no control but names the container, or that tests of the whole service look at.
ELSEWHERE = frozenset({
    "NetworkMode", "IpcMode",  # test_network.py and test_pod_on_docker.py: whose namespaces it joins
    "MemorySwap",  # with Memory
    "GroupAdd",  # what the pod's spec names
    "RestartPolicy",  # the service restarts, not the engine
})  # fmt: skip
PROFILE = PROFILES["restricted"]
