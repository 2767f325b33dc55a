"""A guest is no team's admin any more: a team that had no other one gets who is longest in it and has an account."""

from __future__ import annotations

from typing import Any

from django.db import migrations


def take_from_guests(apps: Any, schema_editor: Any) -> None:
    """A team of guests alone has no admin then; operators give it one."""
    memberships = apps.get_model("people", "Membership").objects
    theirs = memberships.filter(role="admin", user__guest__isnull=False)
    teams = set(theirs.values_list("team", flat=True))
    theirs.update(role="member")
    for team in teams:
        there = memberships.filter(team=team)
        heir = there.filter(user__guest=None, user__is_active=True).order_by("pk").first()
        if heir is not None and not there.filter(role="admin").exists():
            memberships.filter(pk=heir.pk).update(role="admin")


class Migration(migrations.Migration):
    dependencies = [("people", "0005_guest_list")]

    operations = [migrations.RunPython(take_from_guests, migrations.RunPython.noop)]
