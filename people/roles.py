"""What a user is, and what follows from it.

PURE but for the settings.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import User


def profile_of(user: User) -> str:
    """The name of the profile that this user's pods run under where they ask for none."""
    return "baseline" if user.is_staff else str(settings.PROFILE)
