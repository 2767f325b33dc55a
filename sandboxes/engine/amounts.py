"""How much a container may use, of what its profile gives: memory, processes, CPU, files, logs.

Pure. Checks of the audit (audit.py). What no pod can ask for is as bodies.py makes it; of the rest the profile is the
ceiling.
"""

from __future__ import annotations

from sandboxes.engine import bodies
from sandboxes.engine.seen import Seen
from sandboxes.policy import PAUSE_CPU_SHARES, PAUSE_MEMORY, PAUSE_PIDS
from sandboxes.policy.limits import GUARANTEED_SCORE, LEAST_SHARES, shares_of


def memory(seen: Seen) -> bool:
    most = PAUSE_MEMORY if seen.is_pause else seen.profile.memory
    return bool(0 < seen.host["Memory"] <= most and seen.host["MemorySwap"] == seen.host["Memory"])


def shared_memory(seen: Seen) -> bool:
    """Of whoever has a /dev/shm of its own; one that joins has none."""
    return seen.joins(str(seen.host["IpcMode"])) or bool(seen.host["ShmSize"] == seen.profile.ipc.shm)


def tmpfs(seen: Seen) -> bool:
    """As ours, word for word: of an option that is said twice the last one counts."""
    most = None if seen.is_pause else seen.profile.tmpfs
    found = seen.host.get("Tmpfs") or {}
    if most is None:
        return not found
    return len(found) <= most.most and set(found.values()) <= {bodies.tmpfs_options(most, seen.config["User"])}


def processes(seen: Seen) -> bool:
    most = PAUSE_PIDS if seen.is_pause else seen.profile.pids
    return bool(0 < seen.host["PidsLimit"] <= most)


def terminals(seen: Seen) -> bool:
    """Nothing else can be at that place: the engine takes each once."""
    return bodies.terminals() in (seen.host.get("Mounts") or ())


def cpu(seen: Seen) -> bool:
    """Time and weight; no weight is the engine's, which is more than most members have."""
    if seen.is_pause:
        return bool(0 < seen.host["CpuShares"] <= PAUSE_CPU_SHARES)
    of_time = 0 < seen.host["NanoCpus"] <= seen.profile.milli_cpus * 1_000_000
    return bool(of_time and LEAST_SHARES <= seen.host["CpuShares"] <= shares_of(seen.profile.milli_cpus))


def rlimits(seen: Seen) -> bool:
    found = {limit["Name"]: limit["Hard"] for limit in seen.host.get("Ulimits") or ()}
    return found == {limit["Name"]: limit["Hard"] for limit in bodies.rlimits(seen.profile)}


def out_of_memory(seen: Seen) -> bool:
    """The kernel may end it, no later than ours; where lower scores cannot be had, ours have the engine's (0)."""
    least = bodies.PAUSE_OOM_SCORE if seen.is_pause else GUARANTEED_SCORE
    return not seen.host.get("OomKillDisable") and bool(seen.host["OomScoreAdj"] >= least)


def logs(seen: Seen) -> bool:
    """The engine puts its own defaults beside what a body says (dockerd(8), --log-opt)."""
    found, ours = seen.host["LogConfig"], bodies.logs(seen.profile)
    return bool(found["Type"] == ours["Type"] and ours["Config"].items() <= found["Config"].items())
