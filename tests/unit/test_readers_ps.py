"""The columns of ps, from the kernel's text, with names chosen to confuse."""

from __future__ import annotations

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.node.readers import ps
from sandboxes.visible import visible

FIELDS = b"S 41 42 42 34816 42 4194304 100 0 0 0 250 150 0 0 20 0 7 0 123456 1000 200 18446744073709551615"


@pytest.mark.parametrize("comm", [b"bash", b"a) S 1 (b", b"x)\n(y", b"(((", b")", b"", b"a b c", b"\xff\x1b[2J"])
def test_a_name_may_hold_parentheses_spaces_and_newlines(comm: bytes) -> None:
    found = ps.parse_stat(b"42 (" + comm + b") " + FIELDS + b"\n")
    assert found == ps.Stat(comm=comm, state="S", ppid=41, tty=34816, ticks=400, threads=7, start=123456, rss=200)


@given(st.binary(max_size=64))
def test_no_name_moves_a_field(comm: bytes) -> None:
    assert ps.parse_stat(b"42 (" + comm + b") " + FIELDS).ppid == 41


@given(st.integers(0, 2**40), st.integers(1, 2**40))
def test_memory_is_told_in_steps_that_hold_all_of_it(pages: int, step: int) -> None:
    told = ps.resident(pages)
    assert told % ps.RSS_STEP == 0 and 0 <= told - pages * os.sysconf("SC_PAGE_SIZE") < ps.RSS_STEP
    assert ps.resident(pages + step) >= told


def test_the_share_of_the_cpu_is_of_one_and_a_tick_in_a_window_is_none() -> None:
    assert ps.cpu(1, over=ps.WINDOW) == 0
    assert ps.cpu(ps.WINDOW, over=ps.WINDOW) == 100
    assert ps.cpu(3 * ps.WINDOW, over=2 * ps.WINDOW) == 150
    assert ps.cpu(5, over=0) == ps.cpu(-1, over=ps.WINDOW) == 0


def test_the_effective_uid_and_the_pid_in_every_namespace_come_from_status() -> None:
    raw = b"Name:\tUid:\\n\nUmask:\t0022\nUid:\t1000\t33\t0\t0\nGid:\t5\t5\t5\t5\nNSpid:\t7539\t7\t1\nNSpgid:\t1\n"
    assert ps.parse_status(raw) == (33, (7539, 7, 1))


def test_a_uid_is_told_as_its_user_namespace_numbers_it() -> None:
    mapped = ps.parse_uid_map("         0     100000      65536\n")
    assert ps.uid_inside(100033, mapped) == 33
    assert ps.uid_inside(5, mapped) == 65534
    assert ps.uid_inside(7, ps.parse_uid_map("0 0 4294967295\n")) == 7


def test_the_first_name_of_a_uid_counts_and_lines_that_are_none_do_not() -> None:
    raw = b"root:x:0:0:::\ntoor:x:0:0:::\n#comment\n\nbad:x:zero:\n:x:5:\nhuge:x:99999999999999999999:\nwww:x:33:33"
    assert ps.parse_passwd(raw) == {0: b"root", 33: b"www"}


@given(st.binary(max_size=300))
def test_any_bytes_may_be_a_passwd_file(raw: bytes) -> None:
    assert all(uid >= 0 and name for uid, name in ps.parse_passwd(raw).items())


@pytest.mark.parametrize(
    ("name", "uid", "column"),
    [
        (b"root", 0, "root"),
        (b"www-data", 33, "www-data"),
        (b"systemd-network", 998, "systemd+"),
        (None, 65535, "65535"),
        (None, 4294967294, "4294967+"),
        (b"n" * 64, 12, "12"),
        (b"\x1b[31m", 5, r"\x1b[31m"),
    ],
)
def test_a_long_name_ends_in_a_plus_and_an_unknown_one_is_a_number(name: bytes | None, uid: int, column: str) -> None:
    assert ps.user_column(name, uid) == column


def test_cpu_is_a_share_of_the_life_and_never_above_99() -> None:
    assert ps.percent(50, lived=1000) == 5
    assert ps.percent(5000, lived=1000) == 99
    assert ps.percent(5, lived=0) == 0


NOON = 1_790_000_000.0  # 2026-09-21 14:13:20 UTC


@pytest.mark.parametrize(
    ("ago", "column"), [(0, "14:13"), (14 * 3600, "00:13"), (86400, "Sep20"), (300 * 86400, "2025")]
)
def test_the_start_is_told_as_time_day_or_year(ago: int, column: str) -> None:
    assert ps.start_column(NOON - ago, NOON) == column


@pytest.mark.parametrize(
    ("device", "column"),
    [
        (0, "?"),
        (0x8800, "pts/0"),
        (0x8803, "pts/3"),
        (0x8900, "pts/256"),
        (0x0401, "tty1"),
        (0x0440, "ttyS0"),
        (0x0501, "console"),
    ],
)
def test_a_terminal_is_told_by_its_device_number(device: int, column: str) -> None:
    assert ps.tty_column(device) == column


@pytest.mark.parametrize(
    ("seconds", "column"), [(0, "00:00:00"), (61, "00:01:01"), (86399, "23:59:59"), (90061, "1-01:01:01")]
)
def test_cpu_time_counts_days_apart(seconds: int, column: str) -> None:
    assert ps.time_column(seconds * ps.TICKS) == column


@pytest.mark.parametrize(
    ("cmdline", "state", "column"),
    [
        (b"nginx: worker process\0\0\0\0", "S", "nginx: worker process"),
        (b"sh\0-c\0a\nb\0", "S", "sh -c a b"),
        (b"sh\0-c\0 \0", "S", "sh -c  "),
        (b"postgres: idle ", "S", "postgres: idle"),
        (b"", "S", "[it]"),
        (b"", "Z", "[it] <defunct>"),
        (b"\0\0", "S", "[it]"),
        (b"a\x1b]0;owned\x07\xff\xe2\x80\xaeb\0", "R", r"a\x1b]0;owned\x07\xff\u202eb"),
    ],
)
def test_the_command_is_its_arguments_or_its_name_in_brackets(cmdline: bytes, state: str, column: str) -> None:
    assert ps.command_column(cmdline, comm=b"it", state=state) == column


@given(st.binary(max_size=200))
def test_whatever_a_pod_says_only_prints(raw: bytes) -> None:
    told = visible(raw)
    assert told.isprintable()
    assert told.encode().decode() == told


@given(st.text(alphabet=st.characters(categories=["L", "N", "P"]), max_size=50))
def test_text_that_prints_is_left_alone(text: str) -> None:
    assert visible(text.encode()) == text


def test_a_file_keeps_its_lines_and_tabs() -> None:
    assert visible(b"a\tb\n\x1b", keep="\n\t") == "a\tb\n\\x1b"
