"""Which images a pod may run that pulls none: those that a node has, or is building."""

from __future__ import annotations

from collections.abc import Iterator

from sandboxes import spec
from sandboxes.errors import Cause
from sandboxes.models import Image
from sandboxes.spec.causes import forbidden
from sandboxes.spec.images import parse

AT_HAND = ("ready", "building", "waiting")


def refusals(pod: spec.Pod, profile: str) -> tuple[Cause, ...]:
    """The members whose image no node has; () while no node has told of any, for then their node will say."""
    known = {_full(each) for each in Image.objects.filter(state__in=AT_HAND).values_list("reference", flat=True)}
    return tuple(_missing(pod, known, profile)) if known else ()


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
