"""Kubernetes' own rules for a Pod, in its order and its words (pkg/apis/core/validation, v1.34), and a few sizes.

PURE, never raises. What a pod may ask for at all is `policy.py`'s. Sizes and counts are the playground's: Kubernetes
leaves them to the size of the object. That an image reference does not parse is no error here, as in Kubernetes.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice

from sandboxes.errors import Cause
from sandboxes.spec import names
from sandboxes.spec.causes import duplicate, forbidden, invalid, not_supported, required, too_long, too_many
from sandboxes.spec.defaults import LONGEST_GRACE, with_defaults
from sandboxes.spec.models import Container, ContainerPort, EnvVar, ObjectMeta, Pod, PodSpec

PULL_POLICIES = ("Always", "IfNotPresent", "Never")
RESTART_POLICIES = ("Always", "OnFailure", "Never")
PROTOCOLS = ("SCTP", "TCP", "UDP")
RESERVED = "playground/"

# Kubernetes': all annotations of an object, bytes.
ANNOTATIONS_SIZE = 256 * 1024
# The playground's: items in a list, and bytes.
MOST_ARGUMENTS = 64
MOST_VARIABLES = 64
MOST_PORTS = 64
TEXT_SIZE = 4 * 1024
ENVIRONMENT_SIZE = 32 * 1024
IMAGE_SIZE = 512
MOST_CAUSES = 100  # a small body can hold a hundred thousand faults

Causes = Iterator[Cause]


def validate(pod: Pod) -> tuple[Cause, ...]:
    """What is wrong with the pod once defaults are filled in, () when it is valid; the first 100 causes are enough.

    A name for `generateName` and the namespace of the request are filled in by the caller before; no namespace is
    no complaint.
    """
    pod = with_defaults(pod)
    return tuple(islice(chain(_metadata(pod.metadata), _spec(pod.spec)), MOST_CAUSES))


def _each(field: str, value: str, rule: Callable[[str], names.Complaints]) -> Causes:
    yield from (invalid(field, value, complaint) for complaint in rule(value))


def _metadata(metadata: ObjectMeta) -> Causes:
    if metadata.generate_name:
        yield from _each("metadata.generateName", metadata.generate_name, names.name_prefix)
    if metadata.name:
        yield from _each("metadata.name", metadata.name, names.dns_subdomain)
    else:
        yield required("metadata.name", "name or generateName is required")
    if metadata.namespace:
        yield from _each("metadata.namespace", metadata.namespace, names.dns_label)
    yield from _labels(metadata.labels)
    yield from _annotations(metadata.annotations)


def _labels(labels: Mapping[str, str]) -> Causes:
    field = "metadata.labels"
    for key, value in labels.items():
        yield from _each(field, key, names.qualified_name)
        yield from _each(field, value, names.label_value)
        if key.startswith(RESERVED):
            yield forbidden(f"{field}[{key}]", f"labels under {RESERVED} are the playground's own")


def _annotations(annotations: Mapping[str, str]) -> Causes:
    field = "metadata.annotations"
    for key in annotations:
        yield from (invalid(field, key, complaint) for complaint in names.qualified_name(key.lower()))
    if sum(names.length(key) + names.length(value) for key, value in annotations.items()) > ANNOTATIONS_SIZE:
        yield too_long(field, ANNOTATIONS_SIZE)


def _spec(spec: PodSpec) -> Causes:
    yield from _containers(spec.containers)
    if spec.restart_policy not in RESTART_POLICIES:
        yield not_supported("spec.restartPolicy", spec.restart_policy, RESTART_POLICIES)
    if spec.hostname:
        yield from _each("spec.hostname", spec.hostname, names.dns_label)
    grace = spec.termination_grace_period_seconds or 0
    if grace > LONGEST_GRACE:
        yield invalid("spec.terminationGracePeriodSeconds", grace, names.between(0, LONGEST_GRACE))
    for i, container in enumerate(spec.containers):
        if container.image != container.image.strip():
            told = "must not have leading or trailing whitespace"
            yield invalid(f"spec.containers[{i}].image", container.image, told)


def _containers(containers: tuple[Container, ...]) -> Causes:
    if not containers:
        yield required("spec.containers")
    taken: set[str] = set()
    for i, container in enumerate(containers):
        at = f"spec.containers[{i}]"
        yield from _container(container, at)
        if container.name in taken:
            yield duplicate(f"{at}.name", container.name)
        taken.add(container.name)
    yield from _host_ports(containers)


def _container(container: Container, at: str) -> Causes:
    if container.name:
        yield from _each(f"{at}.name", container.name, names.dns_label)
    else:
        yield required(f"{at}.name")
    if not container.image:
        yield required(f"{at}.image")
    yield from _size(f"{at}.image", container.image, IMAGE_SIZE)
    yield from _arguments(f"{at}.command", container.command)
    yield from _arguments(f"{at}.args", container.args)
    yield from _text(f"{at}.workingDir", container.working_dir)
    yield from _ports(f"{at}.ports", container.ports)
    yield from _environment(f"{at}.env", container.env)
    if container.image_pull_policy not in PULL_POLICIES:
        yield not_supported(f"{at}.imagePullPolicy", container.image_pull_policy, PULL_POLICIES)


def _size(field: str, text: str, limit: int) -> Causes:
    if names.length(text) > limit:
        yield too_long(field, limit)


def _text(field: str, text: str) -> Causes:
    """Text that becomes part of a process' arguments, environment or working directory."""
    yield from _size(field, text, TEXT_SIZE)
    if names.length(text) <= TEXT_SIZE:
        yield from _each(field, text, names.without_nul)


