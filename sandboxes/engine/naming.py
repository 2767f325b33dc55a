"""Names and labels of the engine's objects, and their inverse.

Names are made from identity alone, so that the engine itself refuses a second creation (409) and every call can be
repeated. Changing anything here orphans every container that runs: the inverse has its own tests.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

PREFIX = "pg"
POD = "POD"  # stands where a member's name would: member names are DNS labels, so it can never clash
LABEL = "playground/"


@dataclass(frozen=True)
class Identity:
    """Which container this is: of which install and pod, pause (member == "") or a member, and which attempt.

    `pause_attempt` tells which pause the container belongs to; for a pause it equals `attempt`.
    """

    install: str
    uid: uuid.UUID
    pod: str
    member: str
    attempt: int
    pause_attempt: int

    @property
    def is_pause(self) -> bool:
        return self.member == ""


def container_name(identity: Identity) -> str:
    """`pg_<install>_<member|POD>_<pod>_<uid>_<attempt>`; no part but the prefix's joints holds an underscore."""
    return "_".join(
        [PREFIX, identity.install, identity.member or POD, identity.pod, str(identity.uid), str(identity.attempt)]
    )


def labels(identity: Identity, spec_hash: str, image: str = "") -> dict[str, str]:
    """The labels every container of a pod carries; `playground/` is refused in what users may set.

    `image` is the reference that a member's image was asked for by.
    """
    return {
        f"{LABEL}install": identity.install,
        f"{LABEL}uid": str(identity.uid),
        f"{LABEL}pod": identity.pod,
        f"{LABEL}role": "pause" if identity.is_pause else "member",
        f"{LABEL}member": identity.member,
        f"{LABEL}attempt": str(identity.attempt),
        f"{LABEL}pause-attempt": str(identity.pause_attempt),
        f"{LABEL}spec-hash": spec_hash,
        f"{LABEL}image": image,
    }


def network_name(install: str) -> str:
    """The engine's network of an install; every pause is on it."""
    return f"{PREFIX}_{install}"


def bridge_name(install: str) -> str:
    """The bridge's interface on the node; at most 15 characters (IFNAMSIZ), as an install has at most 10."""
    return f"{PREFIX}-{install}"


def table_name(install: str) -> str:
    """The nftables table of an install, in family inet."""
    return f"playground_{install}"


def canary_uids(install: str) -> tuple[uuid.UUID, uuid.UUID]:
    """The uids of the two pauses that prove the network (node/canary.py): they have no row and are no orphans."""
    first, second = (uuid.uuid5(uuid.NAMESPACE_URL, f"playground:{install}:canary-{letter}") for letter in "ab")
    return first, second


def identity_of(found: Mapping[str, str]) -> Identity | None:
    """The inverse of `labels`; None when the container is not one of a pod's."""
    try:
        return Identity(
            install=found[f"{LABEL}install"],
            uid=uuid.UUID(found[f"{LABEL}uid"]),
            pod=found[f"{LABEL}pod"],
            member=found[f"{LABEL}member"],
            attempt=int(found[f"{LABEL}attempt"]),
            pause_attempt=int(found[f"{LABEL}pause-attempt"]),
        )
    except (KeyError, ValueError):
        return None
