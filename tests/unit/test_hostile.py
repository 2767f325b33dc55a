"""Strings that no reader may hand on as they are; the site's tests read the same file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from sandboxes.node.readers import ps
from sandboxes.visible import visible

ROOT = Path(__file__).resolve().parent.parent.parent
FAMILIES: dict[str, list[str]] = json.loads((ROOT / "frontend" / "src" / "testing" / "hostile.json").read_text())


def raw(text: str) -> bytes:
    """The bytes that a pod writes: a lone half of a pair is a byte, or the three that no decoder takes."""
    return b"".join(
        bytes([ord(char) - 0xDC00]) if 0xDC80 <= ord(char) <= 0xDCFF else char.encode("utf-8", "surrogatepass")
        for char in text
    )


def test_the_file_is_what_the_script_writes_and_has_more_than_a_thousand() -> None:
    subprocess.run([sys.executable, ROOT / "scripts" / "hostile", "--check"], check=True)
    assert len({text for family in FAMILIES.values() for text in family}) > 1000


@pytest.mark.parametrize("family", FAMILIES)
def test_what_a_process_calls_itself_comes_out_as_text_that_prints(family: str) -> None:
    for text in FAMILIES[family]:
        shown = visible(raw(text))
        assert shown.isprintable(), (text, shown)
        shown.encode()  # no halves of pairs: it can be sent


@pytest.mark.parametrize("family", FAMILIES)
def test_files_keep_their_lines_and_tabs_and_nothing_else(family: str) -> None:
    for text in FAMILIES[family]:
        shown = visible(raw(text), keep="\n\t")
        assert all(char.isprintable() or char in "\n\t" for char in shown)


@pytest.mark.parametrize("family", FAMILIES)
def test_no_name_of_a_process_moves_a_field(family: str) -> None:
    fields = b"S 41 42 42 34816 42 4194304 100 0 0 0 250 150 0 0 20 0 7 0 123456 1000 200 18446744073709551615"
    for text in FAMILIES[family]:
        comm = raw(text)[:15].replace(b"\0", b"")
        assert ps.parse_stat(b"42 (" + comm + b") " + fields).ppid == 41
