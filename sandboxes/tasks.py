"""The Celery tasks, a few lines each: which pod, and off to the function that does it."""

from __future__ import annotations

import logging
import uuid
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from people import trail
from sandboxes import idempotency, lifetimes
from sandboxes import sweep as sweeping
from sandboxes.act import Tools
from sandboxes.engine.connect import connect
from sandboxes.host.node_host import NodeHost
from sandboxes.plan import BackOff
from sandboxes.reconcile import reconcile as run_pass

log = logging.getLogger(__name__)
EXPIRES = 30  # seconds: what nobody took by then, the sweep has said again


def wake(uid: uuid.UUID) -> None:
    """Something about the pod changed: raise its wakes, and on commit send someone to look. May be repeated freely."""
    if sweeping.wake(uid, timezone.now()):
        node = sweeping.node_of(uid)
        transaction.on_commit(lambda: _send(uid, node))


def _send(uid: uuid.UUID, node: str | None) -> None:
    task = reconcile if node else place
    try:
        task.apply_async((str(uid),), queue=sweeping.queue_of(node), retry=False)
    except OperationalError as exc:  # the broker is away: the sweep finds the row
        log.warning("pod %s: no one could be sent: %s", uid, exc)


@shared_task(name="sandboxes.tasks.reconcile", expires=EXPIRES)
def reconcile(uid: str) -> None:
    """Look at one pod of this worker's node."""
    back_off = BackOff(settings.BACKOFF_BASE, settings.BACKOFF_CAP, settings.BACKOFF_RESET)
    run_pass(uuid.UUID(uid), tools(), pause_image=settings.PAUSE_IMAGE, back_off=back_off)


@shared_task(name="sandboxes.tasks.place", expires=EXPIRES)
def place(uid: str) -> None:
    """Give one pod a node, and send the node to it."""
    node = sweeping.schedule(uuid.UUID(uid), timezone.now())
    if node == settings.NODE_NAME:
        reconcile(uid)  # this worker's own: no need to send for it
    elif node:
        _send(uuid.UUID(uid), node)


@shared_task(name="sandboxes.tasks.sweep", expires=EXPIRES)
def sweep() -> None:
    """End the pods whose time is over, and send someone to every pod that is due."""
    now = timezone.now()
    lifetimes.end_all(now)
    for uid, node in sweeping.due(now):
        _send(uid, node)
    sweeping.drop_old_rows(now)


@shared_task(name="sandboxes.tasks.collect", expires=EXPIRES)
def collect() -> None:
    """Ask every node to remove its orphans; drop what is too old of the trail, and of the keys of requests."""
    now = timezone.now()
    trail.forget(settings.TRAIL_DAYS)
    idempotency.forget()
    for node in sweeping.node_names(now):
        orphans.apply_async(queue=sweeping.queue_of(node), retry=False)


@shared_task(name="sandboxes.tasks.orphans", expires=EXPIRES)
def orphans() -> None:
    """Remove what this node holds that no row owns."""
    sweeping.remove_orphans(tools())


@lru_cache(maxsize=1)
def tools() -> Tools:
    """This node's engine and host, one set for the process."""
    return Tools(
        engine=connect(),
        host=NodeHost(settings.STATE_DIR),
        install=settings.INSTALL,
        node=settings.NODE_NAME,
        host_ip=settings.HOST_IP,
        executor=ThreadPoolExecutor(max_workers=32, thread_name_prefix="engine"),
        clock=timezone.now,
        scans=bool(settings.IMAGE_SCAN),
    )
