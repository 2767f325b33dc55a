"""Which containers and published ports of a pod the sampler is to read; called in a thread of its own."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.db import close_old_connections

from sandboxes import policy, wire
from sandboxes.engine.port import Engine
from sandboxes.members import members_of
from sandboxes.models import Pod as Row
from sandboxes.node.sampler import Watched
from sandboxes.spec import Pod, decode
from sandboxes.world import Observed, ObservedContainer, RunState


def look(engine: Callable[[], Engine], uid: UUID) -> Watched:
    """The newest pause and the newest attempt of each member: pause first, members as the spec orders them.

    Raises EngineError.
    """
    seen, pod = Observed(engine().observe(uid)), _accepted(uid)
    order = [member.name for member in members_of(pod)] if pod else []
    newest = [attempts[0] for name in order if (attempts := seen.members(name))]
    pauses = sorted(seen.pauses, key=lambda pause: pause.attempt)[-1:]
    return Watched(tuple(_state(container) for container in (*pauses, *newest)), _published(pod) if pod else ())


def _state(container: ObservedContainer) -> wire.MemberState:
    return wire.MemberState(
        member=container.member,
        container_id=container.id,
        attempt=container.attempt,
        host_pid=container.pid,
        running=container.alive,
        frozen=container.state is RunState.PAUSED,
    )


def _accepted(uid: UUID) -> Pod | None:
    close_old_connections()
    try:
        manifest = Row.objects.filter(uid=uid).values_list("manifest", flat=True).first()
    finally:
        close_old_connections()
    return decode(manifest) if manifest else None


def _published(pod: Pod) -> tuple[wire.PublishedPort, ...]:
    return tuple(
        wire.PublishedPort(
            protocol=port.protocol,
            host_ip=port.host_ip,
            host_port=port.host_port,
            container_port=port.container_port,
        )
        for port in policy.published(pod, settings.HOST_IP)
    )
