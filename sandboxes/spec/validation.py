"""Kubernetes' own rules for a Pod, in its order and its words (pkg/apis/core/validation, v1.34), and a few sizes.

PURE, never raises. What a pod may ask for at all is `policy.py`'s. That an image reference does not parse is no error
here, as in Kubernetes. The rules of each part are in `rules/`.
"""

from __future__ import annotations

from itertools import chain, islice

from sandboxes.errors import Cause
from sandboxes.spec import names
from sandboxes.spec.causes import invalid, not_supported
from sandboxes.spec.defaults import DEFAULT_GRACE, LONGEST_GRACE, with_defaults
from sandboxes.spec.models import HostAlias, Pod, PodSpec
from sandboxes.spec.rules.containers import images, members
from sandboxes.spec.rules.dns import dns_config, dns_policy
from sandboxes.spec.rules.metadata import metadata
from sandboxes.spec.rules.ports import ADDRESS_RULE, is_address
from sandboxes.spec.rules.rights import pod_context
from sandboxes.spec.rules.texts import Causes, count, each
from sandboxes.spec.rules.volumes import volumes

RESTART_POLICIES = ("Always", "OnFailure", "Never")
MOST_ALIASES = 64  # the playground's
MOST_CAUSES = 100  # a small body can hold a hundred thousand faults


def validate(pod: Pod) -> tuple[Cause, ...]:
    """What is wrong with the pod once defaults are filled in, () when it is valid; the first 100 causes are enough.

    A name for `generateName` and the namespace of the request are filled in by the caller before; no namespace is
    no complaint.
    """
    pod = with_defaults(pod)
    return tuple(islice(chain(metadata(pod.metadata), _spec(pod.spec)), MOST_CAUSES))


def _spec(spec: PodSpec) -> Causes:
    grace = spec.termination_grace_period_seconds
    found, mountable = volumes(spec.volumes)
    yield from found
    yield from members(spec, mountable, DEFAULT_GRACE if grace is None else grace)
    if spec.restart_policy not in RESTART_POLICIES:
        yield not_supported("spec.restartPolicy", spec.restart_policy, RESTART_POLICIES)
    yield from dns_policy(spec)
    if spec.security_context is not None:
        yield from pod_context("spec.securityContext", spec.security_context)
    yield from count("spec.imagePullSecrets", len(spec.image_pull_secrets), MOST_ALIASES)
    yield from dns_config(spec)
    yield from count("spec.readinessGates", len(spec.readiness_gates), MOST_ALIASES)
    for i, gate in enumerate(spec.readiness_gates):
        yield from each(f"spec.readinessGates[{i}].conditionType", gate.condition_type, names.qualified_name)
    deadline = spec.active_deadline_seconds
    if deadline is not None and not 1 <= deadline <= LONGEST_GRACE:
        yield invalid("spec.activeDeadlineSeconds", deadline, names.between(1, LONGEST_GRACE))
    for key, name in (("hostname", spec.hostname), ("subdomain", spec.subdomain)):
        if name:
            yield from each(f"spec.{key}", name, names.dns_label)
    yield from _aliases(spec.host_aliases)
    if grace is not None and grace > LONGEST_GRACE:
        yield invalid("spec.terminationGracePeriodSeconds", grace, names.between(0, LONGEST_GRACE))
    yield from images(spec)


def _aliases(aliases: tuple[HostAlias, ...]) -> Causes:
    yield from count("spec.hostAliases", len(aliases), MOST_ALIASES)
    for i, alias in enumerate(aliases):
        if not is_address(alias.ip):
            yield invalid(f"spec.hostAliases[{i}].ip", alias.ip, ADDRESS_RULE)
        yield from count(f"spec.hostAliases[{i}].hostnames", len(alias.hostnames), MOST_ALIASES)
        for j, name in enumerate(alias.hostnames):
            yield from each(f"spec.hostAliases[{i}].hostnames[{j}]", name, names.dns_subdomain)
