"""Closes the gap between what a pod's row wants and what its node shows. The one function that changes pods.

Level-driven: the argument is the uid and nothing else. A pass never waits: what lasts is asked for by the row.
"""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from datetime import timedelta

from sandboxes import rows, spec
from sandboxes.act import Hands, Tools, act
from sandboxes.actions import Forget
from sandboxes.errors import EngineUnavailable, SpecRefused
from sandboxes.models import Pod
from sandboxes.outcome import Done, told, turned
from sandboxes.plan import BackOff, Intent, Look, Plan, plan, references
from sandboxes.policy import PROFILES, refusals
from sandboxes.rows import Claim, LostClaim
from sandboxes.status import Place, status
from sandboxes.world import Desired, Memory, Observed

log = logging.getLogger(__name__)

LOOKS = 20  # one pass settles in a few; more means another writer is at work, and the sweep goes on
AFTER_OUTAGE = timedelta(seconds=2)
AFTER_BUG = timedelta(minutes=5)


def reconcile(uid: uuid.UUID, tools: Tools, *, pause_image: str, back_off: BackOff) -> None:
    """Bring one pod nearer to what is wanted.

    1 claim  2 observe  3 plan  4 act  5 record  6 publish  7 release, or look again.
    """
    claim = Claim.take(uid, tools.clock())
    if claim is None:
        return
    try:
        for _ in range(LOOKS):
            if _look(claim, tools, pause_image=pause_image, back_off=back_off):
                return
        claim.push(tools.clock() + AFTER_OUTAGE)
    except LostClaim:
        log.info("pod %s: another pass took over", uid)
    except EngineUnavailable as exc:
        log.warning("pod %s: %s", uid, exc)
        claim.push(tools.clock() + AFTER_OUTAGE)
    except SpecRefused as exc:
        _refuse(claim, exc)
    except Exception:
        claim.push(tools.clock() + AFTER_BUG)  # first out of everyone's way, then loud
        raise


def _look(claim: Claim, tools: Tools, *, pause_image: str, back_off: BackOff) -> bool:
    """One look at the pod and what follows from it; True when the pass is over."""
    row = claim.row()
    look = _observe(row, tools, pause_image)
    planned = plan(look, back_off)
    look = replace(look, memory=planned.memory)
    _record(claim, row, look, planned, host_ip=tools.host_ip)
    if not planned.stages:
        claim.prune_steps()
        return claim.release(row, planned.look_at)
    notes = _Notes(claim, row, look, back_off)
    hands = Hands(tools, row.uid, look.intent, PROFILES[row.profile], look.observed)
    complete = act(planned.stages, hands, before=lambda: claim.renew(tools.clock()), after=notes.after)
    if notes.outage is not None:
        raise notes.outage
    if complete and any(isinstance(action, Forget) for stage in planned.stages for action in stage):
        claim.finish(row, tools.clock())
        return True
    notes.keep()
    if not complete and look.intent.desired is Desired.GONE:
        claim.push(tools.clock() + AFTER_OUTAGE)
        return True
    return False


def _refuse(claim: Claim, refused: SpecRefused) -> None:
    """The row says what no profile gives: nothing is built from it, and only deleting it ends it."""
    row = claim.row()
    found = row.status | {"phase": "Failed", "reason": "SpecRefused", "message": str(refused)}
    claim.record(row, status=found, memory=Memory.model_validate(row.memory), wanted=())
    claim.release(row, None)


class _Notes:
    """Collects what a pass's actions change; called in the pass's own thread."""

    def __init__(self, claim: Claim, row: Pod, look: Look, back_off: BackOff) -> None:
        self.claim, self.row, self.back_off = claim, row, back_off
        self.known = self.memory = look.memory
        self.images = {member.name: member.image for member in look.intent.pod.spec.containers}
        self.outage: EngineUnavailable | None = None

    def after(self, done: Done) -> None:
        now = done.started + timedelta(milliseconds=done.ms)
        log.info("pod %s: %s %d ms %s", self.row.uid, done.action, done.ms, done.error or "ok")
        if isinstance(done.error, EngineUnavailable):
            self.outage = done.error
        image = self.images.get(getattr(done.action, "member", ""), "")
        result = told(self.memory, done, image=image, back_off=self.back_off)
        self.memory = result.memory
        self.claim.step(done, result.entries, now)

    def keep(self) -> None:
        """Save what was learnt; a crash before this repeats actions, which is harmless."""
        if self.memory != self.known:
            self.claim.remember(self.memory)


def _observe(row: Pod, tools: Tools, pause_image: str) -> Look:
    pod = spec.decode(row.manifest)
    # The node trusts no row: the web tier writes the database.
    refused = (*spec.validate(pod), *refusals(pod, PROFILES[row.profile]))
    desired = Desired(row.desired)
    if refused and desired is not Desired.GONE:
        raise SpecRefused(row.name, refused)
    intent = Intent(pod, row.spec_hash, desired, row.deletion_grace or 0, pause_image)
    observed = Observed(
        containers=tools.engine.observe(row.uid),
        files=tools.host.files_exist(row.uid),
    )
    look = Look(intent, observed, rows.facts_of(row), Memory.model_validate(row.memory), tools.clock())
    return replace(look, observed=replace(observed, images=tools.engine.images(references(look))))


def _record(claim: Claim, row: Pod, look: Look, planned: Plan, *, host_ip: str) -> None:
    found = status(look, previous=row.status, place=Place(host_ip, row.created_at))
    rows.write(row.uid, turned(row.status, found), look.now)
    claim.record(row, status=found, memory=planned.memory, wanted=planned.wanted)
