"""Closes the gap between what a pod's row wants and what its node shows. The one function that changes pods.

Level-driven: the argument is the uid and nothing else. A pass never waits: what lasts is asked for by the row.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db import OperationalError

from sandboxes import messages, rows, spec
from sandboxes.act import Hands, Tools, act
from sandboxes.actions import Forget
from sandboxes.errors import EngineUnavailable, Malformed, MountFailed, PlaygroundError, SpecRefused
from sandboxes.images import newest_pull, resolved
from sandboxes.journal import asked, changed, cut_off, located, turned, unretrieved
from sandboxes.members import members_of
from sandboxes.models import Pod
from sandboxes.outcome import Done, Source, told
from sandboxes.pins import pins_of, scans_of
from sandboxes.plan import BackOff, Intent, Look, plan, references
from sandboxes.policy import Profile, is_image_id, profile_named, refusals, without_pulls
from sandboxes.rows import Claim, Known, LostClaim
from sandboxes.sources import missing_pull_secrets, sources_of
from sandboxes.spec.facts import Facts, Sources
from sandboxes.spec.files import pod_files
from sandboxes.status import Place, status
from sandboxes.world import Desired, Memory, Observed, Wanted

log = logging.getLogger(__name__)

LOOKS = 20  # one pass settles in a few; more means another writer is at work, and the sweep goes on
AFTER_OUTAGE = timedelta(seconds=2)
AFTER_BUG = timedelta(minutes=5)


def reconcile(uid: uuid.UUID, tools: Tools, *, pause_image: str, back_off: BackOff) -> None:
    """Bring one pod nearer to what is wanted.

    1 claim  2 observe  3 plan  4 act  5 record  6 publish  7 release, or look again.
    """
    claim = Claim.take(uid, tools.node, tools.clock())
    if claim is None:
        return
    try:
        for _ in range(LOOKS):
            if _look(claim, tools, pause_image=pause_image, back_off=back_off):
                return
        _push(claim, tools, AFTER_OUTAGE)
    except LostClaim:
        log.info("pod %s: another pass took over", uid)
    except (SpecRefused, Malformed) as exc:
        _refuse(claim, tools, exc)
    except (PlaygroundError, OperationalError) as exc:  # the engine or the database is away, or will not
        log.warning("pod %s: %s", uid, exc)
        _push(claim, tools, AFTER_OUTAGE)
    except Exception:
        _push(claim, tools, AFTER_BUG)  # first out of everyone's way, then loud
        raise


def _push(claim: Claim, tools: Tools, wait: timedelta) -> None:
    now = tools.clock()
    claim.push(now + wait, now)


def _look(claim: Claim, tools: Tools, *, pause_image: str, back_off: BackOff) -> bool:
    """One look at the pod and what follows from it; True when the pass is over."""
    row = claim.row()
    known = _facts(row, tools)
    look = _observe(row, tools, known, pause_image, back_off)
    planned = plan(look)
    before, look = look.memory, replace(look, memory=planned.memory)
    wanted = [Wanted.model_validate(want) for want in row.wanted]
    found = status(look, previous=row.status, place=Place(tools.host_ip, row.created_at))
    pulling = asked(wanted, planned.wanted, look.members)
    entries = located(
        (
            *changed(before, planned.memory, look.observed),
            *unretrieved(known.missing, first=not row.status.get("startTime"), pulling=pulling),
            *pulling,
            *cut_off(wanted, planned.wanted, look.facts),
            *turned(row.status, found, pod=look.intent.full_name),
        ),
        look.intent.pod,
    )
    claim.record(row, Known(found, planned.memory, planned.wanted), entries, look.now)
    if not planned.stages:
        return claim.release(row, planned.look_at)
    notes = _Notes(claim, row, look, back_off)
    hands = Hands(tools, row.uid, look.intent, profile_named(row.profile), look.observed, known.facts, known.sources)
    complete = act(planned.stages, hands, before=lambda: claim.renew(tools.clock()), after=notes.after)
    if notes.outage is not None:
        raise notes.outage
    if complete and any(isinstance(action, Forget) for stage in planned.stages for action in stage):
        claim.finish(row, tools.clock())
        return True
    notes.keep()
    if not complete and look.intent.desired is Desired.GONE:
        _push(claim, tools, AFTER_OUTAGE)
        return True
    return False


def _refuse(claim: Claim, tools: Tools, refused: PlaygroundError) -> None:
    """The row says what no profile gives: nothing is built from it, and only deleting it ends it."""
    row = claim.row()
    found = row.status | {"phase": "Failed", "reason": "SpecRefused", "message": str(refused)}
    claim.record(row, Known(found, Memory.model_validate(row.memory)), (), tools.clock())
    if not claim.release(row, None):
        _push(claim, tools, AFTER_OUTAGE)


class _Notes:
    """Collects what a pass's actions change; called in the pass's own thread."""

    def __init__(self, claim: Claim, row: Pod, look: Look, back_off: BackOff) -> None:
        self.claim, self.row, self.back_off = claim, row, back_off
        self.known = self.memory = look.memory
        # A pull that ended because the image was built here has pulled nothing.
        local = {name for name, image in look.observed.images.items() if image.local}
        self.pod = look.intent.pod
        pulls = {m.spec.image: newest_pull(m.spec.image, look.facts) for m in members_of(self.pod)}
        self.sources = {
            m.name: Source(m.spec.image, pulls[m.spec.image] >= 0 and m.spec.image not in local, pulls[m.spec.image])
            for m in members_of(self.pod)
        }
        self.outage: EngineUnavailable | None = None

    def after(self, done: Done) -> None:
        now = done.started + timedelta(milliseconds=done.ms)
        log.info("pod %s: %s %d ms %s", self.row.uid, done.action, done.ms, done.error or "ok")
        if isinstance(done.error, EngineUnavailable):
            self.outage = done.error
        source = self.sources.get(getattr(done.action, "member", ""), Source())
        result = told(self.memory, done, source=source, back_off=self.back_off)
        self.memory = result.memory
        self.claim.step(done, located(result.entries, self.pod), now)

    def keep(self) -> None:
        """Save what was learnt; a crash before this repeats actions, which is harmless."""
        if self.memory != self.known:
            self.claim.remember(self.memory)


@dataclass(frozen=True)
class _Told:
    """What members may be told: facts about the pod, and the ConfigMaps and Secrets it names.

    `missing`: the pull secrets that are not there.
    """

    facts: Facts
    sources: Sources
    missing: tuple[str, ...]


def _facts(row: Pod, tools: Tools) -> _Told:
    pod = _tombstone(row) if row.desired == Desired.GONE else _accepted(row)
    profile = profile_named(row.profile)
    facts = Facts(
        pod,
        row.namespace.name,
        str(row.uid),
        tools.node,
        tools.host_ip,
        ip=Memory.model_validate(row.memory).ip,
        most={"memory": str(profile.memory), "cpu": f"{profile.milli_cpus}m"},
    )
    return _Told(facts, sources_of(pod, row.namespace), missing_pull_secrets(pod, row.namespace))


def _digest(told: _Told, profile: Profile) -> str:
    """What the pod's files are to be made from; what cannot be told is tried, and says why."""
    try:
        return pod_files(told.facts, told.sources, profile.room).digest
    except MountFailed:
        return "a source is missing"


