"""The pod playground's app."""

from __future__ import annotations

from django.apps import AppConfig


class SandboxesConfig(AppConfig):
    name = "sandboxes"

    def ready(self) -> None:
        from playground import celery  # noqa: F401 - the app that sends our tasks, in web and watch too
        from sandboxes import checks, revocation  # noqa: F401 - registers the system checks, hears of sign-outs
