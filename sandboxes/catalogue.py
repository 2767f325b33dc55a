"""Which images a pod may run that pulls none: those that a node has, or is building, and that took no credentials."""

from __future__ import annotations

from collections.abc import Iterator

from django.contrib.auth.models import User

from people.roles import profile_of
from sandboxes import policy, spec
from sandboxes.errors import Cause
from sandboxes.models import Image
from sandboxes.pins import closed
from sandboxes.spec.causes import forbidden
from sandboxes.spec.images import parse

AT_HAND = ("ready", "building", "waiting")


def refusals(pod: spec.Pod, profile: str) -> tuple[Cause, ...]:
    """The members whose image no node has; () while no node has told of any, for then their node will say."""
    known = {_full(each) for each in Image.objects.filter(state__in=AT_HAND).values_list("reference", flat=True)}
    return tuple(_missing(pod, known - closed(), profile)) if known else ()


def offered(user: User) -> list[Image]:
    """What there is for the pods of this user, of every node."""
    rows = list(Image.objects.all())
    if policy.profile_named(profile_of(user)).pulls:
        return rows
    shut = closed()
    return [row for row in rows if _full(row.reference) not in shut]


def _missing(pod: spec.Pod, known: set[str], profile: str) -> Iterator[Cause]:
    told = f"profile {profile} pulls no images: choose one of the catalogue, or ask an operator for this one"
    listed = (
        ("containers", pod.spec.containers),
        ("initContainers", pod.spec.init_containers),
        ("ephemeralContainers", pod.spec.ephemeral_containers),
    )
    for key, members in listed:
        for i, member in enumerate(members):
            if _full(member.image) not in known:
                yield forbidden(f"spec.{key}[{i}].image", told)


def _full(reference: str) -> str:
    return str(parse(reference) or reference)
