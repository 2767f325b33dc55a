"""The pages say what is there: links and paths lead somewhere, and what a page lists is all there is, and no more."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import runpy
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest

from sandboxes import actions, calls, spec, terminal_wire, wire
from sandboxes.spec.closest import CLOSEST, DROPPED
from sandboxes.spec.models import Shape
from sandboxes.wire_message import Message
from tests.stack import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
WIRE = (ROOT / "docs" / "wire.md").read_text()
LIFECYCLE = (ROOT / "docs" / "pod-lifecycle.md").read_text()
POD_SPEC = (ROOT / "docs" / "pod-spec.md").read_text()
SETTINGS = (ROOT / "docs" / "settings.md").read_text()
MESSAGES: tuple[type[Message], ...] = get_args(get_args(wire.Live)[0])

LINK = re.compile(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"")
# A path below a folder of the checkout. `playground/` also begins labels and names of images: there only modules.
PATH = re.compile(r"(?<![\w/.-])(?:people|sandboxes|frontend|images|scripts|tests|benchmarks|compose|docs)/[\w./*-]*")
WIRING = re.compile(r"(?<![\w/.-])playground/[\w/]+\.py")
FILE = re.compile(r"(?<![\w/.*<>-])[\w-]+\.(?:py|tsx?|md|css|sh|yml)\b")
# As somebody would type it: prose may say of `./play` what it does.
COMMAND = re.compile(r"(?:^|`|sudo )\./play ([a-z]+)", re.MULTILINE)
# What a build makes need not be there.
MADE = ("frontend/dist", "frontend/collected", "frontend/node_modules")


def names() -> set[str]:
    """Of every file that is somebody's work."""
    found: set[str] = set()
    for _, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if name not in ("node_modules", ".git", ".venv", "dist", "collected")]
        found.update(files)
    return found


def targets(page: Path) -> Iterator[str]:
    """Where the page's links lead, without those to other sites and to its own headings."""
    for found in LINK.findall(page.read_text()):
        target = (found[0] or found[1]).partition("#")[0]
        if target and "://" not in target:
            yield target


def paths(page: Path) -> set[str]:
    """The paths that the page names, patterns among them."""
    text = page.read_text()
    found = {path.rstrip("./") for path in PATH.findall(text)} | set(WIRING.findall(text))
    return {path for path in found if not path.startswith(MADE)}


def examples() -> list[dict[str, Any]]:
    """The JSON values in docs/wire.md; a block may hold several."""
    found = []
    for block in re.findall(r"^```json\n(.*?)^```", WIRE, re.MULTILINE | re.DOTALL):
        rest = block.strip()
        while rest:
            value, end = json.JSONDecoder().raw_decode(rest)
            found.append(value)
            rest = rest[end:].lstrip()
    return found


class Recorder(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, **values: str) -> None:
        super().__init__(values)
        self.asked: set[str] = set()

    def get(self, key: str, default: Any = None) -> Any:
        self.asked.add(key)
        return super().get(key, default)


def read_by_settings(monkeypatch: pytest.MonkeyPatch, state: Path) -> set[str]:
    environment = Recorder(PLAYGROUND_STATE=str(state))
    monkeypatch.setattr(os, "environ", environment)
    runpy.run_path(str(ROOT / "playground" / "settings.py"))
    return {name for name in environment.asked if name.startswith("PLAYGROUND_")}


def read_by_scripts() -> set[str]:
    """What the shell expands, and compose; setting a variable for others is not reading it."""
    scripts = [ROOT / "play", *ROOT.glob("scripts/*"), *ROOT.glob("compose/*"), *ROOT.glob("docker-compose*.yml")]
    expanded = re.compile(r"\$\{?(PLAYGROUND_[A-Z_]+)")
    return {name for script in scripts if script.is_file() for name in expanded.findall(script.read_text())}


