"""Members: main, init and debug."""

from __future__ import annotations

from collections.abc import Collection

from sandboxes.spec import names
from sandboxes.spec.causes import duplicate, forbidden, invalid, not_found, not_supported, required
from sandboxes.spec.models import Container, EphemeralContainer, PodSpec
from sandboxes.spec.rules.environment import environment
from sandboxes.spec.rules.ports import host_ports, ports_of
from sandboxes.spec.rules.probes import probes_and_hooks
from sandboxes.spec.rules.rights import context, resources
from sandboxes.spec.rules.texts import Causes, arguments, each, size, text
from sandboxes.spec.rules.volumes import mounts

PULL_POLICIES = ("Always", "IfNotPresent", "Never")
MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
IMAGE_SIZE = 512
_STAYS = "may not be set for init containers without restartPolicy=Always"


def members(spec: PodSpec, grace: int) -> Causes:
    """All members of the pod; `grace` is the pod's, in seconds."""
    volumes = [volume.name for volume in spec.volumes]
    if not spec.containers:
        yield required("spec.containers")
    taken: set[str] = set()
    for i, container in enumerate(spec.containers):
        at = f"spec.containers[{i}]"
        yield from _container(at, container, volumes)
        yield from probes_and_hooks(at, container, grace)
        yield from _name_is_free(at, container.name, taken)
    yield from host_ports(spec.containers)
    for i, container in enumerate(spec.init_containers):
        at = f"spec.initContainers[{i}]"
        yield from _container(at, container, volumes)
        yield from _init(at, container, grace)
        yield from _name_is_free(at, container.name, taken)
    for i, debug in enumerate(spec.ephemeral_containers):
        at = f"spec.ephemeralContainers[{i}]"
        yield from _common(at, debug, volumes)
        yield from _name_is_free(at, debug.name, taken)
        others = {c.name for c in (*spec.containers, *spec.init_containers)}
        if debug.target_container_name and debug.target_container_name not in others:
            yield not_found(f"{at}.targetContainerName", debug.target_container_name)


def images(spec: PodSpec) -> Causes:
    """No space around an image's reference; the API server tells it after all else."""
    for key, listed in (
        ("containers", spec.containers),
        ("initContainers", spec.init_containers),
        ("ephemeralContainers", spec.ephemeral_containers),
    ):
        for i, container in enumerate(listed):
            if container.image != container.image.strip():
                told = "must not have leading or trailing whitespace"
                yield invalid(f"spec.{key}[{i}].image", container.image, told)


def _name_is_free(at: str, name: str, taken: set[str]) -> Causes:
    if name in taken:
        yield duplicate(f"{at}.name", name)
    taken.add(name)


def _init(at: str, container: Container, grace: int) -> Causes:
    if container.restart_policy == "Always":
        yield from probes_and_hooks(at, container, grace)
        return
    for key, given in (
        ("lifecycle", container.lifecycle),
        ("livenessProbe", container.liveness_probe),
        ("readinessProbe", container.readiness_probe),
        ("startupProbe", container.startup_probe),
    ):
        if given is not None:
            yield forbidden(f"{at}.{key}", _STAYS)


def _container(at: str, container: Container, volumes: Collection[str]) -> Causes:
    yield from _common(at, container, volumes)
    yield from ports_of(f"{at}.ports", container.ports)
    yield from resources(f"{at}.resources", container.resources)


def _common(at: str, container: Container | EphemeralContainer, volumes: Collection[str]) -> Causes:
    if container.name:
        yield from each(f"{at}.name", container.name, names.dns_label)
    else:
        yield required(f"{at}.name")
    if not container.image:
        yield required(f"{at}.image")
    yield from size(f"{at}.image", container.image, IMAGE_SIZE)
    yield from arguments(f"{at}.command", container.command)
    yield from arguments(f"{at}.args", container.args)
    yield from text(f"{at}.workingDir", container.working_dir)
    yield from environment(at, container.env, container.env_from)
    if container.image_pull_policy not in PULL_POLICIES:
        yield not_supported(f"{at}.imagePullPolicy", container.image_pull_policy, PULL_POLICIES)
    if container.termination_message_policy not in ("", *MESSAGE_POLICIES):
        yield not_supported(f"{at}.terminationMessagePolicy", container.termination_message_policy, MESSAGE_POLICIES)
    path = container.termination_message_path
    if path and (not path.startswith("/") or not path.strip("/") or ".." in path.split("/") or ":" in path):
        yield invalid(f"{at}.terminationMessagePath", path, "must be an absolute path of a file")
    yield from mounts(f"{at}.volumeMounts", container.volume_mounts, volumes)
    if container.security_context is not None:
        yield from context(f"{at}.securityContext", container.security_context)
