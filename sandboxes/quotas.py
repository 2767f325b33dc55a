"""Quotas in the database: places for pods, taken and freed, and what a pool's pods have together.

A place is a row (pool, number) that the database holds unique, and a budget is raised by one UPDATE that names its
limit: neither counts first and writes later, so both hold for requests at the same time. A pod is counted for whoever
made it, for its namespace's team, and on its node. Its share is freed when its containers are gone (`finished_at`), not
when its name is. Whoever takes, raises or frees has taken `Counter.next()` before, in the same transaction: so none
waits for a row of another who waits for one of theirs.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import Count, F, QuerySet
from django.db.models.functions import Now

from people.models import Team
from people.roles import is_guest, role_of
from people.rules import Role, sees_all
from sandboxes import quota, spec
from sandboxes.errors import QuotaExceeded
from sandboxes.models import Budget, Namespace, Node, Pod, Share, Slot
from sandboxes.policy import profile_named
from sandboxes.quota import BUDGETS, Excess, Holder, Pool, Resource, limited, node_pool
from sandboxes.world import Desired

USER, GUESTS = "user", "guests"


@dataclass(frozen=True)
class Use:
    """How much of a resource a pool's pods have. `limit` None: as much as there is. `by`: which pods, oldest first."""

    pool: str
    resource: Resource
    used: int
    limit: int | None
    by: tuple[Holder, ...]


def pools_of(maker: User, home: Namespace) -> tuple[Pool, ...]:
    """The pools that a pod of this maker's in that namespace is counted in: theirs, and its team's."""
    return (*_own_pools(maker), *((_team_pool(home.team, maker),) if home.team is not None else ()))


def _own_pools(maker: User) -> tuple[Pool, ...]:
    own = Pool(f"user/{maker.pk}", USER, _for(maker, "{}_PER_USER"), BUDGETS)
    return (own, Pool(GUESTS, GUESTS, _for(maker, "GUEST_{}"), BUDGETS)) if is_guest(maker) else (own,)


def _team_pool(team: Team, maker: User) -> Pool:
    return Pool(f"team/{team.pk}", f"team {team.name}", _for(maker, "{}_PER_TEAM"), BUDGETS)


def _for(maker: User, setting: str) -> quota.Amounts:
    """An operator has no limits, and is counted too."""
    return {} if role_of(maker) is Role.OPERATOR else limited(_limits(setting))


def _limits(setting: str) -> quota.Amounts:
    """By the settings of that name, with PODS, MEMBERS, CPU, MEMORY or SECONDS in it."""
    return {resource: getattr(settings, setting.format(resource.name)) for resource in Resource}


def pool_of_node(node: Node) -> Pool:
    """What the node's row says of it: nobody's pods are without these limits."""
    return node_pool(node.name, pods=node.max_pods, cpu=node.max_cpu, memory=node.max_memory)


def take(row: Pod, pools: Iterable[Pool], *, seconds: int, viewer: User) -> None:
    """The pod's place and shares in every pool, in the caller's transaction, after its row. Raises QuotaExceeded.

    `seconds`: how long it may live. `viewer` is told which pods are in the way, as far as they are theirs to see.
    """
    amounts = amounts_of(row, seconds)
    for pool in pools:
        lacking = _take(row, pool, amounts)
        if lacking is not None:
            raise _refused(row, pool, lacking, amounts[lacking], viewer)


def take_on_node(row: Pod, node: Node) -> Resource | None:
    """The pod's place and shares on a node; or what it has too little of, and then nothing is taken."""
    with transaction.atomic():
        lacking = _take(row, pool_of_node(node), amounts_of(row))
        if lacking is not None:
            transaction.set_rollback(True)
    return lacking


def _take(row: Pod, pool: Pool, amounts: quota.Amounts) -> Resource | None:
    """What the pool has too little of, None when all is taken; what else was taken is the caller's to undo."""
    if not take_place(row.uid, pool):
        return Resource.PODS
    known = _budgets(pool)
    for resource in pool.budgets:
        if not _raise(pool, resource, amounts[resource]):
            return resource
    shares = [Share(pod_id=row.uid, budget_id=known[each], amount=amounts[each]) for each in pool.budgets]
    Share.objects.bulk_create(shares)
    return None


