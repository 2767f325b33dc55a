"""Django's admin without a door of its own: who is not signed in goes to the site's page, where passwords are counted
and links are taken.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite, ModelAdmin
from django.contrib.auth.models import User
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from people import second_factor, sign_in
from people.backends import is_auditor

SIGN_IN = "/sign-in"
FOUND = 302
if TYPE_CHECKING:
    AnyAdmin = ModelAdmin[Model]
else:  # Django's own class takes no parameter
    AnyAdmin = ModelAdmin


class Rows(AnyAdmin):
    """Rows are chosen by what the list offers and nothing else: any field that may be asked for in an address tells, a
    character at a time, what the page does not show.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        offered = {name for name in self.list_filter if isinstance(name, str)}
        return lookup.split("__")[0] in offered and super().lookup_allowed(lookup, value, request)


class Site(AdminSite):
    """The admin site. Its `login` reads no password, whatever the method."""

    site_header = "Pod playground administration"
    site_title = "Pod playground"
    index_title = "Administration"

    def has_permission(self, request: HttpRequest) -> bool:
        """Staff, as Django has it, with the second factor that may be asked of them; and auditors, who may look
        (`people.backends`).
        """
        if super().has_permission(request):
            return isinstance(request.user, User) and not second_factor.is_missing(request.user)
        return is_auditor(request.user)

    def password_change(  # type: ignore[override]  # Django redirects too
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As Django has it; a wrong old password counts as one at the sign-in does."""
        if request.method != "POST" or not isinstance(request.user, User):
            return super().password_change(request, extra_context)
        try:
            failure = sign_in.count(request.user.username, sign_in.address_of(request))
        except sign_in.TooManyFailures as exc:
            return HttpResponse(str(exc), status=429, content_type="text/plain")
        response = super().password_change(request, extra_context)
        if response.status_code == FOUND:
            failure.delete()
        return response

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Where to go: to the page that was wanted for staff, to the site's sign-in with `?next=` for all others."""
        wanted = request.GET.get("next", "")
        if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
            wanted = reverse("admin:index", current_app=self.name)
        if self.has_permission(request):
            return HttpResponseRedirect(wanted)
        return HttpResponseRedirect(f"{SIGN_IN}?{urlencode({'next': wanted})}")
