"""What a create body may contain. Every body the engine gets is built here.

PURE. Profiles are ceilings; `refusals` says what is above them, `pause_body` and `member_body` make the rest.
"""

from __future__ import annotations

from sandboxes.policy.bodies import (
    PRIVATE_IPC,
    Basis,
    FileMount,
    Made,
    MemberBody,
    PauseBody,
    PublishedPort,
    VolumeUse,
    member_body,
    pause_body,
    published,
    uses_of,
    without_pulls,
)
from sandboxes.policy.disk import DiskUse, eviction
from sandboxes.policy.images import (
    ACCEPTED,
    FAILED,
    REFUSED,
    SCAN_AGAIN,
    id_to_run,
    is_image_id,
    is_scan_due,
    judged,
)
from sandboxes.policy.limits import Limits
from sandboxes.policy.names import hostname_of, hosts_text, resolver_text
from sandboxes.policy.profiles import (
    BASELINE,
    BRIDGE_OPTIONS,
    LAB,
    PAUSE_CPU_SHARES,
    PAUSE_MEMORY,
    PAUSE_PIDS,
    PAUSE_USER,
    PROFILES,
    READONLY_PATHS,
    RESTRICTED,
    TERMINALS,
    Profile,
    Tmpfs,
    on_offer,
    profile_named,
    user_of,
)
from sandboxes.policy.refusals import forbidden_sysctl, refusals
from sandboxes.policy.rights import Rights

__all__ = [
    "ACCEPTED", "BASELINE", "BRIDGE_OPTIONS", "FAILED", "LAB", "PAUSE_CPU_SHARES", "PAUSE_MEMORY", "PAUSE_PIDS",
    "PAUSE_USER", "PRIVATE_IPC", "PROFILES", "READONLY_PATHS", "REFUSED", "RESTRICTED", "SCAN_AGAIN", "TERMINALS",
    "Basis", "DiskUse", "FileMount", "Limits", "Made", "MemberBody", "PauseBody", "Profile", "PublishedPort", "Rights",
    "Tmpfs", "VolumeUse", "eviction", "forbidden_sysctl", "hostname_of", "hosts_text", "id_to_run", "is_image_id",
    "is_scan_due", "judged", "member_body", "on_offer", "pause_body", "profile_named", "published", "refusals",
    "resolver_text", "user_of", "uses_of", "without_pulls",
]  # fmt: skip
