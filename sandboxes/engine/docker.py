"""The Docker adapter: short calls of the Docker API, our errors out. One instance may be used by many threads.

Every refusal keeps the engine's own words. Conflict (409) on create is adoption, absence (404) on stop or remove is
done: names are made so that both mean what we hope (naming.py).
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import docker
import requests
from docker.errors import APIError, DockerException, ImageNotFound
from docker.errors import NotFound as Missing

from sandboxes.engine import bodies, naming
from sandboxes.engine.naming import LABEL, Identity
from sandboxes.engine.port import Inspection, Listed
from sandboxes.errors import EngineError, EngineUnavailable, ImageMissing, NameTaken
from sandboxes.policy import BRIDGE_OPTIONS, MemberBody, PauseBody
from sandboxes.world import ImageOnNode, ObservedContainer, RunState

# Below the claim's 15 s, so that a pass whose call hangs still owns its pod when the call gives up.
TIMEOUT = 10
CAP_SYS_RESOURCE = 24
IPV6 = Path("/proc/sys/net/ipv6/conf/all/disable_ipv6")  # not there on a machine booted with ipv6.disable=1
BUILT_HERE = f"{LABEL}context"  # scripts/images puts it on what it builds


class DockerEngine:
    """Speaks to the engine at `base_url` (None: DOCKER_HOST, else the usual socket)."""

    def __init__(self, install: str, *, base_url: str | None = None) -> None:
        self.install = install
        self._may_lower_oom_score = _has_capability(CAP_SYS_RESOURCE)
        with _told():
            # `timeout` covers connect and each read; the version is negotiated once.
            where = base_url or os.environ.get("DOCKER_HOST")
            self._api = docker.APIClient(base_url=where, version="auto", timeout=TIMEOUT, num_pools=32)

    def ping(self) -> str:
        with _told():
            return str(self._api.version()["Version"])

    def observe(self, uid: uuid.UUID) -> tuple[ObservedContainer, ...]:
        found = (self.inspect(listed["Id"]) for listed in self._list(f"{LABEL}uid={uid}"))
        return tuple(seen for seen in found if seen)

    def inspect(self, container_id: str) -> ObservedContainer | None:
        details = self._inspect(container_id)
        return _observed(details) if details else None

    def inspections(self, uid: uuid.UUID | None = None, *, ended: bool = False) -> tuple[Inspection, ...]:
        found = (self._inspect(listed["Id"]) for listed in self._list(f"{LABEL}uid" + (f"={uid}" if uid else "")))
        return tuple(
            Inspection(details["Id"], identity, details)
            for details in found
            if details
            and (ended or details["State"]["Running"])
            and (identity := naming.identity_of(details["Config"]["Labels"]))
        )

    def images(self, references: Iterable[str]) -> Mapping[str, ImageOnNode]:
        found = {name: self._image(name) for name in references}
        return {name: image for name, image in found.items() if image is not None}

    def create_pause(self, identity: Identity, body: PauseBody) -> str:
        created = bodies.pause(
            identity,
            body,
            network=naming.network_name(self.install),
            may_lower_oom_score=self._may_lower_oom_score,
            has_ipv6=IPV6.exists(),
        )
        return self._create(identity, created, body.spec_hash)

    def create_member(self, identity: Identity, body: MemberBody, pause_id: str) -> str:
        created = bodies.member(identity, body, pause_id, may_lower_oom_score=self._may_lower_oom_score)
        return self._create(identity, created, body.spec_hash)

    def start(self, container_id: str) -> None:
        with _told():
            self._api.start(container_id)

    def signal(self, container_id: str, signal: str) -> None:
        try:
            with _told():
                self._api.kill(container_id, signal)
        except EngineError as exc:
            cause = exc.__cause__
            if not (isinstance(cause, APIError) and cause.status_code in (404, 409)):  # gone, or does not run
                raise

    def freeze(self, container_id: str, *, frozen: bool) -> None:
        try:
            with _told():
                if frozen:
                    self._api.pause(container_id)
                else:
                    self._api.unpause(container_id)
        except EngineError as exc:
            cause = exc.__cause__
            # 500 is the engine's answer to "is not paused".
            if not (isinstance(cause, APIError) and cause.status_code in (404, 409, 500)):
                raise

    def tail(self, container_id: str, lines: int) -> str:
        try:
            with _told():
                return bytes(self._api.logs(container_id, tail=lines)).decode(errors="replace")
        except EngineError as exc:
            if isinstance(exc.__cause__, Missing):
                return ""
            raise

    def remove(self, container_id: str) -> None:
        try:
            with _told():
                self._api.remove_container(container_id, v=True, force=True)
        except EngineError as exc:
            cause = exc.__cause__
            # 409: the engine is removing it already.
            if not (isinstance(cause, APIError) and cause.status_code in (404, 409)):
                raise

    def list_all(self) -> tuple[Listed, ...]:
        listed = ((c["Id"], naming.identity_of(c["Labels"])) for c in self._list(f"{LABEL}uid"))
        return tuple(Listed(key, identity) for key, identity in listed if identity)

    def ensure_network(self) -> None:
        name = naming.network_name(self.install)
        with _told():
            if any(found["Name"] == name for found in self._api.networks(names=[name])):
                return
            options = BRIDGE_OPTIONS | {"com.docker.network.bridge.name": naming.bridge_name(self.install)}
            labels = {f"{LABEL}install": self.install}
            self._api.create_network(name, driver="bridge", options=options, labels=labels, check_duplicate=True)

    def remove_network(self) -> None:
        try:
            with _told():
                self._api.remove_network(naming.network_name(self.install))
        except EngineError as exc:
            if not isinstance(exc.__cause__, Missing):
                raise

    def _list(self, label: str) -> list[Any]:
        filters = {"label": [f"{LABEL}install={self.install}", label]}
        with _told():
            return list(self._api.containers(all=True, filters=filters))

    def _inspect(self, key: str) -> Mapping[str, Any] | None:
        try:
            with _told():
                return dict(self._api.inspect_container(key))
        except EngineError as exc:
            if isinstance(exc.__cause__, Missing):
                return None
            raise

    def _image(self, reference: str) -> ImageOnNode | None:
        try:
            with _told():
                found = self._api.inspect_image(reference)  # type: ignore[no-untyped-call]
        except EngineError as exc:
            # 400: the reference cannot be parsed, so no image has it.
            if isinstance(exc.__cause__, APIError) and exc.__cause__.status_code in (400, 404):
                return None
            raise
        # The containerd store gives even an image that was built here a digest; ours carry a label.
        built = BUILT_HERE in (found["Config"].get("Labels") or {})
        config = found["Config"]
        return ImageOnNode(
            found["Id"],
            local=built or not found.get("RepoDigests"),
            user=config.get("User") or "",
            runs=bool(config.get("Entrypoint") or config.get("Cmd")),
            writes=tuple(sorted(config.get("Volumes") or {})),
        )

    def _create(self, identity: Identity, body: Mapping[str, Any], spec_hash: str) -> str:
        name = naming.container_name(identity)
        try:
            with _told():
                made = self._api.create_container_from_config(dict(body), name)  # type: ignore[no-untyped-call]
                return str(made["Id"])
        except EngineError as exc:
            cause = exc.__cause__
            if isinstance(cause, ImageNotFound) or (isinstance(cause, Missing) and "image" in str(exc).lower()):
                raise ImageMissing(str(exc)) from cause
            if isinstance(cause, APIError) and cause.status_code == 409:
                return self._adopt(identity, name, spec_hash)
            raise

    def _adopt(self, identity: Identity, name: str, spec_hash: str) -> str:
        details = self._inspect(name)
        if details is None:
            raise EngineError(f"{name} was in the way and has gone: try again")
        labels = details["Config"]["Labels"] or {}
        if naming.identity_of(labels) != identity or labels.get(f"{LABEL}spec-hash") != spec_hash:
            raise NameTaken(f"{name} exists and is not this pod's")
        return str(details["Id"])


@contextmanager
def _told() -> Iterator[None]:
    """Docker's errors become ours, with Docker's words."""
    try:
        yield
    except APIError as exc:
        raise EngineError(str(exc.explanation or exc)) from exc
    except (DockerException, requests.exceptions.RequestException) as exc:
        raise EngineUnavailable(f"The Docker engine does not answer: {exc}") from exc


def _observed(details: Mapping[str, Any]) -> ObservedContainer | None:
    identity = naming.identity_of(details["Config"]["Labels"] or {})
    if identity is None:
        return None
    state = details["State"]
    networks = details["NetworkSettings"]["Networks"] or {}
    addresses = [network["IPAddress"] for network in networks.values() if network.get("IPAddress")]
    return ObservedContainer(
        id=details["Id"],
        member=identity.member,
        attempt=identity.attempt,
        pause_attempt=identity.pause_attempt,
        spec_hash=details["Config"]["Labels"].get(f"{LABEL}spec-hash", ""),
        state=_run_state(state["Status"]),
        pid=state["Pid"],
        ip=addresses[0] if addresses else "",
        exit_code=state["ExitCode"],
        oom_killed=state["OOMKilled"],
        error=state["Error"],
        stop_signal=details["Config"].get("StopSignal") or "SIGTERM",
        image=details["Config"]["Labels"].get(f"{LABEL}image", ""),
        image_id=details["Image"],
        started_at=_time(state["StartedAt"]),
        finished_at=_time(state["FinishedAt"]),
    )


def _run_state(status: str) -> RunState:
    try:
        return RunState(status)
    except ValueError:
        return RunState.DEAD  # removing, restarting: on its way out, or not of our making


def _time(text: str) -> datetime | None:
    """Docker's RFC 3339 with nanoseconds; year 1 stands for never."""
    if not text or text.startswith("0001-"):
        return None
    whole, _, rest = text.rstrip("Z").partition(".")
    return datetime.fromisoformat(f"{whole}.{rest[:6].ljust(6, '0')}+00:00")


def _has_capability(number: int) -> bool:
    """Whether this process, and so most likely the engine beside it, has a capability (capabilities(7))."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("CapEff:"):
            return bool(int(line.split()[1], 16) >> number & 1)
    return False
