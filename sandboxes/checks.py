"""System checks: what must be so before anything is served. `manage.py check` tells; an Error refuses to serve."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured

from sandboxes.page import INDEX

PREPARE = "Run `manage.py prepare`, which makes it once and keeps it in the state directory."


@register(Tags.security)
def secrets_are_there(**options: Any) -> list[CheckMessage]:
    """Both keys: without one, sessions or the calls to the node could be forged."""
    return list(_missing_secrets())


def _missing_secrets() -> Iterator[CheckMessage]:
    try:
        settings.SECRET_KEY  # noqa: B018 - Django refuses an empty one when it is read
    except ImproperlyConfigured:
        yield Error("there is no secret key for sessions", hint=PREPARE, id="playground.E001")
    if not settings.NODE_KEY:
        yield Error("there is no key between web and node", hint=PREPARE, id="playground.E002")


@register(deploy=True)
def page_is_built(**options: Any) -> list[CheckMessage]:
    """The site's page is there."""
    if INDEX.is_file():
        return []
    return [Warning("the site is not built", hint="Run `npm run build` in frontend/.", id="playground.W001")]
