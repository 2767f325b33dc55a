"""What a pod's processes may leave in its IPC namespace, where it outlives them and is nobody's memory any more.

PURE. sysvipc(7), mq_overview(7), shm_overview(7), proc_sys_kernel(5). What a member leaves there is counted as its
memory for as long as it lives; then it is counted nowhere, and the next attempt may leave as much again. So the amounts
are the pod's, in settings of the namespace that only who made it can change. Not said is what each namespace begins
with and is small: 8 KiB a message, and RLIMIT_MSGQUEUE's 800 KiB of POSIX queues a user.
"""

from __future__ import annotations

from dataclasses import dataclass

PAGE = 4096  # of x86-64, and the smallest of arm64


@dataclass(frozen=True)
class Ipc:
    """`shm` bytes and `inodes` (0: any number) of /dev/shm; `sysctls` are names and values of the namespace."""

    shm: int
    inodes: int
    sysctls: tuple[tuple[str, str], ...]


# Enough for what asks for it at all: Apache's locks, PostgreSQL's one page.
FEW = Ipc(
    shm=16 * 2**20,
    inodes=1024,
    sysctls=(
        ("fs.mqueue.queues_max", "16"),
        # Semaphores of a set, of all, operations of a call, sets.
        ("kernel.sem", "250 8000 100 32"),
        ("kernel.msgmnb", "8192"),
        ("kernel.msgmni", "16"),
        # Pages of all segments, bytes of one, segments.
        ("kernel.shmall", str(16 * 2**20 // PAGE)),
        ("kernel.shmmax", str(8 * 2**20)),
        ("kernel.shmmni", "64"),
        # A segment goes with the last process that has it.
        ("kernel.shm_rmid_forced", "1"),
    ),
)
# As under a kubelet, whose /dev/shm has the runtime's size, but for sums that the kernel leaves open: 512 MiB of shared
# memory, 16 MiB of messages, and the semaphores that Linux had before 3.19.
AS_KUBELET = Ipc(
    shm=64 * 2**20,
    inodes=0,
    sysctls=(
        ("kernel.msgmni", "1024"),
        ("kernel.sem", "250 32000 32 128"),
        ("kernel.shmall", str(512 * 2**20 // PAGE)),
    ),
)
