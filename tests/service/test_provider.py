"""The identity provider is tested before anybody signs in: one in this process, as well and as ill as they come."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from io import StringIO
from ipaddress import ip_address
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from people import provider
from people.models import GroupMapping
from tests.service import issuer as issuers
from tests.service.caller import user
from tests.service.issuer import Issuer
from tests.stack import free_port

DOCUMENT, KEYS = "/.well-known/openid-configuration", "/keys"
Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture
def issuer(settings: Any) -> Iterator[Issuer]:
    with issuers.running() as found:
        settings.OIDC_ISSUER = found.address
        yield found


def told() -> list[str]:
    """What is wrong."""
    return [found.said for found in asyncio.run(provider.tested()) if not found.is_good]


def answer(body: bytes, code: int = 200, **headers: str) -> Answer:
    def write(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return write


def test_a_provider_that_is_well_is_told_so(issuer: Issuer) -> None:
    found = asyncio.run(provider.tested())
    assert [each.is_good for each in found] == [True] * 4
    assert found[0].said == f"It calls itself {issuer.address}, as it is called here."
    assert found[-1].said == "Its keys can be read: there is 1."


def test_without_a_provider_it_is_said_how_to_have_one(settings: Any) -> None:
    settings.OIDC_ISSUER = ""
    assert told() == ["No identity provider is set: PLAYGROUND_OIDC_ISSUER names one, and docs/settings.md the rest."]


def test_what_it_tells_of_itself_is_held_against_what_a_sign_in_needs(issuer: Issuer) -> None:
    issuer.told = {"issuer": "https://other.example", "token_endpoint": "http://other.example/token"}
    first, second = told()
    assert first.startswith(f"It calls itself https://other.example, not {issuer.address}: set PLAYGROUND_OIDC_ISSUER")
    assert second.startswith("Its token_endpoint is http://other.example/token, which is not https")


@pytest.mark.parametrize(
    ("ill", "said"),
    [
        (answer(b"<html>"), "is no JSON object: is that the address of an OpenID Connect issuer?"),
        (answer(b"[1]"), "is no JSON object"),
        (answer(b"\xff\xfe"), "is no JSON object"),
        (answer(b"[" * 100_000), "is no JSON object"),
        (answer(b"{}", 404), "is answered with 404, not 200: is that the address of an OpenID Connect issuer?"),
        (answer(b"{}", 500), "is answered with 500, not 200"),
        (
            answer(b"", 302, Location="https://elsewhere.example/"),
            "leads to https://elsewhere.example/ (302), where nobody follows: name in PLAYGROUND_OIDC_ISSUER where it",
        ),
        (answer(b" " * 300_000), "has more than 256 KiB: is that the address of an OpenID Connect issuer?"),
        (answer(b"\x1f\x8b\x08", Content_Encoding="gzip"), "is no JSON object"),
    ],
    ids=["html", "list", "bytes", "deep", "missing", "broken", "redirect", "huge", "compressed"],
)
def test_a_document_that_is_none_says_what_it_is(ill: Answer, said: str, issuer: Issuer) -> None:
    issuer.instead[DOCUMENT] = ill
    (found,) = told()
    assert found.startswith(f"Its discovery document ({issuer.address}{DOCUMENT}) ") and said in found


@pytest.mark.parametrize("beginning", [b"", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\n{"])
def test_a_provider_that_never_ends_is_left_after_its_time(
    beginning: bytes, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However it goes about it: no byte at all, heads or a body that come a byte at a time."""

    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(beginning)
        while not issuer.over.wait(0.05):
            try:
                handler.wfile.write(b"a" if beginning else b"")
            except OSError:
                return

    issuer.instead[DOCUMENT] = drip
    monkeypatch.setattr(provider, "SECONDS", 0.5)
    began = monotonic()
    (found,) = told()
    assert monotonic() - began < 3
    assert "did not come within 0.5 s: see whether this machine reaches it" in found


