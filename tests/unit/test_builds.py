"""What the file of images that are being built says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandboxes.node.builds import LONGEST_WORDS, PENDING, STATES, Build, full, parse
from sandboxes.spec.images import parse as parse_image

FILE = """41 900
building wordpress:latest
waiting mysql:latest
failed nginx:latest the build left with 100: see ./play doctor
"""
FAILED = {"nginx:latest": Build("failed", "the build left with 100: see ./play doctor")}
ALL = {"wordpress:latest": Build("building"), "mysql:latest": Build("waiting")} | FAILED
# sentence → the text, what it says while process 41 runs that began at 900
TABLE: dict[str, tuple[str, dict[str, Build]]] = {
    "no file, no builds": ("", {}),
    "each line is an image": (FILE, ALL),
    "a builder that is gone builds nothing, what failed stays so": (FILE.replace("41", "42", 1), FAILED),
    "a process that began at another time is another": (FILE.replace("900", "901", 1), FAILED),
    "a file that names no builder is built by none": (FILE.replace("41 900", "someone", 1), FAILED),
    "a pid that is no number of this world is nobody's": (FILE.replace("41", "4" * 20, 1), FAILED),
    "the last line of an image counts": ("41 900\nbuilding a:1\nfailed a:1 no\n", {"a:1": Build("failed", "no")}),
    "unknown states are passed over": ("41 900\nresting a:1\nbuilding b:1\n", {"b:1": Build("building")}),
    "what is no reference is passed over": ("41 900\nbuilding A B\nbuilding\nbuilding \n\nwaiting", {}),
    "a state may have words": ("41 900\nbuilding a:1 step 2 of 3", {"a:1": Build("building", "step 2 of 3")}),
    "words are one line of what can be shown": (
        "41 900\nfailed a:1 \x1b[31mred\x00\u202eder\r\n",
        {"a:1": Build("failed", "[31mred  der")},
    ),
}


def alive(pid: int, ticks: int) -> bool:
    return (pid, ticks) == (41, 900)


@pytest.mark.parametrize("sentence", TABLE)
def test_parse(sentence: str) -> None:
    text, builds = TABLE[sentence]
    assert parse(text, alive=alive) == builds


def test_nobody_is_looked_for_where_nothing_waits_for_him() -> None:
    def unasked(pid: int, ticks: int) -> bool:
        raise AssertionError("asked")

    assert parse("41 900\nfailed nginx:latest no", alive=unasked) == {"nginx:latest": Build("failed", "no")}


def test_words_are_cut_at_a_length() -> None:
    (build,) = parse(f"41 900\nfailed a:1 {'x' * 9999}", alive=alive).values()
    assert len(build.words) == LONGEST_WORDS


ANY_LINE = st.text(st.characters(), max_size=40)  # lone surrogates and NUL included
LINE = st.builds(
    " ".join,
    st.tuples(st.sampled_from([*sorted(STATES), "ready", ""]), st.sampled_from(["nginx", "a/b:1", "A", ""]), ANY_LINE),
)


@given(st.text(st.characters()) | st.lists(ANY_LINE | LINE | st.just("41 900")).map("\n".join), st.booleans())
@settings(deadline=None)  # a busy machine is no bug
def test_no_text_breaks_it(text: str, runs: bool) -> None:
    for reference, build in parse(text, alive=lambda pid, ticks: runs).items():
        assert parse_image(reference) is not None
        assert build.state in STATES if runs else build.state not in PENDING
        assert build.words.isprintable() and len(build.words) <= LONGEST_WORDS


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("nginx", "docker.io/library/nginx:latest", True),
        ("nginx", "nginx:1", False),
        ("host:5000/nginx", "nginx", False),
        ("Not An Image", "Not An Image", True),
    ],
)
def test_one_image_has_one_full_name(one: str, other: str, same: bool) -> None:
    assert (full(one) == full(other)) is same
