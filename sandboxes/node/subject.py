"""Whom a hook or probe is about: the pod, its member, the container, the address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sandboxes.members import Member, members_of
from sandboxes.models import Pod as Row
from sandboxes.spec import Pod, decode
from sandboxes.spec.models import Container
from sandboxes.world import ObservedContainer, Wanted


@dataclass(frozen=True)
class Subject:
    """`member`, `container_id` and `ip` are of the attempt that is meant."""

    uid: UUID
    pod: Pod
    member: Member
    container_id: str
    ip: str
    started_at: datetime | None

    @property
    def ports(self) -> dict[str, int]:
        """The member's ports by name."""
        spec = self.member.spec
        ports = spec.ports if isinstance(spec, Container) else ()
        return {port.name: port.container_port for port in ports if port.name}


def subject_of(uid: UUID, want: Wanted, found: tuple[ObservedContainer, ...]) -> Subject:
    """Raises LookupError when the pod, the member or a running container of that attempt is not there."""
    manifest = Row.objects.filter(pk=uid).values_list("manifest", flat=True).first()
    if manifest is None:
        raise LookupError(uid)
    pod = decode(manifest)
    member = next((m for m in members_of(pod) if m.name == want.member), None)
    container = next((c for c in found if (c.member, c.attempt) == (want.member, want.attempt) and c.alive), None)
    pause = next((c for c in found if c.is_pause and c.alive), None)
    if member is None or container is None or pause is None:
        raise LookupError(want.member)
    return Subject(uid, pod, member, container.id, pause.ip, container.started_at)
