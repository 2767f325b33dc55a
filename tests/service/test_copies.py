"""Files in and out of a member: what the node's tar is asked, and what its words become."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async
from django.conf import settings

from sandboxes import upstream_copies
from sandboxes.api.limit import most_of
from sandboxes.errors import Malformed, NodeUnavailable
from sandboxes.node.copies import Copies, CopyApi
from sandboxes.world import RunState
from tests.service.caller import Caller
from tests.service.fakes import Served
from tests.unit.worlds import member

POD = UUID(int=5)


@pytest.fixture
async def node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """A node API whose pod has a member `web` that runs."""
    found = Served(tmp_path / "run" / "node.sock", "key")
    found.containers = (member("web"),)
    found.more = lambda door, streams, engine: CopyApi(door, Copies(streams, engine)).routes
    monkeypatch.setattr(settings, "NODE_SOCKET", found.path)
    monkeypatch.setattr(settings, "NODE_KEY", "key")
    await found.start()
    yield found
    await found.stop()


async def out(path: str = "/var/log/app") -> bytes:
    return b"".join([piece async for piece in upstream_copies.copy_out(POD, "web", path)])


async def given(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


@pytest.mark.parametrize(
    ("path", "folder", "name"),
    [("/var/log/app", "/var/log", "./app"), ("/etc/", "/", "./etc"), ("/", "/", "./."), ("/-x", "/", "./-x")],
)
async def test_a_path_is_packed_from_its_folder_and_is_never_an_option(
    node: Served, path: str, folder: str, name: str
) -> None:
    node.streams.writes = [b"tar" * 50_000, b"end"]
    assert await out(path) == b"tar" * 50_000 + b"end"
    assert node.streams.piped == [("web-0", ("tar", "-c", "-f", "-", "-C", folder, name))]


async def test_what_tar_says_at_once_is_a_refusal_and_what_it_says_later_ends_the_connection(node: Served) -> None:
    node.streams.writes = [b"\0" * 512, Malformed("tar: ./app: Cannot stat: No such file or directory")]
    with pytest.raises(Malformed, match="No such file"):
        await out()
    node.streams.writes = [b"x" * 200_000, Malformed("tar: ./app: file changed as we read it")]
    with pytest.raises(NodeUnavailable):
        await out()


async def test_a_tar_is_unpacked_as_it_comes(node: Served) -> None:
    await upstream_copies.copy_in(POD, "web", "/srv", given(b"one", b"two"))
    assert (node.streams.read, node.streams.piped) == (b"onetwo", [("web-0", ("tar", "-x", "-f", "-", "-C", "/srv"))])
    node.streams.writes = [Malformed("tar: /srv: Cannot open: No such file or directory")]
    with pytest.raises(Malformed, match="Cannot open"):
        await upstream_copies.copy_in(POD, "web", "/srv", given(b"one"))


@pytest.mark.parametrize("path", ["etc", "", "/a\0b"])
async def test_a_path_begins_at_the_root(node: Served, path: str) -> None:
    with pytest.raises(Malformed, match="begin with a slash"):
        await out(path)
    assert node.streams.piped == []


async def test_a_member_that_does_not_run_has_no_files_to_copy(node: Served) -> None:
    node.containers = (replace(member("web"), state=RunState.EXITED),)
    with pytest.raises(Malformed, match='container not found \\("web"\\)'):
        await out()


@pytest.mark.django_db(transaction=True)
async def test_only_who_is_signed_in_may_bring_more_than_anybody() -> None:
    caller = await sync_to_async(Caller)("alice")
    asked = {"type": "http", "method": "PUT", "path": "/api/playground/v1/namespaces/a/pods/b/copy"}
    scope: dict[str, Any] = asked | {"headers": []}
    assert await most_of(scope) == settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    scope["headers"] = [(b"authorization", caller.header.encode())]
    assert await most_of(scope) == settings.COPY_MOST
    assert await most_of(scope | {"method": "POST"}) == settings.DATA_UPLOAD_MAX_MEMORY_SIZE
