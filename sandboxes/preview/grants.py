"""Who may see a preview: the user who asked for it, as long as they are signed in and may see the pod; and whoever has
a link that was shared, until it expires or is revoked, or its maker has lost the token it was made with, the password
of then, or the right to the pod.

A secret is shown once; rows hold its digest. Everything here reads or writes the database: not for the event loop.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from people import secret_text
from people.models import AccessToken
from people.rules import Verb
from sandboxes import access, credentials, lifetimes
from sandboxes.errors import Cause, Conflict, Malformed, NotFound
from sandboxes.models import Pod, PreviewShare, PreviewVisit
from sandboxes.preview.hosts import HIGHEST_PORT, Place

TOKEN, COOKIE, SHARE = "pgv_", "pgc_", "pgs_"
TOKEN_GOOD_FOR = timedelta(seconds=60)
# As long as a session of the portal, which it cannot outlive.
VISIT_GOOD_FOR = timedelta(hours=8)
LONGEST_SHARE = 168  # hours
MOST_SHARES = 50


@dataclass(frozen=True)
class Opened:
    """A secret for a browser, and for how many seconds it is good."""

    secret: str
    seconds: int


def issue(request: HttpRequest, user: User, pod: Pod, port: int) -> str:
    """A token that opens this preview once within 60 s, for whoever made this request. Raises Malformed."""
    _check_port(port)
    now, access_token = timezone.now(), _token_of(request)
    PreviewVisit.objects.filter(Q(expires_at__lte=now) | Q(cookie=None, token_expires_at__lte=now)).delete()
    text = secret_text.make(TOKEN)
    PreviewVisit.objects.create(
        pod=pod,
        port=port,
        user=user,
        access_token=access_token,
        session_id=None if access_token else request.session.session_key,
        token=secret_text.digest(text),
        token_expires_at=now + TOKEN_GOOD_FOR,
        expires_at=now + VISIT_GOOD_FOR,
    )
    return text


def _token_of(request: HttpRequest) -> AccessToken | None:
    """What the user is signed in by, if not by a session. Raises NotFound for one that was deleted meanwhile."""
    header = request.headers.get("Authorization")
    if header is None:
        return None
    found = AccessToken.objects.filter(digest=secret_text.digest(header.partition(" ")[2].strip())).first()
    if found is None:
        raise NotFound("the token is not there any more")
    return found


def enter(text: str, place: Place) -> Opened | None:
    """The cookie for a good token, which is used up by this call, or for a share; None for any other text.

    The update is the claim: of two calls at once one changes the row (people/links.py).
    """
    if text.startswith(SHARE):
        found = _shares(place.uid, port=place.port, digest=secret_text.digest(text))
        return Opened(text, int((found[0].expires_at - timezone.now()).total_seconds())) if found else None
    visit = PreviewVisit.objects.filter(pod_id=place.uid, port=place.port, token=secret_text.digest(text)).first()
    if visit is None or not _holds(visit):
        return None
    cookie = secret_text.make(COOKIE)
    unused = PreviewVisit.objects.filter(pk=visit.pk, cookie=None, token_expires_at__gt=timezone.now())
    if unused.update(cookie=secret_text.digest(cookie)) != 1:
        return None
    return Opened(cookie, int(VISIT_GOOD_FOR.total_seconds()))


def admitted(cookies: Sequence[str], place: Place) -> str | None:
    """One of those cookies that opens that preview now, which is a use of the pod, also by who has no account.

    All of a kind are looked for in one query.
    """
    visits, links = (
        {secret_text.digest(cookie): cookie for cookie in cookies if cookie.startswith(kind)}
        for kind in (COOKIE, SHARE)
    )
    rows = PreviewVisit.objects.filter(pod_id=place.uid, port=place.port, cookie__in=visits)
    found = next((visits[str(row.cookie)] for row in rows.filter(expires_at__gt=timezone.now()) if _holds(row)), None)
    if found is None:
        found = next((links[row.digest] for row in _shares(place.uid, port=place.port, digest__in=links)), None)
    if found is not None:
        lifetimes.note_use(place.uid)
    return found


def _holds(visit: PreviewVisit) -> bool:
    """Its user is still signed in by what they were then, and may still see the pod."""
    user: User | None
    if visit.access_token_id is not None:
        usable = Q(expires_at=None) | Q(expires_at__gt=timezone.now())
        token = AccessToken.objects.filter(usable, pk=visit.access_token_id).select_related("user").first()
        user = token.user if token else None
    else:
        user = credentials.of_session(visit.session_id)
    return user is not None and user.pk == visit.user_id and _may(user, visit.pod_id)


def _may(user: User, uid: UUID) -> bool:
    return user.is_active and access.may_still(user, Verb.PORT_FORWARD, uid)


def _shares(uid: UUID, **which: object) -> list[PreviewShare]:
    """A pod's shares that hold, oldest first: their makers have the password of then, and may see the pod."""
    rows = PreviewShare.objects.filter(pod_id=uid, expires_at__gt=timezone.now(), **which).select_related("made_by")
    found = [row for row in rows.order_by("pk") if row.auth_hash == row.made_by.get_session_auth_hash()]
    makers = {user for user in {row.made_by for row in found} if _may(user, uid)}
    return [row for row in found if row.made_by in makers]


def share(request: HttpRequest, user: User, pod: Pod, port: int, hours: int) -> tuple[PreviewShare, str]:
    """A new share and the secret of its link; made with a token, it ends with that.

    Raises Malformed, and Conflict where a pod has 50 already.
    """
    _check_port(port)
    if not 1 <= hours <= LONGEST_SHARE:
        raise _invalid("hours", hours, f"must be between 1 and {LONGEST_SHARE}, inclusive")
    now = timezone.now()
    text, access_token = secret_text.make(SHARE), _token_of(request)
    ends = [now + timedelta(hours=hours)]
    if access_token is not None and access_token.expires_at is not None:
        ends.append(access_token.expires_at)
    with transaction.atomic():
        PreviewShare.objects.filter(expires_at__lte=now).delete()
        _check_room(pod)
        made = PreviewShare.objects.create(
            pod=pod,
            port=port,
            made_by=user,
            access_token=access_token,
            auth_hash=user.get_session_auth_hash(),
            digest=secret_text.digest(text),
            expires_at=min(ends),
        )
    return made, text


def _check_room(pod: Pod) -> None:
    """Raises Conflict. Whoever comes next is counted only after the caller's transaction: the pod's row is the lock."""
    Pod.objects.select_for_update().filter(pk=pod.pk).first()
    if len(shares(pod)) >= MOST_SHARES:
        told = f"a pod's previews have at most {MOST_SHARES} links: revoke some"
        raise Conflict(told, kind="pods", name=pod.name)


def shares(pod: Pod) -> list[PreviewShare]:
    """Those that hold, oldest first."""
    return _shares(pod.uid)


def revoke(pod: Pod, number: int) -> None:
    """The link opens nothing any more. Raises NotFound."""
    deleted, _ = PreviewShare.objects.filter(pod=pod, pk=number).delete()
    if not deleted:
        raise NotFound(f'shares "{number}" not found', kind="shares", name=str(number))


def _check_port(port: int) -> None:
    if not 1 <= port <= HIGHEST_PORT:
        raise _invalid("port", port, f"must be between 1 and {HIGHEST_PORT}, inclusive")


def _invalid(field: str, value: int, told: str) -> Malformed:
    return Malformed(f"{field}: Invalid value: {value}: {told}", (Cause(field, "FieldValueInvalid", told),))
