"""`manage.py provider`: what a sign-in with the identity provider would find there. Signs nobody in."""

from __future__ import annotations

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from people import provider


class Command(BaseCommand):
    help = "Test the configured identity provider, and print what is found. Fails where something is to be done."

    def handle(self, *args: Any, **options: Any) -> None:
        found = asyncio.run(provider.tested())
        for each in found:
            self.stdout.write(f"{'ok' if each.is_good else 'TO DO'}: {each.said}")
        bad = sum(not each.is_good for each in found)
        if bad:
            raise CommandError(f"{bad} of {len(found)} {'is' if bad == 1 else 'are'} not as it is to be")
