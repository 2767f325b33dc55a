"""Users, rights, limits and kernel settings."""

from __future__ import annotations

import json
import re

from sandboxes.errors import Cause
from sandboxes.spec.causes import duplicate, invalid, not_supported, required
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
from sandboxes.spec.quantity import parse
from sandboxes.spec.rules.texts import Causes, count, size, text

RESOURCES = ("cpu", "memory", "ephemeral-storage")
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
    for key, amounts in (("limits", given.limits), ("requests", given.requests)):
        for name, amount in amounts.items():
            yield from _amount(f"{at}.{key}", name, amount)
    for name, asked in given.requests.items():
        limit = given.limits.get(name)
        if limit is None or (above := parse(asked)) is None or (most := parse(limit)) is None or above <= most:
            continue
        yield invalid(f"{at}.requests", str(asked), f"must be less than or equal to {name} limit of {limit}")


def _amount(at: str, name: str, amount: Quantity) -> Causes:
    if name not in RESOURCES:
        yield invalid(at, name, "must be a standard resource for containers")
    value = parse(amount)
    if value is not None and value < 0:
        yield invalid(f"{at}[{name}]", str(amount), "must be greater than or equal to 0")


def context(at: str, given: SecurityContext) -> Causes:
    """securityContext of one member."""
    yield from _ids(at, (("runAsUser", given.run_as_user), ("runAsGroup", given.run_as_group)))
    if given.proc_mount is not None and given.proc_mount not in PROC_MOUNTS:
        yield not_supported(f"{at}.procMount", given.proc_mount, PROC_MOUNTS)
    if given.allow_privilege_escalation is False and given.privileged:
        told = "cannot set `allowPrivilegeEscalation` to false and `privileged` to true"
        yield Cause(at, "FieldValueInvalid", f"Invalid value: {_shown(given)}: {told}")
    if given.capabilities is not None:
        yield from _capabilities(f"{at}.capabilities", given.capabilities)
    if given.seccomp_profile is not None:
        yield from _seccomp(f"{at}.seccompProfile", given.seccomp_profile)


def _shown(given: SecurityContext) -> str:
    """As Go shows the struct."""
    values = dict.fromkeys(_GO_CONTEXT) | {
        "Privileged": given.privileged,
        "RunAsUser": given.run_as_user,
        "RunAsGroup": given.run_as_group,
        "RunAsNonRoot": given.run_as_non_root,
        "ReadOnlyRootFilesystem": given.read_only_root_filesystem,
        "AllowPrivilegeEscalation": given.allow_privilege_escalation,
        "ProcMount": given.proc_mount,
    }
    return json.dumps(values, separators=(",", ":"))


def _capabilities(at: str, given: Capabilities) -> Causes:
    for key, listed in (("add", given.add), ("drop", given.drop)):
        yield from count(f"{at}.{key}", len(listed), MOST_CAPABILITIES)
        for i, name in enumerate(listed):
            yield from size(f"{at}.{key}[{i}]", name, 64)


def pod_context(at: str, given: PodSecurityContext) -> Causes:
    """spec.securityContext."""
    ids = (("runAsUser", given.run_as_user), ("runAsGroup", given.run_as_group), ("fsGroup", given.fs_group))
    yield from _ids(at, ids)
    yield from count(f"{at}.supplementalGroups", len(given.supplemental_groups), MOST_CAPABILITIES)
    yield from _ids(at, tuple((f"supplementalGroups[{i}]", gid) for i, gid in enumerate(given.supplemental_groups)))
    if given.fs_group_change_policy is not None and given.fs_group_change_policy not in CHANGE_POLICIES:
        yield not_supported(f"{at}.fsGroupChangePolicy", given.fs_group_change_policy, CHANGE_POLICIES)
    if given.supplemental_groups_policy is not None and given.supplemental_groups_policy not in GROUP_POLICIES:
        yield not_supported(f"{at}.supplementalGroupsPolicy", given.supplemental_groups_policy, GROUP_POLICIES)
    if given.seccomp_profile is not None:
        yield from _seccomp(f"{at}.seccompProfile", given.seccomp_profile)
    yield from _sysctls(f"{at}.sysctls", given.sysctls)


def _ids(at: str, given: tuple[tuple[str, int | None], ...]) -> Causes:
    for key, value in given:
        if value is not None and not 0 <= value <= MOST_ID:
            yield invalid(f"{at}.{key}", value, between(0, MOST_ID))


def _seccomp(at: str, given: SeccompProfile) -> Causes:
    if not given.type:
        yield required(f"{at}.type")
    elif given.type not in SECCOMP:
        yield not_supported(f"{at}.type", given.type, SECCOMP)
    if given.type == "Localhost" and not given.localhost_profile:
        yield required(f"{at}.localhostProfile", "must be set when seccomp type is Localhost")
    elif given.type != "Localhost" and given.localhost_profile:
        told = "can only be set when seccomp type is Localhost"
        yield invalid(f"{at}.localhostProfile", given.localhost_profile, told)


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
