"""What the playground's own paths take and answer, for their OpenAPI document."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sandboxes.api.shapes import Answer


class SessionUser(Answer):
    """Who is signed in."""

    name: str
    is_staff: bool


class Session(Answer):
    """The visitor's session; `csrf_token` goes into X-CSRFToken of every request that changes something."""

    user: SessionUser | None
    namespace: str | None
    csrf_token: str


class PasswordSignIn(Answer):
    """Signing in with a password."""

    username: Annotated[str, Field(min_length=1, max_length=150)]
    password: Annotated[str, Field(min_length=1, max_length=4096)]


class LinkSignIn(Answer):
    """Signing in with the text of a one-time link."""

    link: Annotated[str, Field(min_length=1, max_length=200)]


class CatalogueImage(Answer):
    """An image at hand on a node; `size` in bytes, `state` is ready, pulling or failed."""

    reference: str
    size: int
    state: str


class Catalogue(Answer):
    """The images of the catalogue, by reference."""

    items: list[CatalogueImage]
