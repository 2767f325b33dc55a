"""As which user a shell may run in a member.

PURE. What a member may not be, nobody may be in it: runAsNonRoot holds for its shells as for itself.
"""

from __future__ import annotations

from sandboxes.policy.profiles import Profile
from sandboxes.spec.models import AnyContainer, Pod, PodSecurityContext, SecurityContext


def shell_refusal(pod: Pod, member: AnyContainer, user: str, profile: Profile) -> str:
    """Why not, "" where it may. `user` as `docker exec --user` has it, "" for the member's own."""
    if not user:
        return ""
    if profile.own_user:
        return f"in profile {profile.name} a shell runs as its member does: name no user"
    of_pod = pod.spec.security_context or PodSecurityContext()
    own = member.security_context or SecurityContext()
    non_root = own.run_as_non_root if own.run_as_non_root is not None else of_pod.run_as_non_root
    name = user.partition(":")[0]
    if non_root and not (name.isdecimal() and int(name) != 0):
        return f"{member.name} must not run as root (runAsNonRoot): name a number other than 0"
    if name.isdecimal() and int(name) > 2**31 - 1:
        return "a user's number is at most 2147483647"
    return ""
