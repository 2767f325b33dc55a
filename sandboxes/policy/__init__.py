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
from sandboxes.policy.limits import Limits
from sandboxes.policy.names import hostname_of, hosts_text, resolver_text
from sandboxes.policy.profiles import (
    BASELINE,
    BRIDGE_OPTIONS,
    LAB,
    PAUSE_CPU_SHARES,
    PAUSE_MEMORY,
    PAUSE_PIDS,
    PAUSE_SHM,
    PAUSE_USER,
    PROFILES,
    READONLY_PATHS,
    RESTRICTED,
    Profile,
    Tmpfs,
    on_offer,
    profile_named,
    user_of,
)
from sandboxes.policy.refusals import forbidden_sysctl, refusals
from sandboxes.policy.rights import Rights

__all__ = [
    "BASELINE", "BRIDGE_OPTIONS", "LAB", "PAUSE_CPU_SHARES", "PAUSE_MEMORY", "PAUSE_PIDS",
    "PAUSE_SHM", "PAUSE_USER", "PRIVATE_IPC", "PROFILES", "READONLY_PATHS", "RESTRICTED", "Basis", "FileMount",
    "Limits", "Made", "MemberBody", "PauseBody", "Profile", "PublishedPort", "Rights", "Tmpfs", "VolumeUse",
    "forbidden_sysctl", "hostname_of", "hosts_text", "member_body", "on_offer", "pause_body", "profile_named",
    "published", "refusals", "resolver_text", "user_of", "uses_of", "without_pulls",
]  # fmt: skip
