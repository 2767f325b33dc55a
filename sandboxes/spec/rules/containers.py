"""Members: main, init and debug."""

from __future__ import annotations

from collections.abc import Collection

from sandboxes.spec import names
from sandboxes.spec.causes import duplicate, forbidden, invalid, not_found, not_supported, required
from sandboxes.spec.containers import PAUSE_TARGET
from sandboxes.spec.models import AnyContainer, Container, EphemeralContainer, PodSpec
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


def members(spec: PodSpec, volumes: Collection[str], grace: int) -> Causes:
    """All members of the pod; `volumes` are those that are valid, `grace` is the pod's, in seconds."""
    if not spec.containers:
        yield required("spec.containers")
    taken: set[str] = set()
    for i, container in enumerate(spec.containers):
        at = f"spec.containers[{i}]"
        yield from _common(at, container, volumes)
        yield from _name_is_free(at, container.name, taken)
        taken.add(container.name)
        yield from probes_and_hooks(at, container, grace)
    yield from host_ports("spec.containers", spec.containers)
    for i, container in enumerate(spec.init_containers):
        at = f"spec.initContainers[{i}]"
        yield from _common(at, container, volumes)
        yield from _name_is_free(at, container.name, taken)
        taken |= {container.name} - {""}
        yield from host_ports("spec.initContainers", (container,))
        yield from _init(at, container, grace)
    others = {container.name for container in (*spec.containers, *spec.init_containers)}
    for i, debug in enumerate(spec.ephemeral_containers):
        at = f"spec.ephemeralContainers[{i}]"
        yield from _common(at, debug, volumes)
        yield from _trimmed(at, debug)
        yield from _name_is_free(at, debug.name, taken)
        taken.add(debug.name)
        yield from _debug(at, debug, others)


def _debug(at: str, debug: EphemeralContainer, others: Collection[str]) -> Causes:
    if debug.target_container_name and debug.target_container_name not in {*others, PAUSE_TARGET}:
        yield not_found(f"{at}.targetContainerName", debug.target_container_name)
    for i, mount in enumerate(debug.volume_mounts):
        for key, given in (("subPath", mount.sub_path), ("subPathExpr", mount.sub_path_expr)):
            if given:
                yield forbidden(f"{at}.volumeMounts[{i}].{key}", "cannot be set for an Ephemeral Container")


def images(spec: PodSpec) -> Causes:
    """No space around an image's reference; the API server tells it after all else."""
    for key, listed in (("containers", spec.containers), ("initContainers", spec.init_containers)):
        for i, container in enumerate(listed):
            yield from _trimmed(f"spec.{key}[{i}]", container)


def _trimmed(at: str, container: AnyContainer) -> Causes:
    if container.image != container.image.strip():
        yield invalid(f"{at}.image", container.image, "must not have leading or trailing whitespace")


def _name_is_free(at: str, name: str, taken: Collection[str]) -> Causes:
    if name in taken:
        yield duplicate(f"{at}.name", name)


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


def _common(at: str, container: AnyContainer, volumes: Collection[str]) -> Causes:
    """In Kubernetes' order, and then the playground's sizes."""
    if container.name:
        yield from each(f"{at}.name", container.name, names.dns_label)
    else:
        yield required(f"{at}.name")
    if not container.image:
        yield required(f"{at}.image")
    if container.termination_message_policy not in ("", *MESSAGE_POLICIES):
        yield not_supported(f"{at}.terminationMessagePolicy", container.termination_message_policy, MESSAGE_POLICIES)
    if isinstance(container, Container):
        yield from ports_of(f"{at}.ports", container.ports)
    yield from environment(at, container.env, container.env_from)
    yield from mounts(f"{at}.volumeMounts", container.volume_mounts, volumes)
    if container.image_pull_policy not in PULL_POLICIES:
        yield not_supported(f"{at}.imagePullPolicy", container.image_pull_policy, PULL_POLICIES)
    if isinstance(container, Container):
        yield from resources(f"{at}.resources", container.resources)
    if container.security_context is not None:
        yield from context(f"{at}.securityContext", container.security_context)
    yield from _sizes(at, container)


def _sizes(at: str, container: AnyContainer) -> Causes:
    yield from size(f"{at}.image", container.image, IMAGE_SIZE)
    yield from arguments(f"{at}.command", container.command)
    yield from arguments(f"{at}.args", container.args)
    yield from text(f"{at}.workingDir", container.working_dir)
    path = container.termination_message_path
    if path and (not path.startswith("/") or not path.strip("/") or ".." in path.split("/") or ":" in path):
        yield invalid(f"{at}.terminationMessagePath", path, "must be an absolute path of a file")
    yield from text(f"{at}.terminationMessagePath", path)
