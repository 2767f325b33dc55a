"""Users, rights, limits and kernel settings."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from sandboxes.errors import Cause
from sandboxes.spec import names
from sandboxes.spec.causes import duplicate, forbidden, invalid, not_supported, required
from sandboxes.spec.models import (
    Capabilities,
    PodSecurityContext,
    Quantity,
    ResourceRequirements,
    SeccompProfile,
    SecurityContext,
    Sysctl,
)
from sandboxes.spec.names import between
from sandboxes.spec.quantity import canonical, parse
from sandboxes.spec.rules.texts import Causes, count, path_inside, size, text

RESOURCES = ("cpu", "memory", "ephemeral-storage")
# Other names without a slash that Kubernetes has for what it counts (pkg/apis/core/helper).
OTHER_RESOURCES = frozenset({
    "configmaps", "limits.cpu", "limits.ephemeral-storage", "limits.memory", "persistentvolumeclaims", "pods",
    "replicationcontrollers", "requests.cpu", "requests.ephemeral-storage", "requests.memory", "requests.storage",
    "resourcequotas", "secrets", "services", "services.loadbalancers", "services.nodeports", "storage",
})  # fmt: skip
_DEVICES = "there are neither devices nor huge pages here; cpu, memory and ephemeral-storage can be asked for"
SECCOMP = ("Localhost", "RuntimeDefault", "Unconfined")
PROC_MOUNTS = ("Default", "Unmasked")
CHANGE_POLICIES = ("Always", "OnRootMismatch")
GROUP_POLICIES = ("Merge", "Strict")
MOST_ID = 2**31 - 1
MOST_CAPABILITIES = 64
_SYSCTL = r"([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?"
# In the order of the API's own struct, which the message shows.
_GO_CONTEXT = ("Capabilities", "Privileged", "SELinuxOptions", "WindowsOptions", "RunAsUser", "RunAsGroup",
               "RunAsNonRoot", "ReadOnlyRootFilesystem", "AllowPrivilegeEscalation", "ProcMount", "SeccompProfile",
               "AppArmorProfile")  # fmt: skip


def resources(at: str, given: ResourceRequirements) -> Causes:
    """Requests and limits of one member."""
    for name, amount in given.limits.items():
        yield from _amount(f"{at}.limits[{name}]", name, amount)
    for name, amount in given.requests.items():
        yield from _amount(f"{at}.requests[{name}]", name, amount)
        limit = given.limits.get(name)
        if limit is not None and _value(amount) > _value(limit):
            told = f"must be less than or equal to {name} limit of {canonical(limit)}"
            yield invalid(f"{at}.requests", canonical(amount), told)


def _value(amount: Quantity) -> Decimal:
    return parse(amount) or Decimal()


def _amount(at: str, name: str, amount: Quantity) -> Causes:
    complaints = names.qualified_name(name)
    yield from (invalid(at, name, complaint) for complaint in complaints)
    if not complaints and ("/" in name or name.startswith("hugepages-")):
        yield forbidden(at, _DEVICES)
    elif name not in RESOURCES and "/" not in name:
        if not complaints and name not in OTHER_RESOURCES:
            yield invalid(at, name, "must be a standard resource type or fully qualified")
        yield invalid(at, name, "must be a standard resource for containers")
    if _value(amount) < 0:
        yield invalid(at, canonical(amount), "must be greater than or equal to 0")


def context(at: str, given: SecurityContext) -> Causes:
    """securityContext of one member."""
    yield from _ids(at, (("runAsUser", given.run_as_user), ("runAsGroup", given.run_as_group)))
    if given.proc_mount is not None and given.proc_mount not in PROC_MOUNTS:
        yield not_supported(f"{at}.procMount", given.proc_mount, PROC_MOUNTS)
    if given.proc_mount == "Unmasked":
        yield invalid(f"{at}.procMount", given.proc_mount, "`hostUsers` must be false to use `Unmasked`")
    if given.seccomp_profile is not None:
        yield from _seccomp(f"{at}.seccompProfile", given.seccomp_profile)
    if given.allow_privilege_escalation is False:
        yield from _without_escalation(at, given)
    if given.capabilities is not None:
        yield from _capabilities(f"{at}.capabilities", given.capabilities)


def _without_escalation(at: str, given: SecurityContext) -> Causes:
    gained = ["`privileged` to true"] if given.privileged else []
    if given.capabilities is not None:
        gained += ["`capabilities.Add` CAP_SYS_ADMIN"] * given.capabilities.add.count("CAP_SYS_ADMIN")
    for what in gained:
        told = f"cannot set `allowPrivilegeEscalation` to false and {what}"
        yield Cause(at, "FieldValueInvalid", f"Invalid value: {_shown(given)}: {told}")


def _shown(given: SecurityContext) -> str:
    """As Go shows the struct."""
    asked = given.capabilities
    values = dict.fromkeys(_GO_CONTEXT) | {
        "Capabilities": {"Add": asked.add or None, "Drop": asked.drop or None} if asked is not None else None,
        "Privileged": given.privileged,
        "RunAsUser": given.run_as_user,
        "RunAsGroup": given.run_as_group,
        "RunAsNonRoot": given.run_as_non_root,
        "ReadOnlyRootFilesystem": given.read_only_root_filesystem,
        "AllowPrivilegeEscalation": given.allow_privilege_escalation,
        "ProcMount": given.proc_mount,
        "SeccompProfile": _go_seccomp(given.seccomp_profile) if given.seccomp_profile is not None else None,
    }
    return json.dumps(values, separators=(",", ":"))


def _go_seccomp(given: SeccompProfile) -> dict[str, str | None]:
    return {"Type": given.type, "LocalhostProfile": given.localhost_profile}


def _capabilities(at: str, given: Capabilities) -> Causes:
    for key, listed in (("add", given.add), ("drop", given.drop)):
        yield from count(f"{at}.{key}", len(listed), MOST_CAPABILITIES)
        for i, name in enumerate(listed):
            yield from size(f"{at}.{key}[{i}]", name, 64)


def pod_context(at: str, given: PodSecurityContext) -> Causes:
    """spec.securityContext."""
    ids = (("fsGroup", given.fs_group), ("runAsUser", given.run_as_user), ("runAsGroup", given.run_as_group))
    yield from _ids(at, ids)
    yield from _ids(at, tuple((f"supplementalGroups[{i}]", gid) for i, gid in enumerate(given.supplemental_groups)))
    yield from count(f"{at}.supplementalGroups", len(given.supplemental_groups), MOST_CAPABILITIES)
    yield from _sysctls(f"{at}.sysctls", given.sysctls)
    if given.fs_group_change_policy is not None and given.fs_group_change_policy not in CHANGE_POLICIES:
        yield not_supported(f"{at}.fsGroupChangePolicy", given.fs_group_change_policy, CHANGE_POLICIES)
    if given.seccomp_profile is not None:
        yield from _seccomp(f"{at}.seccompProfile", given.seccomp_profile)
    if given.supplemental_groups_policy is not None and given.supplemental_groups_policy not in GROUP_POLICIES:
        yield not_supported(f"{at}.supplementalGroupsPolicy", given.supplemental_groups_policy, GROUP_POLICIES)


def _ids(at: str, given: tuple[tuple[str, int | None], ...]) -> Causes:
    for key, value in given:
        if value is not None and not 0 <= value <= MOST_ID:
            yield invalid(f"{at}.{key}", value, between(0, MOST_ID))


def _seccomp(at: str, given: SeccompProfile) -> Causes:
    if not given.type:
        yield required(f"{at}.type", "type is required when seccompProfile is set")
    elif given.type not in SECCOMP:
        yield not_supported(f"{at}.type", given.type, SECCOMP)
    if given.type == "Localhost":
        if given.localhost_profile is None:
            yield required(f"{at}.localhostProfile", "must be set when seccomp type is Localhost")
        else:
            yield from path_inside(f"{at}.localhostProfile", given.localhost_profile)
    elif given.localhost_profile is not None:
        shown = json.dumps(_go_seccomp(given), separators=(",", ":"))
        told = "can only be set when seccomp type is Localhost"
        yield Cause(f"{at}.localhostProfile", "FieldValueInvalid", f"Invalid value: {shown}: {told}")


def _sysctls(at: str, given: tuple[Sysctl, ...]) -> Causes:
    yield from count(at, len(given), MOST_CAPABILITIES)
    taken: set[str] = set()
    for i, sysctl in enumerate(given):
        if not sysctl.name:
            yield required(f"{at}[{i}].name")
        elif len(sysctl.name) > 253 or not re.fullmatch(_SYSCTL, sysctl.name):
            told = f"must have at most 253 characters and match regex ^{_SYSCTL}$"
            yield invalid(f"{at}[{i}].name", sysctl.name, told)
        elif sysctl.name in taken:
            yield duplicate(f"{at}[{i}].name", sysctl.name)
        taken.add(sysctl.name)
        yield from text(f"{at}[{i}].value", sysctl.value)