def _observe(row: Pod, tools: Tools, told: _Told, pause_image: str, back_off: BackOff) -> Look:
    desired, pod, profile = Desired(row.desired), told.facts.pod, profile_named(row.profile)
    intent = Intent(
        pod,
        row.spec_hash,
        desired,
        row.deletion_grace or 0,
        pause_image,
        files=_digest(told, profile),
        taken_on=row.created_at,
        gates=row.gates,
        restarts=row.restarts,
        full_name=f"{row.name}_{row.namespace.name}({row.uid})",
        number=row.number,
        ending=row.ending,
        on_disk=profile.disk is not None,
    )
    observed = Observed(
        containers=tools.engine.observe(row.uid),
        files=tools.host.files(row.uid),
    )
    look = Look(intent, observed, rows.facts_of(row), Memory.model_validate(row.memory), tools.clock(), back_off)
    seen = replace(_with_images(look, tools), messages=_messages(look, row, tools))
    return replace(look, observed=seen)


def _with_images(look: Look, tools: Tools) -> Observed:
    """What the look depends on of the node's images: what names mean there, what they are pinned to, what was scanned.

    The node's own pause image is its settings' and nobody else's.
    """
    names = references(look)
    pins = pins_of(name for name in names if name != look.intent.pause_image)
    here = tools.engine.images((*names, *(pin for pin in pins.values() if is_image_id(pin))))
    fit, unfit = resolved(names, here, pins)
    scans = scans_of(image.id for image in fit.values()) if tools.scans else None
    return replace(look.observed, images=fit, unfit=unfit, scans=scans)


def _messages(look: Look, row: Pod, tools: Tools) -> dict[str, str]:
    """What members that just ended have left to say, by container id."""
    found: dict[str, str] = {}
    specs = {member.name: member.spec for member in look.members}
    for container in messages.unread(look):
        most = messages.limit(look.intent.pod)
        message = tools.host.termination_message(row.uid, container.member, container.attempt, most)
        spec_of = specs.get(container.member)
        if spec_of is not None and messages.falls_back(spec_of, container, message):
            message = messages.of_log(tools.engine.tail(container.id, messages.LINES_OF_LOG))
        found[container.id] = message
    return found


def _accepted(row: Pod) -> spec.Pod:
    """The pod that the row asks for. The node trusts no row, for the web tier writes the database.

    Raises Malformed or SpecRefused.
    """
    pod = spec.decode(row.manifest)
    if refused := (*spec.validate(pod), *refusals(pod, profile_named(row.profile))):
        raise SpecRefused(row.name, refused)
    return pod if profile_named(row.profile).pulls else without_pulls(pod)


def _tombstone(row: Pod) -> spec.Pod:
    """Taking down asks for nothing of the spec, so a row that cannot be read can be taken down too."""
    try:
        return spec.decode(row.manifest)
    except (Malformed, SpecRefused):
        return spec.Pod(metadata=spec.ObjectMeta(name=row.name))
