"""One thing or two changed in a pod that says everything: it is refused, or all that is made of it can be made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from sandboxes.errors import Malformed, MountFailed, SpecRefused
from sandboxes.members import members_of
from sandboxes.policy import BASELINE, Basis, hosts_text, pause_body, refusals, resolver_text, uses_of
from sandboxes.policy.limits import limits_of
from sandboxes.spec import Pod, decode, dump, validate, with_defaults
from sandboxes.spec.environment import process
from sandboxes.spec.facts import Facts, SourceMissing, Sources, named_sources
from sandboxes.spec.files import pod_files
from sandboxes.spec.qos import qos_class

SAID: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "everything.yaml").read_text())
Path_ = tuple[str | int, ...]


def paths(value: object, at: Path_ = ()) -> Iterator[Path_]:
    if at:
        yield at
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*at, key))
    if isinstance(value, list):
        for i, item in enumerate(value):
            yield from paths(item, (*at, i))


PATHS = [path for path in paths(SAID) if path[0] != "apiVersion"]
ANYTHING: list[object] = [
    None, True, False, 0, 1, -1, 2**31, 2**63 - 1, 0.5, "", "a", "A b", "..", "/", "$(NAME)", "1e999", "-1", "1e-9",
    "999999999999999Ei", "metadata.labels['a']", "limits.cpu", "None", {}, [], [None], [{}], {"a": None}, [""],
]  # fmt: skip


def changed(changes: list[tuple[Path_, object]]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(SAID))
    for path, value in changes:
        with suppress(KeyError, IndexError, TypeError):
            inside: Any = found
            for step in path[:-1]:
                inside = inside[step]
            inside[path[-1]] = value
    return found


def make_all(pod: Pod) -> None:
    """All that the node makes of a pod's words; what may fail then is what names something that is not there."""
    facts = Facts(pod, "ann", "uid", "node", "192.0.2.1", "192.0.2.2", {"cpu": "1", "memory": "1Gi"})
    maps, secrets = named_sources(pod)
    there = Sources({name: {"a": b"1"} for name in maps}, {name: {"b": b"2"} for name in secrets})
    for sources in (there, Sources()):
        for member in members_of(pod):
            limits_of(pod, member.spec, BASELINE)
            with suppress(SourceMissing):
                uses_of(pod, member.spec, process(member.spec, facts, sources).env)
        with suppress(MountFailed):
            pod_files(facts, sources, BASELINE.room)
    qos_class(pod.spec)
    hosts_text(pod, "192.0.2.2")
    resolver_text(pod)
    pause_body(Basis(pod, BASELINE, "h"), image="pause", host_ip="127.0.0.1")


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(st.sampled_from(PATHS), st.sampled_from(ANYTHING)), min_size=1, max_size=2))
def test_a_changed_pod_is_refused_or_can_be_made(changes: list[tuple[Path_, object]]) -> None:
    try:
        pod = decode(changed(changes))
    except (Malformed, SpecRefused) as refused:
        assert all(cause.message for cause in refused.causes)
        return
    complete = with_defaults(pod)
    assert decode(dump(complete)) == complete
    causes = validate(pod)
    assert all(cause.field and cause.message for cause in causes)
    if not causes:
        refusals(complete, BASELINE)
        make_all(complete)
