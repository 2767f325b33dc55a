"""Everything below /api/: the playground's own paths, then Kubernetes', whose last route takes what is left."""

from __future__ import annotations

from django.urls import path

from sandboxes.api import kubernetes, playground

urlpatterns = [
    path("playground/v1/", playground.api.urls),
    path("", kubernetes.api.urls),
]
