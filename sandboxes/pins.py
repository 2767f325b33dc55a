"""Which image a name means, where an operator has said it; for whom it is; and what scans have said of images."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction

from people import trail
from people.roles import role_of
from people.rules import Relation, Verb, may
from sandboxes.errors import Malformed, NotAllowed
from sandboxes.models import ImagePin, ImageScan, SignedInPull
from sandboxes.policy import is_image_id
from sandboxes.spec.images import parse
from sandboxes.world import Scan

NO_ID = "The id of an image is sha256: and 64 digits of 0-9a-f, as docker images --no-trunc has it."
DONE = 200  # as the trail has it of requests


@dataclass(frozen=True)
class By:
    """Who pins, and from which address."""

    user: User
    address: str = ""


def may_pin(user: object) -> bool:
    """What is nobody's is managed by who may manage what strangers have: operators."""
    return isinstance(user, User) and user.is_active and may(role_of(user), Verb.MANAGE, Relation.STRANGER)


def pin(by: By, reference: str, image_id: str) -> ImagePin:
    """The name means this image from now on, on every node; who runs is left alone. Raises Malformed, NotAllowed."""
    name = full_name(reference)
    if not is_image_id(image_id):
        raise Malformed(NO_ID)
    with transaction.atomic():
        _note(by, "PIN image", f"{name} {image_id}")
        row, _ = ImagePin.objects.update_or_create(reference=name, defaults={"image_id": image_id})
    return row


def unpin(by: By, row: ImagePin) -> None:
    """The name means what each node has for it. Raises NotAllowed."""
    with transaction.atomic():
        _note(by, "UNPIN image", f"{row.reference} {row.image_id}")
        row.delete()


def full_name(reference: str) -> str:
    """name:tag in full. Raises Malformed for what is none."""
    found = parse(reference)
    if found is None or found.digest:
        raise Malformed("This is no image by name and tag, as nginx:1.27 is. One with a digest is exact already.")
    return str(found)


def _note(by: By, act: str, path: str) -> None:
    if not may_pin(by.user):
        raise NotAllowed("pinning images is for operators")
    role = role_of(by.user).value
    trail.append(trail.Deed(act=act, path=path, actor=by.user.username, role=role, address=by.address, code=DONE))


def pins_of(references: Iterable[str]) -> dict[str, str]:
    """Reference as it was given → the id it is pinned to; those that are not pinned are not in it."""
    full = {reference: str(found) for reference in references if (found := parse(reference)) is not None}
    rows = dict(ImagePin.objects.filter(reference__in=set(full.values())).values_list("reference", "image_id"))
    return {reference: rows[name] for reference, name in full.items() if name in rows}


def note_pull(reference: str, *, signed_in: bool) -> None:
    """A pull came to its end: with somebody's credentials, or with none, as anybody could have done it."""
    name = str(parse(reference) or reference)
    if signed_in:
        SignedInPull.objects.get_or_create(reference=name)
    else:
        SignedInPull.objects.filter(reference=name).delete()


def closed() -> frozenset[str]:
    """The images, by their full names, that are not for whom pulls nothing: they took credentials, and no operator has
    pinned them.
    """
    pinned = ImagePin.objects.values("reference")
    return frozenset(SignedInPull.objects.exclude(reference__in=pinned).values_list("reference", flat=True))


def scans_of(image_ids: Iterable[str]) -> dict[str, Scan]:
    """Image id → what its scan came to, for those that have been scanned."""
    rows = ImageScan.objects.filter(image_id__in=tuple(image_ids))
    return {row.image_id: Scan(row.outcome, row.message, row.at) for row in rows}


def keep_scan(image_id: str, outcome: str, message: str, now: datetime) -> None:
    """What the scan came to, in place of what it came to before."""
    told = {"outcome": outcome, "message": message, "at": now}
    ImageScan.objects.update_or_create(image_id=image_id, defaults=told)
