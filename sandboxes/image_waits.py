"""Why a member waits for its image, with Kubernetes' reasons.

PURE. A pinned name is to be read as a digest: where the policy allows no pull it is ErrImageNeverPull, else a failed
pull. No kubelet scans; of an image that it cannot look into it says ImageInspectError (pkg/kubelet/images/types.go).
"""

from __future__ import annotations

from sandboxes import images, policy
from sandboxes.members import Member
from sandboxes.plan import Look
from sandboxes.world import Desired, Failure, Unfit

SCANNING = "Waiting for the scan of image"


def why(look: Look, member: Member) -> tuple[str, str] | None:
    """Reason and message of a member that has no container; None when its image is not what it waits for."""
    image = member.spec.image
    if look.intent.desired is Desired.RUNNING and (never := _never(look, member)):
        return "ErrImageNeverPull", never
    ready = images.ready_for_member(member.spec, look.observed.images, look.facts, look.memory.pulled)
    pull = look.memory.failures.get(f"image/{image}")
    if pull is not None and not ready:
        return _failed_pull(look, image, pull)
    if images.being_built(image, look.facts) and image not in look.observed.images:
        return "ContainerCreating", f'Waiting for image "{image}" to be built on this node'
    return _scan(look, image) if ready else None


def _never(look: Look, member: Member) -> str:
    """Why no pull will bring the image, "" where one may, or the image is there."""
    image, unfit = member.spec.image, look.observed.unfit.get(member.spec.image)
    if image in look.observed.images:
        return ""
    never = member.spec.image_pull_policy == "Never"
    if unfit is not None and (never or unfit.local or images.built_here(image)):
        return f'Container image "{image}" {_differs(unfit)}' + (" with pull policy of Never" if never else "")
    if never:
        return f'Container image "{image}" is not present with pull policy of Never'
    if images.built_here(image):
        return f'Container image "{image}" is built here, and is not on this node: run scripts/images there'
    return ""


def _differs(unfit: Unfit) -> str:
    found = f"this node has {unfit.found} for that name" if unfit.found else "this node has no such image"
    return f"is pinned to {unfit.pinned}, which is not present: {found}"


def _failed_pull(look: Look, image: str, pull: Failure) -> tuple[str, str]:
    if look.now - pull.at < images.SHOWN_AS_ERROR:
        return "ErrImagePull", pull.message
    return "ImagePullBackOff", f'Back-off pulling image "{image}": ErrImagePull: {pull.message}'


def _scan(look: Look, image: str) -> tuple[str, str] | None:
    scans = look.observed.scans
    if scans is None:
        return None
    key = look.observed.images[image].id
    scan = scans.get(key)
    if scan is None:
        return "ContainerCreating", f'{SCANNING} "{image}"'
    match scan.outcome:
        case policy.ACCEPTED:
            return None
        case policy.REFUSED:
            return "ImageInspectError", f'Failed to inspect image "{image}": the scan refused {key}: {scan.message}'
        case _:
            told = f"the scan of {key} came to no verdict: {scan.message}"
            return "ImageInspectError", f'Failed to inspect image "{image}": {told}'
