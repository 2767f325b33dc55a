"""The two addresses of a sign-in with OpenID Connect, under the names by which allauth finds them."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from allauth.socialaccount.providers.openid_connect.views import callback, login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import path
from requests import RequestException

from people import oidc, trail

View = Callable[[HttpRequest, str], HttpResponse]


def guarded(view: View) -> View:
    """A provider that does not answer, or tells of no endpoint, leads back to the sign-in page too."""

    def answer(request: HttpRequest, provider_id: str) -> HttpResponse:
        trail.always(request)
        try:
            return view(request, provider_id)
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
