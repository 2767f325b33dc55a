"""What happens when a guest's time is over: the user signs in no more, and their pods go as any others do."""

from __future__ import annotations

import logging
from datetime import timedelta

from celery import shared_task
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from people.models import Guest, Session
from sandboxes import pods
from sandboxes.models import ConfigObject, Namespace, Pod
from sandboxes.world import Desired

log = logging.getLogger(__name__)
EXPIRES = 30  # seconds, as of every task
KEPT = timedelta(days=1)  # as the rows of pods are


@shared_task(name="sandboxes.guest_ends.end_guests", expires=EXPIRES)
def end_guests() -> None:
    """End what is over, forget what is over for a day; and drop the rows of sessions that are."""
    Session.objects.filter(expire_date__lt=Now()).delete()
    for act, users in ((end, over()), (forget, forgotten())):
        for user in users:
            try:
                act(user)
            except Exception:  # the next one is not kept from it, and this one's turn comes again
                log.exception("guest %s: %s failed", user.pk, act.__name__)


def over() -> list[User]:
    """Guests whose time is over, and who can still sign in or still have pods."""
    there = Q(is_active=True) | Q(namespaces__pods__in=_own_pods().exclude(desired=Desired.GONE))
    return list(
        User.objects.filter(there, pk__in=Guest.objects.filter(expires_at__lte=Now()).values("user")).distinct()
    )


def end(user: User) -> None:
    """Repeatable: what was not done the last time is done the next."""
    if user.is_active:
        user.is_active = False
        user.save(update_fields=["is_active"])  # heard by `revocation`, where that runs; sockets look for themselves
    for pod in _own_pods().filter(namespace__owner=user):
        pods.end_pod(pod.pk)
    log.info("guest %s is over", user.pk)


def _own_pods() -> QuerySet[Pod]:
    """Those in a team's namespace are the team's, whosever that is in it, and go when their time is over."""
    return Pod.objects.filter(namespace__team=None, gone_at=None)


def forgotten() -> list[User]:
    """Guests who are over for a day, and of whose pods no row is kept any more."""
    long_over = Guest.objects.filter(expires_at__lte=Now() - KEPT).values("user")
    return list(User.objects.filter(pk__in=long_over, is_active=False).exclude(namespaces__pods__isnull=False))


def forget(user: User) -> None:
    """The user, the namespace, and what ConfigMaps and Secrets held. One that a team has stays, and its owner."""
    own = Namespace.objects.filter(owner=user)
    if own.exclude(team=None).exists():
        return
    with transaction.atomic():
        ConfigObject.objects.filter(namespace__in=own).delete()
        own.delete()
        user.delete()
