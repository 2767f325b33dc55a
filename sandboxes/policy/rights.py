"""What a member may do: user, groups, capabilities, root file system.

PURE. pkg/kubelet/kuberuntime/security_context.go; the member's own context wins over the pod's.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandboxes.errors import ConfigError
from sandboxes.policy.profiles import Profile, user_of
from sandboxes.spec.models import AnyContainer, Capabilities, Pod, PodSecurityContext, SecurityContext


@dataclass(frozen=True)
class Rights:
    """`user` is "uid:gid", or "" for the image's own; `groups` are numbers."""

    user: str
    groups: tuple[int, ...]
    capabilities: tuple[str, ...]
    no_new_privileges: bool
    read_only_root: bool


@dataclass(frozen=True)
class Runner:
    """Who is to run: the image's USER, how the kubelet names the pod, and the pod's number on this service."""

    image_user: str = ""
    full_name: str = ""
    number: int = 0


def rights_of(pod: Pod, member: AnyContainer, profile: Profile, runner: Runner) -> Rights:
    """What the member's context asks for, within the profile. Raises ConfigError for a root that must not be."""
    of_pod = pod.spec.security_context or PodSecurityContext()
    own = member.security_context or SecurityContext()
    return Rights(
        user=_user_of(of_pod, own, profile, runner, member.name),
        groups=_groups(of_pod, profile),
        capabilities=_capabilities(own.capabilities or Capabilities(), profile),
        no_new_privileges=profile.own_user or own.allow_privilege_escalation is False,
        read_only_root=profile.tmpfs is not None or bool(own.read_only_root_filesystem),
    )


def _groups(of_pod: PodSecurityContext, profile: Profile) -> tuple[int, ...]:
    """Besides its own; a user of the pod's own is in no other."""
    if profile.own_user:
        return ()
    groups = (*of_pod.supplemental_groups, *([of_pod.fs_group] if of_pod.fs_group is not None else []))
    return tuple(dict.fromkeys(groups))


def _user_of(of_pod: PodSecurityContext, own: SecurityContext, profile: Profile, runner: Runner, member: str) -> str:
    if profile.own_user:
        number = user_of(runner.number)
        return f"{number}:{number}"
    uid = own.run_as_user if own.run_as_user is not None else of_pod.run_as_user
    gid = own.run_as_group if own.run_as_group is not None else of_pod.run_as_group
    must_not_be_root = own.run_as_non_root if own.run_as_non_root is not None else of_pod.run_as_non_root
    if must_not_be_root:
        _check_user(f'(pod: "{runner.full_name}", container: {member})', uid, runner.image_user)
    return _user(uid, gid, runner.image_user)


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
