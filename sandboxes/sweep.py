"""The guarantee behind every message: due pods are seen to, placeless ones placed, orphans and old rows removed."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from sandboxes import publish, rows, spec
from sandboxes.act import Tools
from sandboxes.engine.naming import canary_uids
from sandboxes.engine.port import Engine, Listed
from sandboxes.models import Counter, Node, Pod
from sandboxes.outcome import Entry
from sandboxes.place import Candidate, host_ports, place
from sandboxes.status import unscheduled

log = logging.getLogger(__name__)

ROWS_KEPT = timedelta(hours=24)
NODE_SILENT = timedelta(seconds=20)  # watch writes its heartbeat every 5 s
PLACE_AGAIN = timedelta(seconds=5)
# A brake on mass deletion: more than both in one round, and a person has to look.
BRAKE_COUNT = 5
BRAKE_SHARE = 0.2


def due(now: datetime) -> list[tuple[uuid.UUID, str | None]]:
    """(uid, node) of the pods to look at: their time has come, or their pass has died."""
    free = Q(owner="") | Q(until__lt=now)
    found = Pod.objects.filter(free, Q(next_look_at=None) | Q(next_look_at__lte=now), finished_at=None)
    return list(found.values_list("uid", "node_id"))


def drop_old_rows(now: datetime) -> int:
    """Rows of pods that have been gone for a day."""
    return Pod.objects.filter(finished_at__lt=now - ROWS_KEPT).delete()[0]


def schedule(uid: uuid.UUID, now: datetime) -> str | None:
    """Give the pod a node; None when it has to wait, with the reason in its status."""
    with transaction.atomic():
        row = Pod.objects.filter(pk=uid, node=None, finished_at=None).first()
        if row is None:
            return node_of(uid)
        if row.desired == "GONE":  # it never was on a node: there is nothing to take down
            changes = {"finished_at": now, "gone_at": row.gone_at or now, "rev": F("rev") + 1}
            Pod.objects.filter(pk=uid).update(**changes, resource_version=Counter.next())
            publish.pod_changed(uid, row.rev + 1)
            return None
        placement = place(spec.decode(row.manifest), _candidates(now))
        if placement.node:
            Pod.objects.filter(pk=uid, node=None).update(node_id=placement.node, next_look_at=now)
            told = Entry("Scheduled", f"Successfully assigned {row.namespace.name}/{row.name} to {placement.node}")
        else:
            _wait(row, placement.message, now)
            told = Entry("FailedScheduling", placement.message, warning=True)
    if placement.node or row.status.get("conditions", [{}])[0].get("message") != placement.message:
        rows.write(uid, (told,), now)
    return placement.node


def _wait(row: Pod, message: str, now: datetime) -> None:
    status = unscheduled(message, previous=row.status, now=now)
    changed = (
        {"status": status, "rev": F("rev") + 1, "resource_version": Counter.next()} if status != row.status else {}
    )
    Pod.objects.filter(pk=row.pk).update(next_look_at=now + PLACE_AGAIN, **changed)
    if changed:
        publish.pod_changed(row.uid, row.rev + 1)


def _candidates(now: datetime) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            name=node.name,
            ready=node.ready and node.seen_at is not None and now - node.seen_at < NODE_SILENT,
            pods=len(pods),
            max_pods=node.max_pods,
            ports=frozenset(port for pod in pods for port in host_ports(spec.decode(pod.manifest))),
        )
        for node in Node.objects.all()
        for pods in [list(node.pods.filter(finished_at=None))]
    )


def remove_orphans(tools: Tools) -> int:
    """Remove containers and files of this install that no unfinished row owns; how many pods that were.

    Listed first, asked second: a container's row is older than the container. A failed query removes nothing.
    """
    listed = [item for item in tools.engine.list_all() if item.identity.uid not in canary_uids(tools.install)]
    uids = {item.identity.uid for item in listed} | set(tools.host.list_files())
    owned = set(Pod.objects.filter(uid__in=uids, finished_at=None).values_list("uid", flat=True))
    orphans = uids - owned
    if len(orphans) > max(BRAKE_COUNT, BRAKE_SHARE * len(uids)):
        log.error("%d of %d pods on this node have no row: not removing that many by myself", len(orphans), len(uids))
        return 0
    for uid in orphans:
        log.warning("pod %s has no row: removing what is left of it", uid)
        _remove(tools.engine, [item for item in listed if item.identity.uid == uid])
        tools.host.remove_files(uid)
    return len(orphans)


def _remove(engine: Engine, listed: list[Listed]) -> None:
    for item in sorted(listed, key=lambda item: item.identity.is_pause):  # members first
        engine.remove(item.id)


def wake(uid: uuid.UUID, now: datetime) -> bool:
    """A wake is a write before it is a message; False when there is no such pod, or nothing is left of it."""
    return bool(Pod.objects.filter(pk=uid, finished_at=None).update(wakes=F("wakes") + 1, next_look_at=now))


def node_of(uid: uuid.UUID) -> str | None:
    """The pod's node, None while it has none."""
    return Pod.objects.filter(pk=uid).values_list("node_id", flat=True).first()


def queue_of(node: str | None) -> str:
    """The Celery queue that takes a pod's work."""
    return f"node.{node}" if node else "sweep"


def node_names() -> list[str]:
    return [settings.NODE_NAME, *Node.objects.exclude(name=settings.NODE_NAME).values_list("name", flat=True)]
