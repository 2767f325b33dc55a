"""A registry that asks who is there, on this machine's loopback, and a real engine that is told what to say to it."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io
import json
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from sandboxes.engine.pulling import Progress
from sandboxes.engine.streams import DockerStreams
from sandboxes.errors import EngineError
from sandboxes.spec.registries import Credential

TYPES = "application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def image() -> dict[str, tuple[str, bytes]]:
    """Path → type and content, of an image `private/a:1` with one empty layer."""
    tar = io.BytesIO()
    tarfile.open(fileobj=tar, mode="w").close()
    layer = gzip.compress(tar.getvalue(), mtime=0)
    root = {"type": "layers", "diff_ids": [digest(tar.getvalue())]}
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": root}).encode()
    described = [
        {"mediaType": kind, "size": len(blob), "digest": digest(blob)}
        for kind, blob in ((TYPES[1], config), (LAYER, layer))
    ]
    manifest = {"schemaVersion": 2, "mediaType": TYPES[0], "config": described[0], "layers": described[1:]}
    told = json.dumps(manifest).encode()
    blobs = {f"/v2/private/a/blobs/{digest(blob)}": ("application/octet-stream", blob) for blob in (config, layer)}
    named = ("1", digest(told))
    return blobs | {f"/v2/private/a/manifests/{name}": (TYPES[0], told) for name in named} | {"/v2/": ("", b"{}")}


class Door(BaseHTTPRequestHandler):
    """Lets in alice with her password alone."""

    served = image()
    heard: set[str]

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        kind, content = self.served.get(self.path, ("", b""))
        said = self.headers.get("Authorization", "")
        self.heard.add(said)
        inside = said == f"Basic {base64.b64encode(b'alice:open sesame').decode()}"
        if not inside:
            content = json.dumps({"errors": [{"code": "UNAUTHORIZED", "message": "who is there?"}]}).encode()
        self.send_response((200 if content else 404) if inside else 401)
        if not inside:
            self.send_header("WWW-Authenticate", 'Basic realm="door"')
        self.send_header("Content-Type", kind if inside else "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
        self.send_header("Docker-Content-Digest", digest(content))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """A test's output is its own."""


@pytest.fixture
def registry() -> Iterator[str]:
    """Its host and port."""
    Door.heard = set()
    with ThreadingHTTPServer(("127.0.0.1", 0), Door) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
    name = f"127.0.0.1:{server.server_port}/private/a:1"
    subprocess.run(["docker", "rmi", name], check=False, capture_output=True)


async def test_a_private_image_is_pulled_with_its_credential_and_with_no_other(registry: str) -> None:
    name, streams = f"{registry}/private/a:1", DockerStreams()
    for wrong in (None, Credential(registry, "alice", "wrong sesame")):
        with pytest.raises(EngineError) as refused:
            await streams.pull(name, wrong)
        assert "sesame" not in str(refused.value)
    assert name not in {found.reference for found in await streams.list_images()}
    heard: list[Progress] = []
    await streams.pull(name, Credential(registry, "alice", "open sesame"), tell=heard.append)
    assert (heard[-1].layers_done, heard[-1].layers) == (1, 1)
    assert name in {found.reference for found in await streams.list_images()}
