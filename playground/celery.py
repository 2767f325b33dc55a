"""The Celery app: carries reconcile, sweep and orphans, and nothing else. A lost message is repaired by the sweep."""

from __future__ import annotations

import os

from celery import Celery
from celery.signals import task_postrun, task_prerun
from structlog.contextvars import bind_contextvars, clear_contextvars

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")

from django.conf import settings

app = Celery("playground")
app.conf.update(
    broker_url=settings.REDIS_URL.replace("unix://", "redis+socket://"),
    broker_connection_retry_on_startup=True,
    broker_transport_options={
        "global_keyprefix": f"playground-{settings.INSTALL}.",
        # Without a broker a request says so at once instead of trying for seconds: the sweep is the net.
        "max_retries": 0,
    },
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_default_queue="sweep",
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    # Web may write to the broker, and must not steer the root worker by it.
    worker_enable_remote_control=False,
    timezone="UTC",
    imports=("sandboxes.guest_ends",),  # above sandboxes.tasks: it deletes as a use case does
    beat_schedule={
        "sweep": {"task": "sandboxes.tasks.sweep", "schedule": 5.0},
        "guests": {"task": "sandboxes.guest_ends.end_guests", "schedule": 15.0},
        "collect": {"task": "sandboxes.tasks.collect", "schedule": 30.0},
    },
)
app.autodiscover_tasks()


@task_prerun.connect
def _begin(task_id: str, args: tuple[str, ...], **_: object) -> None:
    """What a task logs names it, and its pod where it has one: by convention the first argument."""
    clear_contextvars()
    bind_contextvars(task=task_id, **({"pod": args[0]} if args else {}))


@task_postrun.connect
def _end(**_: object) -> None:
    clear_contextvars()
