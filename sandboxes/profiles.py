"""Which profile a new pod gets: its user's own, or one that it asks for and they may have."""

from __future__ import annotations

from django.contrib.auth.models import User

from people import roles
from people.rules import Role
from sandboxes import policy, spec
from sandboxes.errors import SpecRefused
from sandboxes.spec.causes import forbidden

# The annotation of a pod that wants less, or, where its owner may, more than others.
ASKED_PROFILE = "playground.dev/profile"


def profile_for(user: User, pod: spec.Pod) -> policy.Profile:
    """The profile that the pod asks for (`playground.dev/profile`), or the user's own. Raises SpecRefused for one that
    is not there, or that gives more than the user may have.
    """
    own = policy.profile_named(roles.profile_of(user))
    asked = pod.metadata.annotations.get(ASKED_PROFILE, own.name)
    mine = policy.on_offer(own, lab=roles.role_of(user) is Role.OPERATOR)
    if asked not in mine:
        told = forbidden(f"metadata.annotations[{ASKED_PROFILE}]", f"you may have {', '.join(mine)}")
        raise SpecRefused(pod.metadata.name, (told,))
    return policy.PROFILES[asked]