def check(row: Pod, pools: Iterable[Pool], *, seconds: int, viewer: User) -> None:
    """What `take` would say now, for a dry run: nothing is written. Raises QuotaExceeded."""
    amounts = amounts_of(row, seconds)
    for pool in pools:
        for resource in (Resource.PODS, *pool.budgets):
            limit = pool.limits.get(resource)
            if limit is not None and _used(pool, resource) + amounts[resource] > limit:
                raise _refused(row, pool, resource, amounts[resource], viewer)


def more(row: Pod, resource: Resource, amount: int, *, viewer: User) -> None:
    """A larger share for a pod that is there, in all its pools. Raises QuotaExceeded."""
    node = (pool_of_node(row.node),) if row.node is not None else ()
    for pool in (*pools_of(row.maker or row.namespace.owner, row.namespace), *node):
        if resource not in pool.budgets:
            continue
        budget = _budgets(pool)[resource]
        if not _raise(pool, resource, amount):
            raise _refused(row, pool, resource, amount, viewer)
        share, made = Share.objects.get_or_create(pod_id=row.uid, budget_id=budget, defaults={"amount": amount})
        if not made:
            Share.objects.filter(pk=share.pk).update(amount=F("amount") + amount)


def grown(row: Pod, before: spec.Pod, after: spec.Pod, *, viewer: User) -> None:
    """The shares that a pod takes more when its spec has more members. Raises QuotaExceeded."""
    profile = profile_named(row.profile)
    held, wanted = (quota.amounts_of(pod, profile, seconds=0) for pod in (before, after))
    for resource in BUDGETS:
        if wanted[resource] > held[resource]:
            more(row, resource, wanted[resource] - held[resource], viewer=viewer)


def free(uid: uuid.UUID, pools: Iterable[Pool] | None = None) -> None:
    """Give back what the pod has in these pools (None: in all), in the caller's transaction; harmless when it has
    nothing.
    """
    slots, shares = Slot.objects.filter(pod_id=uid), Share.objects.filter(pod_id=uid)
    if pools is not None:
        names = [pool.name for pool in pools]
        slots, shares = slots.filter(pool__in=names), shares.filter(budget__pool__in=names)
    slots.delete()
    for share in shares:
        # Who deletes the row gives back what it says: two at once give it back once.
        if Share.objects.filter(pk=share.pk).delete()[0]:
            Budget.objects.filter(pk=share.budget_id).update(used=F("used") - share.amount)


def take_place(uid: uuid.UUID, pool: Pool) -> bool:
    """The lowest number of the pool that nobody has; False when all are taken."""
    most = pool.limits.get(Resource.PODS)
    taken = set(Slot.objects.filter(pool=pool.name).values_list("number", flat=True))
    if most is not None and len(taken) >= most:  # also where the limit was higher when they were taken
        return False
    for number in count(1) if most is None else range(1, most + 1):
        if number in taken:
            continue
        try:
            with transaction.atomic():
                Slot.objects.create(pool=pool.name, number=number, pod_id=uid)
            return True
        except IntegrityError:  # another took it since: the next one
            continue
    return False


def _budgets(pool: Pool) -> dict[str, int]:
    """The keys of the pool's budgets by resource; they are made at first need."""
    found = Budget.objects.filter(pool=pool.name)
    known = dict(found.values_list("resource", "pk"))
    missing = [Budget(pool=pool.name, resource=resource) for resource in pool.budgets if resource not in known]
    if not missing:
        return known
    Budget.objects.bulk_create(missing, ignore_conflicts=True)
    return dict(found.all().values_list("resource", "pk"))


def _raise(pool: Pool, resource: Resource, amount: int) -> bool:
    """Raise a budget; False when the pool has not so much left."""
    found = Budget.objects.filter(pool=pool.name, resource=resource)
    limit = pool.limits.get(resource)
    room = found if limit is None else found.filter(used__lte=limit - amount)
    return bool(room.update(used=F("used") + amount))


def amounts_of(row: Pod, seconds: int = 0) -> Mapping[Resource, int]:
    """What the pod counts as, when it may live for so many seconds."""
    return quota.amounts_of(spec.decode(row.manifest), profile_named(row.profile), seconds=seconds)


