"""The exception tree. A class's docstring is its default message; `permanent` says whether to try again.

Pure: imports nothing of the project. HTTP maps classes to status codes in one table (`api/answers.py`).
"""

from __future__ import annotations

from dataclasses import dataclass


class PlaygroundError(Exception):
    """Something went wrong."""

    permanent = False

    def __init__(self, message: str = "") -> None:
        super().__init__(message or (self.__doc__ or "").strip().split("\n")[0])


@dataclass(frozen=True)
class Cause:
    """One reason a request was refused, as in a Kubernetes Status (`details.causes[]`).

    `reason` is one of metav1.CauseType: FieldValueRequired, FieldValueInvalid, FieldValueDuplicate,
    FieldValueNotSupported, FieldValueForbidden, FieldValueTooLong, FieldValueTooMany, FieldValueTypeInvalid.
    `field` is a path as Kubernetes writes it: `spec.containers[0].ports[1].hostPort`. Of a quota it is the resource,
    and the reason ExceededQuota (what is in use) or FreedBy.
    """

    field: str
    reason: str
    message: str


class Malformed(PlaygroundError):
    """The body cannot be read as the object it should be."""

    permanent = True

    def __init__(self, message: str = "", causes: tuple[Cause, ...] = ()) -> None:
        super().__init__(message)
        self.causes = causes


class SpecRefused(PlaygroundError):
    """The pod is invalid."""

    permanent = True

    def __init__(self, name: str, causes: tuple[Cause, ...], *, kind: str = "Pod") -> None:
        listed = list(dict.fromkeys(f"{cause.field}: {cause.message}" for cause in causes))
        told = listed[0] if len(listed) == 1 else f"[{', '.join(listed)}]"
        super().__init__(f'{kind} "{name}" is invalid: {told}')
        self.kind = kind
        self.name = name
        self.causes = causes


class AboutObject(PlaygroundError):
    """Something is wrong with one object."""

    permanent = True

    def __init__(self, message: str = "", *, kind: str = "", name: str = "", causes: tuple[Cause, ...] = ()) -> None:
        """`kind` is the resource as in a path (`pods`), for the Status' details; `causes` where fields are at fault."""
        super().__init__(message)
        self.kind = kind
        self.name = name
        self.causes = causes


class NotFound(AboutObject):
    """It does not exist, or it is not yours."""


class NotAllowed(AboutObject):
    """You may see it, and may not do that."""


class AlreadyExists(AboutObject):
    """An object of that name exists already."""


class Conflict(AboutObject):
    """The object was changed meanwhile: read it again."""


class TooManyRequests(PlaygroundError):
    """That is too often: try again later."""

    def __init__(self, message: str = "", *, seconds: int = 1) -> None:
        """`seconds` until it may be tried again."""
        super().__init__(f"{message}; try again in {seconds} s" if message else "")
        self.seconds = seconds


class QuotaExceeded(AboutObject):
    """There is no room for it in a quota."""

    def __init__(self, message: str, *, name: str, causes: tuple[Cause, ...], retry_after: int | None) -> None:
        """`retry_after`: the seconds until room is made by itself, None when nobody can tell."""
        super().__init__(message, kind="pods", name=name, causes=causes)
        self.retry_after = retry_after


class EngineError(PlaygroundError):
    """The Docker engine refused."""


class EngineUnavailable(EngineError):
    """The Docker engine does not answer."""


class ImageMissing(EngineError):
    """The image is not on the node."""


class NameTaken(EngineError):
    """A container of that name exists that is not ours."""


class NodeUnavailable(PlaygroundError):
    """The node does not answer."""


class CallRefused(PlaygroundError):
    """The signed call is not valid here."""

    permanent = True


class FileRefused(PlaygroundError):
    """The file inside the pod cannot be read safely."""

    permanent = True


class ConfigError(PlaygroundError):
    """A member's body cannot be made of what its spec names: CreateContainerConfigError, in the kubelet's words."""


class MountFailed(PlaygroundError):
    """A volume cannot be made of what its spec names: FailedMount, in the kubelet's words."""
