"""Where browsers send what the site's Content-Security-Policy kept from happening: a line of the log, and no row."""

from __future__ import annotations

import logging
from dataclasses import asdict

import structlog
from django.http import HttpRequest, HttpResponse

from people import trail
from people.sign_in import address_of, subscriber
from sandboxes import throttle, violations
from sandboxes.api.answers import TooLarge, UnsupportedMedia
from sandboxes.api.documents import Documented

log = logging.getLogger(__name__)
KINDS = (violations.OF_REPORT_URI, violations.OF_REPORT_TO)
A_REPORT = {"requestBody": {"content": {kind: {"schema": {}} for kind in KINDS}, "required": True}}
NO_CONTENT = 204


def add(api: Documented) -> None:
    """The route."""

    @api.post("/csp-reports", auth=None, response={NO_CONTENT: None}, operation_id="reportViolation",
              openapi_extra=A_REPORT)  # fmt: skip
    def report(request: HttpRequest) -> HttpResponse:
        """What a browser kept from happening on a page of this site, as the page's policy asks it to tell."""
        trail.leave_out(request)
        throttle.take(throttle.reports(), f"address-{subscriber(address_of(request))}")
        if request.content_type not in KINDS:
            raise UnsupportedMedia
        if len(request.body) > violations.LARGEST:
            raise TooLarge(f"Request entity too large: limit is {violations.LARGEST}")
        found = violations.read(request.body, request.content_type)
        with structlog.contextvars.bound_contextvars(**asdict(found)):
            log.warning("content security policy violated")
        return HttpResponse(status=NO_CONTENT)
