"""What a program in a pod reaches, of each profile: its own pod, and nothing else; both ways, and with IPv6 as without.

tests/engine/test_network.py has the control arms (the same, with the table away); this is asked from inside.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from sandboxes.policy import PROFILES
from tests.engine.pods import TOOLBOX, LivePod, pod, wait_for
from tests.stack import Stack, run

MEMBERS = {"containers": [{"name": "web", "image": "nginx:latest"}, {"name": "box", "image": TOOLBOX}]}
OUTSIDE = ("169.254.169.254:80", "10.1.2.3:80", "172.31.0.1:22", "192.168.1.1:443", "192.0.2.1:80", "8.8.8.8:53")


def reaches(found: LivePod, *places: str) -> set[str]:
    """Those of the places (address:port) that a program in the pod's toolbox can connect to within some seconds."""
    script = "".join(
        f"timeout 4 bash -c '< /dev/tcp/{place.rpartition(':')[0]}/{place.rpartition(':')[2]}' 2> /dev/null"
        f" && echo {place} & "
        for place in places
    )
    done = said(found, ["bash", "-c", f"{script} wait"])
    return set(done.split())


def said(found: LivePod, command: list[str]) -> str:
    path = f"/api/playground/v1/namespaces/{found.namespace}/pods/{found.name}/exec"
    answer = found.client.post(path, json={"container": "box", "command": command, "timeoutSeconds": 20})
    return str(answer.raise_for_status().json()["stdout"])


@contextmanager
def listening(address: str) -> Iterator[int]:
    """A TCP port of the node itself on that address."""
    with socket.create_server((address, 0)) as listener:
        thread = threading.Thread(target=lambda: _accept(listener), daemon=True)
        thread.start()
        yield int(listener.getsockname()[1])


def _accept(listener: socket.socket) -> None:
    while True:
        try:
            listener.accept()[0].close()
        except OSError:
            return


@pytest.mark.parametrize("profile", PROFILES)
def test_a_pod_reaches_itself_and_nothing_else(stack: Stack, profile: str) -> None:
    stack.manage("link", "admin", "--create-admin")
    asked = {"playground.dev/profile": profile}
    with (
        pod(stack, f"out-{profile}", MEMBERS, user="admin", annotations=asked) as found,
        pod(stack, f"in-{profile}", MEMBERS, user="admin", annotations=asked) as other,
    ):
        found.wait_phase("Running")
        there = other.wait_phase("Running")["status"]["podIP"]
        network = json.loads(run("docker", "network", "inspect", f"pg_{stack.install}"))[0]
        gateway = network["IPAM"]["Config"][0]["Gateway"]
        with listening(gateway) as port:
            wait_for(lambda: reaches(found, "127.0.0.1:80"), "nginx to listen")
            places = (f"{there}:80", f"{gateway}:{port}", f"{gateway}:22", f"{gateway}:53", *OUTSIDE)
            assert reaches(found, "127.0.0.1:80", *places) == {"127.0.0.1:80"}
            assert reaches(other, f"{found.read()['status']['podIP']}:80") == set()
            with socket.create_connection((gateway, port), 2):
                pass  # the control: it does listen, and the node itself gets there


@pytest.mark.parametrize("profile", PROFILES)
def test_no_name_is_resolved_outside_and_there_is_no_ipv6(stack: Stack, profile: str) -> None:
    stack.manage("link", "admin", "--create-admin")
    asked = {"playground.dev/profile": profile}
    with pod(stack, f"dns-{profile}", MEMBERS, user="admin", annotations=asked) as found:
        found.wait_phase("Running")
        script = (
            "getent ahosts example.com; "
            "dig +time=1 +tries=1 @127.0.0.11 example.com +short 2> /dev/null | grep -v '^;'; "
            "ip -6 addr show scope global; ip -6 addr show scope link; "
            "perl -MSocket -e 'socket(my $s, 17, 3, 0) and print qq(a packet socket\\n)'; true"
        )
        assert said(found, ["bash", "-c", script]).strip() == ""
        # The control: a name that the pod has is found by the same means.
        assert said(found, ["getent", "hosts", found.name]).split()[0] == found.read()["status"]["podIP"]
