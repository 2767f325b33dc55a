"""The controls of a restricted member, each with a control arm: what holds must break when that one is switched off.

The arm without a control is a mutant of the body that the service makes. That each of them is caught from inside, and
by the audit, is the score; a setting of the body that no control names fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import docker
import pytest

from sandboxes.engine.audit import violations
from sandboxes.engine.naming import identity_of
from sandboxes.engine.seen import Seen
from sandboxes.policy import PROFILES, Profile
from tests.engine.controls import (
    CONTROLS,
    ELSEWHERE,
    FLOODED,
    PROFILE,
    TOOLBOX,
    Control,
    body_of,
    call,
    option_off,
    within,
    without,
)
from tests.engine.ipc_controls import IPC_CONTROLS
from tests.stack import ROOT

WITHIN = 30
MOST_OF_A_LOG = 2 * 1_000_000 + 65_536
ALL = (*CONTROLS, *IPC_CONTROLS)


class Ended(NamedTuple):
    """What a container said that began with "held" or "broken", and what the engine says of it."""

    said: list[str]
    inspected: dict[str, Any]


class Bench:
    """Runs a body to its end."""

    def __init__(self) -> None:
        self.api = docker.APIClient(version="auto")
        self.image = self.api.inspect_image(TOOLBOX)["Id"]  # type: ignore[no-untyped-call]

    def run(self, created: dict[str, Any]) -> Ended:
        made = self.api.create_container_from_config(created)["Id"]  # type: ignore[no-untyped-call]
        try:
            self.api.start(made)
            inspected = self.api.inspect_container(made)
            self.api.wait(made, timeout=WITHIN)
            said = bytes(self.api.logs(made, tail=len(IPC_CONTROLS))).decode(errors="replace").split("\n")
            if FLOODED in said:
                said.append(_on_disk(inspected["LogPath"]))
            return Ended([line for line in said if line.startswith(("held", "broken"))], inspected)
        finally:
            self.api.remove_container(made, force=True, v=True)

    def both(self, one: dict[str, Any], other: dict[str, Any]) -> tuple[Ended, Ended]:
        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(self.run, (one, other))
        return first, second


def _on_disk(log: str) -> str:
    kept = sum(path.stat().st_size for path in Path(log).parent.glob(f"{Path(log).name}*"))
    # Where in a file it ended is chance.
    return (
        "held within 2 MB on the disk" if kept <= MOST_OF_A_LOG else f"broken with {kept // 1_000_000} MB on the disk"
    )


@pytest.fixture(scope="module")
def bench(images: None) -> Iterator[Bench]:
    yield Bench()


@pytest.fixture(scope="module")
def ipc(bench: Bench) -> dict[str, tuple[Ended, Ended]]:
    """By bound of an IPC namespace its two arms. With all bounds the scripts follow one another in one container."""
    together = body_of(PROFILE, bench.image, "; ".join(control.script for control in IPC_CONTROLS))
    with ThreadPoolExecutor(3) as pool:
        on, *off = pool.map(
            bench.run, (together, *(without(control, PROFILE, bench.image) for control in IPC_CONTROLS))
        )
    return {
        control.name: (Ended([held], on.inspected), broken)
        for control, held, broken in zip(IPC_CONTROLS, on.said, off, strict=True)
    }


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
    on, off = bench.both(within(control, PROFILE, bench.image), without(control, PROFILE, bench.image))
    judge(control, on, off)


@pytest.mark.parametrize("control", IPC_CONTROLS, ids=lambda control: control.name)
def test_a_bound_of_the_ipc_namespace_holds_and_breaks_only_when_it_is_switched_off(
    ipc: Mapping[str, tuple[Ended, Ended]], control: Control
) -> None:
    judge(control, *ipc[control.name])


def judge(control: Control, on: Ended, off: Ended) -> None:
    held, broken = on.said[-1], off.said[-1]
    print(f"{control.name}: {held}; switched off: {broken}")  # noqa: T201
    assert held.startswith("held"), held
    assert set(violations(seen(on.inspected, PROFILE))) <= ALONE
    assert broken.startswith("broken"), f"switched off, and nobody noticed: {broken}"
    noticed = set(violations(seen(off.inspected, PROFILE))) - ALONE
    assert bool(noticed) == control.audited, f"the audit noticed {noticed or 'nothing'}"
    for told, found in zip(FIGURES[control.name], (held, broken), strict=True):
        assert agree(told, found), f"docs/isolation.md says {told!r}, and it is {found!r}"


# | name | with it | without |
ROW = re.compile(r"^\| ([^|]+?) \| (held[^|]*?) \| (broken[^|]*?) \|$", re.MULTILINE)
FIGURES = {name: (on, off) for name, on, off in ROW.findall((ROOT / "docs" / "isolation.md").read_text())}


def agree(told: str, found: str) -> bool:
    """The same words (to a colon), and each number within a tenth: a shell or a kernel has its part."""
    numbers = [[int(each) for each in re.findall(r"\d+", text.partition(":")[0])] for text in (told, found)]
    words = {re.sub(r"\d+", "#", text.partition(":")[0]).strip() for text in (told, found)}
    return len(words) == 1 and all(abs(a - b) <= max(a, b) / 10 for a, b in zip(*numbers, strict=True))


def test_the_page_of_figures_has_every_control_and_no_other() -> None:
    assert list(FIGURES) == [control.name for control in ALL]


def test_every_setting_of_a_members_body_is_a_control_that_is_tried() -> None:
    created = body_of(PROFILE, "sha256:1", "true")
    tried = {key for control in ALL for key in control.settings}
    assert set(created["HostConfig"]) - ELSEWHERE <= tried
    assert tried <= set(created["HostConfig"]) | {"User"}


@pytest.mark.parametrize("name", PROFILES)
def test_no_profile_lets_a_call_through_that_reaches_all_of_the_kernel(bench: Bench, name: str) -> None:
    """Fewer than under `restricted` are refused: root of a member sets up its own root, lab its own namespaces."""
    control = CONTROLS[0]
    (said,) = bench.run(body_of(PROFILES[name], bench.image, control.script)).said
    broken = set(said.partition(":")[2].split())
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
    assert bench.run(body_of(PROFILES["lab"], bench.image, ok)).said == ["held"]
    assert bench.run(body_of(PROFILES["baseline"], bench.image, ok)).said == ["broken"]


# The tree of version 1 and of 2, below a control group namespace that the member has made.
LIFTS = (
    "unshare --user --map-root-user --mount --cgroup perl -e '"
    "my ($none, $at, $one, $two, $what) = (qw(none /mnt cgroup cgroup2 memory)); "
    f"print syscall({call('mount')}, $none, $at, $one, 0, $what) == 0 "
    f'|| syscall({call("mount")}, $none, $at, $two, 0, 0) == 0 ? "broken" : "held"\' || echo held'
)


def test_lab_cannot_mount_the_control_groups_that_hold_its_limits(bench: Bench) -> None:
    created = body_of(PROFILES["lab"], bench.image, LIFTS)
    assert bench.run(created).said == ["held"]
    option_off("seccomp=", "seccomp=unconfined")(created)
    assert bench.run(created).said == ["broken"], "the control: without the filter it is mounted, root's to write"
