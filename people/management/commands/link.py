"""`manage.py link USER`: a one-time sign-in link, printed as the path below the site's address."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from people import links
from people.accounts import named


class Command(BaseCommand):
    help = "Print the path of a link that signs a user in, once, within 15 minutes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the user's name")
        parser.add_argument(
            "--create-admin", action="store_true", help="make the user, as an admin, when there is none"
        )

    def handle(self, *args: Any, user: str, create_admin: bool, **options: Any) -> None:
        found = named(user, create=create_admin, admin=True)
        # Behind '#': a fragment is sent to no server and stands in no log.
        self.stdout.write(f"/sign-in#{links.issue(found)}")
