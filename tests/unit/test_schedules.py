"""Five hundred ways that things go wrong together: whatever happens in whatever order, the pod comes out right.

Each schedule is made from its number: members and pause die, calls fail, passes crash before or after a call, a pass
comes twice, the clock jumps. Then it is quiet, and the pod must settle.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest

from sandboxes.engine.faults import Crash
from sandboxes.errors import EngineError
from sandboxes.spec.models import Container
from sandboxes.world import Desired

from .simulation import Simulation
from .worlds import pod

SCHEDULES = 500
INIT = (Container(name="i1", image="toolbox:1"), Container(name="s", image="toolbox:1", restart_policy="Always"))


def dies(simulation: Simulation, random: Random) -> None:
    living = [key for key, kept in simulation.engine.containers.items() if kept.seen.alive]
    if living:
        simulation.engine.die(random.choice(sorted(living)), random.choice((0, 1, 137)))


def crashes(simulation: Simulation, random: Random) -> None:
    at = simulation.faults.count + random.randint(1, 6)
    random.choice((simulation.faults.crash_before, simulation.faults.crash_after))(at)


def fails(simulation: Simulation, random: Random) -> None:
    verb = random.choice(("create_pause", "create_member", "start", "signal", "remove", "inspect"))
    simulation.faults.fail(verb, EngineError("the engine will not"))


def jumps(simulation: Simulation, random: Random) -> None:
    simulation.now += timedelta(seconds=random.choice((1, 15, 400)))


def looks(simulation: Simulation, random: Random) -> None:
    """A pass, which may come twice and may meet what was prepared for it."""
    for _ in range(random.randint(1, 2)):
        with suppress(Crash, EngineError):
            simulation.look()


HAPPENINGS = (dies, crashes, fails, jumps, looks, looks, looks)


def assert_holds(simulation: Simulation) -> None:
    """What must be true at every moment."""
    kept = [container.identity for container in simulation.engine.containers.values()]
    assert len({(identity.member, identity.attempt) for identity in kept}) == len(kept)
    living = [kept.identity for kept in simulation.engine.containers.values() if kept.seen.alive]
    assert sum(identity.is_pause for identity in living) <= 1
    for name in ("web", "box", "i1", "s"):
        assert sum(identity.member == name for identity in living) <= 1


@pytest.mark.parametrize("part", range(5))
def test_whatever_happens_the_pod_settles_as_it_is_wanted(part: int) -> None:
    for number in range(part, SCHEDULES, 5):
        random = Random(number)
        of = pod(init=INIT) if number % 2 else pod()
        simulation = Simulation(pod=of)
        simulation.engine.short = {"i1": [0] * 1000}
        for _ in range(random.randint(5, 25)):
            random.choice(HAPPENINGS)(simulation, random)
            assert_holds(simulation)
        simulation.faults.forget()
        simulation.desired = random.choice((Desired.RUNNING, Desired.GONE, Desired.STOPPED))
        simulation.settle(most=200)
        assert_holds(simulation)
        living = sorted({kept.identity.member for kept in simulation.engine.containers.values() if kept.seen.alive})
        match simulation.desired:
            case Desired.GONE:
                assert simulation.engine.containers == {}, number
                assert simulation.host.written == {}, number
            case Desired.STOPPED:
                assert living == [], number
            case _:
                assert living == sorted({"", "web", "box"} | ({"s"} if number % 2 else set())), number
