"""The bounds of an IPC namespace, as controls.py has the others: what a script gets with each, and what without it.

A script takes away what it made, so that they can follow one another in one namespace. The same ones are asked in a
container alone, where its body says the bounds, and in members of a pod, whose pause does.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.engine.controls import MIB, Control, Json, call, drop

_MODE, _NOWAIT, _REMOVE = 0o600, 0o4000, 0
_MQ_CREATE = 0o102  # O_CREAT | O_RDWR


def unset(name: str) -> Callable[[Json], None]:
    """What a namespace begins with instead."""

    def off(created: Json) -> None:
        created["HostConfig"]["Sysctls"].pop(name)

    return off


def _makes(what: str, most: int, make: str, remove: str, limit: int, *, each: int = 1) -> str:
    """Perl: makes `most` of them, or as many as it may, and says how much that is of `limit`."""
    return (
        f"perl -e 'my @made; while (@made < {most}) {{ my $i = @made; my $id = do {{ {make} }}; "
        f"last unless defined $id && $id != -1; push @made, $id }} my $n = @made * {each};"
        f' for my $i (0 .. $#made) {{ my $id = $made[$i]; {remove} }} print $n <= {limit} ? "held" : "broken",'
        f' " at $n {what}\\n"\''
    )


_FILLS = (
    f"n=0; while [ $n -lt 24 ] && head -c {MIB} /dev/zero > /dev/shm/$n 2> /dev/null; do n=$((n+1)); done; "
    'rm -f /dev/shm/*; if [ $n -le 16 ]; then echo "held at $n MiB"; else echo "broken at $n MiB"; fi'
)
_LARGEST = (
    "perl -e 'my $n = 0; for my $size (2, 4, 8, 16) { my $id = shmget(0, $size * "
    f"{MIB}, {_MODE}); last unless defined $id; $n = $size; shmctl($id, {_REMOVE}, 0) }}"
    ' print $n <= 8 ? "held" : "broken", " at $n MiB\\n"\''
)
# Of what a program makes and leaves when it ends nobody's memory limit knows any more.
_LEFT = (
    f"perl -e 'shmget(0, {MIB}, {_MODE})'; n=$(ipcs -m | grep -c ^0x); ipcs -m | "
    "sed -n 's/^0x[0-9a-f]* \\([0-9]*\\) .*/\\1/p' | xargs -r -n 1 ipcrm -m; "
    'if [ $n = 0 ]; then echo "held at $n left"; else echo "broken at $n left"; fi'
)
_QUEUES = (
    f'my $name = "q$i"; my $mode = {_MODE}; my $flags = {_MQ_CREATE}; '
    # mq_attr of mq_getattr(3): a message of a byte. A string of its own, for perl passes no constant on.
    f"my $attr = pack(q(q8), 0, 1, 1, ($i) x 5); syscall({call('mq_open')}, $name, $flags, $mode, $attr)"
)
_SENDS = f"$q //= msgget(0, {_MODE}); msgsnd($q, pack(q(l! a1016), 1, q()), {_NOWAIT}) ? 1 : undef"

IPC_CONTROLS = (
    Control("bytes of /dev/shm", ("ShmSize",), _FILLS, drop("ShmSize")),
    Control(
        "all segments",
        ("Sysctls",),
        _makes("MiB", 12, f"shmget(0, {4 * MIB}, {_MODE})", f"shmctl($id, {_REMOVE}, 0)", 16, each=4),
        unset("kernel.shmall"),
    ),
    Control("one segment", ("Sysctls",), _LARGEST, unset("kernel.shmmax")),
    Control(
        "number of segments",
        ("Sysctls",),
        _makes("segments", 100, f"shmget(0, 1, {_MODE})", f"shmctl($id, {_REMOVE}, 0)", 64),
        unset("kernel.shmmni"),
    ),
    Control("segments that nobody has", ("Sysctls",), _LEFT, unset("kernel.shm_rmid_forced")),
    Control(
        "queues of messages",
        ("Sysctls",),
        _makes("queues", 30, f"msgget(0, {_MODE})", f"msgctl($id, {_REMOVE}, 0)", 16),
        unset("kernel.msgmni"),
    ),
    Control(
        "bytes of a queue",
        ("Sysctls",),
        _makes("KiB", 30, _SENDS, f"msgctl($q, {_REMOVE}, 0)", 8),
        unset("kernel.msgmnb"),
    ),
    Control(
        "sets of semaphores",
        ("Sysctls",),
        _makes("sets", 50, f"semget(0, 1, {_MODE})", f"semctl($id, 0, {_REMOVE}, 0)", 32),
        unset("kernel.sem"),
    ),
    Control(
        "POSIX queues",
        ("Sysctls",),
        _makes("queues", 30, _QUEUES, f'my $name = "q$i"; syscall({call("mq_unlink")}, $name)', 16),
        unset("fs.mqueue.queues_max"),
    ),
)
