"""What a pod may take of the node's disk, and which words evict one that takes more.

PURE. A member's limits.ephemeral-storage and the pod's are a kubelet's (pkg/kubelet/eviction/eviction_manager.go,
containerEphemeralStorageLimitEviction and podEphemeralStorageLimitEviction); the profile's ceiling is ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sandboxes.policy.profiles import Profile
from sandboxes.spec.models import Container, Pod
from sandboxes.spec.quantity import canonical, whole

STORAGE = "ephemeral-storage"


@dataclass(frozen=True)
class DiskUse:
    """Bytes, and files of whatever kind: inodes."""

    size: int = 0
    files: int = 0

    def __add__(self, other: DiskUse) -> DiskUse:
        return DiskUse(self.size + other.size, self.files + other.files)


def eviction(pod: Pod, profile: Profile, members: Mapping[str, DiskUse], volumes: DiskUse) -> str:
    """Why the pod is to be evicted; "" while it may stay. `members`: what each wrote outside of the pod's volumes."""
    total = sum(members.values(), volumes)
    limits = {member.name: limit for member in pod.spec.containers if (limit := _limit(member))}
    if limits and total.size > sum(limits.values()):
        return (
            f"Pod ephemeral local storage usage exceeds the total limit of containers {_told(sum(limits.values()))}. "
        )
    for member in pod.spec.containers:
        if member.name in limits and members.get(member.name, DiskUse()).size > limits[member.name]:
            return (
                f'Container {member.name} exceeded its local ephemeral storage limit "{_told(limits[member.name])}". '
            )
    most = profile.disk
    if most is not None and total.size > most.size:
        return f"The pod has more than the {_told(most.size)} on the node's disk that profile {profile.name} allows. "
    if most is not None and total.files > most.files:
        return f"The pod has more than the {most.files} files on the node's disk that profile {profile.name} allows. "
    return ""


def _limit(member: Container) -> int:
    return whole(member.resources.limits.get(STORAGE, 0)) if member.resources else 0


def _told(size: int) -> str:
    return canonical(f"{size // 1024}Ki") if size % 1024 == 0 else str(size)
