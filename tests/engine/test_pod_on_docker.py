"""What a pod is, on real Docker, through the API: shared and not shared namespaces, ports, names, and bad input."""

from __future__ import annotations

import socket

import httpx
import pytest

from tests.stack import Stack, free_port, run

from .pods import Json, pod, toolbox, wait_for

pytestmark = pytest.mark.timeout(120)

NGINX: Json = {"name": "web", "image": "nginx:latest"}


def test_members_reach_each_other_on_localhost_and_have_the_pods_name(stack: Stack) -> None:
    with pod(stack, "pair", {"containers": [NGINX, toolbox("box")]}) as found:
        ip = found.wait_phase("Running")["status"]["podIP"]
        assert "nginx" in found.run_in("box", "curl", "-s", "--retry", "5", "--retry-connrefused", "http://127.0.0.1")
        assert found.run_in("box", "hostname").strip() == "pair"
        assert found.run_in("web", "cat", "/proc/sys/kernel/hostname").strip() == "pair"
        assert f"{ip}\tpair" in found.run_in("web", "cat", "/etc/hosts")
        assert ip in found.run_in("box", "ip", "-4", "addr", "show", "eth0")


@pytest.mark.parametrize("shared", [False, True])
def test_the_pid_namespace_is_shared_only_when_asked_for(stack: Stack, shared: bool) -> None:
    spec = {"shareProcessNamespace": shared, "containers": [NGINX, toolbox("box")]}
    with pod(stack, f"pids-{str(shared).lower()}", spec) as found:
        found.wait_phase("Running")
        first = found.run_in("box", "cat", "/proc/1/comm").strip()
        listed = found.run_in("box", "ps", "-e", "-o", "comm=")
        assert first == ("pause" if shared else "sleep")
        assert ("nginx" in listed) is shared


def test_the_live_sample_agrees_with_what_the_members_see(stack: Stack) -> None:
    with pod(stack, "agree", {"containers": [NGINX, toolbox("box")]}) as found:
        found.wait_phase("Running")
        sample = found.live()
        rows = {row["member"]: {c["kind"]: c["inode"] for c in row["cells"]} for row in sample["namespaces"]["rows"]}
        assert set(rows) == {"", "web", "box"}
        for kind in ("net", "ipc", "uts", "pid", "mnt"):
            seen = found.run_in("box", "readlink", f"/proc/self/ns/{kind}").strip()
            assert seen == f"{kind}:[{rows['box'][kind]}]"
        assert rows["web"]["net"] == rows["box"]["net"] == rows[""]["net"]
        assert rows["web"]["uts"] != rows["box"]["uts"]
        assert {view["hostname"] for view in sample["hostnames"]} == {"agree"}
        assert any(s["localPort"] == 80 and s["state"] == "LISTEN" for s in sample["network"]["sockets"])
        assert {p["cmd"].split()[0] for p in sample["processes"] if p["member"] == "box"} == {"sleep"}


def test_a_published_port_answers_on_loopback(stack: Stack) -> None:
    port = free_port()
    web = NGINX | {"ports": [{"containerPort": 80, "hostPort": port}]}
    with pod(stack, "published", {"containers": [web]}) as found:
        found.wait_phase("Running")
        transport = httpx.HTTPTransport(retries=5)
        with httpx.Client(transport=transport) as browser:
            assert "nginx" in browser.get(f"http://127.0.0.1:{port}").text.lower()


def test_a_host_port_that_another_process_has_is_told_with_the_engines_words(stack: Stack) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        web = NGINX | {"ports": [{"containerPort": 80, "hostPort": port}]}
        with pod(stack, "taken", {"containers": [web]}) as found:
            wait_for(lambda: "address already in use" in str(found.read()["status"]), "the engine's words")
            status = found.read()["status"]
            condition = next(c for c in status["conditions"] if c["type"] == "PodReadyToStartContainers")
            assert condition["reason"] == "CreatePodSandboxError"
            assert status["phase"] == "Pending"
            assert "FailedCreatePodSandBox" in {event["reason"] for event in found.events()}
            wait_for(lambda: not found.left(), "the half-built pod to go")


def test_a_command_that_does_not_exist_is_told_on_its_member(stack: Stack) -> None:
    with pod(stack, "nocommand", {"containers": [NGINX | {"command": ["/no/such/thing"]}, toolbox("box")]}) as found:
        wait_for(lambda: found.waiting("web").get("reason") == "RunContainerError", "RunContainerError")
        assert "/no/such/thing" in found.waiting("web")["message"]
        box = next(s for s in found.read()["status"]["containerStatuses"] if s["name"] == "box")
        assert "running" in box["state"]


def test_an_image_that_does_not_exist_is_told_as_kubernetes_names_it(stack: Stack) -> None:
    absent = {"name": "web", "image": "127.0.0.1:1/no/such:1"}
    with pod(stack, "noimage", {"containers": [absent, toolbox("box")]}) as found:
        reasons: set[str] = set()

        def backs_off() -> bool:
            reasons.add(found.waiting("web").get("reason", ""))
            return "ImagePullBackOff" in reasons

        wait_for(backs_off, "ImagePullBackOff", 40)
        assert "ErrImagePull" in reasons
        assert "127.0.0.1:1" in found.waiting("web")["message"]


def test_a_reference_nobody_can_read_is_named(stack: Stack) -> None:
    with pod(stack, "badref", {"containers": [{"name": "web", "image": "nginx/UPPER"}]}) as found:
        wait_for(lambda: found.waiting("web").get("reason") == "InvalidImageName", "InvalidImageName")


def test_a_pause_that_dies_takes_the_pod_with_it_and_the_pod_comes_back(stack: Stack) -> None:
    spec = {"containers": [NGINX, toolbox("box")], "terminationGracePeriodSeconds": 1}
    with pod(stack, "reborn", spec) as found:
        before = found.wait_phase("Running")["status"]
        run("docker", "kill", found.container("POD"))
        wait_for(
            lambda: (
                [c["restartCount"] for c in found.read()["status"].get("containerStatuses", [])] == [1, 1]
                and found.read()["status"]["phase"] == "Running"
            ),
            "the pod to come back",
        )
        after = found.read()["status"]
        assert before["containerStatuses"][0]["containerID"] != after["containerStatuses"][0]["containerID"]
        assert "SandboxChanged" in {event["reason"] for event in found.events()}
        assert len(found.left()) == 5  # the attempts before are kept for their logs


def test_a_member_that_is_told_to_end_ends_by_itself_within_its_grace(stack: Stack) -> None:
    trap = "trap 'echo bye; exit 0' TERM; while :; do sleep 0.1; done"
    with pod(stack, "polite", {"containers": [toolbox("box", "bash", "-c", trap)]}) as found:
        found.wait_phase("Running")
        found.delete(grace=20)
        assert "Killing" in {event["reason"] for event in found.events()}
