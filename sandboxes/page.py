"""The site's one page: the built index.html, whatever the path; the router inside of it knows the rest."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from sandboxes import violations

INDEX = settings.BASE_DIR / "frontend" / "dist" / "index.html"
NOT_BUILT = "The site is not built. Run `./play up`, or `npm ci && npm run build` in frontend/.\n"


@require_safe
@ensure_csrf_cookie
def index(request: HttpRequest) -> HttpResponse:
    """Read at each request: a new build shows at once."""
    try:
        page = INDEX.read_bytes()
    except FileNotFoundError:
        return HttpResponse(NOT_BUILT, status=503, content_type="text/plain; charset=utf-8")
    response = HttpResponse(page)
    response.headers["Content-Security-Policy"] = policy(request.get_host())
    response.headers["Cache-Control"] = "no-cache"
    return response


def policy(host: str) -> str:
    """What the page may load and reach: this site alone. Styles in attributes are React's, and cannot run anything.

    The socket's address is written out: not every browser takes 'self' for ws: as well.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "style-src-attr 'unsafe-inline'",
            f"connect-src 'self' ws://{host} wss://{host}",
            "img-src 'self' data:",
            "font-src 'self'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            violations.DIRECTIVES,
        )
    )
