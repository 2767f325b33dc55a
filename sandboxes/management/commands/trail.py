"""`manage.py trail`: whether the audit trail is whole; leaves with 1 where an entry was changed or is missing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from people import trail
from people.models import TrailEntry


class Command(BaseCommand):
    help = "Says whether an entry of the audit trail was changed, or is missing."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = list(trail.broken())
        for told in broken:
            self.stdout.write(told)
        self.stdout.write(f"{TrailEntry.objects.count()} entries")
        if broken:
            raise CommandError("the trail is broken")
