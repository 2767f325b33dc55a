"""The members of a pod and what each is to it: which come first, which are started again, which stay for good.

PURE. https://kubernetes.io/docs/concepts/workloads/pods/init-containers/ and …/sidecar-containers/.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sandboxes.spec.models import AnyContainer, EphemeralContainer, Lifecycle, Pod, Probe


class Role(StrEnum):
    """INIT ends before the next begins; SIDECAR is an init member that stays; MAIN is what the pod is for; DEBUG came
    later, to look."""

    INIT = "init"
    SIDECAR = "sidecar"
    MAIN = "main"
    DEBUG = "debug"


@dataclass(frozen=True)
class Member:
    """One entry of the spec, with its role. A debug member has no probes, hooks or ports."""

    spec: AnyContainer
    role: Role

    @property
    def name(self) -> str:
        return self.spec.name

    @property
    def field(self) -> str:
        """The list of the spec that it stands in, as an event's field path names it."""
        match self.role:
            case Role.MAIN:
                return "containers"
            case Role.DEBUG:
                return "ephemeralContainers"
            case _:
                return "initContainers"

    def probe(self, kind: str) -> Probe | None:
        """`kind` is startup, liveness or readiness."""
        if isinstance(self.spec, EphemeralContainer):
            return None
        match kind:
            case "startup":
                return self.spec.startup_probe
            case "liveness":
                return self.spec.liveness_probe
            case _:
                return self.spec.readiness_probe

    @property
    def lifecycle(self) -> Lifecycle:
        none = isinstance(self.spec, EphemeralContainer) or self.spec.lifecycle is None
        return Lifecycle() if none else self.spec.lifecycle  # type: ignore[return-value,union-attr]


def members_of(pod: Pod) -> tuple[Member, ...]:
    """All members in the order of their start: init, main, debug."""
    return (
        *(Member(c, Role.SIDECAR if c.restart_policy == "Always" else Role.INIT) for c in pod.spec.init_containers),
        *(Member(c, Role.MAIN) for c in pod.spec.containers),
        *(Member(c, Role.DEBUG) for c in pod.spec.ephemeral_containers),
    )


def runs_again(pod: Pod, member: Member, exit_code: int) -> bool:
    """Whether a member that ended with `exit_code` is to be started again.

    kubelet: pkg/kubelet/container/helpers.go (ShouldContainerBeRestarted); under Always an init member is treated as
    under OnFailure.
    """
    policy = pod.spec.restart_policy
    match member.role:
        case Role.SIDECAR:
            return True
        case Role.DEBUG:
            return False
        case Role.INIT:
            return policy != "Never" and exit_code != 0
        case Role.MAIN:
            return policy not in ("Never", "OnFailure") or (policy == "OnFailure" and exit_code != 0)