def budgets_of(pool: Pool) -> dict[Resource, int]:
    """What the pool's pods have of each resource but places."""
    found = Budget.objects.filter(pool=pool.name)
    return {Resource(resource): used for resource, used in found.values_list("resource", "used")}


def _used(pool: Pool, resource: Resource) -> int:
    if resource is Resource.PODS:
        return Slot.objects.filter(pool=pool.name).count()
    return budgets_of(pool).get(resource, 0)


def _refused(row: Pod, pool: Pool, resource: Resource, amount: int, viewer: User) -> QuotaExceeded:
    holders = _holders((pool,), viewer)[pool.name, resource]
    excess = Excess(pool.title, resource, amount, _used(pool, resource), pool.limits[resource])
    return QuotaExceeded(
        quota.refusal(row.name, excess, holders),
        name=row.name,
        causes=quota.causes(excess, holders),
        retry_after=quota.soonest(holders),
    )


def used_on(nodes: Iterable[Node]) -> dict[tuple[str, str], int]:
    """What the pods of these nodes have, by name of the node's pool and resource. Two queries, however many."""
    pools = [pool_of_node(node) for node in nodes]
    slots = Slot.objects.filter(pool__in=[pool.name for pool in pools])
    places = slots.values("pool").annotate(taken=Count("pk"))
    return _sums(pools) | {(each["pool"], Resource.PODS): each["taken"] for each in places}


def _sums(pools: Iterable[Pool]) -> dict[tuple[str, str], int]:
    found = Budget.objects.filter(pool__in=[pool.name for pool in pools]).values_list("pool", "resource", "used")
    return {(pool, resource): used for pool, resource, used in found}


def uses(user: User) -> tuple[Use, ...]:
    """What is in use of each resource of each of this user's pools, and of their teams'. Six queries, however many."""
    pools = (*_own_pools(user), *(_team_pool(team, user) for team in _teams(user)))
    holders = _holders(pools, user)
    used = _sums(pools) | {key: len(pods) for key, pods in holders.items() if key[1] is Resource.PODS}
    return tuple(
        Use(pool.title, each, used.get((pool.name, each), 0), pool.limits.get(each), tuple(holders[pool.name, each]))
        for pool in pools
        for each in (Resource.PODS, *pool.budgets)
    )


def _holders(pools: Iterable[Pool], viewer: User) -> defaultdict[tuple[str, str], list[Holder]]:
    """By pool and resource the pods that have a share, oldest first; without their names those that the viewer may not
    see.
    """
    names = [pool.name for pool in pools]
    is_all, teams = sees_all(role_of(viewer)), set(_teams(viewer).values_list("pk", flat=True))
    found: defaultdict[tuple[str, str], list[Holder]] = defaultdict(list)

    def add(pool: str, resource: str, amount: int, pod: Pod, now: datetime) -> None:
        home = pod.namespace
        is_seen = is_all or home.owner_id == viewer.pk or home.team_id in teams
        found[pool, resource].append(_holder(pod, amount, now, is_seen))

    slots, shares = Slot.objects.filter(pool__in=names), Share.objects.filter(budget__pool__in=names, amount__gt=0)
    for slot in _oldest_first(slots):
        add(slot.pool, Resource.PODS, 1, slot.pod, slot.now)
    for share in _oldest_first(shares.select_related("budget")):
        add(share.budget.pool, share.budget.resource, share.amount, share.pod, share.now)
    return found


def _oldest_first(rows: QuerySet[Any]) -> Iterable[Any]:
    """With their pods, and the database's now."""
    yield from rows.select_related("pod__namespace").order_by("pod__created_at").annotate(now=Now())


def _teams(user: User) -> QuerySet[Team]:
    return Team.objects.filter(memberships__user=user).order_by("name")


def _holder(pod: Pod, amount: int, now: datetime, is_seen: bool) -> Holder:
    left = None if pod.expires_at is None else max(0, int((pod.expires_at - now).total_seconds()))
    name = f"{pod.namespace.name}/{pod.name}" if is_seen else ""
    return Holder(name, amount, left, is_ending=pod.desired == Desired.GONE)
