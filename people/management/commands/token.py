"""`manage.py token USER`: a new bearer token, printed once."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError, CommandParser

from people import tokens
from people.accounts import named


class Command(BaseCommand):
    help = "Print a new bearer token of a user. It is shown only now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("user", help="the user's name")
        parser.add_argument(
            "--create", action="store_true", help="make the user when there is none, without a password"
        )
        parser.add_argument("--name", default="manage.py", help="what the token is for (shown in the admin)")

    def handle(self, *args: Any, user: str, create: bool, name: str, **options: Any) -> None:
        if len(name) > 100:
            raise CommandError("--name must be at most 100 characters")
        found: User = named(user, create=create)
        self.stdout.write(tokens.issue(found, name=name))
