"""The columns of `ps -ef`, from the text of /proc/<pid>/stat, status and cmdline.

PURE. The sources are proc(5) and what procps 4 prints. Where procps would print `?` for a character that does not
print, `visible` names it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import UTC, datetime

from sandboxes.visible import visible

TICKS = os.sysconf("SC_CLK_TCK")
WINDOW = 2 * TICKS  # what a share of the CPU is measured over, at least: one tick within it is no percent
RSS_STEP = 64 * 1024
_PAGE = os.sysconf("SC_PAGE_SIZE")
_NAME_WIDTH = 8
_LONGEST_NAME = 63  # procps keeps no longer ones and prints the number
_UNMAPPED = 65534


@dataclass(frozen=True, slots=True)
class Stat:
    """What of /proc/<pid>/stat is shown. `ticks`: CPU time used; `start`: ticks after boot; `rss`: pages."""

    comm: bytes
    state: str
    ppid: int
    tty: int
    ticks: int
    threads: int
    start: int
    rss: int


def parse_stat(raw: bytes) -> Stat:
    """Fields by proc(5). The name stands in parentheses and may hold any byte, parentheses and newlines too."""
    head, _, tail = raw.rpartition(b")")
    fields = tail.split()
    return Stat(
        comm=head.partition(b"(")[2],
        state=fields[0].decode(),
        ppid=int(fields[1]),
        tty=int(fields[4]),
        ticks=int(fields[11]) + int(fields[12]),
        threads=int(fields[17]),
        start=int(fields[19]),
        rss=int(fields[21]),
    )


def parse_status(raw: bytes) -> tuple[int, tuple[int, ...]]:
    """The effective UID (the node's number) and the PID in every nested namespace, outermost first (NSpid)."""
    uid = int(_line(raw, b"\nUid:").split()[1])
    return uid, tuple(int(pid) for pid in _line(raw, b"\nNSpid:").split())


def _line(raw: bytes, name: bytes) -> bytes:
    start = raw.index(name) + len(name)
    return raw[start : raw.index(b"\n", start)]


def parse_uid_map(text: str) -> tuple[tuple[int, int, int], ...]:
    """/proc/<pid>/uid_map (user_namespaces(7)): first UID inside, first outside, how many."""
    rows = (line.split() for line in text.splitlines())
    return tuple((int(inside), int(outside), int(count)) for inside, outside, count in rows)


def uid_inside(uid: int, uid_map: tuple[tuple[int, int, int], ...]) -> int:
    """The node's UID as the container's user namespace numbers it; one it does not map is 65534 there."""
    for inside, outside, count in uid_map:
        if outside <= uid < outside + count:
            return inside + uid - outside
    return _UNMAPPED


def parse_passwd(raw: bytes) -> dict[int, bytes]:
    """UID → name of a passwd(5) file; of two names the first counts, lines that are none are passed over."""
    names: dict[int, bytes] = {}
    for line in raw.split(b"\n"):
        fields = line.split(b":")
        if len(fields) >= 3 and fields[0] and fields[2].isdigit() and len(fields[2]) <= 10:
            names.setdefault(int(fields[2]), fields[0])
    return names


def user_column(name: bytes | None, uid: int) -> str:
    """UID: the name, or the number where there is none; what is over 8 wide is cut to 7 and a `+`."""
    text = visible(name) if name and len(name) <= _LONGEST_NAME else str(uid)
    return text if len(text) <= _NAME_WIDTH else text[: _NAME_WIDTH - 1] + "+"


def percent(ticks: int, *, lived: int) -> int:
    """C: CPU used over the process's life in percent, at most 99; both in ticks."""
    return min(99, ticks * 100 // lived) if lived > 0 else 0


def cpu(used: int, *, over: int) -> int:
    """Whole percent of one CPU, more than 100 for one that runs on several; both in ticks."""
    return max(0, used) * 100 // over if over > 0 else 0


def resident(pages: int) -> int:
    """Bytes in memory, in steps of 64 KiB, so that a page more or less is no news; what is there is one step."""
    return -(-pages * _PAGE // RSS_STEP) * RSS_STEP


def start_column(started: float, now: float) -> str:
    """STIME: the time of today, the day of this year, the year of an older one; in UTC, as a container has it."""
    then, today = datetime.fromtimestamp(started, UTC), datetime.fromtimestamp(now, UTC)
    if then.year != today.year:
        return f"{then:%Y}"
    return f"{then:%H:%M}" if then.date() == today.date() else f"{then:%b%d}"


def tty_column(device: int) -> str:
    """TTY by its device number (Linux' Documentation/admin-guide/devices.txt); `?` when there is none."""
    major, minor = os.major(device), os.minor(device)
    match major:
        case _ if 136 <= major <= 143:
            return f"pts/{minor + (major - 136) * 256}"
        case 4:
            return f"tty{minor}" if minor < 64 else f"ttyS{minor - 64}"
        case 5 if minor == 1:
            return "console"
        case _:
            return "?"


def time_column(ticks: int) -> str:
    """TIME: [days-]hours:minutes:seconds of CPU time."""
    minutes, seconds = divmod(ticks // TICKS, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    clock = f"{hours:02}:{minutes:02}:{seconds:02}"
    return f"{days}-{clock}" if days else clock


def command_column(cmdline: bytes, *, comm: bytes, state: str) -> str:
    """CMD: the arguments with a space between, else the name in brackets; `<defunct>` once only the entry is left."""
    words = cmdline.rstrip(b"\0")
    if words and state != "Z":
        # A process that wrote over its arguments may leave no NUL at the end; then procps drops one space there.
        words = words if cmdline.endswith(b"\0") else words.removesuffix(b" ")
        return visible(words.replace(b"\0", b" ").replace(b"\n", b" "))
    return f"[{visible(comm)}]" + (" <defunct>" if state == "Z" else "")
