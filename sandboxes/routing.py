"""The WebSockets' addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from sandboxes.consumers import PodLive
from sandboxes.terminal_consumer import PodTerminal

websocket_urlpatterns: list[URLPattern] = [
    path("ws/namespaces/<str:namespace>/pods/<str:name>/live", PodLive.as_asgi()),
    path("ws/namespaces/<str:namespace>/pods/<str:name>/terminal", PodTerminal.as_asgi()),
]
