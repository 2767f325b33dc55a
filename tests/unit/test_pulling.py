"""How far a pull is, from the engine's messages."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sandboxes.engine.pulling import Layers, Progress

Message = dict[str, object]


def after(*messages: Message) -> Progress:
    layers = Layers()
    for message in messages:
        layers.take(message)
    return layers.progress()


def of(layer: str, status: str, current: object = None, total: object = None) -> Message:
    return {"id": layer, "status": status, "progressDetail": {"current": current, "total": total}}


def test_layers_and_bytes_are_counted_as_they_come() -> None:
    begun: list[Message] = [
        {"id": "latest", "status": "Pulling from library/nginx"},
        of("a", "Pulling fs layer"),
        of("b", "Already exists"),
        of("a", "Downloading", 10, 40),
    ]
    assert after(*begun) == Progress(layers_done=1, layers=2, bytes_come=10, bytes=40)
    come = [*begun, of("a", "Download complete"), of("a", "Extracting", 5, 40)]
    assert after(*come) == Progress(1, 2, 40, 40)
    assert after(*come, of("a", "Pull complete"), {"status": "Digest: sha256:…"}) == Progress(2, 2, 40, 40)


def test_a_download_that_is_tried_again_begins_again() -> None:
    assert after(of("a", "Downloading", 30, 40), of("a", "Retrying in 5 seconds"), of("a", "Downloading", 4, 40)) == (
        Progress(0, 1, 4, 40)
    )


STATUSES = ("Pulling fs layer", "Waiting", "Downloading", "Download complete", "Extracting", "Pull complete", "Odd", "")
VALUES = st.one_of(st.none(), st.integers(-5, 10**12), st.text(max_size=3))
MESSAGES = st.builds(of, st.sampled_from("abc"), st.sampled_from(STATUSES), VALUES, VALUES)


@given(st.lists(MESSAGES, max_size=30))
def test_no_message_makes_more_done_than_there_is(messages: list[Message]) -> None:
    found = after(*messages, {"status": 3}, {"id": 4, "status": "Waiting"})
    assert 0 <= found.layers_done <= found.layers <= 3
    assert 0 <= found.bytes_come <= found.bytes
