"""`manage.py groups GROUP …`: what the rules make of somebody in these groups. Writes nothing."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from people.groups import mapping_of


class Command(BaseCommand):
    help = "Print the role and the teams that somebody in these groups of the identity provider would get."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("groups", nargs="*", metavar="GROUP", help="as the provider writes it")

    def handle(self, *args: Any, groups: list[str], **options: Any) -> None:
        told = mapping_of(groups)
        self.stdout.write(f"role: {told.role or 'none: a learner, unless one is assigned by hand'}")
        for team, role in sorted(told.teams.items()):
            self.stdout.write(f"team {team}: {role}")
        if not told.teams:
            self.stdout.write("teams: none")
