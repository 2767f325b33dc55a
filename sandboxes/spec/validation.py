"""Kubernetes' own rules for a Pod, in its order and its words (pkg/apis/core/validation, v1.34), and a few sizes.

PURE, never raises. What a pod may ask for at all is `policy.py`'s. That an image reference does not parse is no error
here, as in Kubernetes. The rules of each part are in `rules/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain, islice

from sandboxes.errors import Cause
from sandboxes.spec import names
from sandboxes.spec.causes import forbidden, invalid, not_supported, required, too_long
from sandboxes.spec.defaults import DEFAULT_GRACE, LONGEST_GRACE, with_defaults
from sandboxes.spec.models import HostAlias, ObjectMeta, Pod, PodSpec
from sandboxes.spec.rules.containers import images, members
from sandboxes.spec.rules.dns import dns_config, dns_policy
from sandboxes.spec.rules.ports import ADDRESS_RULE, is_address
from sandboxes.spec.rules.rights import pod_context
from sandboxes.spec.rules.texts import Causes, count, each
from sandboxes.spec.rules.volumes import volumes

RESTART_POLICIES = ("Always", "OnFailure", "Never")
RESERVED = "playground/"

ANNOTATIONS_SIZE = 256 * 1024  # Kubernetes': all annotations of an object, bytes
MOST_ALIASES = 64  # the playground's
MOST_CAUSES = 100  # a small body can hold a hundred thousand faults


def validate(pod: Pod) -> tuple[Cause, ...]:
    """What is wrong with the pod once defaults are filled in, () when it is valid; the first 100 causes are enough.

    A name for `generateName` and the namespace of the request are filled in by the caller before; no namespace is
    no complaint.
    """
    pod = with_defaults(pod)
    return tuple(islice(chain(_metadata(pod.metadata), _spec(pod.spec)), MOST_CAUSES))


def _metadata(metadata: ObjectMeta) -> Causes:
    if metadata.generate_name:
        yield from each("metadata.generateName", metadata.generate_name, names.name_prefix)
    if metadata.name:
        yield from each("metadata.name", metadata.name, names.dns_subdomain)
    else:
        yield required("metadata.name", "name or generateName is required")
    if metadata.namespace:
        yield from each("metadata.namespace", metadata.namespace, names.dns_label)
    yield from _labels(metadata.labels)
    yield from _annotations(metadata.annotations)


def _labels(labels: Mapping[str, str]) -> Causes:
    field = "metadata.labels"
    for key, value in labels.items():
        yield from each(field, key, names.qualified_name)
        yield from each(field, value, names.label_value)
        if key.startswith(RESERVED):
            yield forbidden(f"{field}[{key}]", f"labels under {RESERVED} are the playground's own")


def _annotations(annotations: Mapping[str, str]) -> Causes:
    field = "metadata.annotations"
    for key in annotations:
        yield from (invalid(field, key, complaint) for complaint in names.qualified_name(key.lower()))
    if sum(names.length(key) + names.length(value) for key, value in annotations.items()) > ANNOTATIONS_SIZE:
        yield too_long(field, ANNOTATIONS_SIZE)


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
