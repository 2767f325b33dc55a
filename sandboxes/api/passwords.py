"""One's own password. For browsers only: a token that leaked must not be able to lock its owner out."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from pydantic import Field

from people import passwords
from sandboxes.api import bodies
from sandboxes.api.answers import answer
from sandboxes.api.auth import BROWSER, SignedIn
from sandboxes.api.documents import Documented, body_of
from sandboxes.api.shapes import Answer

PATH = "/password"
Text = Annotated[str, Field(min_length=1, max_length=4096)]


class Password(Answer):
    """Whether there is one: who signs in by a link, or with an identity provider, has none."""

    is_set: bool


class NewPassword(Answer):
    """The password as it is, and as it is to be."""

    old: Text
    new: Text


SHAPES = (NewPassword,)


def add(api: Documented) -> None:
    """The routes."""

    @api.get(PATH, operation_id="readPassword", response=Password, by_alias=True, auth=BROWSER)
    def read(request: SignedIn) -> HttpResponse:
        """Whether you have a password."""
        return answer({"isSet": request.auth.has_usable_password()})

    @api.put(
        PATH,
        operation_id="changePassword",
        response=Password,
        by_alias=True,
        auth=BROWSER,
        openapi_extra=body_of(NewPassword),
    )
    def change(request: SignedIn) -> HttpResponse:
        """Change your password. You are signed out everywhere else; tokens stay."""
        asked = bodies.shaped(request, NewPassword)
        passwords.change(request, request.auth, asked.old, asked.new)
        return answer({"isSet": True})
