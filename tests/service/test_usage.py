"""A pod's part of the node's disk, measured by watch: what is too much is told, and until then it goes on looking."""

from __future__ import annotations

import asyncio
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async

from sandboxes.engine.fake import FakeEngine
from sandboxes.host.fake import FakeHost
from sandboxes.node import usage
from sandboxes.node.usage import Usage
from sandboxes.policy import DiskUse
from tests.service import made
from tests.service.fakes import SOON

pytestmark = pytest.mark.usefixtures("database_thread")
VOLUME = {"name": "v", "emptyDir": {"sizeLimit": "1Mi"}}
MANIFEST = made.MANIFEST | {"spec": made.MANIFEST["spec"] | {"volumes": [VOLUME]}}
MIB = 2**20


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "VOLUME_EVERY", 0.01)
    monkeypatch.setattr(usage, "POD_EVERY", 0.01)


async def pod(profile: str) -> UUID:
    return (await sync_to_async(made.pod)(profile=profile, manifest=MANIFEST)).uid


@pytest.mark.parametrize(
    ("volume", "allowed", "more", "told"),
    [
        ("v", DiskUse(MIB), DiskUse(MIB + 1), 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". '),
        ("", DiskUse(2048 * MIB), DiskUse(2049 * MIB), "The pod has more than the 2Gi on the node's disk"),
        ("", DiskUse(0, 100_000), DiskUse(0, 100_001), "The pod has more than the 100000 files on the node's disk"),
    ],
)
async def test_it_goes_on_until_there_is_too_much(volume: str, allowed: DiskUse, more: DiskUse, told: str) -> None:
    host = FakeHost()
    host.used[volume] = allowed
    uid = await pod("baseline")
    over = asyncio.create_task(Usage(FakeEngine, host).until_over(uid, volume))
    await asyncio.sleep(0.2)
    assert not over.done()
    host.used[volume] = more
    assert (await asyncio.wait_for(over, SOON)).startswith(told)


async def test_a_pod_that_is_gone_is_not_measured() -> None:
    with pytest.raises(LookupError):
        await Usage(FakeEngine, FakeHost()).until_over(uuid4(), "")
