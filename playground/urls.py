"""Where paths go: the API, Django's admin, and the site's page for all else (files below /static/ are WhiteNoise's)."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path, re_path

from sandboxes.page import index

urlpatterns = [
    path("api/", include("sandboxes.urls")),
    path("admin/", admin.site.urls),
    path("sign-in/", include("people.urls")),
    re_path(r"^(?!(?:api|admin|static|ws)(?:/|$))", index),
]
