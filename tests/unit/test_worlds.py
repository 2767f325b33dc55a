"""Every small world settles: from any state of pause, two members and a stray, plan and act reach the pod wanted."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator

from sandboxes.spec.files import PodFiles
from sandboxes.world import Desired, Memory, RunState

from .simulation import UID, Simulation

CREATED, RUNNING, EXITED, DEAD = RunState.CREATED, RunState.RUNNING, RunState.EXITED, RunState.DEAD
STRIDE = int(os.environ.get("PLAYGROUND_SOAK_STRIDE", "16"))
STATES = (None, CREATED, RUNNING, EXITED, DEAD)
# (attempt, state, right spec) of each pause that is there.
PAUSES: tuple[tuple[tuple[int, RunState, bool], ...], ...] = (
    (),
    ((0, CREATED, True),),
    ((0, RUNNING, True),),
    ((0, EXITED, True),),
    ((0, DEAD, True),),
    ((0, RUNNING, False),),
    ((0, RUNNING, True), (1, RUNNING, True)),
    ((0, EXITED, True), (1, CREATED, True)),
)
World = tuple[
    Desired, tuple[tuple[int, RunState, bool], ...], RunState | None, RunState | None, RunState | None, bool, bool
]
WORLDS: tuple[World, ...] = tuple(
    itertools.product(Desired, PAUSES, STATES, STATES, (None, RUNNING), (False, True), (False, True))
)


def begun(world: World) -> Simulation:
    """The world as a simulation. `remembered`: the pod had been up before; `stubborn`: a member ignores TERM."""
    desired, pauses, web, box, stray, remembered, stubborn = world
    simulation = Simulation(desired=desired)
    for attempt, state, right in pauses:
        simulation.has("", state, attempt=attempt, pause_attempt=attempt, of="h" * 64 if right else "another spec")
    for name, there in (("web", web), ("box", box), ("stray", stray)):
        if there is not None:
            simulation.has(name, there)
    if remembered:
        attempts = {"": 1, "web": 0, "box": 0}
        simulation.memory = Memory(attempts=attempts, locked=simulation.pause_id(0))
        simulation.host.make_files(UID, PodFiles())
    if stubborn:
        simulation.engine.stubborn = {"web"}
    return simulation


def assert_settled(simulation: Simulation, world: World) -> None:
    if simulation.desired is Desired.GONE:
        assert simulation.finished, world
        assert simulation.shape() == {}, world
        return
    if simulation.desired is Desired.STOPPED:
        assert not [kept for kept in simulation.engine.containers.values() if kept.seen.alive], world
        assert "" not in simulation.shape(), world
        return
    shape = simulation.shape()
    assert shape[""] == [RUNNING], world
    pauses = [key for key, kept in simulation.engine.containers.items() if kept.identity.is_pause]
    assert [simulation.memory.locked] == pauses, world
    assert simulation.on_present_pause(), world
    assert simulation.newest() == {"": RUNNING, "web": RUNNING, "box": RUNNING}, world
    assert all(states.count(RUNNING) == 1 and len(states) <= 2 for states in shape.values()), world


def test_all_small_worlds_settle_in_a_few_looks() -> None:
    looks: Counter[int] = Counter()
    for world in WORLDS:
        simulation = begun(world)
        looks[simulation.settle()] += 1
        assert_settled(simulation, world)
    assert len(WORLDS) == 4800
    assert max(looks) <= 4
    print(f"{len(WORLDS)} worlds, by looks that acted: {dict(sorted(looks.items()))}")  # noqa: T201


def crashing(worlds: tuple[World, ...]) -> Iterator[tuple[World, Simulation]]:
    """Each world once for every call of its way, crashed before it and crashed after it."""
    for world in worlds:
        straight = begun(world)
        straight.settle()
        for n, after in itertools.product(range(1, straight.faults.count + 1), (False, True)):
            simulation = begun(world)
            (simulation.faults.crash_after if after else simulation.faults.crash_before)(n)
            yield world, simulation


def test_a_crash_before_or_after_any_call_changes_nothing_in_the_end() -> None:
    """Every 16th world; all of them in `./play soak`."""
    runs = 0
    for world, simulation in crashing(WORLDS[::STRIDE]):
        simulation.settle()
        assert_settled(simulation, world)
        runs += 1
    assert runs > len(WORLDS) / STRIDE * 10
    print(f"{len(WORLDS[::STRIDE])} worlds, {runs} crashes")  # noqa: T201 - shown by `./play soak`
