"""What the trail's paths take and answer. Times are RFC 3339."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from ninja import Schema
from pydantic import AfterValidator, Field

from people.trail import Choice
from sandboxes.api.shapes import Answer

MOST = 500


def _in_utc(asked: datetime) -> datetime:
    """Without an offset it is UTC. Raises ValueError for what no calendar has in UTC."""
    try:
        return asked.replace(tzinfo=UTC) if asked.tzinfo is None else asked.astimezone(UTC)
    except OverflowError as exc:
        raise ValueError("this is before the first year or after the last") from exc


Moment = Annotated[datetime, AfterValidator(_in_utc)]


class TrailRow(Answer):
    """Something done, or refused. `code` is HTTP's, 0 where no request did it; `owner` is whose object it was."""

    id: int
    at: str
    actor: str
    role: str
    address: str
    act: str
    path: str
    owner: str
    code: int
    request: str


class Trail(Answer):
    """Entries, newest first."""

    items: list[TrailRow]


class TrailQuery(Schema):
    """Which entries: of an actor, of an act, about paths with that text, from and until; `before` that entry's id."""

    actor: str = Field("", max_length=150)
    act: str = Field("", max_length=64)
    path: str = Field("", max_length=512)
    since: Moment | None = None
    until: Moment | None = None
    before: int | None = Field(None, ge=1, lt=2**63)
    limit: int = Field(100, ge=1, le=MOST)

    def choice(self) -> Choice:
        """Without what is about pages of the answer. Postgres keeps no NUL, so no entry has one."""
        actor, act, path = (text.replace("\0", "") for text in (self.actor, self.act, self.path))
        return Choice(actor=actor, act=act, path=path, since=self.since, until=self.until)


class Warning(Answer):
    """A word to a pod's owner."""

    message: Annotated[str, Field(max_length=4096)]
