"""Sign-in with OpenID Connect, by allauth: its two addresses, and what they may not do here.

No page of allauth's is served: whatever goes wrong leads back to the sign-in page, which says so. The provider is
trusted to have asked for a second factor of its own.
"""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.signals import user_logged_in
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.providers.base import AuthProcess
from allauth.utils import generate_unique_username
from django.conf import settings
from django.contrib.auth.models import User
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from people import groups
from people.group_rules import groups_in

log = logging.getLogger(__name__)
PROVIDER = "organisation"
LOGIN = f"/sign-in/oidc/{PROVIDER}/login/"
FAILED, INACTIVE = "/sign-in?problem=provider", "/sign-in?problem=inactive"


def failed(why: object) -> HttpResponse:
    """Back to the sign-in page; the reason is for the log."""
    log.warning("sign-in with OpenID Connect failed: %r", why)
    return HttpResponseRedirect(FAILED)


class Accounts(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """No mail, no messages on a next page, no steps after the provider's."""

    def get_login_stages(self) -> list[str]:
        return []

    def add_message(self, *arguments: Any, **options: Any) -> None:
        pass

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        pass

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return HttpResponseRedirect(INACTIVE)


class Provided(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Whoever the provider lets in has a user here, of its own: never one that was there before."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(failed("it was to be bound to a user who is here"))
        sociallogin.email_addresses = []  # they are needed for nothing, and two users may have the same

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.username = generate_unique_username([data.get("username"), data.get("name"), "user"])
        return user

    def on_authentication_error(self, request: HttpRequest, provider: Any, **told: Any) -> None:
        raise ImmediateHttpResponse(failed(told.get("exception") or told.get("error")))


@receiver(user_logged_in)
def _signed_in(user: User, sociallogin: Any = None, **_: Any) -> None:
    if sociallogin is not None:
        groups.apply(user, groups_in(sociallogin.account.extra_data, settings.OIDC_GROUPS))
