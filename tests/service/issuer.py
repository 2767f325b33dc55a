"""An identity provider in this process, as OpenID Connect Core 1.0 has it: as much of one as a sign-in asks.

It checks what it is told: client, secret, code, and the verifier of PKCE (RFC 7636).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

CLIENT, SECRET = "playground", "the client's secret at the issuer, in tests alone"
SIGNED_WITH = "a key of the issuer that nobody else has or needs"


class Issuer:
    """`claims`: what it says of whoever comes. `consent` is the person at its page, who says yes.

    `told` stands beside what the discovery document has; `instead` answers for a path in the place of all this.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.told: dict[str, Any] = {}
        self.instead: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {}
        self.over = threading.Event()
        self.claims: dict[str, Any] = {}
        self.codes: dict[str, str] = {}
        self.refused: list[str] = []

    def consent(self, location: str) -> dict[str, str]:
        """Of the address that a browser was sent to: what the browser brings back."""
        assert location.startswith(f"{self.address}/authorize?"), location
        asked = {key: values[0] for key, values in parse_qs(urlsplit(location).query).items()}
        assert asked["client_id"] == CLIENT and asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe()
        self.codes[code] = asked["code_challenge"]
        return {"code": code, "state": asked["state"]}

    def token(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The token response, None for what it refuses. A code is good once."""
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            self.refused.append("client")
        elif self.codes.pop(form.get("code", ""), None) != challenge:
            self.refused.append("code")
        else:
            now = int(time.time())
            claims = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 60} | self.claims
            signed = jwt.encode(claims, SIGNED_WITH, algorithm="HS256")
            return {"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": signed}
        return None


@contextmanager
def running(tls: ssl.SSLContext | None = None) -> Iterator[Issuer]:
    """An issuer that answers on a port of loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answering)
    scheme = "http"
    if tls is not None:
        scheme, server.socket = "https", tls.wrap_socket(server.socket, server_side=True)
    server.issuer = Issuer(f"{scheme}://127.0.0.1:{server.server_port}")  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server.issuer  # type: ignore[attr-defined]
    finally:
        server.issuer.over.set()  # type: ignore[attr-defined]
        server.shutdown()
        thread.join()
        server.server_close()


class _Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        issuer: Issuer = self.server.issuer  # type: ignore[attr-defined]
        at = issuer.address
        if self.path in issuer.instead:
            issuer.instead[self.path](self)
        elif self.path == "/.well-known/openid-configuration":
            names = ("authorization", "token", "userinfo")
            found = {f"{name}_endpoint": f"{at}/{'authorize' if name == 'authorization' else name}" for name in names}
            methods = ["client_secret_post"]
            found |= {"issuer": at, "jwks_uri": f"{at}/keys"}
            self._answer(200, found | {"token_endpoint_auth_methods_supported": methods} | issuer.told)
        elif self.path == "/keys":
            self._answer(200, {"keys": [{"kty": "RSA", "kid": "1"}]})
        elif self.path == "/userinfo" and self.headers["Authorization"] == "Bearer access":
            self._answer(200, issuer.claims)
        else:
            self._answer(404, {})

    def do_POST(self) -> None:
        issuer: Issuer = self.server.issuer  # type: ignore[attr-defined]
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        found = issuer.token({key: values[0] for key, values in parse_qs(body).items()})
        self._answer(400 if found is None else 200, found or {"error": "invalid_grant"})

    def _answer(self, code: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: Any) -> None:
        """Says nothing."""
