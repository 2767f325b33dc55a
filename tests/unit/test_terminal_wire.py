"""What a page may say at a terminal, and as whom a shell may run."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from pydantic import ValidationError

from sandboxes import spec
from sandboxes import terminal_wire as wire
from sandboxes.members import members_of
from sandboxes.policy import BASELINE
from sandboxes.policy.shells import shell_refusal

OPEN = {
    "type": "open",
    "terminal": str(UUID(int=1)),
    "writer": str(UUID(int=2)),
    "member": "web",
    "columns": 80,
    "rows": 24,
}


@pytest.mark.parametrize("user", ["", "root", "0", "1000", "1000:1000", "www-data", "web:adm", "_x.y"])
def test_users_as_docker_names_them(user: str) -> None:
    found = wire.FIRST.validate_python(OPEN | {"user": user})
    assert isinstance(found, wire.OpenTerminal)
    assert found.user == user


@pytest.mark.parametrize(
    "wrong",
    [
        {"user": "a b"},
        {"user": "-x"},
        {"user": ":0"},
        {"user": "a:b:c"},
        {"user": "x" * 40},
        {"name": "a\x1b[2J"},
        {"name": "\u202eevil"},
        {"name": "x" * 41},
        {"columns": 0},
        {"rows": 100_000},
        {"terminal": "../.."},
        {"command": ["sh"]},
    ],
    ids=str,
)
def test_a_first_word_that_is_none_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        wire.FIRST.validate_python(OPEN | wrong)


@pytest.mark.parametrize(
    ("context", "user", "told"),
    [
        ({}, "root", ""),
        ({}, "33", ""),
        ({"runAsNonRoot": True, "runAsUser": 5}, "", ""),
        ({"runAsNonRoot": True, "runAsUser": 5}, "1000:0", ""),
        ({"runAsNonRoot": True}, "root", "runAsNonRoot"),
        ({"runAsNonRoot": True}, "0", "runAsNonRoot"),
        ({"runAsNonRoot": True}, "000", "runAsNonRoot"),
        ({"runAsNonRoot": True}, "toor", "runAsNonRoot"),
        ({}, "4294967296", "at most"),
    ],
)
@pytest.mark.parametrize("of_pod", [True, False])
def test_a_shell_is_never_root_where_its_member_must_not_be(
    context: dict[str, Any], user: str, told: str, of_pod: bool
) -> None:
    member = {"name": "web", "image": "nginx"} | ({} if of_pod else {"securityContext": context})
    body = {"containers": [member]} | ({"securityContext": context} if of_pod else {})
    pod = spec.decode({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}, "spec": body})
    found = shell_refusal(pod, members_of(pod)[0].spec, user, BASELINE)
    assert told in found
    assert bool(told) == bool(found)
