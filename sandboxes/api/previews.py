"""Previews of a pod's ports: opened for oneself, shared by link, the links listed and revoked."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from people.rules import Verb
from sandboxes import pods
from sandboxes.api import bodies
from sandboxes.api import preview_shapes as shapes
from sandboxes.api.answers import answer
from sandboxes.api.auth import SignedIn
from sandboxes.api.documents import Documented, body_of
from sandboxes.models import PreviewShare
from sandboxes.preview import grants
from sandboxes.preview.hosts import Place, beside
from sandboxes.preview.site import ENTER
from sandboxes.times import exact

PREVIEW = "/namespaces/{namespace}/pods/{name}/preview"
SHARES = f"{PREVIEW}/shares"


def add(api: Documented) -> None:
    """The routes."""

    @api.post(
        PREVIEW,
        operation_id="openPreview",
        response=shapes.OpenedPreview,
        by_alias=True,
        openapi_extra=body_of(shapes.OpenPreview),
    )
    def opened(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """An address for your browser at which a port of the pod shows; it asks for no other sign-in."""
        pod = pods.live_pod(request.auth, namespace, name, Verb.PORT_FORWARD)
        asked = bodies.shaped(request, shapes.OpenPreview)
        token = grants.issue(request, request.auth, pod, asked.port)
        return answer({"url": _url(request, Place(pod.uid, asked.port), token)})

    @api.get(SHARES, operation_id="listPreviewShares", response=shapes.PreviewShares, by_alias=True)
    def listed(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """The links that others were given."""
        pod = pods.live_pod(request.auth, namespace, name, Verb.PORT_FORWARD)
        return answer({"items": [_told(share) for share in grants.shares(pod)]})

    @api.post(
        SHARES,
        operation_id="sharePreview",
        response=shapes.PreviewShare,
        by_alias=True,
        openapi_extra=body_of(shapes.SharePreview),
    )
    def shared(request: SignedIn, namespace: str, name: str) -> HttpResponse:
        """A link that shows a port of the pod to whoever has it, without an account."""
        pod = pods.live_pod(request.auth, namespace, name, Verb.PORT_FORWARD)
        asked = bodies.shaped(request, shapes.SharePreview)
        share, secret = grants.share(request, request.auth, pod, asked.port, asked.hours)
        return answer(_told(share, _url(request, Place(pod.uid, asked.port), secret)))

    @api.delete(
        SHARES + "/{int:share}", operation_id="revokePreviewShare", response=shapes.PreviewShares, by_alias=True
    )
    def revoked(request: SignedIn, namespace: str, name: str, share: int) -> HttpResponse:
        """The link opens nothing any more; who has it open loses it within 2 s."""
        pod = pods.live_pod(request.auth, namespace, name, Verb.PORT_FORWARD)
        grants.revoke(pod, share)
        return answer({"items": [_told(each) for each in grants.shares(pod)]})


def _told(share: PreviewShare, url: str | None = None) -> dict[str, Any]:
    return {
        "id": share.pk,
        "port": share.port,
        "createdAt": exact(share.created_at),
        "expiresAt": exact(share.expires_at),
        "url": url,
    }


def _url(request: HttpRequest, place: Place, secret: str) -> str:
    host = beside(request.get_host(), place, settings.PREVIEW_DOMAIN)
    return f"{request.scheme}://{host}{ENTER}?token={secret}"
