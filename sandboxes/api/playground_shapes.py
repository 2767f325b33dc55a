"""What the playground's own paths take and answer, for their OpenAPI document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sandboxes.api.shapes import Answer


class SessionUser(Answer):
    """Who is signed in; `guestUntil` (RFC 3339) for a guest. Who `needsSecondFactor` can do
    nothing but set one up.
    """

    name: str
    is_staff: bool
    role: Literal["learner", "author", "auditor", "operator"]
    guest_until: str | None
    needs_second_factor: bool


class IdentityProvider(Answer):
    """Where else one can sign in: its name, and the path that leads there (`?next=`: where to go afterwards)."""

    name: str
    path: str


class Session(Answer):
    """The visitor's session; `csrf_token` goes into X-CSRFToken of every request that changes something. `guests`:
    whether one may come without an account, not at all, with the code of an event, or freely.
    """

    user: SessionUser | None
    namespace: str | None
    csrf_token: str
    guests: Literal["off", "codes", "open"]
    provider: IdentityProvider | None


class PasswordSignIn(Answer):
    """Signing in with a password; `code` is asked for where the user has a second factor."""

    username: Annotated[str, Field(min_length=1, max_length=150)]
    password: Annotated[str, Field(min_length=1, max_length=4096)]
    code: Annotated[str, Field(max_length=20)] = ""


class LinkSignIn(Answer):
    """Signing in with the text of a one-time link; `code` as with a password. The link is used up by a good code."""

    link: Annotated[str, Field(min_length=1, max_length=200)]
    code: Annotated[str, Field(max_length=20)] = ""


# The nearest to use first: of several nodes' states the catalogue shows that one.
ImageState = Literal["ready", "pulling", "building", "waiting", "failed"]


class CatalogueImage(Answer):
    """An image at hand on a node, or on its way there; `size` in bytes, 0 until it is ready.

    `building` and `waiting`: it is built on the node, now or when its turn comes. `message`: how it failed. `pinned`:
    the id of the only image that the name may mean, "" when it means what the node has.
    """

    reference: str
    size: int
    state: ImageState
    message: str
    pinned: str


class Catalogue(Answer):
    """The images of the catalogue, by reference."""

    items: list[CatalogueImage]


class Command(Answer):
    """One command for a shell: what for, and its text, with `\\` at the end of lines that go on."""

    about: str
    line: str


class Commands(Answer):
    """The commands in their order."""

    items: list[Command]


class Execute(Answer):
    """A command for a member, without a shell. `stdin` is text, or `stdinBase64` bytes. Seconds."""

    container: str = ""
    command: Annotated[list[str], Field(min_length=1, max_length=64)]
    stdin: str = ""
    stdin_base64: str = ""
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 30


class Executed(Answer):
    """How the command ended: null for `exitCode` when it was killed at its time-out.

    `stdoutBase64` is what it wrote, byte for byte; `truncated`: one of both had more than is kept (1 MiB).
    """

    exit_code: int | None
    stdout: str
    stderr: str
    stdout_base64: str
    truncated: bool
    timed_out: bool


class MemberChoice(Answer):
    """Which member; nothing is the only one, or, where that makes sense, all."""

    container: str = ""


class Kill(MemberChoice):
    """A signal by its name, with or without SIG, or its number."""

    signal: str = "TERM"


class Extend(Answer):
    """How much longer the pod shall live."""

    minutes: Annotated[int, Field(ge=1, le=7 * 24 * 60)]


class CloneTo(Answer):
    """The name of the copy; with `dryRun` it is only checked."""

    name: Annotated[str, Field(min_length=1, max_length=253)]
    dry_run: bool = False


class Done(Answer):
    """To how many members it was done."""

    members: int


class QuotaHolder(Answer):
    """A pod that has a share: `name` is namespace/name, "" for one that is not yours to see.

    `secondsLeft`: until it ends by itself, null when it does not. `isEnding`: deleted, and not gone yet.
    """

    name: str
    amount: int
    seconds_left: int | None
    is_ending: bool


class QuotaUse(Answer):
    """How much of a resource the pods of a pool have together; `limit` null: there is none.

    `pool`: "user" (the pods that you made), "guests" (all guests'), or "team" and the name of one of your teams.
    `pods` and `members` are counts, `limits.cpu` milli-CPUs, `limits.memory` bytes, `seconds` of life granted.
    """

    pool: str
    resource: Literal["pods", "members", "limits.cpu", "limits.memory", "seconds"]
    used: int
    limit: int | None
    by: list[QuotaHolder]


class Quota(Answer):
    """Your quotas, your own first, then your teams'."""

    items: list[QuotaUse]


class NodeUse(Answer):
    """What a node's pods have of a resource together, by their limits; `limit` null: any amount. Units as in QuotaUse.

    `machine`: how much of it there is, null for pods, and until the node has told.
    """

    resource: Literal["pods", "limits.cpu", "limits.memory"]
    used: int
    limit: int | None
    machine: int | None


class ListedNode(Answer):
    """A node's row. `reason` says why it takes no pods; `seen_at` when it last said that it is alive (RFC 3339)."""

    name: str
    ready: bool
    reason: str
    engine: str
    most_pods: int
    seen_at: str | None
    quota: list[NodeUse]


class NodeList(Answer):
    """Nodes by name."""

    items: list[ListedNode]
