"""`manage.py audit`: every live container of this node against its profile, now, and the scores of both benchmarks."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from sandboxes.engine.audit import score
from sandboxes.engine.connect import connect
from sandboxes.node.audit import Audit


class Command(BaseCommand):
    help = "Judges every live container of this node against its profile; leaves with 1 where one is above it."

    def handle(self, *args: Any, **options: Any) -> None:
        audit = Audit(connect, settings.STATE_DIR / "pods", pause_image=settings.PAUSE_IMAGE, host_ip=settings.HOST_IP)
        found = audit.seen(connect().inspections())
        violations = audit.judge(found)
        self.stdout.write(f"{len(found)} containers")
        for each in violations:
            self.stdout.write(f"{each.identity.pod}/{each.identity.member or 'pause'}: {', '.join(each.checks)}")
        self._score("CIS Docker Benchmark 1.6, section 5", score(found, attrgetter("cis")))
        self._score("Pod Security Standards, Restricted", score(found, attrgetter("pss")))
        if violations:
            raise CommandError(f"{len(violations)} containers are above their profile")

    def _score(self, name: str, items: dict[str, bool]) -> None:
        broken = [item for item, holds in items.items() if not holds]
        told = f"; not: {', '.join(broken)}" if broken else ""
        self.stdout.write(f"{name}: {len(items) - len(broken)} of {len(items)} that a container shows{told}")
