"""Differences that are meant, by what they are and never by where they were seen.

Each rule has a heading in docs/differences-from-kubernetes.md, which says why. A rule looks at both sides of one
difference: it holds when what is left after taking the explained part away is the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from tests.compare.differences import Difference

Rule = Callable[[Difference], bool]
# What containerd's and Docker's words have before the runtime's own, which they share.
WRAPPING = (
    "failed to create containerd task: ",
    "failed to create shim task: ",
    "Internal error occurred: ",
    "error executing command in container: ",
    "unable to upgrade connection: ",
    "rpc error: code = Unknown desc = ",
    'failed to start exec \\"<hex64>\\": ',
    "failed to exec in container: ",
)


def _same_after(change: Callable[[str], str]) -> Rule:
    return lambda found: change(found.expected) == change(found.got)


def _unwrapped(text: str) -> str:
    for words in WRAPPING:
        text = text.replace(words, "")
    return text


def _without_numbers(text: str) -> str:
    """Process ids: those of a pod's second and later processes depend on how the runtime starts them."""
    return re.sub(r"\b\d+\b", "N", re.sub(r" +", " ", text))


def _sorted_lines(text: str) -> str:
    return "".join(sorted(_without_numbers(text).split("\\n")))


def _is_process_table(found: Difference) -> bool:
    listed = "PID" in found.expected or "ppid" in found.expected
    return listed and _sorted_lines(found.expected) == _sorted_lines(found.got)


def _rights(text: str) -> str:
    text = re.sub(r"(Cap(Inh|Prm|Eff|Bnd|Amb)):\\t[0-9a-f]{16}", r"\1", text)
    text = re.sub(r"Seccomp:\\t\d", "Seccomp", text)
    return re.sub(r"\\n(1024|0)\\n", r"\\nN\\n", text)


def _mounted(text: str) -> str:
    """The node's own disk and its options, cgroup paths, dates, the layers of an image."""
    text = re.sub(r"(<disk>|/dev/\w+) (\S+) ext4 (rw|ro),[^ ]+", r"<disk> \2 ext4 \3", text)
    text = re.sub(r"overlay rw,[^ ]*? 0 0|overlay rw,relatime,[^\\]*", "overlay", text)
    text = re.sub(r"[A-Z][a-z]{2} +\d+ \d\d:\d\d", "<date>", text)
    return re.sub(r"\.\.[0-9a-f]{16}", "..<time>", text)


def _back_off_moment(found: Difference) -> bool:
    """One side shows how the container ended, the other already, or still, what it waits for."""
    at_container = re.fullmatch(r"containers\.[^.]+\.(states|state|reason|exitCode|message|restarts)", found.at)
    both = found.expected + found.got
    if not at_container:
        return False
    if found.at.endswith("restarts"):
        return abs(int(found.expected) - int(found.got or 0)) <= 1 and found.got != "null"
    if found.at.endswith("exitCode") or found.at.endswith("message"):
        return "null" in (found.expected, found.got) and ("back-off" in both or found.at.endswith("exitCode"))
    return "CrashLoopBackOff" in both or {found.expected, found.got} == {'"terminated"', '"waiting"'}


def _profile(found: Difference) -> bool:
    """Refused with a field and a reason of the profile's, where Kubernetes without one takes it, or said more."""
    if found.at != "create":
        return False
    got = json.loads(found.got)
    words = "in profile" in found.got or "is not supported here" in found.got or "profile baseline gives" in found.got
    return got["http"] in (400, 422) and words


RULES: dict[str, Rule] = {
    "The runtime's words": _same_after(_unwrapped),
    "Words of registries and resolvers": lambda f: "registry" in f.expected + f.got and "pull" in f.expected + f.got,
    "Process ids": _is_process_table,
    "Capabilities, seccomp and low ports": lambda f: (
        ("Cap" in f.expected and _rights(f.expected) == _rights(f.got)) or ("1024" in f.expected and "0" in f.got)
    ),
    "What the profile forbids": _profile,
    "When a back-off is shown": _back_off_moment,
    "The node's disk, dates and control groups": _same_after(_mounted),
    "The host's address": lambda f: f.expected.replace("<hostIP>", "127.0.0.1") == f.got,
    "The resolver": lambda f: "nameserver" in f.expected and "nameserver" in f.got,
    "Lines of a terminal": lambda f: f.expected.replace(r"\r\n", r"\n") == f.got.replace(r"\r\n", r"\n"),
    "The first probe comes sooner": lambda f: (
        f.at == "events" and f.expected == "none" and "Unhealthy" in f.got and "connection refused" in f.got
    ),
}


def explained(difference: Difference) -> str:
    """The heading of the rule that explains it, "" when none does."""
    return next((heading for heading, rule in RULES.items() if rule(difference)), "")
