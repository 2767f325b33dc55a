"""What an identity provider tells of itself, held against what a sign-in needs."""

from __future__ import annotations

from typing import Any

import pytest

from people.provider_rules import discovery_of, is_safe, issuer_of, judged, keys_judged

ISSUER = "https://login.example"
GOOD: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "userinfo_endpoint": f"{ISSUER}/userinfo",
    "jwks_uri": f"{ISSUER}/keys",
    "scopes_supported": ["openid", "profile", "email", "groups"],
    "response_types_supported": ["code", "id_token"],
    "code_challenge_methods_supported": ["plain", "S256"],
    "claims_supported": ["sub", "groups"],
}


def bad(document: dict[str, Any], issuer: str = ISSUER) -> list[str]:
    return [found.said for found in judged(document, issuer, "groups") if not found.is_good]


def without(*names: str) -> dict[str, Any]:
    return {key: value for key, value in GOOD.items() if key not in names}


def test_a_provider_that_has_all_that_is_needed_is_good_and_says_of_what() -> None:
    assert [found.said for found in judged(GOOD, ISSUER, "groups")] == [
        "It calls itself https://login.example, as it is called here.",
        "Its authorization_endpoint, token_endpoint, userinfo_endpoint and jwks_uri are there, and safe.",
        "It tells the claim groups.",
    ]
    assert bad(GOOD) == []


def test_what_is_not_listed_is_not_held_against_it() -> None:
    lists = [key for key in GOOD if key.endswith("_supported")]
    assert bad(without(*lists)) == []
    assert judged(without(*lists), ISSUER, "groups")[-1].said == (
        "It lists no claims: whether it tells groups, the first sign-in shows (a user's groups give a role at once)."
    )


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (
            {"issuer": "https://login.example/"},
            "It calls itself https://login.example/, not https://login.example: set PLAYGROUND_OIDC_ISSUER to exactly "
            "what it calls itself, if that is the provider that you mean.",
        ),
        (
            {"issuer": 7},
            "It does not say who it is (issuer): PLAYGROUND_OIDC_ISSUER must name an OpenID Connect issuer.",
        ),
        (
            {"token_endpoint": ""},
            "It names no token_endpoint, and without one nobody signs in: have it set up at the provider.",
        ),
        (
            {"jwks_uri": ["https://login.example/keys"]},
            "It names no jwks_uri, and without one nobody signs in: have it set up at the provider.",
        ),
        (
            {"authorization_endpoint": "http://login.example/authorize"},
            "Its authorization_endpoint is http://login.example/authorize, which is not https: have the provider name "
            "one that is.",
        ),
        (
            {"scopes_supported": ["openid", "email"]},
            "It lists no profile in scopes_supported, which a sign-in asks for: allow it to this client at the "
            "provider.",
        ),
        (
            {"response_types_supported": ["id_token"]},
            "It lists no code in response_types_supported, which a sign-in asks for: allow it to this client at the "
            "provider.",
        ),
        (
            {"code_challenge_methods_supported": ["plain"]},
            "It lists no S256 in code_challenge_methods_supported, which a sign-in asks for: allow it to this client "
            "at the provider.",
        ),
        (
            {"claims_supported": ["sub"]},
            "It lists no groups in claims_supported: have the provider put it into the ID token or the userinfo, or "
            "name the claim that it has in PLAYGROUND_OIDC_GROUPS.",
        ),
        (
            {"issuer": "\x1b[2J" + "x" * 500},
            "It calls itself \\x1b[2J"
            + "x" * 193
            + "…, not https://login.example: set PLAYGROUND_OIDC_ISSUER to exactly "
            "what it calls itself, if that is the provider that you mean.",
        ),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_is_wrong_is_a_sentence_that_says_what_to_do(changed: dict[str, Any], said: str) -> None:
    assert bad(GOOD | changed) == [said]


@pytest.mark.parametrize("listed", [None, "openid", 7, {}])
def test_a_list_that_is_none_is_not_read_as_one(listed: Any) -> None:
    assert bad(GOOD | dict.fromkeys(("scopes_supported", "claims_supported"), listed)) == []


@pytest.mark.parametrize(
    ("address", "issuer", "safe"),
    [
        ("https://login.example/keys", ISSUER, True),
        ("https://127.0.0.1/keys", ISSUER, True),
        ("http://login.example/keys", ISSUER, False),
        ("http://127.0.0.1:9/keys", ISSUER, False),
        ("http://127.0.0.1:9/keys", "http://127.0.0.1:8", True),
        ("http://localhost:9/keys", "http://localhost:8", True),
        ("http://[::1]:9/keys", "http://[::1]:8", True),
        ("http://127.0.0.1.example/keys", "http://127.0.0.1:8", False),
        ("http://localhost.example/keys", "http://127.0.0.1:8", False),
        ("http://login.example", "http://login.example", False),
        ("file:///etc/passwd", ISSUER, False),
        ("https:///keys", ISSUER, False),
        ("https://[::1/keys", ISSUER, False),
        ("", ISSUER, False),
        (None, ISSUER, False),
    ],
)
def test_http_is_for_loopback_alone_and_only_where_the_issuer_is_there_too(
    address: Any, issuer: str, safe: bool
) -> None:
    assert is_safe(address, issuer) is safe


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"keys": [{"kty": "RSA"}]}, "Its keys can be read: there is 1."),
        ({"keys": [{"kty": "RSA"}, {"kty": "EC"}, 7, {}]}, "Its keys can be read: there are 2."),
        ({"keys": []}, None),
        ({"keys": "RSA"}, None),
        ({}, None),
    ],
)
def test_keys_are_those_that_have_a_type(document: dict[str, Any], said: str | None) -> None:
    found = keys_judged(document)
    assert found.is_good is (said is not None)
    assert found.said == (
        said or "At its jwks_uri there are no keys: have the provider publish those that it signs with."
    )


def test_the_document_is_where_a_sign_in_looks_for_it() -> None:
    at = f"{ISSUER}/.well-known/openid-configuration"
    assert (discovery_of(ISSUER), discovery_of(at)) == (at, at)
    assert (issuer_of(ISSUER), issuer_of(at)) == (ISSUER, ISSUER)
