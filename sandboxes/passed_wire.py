"""A process that came and went between two readings of its pod, as the kernel told of it (proc(5), cn_proc).

PURE.
"""

from __future__ import annotations

from sandboxes.wire_message import Message


class Passed(Message):
    """`pid`: as its member sees it, 0 when it ended before that could be read. `member` is "" for pause.

    `cmd`: what it ran, or what its parent ran where it only forked. `started`: RFC 3339, UTC; `lived`: milliseconds.
    `exit_code` is 0 where a signal ended it; `signal` ("SIGKILL") is "" where none did.
    """

    member: str
    host_pid: int
    host_ppid: int
    pid: int
    cmd: str
    started: str
    lived: int
    exit_code: int
    signal: str
