"""What a member may use: requests and limits as the kernel is told them.

PURE. pkg/kubelet/cm/helpers_linux.go and pkg/kubelet/qos/policy.go (PODS §4.11). Bytes, counts, milli-CPUs.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandboxes.policy.profiles import Profile
from sandboxes.spec.models import AnyContainer, Container, Pod
from sandboxes.spec.qos import qos_class
from sandboxes.spec.quantity import whole

LEAST_SHARES = 2
LEAST_MILLI_CPUS = 10
LEAST_MEMORY = 6 * 2**20  # dockerd takes no less
GUARANTEED_SCORE, BEST_EFFORT_SCORE = -997, 1000


@dataclass(frozen=True)
class Limits:
    """`memory` is without swap; `shares` is the weight of cgroup v1, which the engine turns into v2's."""

    memory: int
    milli_cpus: int
    shares: int
    pids: int
    oom_score: int


def limits_of(pod: Pod, member: AnyContainer, profile: Profile) -> Limits:
    """What the member asked for, and the profile's ceiling where it said nothing, or requests more than it can get."""
    resources = member.resources if isinstance(member, Container) else None
    limits = resources.limits if resources else {}
    requests = resources.requests if resources else {}
    memory = whole(limits.get("memory", 0))
    milli_cpus = whole(limits.get("cpu", 0), "1m")
    return Limits(
        memory=max(memory, LEAST_MEMORY) if memory else profile.memory,
        milli_cpus=max(milli_cpus, LEAST_MILLI_CPUS) if milli_cpus else profile.milli_cpus,
        shares=shares_of(min(whole(requests.get("cpu", 0), "1m"), profile.milli_cpus)),
        pids=profile.pids,
        oom_score=_oom_score(pod, whole(requests.get("memory", 0)), profile),
    )


def shares_of(milli_cpus: int) -> int:
    """The weight for a request of CPU (helpers_linux.go, MilliCPUToShares)."""
    return max(LEAST_SHARES, milli_cpus * 1024 // 1000)


def _oom_score(pod: Pod, asked: int, profile: Profile) -> int:
    """The less of the node a member asked for, the sooner it goes; the ceiling stands for the node."""
    match qos_class(pod.spec):
        case "Guaranteed":
            return GUARANTEED_SCORE
        case "BestEffort":
            return BEST_EFFORT_SCORE
        case _:
            return min(BEST_EFFORT_SCORE - 1, max(3, BEST_EFFORT_SCORE - BEST_EFFORT_SCORE * asked // profile.memory))
