"""Which images a pod waits for: pull policies, failed pulls and their back-off.

PURE. https://kubernetes.io/docs/concepts/containers/images/#image-pull-policy, with one difference: an image that no
registry knows (built on the node) is never pulled, whatever the policy says, for there is nothing to pull.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sandboxes import policy
from sandboxes.spec.images import parse as parse_image
from sandboxes.spec.models import AnyContainer
from sandboxes.world import Fact, Failure, ImageOnNode, Observed, Scan, Unfit, Wanted, WantedKind

# The kubelet shows ErrImagePull until its next sync, then ImagePullBackOff.
SHOWN_AS_ERROR = timedelta(seconds=3)

Images = Mapping[str, ImageOnNode]


def resolved(
    references: Iterable[str], here: Images, pins: Mapping[str, str]
) -> tuple[dict[str, ImageOnNode], dict[str, Unfit]]:
    """Reference → the image it is run from, and those that are pinned to one that the node does not have.

    `here` is what the node has, by reference and by pinned id; `pins` are ids by reference.
    """
    fit: dict[str, ImageOnNode] = {}
    unfit: dict[str, Unfit] = {}
    for name in references:
        pin, named = pins.get(name, ""), here.get(name)
        # A row may say anything: the name of another image, which is in `here` too, is no id.
        has_pinned = policy.is_image_id(pin) and pin in here
        found = policy.id_to_run(pinned=pin, named=named.id if named else "", has_pinned=has_pinned)
        if found:
            fit[name] = replace(here[pin], pinned=True) if pin else here[name]
        elif pin:
            unfit[name] = Unfit(pin, named.id if named else "", local=named is not None and named.local)
    return fit, unfit


def is_accepted(reference: str, observed: Observed) -> bool:
    """Nobody scans images, or the scan has accepted the one that this reference is run from."""
    if observed.scans is None or reference not in observed.images:
        return observed.scans is None
    scan = observed.scans.get(observed.images[reference].id)
    return scan is not None and scan.outcome == policy.ACCEPTED


def scans_wanted(members: Iterable[AnyContainer], observed: Observed, now: datetime) -> tuple[Wanted, ...]:
    """The scans to ask watch for: of each image that is to be run and has no verdict, once."""
    if observed.scans is None:
        return ()
    ids = dict.fromkeys(observed.images[m.image].id for m in members if m.image in observed.images)
    due = (each for each in ids if scan_is_due(observed.scans.get(each), now))
    return tuple(Wanted(kind=WantedKind.SCAN, member="", attempt=0, name=each) for each in due)


def scan_is_due(scan: Scan | None, now: datetime) -> bool:
    """The image was never scanned, or the last scan came to no verdict and that is a while ago."""
    return scan is None or policy.is_scan_due(scan.outcome, scan.at, now)


def ready_for_member(member: AnyContainer, images: Images, facts: tuple[Fact, ...], used: Mapping[str, int]) -> bool:
    """The member's next attempt can be created from what the node has.

    Always wants a pull for each start: one after that of the attempt before, whose number `used` has by member. One
    that is pinned is exactly what it must be already.
    """
    image = images.get(member.image)
    if image is None or image.local or image.pinned or member.image_pull_policy != "Always":
        return image is not None
    return newest_pull(member.image, facts) > used.get(member.name, -1)


def newest_pull(reference: str, facts: tuple[Fact, ...]) -> int:
    """The number of the last pull that brought the image, -1 when none did."""
    return max((fact.attempt for fact in _pulls_of(reference, facts) if fact.outcome == "succeeded"), default=-1)


def missing(
    members: Iterable[AnyContainer], images: Images, facts: tuple[Fact, ...], used: Mapping[str, int]
) -> tuple[str, ...]:
    """The references that these members wait for and a pull would help, each once."""
    waiting = (m.image for m in members if pullable(m) and not ready_for_member(m, images, facts, used))
    return tuple(dict.fromkeys(waiting))


def wanted(
    references: Iterable[str], facts: tuple[Fact, ...], failures: Mapping[str, Failure], now: datetime
) -> tuple[Wanted, ...]:
    """The pulls to ask watch for: each at the number of its next try, none while backing off."""
    return tuple(
        Wanted(kind=WantedKind.PULL, member="", attempt=_tries(reference, facts), name=reference)
        for reference in references
        if (failure := failures.get(f"image/{reference}")) is None or failure.retry_at <= now
    )


def pullable(member: AnyContainer) -> bool:
    """Its policy allows a pull, its reference can be read, and a registry may know it."""
    readable = parse_image(member.image) is not None
    return member.image_pull_policy != "Never" and readable and not built_here(member.image)


def built_here(reference: str) -> bool:
    """It is one of ours (`playground/…`), which `scripts/images` builds: on a registry that name is somebody else's."""
    found = parse_image(reference)
    return found is not None and found.domain == "docker.io" and found.path.startswith("playground/")


def being_built(reference: str, facts: tuple[Fact, ...]) -> bool:
    """It is on its way without a pull: its build on the node has begun, or waits for its turn."""
    return any(fact.outcome == "building" for fact in _pulls_of(reference, facts))


def failed_pulls(
    failures: Mapping[str, Failure], facts: tuple[Fact, ...], after: Callable[[int], timedelta]
) -> dict[str, Failure]:
    """The failures with every image's newest pull in it, if that one failed."""
    known = {key: failure for key, failure in failures.items() if not key.startswith("image/")}
    for reference in {fact.name for fact in facts if fact.kind is WantedKind.PULL}:
        newest = max(_pulls_of(reference, facts), key=lambda fact: fact.attempt)
        if newest.outcome == "failed":
            count = newest.attempt + 1
            known[f"image/{reference}"] = Failure(
                reason="ErrImagePull",
                message=newest.message,
                count=count,
                at=newest.at,
                retry_at=newest.at + after(count),
            )
    return known


def _tries(reference: str, facts: tuple[Fact, ...]) -> int:
    """The number of the try that is to be asked for: the next one, or the one that is under way."""
    numbers = (fact.attempt + 1 if fact.ended else fact.attempt for fact in _pulls_of(reference, facts))
    return max(numbers, default=0)


def _pulls_of(reference: str, facts: tuple[Fact, ...]) -> Iterator[Fact]:
    # A probe's fact has a name as well, and an image may be called like one.
    return (fact for fact in facts if fact.kind is WantedKind.PULL and fact.name == reference)