def test_a_body_without_an_end_is_left_once_it_is_too_large(issuer: Issuer) -> None:
    def pour(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while not issuer.over.is_set():
            try:
                handler.wfile.write(b" " * 65_536)
            except OSError:
                return

    issuer.instead[DOCUMENT] = pour
    assert "has more than 256 KiB" in told()[0]


def test_a_provider_that_refuses_connections_is_said_not_to_be_reached(settings: Any) -> None:
    settings.OIDC_ISSUER = f"http://127.0.0.1:{free_port()}"
    (found,) = told()
    assert "could not be reached (" in found
    assert (
        "see whether the address is right and this machine reaches it, and whether it trusts its certificate" in found
    )


def test_a_provider_elsewhere_is_not_asked_without_tls(settings: Any) -> None:
    settings.OIDC_ISSUER = "http://login.example"
    assert told() == [
        f"Its discovery document (http://login.example{DOCUMENT}) is not asked for: it is not https. Name an https:// "
        "address in PLAYGROUND_OIDC_ISSUER."
    ]


@pytest.fixture
def certified(tmp_path: Path) -> Path:
    """Key and certificate of 127.0.0.1 in one file, signed by itself."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "issuer")])
    now, own = datetime.now(UTC), x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(1))
    made = made.add_extension(own, critical=False).add_extension(x509.BasicConstraints(True, None), critical=True)
    place = tmp_path / "issuer.pem"
    plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    place.write_bytes(plain + made.sign(key, SHA256()).public_bytes(Encoding.PEM))
    return place


def test_a_certificate_is_trusted_where_a_sign_in_trusts_it(
    certified: Path, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certified)
    with issuers.running(tls) as found:
        settings.OIDC_ISSUER = found.address
        (refused,) = told()
        assert "could not be reached (" in refused and "CERTIFICATE_VERIFY_FAILED" in refused
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certified))
        assert told() == []


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        (answer(b"{}"), "At its jwks_uri there are no keys"),
        (answer(b"no", 404), "is answered with 404"),
        (answer(b" " * 300_000), "has more than 256 KiB"),
        (answer(b"", 307, Location="/elsewhere"), "leads to /elsewhere (307)"),
    ],
)
def test_keys_that_cannot_be_read_are_said(keys: Answer, said: str, issuer: Issuer) -> None:
    issuer.instead[KEYS] = keys
    (found,) = told()
    assert said in found


def test_of_keys_elsewhere_nothing_is_asked_without_tls(issuer: Issuer) -> None:
    """The document's word leads no request to a machine of the inside."""
    asked: list[str] = []
    with issuers.running() as inside:
        inside.instead["/secret"] = lambda handler: asked.append(handler.path)
        issuer.told = {"jwks_uri": inside.address.replace("127.0.0.1", "127.0.0.1.example") + "/secret"}
        assert [said for said in told() if "jwks_uri" in said and "not https" in said]
    assert asked == []


@pytest.mark.django_db
def test_an_admin_tests_the_provider_with_the_groups(issuer: Issuer, client: Client) -> None:
    issuer.told = {"claims_supported": ["sub"]}
    row = GroupMapping.objects.create(group="teachers", role="author")
    client.force_login(User.objects.create_superuser("root"))
    asked = {"action": "test", "_selected_action": [row.pk]}
    page = client.post("/admin/people/groupmapping/", asked, follow=True)
    assert page.status_code == 200
    levels = {str(each.message): each.level_tag for each in page.context["messages"]}
    assert levels["Role: author. Teams: none."] == "info"
    assert levels[f"Provider: It calls itself {issuer.address}, as it is called here."] == "success"
    (wrong,) = [said for said, level in levels.items() if level == "warning"]
    assert wrong.startswith("Provider: It lists no groups in claims_supported: ")


@pytest.mark.django_db
def test_who_may_not_see_the_groups_does_not_test_the_provider(issuer: Issuer, client: Client) -> None:
    asked: list[str] = []
    issuer.instead[DOCUMENT] = lambda handler: asked.append(handler.path)
    row = GroupMapping.objects.create(group="teachers", role="author")
    client.force_login(user("alice"))
    refused = client.post("/admin/people/groupmapping/", {"action": "test", "_selected_action": [row.pk]})
    assert (refused.status_code, asked) == (302, [])


def test_the_command_prints_what_is_found_and_fails_where_something_is_wrong(issuer: Issuer) -> None:
    out = StringIO()
    call_command("provider", stdout=out)
    assert out.getvalue().splitlines()[-1] == "ok: Its keys can be read: there is 1."
    issuer.instead[KEYS] = answer(json.dumps({}).encode())
    with pytest.raises(CommandError, match="1 of 4 is not as it is to be"):
        call_command("provider", stdout=out)
    assert "TO DO: At its jwks_uri there are no keys" in out.getvalue()
