"""One's own second factor. For browsers only: a token that leaked must not be able to lock its owner out."""

from __future__ import annotations

from typing import Annotated, Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from pydantic import Field

from people import second_factor
from sandboxes.api import bodies
from sandboxes.api.answers import answer
from sandboxes.api.auth import BROWSER, SignedIn
from sandboxes.api.documents import Documented, body_of
from sandboxes.api.shapes import Answer

PATH = "/second-factor"
Code = Annotated[str, Field(max_length=20)]


class SecondFactor(Answer):
    """Whether there is one, whether there must be one, and how many recovery codes are left."""

    enabled: bool
    required: bool
    recovery_codes_left: int


class ProposedSecret(Answer):
    """A secret for an authenticator app: as text, an otpauth:// address, and a picture of that (a data: address)."""

    secret: str
    address: str
    picture: str


class TurnOn(Answer):
    """The secret that was proposed, and a code which the app makes of it."""

    secret: Annotated[str, Field(pattern="^[A-Z2-7]{32}$")]
    code: Code


class WithCode(Answer):
    """A code of the app, or a recovery code."""

    code: Code = ""


class RecoveryCodes(Answer):
    """Each signs in once, in place of the app. They are shown this once."""

    items: list[str]


SHAPES = (TurnOn, WithCode)


def add(api: Documented) -> None:
    """The routes."""
    told: dict[str, Any] = {"response": SecondFactor, "by_alias": True, "auth": BROWSER}
    codes: dict[str, Any] = {"response": RecoveryCodes, "by_alias": True, "auth": BROWSER}
    _add_reading(api, told)

    @api.put(PATH, operation_id="turnOnSecondFactor", openapi_extra=body_of(TurnOn), **codes)
    def turn_on(request: SignedIn) -> HttpResponse:
        """From now on signing in needs a code too. The recovery codes."""
        asked = bodies.shaped(request, TurnOn)
        return answer({"items": second_factor.turn_on(request.auth, asked.secret, asked.code)})

    @api.delete(PATH, operation_id="turnOffSecondFactor", openapi_extra=body_of(WithCode), **told)
    def turn_off(request: SignedIn) -> HttpResponse:
        """Signing in needs no code any more. It takes a last one."""
        second_factor.turn_off(request.auth, bodies.shaped(request, WithCode).code)
        return _shown(request.auth)

    @api.post(f"{PATH}/recovery-codes", operation_id="newRecoveryCodes", openapi_extra=body_of(WithCode), **codes)
    def new_codes(request: SignedIn) -> HttpResponse:
        """Other recovery codes; those of before are worth nothing."""
        return answer({"items": second_factor.new_codes(request.auth, bodies.shaped(request, WithCode).code)})


def _add_reading(api: Documented, told: dict[str, Any]) -> None:
    @api.get(PATH, operation_id="readSecondFactor", **told)
    def read(request: SignedIn) -> HttpResponse:
        """Whether you have a second factor."""
        return _shown(request.auth)

    @api.post(PATH, operation_id="proposeSecret", **(told | {"response": ProposedSecret}))
    def propose(request: SignedIn) -> HttpResponse:
        """A new secret to give to an authenticator app. Nothing is kept until a code of it comes back."""
        secret, address, picture = second_factor.proposal(request.auth)
        return answer({"secret": secret, "address": address, "picture": picture})


def _shown(user: User) -> HttpResponse:
    return answer(
        {
            "enabled": second_factor.is_on(user),
            "required": second_factor.is_required(user),
            "recoveryCodesLeft": second_factor.codes_left(user),
        }
    )
