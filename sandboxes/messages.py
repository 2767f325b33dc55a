"""The termination message of a member: where it comes from and how much of it is kept.

PURE. pkg/kubelet/kuberuntime/kuberuntime_container.go, pkg/kubelet/container/runtime.go; bytes and lines.
"""

from __future__ import annotations

from sandboxes.members import members_of
from sandboxes.plan import Look
from sandboxes.spec.models import AnyContainer, Pod
from sandboxes.world import ObservedContainer, RunState

MOST = 4096
MOST_OF_POD = 12 * 1024
MOST_OF_LOG = 2048
LINES_OF_LOG = 80


def unread(look: Look) -> tuple[ObservedContainer, ...]:
    """The containers that ended and whose message is not remembered yet."""
    last = look.memory.last
    return tuple(
        container
        for container in look.observed.containers
        if not container.is_pause
        and container.state is RunState.EXITED
        and (container.member not in last or last[container.member].attempt < container.attempt)
    )


def limit(pod: Pod) -> int:
    """What one member's file may say; the pod's members share what there is for all."""
    return min(MOST, MOST_OF_POD // max(1, len(members_of(pod))))


def falls_back(member: AnyContainer, container: ObservedContainer, message: str) -> bool:
    """Its log speaks for it: it failed and said nothing in its file."""
    policy = member.termination_message_policy
    return policy == "FallbackToLogsOnError" and container.exit_code != 0 and message == ""


def of_log(text: str) -> str:
    """The end of a log, as much as is kept of it."""
    return text.encode()[-MOST_OF_LOG:].decode(errors="ignore")
