"""`manage.py watch`: this node's watch process. Run as root, one per node; ends within 5 s of a TERM."""

from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError


class Command(BaseCommand):
    help = "Run this node's watch: engine events, timers, pulls, live readers, logs and the node API."

    def handle(self, *args: Any, **options: Any) -> None:
        from django.conf import settings

        # Imported when run: `manage.py help` needs no engine.
        from sandboxes.node.watch import main

        if not settings.NODE_KEY:
            raise CommandError("there is no node key: run manage.py prepare")
        asyncio.run(main())
