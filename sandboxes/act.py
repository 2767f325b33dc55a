"""Performs a plan's actions on one node: each a short call, its outcome a value. No rows, no decisions."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from concurrent.futures import Executor, as_completed
from dataclasses import dataclass, field, replace
from datetime import datetime
from time import monotonic

from sandboxes import policy
from sandboxes.actions import (
    Action,
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
from sandboxes.engine.naming import Identity, table_name
from sandboxes.engine.port import Engine
from sandboxes.errors import ConfigError, EngineError, PlaygroundError
from sandboxes.host.port import Host, Wants
from sandboxes.members import members_of
from sandboxes.outcome import Done
from sandboxes.plan import PAUSE, Intent
from sandboxes.spec.containers import PAUSE_TARGET
from sandboxes.spec.environment import process
from sandboxes.spec.facts import Facts, SourceMissing, Sources
from sandboxes.spec.files import pod_files
from sandboxes.spec.models import AnyContainer, EphemeralContainer
from sandboxes.world import Observed

MESSAGE_PATH = "/dev/termination-log"


@dataclass(frozen=True)
class Tools:
    """A node's engine and host, what its pods are built with, and the pool that engine calls run in.

    `scans`: no member is made from an image that no scan has accepted.
    """

    engine: Engine
    host: Host
    install: str
    node: str
    host_ip: str
    executor: Executor
    clock: Callable[[], datetime]
    scans: bool = False


@dataclass
class Hands:
    """Does one action at a time for one pod. `ids` grows as containers are made: (member, attempt) → id.

    `facts` are what members are told of the pod, its address once the network is prepared.
    """

    tools: Tools
    uid: uuid.UUID
    intent: Intent
    profile: policy.Profile
    observed: Observed
    facts: Facts
    sources: Sources = field(default_factory=Sources)
    ids: dict[tuple[str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids |= {(c.member, c.attempt): c.id for c in self.observed.containers}

    def do(self, action: Action) -> Done:
        """The action, done or failed; only a bug or a crash raises."""
        started, clock = self.tools.clock(), monotonic()
        try:
            effect, container_id, ip = self._do(action)
        except PlaygroundError as exc:
            return Done(action, started, _ms(clock), error=exc)
        return Done(action, started, _ms(clock), effect=effect, container_id=container_id, ip=ip)

    def _do(self, action: Action) -> tuple[str, str, str]:
        """(effect, container id, ip)."""
        engine, host = self.tools.engine, self.tools.host
        match action:
            case MakeFiles():
                files = pod_files(self.facts, self.sources, self.profile.room)
                host.make_files(self.uid, files)
                held = f", {len(files.volumes)} volumes" if files.volumes else ""
                return f"hosts and resolv.conf, empty until the address is known{held}", "", ""
            case CreatePause(attempt):
                return self._create_pause(attempt)
            case StartPause(attempt):
                # After a reboot the bridge is there before watch has closed it: no pod stands on an open one.
                host.require_table(table_name(self.tools.install))
                engine.start(self.ids[PAUSE, attempt])
                return "network, IPC and UTS namespaces, a veth pair on the bridge", self.ids[PAUSE, attempt], ""
            case PrepareNetwork(attempt):
                return self._prepare_network(attempt)
            case RemoveFiles():
                host.remove_files(self.uid)
                return "files gone", "", ""
            case Forget():
                return "nothing left", "", ""
            case _:
                return self._do_container(action)

    def _do_container(self, action: CreateMember | StartMember | Terminate | Kill | Remove) -> tuple[str, str, str]:
        engine = self.tools.engine
        match action:
            case CreateMember():
                return self._create_member(action)
            case StartMember(member, attempt):
                engine.start(self.ids[member, attempt])
                joined = "network, IPC and PID" if self.intent.pod.spec.share_process_namespace else "network and IPC"
                return f"its first process, in pause's {joined} namespaces", self.ids[member, attempt], ""
            case Terminate(_, container_id, signal, grace):
                engine.signal(container_id, signal)
                return f"{signal} sent, KILL after {grace} s", container_id, ""
            case Kill(_, container_id):
                engine.signal(container_id, "SIGKILL")
                return "KILL sent", container_id, ""
            case Remove(_, container_id):
                engine.remove(container_id)
                return "container gone", container_id, ""

    def _create_pause(self, attempt: int) -> tuple[str, str, str]:
        body = policy.pause_body(self.basis, image=self.intent.pause_image, host_ip=self.tools.host_ip)
        made = self.tools.engine.create_pause(self._identity(PAUSE, attempt, attempt), body)
        self.ids[PAUSE, attempt] = made
        return f"container {made[:12]}", made, ""

    def _create_member(self, action: CreateMember) -> tuple[str, str, str]:
        member = next(m.spec for m in members_of(self.intent.pod) if m.name == action.member)
        image = self.observed.images[member.image]
        if not (image.runs or member.command or member.args):
            raise EngineError("no command specified")
        try:
            started = process(member, self.facts, self.sources)
            uses = policy.uses_of(self.intent.pod, member, started.env)
        except SourceMissing as exc:
            raise ConfigError(str(exc)) from exc
        wants = Wants(uses, member.termination_message_path or MESSAGE_PATH)
        mounts = self.tools.host.mounts(self.uid, action.member, action.attempt, wants)
        made = policy.Made(
            image.id,
            started,
            image_user=image.user,
            mounts=mounts,
            pid_of=self._target(member, action.pause_attempt),
            writes=image.writes,
        )
        body = policy.member_body(self.basis, member, made)
        identity = self._identity(action.member, action.attempt, action.pause_attempt)
        container = self.tools.engine.create_member(identity, body, self.ids[PAUSE, action.pause_attempt])
        self.ids[action.member, action.attempt] = container
        return f"container {container[:12]}, joining pause", container, ""

    def _target(self, member: AnyContainer, pause_attempt: int) -> str:
        """The id of the container whose PID namespace a debug member joins, "" for none. Raises ConfigError."""
        if not isinstance(member, EphemeralContainer) or not member.target_container_name:
            return ""
        name = member.target_container_name
        if name == PAUSE_TARGET and all(name != each.name for each in members_of(self.intent.pod)):
            return self.ids[PAUSE, pause_attempt]
        running = (c.id for c in self.observed.members(name) if c.alive)
        found = next(running, "")
        if not found:
            raise ConfigError(f'unable to find target container "{name}"')
        return found

    @property
    def basis(self) -> policy.Basis:
        intent = self.intent
        return policy.Basis(intent.pod, self.profile, intent.spec_hash, intent.full_name, intent.number)

    def _prepare_network(self, attempt: int) -> tuple[str, str, str]:
        """Names and addresses first, then the lock and the bound: no member starts before all (ARCHITECTURE §6)."""
        pause_id = self.ids[PAUSE, attempt]
        seen = self.tools.engine.inspect(pause_id)
        if seen is None or not seen.alive or not seen.ip:
            raise EngineError(f"pause {pause_id[:12]} has no address: it is {seen.state if seen else 'gone'}")
        self.facts = replace(self.facts, ip=seen.ip)
        pod = self.intent.pod
        self.tools.host.fill_files(self.uid, hosts=policy.hosts_text(pod, seen.ip), resolver=policy.resolver_text(pod))
        self.tools.host.lock_network(seen.pid, pause_id)
        if inodes := self.profile.ipc.inodes:
            self.tools.host.bound_shm(seen.pid, pause_id, inodes)
        return f"address {seen.ip}, hosts written, Docker's resolver refused", pause_id, seen.ip

    def _identity(self, member: str, attempt: int, pause_attempt: int) -> Identity:
        return Identity(self.tools.install, self.uid, self.intent.pod.metadata.name, member, attempt, pause_attempt)


def act(stages: tuple[Stage, ...], hands: Hands, *, before: Callable[[], None], after: Callable[[Done], None]) -> bool:
    """Run the stages; `before` each stage's calls, `after` each call, both in the caller's thread.

    An error stops what depends on it: a member's stops that member, any other stops the rest. False: stopped.
    """
    broken: set[str] = set()
    for stage in hoisted(stages):
        before()
        due = [action for action in stage if _subject(action) not in broken]
        futures = [hands.tools.executor.submit(hands.do, action) for action in due]
        for future in as_completed(futures):
            done = future.result()
            after(done)
            if done.error is not None:
                broken.add(_subject(done.action))
        if broken - {m.name for m in members_of(hands.intent.pod)}:
            return False
    return not broken


def _subject(action: Action) -> str:
    """The member an error stops; "" stands for all of the pod."""
    match action:
        case CreateMember(member) | StartMember(member):
            return member
        case _:
            return ""


def _ms(since: float) -> int:
    return round((monotonic() - since) * 1000)
