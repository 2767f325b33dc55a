"""Differences that are meant, by what they are and never by where they were seen.

Each rule has a heading in docs/differences-from-kubernetes.md, which says why. A rule looks at both sides of one
difference: it holds when what is left after taking the explained part away is the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from tests.compare.differences import Difference

# What Docker covers besides what containerd covers.
MASKED_HERE = (["/proc/interrupts", "tmpfs"],)
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
    return re.sub(r"(?<!\d)\d+", "N", re.sub(r" +", " ", text))


def _sorted_lines(text: str) -> str:
    return "".join(sorted(set(_without_numbers(text).split("\\n"))))


def _is_process_table(found: Difference) -> bool:
    """In any order; a process that was caught before its exec has its name in braces, or its parent's words."""
    listed = "PID" in found.expected or "ppid" in found.expected
    expected, got = (re.sub(r"\{\w+\} ", "", text) for text in (found.expected, found.got))
    return listed and _sorted_lines(expected) == _sorted_lines(got)


def _rights(text: str) -> str:
    text = re.sub(r"(Cap(Inh|Prm|Eff|Bnd|Amb)):\\t[0-9a-f]{16}", r"\1", text)
    text = re.sub(r"Seccomp:\\t\d", "Seccomp", text)
    return re.sub(r"\\n(1024|0)\\n", r"\\nN\\n", text)


def _mounted(text: str) -> str:
    """Mounts by place, kind and whether they can be written, in any order: the disk and its options are the node's."""
    text = re.sub(r"[A-Z][a-z]{2} +\d+ \d\d:\d\d", "<date>", text)
    text = re.sub(r"\.\.\d{4}(_\d\d){5}\.\d+", "..<time>", text)
    text = re.sub(r"(<disk>|/dev/\w+) (\S+) ext4 (ro|rw),\S+ 0 0", r"\2 ext4 \3", text)
    lines = text.strip('"').split(r"\n")
    return "|".join(sorted(_mount(line) for line in lines if line.split()[:2] not in MASKED_HERE))


def _mount(line: str) -> str:
    words = line.split()
    kinds = ("ext4", "overlay", "tmpfs", "proc", "sysfs", "devpts", "mqueue", "cgroup")
    of_place = len(words) > 2 and words[1] in kinds and "ext4" not in words
    return " ".join(words[:2]) if of_place else re.sub(r"^total \d+|,relatime\S*", "", line)


def _network(text: str) -> str:
    """Addresses, lengths and numbers of interfaces of the pod's network."""
    text = re.sub(r"<broadcast>|<gateway>|<podCIDR>|(?<![\d.])\d+(\.\d+){3}(/\d+)?", "<address>", text)
    return re.sub(r"<podIP>/\d+|(?<!\d)\d+: eth0", "<eth0>", text)


def _cgroups(text: str) -> str:
    """Where in the machine's tree a member is, which its cgroup namespace hides, and its ceiling of processes."""
    text = re.sub(r"(\d+:[^:]*:)/[^\\\"]*", r"\1", text)
    return re.sub(r"pids.max (max|\d+)", "pids.max", text)


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
    words = "in profile" in found.got or "not supported here" in found.got or "profile baseline gives" in found.got
    return got["http"] in (400, 422) and words


RULES: dict[str, Rule] = {
    "The runtime's words": _same_after(_unwrapped),
    "Words of registries and resolvers": lambda f: "registry" in f.expected + f.got and "pull" in f.expected + f.got,
    "Process ids": _is_process_table,
    "Capabilities, seccomp and low ports": lambda f: (
        ("Cap" in f.expected and _rights(f.expected) == _rights(f.got))
        or ("1024" in f.expected and "0" in f.got)
        or "nc: bind: Permission denied" in f.expected
    ),
    "What the profile forbids": _profile,
    "When a back-off is shown": _back_off_moment,
    "The node's disk, dates and control groups": lambda f: (
        _mounted(f.expected) == _mounted(f.got) or _cgroups(f.expected) == _cgroups(f.got)
    ),
    "The pod's network": lambda f: "<podIP>" in f.expected and _network(f.expected) == _network(f.got),
    "The host's address": lambda f: f.expected.replace("<hostIP>", "127.0.0.1") == f.got,
    "The resolver": lambda f: (
        ("nameserver" in f.expected and "nameserver" in f.got)
        or f.expected == re.sub(r"(tcp|udp) +\d+ +\d+ 127\.0\.0\.11:\d+ [^\\]*\\n", "", f.got)
    ),
    "The address of a new pause": lambda f: f.expected.replace("<podIP2>", "<podIP>") == f.got,
    "Lines of a log": lambda f: (
        "log" in f.at
        and (sorted(f.expected.strip('"').replace(r"\r\n", r"\n").strip(r"\n").split(r"\n")))
        == sorted(f.got.strip('"').replace(r"\r\n", r"\n").strip(r"\n").split(r"\n"))
    ),
    "Logs of earlier attempts": lambda f: "log" in f.at and "unable to retrieve container logs" in f.expected,
    "What a refused update says": lambda f: (
        "pod updates may not change fields" in f.expected and f.expected.startswith(f.got.rstrip('"'))
    ),
    "The first probe comes sooner": lambda f: (
        f.at == "events" and f.expected == "none" and "Unhealthy" in f.got and "connection refused" in f.got
    ),
    "How long an end is shown": lambda f: (
        f.at == "end" and f.expected in ('"Failed"', '"Succeeded"') and f.got == '"Running"'
    ),
}


def explained(difference: Difference) -> str:
    """The heading of the rule that explains it, "" when none does."""
    return next((heading for heading, rule in RULES.items() if rule(difference)), "")
