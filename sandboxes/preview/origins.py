"""Which other sites' pages may make a browser speak to a preview: none, except links, and other ports of the same pod.

PURE. All previews are one site to a browser, so SameSite cookies do not keep one pod's page from another pod. Nor do
they from a frame around another pod's page, in which its owner clicks what that page's author wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from sandboxes.preview.hosts import Place, place_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def is_foreign(headers: Mapping[str, str], place: Place, domain: str, *, method: str) -> bool:
    """Whether a page of elsewhere is behind a request; `headers` by lower-case name.

    Origin is sent with all that can change something, and with every WebSocket (Fetch, RFC 6455 §4.1), `method`
    "WEBSOCKET"; Sec-Fetch-Site (Fetch Metadata) with all else, where the browser knows it.
    """
    site = headers.get("sec-fetch-site", "")
    if site in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    if origin is not None:
        return not _is_of_pod(origin, place, domain)
    is_whole_page = headers.get("sec-fetch-dest", "document") == "document"
    is_link = is_whole_page and headers.get("sec-fetch-mode") == "navigate" and method in SAFE_METHODS
    return bool(site) and not is_link and not _is_of_pod(headers.get("referer", ""), place, domain)


def _is_of_pod(origin: str, place: Place, domain: str) -> bool:
    try:
        host = urlsplit(origin).netloc
    except ValueError:
        return False
    found = place_of(host, domain)
    return found is not None and found.uid == place.uid
