"""Image references: what parses, into what, and what never will."""

from __future__ import annotations

import pytest

from sandboxes.spec.images import ImageReference, parse

SHA = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("short", "full"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27", "docker.io/library/nginx:1.27"),
        ("docker.io/nginx", "docker.io/library/nginx:latest"),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
        ("playground/pause:1", "docker.io/playground/pause:1"),
        ("localhost/a", "localhost/a:latest"),
        ("localhost:5000/a/b:c", "localhost:5000/a/b:c"),
        ("Registry/a", "Registry/a:latest"),
        ("quay.example/a__b/c--d.e_f:T_1.2-3", "quay.example/a__b/c--d.e_f:T_1.2-3"),
        ("[::1]:5000/a", "[::1]:5000/a:latest"),
        (f"nginx@{SHA}", f"docker.io/library/nginx@{SHA}"),
        (f"nginx:1@{SHA}", f"docker.io/library/nginx:1@{SHA}"),
        ("example.com/" + "a" * 243, "example.com/" + "a" * 243 + ":latest"),
    ],
)
def test_short_references_are_spelt_out(short: str, full: str) -> None:
    assert str(parse(short)) == full


def test_spelling_out_twice_changes_nothing() -> None:
    once = parse("nginx")
    assert once == parse(str(once)) == ImageReference("docker.io", "library/nginx", "latest", "")


@pytest.mark.parametrize(
    "reference",
    [
        "", " ", " nginx", "nginx ", "nginx\n", "ng inx", "é", "a\0", "Nginx", "a//b", "/a", "a/", "docker.io/",
        "a___b", "a..b", "-a", "a-", "a:", "a:b:c", ":a", "a:b/c", "a:-x", "a:" + "x" * 129, "ex_ample.com/a",
        "-a.com/b", "[::1/a", "http://example.com/a", "a@", "a@sha256:12", "a@md5:" + "0" * 32, f"@{SHA}",
        f"a@{SHA.upper()}", f"a@{SHA}x", "0" * 64, "example.com/" + "a" * 244,
    ],
)  # fmt: skip
def test_what_is_no_reference(reference: str) -> None:
    assert parse(reference) is None


@pytest.mark.parametrize("piece", ["a", "a.", "a-", "a_", "-", "_", "a/", "a:", "[", "0", "a@", "A."])
def test_a_long_text_is_no_reference(piece: str) -> None:
    assert parse(piece * 50_000) is None
