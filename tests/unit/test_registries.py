"""Credentials for registries: what a pull secret holds, and which of them an image's registry may hear."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandboxes.spec.registries import LONGEST, Credential, credentials_in, matching, place_of

CONFIG = "kubernetes.io/dockerconfigjson"


def held(auths: Any, kind: str = CONFIG) -> list[tuple[str, str, str]]:
    file = {".dockerconfigjson": {"auths": auths}} if kind == CONFIG else {".dockercfg": auths}
    data = {key: json.dumps(content).encode() for key, content in file.items()}
    return [(item.place, item.username, item.password) for item in credentials_in(kind, data)]


def both(text: str) -> dict[str, str]:
    return {"auth": base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    ("entry", "pair"),
    [
        ({"username": "u", "password": "p"}, ("u", "p")),
        (both("u:p:q"), ("u", "p:q")),
        ({"username": "x", "password": "y"} | both("u:p"), ("u", "p")),
        ({"auth": both("u:pw")["auth"].rstrip("=")}, ("u", "pw")),
        ({"username": "u"}, ("u", "")),
    ],
)
def test_an_entry_is_a_name_and_a_password_or_both_in_base64(entry: dict[str, str], pair: tuple[str, str]) -> None:
    assert held({"r.example": entry}) == [("r.example", *pair)]
    assert held({"r.example": entry}, "kubernetes.io/dockercfg") == [("r.example", *pair)]


@pytest.mark.parametrize("entry", [{}, [], "u:p", {"auth": "!"}, both("no colon"), {"auth": "/w=="}, {"username": 1}])
def test_what_cannot_be_read_holds_nothing_and_spoils_nothing(entry: Any) -> None:
    assert held({"bad.example": entry, "r.example": both("u:p")}) == [("r.example", "u", "p")]


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'{"auths": []}', b"{}"])
def test_a_file_that_is_none_holds_nothing(content: bytes) -> None:
    assert credentials_in(CONFIG, {".dockerconfigjson": content}) == ()


def test_only_pull_secrets_hold_credentials() -> None:
    file = json.dumps({"auths": {"r.example": both("u:p")}}).encode()
    assert credentials_in("Opaque", {".dockerconfigjson": file}) == ()


@pytest.mark.parametrize(
    ("registry", "place"),
    [
        ("r.example", "r.example"),
        ("https://R.example:5000/", "r.example:5000"),
        ("https://index.docker.io/v1/", "index.docker.io"),
        ("r.example/v2/team/", "r.example/team"),
        ("*.example/team", "*.example/team"),
        ("", None),
        ("https://", None),
        ("[r.example", None),
        ("r.example:port", None),
        ("u:p@r.example", None),
        ("r" * (LONGEST + 1), None),
    ],
)
def test_registries_are_written_in_many_ways(registry: str, place: str | None) -> None:
    assert place_of(registry) == place


@pytest.mark.parametrize(
    ("place", "image", "fits"),
    [
        ("r.example", "r.example/a:1", True),
        ("r.example", "r.example/team/a", True),
        ("r.example", "r.example:5000/a", False),
        ("r.example:5000", "r.example:5000/a", True),
        ("r.example", "evil.example/r.example/a", False),
        ("r.example", "xr.example/a", False),
        ("r.example", "r.example.evil/a", False),
        ("r.example/team", "r.example/team/a", True),
        ("r.example/team", "r.example/team", True),
        ("r.example/team", "r.example/teams/a", False),
        ("*.example", "r.example/a", True),
        ("*.example", "a.r.example/a", False),
        ("*.example", "r.evil/a", False),
        ("[::1]:5000", "[::1]:5000/a", True),
        ("[::1]:5000", "1:5000/a", False),
        ("docker.io", "nginx", True),
        ("index.docker.io", "nginx", True),
        ("index.docker.io", "docker.io/team/a", True),
        ("index.docker.io", "r.example/a", False),
        ("r.example", "nginx", False),
        ("r.example", "No Reference", False),
    ],
)
def test_a_credential_is_for_its_own_registry_alone(place: str, image: str, *, fits: bool) -> None:
    credential = Credential(place, "u", "p")
    assert matching([credential], image) == ((credential,) if fits else ())


def test_the_longest_place_comes_first_and_else_the_order_given() -> None:
    whole, team, other = (Credential(place, "u", "p") for place in ("r.example", "r.example/team", "*.example"))
    assert matching([other, whole, team, whole], "r.example/team/a") == (team, other, whole)


def test_a_password_is_never_printed() -> None:
    assert "sesame" not in repr(Credential("r.example", "u", "sesame"))


@given(registry=st.text(max_size=40), entry=st.recursive(st.text(max_size=8) | st.none() | st.integers(), st.lists))
def test_nothing_that_is_sent_breaks_it(registry: str, entry: Any) -> None:
    for fields in (entry, {"auth": entry}, {"username": entry, "password": "p"}):
        matching([Credential(*item) for item in held({registry: fields})], "r.example/a")
