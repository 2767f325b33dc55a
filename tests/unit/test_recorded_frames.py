"""The frames that the site's tests replay (scripts/frames recorded them) are ones that the service could still send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from sandboxes.wire import LIVE
from tests.stack import ROOT

FRAMES: list[dict[str, Any]] = json.loads((ROOT / "frontend" / "src" / "testing" / "recorded.json").read_text())


@pytest.mark.parametrize("frame", FRAMES, ids=[f"{number} {frame['type']}" for number, frame in enumerate(FRAMES)])
def test_a_recorded_frame_is_a_message_of_today_with_nothing_left_out(frame: dict[str, Any]) -> None:
    message = LIVE.validate_python(frame)
    assert json.loads(message.model_dump_json(by_alias=True)) == frame


def test_a_pod_is_told_from_its_row_and_from_the_kernel() -> None:
    assert {frame["type"] for frame in FRAMES} == {"snapshot", "stream", "sample"}
