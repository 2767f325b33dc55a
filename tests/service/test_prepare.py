"""The state directory: its modes, its secrets, and that preparing it again changes nothing."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

import pytest
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from sandboxes.management.commands import prepare as command


@pytest.fixture
def state(tmp_path: Path, settings: Settings) -> Path:
    found = tmp_path / "deep" / "state"
    settings.STATE_DIR = found
    settings.WEB_GROUP = grp.getgrgid(os.getegid()).gr_name
    return found


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_each_part_has_the_mode_that_keeps_it_apart(state: Path) -> None:
    call_command("prepare", verbosity=0)
    assert {path.name: oct(mode(path)) for path in state.iterdir()} == {
        "db": "0o3770",
        "run": "0o750",
        "secrets": "0o750",
        "pods": "0o700",
        "recordings": "0o700",
    }
    assert mode(state / "secrets" / "django") == mode(state / "secrets" / "node") == 0o640
    assert mode(state / "db" / "playground.sqlite3") == 0o660


def test_the_web_groups_parts_are_given_to_it(state: Path) -> None:
    group = next(entry for entry in grp.getgrall() if entry.gr_gid not in (0, os.getegid()))
    command.prepare(state, group.gr_gid if os.geteuid() == 0 else None)
    expected = group.gr_gid if os.geteuid() == 0 else os.getegid()
    for part in ("db", "run", "secrets", "secrets/node", "db/playground.sqlite3"):
        assert (state / part).stat().st_gid == expected
    assert (state / "pods").stat().st_gid == os.getegid()
    assert mode(state / "db") == 0o3770
    if os.geteuid() == 0:
        assert {(state / part).stat().st_uid for part in ("db", "db/playground.sqlite3")} == {0}


def test_secrets_are_made_once_and_differ(state: Path) -> None:
    call_command("prepare", verbosity=0)
    kept = {name: (state / "secrets" / name).read_text() for name in ("django", "node")}
    assert len(set(kept.values())) == 2
    assert min(map(len, kept.values())) >= 50
    (state / "run").chmod(0o777)
    call_command("prepare", verbosity=0)
    assert {name: (state / "secrets" / name).read_text() for name in kept} == kept
    assert mode(state / "run") == 0o750


def test_an_umask_changes_no_mode(state: Path) -> None:
    before = os.umask(0o077)
    try:
        call_command("prepare", verbosity=0)
    finally:
        os.umask(before)
    assert mode(state) == 0o755
    assert mode(state / "secrets" / "django") == 0o640


def test_a_missing_group_is_told_with_what_to_do(
    state: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.WEB_GROUP = "no-such-group"
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(CommandError, match="addgroup --system no-such-group"):
        call_command("prepare")
    assert not state.exists()


def test_without_root_no_group_is_needed(state: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.WEB_GROUP = "no-such-group"
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    call_command("prepare", verbosity=0)
    assert (state / "pods").is_dir()


def test_a_link_in_the_place_of_a_secret_is_refused(state: Path, tmp_path: Path) -> None:
    (state / "secrets").mkdir(parents=True)
    target = tmp_path / "target"
    target.write_text("mine")
    target.chmod(0o600)
    (state / "secrets" / "django").symlink_to(target)
    with pytest.raises(CommandError, match="is a link"):
        call_command("prepare")
    assert (target.read_text(), mode(target)) == ("mine", 0o600)


@pytest.mark.parametrize("part", ["db", "run", "pods"])
def test_a_link_in_the_place_of_a_folder_is_refused(state: Path, tmp_path: Path, part: str) -> None:
    target = tmp_path / "target"
    target.mkdir(mode=0o700)
    state.mkdir(parents=True)
    (state / part).symlink_to(target)
    with pytest.raises(CommandError, match="is a link"):
        call_command("prepare")
    assert mode(target) == 0o700


def test_a_link_that_takes_the_databases_place_at_the_last_moment_is_not_followed(
    state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    call_command("prepare", verbosity=0)
    database, target = state / "db" / "playground.sqlite3", tmp_path / "target"
    target.write_text("mine")
    target.chmod(0o600)
    database.unlink()
    database.symlink_to(target)
    monkeypatch.setattr(Path, "is_symlink", lambda path: False)  # as it was when we looked
    with pytest.raises(CommandError, match="is a link"):
        call_command("prepare")
    assert mode(target) == 0o600


@pytest.mark.parametrize("kind", ["pipe", "second name"])
def test_what_is_no_file_of_our_own_is_not_given_away(state: Path, tmp_path: Path, kind: str) -> None:
    call_command("prepare", verbosity=0)
    database, target = state / "db" / "playground.sqlite3", tmp_path / "target"
    target.write_text("mine")
    target.chmod(0o600)
    database.unlink()
    if kind == "pipe":
        os.mkfifo(database)
    else:
        database.hardlink_to(target)
    with pytest.raises(CommandError, match="is no file of our own"):
        call_command("prepare")
    assert mode(target) == 0o600


def test_a_place_that_cannot_be_a_folder_is_told(state: Path) -> None:
    state.parent.mkdir()
    state.write_text("")
    with pytest.raises(CommandError, match="cannot be prepared"):
        call_command("prepare")


def test_serving_without_keys_is_refused(settings: Settings) -> None:
    settings.SECRET_KEY = settings.NODE_KEY = ""
    found = {message.id: message.hint for message in run_checks() if str(message.id).startswith("playground.")}
    assert set(found) == {"playground.E001", "playground.E002"}
    assert all("manage.py prepare" in str(hint) for hint in found.values())
