"""The web process: Django for HTTP, Channels for WebSockets, and in front of both the preview site. uvicorn runs it."""

from __future__ import annotations

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "playground.settings")
http = get_asgi_application()  # loads the apps, which routing needs

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402

from sandboxes.api.limit import BodyLimit, most_of  # noqa: E402
from sandboxes.preview.site import PreviewSite  # noqa: E402
from sandboxes.routing import websocket_urlpatterns  # noqa: E402

portal = ProtocolTypeRouter({"http": BodyLimit(http, most_of), "websocket": URLRouter(websocket_urlpatterns)})
application = PreviewSite(portal)
