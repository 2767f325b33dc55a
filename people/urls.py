"""The two addresses of a sign-in with OpenID Connect, under the names by which allauth finds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast
from urllib.parse import urlencode

from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from requests import RequestException

from people import oidc, trail
from people.sign_in import address_of, subscriber
from sandboxes import throttle
from sandboxes.errors import TooManyRequests

View = Callable[[HttpRequest, str], HttpResponse]


def guarded(view: View) -> View:
    """A provider that does not answer, or tells of no endpoint, leads back to the sign-in page too.

    Each call makes a session, and asks the provider, for somebody who is not signed in: an address has so many.
    """

    def answer(request: HttpRequest, provider_id: str) -> HttpResponse:
        trail.always(request)
        if isinstance(request, ASGIRequest):
            # uvicorn reads it again for its log, where no code of the provider belongs.
            cast(dict[str, Any], request.scope)["query_string"] = b""
        try:
            throttle.take(throttle.requests(), f"address-{subscriber(address_of(request))}")
            return view(request, provider_id)
        except TooManyRequests as exc:
            return HttpResponse(str(exc), status=429, content_type="text/plain", headers={"Retry-After": exc.seconds})
        except (RequestException, KeyError) as exc:
            return oidc.failed(exc)

    return answer


def only_sign_in(request: HttpRequest, provider_id: str) -> HttpResponse:
    """Nothing else that allauth takes from an address: to bind a user who is signed in, or other scopes."""
    request.GET = QueryDict(urlencode({"next": request.GET.get("next", "")}))
    response: HttpResponse = login(request, provider_id)
    return response


urlpatterns = [
    path("oidc/<str:provider_id>/login/", guarded(only_sign_in), name="openid_connect_login"),
    path("oidc/<str:provider_id>/login/callback/", guarded(callback), name="openid_connect_callback"),
]
