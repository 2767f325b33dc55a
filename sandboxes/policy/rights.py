"""What a member may do: user, groups, capabilities, root file system.

PURE. pkg/kubelet/kuberuntime/security_context.go; the member's own context wins over the pod's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandboxes.errors import ConfigError
from sandboxes.policy.profiles import Profile
from sandboxes.spec.models import AnyContainer, Capabilities, Pod, PodSecurityContext, SecurityContext


@dataclass(frozen=True)
class Rights:
    """`user` is "uid:gid", or "" for the image's own; `groups` are numbers."""

    user: str
    groups: tuple[int, ...]
    capabilities: tuple[str, ...]
    no_new_privileges: bool
    read_only_root: bool


def rights_of(pod: Pod, member: AnyContainer, profile: Profile, *, image_user: str, full_name: str) -> Rights:
    """`image_user` is the image's USER, `full_name` how the kubelet names the pod.

    Raises ConfigError when it would run as root and must not.
    """
    of_pod = pod.spec.security_context or PodSecurityContext()
    own = member.security_context or SecurityContext()
    uid = own.run_as_user if own.run_as_user is not None else of_pod.run_as_user
    gid = own.run_as_group if own.run_as_group is not None else of_pod.run_as_group
    must_not_be_root = own.run_as_non_root if own.run_as_non_root is not None else of_pod.run_as_non_root
    if must_not_be_root:
        _check_user(f'(pod: "{full_name}", container: {member.name})', uid, image_user)
    groups = (*of_pod.supplemental_groups, *([of_pod.fs_group] if of_pod.fs_group is not None else []))
    return Rights(
        user=_user(uid, gid, image_user),
        groups=tuple(dict.fromkeys(groups)),
        capabilities=_capabilities(own.capabilities or Capabilities(), profile),
        no_new_privileges=own.allow_privilege_escalation is False,
        read_only_root=bool(own.read_only_root_filesystem),
    )


def _user(uid: int | None, gid: int | None, image_user: str) -> str:
    """A kubelet gives a number alone the group 0, whatever group the image names beside it (recorded: user1000)."""
    name = str(uid) if uid is not None else image_user.partition(":")[0]
    if not name:
        return f"0:{gid}" if gid is not None else ""
    if gid is None and not name.isdecimal():
        return name
    return f"{name}:{gid or 0}"


def _check_user(which: str, uid: int | None, image_user: str) -> None:
    """pkg/kubelet/kuberuntime/security_context_others.go (verifyRunAsNonRoot)."""
    name = image_user.partition(":")[0]
    if uid == 0:
        raise ConfigError(f"container's runAsUser breaks non-root policy {which}")
    if uid is not None:
        return
    if name and not name.isdecimal():
        told = f"container has runAsNonRoot and image has non-numeric user ({name}), cannot verify user is non-root"
        raise ConfigError(f"{told} {which}")
    if not name or int(name) == 0:
        raise ConfigError(f"container has runAsNonRoot and image will run as root {which}")


def _capabilities(asked: Capabilities, profile: Profile) -> tuple[str, ...]:
    """Docker's rule: dropped first, then added; ALL is all that the profile gives."""
    drop, add = {capability(name) for name in asked.drop}, [capability(name) for name in asked.add]
    kept = [] if "ALL" in drop else [name for name in profile.capabilities if name not in drop]
    added = [*profile.capabilities, *profile.may_add] if "ALL" in add else add
    return tuple(sorted(dict.fromkeys((*kept, *added))))


def capability(name: str) -> str:
    """As Docker lists it: without CAP_."""
    return name.upper().removeprefix("CAP_")
