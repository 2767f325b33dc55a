"""What the first process of a container may do: user, groups, capabilities, seccomp (proc_pid_status(5))."""

from __future__ import annotations

from sandboxes import inspection_wire as wire

# linux/capability.h, in the order of their bits.
CAPABILITIES = (
    "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
    "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
    "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
    "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
    "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
    "CHECKPOINT_RESTORE",
)  # fmt: skip


def capabilities(mask: str) -> tuple[str, ...]:
    """The names in a mask of hex digits, by their bits."""
    bits = int(mask or "0", 16)
    return tuple(
        CAPABILITIES[bit] if bit < len(CAPABILITIES) else str(bit)
        for bit in range(bits.bit_length())
        if bits >> bit & 1
    )


def id_map(text: str) -> tuple[wire.IdRange, ...]:
    """The lines of uid_map or gid_map."""
    rows = [line.split() for line in text.splitlines()]
    return tuple(wire.IdRange(inside=int(a), outside=int(b), count=int(c)) for a, b, c in rows)


def rights(status: str, uid_map: str, gid_map: str) -> wire.Rights:
    """From the texts of /proc/<pid>/{status,uid_map,gid_map}. Raises ValueError for what is none of them."""
    told = {name: value.strip() for name, _, value in (line.partition(":") for line in status.splitlines())}
    uids, gids = id_map(uid_map), id_map(gid_map)
    try:
        # The second of four: that by which the kernel decides.
        uid, gid = (int(told[name].split()[1]) for name in ("Uid", "Gid"))
        groups = tuple(_inside(int(word), gids) for word in told["Groups"].split())
        sets = {key: capabilities(told[f"Cap{name}"]) for key, name in _SETS.items()}
    except (KeyError, IndexError) as exc:
        raise ValueError("no status of a process") from exc
    nnp = told.get("NoNewPrivs")
    return wire.Rights(
        uid=_inside(uid, uids),
        gid=_inside(gid, gids),
        groups=groups,
        capabilities=wire.HeldCapabilities(**sets),
        seccomp=int(told["Seccomp"]) if "Seccomp" in told else None,
        filters=int(told["Seccomp_filters"]) if "Seccomp_filters" in told else None,
        no_new_privileges=None if nnp is None else nnp == "1",
        uid_map=uids,
        gid_map=gids,
    )


_SETS = {"effective": "Eff", "permitted": "Prm", "inheritable": "Inh", "bounding": "Bnd", "ambient": "Amb"}
# What an id is that has no place inside (user_namespaces(7)).
_OVERFLOW = 65534


def _inside(outside: int, ranges: tuple[wire.IdRange, ...]) -> int:
    """An id as the process sees it: the file is read with the node's eyes."""
    for each in ranges:
        if each.outside <= outside < each.outside + each.count:
            return each.inside + outside - each.outside
    return _OVERFLOW