def verbs() -> set[str]:
    """What `./play help` lists, itself included."""
    told = subprocess.run(["bash", ROOT / "play", "help"], capture_output=True, text=True, check=True).stdout
    return {"help", *re.findall(r"^\./play (\w+)", told, re.MULTILINE)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    assert [target for target in targets(page) if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_that_is_named_is_in_the_tree(page: Path) -> None:
    assert sorted(path for path in paths(page) if not any(ROOT.glob(path))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_that_is_named_without_its_folder_is_somewhere(page: Path) -> None:
    assert sorted(set(FILE.findall(page.read_text())) - names()) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_verb_of_play_that_is_named_is_one(page: Path) -> None:
    assert sorted(set(COMMAND.findall(page.read_text())) - verbs()) == []


def test_every_variable_that_is_read_is_described_and_no_other(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    # Those of Compose alone stand where Compose is explained.
    pages = SETTINGS + (ROOT / "docs" / "operating.md").read_text()
    described = set(re.findall(r"^\| `(PLAYGROUND_[A-Z_]+)`", pages, re.MULTILINE))
    assert read_by_settings(monkeypatch, tmp_path) | read_by_scripts() == described


def test_every_message_of_a_live_socket_is_explained_with_a_frame_that_could_be_sent() -> None:
    told = {str(message.model_fields["type"].default) for message in MESSAGES}
    assert {wire.LIVE.validate_python(frame).type for frame in examples() if frame.get("type") in told} == told
    assert [kind for kind in told if f"`{kind}`" not in WIRE] == []


def test_every_message_of_a_terminal_is_explained_with_a_frame_that_could_be_sent() -> None:
    messages = [get_args(union) for union in (terminal_wire.First, terminal_wire.Said, terminal_wire.Told)]
    known = {message.model_fields["type"].default: message for union in messages for message in union}
    shown = [frame for frame in examples() if frame.get("type") in known]
    assert {known[frame["type"]].model_validate(frame).type for frame in shown} == known.keys()
    assert [kind for kind in known if f"`{kind}`" not in WIRE] == []


def test_the_signed_call_that_is_shown_has_the_fields_of_one() -> None:
    (shown,) = (value for value in examples() if "verb" in value)
    assert set(shown) == {field.name for field in dataclasses.fields(calls.Call)}
    assert set(shown["arguments"]["options"]) == {field.name for field in dataclasses.fields(calls.LogOptions)}


def test_every_verb_of_the_node_and_every_close_code_is_in_its_table() -> None:
    named = [*vars(wire).items(), *vars(terminal_wire).items()]
    codes = [str(value) for name, value in named if name.startswith("CLOSE_")]
    assert [code for code in codes if f"| {code} |" not in WIRE] == []
    assert [verb for verb in calls.Verb if f"| `{verb}` |" not in WIRE] == []


def test_every_task_is_in_its_table() -> None:
    tasks = re.findall(r'@shared_task\(name="sandboxes\.tasks\.(\w+)"', (ROOT / "sandboxes" / "tasks.py").read_text())
    assert tasks
    assert [task for task in tasks if f"| `{task}` |" not in WIRE] == []


def test_every_action_is_in_its_table() -> None:
    kinds = [kind.__name__ for kind in get_args(actions.Action)]
    assert [kind for kind in kinds if f"| `{kind}` |" not in LIFECYCLE] == []


def spec_fields(held: Any = spec.Pod) -> Iterator[str]:
    """Every name that a pod can have in it."""
    if isinstance(held, type) and issubclass(held, Shape):
        yield from (known.alias or name for name, known in held.model_fields.items())
        yield from (name for inner in get_type_hints(held).values() for name in spec_fields(inner))
    yield from (name for inner in get_args(held) for name in spec_fields(inner))


def test_every_field_that_a_pod_may_say_and_every_one_that_is_refused_or_dropped_is_named() -> None:
    taken, _, rest = POD_SPEC.partition("## Refused by name")
    refused, _, dropped = rest.partition("## Dropped")
    assert [name for name in set(spec_fields()) if f"`{name}`" not in taken] == []
    assert [name for _, name in CLOSEST if f"`{name}`" not in refused] == []
    assert [told for told in CLOSEST.values() if told not in refused] == []
    assert [name for _, name in DROPPED if f"`{name}`" not in dropped] == []
