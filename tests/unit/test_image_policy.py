"""Which images may be run: what a name is pinned to, and what a scan says. Values in, value out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sandboxes import images, policy
from sandboxes.image_waits import why
from sandboxes.plan import Look, plan
from sandboxes.policy import ACCEPTED, FAILED, REFUSED
from sandboxes.status import Place, status
from sandboxes.world import ImageOnNode, RunState, Scan, Unfit, Wanted, WantedKind

from .worlds import IMAGES, NOW, PREPARED, look, member, pause, pod, pulled

A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"

RUN_FROM = {
    "a name that is not pinned means what the node has": (("", A, False), A),
    "and nothing where the node has nothing": (("", "", False), ""),
    "a pinned name means the pinned image": ((A, A, True), A),
    "also where the node calls another image so": ((A, B, True), A),
    "also where the node calls none so": ((A, "", True), A),
    "a pinned name never means another image": ((A, B, False), ""),
    "not even where the node has none at all": ((A, "", False), ""),
}


@pytest.mark.parametrize(("given", "found"), RUN_FROM.values(), ids=RUN_FROM)
def test_what_a_name_is_run_from(given: tuple[str, str, bool], found: str) -> None:
    pinned, named, has_pinned = given
    assert policy.id_to_run(pinned=pinned, named=named, has_pinned=has_pinned) == found


@pytest.mark.parametrize("text", ["", "a" * 64, "sha256:abc", f"{A}\n", A.upper(), f"nginx@{A}", f"sha512:{'a' * 64}"])
def test_a_pin_is_the_whole_of_an_id(text: str) -> None:
    assert policy.is_image_id(A)
    assert not policy.is_image_id(text)


JUDGED = {
    "exit 0 accepts": ((0, b"looked\nfine\n"), (ACCEPTED, "fine")),
    "any other refuses with the last line": ((3, b"looked\nCVE-1 critical\n\n"), (REFUSED, "CVE-1 critical")),
    "a silent refusal tells the code": ((3, b""), (REFUSED, "the scan exited with 3")),
    "one that was killed said nothing of the image": ((-9, b"looking\n"), (FAILED, "looking")),
    "nor did one that says so itself": ((75, b"no list of flaws\n"), (FAILED, "no list of flaws")),
    "nor did one that did not end": ((None, b""), (FAILED, "the scan did not come to an end")),
    "what does not print is left out": ((1, b"\x1b[31mbad\x00\xff"), (REFUSED, "[31mbad \ufffd")),
    "a long line is cut": ((1, b"x" * 1000), (REFUSED, "x" * 300)),
}


@pytest.mark.parametrize(("given", "found"), JUDGED.values(), ids=JUDGED)
def test_what_a_scan_came_to(given: tuple[int | None, bytes], found: tuple[str, str]) -> None:
    assert policy.judged(*given) == found


@pytest.mark.parametrize(
    ("outcome", "ago", "due"),
    [(ACCEPTED, 9999, False), (REFUSED, 9999, False), (FAILED, 59, False), (FAILED, 60, True)],
)
def test_a_verdict_stands_and_no_verdict_is_tried_again_after_a_minute(outcome: str, ago: int, due: bool) -> None:
    assert policy.is_scan_due(outcome, NOW - timedelta(seconds=ago), NOW) is due


def test_a_pinned_image_is_never_pulled_anew_and_one_that_is_missing_is_no_image_of_the_node() -> None:
    here = {"nginx:1": ImageOnNode(B), A: ImageOnNode(A), "toolbox:1": ImageOnNode(B, local=True)}
    fit, unfit = images.resolved(("nginx:1", "toolbox:1", "gone:1"), here, {"nginx:1": A, "toolbox:1": f"{A[:-1]}0"})
    assert fit == {"nginx:1": ImageOnNode(A, pinned=True)}
    assert unfit == {"toolbox:1": Unfit(f"{A[:-1]}0", B, local=True)}
    always = pod(policy="Always").spec.containers[0]
    assert images.ready_for_member(always, fit, (), {})
    assert not images.ready_for_member(always, {"nginx:1": ImageOnNode(A)}, (), {})


def pinned(policy: str = "IfNotPresent", *, found: str = B, local: bool = False, **more: object) -> Look:
    """nginx:1 is pinned to A, which the node has not."""
    seen = look(pause(), of=pod(policy=policy), images={n: i for n, i in IMAGES.items() if n != "nginx:1"}, **more)  # type: ignore[arg-type]
    return replace(seen, observed=replace(seen.observed, unfit={"nginx:1": Unfit(A, found, local=local)}))


def first(seen: Look) -> tuple[str, str] | None:
    return why(seen, seen.members[0])


IS_PINNED = f'Container image "nginx:1" is pinned to {A}, which is not present: '
NEVER = {
    "another image, and no pull": (
        pinned("Never"),
        f"{IS_PINNED}this node has {B} for that name with pull policy of Never",
    ),
    "no image, and no pull": (
        pinned("Never", found=""),
        f"{IS_PINNED}this node has no such image with pull policy of Never",
    ),
    "another build of ours, which nobody can pull": (
        pinned(local=True),
        f"{IS_PINNED}this node has {B} for that name",
    ),
}


@pytest.mark.parametrize(("seen", "told"), NEVER.values(), ids=NEVER)
def test_a_pinned_image_that_no_pull_brings_is_waited_for_and_both_ids_are_told(seen: Look, told: str) -> None:
    assert first(seen) == ("ErrImageNeverPull", told)
    assert [want for want in plan(seen).wanted if want.kind is WantedKind.PULL] == []
    assert created(seen) == ["box"]


def test_a_pinned_image_that_a_registry_may_have_is_pulled_though_the_node_has_another() -> None:
    seen = pinned()
    assert plan(seen).wanted == (Wanted(kind=WantedKind.PULL, member="", attempt=0, name="nginx:1"),)
    assert created(seen) == ["box"]
    refused = pinned(facts=(pulled("nginx:1", ago=0),))
    refused = replace(refused, memory=plan(refused).memory)
    assert first(refused) == ("ErrImagePull", "no such host")


def created(seen: Look) -> list[str]:
    """The members that the plan makes."""
    actions = [action for stage in plan(seen).stages for action in stage if type(action).__name__ == "CreateMember"]
    return [getattr(action, "member", "") for action in actions]


def scanned(web: str | None, *, ago: float = 0, box: str = ACCEPTED) -> Look:
    """What the scans of nginx:1 and toolbox:1 came to."""
    told = {IMAGES["toolbox:1"].id: Scan(box, "", NOW)}
    if web is not None:
        told[IMAGES["nginx:1"].id] = Scan(web, "CVE-1 critical", NOW - timedelta(seconds=ago))
    seen = look(pause(), memory=PREPARED.model_copy(update={"attempts": {"": 0}}))
    return replace(seen, observed=replace(seen.observed, scans=told))


NGINX = IMAGES["nginx:1"].id
SCAN = Wanted(kind=WantedKind.SCAN, member="", attempt=0, name=NGINX)
NO_VERDICT = (
    "ImageInspectError",
    f'Failed to inspect image "nginx:1": the scan of {NGINX} came to no verdict: CVE-1 critical',
)
SCANS: dict[str, tuple[Look, list[str], tuple[Wanted, ...], tuple[str, str] | None]] = {
    "one that is accepted is run": (scanned(ACCEPTED), ["web", "box"], (), None),
    "one that was never scanned is scanned first": (
        scanned(None),
        ["box"],
        (SCAN,),
        ("ContainerCreating", 'Waiting for the scan of image "nginx:1"'),
    ),
    "one that is refused is not run and not scanned again": (
        scanned(REFUSED, ago=9999),
        ["box"],
        (),
        ("ImageInspectError", f'Failed to inspect image "nginx:1": the scan refused {NGINX}: CVE-1 critical'),
    ),
    "one that nobody could judge is not run": (
        scanned(FAILED),
        ["box"],
        (),
        NO_VERDICT,
    ),
    "and is scanned again after a minute": (
        scanned(FAILED, ago=60),
        ["box"],
        (SCAN,),
        NO_VERDICT,
    ),
}


@pytest.mark.parametrize(("seen", "made", "wanted", "told"), SCANS.values(), ids=SCANS)
def test_what_a_scan_lets_through(
    seen: Look, made: list[str], wanted: tuple[Wanted, ...], told: tuple[str, str] | None
) -> None:
    assert created(seen) == made
    assert plan(seen).wanted == wanted
    assert first(seen) == told


def test_a_scan_without_verdict_is_looked_at_again_when_it_is_due() -> None:
    assert plan(scanned(FAILED, ago=20)).look_at == NOW + timedelta(seconds=40)


def test_who_runs_already_is_left_alone_whatever_a_scan_says_now() -> None:
    seen = look(pause(), member("web"), member("box"), memory=PREPARED)
    seen = replace(seen, observed=replace(seen.observed, scans={NGINX: Scan(REFUSED, "", NOW)}))
    assert (plan(seen).stages, plan(seen).wanted) == ((), ())


def test_a_member_that_ended_waits_for_its_image_once_its_back_off_is_over() -> None:
    ended = member("web", RunState.EXITED, exit_code=1, ago=5)
    seen = look(pause(), ended, member("box"), memory=PREPARED)
    seen = replace(seen, observed=replace(seen.observed, scans={NGINX: Scan(REFUSED, "bad", NOW)}))
    seen = replace(seen, memory=plan(seen).memory)
    told = status(seen, previous={}, place=Place("127.0.0.1", NOW))["containerStatuses"][0]["state"]
    assert told["waiting"]["reason"] == "ImageInspectError"
