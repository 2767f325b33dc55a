"""Everything below /api/. What no route takes is a Status too."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path

from sandboxes.api import kubernetes, playground
from sandboxes.api.answers import answer, status


def unknown(request: HttpRequest) -> HttpResponse:
    """There is no such path."""
    return answer(status(404), 404)


urlpatterns = [
    path("playground/v1/", playground.api.urls),
    path("", kubernetes.api.urls),
    re_path("", unknown),
]
