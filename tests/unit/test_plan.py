"""plan(): a sentence, what is there, what happens next. Values in, value out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sandboxes.actions import (
    CreateMember,
    CreatePause,
    Forget,
    Kill,
    MakeFiles,
    PrepareNetwork,
    Remove,
    RemoveFiles,
    Stage,
    StartMember,
    StartPause,
    Terminate,
    hoisted,
)
from sandboxes.plan import Look, plan
from sandboxes.world import Crash, Desired, ImageOnNode, Memory, RunState, Wanted, WantedKind

from .worlds import (
    BACK_OFF,
    IMAGES,
    NOW,
    PAUSE_IMAGE,
    PREPARED,
    fact,
    failure,
    look,
    member,
    pause,
    pod,
    pulled,
    stopping,
)

CREATED, RUNNING, EXITED, DEAD = RunState.CREATED, RunState.RUNNING, RunState.EXITED, RunState.DEAD
NEW = (CreateMember("web", 0, 0), CreateMember("box", 0, 0))
START = (StartMember("web", 0), StartMember("box", 0))
REBUILT: tuple[Stage, ...] = (
    (CreatePause(1),),
    (StartPause(1),),
    (PrepareNetwork(1),),
    (CreateMember("web", 1, 1), CreateMember("box", 1, 1)),
    (StartMember("web", 1), StartMember("box", 1)),
)
GONE = Desired.GONE

TABLE: dict[str, tuple[Look, tuple[Stage, ...]]] = {
    "a new pod gets files, pause, its network, and members last": (
        look(files=False),
        ((MakeFiles(),), (CreatePause(0),), (StartPause(0),), (PrepareNetwork(0),), NEW, START),
    ),
    "a settled pod is left alone": (look(pause(), member("web"), member("box"), memory=PREPARED), ()),
    "a frozen member is left alone": (
        look(pause(), member("web", RunState.PAUSED), member("box"), memory=PREPARED),
        (),
    ),
    "a pause that was only created is started": (
        look(pause(CREATED)),
        ((StartPause(0),), (PrepareNetwork(0),), NEW, START),
    ),
    "members created beside their pause are kept": (
        look(pause(CREATED), member("web", CREATED), member("box", CREATED)),
        ((StartPause(0),), (PrepareNetwork(0),), START),
    ),
    "no member starts before the network is prepared": (
        look(pause(), member("web", CREATED), member("box", CREATED)),
        ((PrepareNetwork(0),), START),
    ),
    "a missing member is created and started": (
        look(pause(), member("web"), memory=Memory(attempts={"": 0, "web": 0}, locked="pause-0")),
        ((PrepareNetwork(0),), (CreateMember("box", 0, 0),), (StartMember("box", 0),)),
    ),
    "a member that was removed comes back under the next number": (
        look(pause(), member("web"), memory=PREPARED),
        ((PrepareNetwork(0),), (CreateMember("box", 1, 0),), (StartMember("box", 1),)),
    ),
    "a member that ended starts again, at once the first time": (
        look(pause(), member("web", EXITED), member("box"), memory=PREPARED),
        ((PrepareNetwork(0),), (CreateMember("web", 1, 0),), (StartMember("web", 1),)),
    ),
    "a dead pause takes its members with it": (
        look(pause(EXITED), member("web"), member("box"), memory=PREPARED),
        ((Terminate("web", "web-0", "SIGTERM", 30), Terminate("box", "box-0", "SIGTERM", 30)),),
    ),
    "once they have ended, everything is built anew": (
        look(pause(EXITED), member("web", EXITED), member("box", EXITED), memory=PREPARED),
        ((Remove("", "pause-0", 0),), *REBUILT),
    ),
    "members whose pause is gone end first": (
        look(member("web"), member("box", EXITED), memory=PREPARED),
        ((Terminate("web", "web-0", "SIGTERM", 30),),),
    ),
    "a pause that dies under Never is not replaced once a member ran": (
        look(pause(EXITED), member("web", EXITED), member("box", EXITED), of=pod(restart="Never"), memory=PREPARED),
        ((Remove("", "pause-0", 0),),),
    ),
    "of two pauses none is trusted": (
        look(pause(), pause(attempt=1), memory=PREPARED),
        (
            (Remove("", "pause-0", 0), Remove("", "pause-1", 1)),
            (CreatePause(2),),
            (StartPause(2),),
            (PrepareNetwork(2),),
            (CreateMember("web", 1, 2), CreateMember("box", 1, 2)),
            (StartMember("web", 1), StartMember("box", 1)),
        ),
    ),
    "a pause of another spec is replaced": (
        look(pause(spec_hash="other"), memory=Memory()),
        (
            (Remove("", "pause-0", 0),),
            (CreatePause(1),),
            (StartPause(1),),
            (PrepareNetwork(1),),
            (CreateMember("web", 0, 1), CreateMember("box", 0, 1)),
            START,
        ),
    ),
    "a member that is not in the spec goes": (
        look(pause(), member("web"), member("box"), member("stray"), memory=PREPARED),
        ((Remove("stray", "stray-0", 0),),),
    ),
    "the attempt before the newest stays, to be read": (
        look(pause(), member("web", EXITED), member("web", attempt=1), member("box"), memory=PREPARED),
        (),
    ),
    "of three attempts of a member the oldest goes": (
        look(
            pause(),
            *(member("web", EXITED, attempt=n) for n in (0, 1)),
            member("web", attempt=2),
            member("box"),
            memory=PREPARED,
        ),
        ((Remove("web", "web-0", 0),),),
    ),
    "a pause that would not start is removed with what was built on it": (
        look(pause(CREATED), member("web", CREATED), memory=Memory(failures={"pause": failure()})),
        ((Remove("web", "web-0", 0),), (Remove("", "pause-0", 0),)),
    ),
    "a pause is tried again when its back-off is over": (
        look(memory=Memory(attempts={"": 0}, failures={"pause": failure(ago=11)}), files=True),
        (
            (CreatePause(1),),
            (StartPause(1),),
            (PrepareNetwork(1),),
            (CreateMember("web", 0, 1), CreateMember("box", 0, 1)),
            START,
        ),
    ),
    "a member that would not start waits for its back-off": (
        look(
            pause(),
            member("web", CREATED),
            member("box"),
            memory=PREPARED.model_copy(update={"failures": {"member/web": failure()}}),
        ),
        (),
    ),
    "a member that would not start is tried again": (
        look(
            pause(),
            member("web", CREATED),
            member("box"),
            memory=PREPARED.model_copy(update={"failures": {"member/web": failure(ago=10)}}),
        ),
        ((PrepareNetwork(0),), (StartMember("web", 0),)),
    ),
    "a start that failed under Never is final": (
        look(
            pause(),
            member("web", CREATED, error="no such file"),
            member("box"),
            of=pod(restart="Never"),
            memory=PREPARED,
        ),
        (),
    ),
    "a start that failed under Always is followed by the next attempt": (
        look(pause(), member("web", CREATED, error="no such file"), member("box"), memory=PREPARED),
        ((PrepareNetwork(0),), (CreateMember("web", 1, 0),), (StartMember("web", 1),)),
    ),
    "deleting sends every member its stop signal": (
        look(pause(), member("web"), member("box"), desired=GONE, memory=PREPARED),
        ((Terminate("web", "web-0", "SIGTERM", 30), Terminate("box", "box-0", "SIGTERM", 30)),),
    ),
    "a signal is sent once": (
        look(
            pause(),
            member("web"),
            member("box", EXITED),
            desired=GONE,
            memory=PREPARED.model_copy(update={"stops": stopping(web_0=25)}),
        ),
        (),
    ),
    "a member that outlives its grace is killed": (
        look(
            pause(),
            member("web"),
            member("box"),
            desired=GONE,
            memory=PREPARED.model_copy(update={"stops": stopping(web_0=30, box_0=25)}),
        ),
        ((Kill("web", "web-0", 0),),),
    ),
    "what outlives even that is removed": (
        look(pause(), member("web"), desired=GONE, memory=PREPARED.model_copy(update={"stops": stopping(web_0=40)})),
        ((Remove("web", "web-0", 0),),),
    ),
    "members, then pause, then files, then the row": (
        look(pause(), member("web", EXITED), member("box", EXITED), desired=GONE, memory=PREPARED),
        (
            (Remove("web", "web-0", 0), Remove("box", "box-0", 0)),
            (Remove("", "pause-0", 0),),
            (RemoveFiles(),),
            (Forget(),),
        ),
    ),
    "grace 0 kills at once": (
        look(pause(), member("web"), desired=GONE, grace=0, memory=PREPARED),
        ((Kill("web", "web-0", 0),),),
    ),
    "deleting what was never built only forgets": (look(desired=GONE, files=False), ((Forget(),),)),
    "deleting does not wait for a missing image": (
        look(pause(), desired=GONE, images={}),
        ((Remove("", "pause-0", 0),), (RemoveFiles(),), (Forget(),)),
    ),
}


@pytest.mark.parametrize("sentence", TABLE)
def test_plan(sentence: str) -> None:
    seen, stages = TABLE[sentence]
    assert plan(seen).stages == stages


def test_a_missing_image_is_asked_for_while_the_others_go_on() -> None:
    only = {name: IMAGES[name] for name in (PAUSE_IMAGE, "toolbox:1")}
    planned = plan(look(images=only))
    assert planned.wanted == (Wanted(kind=WantedKind.PULL, member="", attempt=0, name="nginx:1"),)
    assert CreateMember("box", 0, 0) in {action for stage in planned.stages for action in stage}
    assert CreateMember("web", 0, 0) not in {action for stage in planned.stages for action in stage}


def test_a_failed_pull_backs_off_and_is_asked_for_again_under_the_next_number() -> None:
    only = {PAUSE_IMAGE: IMAGES[PAUSE_IMAGE], "toolbox:1": IMAGES["toolbox:1"]}
    early = plan(look(images=only, facts=(pulled("nginx:1"),)))
    assert early.wanted == ()
    assert early.look_at == NOW + timedelta(seconds=3)  # ErrImagePull turns into ImagePullBackOff
    late = plan(look(images=only, facts=(pulled("nginx:1", ago=10),)))
    assert [want.attempt for want in late.wanted] == [1]


@pytest.mark.parametrize("state", ["building", "pulling"])
def test_a_try_that_is_under_way_stays_the_one_that_is_asked_for(state: str) -> None:
    only = {PAUSE_IMAGE: IMAGES[PAUSE_IMAGE], "toolbox:1": IMAGES["toolbox:1"]}
    planned = plan(look(images=only, facts=(pulled("nginx:1", state, attempt=2),)))
    assert [want.attempt for want in planned.wanted] == [2]
    assert planned.memory.failures == {}


def test_pulls_back_off_from_10_s_doubling_to_300_s() -> None:
    assert [BACK_OFF.after(n).total_seconds() for n in (1, 2, 3, 4, 5, 6, 60)] == [10, 20, 40, 80, 160, 300, 300]


def test_policy_never_asks_for_nothing() -> None:
    planned = plan(look(of=pod(policy="Never"), images={PAUSE_IMAGE: IMAGES[PAUSE_IMAGE]}))
    assert planned.wanted == ()
    assert not [a for stage in planned.stages for a in stage if isinstance(a, CreateMember)]


def test_policy_always_pulls_what_a_registry_knows_and_uses_what_was_built_here() -> None:
    known = IMAGES | {"nginx:1": ImageOnNode("sha256:nginx")}
    planned = plan(look(of=pod(policy="Always"), images=known))
    assert [want.name for want in planned.wanted] == ["nginx:1"]
    after = plan(look(of=pod(policy="Always"), images=known, facts=(pulled("nginx:1", "succeeded"),)))
    assert after.wanted == ()
    assert NEW in after.stages


def test_policy_always_pulls_again_before_each_start_once_its_back_off_is_over() -> None:
    known = IMAGES | {"nginx:1": ImageOnNode("sha256:nginx")}
    ended = (pause(), member("web", EXITED, ago=5), member("box"))
    memory = PREPARED.model_copy(update={"pulled": {"web": 0}})
    first = (pulled("nginx:1", "succeeded"),)
    planned = plan(look(*ended, of=pod(policy="Always"), images=known, facts=first, memory=memory))
    assert [(want.name, want.attempt) for want in planned.wanted] == [("nginx:1", 1)]
    assert not [action for stage in planned.stages for action in stage if isinstance(action, CreateMember)]
    second = (*first, pulled("nginx:1", "succeeded", attempt=1))
    after = plan(look(*ended, of=pod(policy="Always"), images=known, facts=second, memory=memory))
    assert (CreateMember("web", 1, 0),) in after.stages
    crashes = {"web": Crash(count=2, at=NOW - timedelta(seconds=10), attempt=0)}
    waiting = memory.model_copy(update={"crashes": crashes})
    held = plan(look(*ended, of=pod(policy="Always"), images=known, facts=first, memory=waiting))
    assert held.wanted == ()


def test_an_image_may_be_called_like_a_probe() -> None:
    probed = (fact(WantedKind.PROBE, "web", "succeeded", of="nginx:1"),)
    planned = plan(look(images={PAUSE_IMAGE: IMAGES[PAUSE_IMAGE], "toolbox:1": IMAGES["toolbox:1"]}, facts=probed))
    assert [want.attempt for want in planned.wanted] == [0]


def test_without_the_pause_image_nothing_is_built() -> None:
    seen = look(images={"nginx:1": IMAGES["nginx:1"], "toolbox:1": IMAGES["toolbox:1"]})
    theirs = replace(seen, intent=replace(seen.intent, pause_image="registry.k8s.io/pause:3.10"))
    planned = plan(theirs)
    assert planned.stages == ()
    assert [want.name for want in planned.wanted] == ["registry.k8s.io/pause:3.10"]


def test_an_image_that_is_built_here_is_never_pulled() -> None:
    """On a registry `playground/…` is somebody else's: creating pause fails with the engine's words instead."""
    planned = plan(look(images={"nginx:1": IMAGES["nginx:1"], "toolbox:1": IMAGES["toolbox:1"]}))
    assert planned.wanted == ()
    assert (CreatePause(0),) in planned.stages


def test_a_second_delete_shortens_the_grace_of_members_already_told() -> None:
    memory = PREPARED.model_copy(update={"stops": stopping(300, web_0=6)})
    told = look(pause(), member("web"), member("box", EXITED), desired=GONE, grace=50, memory=memory)
    assert plan(told).look_at == NOW + timedelta(seconds=44)
    shortened = replace(told, intent=replace(told.intent, grace=5))
    assert plan(shortened).stages == ((Kill("web", "web-0", 0),),)


def test_a_deleted_pod_is_looked_at_when_the_first_grace_ends() -> None:
    memory = PREPARED.model_copy(update={"stops": stopping(web_0=25)})
    planned = plan(look(pause(), member("web"), member("box"), desired=GONE, memory=memory))
    assert planned.look_at == NOW + timedelta(seconds=5)


def test_a_settled_pod_is_looked_at_again_within_a_minute() -> None:
    assert plan(look(pause(), member("web"), member("box"), memory=PREPARED)).look_at == NOW + timedelta(seconds=60)


def test_members_are_created_beside_the_start_of_their_pause() -> None:
    planned = plan(look(files=False))
    assert hoisted(planned.stages) == (
        (MakeFiles(),),
        (CreatePause(0),),
        (StartPause(0), *NEW),
        (PrepareNetwork(0),),
        START,
    )


def test_how_a_member_ended_is_remembered_before_its_container_goes() -> None:
    planned = plan(look(pause(EXITED), member("web", EXITED, exit_code=3), memory=PREPARED))
    assert planned.memory.last["web"].exit_code == 3
    assert planned.memory.last["web"].reason == "Error"
