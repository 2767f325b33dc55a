"""The guarantee behind every message: due pods are seen to, placeless ones placed, orphans and old rows removed."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q

from sandboxes import quotas, rows, spec
from sandboxes.act import Tools
from sandboxes.engine.naming import canary_uids
from sandboxes.engine.port import Engine, Listed
from sandboxes.errors import Malformed, PlaygroundError, SpecRefused
from sandboxes.journal import Entry
from sandboxes.models import Counter, Node, Pod
from sandboxes.phase import STOPPED
from sandboxes.place import Candidate, Placement, full, host_ports, place
from sandboxes.quota import Resource, limited
from sandboxes.spec.qos import qos_class
from sandboxes.status import unscheduled
from sandboxes.world import Desired

log = logging.getLogger(__name__)

ROWS_KEPT = timedelta(hours=24)
NODE_SILENT = timedelta(seconds=20)  # watch writes its heartbeat every 5 s
NODE_LOST = timedelta(minutes=10)
PLACE_AGAIN = timedelta(seconds=5)
# A brake on mass deletion: more than both in one round, and a person has to look.
BRAKE_COUNT = 5
BRAKE_SHARE = 0.2


def due(now: datetime) -> list[tuple[uuid.UUID, str | None]]:
    """(uid, node) of the pods to look at: their time has come, or their pass has died.

    A node that has been silent for long gets none: its messages would pile up in the broker.
    """
    theirs = Q(owner="", next_look_at__lte=now) | Q(until__lt=now)
    heard = Q(node=None) | Q(node__seen_at=None) | Q(node__seen_at__gt=now - NODE_LOST)
    found = Pod.objects.filter(theirs, heard, finished_at=None)
    return list(found.values_list("uid", "node_id"))


def drop_old_rows(now: datetime) -> int:
    """Rows of pods that have been gone for a day."""
    return Pod.objects.filter(finished_at__lt=now - ROWS_KEPT).delete()[0]


def schedule(uid: uuid.UUID, now: datetime) -> str | None:
    """Give the pod a node; None when it has to wait, with the reason in its status."""
    with transaction.atomic():
        # Locked, so that two placings see each other's pods (SQLite lets only one write at a time anyway).
        nodes = list(Node.objects.select_for_update().order_by("name"))
        row = Pod.objects.select_related("namespace").filter(pk=uid, node=None, finished_at=None).first()
        if row is None:
            return node_of(uid)
        if row.desired == Desired.GONE:  # it never was on a node: there is nothing to take down
            rows.change(row, Counter.next(), finished_at=now, gone_at=row.gone_at or now)
            quotas.free(uid)
            return None
        if row.desired == Desired.STOPPED:  # starting it wakes it
            known = {"phase": "Pending", "qosClass": _qos(row)} | row.status
            rows.change(row, Counter.next(), status=known | STOPPED | row.ending, next_look_at=None)
            return None
        placement = _take_place(row, _placement(row, nodes, now), nodes)
        status = unscheduled(placement.message, previous=row.status, now=now, qos=_qos(row))
        if placement.node:
            told = Entry("Scheduled", f"Successfully assigned {row.namespace.name}/{row.name} to {placement.node}")
            rows.write(uid, (told,), now)
            Pod.objects.filter(pk=uid).update(node_id=placement.node, next_look_at=now)
        else:
            if status != row.status:
                rows.write(uid, (Entry("FailedScheduling", placement.message, warning=True),), now)
                rows.change(row, Counter.next(), status=status)
            Pod.objects.filter(pk=uid).update(next_look_at=now + PLACE_AGAIN)
    return placement.node


def _take_place(row: Pod, found: Placement, nodes: list[Node]) -> Placement:
    """The place that was found, taken; or why it cannot be."""
    node = next((node for node in nodes if node.name == found.node), None)
    if node is None:
        return found
    Counter.next()  # before the node's budgets, as who gives shares back takes them: no two can wait for each other
    lacking = quotas.take_on_node(row, node)
    return found if lacking is None else full(len(nodes), lacking)


def _placement(row: Pod, nodes: list[Node], now: datetime) -> Placement:
    try:
        pod = spec.decode(row.manifest)
    except (Malformed, SpecRefused) as exc:
        return Placement(None, f"the pod cannot be read: {exc}")
    return place(pod, quotas.amounts_of(row), tuple(_candidate(node, now) for node in nodes))


def _qos(row: Pod) -> str:
    try:
        return qos_class(spec.decode(row.manifest).spec)
    except Malformed:
        return "BestEffort"


def _candidate(node: Node, now: datetime) -> Candidate:
    manifests = list(node.pods.filter(finished_at=None).values_list("manifest", flat=True))
    pool = quotas.pool_of_node(node)
    return Candidate(
        name=node.name,
        ready=node.ready and node.seen_at is not None and now - node.seen_at < NODE_SILENT,
        ports=frozenset(port for manifest in manifests for port in _ports(manifest)),
        used={**quotas.budgets_of(pool), Resource.PODS: len(manifests)},
        limits=pool.limits,
        machine=limited({Resource.CPU: node.cpu, Resource.MEMORY: node.memory}),
    )


def _ports(manifest: dict[str, Any]) -> frozenset[tuple[str, int]]:
    try:
        return host_ports(spec.decode(manifest))
    except (Malformed, SpecRefused):
        return frozenset()  # nothing is built from such a row


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
        try:
            _remove(tools.engine, [item for item in listed if item.identity.uid == uid])
            tools.host.remove_files(uid)
        except PlaygroundError as exc:  # the others are not its hostages
            log.warning("pod %s: %s", uid, exc)
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


def node_names(now: datetime) -> list[str]:
    """The nodes that have been heard of lately."""
    return list(Node.objects.filter(seen_at__gt=now - NODE_LOST).values_list("name", flat=True))
