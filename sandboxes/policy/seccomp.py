"""Which system calls a member may make, and the filter that the engine installs for it.

PURE. seccomp(2) and syscalls(2); what is not listed is refused with EPERM. The lists are ours, by what calls are for:
a call is here because programs of lessons need it, not because it is known to be harmless. The filter is Docker's JSON
(docs.docker.com/engine/security/seccomp), for x86-64 and arm64 without their 32-bit calls.
"""

from __future__ import annotations

import errno
import json
from dataclasses import dataclass
from functools import cache
from typing import Any

_FILES = """
    access chdir chmod chown close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64
    fallocate fchdir fchmod fchmodat fchmodat2 fchown fchownat fcntl fdatasync fgetxattr flistxattr flock
    fremovexattr fsetxattr fstat fstatfs fsync ftruncate futimesat getcwd getdents getdents64 getxattr getxattrat
    inotify_add_watch inotify_init inotify_init1 inotify_rm_watch lchown lgetxattr link linkat listxattr listxattrat
    llistxattr lremovexattr lseek lsetxattr lstat mkdir mkdirat newfstatat open openat openat2 pread64 preadv
    preadv2 pwrite64 pwritev pwritev2 read readahead readlink readlinkat readv removexattr removexattrat rename
    renameat renameat2 rmdir sendfile setxattr setxattrat splice stat statfs statx symlink symlinkat sync
    sync_file_range syncfs tee truncate umask unlink unlinkat utime utimensat utimes vmsplice write writev
"""
_MEMORY = """
    brk get_mempolicy madvise map_shadow_stack membarrier memfd_create memfd_secret mincore mlock mlock2 mlockall
    mmap mprotect mremap mseal msync munlock munlockall munmap pkey_alloc pkey_free pkey_mprotect process_madvise
    process_mrelease remap_file_pages
"""
_PROCESSES = """
    alarm arch_prctl capget capset execve execveat exit exit_group fork get_robust_list get_thread_area getegid
    geteuid getgid getgroups getpgid getpgrp getpid getppid getpriority getresgid getresuid getrlimit getrusage
    getsid gettid getuid ioprio_get ioprio_set kill landlock_add_rule landlock_create_ruleset landlock_restrict_self
    pause pidfd_open pidfd_send_signal prctl prlimit64 restart_syscall rseq rt_sigaction rt_sigpending
    rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo
    sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam sched_getscheduler
    sched_rr_get_interval sched_setaffinity sched_setattr sched_setparam sched_setscheduler sched_yield seccomp
    set_robust_list set_thread_area set_tid_address setfsgid setfsuid setgid setgroups setpgid setpriority setregid
    setresgid setresuid setreuid setrlimit setsid setuid sigaltstack tgkill time times tkill vfork wait4 waitid
"""
_WAITING = """
    clock_getres clock_gettime clock_nanosleep epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2
    epoll_wait eventfd eventfd2 futex futex_requeue futex_wait futex_waitv futex_wake getitimer gettimeofday
    nanosleep pipe pipe2 poll ppoll pselect6 select setitimer signalfd signalfd4 timer_create timer_delete
    timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime
"""
_TALKING = """
    accept accept4 bind connect getpeername getsockname getsockopt listen mq_getsetattr mq_notify mq_open
    mq_timedreceive mq_timedsend mq_unlink msgctl msgget msgrcv msgsnd recvfrom recvmmsg recvmsg semctl semget semop
    semtimedop sendmmsg sendmsg sendto setsockopt shmat shmctl shmdt shmget shutdown socketpair
"""
_ABOUT = "getcpu getrandom ioctl io_cancel io_destroy io_getevents io_pgetevents io_setup io_submit sysinfo uname"
_EVERYWHERE = " ".join((_FILES, _MEMORY, _PROCESSES, _WAITING, _TALKING, _ABOUT))

