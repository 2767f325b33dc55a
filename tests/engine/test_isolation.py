"""The controls of a restricted member, each with a control arm: what holds must break when that one is switched off.

The arm without a control is a mutant of the body that the service makes. That each of them is caught from inside, and
by the audit, is the score; a setting of the body that no control names fails.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import docker
import pytest

from sandboxes.engine.audit import violations
from sandboxes.engine.naming import identity_of
from sandboxes.engine.seen import Seen
from sandboxes.policy import PROFILES, Profile
from tests.engine.controls import CONTROLS, ELSEWHERE, PROFILE, TOOLBOX, Control, body_of, without

WITHIN = 30
MOST_OF_A_LOG = 2 * 1_000_000 + 65_536


class Bench:
    """Runs a body to its end."""

    def __init__(self) -> None:
        self.api = docker.APIClient(version="auto")
        self.image = self.api.inspect_image(TOOLBOX)["Id"]  # type: ignore[no-untyped-call]

    def run(self, created: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        """The last line it said, and what the engine says of it."""
        made = self.api.create_container_from_config(created)["Id"]  # type: ignore[no-untyped-call]
        try:
            self.api.start(made)
            inspected = self.api.inspect_container(made)
            self.api.wait(made, timeout=WITHIN)
            said = bytes(self.api.logs(made, tail=2)).decode(errors="replace").split("\n")
            kept = sum(len(piece) for piece in self.api.logs(made, stream=True))
            said += [f"broken: {kept} bytes kept"] if kept > MOST_OF_A_LOG else []
            return next(line for line in reversed(said) if line.startswith(("held", "broken"))), inspected
        finally:
            self.api.remove_container(made, force=True, v=True)


@pytest.fixture(scope="module")
def bench(images: None) -> Iterator[Bench]:
    yield Bench()


def seen(inspected: dict[str, Any], profile: Profile) -> Seen:
    identity = identity_of(inspected["Config"]["Labels"])
    assert identity is not None
    return Seen(
        identity,
        inspected,
        profile,
        number=7,
        of_pod=frozenset({"none"}),
        folder="/nowhere",
        pause_image="",
        host_ip="",
    )


# It is a pod alone here, so it joins nobody.
ALONE = {"network namespace"}


@pytest.mark.parametrize("control", CONTROLS, ids=lambda control: control.name)
def test_a_control_holds_and_breaks_only_when_it_is_switched_off(bench: Bench, control: Control) -> None:
    arms = (body_of(PROFILE, bench.image, control.script), without(control, PROFILE, bench.image))
    with ThreadPoolExecutor(2) as both:
        (said, inspected), switched_off = both.map(bench.run, arms)
    assert said.startswith("held"), said
    assert set(violations(seen(inspected, PROFILE))) <= ALONE
    said, inspected = switched_off
    assert said.startswith("broken"), f"switched off, and nobody noticed: {said}"
    noticed = set(violations(seen(inspected, PROFILE))) - ALONE
    assert bool(noticed) == control.audited, f"the audit noticed {noticed or 'nothing'}"


def test_every_setting_of_a_members_body_is_a_control_that_is_tried() -> None:
    created = body_of(PROFILE, "sha256:1", "true")
    tried = {key for control in CONTROLS for key in control.settings}
    assert set(created["HostConfig"]) - ELSEWHERE <= tried
    assert tried <= set(created["HostConfig"]) | {"User"}


@pytest.mark.parametrize("name", PROFILES)
def test_no_profile_lets_a_call_through_that_reaches_all_of_the_kernel(bench: Bench, name: str) -> None:
    """Fewer than under `restricted` are refused: root of a member sets up its own root, lab its own namespaces."""
    control = CONTROLS[0]
    said, _ = bench.run(body_of(PROFILES[name], bench.image, control.script))
    broken = set(said.split()[4:])
    may = {
        "restricted": set(),
        "baseline": {"kcmp", "pidfd_getfd", "process_vm_readv", "process_vm_writev", "ptrace"},
        "lab": {"kcmp", "pidfd_getfd", "process_vm_readv", "process_vm_writev", "ptrace", "unshare", "setns", "fsopen"}
        | {"mount", "umount2", "move_mount", "pivot_root"},
    }
    assert broken <= may[name], said


def test_lab_makes_namespaces_by_hand_in_a_user_namespace_of_its_own(bench: Bench) -> None:
    script = "unshare --user --map-root-user --net --uts bash -c 'ip link add v0 type veth peer name v1 && hostname x'"
    ok = f"{script} && echo held || echo broken"
    assert bench.run(body_of(PROFILES["lab"], bench.image, ok))[0] == "held"
    assert bench.run(body_of(PROFILES["baseline"], bench.image, ok))[0] == "broken"
