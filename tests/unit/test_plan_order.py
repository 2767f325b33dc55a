"""plan() over time: which member's turn it is, how long a back-off lasts, who stops first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sandboxes.actions import CreateMember, Kill, PrepareNetwork, Remove, Stage, StartMember, Terminate
from sandboxes.plan import Look, plan
from sandboxes.spec.models import (
    Container,
    EphemeralContainer,
    ExecAction,
    Lifecycle,
    LifecycleHandler,
    Pod,
    Probe,
    SleepAction,
)
from sandboxes.world import Crash, Desired, Ended, Memory, RunState, Stop, Termination, Wanted, WantedKind

from .worlds import NOW, PREPARED, fact, look, member, pause, pod, stopping

CREATED, EXITED = RunState.CREATED, RunState.EXITED
PROBE, POST_START, PRE_STOP = WantedKind.PROBE, WantedKind.POST_START, WantedKind.PRE_STOP
I1, I2 = Container(name="i1", image="toolbox:1"), Container(name="i2", image="toolbox:1")
S1 = Container(name="s1", image="toolbox:1", restart_policy="Always")
S2 = Container(name="s2", image="toolbox:1", restart_policy="Always")
CHAIN = pod(init=(I1, S1, I2))
HOOK = Lifecycle(pre_stop=LifecycleHandler(exec=ExecAction(command=("true",))))
SLOW = Lifecycle(post_start=LifecycleHandler(sleep=SleepAction(seconds=1)))
DEBUG = EphemeralContainer(name="dbg", image="toolbox:1")


def made(*names: str, attempt: int = 0, pause_attempt: int = 0) -> tuple[Stage, ...]:
    return (
        (PrepareNetwork(pause_attempt),),
        tuple(CreateMember(name, attempt, pause_attempt) for name in names),
        tuple(StartMember(name, attempt) for name in names),
    )


TURNS: dict[str, tuple[Look, tuple[Stage, ...]]] = {
    "the first init member comes alone": (look(pause(), of=CHAIN), made("i1")),
    "while it runs nothing else starts": (look(pause(), member("i1"), of=CHAIN, memory=PREPARED), ()),
    "when it has ended well a sidecar starts": (
        look(pause(), member("i1", EXITED), of=CHAIN, memory=PREPARED),
        made("s1"),
    ),
    "a sidecar that has started lets the next begin": (
        look(pause(), member("i1", EXITED), member("s1"), of=CHAIN, memory=PREPARED),
        made("i2"),
    ),
    "when all are done the main members start together": (
        look(pause(), member("i1", EXITED), member("s1"), member("i2", EXITED), of=CHAIN, memory=Memory()),
        made("web", "box"),
    ),
    "a sidecar that waits for its startup probe holds the next": (
        look(
            pause(),
            member("s1"),
            of=pod(init=(S1.model_copy(update={"startup_probe": Probe()}), I2)),
            memory=PREPARED,
        ),
        (),
    ),
    "once it has passed the next begins": (
        look(
            pause(),
            member("s1"),
            of=pod(init=(S1.model_copy(update={"startup_probe": Probe()}), I2)),
            memory=PREPARED,
            facts=(fact(PROBE, "s1", of="startup"),),
        ),
        made("i2"),
    ),
    "an init member that failed starts again under Always": (
        look(pause(), member("i1", EXITED, exit_code=1), of=CHAIN, memory=PREPARED),
        made("i1", attempt=1),
    ),
    "under Never it ends the pod, and pause goes": (
        look(pause(), member("i1", EXITED, exit_code=1), of=pod(init=(I1,), restart="Never"), memory=PREPARED),
        ((Remove("", "pause-0", 0),),),
    ),
    "in a new pause the init members run again": (
        look(
            pause(attempt=1),
            member("i1", EXITED),
            member("web", EXITED, exit_code=137),
            member("box", EXITED, exit_code=137),
            of=pod(init=(I1,)),
            memory=Memory(attempts={"": 1, "i1": 0, "web": 0, "box": 0}, initialized=0, locked="pause-1"),
        ),
        made("i1", attempt=1, pause_attempt=1),
    ),
    "an init member that was removed after it was done is not missed": (
        look(
            pause(),
            member("web"),
            member("box"),
            of=pod(init=(I1,)),
            memory=PREPARED.model_copy(update={"initialized": 0}),
        ),
        (),
    ),
    "a sidecar that dies starts again beside its running pod": (
        look(
            pause(),
            member("s1", EXITED),
            member("web"),
            member("box"),
            of=pod(init=(S1,)),
            memory=PREPARED.model_copy(update={"initialized": 0}),
        ),
        made("s1", attempt=1),
    ),
    "a main member with a postStart hook holds those after it": (
        look(pause(), member("web"), of=pod(lifecycle=SLOW), memory=PREPARED),
        (),
    ),
    "when the hook is done they start": (
        look(pause(), member("web"), of=pod(lifecycle=SLOW), facts=(fact(POST_START, "web"),)),
        made("box"),
    ),
    "a debug member starts beside the others": (
        look(pause(), member("web"), member("box"), of=pod(debug=(DEBUG,)), memory=PREPARED),
        made("dbg"),
    ),
    "it never starts again": (
        look(pause(), member("web"), member("box"), member("dbg", EXITED), of=pod(debug=(DEBUG,)), memory=PREPARED),
        (),
    ),
    "and not in the next pause": (
        look(
            pause(attempt=1),
            member("web", attempt=1, pause_attempt=1),
            member("box", attempt=1, pause_attempt=1),
            of=pod(debug=(DEBUG,)),
            memory=Memory(attempts={"": 1, "web": 1, "box": 1, "dbg": 0}, locked="pause-1"),
        ),
        (),
    ),
    "what ended well stays so under OnFailure": (
        look(pause(), member("web", EXITED), member("box"), of=pod(restart="OnFailure"), memory=PREPARED),
        (),
    ),
    "when all have, pause goes and their containers stay to be read": (
        look(pause(), member("web", EXITED), member("box", EXITED), of=pod(restart="OnFailure"), memory=PREPARED),
        ((Remove("", "pause-0", 0),),),
    ),
    "a pod that is stopped ends its members": (
        look(pause(), member("web"), member("box", EXITED), desired=Desired.STOPPED, memory=PREPARED),
        ((Terminate("web", "web-0", "SIGTERM", 30),),),
    ),
    "and then its pause": (
        look(pause(), member("web", EXITED), member("box", EXITED), desired=Desired.STOPPED, memory=PREPARED),
        ((Remove("", "pause-0", 0),),),
    ),
    "started again it gets a new pause, and all members": (
        look(
            member("web", EXITED),
            member("box", EXITED),
            memory=PREPARED.model_copy(update={"attempts": {"": 0, "web": 0, "box": 0}}),
        ),
        plan(look(pause(EXITED), member("web", EXITED), member("box", EXITED), memory=PREPARED)).stages[1:],
    ),
    "another image means another attempt": (
        look(pause(), member("web", image="nginx:0"), member("box"), memory=PREPARED),
        ((Terminate("web", "web-0", "SIGTERM", 30),),),
    ),
}


@pytest.mark.parametrize("sentence", TURNS)
def test_turns(sentence: str) -> None:
    seen, stages = TURNS[sentence]
    assert plan(seen).stages == stages


def crashed(count: int, *, ago: float, ran: float = 0) -> Look:
    """web ended `ago` seconds ago for the `count + 1`-th time, having run for `ran` seconds."""
    at = NOW - timedelta(seconds=ago + ran)
    memory = PREPARED.model_copy(update={"crashes": {"web": Crash(count=count, at=at, attempt=count)}})
    return look(pause(), member("web", EXITED, attempt=count, exit_code=1, ago=ago), member("box"), memory=memory)


def starts(seen: Look) -> bool:
    return any(isinstance(action, StartMember) for stage in plan(seen).stages for action in stage)


@pytest.mark.parametrize(("count", "wait"), [(1, 10), (2, 20), (3, 40), (4, 80), (5, 160), (6, 300), (40, 300)])
def test_a_member_that_ends_again_waits_10_s_doubling_to_300_s_from_its_end(count: int, wait: int) -> None:
    early = crashed(count, ago=wait - 1)
    assert not starts(early)
    assert plan(early).look_at == NOW + timedelta(seconds=1)
    assert starts(crashed(count, ago=wait))


def test_a_member_that_ran_for_ten_minutes_begins_anew() -> None:
    assert starts(crashed(5, ago=1, ran=601))
    assert plan(crashed(5, ago=1, ran=601)).memory.crashes["web"].count == 1
    assert not starts(crashed(5, ago=1, ran=500))


def test_a_restart_is_counted_once_however_often_it_is_tried() -> None:
    first = plan(crashed(1, ago=10))
    assert first.memory.crashes["web"] == Crash(count=2, at=NOW, attempt=2)
    again = replace(crashed(1, ago=10), memory=first.memory, now=NOW + timedelta(seconds=20))
    assert plan(again).memory.crashes["web"].count == 2


def killed(seen: Look) -> Stop:
    return plan(seen).memory.stops["web-0"]


def test_a_member_whose_liveness_probe_failed_is_stopped_and_said_why() -> None:
    probed = pod(liveness_probe=Probe(termination_grace_period_seconds=3))
    dead = fact(PROBE, "web", "failed", of="liveness")
    seen = look(pause(), member("web"), member("box"), of=probed, memory=PREPARED, facts=(dead,))
    assert plan(seen).stages == ((Terminate("web", "web-0", "SIGTERM", 3),),)
    assert killed(seen).why == "Container web failed liveness probe, will be restarted"
    # An answer about an attempt that is past says nothing about this one.
    later = look(pause(), member("web", attempt=1), member("box"), of=probed, memory=PREPARED, facts=(dead,))
    assert plan(later).stages == ()


def test_a_member_whose_poststart_hook_failed_is_stopped() -> None:
    seen = look(pause(), member("web"), of=pod(lifecycle=SLOW), facts=(fact(POST_START, "web", "failed"),))
    assert Terminate("web", "web-0", "SIGTERM", 30) in plan(seen).stages[0]


def asked(seen: Look) -> list[tuple[str, str]]:
    return [(want.member, want.name or want.kind) for want in plan(seen).wanted]


def test_probes_are_asked_for_in_order() -> None:
    probed = pod(members=("web",), startup_probe=Probe(), liveness_probe=Probe(), readiness_probe=Probe())
    seen = (pause(), member("web"))
    assert asked(look(*seen, of=probed, memory=PREPARED)) == [("web", "startup")]
    started = (fact(PROBE, "web", of="startup"),)
    assert asked(look(*seen, of=probed, memory=PREPARED, facts=started)) == [("web", "liveness"), ("web", "readiness")]
    hooked = pod(members=("web",), lifecycle=SLOW, readiness_probe=Probe())
    assert asked(look(*seen, of=hooked, memory=PREPARED)) == [("web", "postStart")]


def test_a_member_that_is_being_stopped_is_probed_no_more() -> None:
    seen = look(pause(), member("web"), of=pod(members=("web",), liveness_probe=Probe()), desired=Desired.GONE)
    assert plan(seen).wanted == ()


def deleted(*members: str, of: Pod, memory: Memory = PREPARED, grace: int = 30, **more: object) -> Look:
    return look(pause(), *(member(n) for n in members), of=of, desired=Desired.GONE, memory=memory, grace=grace, **more)  # type: ignore[arg-type]


def signals(seen: Look) -> list[str]:
    return [action.member for stage in plan(seen).stages for action in stage if isinstance(action, Terminate)]


def test_main_members_stop_first_then_sidecars_backwards() -> None:
    both = pod(init=(S1, S2))
    assert signals(deleted("s1", "s2", "web", "box", of=both)) == ["web", "box"]
    assert signals(deleted("s1", "s2", of=both)) == ["s2"]
    assert signals(deleted("s1", of=both)) == ["s1"]


def test_when_the_grace_is_over_a_sidecar_gets_its_signal_and_two_seconds() -> None:
    memory = PREPARED.model_copy(
        update={"stops": stopping(5, web_0=5) | {"s1-0": Stop(since=NOW - timedelta(seconds=5), grace=5, why="")}}
    )
    stages = plan(deleted("s1", "web", of=pod(init=(S1,)), memory=memory, grace=5)).stages
    assert stages == ((Terminate("s1", "s1-0", "SIGTERM", 2), Kill("web", "web-0", 0)),)


def test_a_prestop_hook_runs_before_the_signal_and_counts_against_the_grace() -> None:
    hooked = pod(members=("web",), lifecycle=HOOK)
    seen = deleted("web", of=hooked)
    assert plan(seen).stages == ()
    assert plan(seen).wanted == (Wanted(kind=PRE_STOP, member="web", attempt=0, name=""),)
    begun = PREPARED.model_copy(update={"stops": {"web-0": Stop(since=NOW - timedelta(seconds=10), grace=30, why="")}})
    done = deleted("web", of=hooked, memory=begun, facts=(fact(PRE_STOP, "web"),))
    assert plan(done).stages == ((Terminate("web", "web-0", "SIGTERM", 20),),)
    overrun = PREPARED.model_copy(
        update={"stops": {"web-0": Stop(since=NOW - timedelta(seconds=30), grace=30, why="")}}
    )
    assert plan(deleted("web", of=hooked, memory=overrun)).stages == ((Terminate("web", "web-0", "SIGTERM", 2),),)


def test_grace_1_means_two_seconds_and_grace_0_none() -> None:
    told = PREPARED.model_copy(update={"stops": stopping(1, web_0=1)})
    assert plan(deleted("web", of=pod(), memory=told, grace=1)).stages == ()
    told = PREPARED.model_copy(update={"stops": stopping(1, web_0=2)})
    assert plan(deleted("web", of=pod(), memory=told, grace=1)).stages == ((Kill("web", "web-0", 0),),)
    assert plan(deleted("web", of=pod(lifecycle=HOOK), grace=0)).stages == ((Kill("web", "web-0", 0),),)


def test_a_volume_past_its_limit_evicts_the_pod() -> None:
    told = 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". '
    full = fact(WantedKind.USAGE, "", "failed", of="v", message=told)
    planned = plan(look(pause(), member("web"), member("box"), memory=PREPARED, facts=(full,)))
    assert planned.memory.ended == Ended(phase="Failed", reason="Evicted", message=told)
    assert signals(look(pause(), member("web"), member("box"), memory=PREPARED, facts=(full,))) == ["web", "box"]


def test_what_a_pod_has_on_disk_is_measured_where_it_writes_to_the_disk() -> None:
    measured = Wanted(kind=WantedKind.USAGE, member="", attempt=0, name="")
    here = look(pause(), member("web"), member("box"), memory=PREPARED)
    assert measured not in plan(here).wanted
    assert measured in plan(replace(here, intent=replace(here.intent, on_disk=True))).wanted


def test_an_end_is_final() -> None:
    ended = PREPARED.model_copy(update={"ended": Ended(phase="Failed")})
    assert plan(look(memory=ended)).stages == ()
    gone = Termination(attempt=0, container_id="web-0", exit_code=0, reason="Completed")
    memory = ended.model_copy(update={"last": {"web": gone, "box": gone}})
    assert plan(look(memory=memory)).memory.ended == Ended(phase="Failed")