# As root of their image: set up their root (chroot, mknod), debug each other, which the kernel keeps to equals.
_AS_ROOT = "chroot kcmp mknod mknodat pidfd_getfd process_vm_readv process_vm_writev ptrace set_mempolicy mbind vhangup"
# Namespaces by hand, in a user namespace of their own. Not of control groups: who has made one may mount the tree of
# version 1 below it, and its files belong to root, which a member is: its limits would be its own to lift.
_NAMESPACES = """
    fsconfig fsmount fsopen fspick mount mount_setattr move_mount open_tree pivot_root setdomainname sethostname
    setns umount2
"""

# clone(2): CLONE_NEWNS | NEWCGROUP | NEWUTS | NEWIPC | NEWUSER | NEWPID | NEWNET.
_NEW_NAMESPACES = 0x7E020000
_NEW_CGROUP_NAMESPACE = 0x02000000
# personality(2): Linux, 32-bit addresses, UNAME26 with either, and the query.
_PERSONALITIES = (0x0, 0x8, 0x20000, 0x20008, 0xFFFFFFFF)
# socket(2): UNIX, INET, INET6.
_FAMILIES = (1, 2, 10)
_NETLINK = 16
# netlink(7): ROUTE is `ip`; SOCK_DIAG is `ss`, AUDIT what PAM tells of a `su`.
_ROUTE, _SOCK_DIAG, _AUDIT = 0, 4, 9


@dataclass(frozen=True)
class Calls:
    """What a filter allows besides what all may do. `netlink`: protocols; `namespaces`: clone and unshare make
    them, but for those of control groups."""

    more: str = ""
    netlink: tuple[int, ...] = (_ROUTE,)
    namespaces: bool = False


CALLS = {
    "restricted": Calls(),
    "baseline": Calls(more=_AS_ROOT, netlink=(_ROUTE, _SOCK_DIAG, _AUDIT)),
    "lab": Calls(more=f"{_AS_ROOT} {_NAMESPACES}", netlink=(_ROUTE, _SOCK_DIAG, _AUDIT), namespaces=True),
}


def allowed(profile: str) -> frozenset[str]:
    """The names of the calls that need no look at their arguments. Raises KeyError for no profile."""
    return frozenset(f"{_EVERYWHERE} {CALLS[profile].more}".split())


@cache
def seccomp_filter(profile: str) -> str:
    """The filter of that profile as one line of JSON, always the same text. Raises KeyError for no profile."""
    calls = CALLS[profile]
    rules: list[dict[str, Any]] = [_allow(sorted(allowed(profile)))]
    rules += [_allow(["personality"], (0, value, "SCMP_CMP_EQ")) for value in _PERSONALITIES]
    rules += [_allow(["socket"], (0, family, "SCMP_CMP_EQ")) for family in _FAMILIES]
    rules += [
        _allow(["socket"], (0, _NETLINK, "SCMP_CMP_EQ"), (2, protocol, "SCMP_CMP_EQ")) for protocol in calls.netlink
    ]
    refused = _NEW_CGROUP_NAMESPACE if calls.namespaces else _NEW_NAMESPACES
    makers = ["clone", "unshare"] if calls.namespaces else ["clone"]
    rules.append(_allow(makers, (0, refused, "SCMP_CMP_MASKED_EQ")))
    # Its flags are in memory, where no filter sees them; a C library goes on to clone when told that it is not there.
    rules.append({"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": errno.ENOSYS})
    return json.dumps({"defaultAction": "SCMP_ACT_ERRNO", "archMap": _ARCHITECTURES, "syscalls": rules})


# The engine takes the one it runs on; a call by another one's numbers kills (seccomp_attr_set(3), BADARCH).
_ARCHITECTURES = [{"architecture": f"SCMP_ARCH_{name}", "subArchitectures": []} for name in ("X86_64", "AARCH64")]


def _allow(names: list[str], *args: tuple[int, int, str]) -> dict[str, Any]:
    """A rule; of the conditions on arguments all must hold. A masked comparison is with 0."""
    return {
        "names": names,
        "action": "SCMP_ACT_ALLOW",
        "args": [{"index": index, "value": value, "valueTwo": 0, "op": op} for index, value, op in args],
    }
