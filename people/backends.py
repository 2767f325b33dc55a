"""What Django's own permissions, which its admin asks for, mean for a role of ours."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.models import AnonymousUser, User

from people.roles import role_of
from people.rules import Role

MAY_LOOK = ".view_"


def is_auditor(user: User | AnonymousUser) -> bool:
    return isinstance(user, User) and user.is_active and role_of(user) is Role.AUDITOR


class Auditors(BaseBackend):
    """An auditor may look at every row, and change none. Signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return MAY_LOOK in perm and is_auditor(user_obj)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        """Asked by the admin's index: whether an app is there at all."""
        return is_auditor(user_obj)
