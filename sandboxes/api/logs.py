"""Which member's log is meant, and which part of it: the checks of the API server and the kubelet, in their words."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Annotated, Any

from ninja import Schema
from pydantic import AwareDatetime, ConfigDict, Field, ValidationInfo, field_validator
from pydantic.alias_generators import to_camel

from sandboxes.calls import LogOptions
from sandboxes.errors import Malformed

# The kubelet's words for what cannot be read yet (kubelet_pods.go validateContainerLogStatus; recorded).
WAITING = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}
MOST = 2**31 - 1


class LogQuery(Schema):
    """Parameters of a log, as Kubernetes names them: seconds, an RFC 3339 time, lines, bytes."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)

    container: str = ""
    follow: bool = False
    previous: bool = False
    timestamps: bool = False
    tail_lines: Annotated[int, Field(ge=0, le=MOST)] | None = None
    since_seconds: Annotated[int, Field(ge=1, le=MOST)] | None = None
    since_time: AwareDatetime | None = None
    limit_bytes: Annotated[int, Field(ge=1, le=MOST)] | None = None

    @field_validator("since_time")
    @classmethod
    def _one_since(cls, asked: AwareDatetime | None, info: ValidationInfo) -> AwareDatetime | None:
        """At most one of the two (Kubernetes: ValidatePodLogOptions)."""
        if asked is not None and info.data.get("since_seconds") is not None:
            raise ValueError("at most one of `sinceTime` or `sinceSeconds` may be specified")
        return asked

    def options(self) -> LogOptions:
        """The same, as the node wants it."""
        return LogOptions(
            follow=self.follow,
            previous=self.previous,
            timestamps=self.timestamps,
            tail=self.tail_lines,
            since=self._since(),
            limit_bytes=self.limit_bytes,
        )

    def _since(self) -> float | None:
        if self.since_time is not None:
            return max(0.0, self.since_time.timestamp())
        return None if self.since_seconds is None else time.time() - self.since_seconds


def member_of(pod: Mapping[str, Any], asked: str, *, previous: bool = False) -> str:
    """The member whose log is meant; without a name, the only one. Raises Malformed when there is nothing to read."""
    member = member_for_exec(pod, asked)
    status = _status(pod, member)
    if previous and not (status and status["restartCount"]):
        raise Malformed(f'previous terminated container "{member}" in pod "{pod["metadata"]["name"]}" not found')
    _must_have_run(pod, member, status)
    return member


def member_for_exec(pod: Mapping[str, Any], asked: str) -> str:
    """The member that is meant; without a name, the only one. Raises Malformed."""
    name, mains = pod["metadata"]["name"], _names(pod, "containers")
    inits, debugs = _names(pod, "initContainers"), _names(pod, "ephemeralContainers")
    if not asked and len(mains) > 1:
        told = f"a container name must be specified for pod {name}, choose one of: [{' '.join(mains)}]"
        told += f" or one of the init containers: [{' '.join(inits)}]" if inits else ""
        told += f" or one of the ephemeral containers: [{' '.join(debugs)}]" if debugs else ""
        raise Malformed(told)
    member = asked or mains[0]
    if member not in (*mains, *inits, *debugs):
        raise Malformed(f"container {member} is not valid for pod {name}")
    return member


def _names(pod: Mapping[str, Any], key: str) -> list[str]:
    return [container["name"] for container in pod["spec"].get(key, [])]


def _status(pod: Mapping[str, Any], member: str) -> Mapping[str, Any] | None:
    keys = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")
    statuses = (status for key in keys for status in pod["status"].get(key, []))
    return next((status for status in statuses if status["name"] == member), None)


def _must_have_run(pod: Mapping[str, Any], member: str, found: Mapping[str, Any] | None) -> None:
    state = found["state"] if found else {"waiting": {"reason": "ContainerCreating"}}
    if "waiting" in state and not (found and found["lastState"]):
        reason = state["waiting"].get("reason", "")
        told = WAITING.get(reason, reason)
        raise Malformed(f'container "{member}" in pod "{pod["metadata"]["name"]}" is waiting to start: {told}')
