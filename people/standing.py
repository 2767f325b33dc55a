"""What a person is to the installation, for limits that differ: staff, guest or neither."""

from __future__ import annotations

from django.contrib.auth.models import User

GUESTS = "guests"


def is_guest(user: User) -> bool:
    """A member of the group `guests`, which admins fill; staff never is."""
    return not user.is_staff and user.groups.filter(name=GUESTS).exists()