def _count(field: str, found: int, limit: int) -> Causes:
    if found > limit:
        yield too_many(field, found, limit)


def _arguments(field: str, arguments: tuple[str, ...]) -> Causes:
    yield from _count(field, len(arguments), MOST_ARGUMENTS)
    for i, argument in enumerate(arguments):
        yield from _text(f"{field}[{i}]", argument)


def _ports(field: str, ports: tuple[ContainerPort, ...]) -> Causes:
    yield from _count(field, len(ports), MOST_PORTS)
    taken: set[str] = set()
    for i, port in enumerate(ports):
        at = f"{field}[{i}]"
        yield from _port_name(f"{at}.name", port.name, taken)
        yield from _port(port, at)


def _port_name(field: str, name: str, taken: set[str]) -> Causes:
    if not name:
        return
    complaints = names.port_name(name)
    yield from (invalid(field, name, complaint) for complaint in complaints)
    if name in taken:
        yield duplicate(field, name)
    elif not complaints:
        taken.add(name)


def _port(port: ContainerPort, at: str) -> Causes:
    bounds = names.between(1, 65535)
    if port.container_port == 0:
        yield required(f"{at}.containerPort")
    elif not 1 <= port.container_port <= 65535:
        yield invalid(f"{at}.containerPort", port.container_port, bounds)
    if not 0 <= port.host_port <= 65535:
        yield invalid(f"{at}.hostPort", port.host_port, bounds)
    if port.protocol not in PROTOCOLS:
        yield not_supported(f"{at}.protocol", port.protocol, PROTOCOLS)
    if port.host_ip and not _is_address(port.host_ip):
        yield invalid(f"{at}.hostIP", port.host_ip, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text  # a zone means nothing outside of the machine it was written on


def _host_ports(containers: Iterable[Container]) -> Causes:
    """No two ports of the pod may claim one host port, by protocol and address."""
    taken: set[str] = set()
    for i, container in enumerate(containers):
        for j, port in enumerate(container.ports):
            if not port.host_port:
                continue
            claim = f"{port.protocol}/{port.host_ip}/{port.host_port}"
            if claim in taken:
                yield duplicate(f"spec.containers[{i}].ports[{j}].hostPort", claim)
            taken.add(claim)


def _environment(field: str, variables: tuple[EnvVar, ...]) -> Causes:
    yield from _count(field, len(variables), MOST_VARIABLES)
    for i, variable in enumerate(variables):
        if variable.name:
            yield from _each(f"{field}[{i}].name", variable.name, names.env_name)
        else:
            yield required(f"{field}[{i}].name")
        yield from _text(f"{field}[{i}].value", variable.value)
    if sum(names.length(variable.name) + names.length(variable.value) for variable in variables) > ENVIRONMENT_SIZE:
        yield too_long(field, ENVIRONMENT_SIZE)
