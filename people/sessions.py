"""Sessions in a table of ours, so that people see where they are signed in, and can end it.

A cookie may hold anything: a NUL in it is an error to Postgres, and would be a 500 to whoever sends it. So a key that
Django never made does not reach the database.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends import db
from django.db.models import QuerySet
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from people import agents, secret_text
from people.models import Session
from people.roles import require_scope
from people.rules import Verb
from people.sign_in import address_of
from sandboxes.errors import NotFound

PLAUSIBLE = re.compile(r"[a-z0-9]{8,40}")
# `last_seen` is for people: no write on every request.
SEEN_STEP = timedelta(minutes=1)
AGENT, ADDRESS, SINCE = "agent", "address", "since"


class SessionStore(db.SessionStore):
    """What `SESSION_ENGINE = "people.sessions"` means; HTTP requests and live sockets both ask it."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row, with what its user knows it by beside what it holds."""
        row = super().create_model_instance(data)
        assert isinstance(row, Session)
        return _told(row, data)

    async def acreate_model_instance(self, data: dict[str, Any]) -> Session:
        """The same, for code that awaits."""
        row = await super().acreate_model_instance(data)
        assert isinstance(row, Session)
        return _told(row, data)

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]  # which the stubs leave out
        now = timezone.now()
        if row is not None and now - row.last_seen > SEEN_STEP:
            Session.objects.filter(pk=row.pk).update(last_seen=now)
        return row

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and PLAUSIBLE.fullmatch(key) is not None


def of(user: User) -> QuerySet[Session]:
    """The user's sessions that are still good, newest first."""
    return Session.objects.filter(user=user, expire_date__gt=timezone.now()).order_by("-created_at")


def end(user: User, name: str) -> None:
    """Sign out one session. Raises NotFound for one that is not this user's."""
    require_scope(user, Verb.MANAGE, "sessions")
    row = next((each for each in of(user) if name_of(each) == name), None)
    if row is None:
        raise NotFound(f'sessions "{name[:40]}" not found', kind="sessions", name=name[:40])
    row.delete()


def end_others(user: User, kept: str | None) -> None:
    """Sign out all sessions but the one with that key."""
    require_scope(user, Verb.MANAGE, "sessions")
    of(user).exclude(session_key=kept or "").delete()


def end_all(user: User) -> int:
    """Sign a user out everywhere; how many sessions that were."""
    return Session.objects.filter(user=user).delete()[0]


def name_of(row: Session) -> str:
    """What a session is called outside: its key is a credential, and is told to nobody."""
    return secret_text.digest(row.session_key)[:16]


def _told(row: Session, data: dict[str, Any]) -> Session:
    now = timezone.now()
    row.user_id = data.get(SESSION_KEY)
    row.agent, row.address = data.get(AGENT, ""), data.get(ADDRESS, "")
    row.created_at = datetime.fromisoformat(data[SINCE]) if SINCE in data else now
    row.last_seen = now
    return row


@receiver(user_logged_in)
def _note(request: HttpRequest, **_: Any) -> None:
    request.session[AGENT] = agents.short(request.headers.get("User-Agent", ""))
    request.session[SINCE] = timezone.now().isoformat()
    request.session[ADDRESS] = address_of(request)
