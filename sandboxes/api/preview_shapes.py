"""What the paths of previews take and answer, for the OpenAPI document."""

from __future__ import annotations

from sandboxes.api.shapes import Answer


class OpenPreview(Answer):
    """Which TCP port of the pod."""

    port: int


class OpenedPreview(Answer):
    """An address that opens the preview once, within 60 seconds."""

    url: str


class SharePreview(Answer):
    """Which TCP port of the pod, and for how many hours (1 to 168), but no longer than the token that asks."""

    port: int
    hours: int


class PreviewShare(Answer):
    """A link that opens a preview until `expiresAt` (RFC 3339); `url` is told once, when it is made."""

    id: int
    port: int
    created_at: str
    expires_at: str
    url: str | None


class PreviewShares(Answer):
    """The links of a pod's previews that hold, oldest first."""

    items: list[PreviewShare]
