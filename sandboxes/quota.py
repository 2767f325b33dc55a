"""What a pod takes of a quota, and the words in which one is refused.

PURE. The wording of a refusal is the API server's (apiserver/pkg/admission/plugin/resourcequota, checkRequest).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sandboxes.errors import Cause
from sandboxes.members import Role, members_of
from sandboxes.policy.limits import limits_of
from sandboxes.policy.profiles import Profile
from sandboxes.spec.models import Pod
from sandboxes.spec.quantity import canonical


class Resource(StrEnum):
    """What is counted, by Kubernetes' name where it has one. `members` of all roles; `seconds` of life granted.

    CPU is in milli-CPUs, memory in bytes.
    """

    PODS = "pods"
    MEMBERS = "members"
    CPU = "limits.cpu"
    MEMORY = "limits.memory"
    SECONDS = "seconds"


Amounts = Mapping[Resource, int]


@dataclass(frozen=True)
class Pool:
    """What pods are counted in together: a user's, the guests', a team's, a template's, a node's.

    `limits` has no entry for what is not limited. `name` is the key of its rows: `user/7`, `guests`, `node/n1`;
    `title` is what a refusal calls it. `budgets`: what is added up in it besides pods.
    """

    name: str
    title: str
    limits: Amounts = field(default_factory=dict)
    budgets: tuple[Resource, ...] = ()


BUDGETS = (Resource.MEMBERS, Resource.CPU, Resource.MEMORY, Resource.SECONDS)
# What a machine runs out of; it has any number of members and any time.
NODE_BUDGETS = (Resource.CPU, Resource.MEMORY)


def limited(limits: Amounts) -> Amounts:
    """Without the zeros of the settings, which mean no limit."""
    return {resource: limit for resource, limit in limits.items() if limit}


def node_pool(node: str, *, pods: int, cpu: int, memory: int) -> Pool:
    """The pods on a node, by its row's limits: of pods 0 is none at all, of milli-CPUs and bytes any amount."""
    limits = {Resource.PODS: pods, **limited({Resource.CPU: cpu, Resource.MEMORY: memory})}
    return Pool(f"node/{node}", f"node {node}", limits, NODE_BUDGETS)


def amounts_of(pod: Pod, profile: Profile, *, seconds: int) -> dict[Resource, int]:
    """What the pod takes of each resource; `seconds` is how long it may live (0: no end, which nothing counts).

    CPU and memory: what its members may use at once, so all that stay, or the largest init member alone where that is
    more (component-helpers/resource, PodLimits). A member without a limit has its profile's.
    """
    members = members_of(pod)
    limits = [(each.role, limits_of(pod, each.spec, profile)) for each in members]
    stay = [found for role, found in limits if role is not Role.INIT]
    alone = [found for role, found in limits if role is Role.INIT]
    return {
        Resource.PODS: 1,
        Resource.MEMBERS: len(members),
        Resource.CPU: max(sum(each.milli_cpus for each in stay), *(each.milli_cpus for each in alone), 0),
        Resource.MEMORY: max(sum(each.memory for each in stay), *(each.memory for each in alone), 0),
        Resource.SECONDS: seconds,
    }


@dataclass(frozen=True)
class Holder:
    """A pod that has a share of a pool. `left` is the seconds until it ends by itself, None: it does not.

    `name` is namespace/name, "" where who asks may not see it. `is_ending`: it was deleted, and is not gone yet.
    """

    name: str
    amount: int
    left: int | None = None
    is_ending: bool = False


@dataclass(frozen=True)
class Excess:
    """A limit that a request would exceed."""

    pool: str
    resource: Resource
    requested: int
    used: int
    limit: int


def quantity(resource: Resource, amount: int) -> str:
    """As Kubernetes writes it: 1500m, 512Mi; a count as itself."""
    match resource:
        case Resource.CPU:
            return canonical(f"{amount}m")
        case Resource.MEMORY:
            return canonical(f"{amount / 2**20:g}Mi") if amount % 2**20 == 0 else str(amount)
        case _:
            return str(amount)


def refusal(pod: str, excess: Excess, holders: Iterable[Holder]) -> str:
    """The message of the Status: what Kubernetes says, then what is in use and what frees it."""

    def amount(number: int) -> str:
        return f"{excess.resource}={quantity(excess.resource, number)}"

    numbers = f"requested: {amount(excess.requested)}, used: {amount(excess.used)}, limited: {amount(excess.limit)}"
    told = f'pods "{pod}" is forbidden: exceeded quota: {excess.pool}, {numbers}'
    return "; ".join([told, *(cause.message for cause in causes(excess, holders))])


def causes(excess: Excess, holders: Iterable[Holder]) -> tuple[Cause, ...]:
    """What is in use, by whom, and what frees it, for the details of the Status."""
    found = list(holders)
    return (
        Cause(str(excess.resource), "ExceededQuota", f"in use by {_listed(found) or 'nobody: this alone is too much'}"),
        *((Cause(str(excess.resource), "FreedBy", _freed(found)),) if found else ()),
    )


def soonest(holders: Iterable[Holder]) -> int | None:
    """The seconds until the first of them ends by itself, None when none does."""
    return min((holder.left for holder in holders if holder.left is not None and not holder.is_ending), default=None)


def _listed(holders: list[Holder]) -> str:
    named = [f"{holder.name} (is ending)" if holder.is_ending else holder.name for holder in holders if holder.name]
    others = len(holders) - len(named)
    more = [f"{others} of others"] if others and named else ["pods of others"] if others else []
    return ", ".join([*named, *more])


def _freed(holders: list[Holder]) -> str:
    ending = [holder.name for holder in holders if holder.is_ending and holder.name]
    if ending:
        return f"{ending[0]} is being deleted: try again when it is gone"
    named = [holder for holder in holders if holder.name and holder.left is not None]
    first = min(named, key=lambda holder: holder.left or 0, default=None)
    told = (
        "deleting one of them frees its share" if any(holder.name for holder in holders) else "it is freed as they end"
    )
    return told if first is None else f"{told}; {first.name} ends by itself in {duration(first.left or 0)}"


def duration(seconds: int) -> str:
    """In words, in two units at most: 45 s, 25 min, 1 h 30 min, 2 d 3 h. Rounded down."""
    for size, unit, smaller, small_unit in ((86400, "d", 3600, "h"), (3600, "h", 60, "min")):
        if seconds >= size:
            whole, rest = divmod(seconds, size)
            return f"{whole} {unit}" + (f" {rest // smaller} {small_unit}" if rest >= smaller else "")
    return f"{seconds // 60} min" if seconds >= 60 else f"{max(seconds, 0)} s"
