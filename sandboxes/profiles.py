"""Which profile a new pod gets: its user's own, or one that it asks for and they may have; and who may change it."""

from __future__ import annotations

from django.contrib.auth.models import User

from people import roles
from people.rules import Role
from sandboxes import policy, spec
from sandboxes.errors import NotAllowed, SpecRefused
from sandboxes.models import Pod
from sandboxes.spec.causes import forbidden

# The annotation of a pod that wants less, or, where its owner may, more than others.
ASKED_PROFILE = "playground.dev/profile"


def require_change(user: User, pod: Pod) -> None:
    """Whoever changes what a pod runs could have made it. Raises NotAllowed for a profile they may not have."""
    if pod.profile not in _on_offer(user):
        told = (
            f'pods "{pod.name}" is forbidden: its profile is {pod.profile}, you may have {", ".join(_on_offer(user))}'
        )
        raise NotAllowed(told, kind="pods", name=pod.name)


def profile_for(user: User, pod: spec.Pod) -> policy.Profile:
    """The profile that the pod asks for (`playground.dev/profile`), or the user's own. Raises SpecRefused for one that
    is not there, or that gives more than the user may have.
    """
    asked = pod.metadata.annotations.get(ASKED_PROFILE, _own(user).name)
    mine = _on_offer(user)
    if asked not in mine:
        told = forbidden(f"metadata.annotations[{ASKED_PROFILE}]", f"you may have {', '.join(mine)}")
        raise SpecRefused(pod.metadata.name, (told,))
    return policy.PROFILES[asked]


def _own(user: User) -> policy.Profile:
    return policy.profile_named(roles.profile_of(user))


def _on_offer(user: User) -> tuple[str, ...]:
    return policy.on_offer(_own(user), lab=roles.role_of(user) is Role.OPERATOR)
