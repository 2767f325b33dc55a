"""Members as Kubernetes orders, restarts, probes and stops them, on real Docker through the API.

Named after the groups of node conformance they transpose (PODS §8): Init, Sidecar, Runtime, Probes, Lifecycle hook.
"""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.stack import Stack

from .pods import LivePod, pod, toolbox, wait_for

pytestmark = pytest.mark.timeout(120)
Json = dict[str, Any]


def shell(name: str, script: str, **more: Any) -> Json:
    return toolbox(name, "sh", "-c", script) | more


def statuses(found: LivePod, key: str = "containerStatuses") -> dict[str, Json]:
    return {status["name"]: status for status in found.read()["status"].get(key, [])}


def ready(found: LivePod) -> bool:
    """All of its members are."""
    known = statuses(found)
    return bool(known) and all(status["ready"] for status in known.values())


def restarts(found: LivePod, member: str, at_least: int, seconds: float = 40) -> Json:
    wait_for(lambda: statuses(found)[member]["restartCount"] >= at_least, f"{member} to restart", seconds)
    return statuses(found)[member]


def layers() -> Json:
    """Of each kind of member and volume one, with all that can be said of its names and rights."""
    log = [{"name": "log", "mountPath": "/log"}]
    return {
        "initContainers": [
            shell("i1", "umask 0; echo i1 >> /log/order", volumeMounts=log),
            shell("side", "echo side >> /log/order; exec sleep 600", volumeMounts=log, restartPolicy="Always"),
            shell("i2", "sleep 0.3; echo i2 >> /log/order; echo said > /dev/termination-log", volumeMounts=log),
        ],
        "containers": [
            shell(
                "main",
                "echo main >> /log/order; exec sleep 600",
                volumeMounts=[
                    *log,
                    {"name": "mem", "mountPath": "/mem"},
                    {"name": "facts", "mountPath": "/facts", "readOnly": True},
                    {"name": "log", "mountPath": "/part", "subPathExpr": "$(NAME)"},
                ],
                env=[
                    {"name": "NAME", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}},
                    {"name": "IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
                    {"name": "BOTH", "value": "$(NAME)-$$(NAME)"},
                    {"name": "CPU", "valueFrom": {"resourceFieldRef": {"resource": "limits.cpu", "divisor": "1m"}}},
                ],
                resources={"limits": {"cpu": "200m", "memory": "64Mi"}},
                securityContext={"runAsUser": 1000, "capabilities": {"drop": ["ALL"]}, "readOnlyRootFilesystem": True},
            )
        ],
        "volumes": [
            {"name": "log", "emptyDir": {}},
            {"name": "mem", "emptyDir": {"medium": "Memory", "sizeLimit": "4Mi"}},
            {
                "name": "facts",
                "downwardAPI": {"items": [{"path": "labels", "fieldRef": {"fieldPath": "metadata.labels"}}]},
            },
        ],
        "securityContext": {
            "fsGroup": 2000,
            "sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "1024"}],
        },
        "hostAliases": [{"ip": "192.0.2.1", "hostnames": ["db", "db.example"]}],
        "dnsPolicy": "None",
        "dnsConfig": {
            "nameservers": ["192.0.2.53"],
            "searches": ["example.org"],
            "options": [{"name": "ndots", "value": "3"}],
        },
        "terminationGracePeriodSeconds": 1,
    }


def test_init_members_run_in_order_a_sidecar_stays_and_all_see_the_same_volumes(stack: Stack) -> None:
    with pod(stack, "layers", layers(), labels={"a": "1"}) as found:
        found.wait_phase("Running")
        assert found.execute("main", "cat", "/log/order")["stdout"].split() == ["i1", "side", "i2", "main"]
        inits = statuses(found, "initContainerStatuses")
        assert inits["i2"]["state"]["terminated"]["message"] == "said\n"
        assert inits["side"]["started"] and "running" in inits["side"]["state"]
        script = (
            "echo $NAME $IP $BOTH $CPU; id -u; id -g; id -G; cat /facts/labels; echo; stat -f -c %T /mem; "
            "df -k /mem | tail -1 | awk '{print $2}'; stat -c %a /log /mem; touch /part/x 2>&1 && ls /log; "
            "touch /x 2>&1; touch /facts/y 2>&1; cat /proc/sys/net/ipv4/ip_unprivileged_port_start; "
            "grep CapEff /proc/self/status"
        )
        said = found.execute("main", "sh", "-c", script)["stdout"]
        ip = found.read()["status"]["podIP"]
        lines = said.splitlines()
        assert lines[0] == f"{found.name} {ip} {found.name}-$(NAME) 200"
        assert lines[1:4] == ["1000", "0", "0 2000"]
        assert lines[4] == 'a="1"'
        assert lines[5:9] == ["tmpfs", "4096", "2777", "2777"]
        assert found.name in lines[9:11]
        assert "Read-only file system" in said
        assert "CapEff:\t0000000000000000" in said
        assert "192.0.2.1\tdb\tdb.example" in found.execute("main", "cat", "/etc/hosts")["stdout"]
        resolver = found.execute("side", "cat", "/etc/resolv.conf")["stdout"]
        assert resolver == "search example.org\nnameserver 192.0.2.53\noptions ndots:3\n"
        assert found.read()["status"]["qosClass"] == "Burstable"


@pytest.mark.long
def test_a_member_that_ends_restarts_at_once_then_backs_off_and_its_log_before_can_be_read(stack: Stack) -> None:
    script = "echo attempt >> /v/n; n=$(wc -l < /v/n); echo this is $n; [ $n -ge 3 ] && exec sleep 600; exit 3"
    spec = {
        "containers": [shell("a", script, volumeMounts=[{"name": "v", "mountPath": "/v"}])],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "terminationGracePeriodSeconds": 1,
    }
    with pod(stack, "crash", spec) as found:
        ip = found.wait_phase("Running")["status"]["podIP"]
        wait_for(lambda: found.waiting("a").get("reason") == "CrashLoopBackOff", "a back-off", 20)
        assert found.waiting("a")["message"].startswith("back-off 10s restarting failed container=a pod=")
        assert statuses(found)["a"]["lastState"]["terminated"]["exitCode"] == 3
        after = restarts(found, "a", 2)
        assert "running" in after["state"]
        assert found.read()["status"]["podIP"] == ip
        assert found.log("a") == "this is 3\n"
        assert found.log("a", previous="true") == "this is 2\n"
        assert "BackOff" in {event["reason"] for event in found.events()}


def test_a_readiness_probe_opens_and_closes_and_a_liveness_probe_restarts(stack: Stack) -> None:
    serve = "while :; do { printf 'HTTP/1.0 200 OK\\r\\n\\r\\nhi'; sleep 0.1; } | nc -l -p 8080 -q 0 2>/dev/null; done"
    every = {"periodSeconds": 1, "failureThreshold": 1}
    web = shell("web", serve, readinessProbe=every | {"httpGet": {"port": 8080}})
    live = shell(
        "live",
        "touch /tmp/ok; exec sleep 600",
        livenessProbe=every | {"exec": {"command": ["test", "-e", "/tmp/ok"]}},
        startupProbe=every | {"failureThreshold": 30, "exec": {"command": ["test", "-e", "/tmp/ok"]}},
    )
    with pod(stack, "probed", {"containers": [web, live], "terminationGracePeriodSeconds": 1}) as found:
        wait_for(lambda: ready(found), "ready", 20)
        found.execute("live", "rm", "/tmp/ok")
        after = restarts(found, "live", 1)
        assert after["lastState"]["terminated"]["exitCode"] == 137
        reasons = {event["message"] for event in found.events()}
        assert "Container live failed liveness probe, will be restarted" in reasons
        assert "Liveness probe failed: " in reasons


@pytest.mark.long
def test_hooks_run_after_the_start_and_before_the_signal(stack: Stack) -> None:
    hooks = {
        "postStart": {"exec": {"command": ["sh", "-c", "sleep 0.5; echo started >> /v/log"]}},
        "preStop": {"exec": {"command": ["sh", "-c", "echo stopping >> /v/log; sleep 0.3"]}},
    }
    mount = [{"name": "v", "mountPath": "/v"}]
    script = "trap 'echo term >> /v/log; exit 0' TERM; while :; do sleep 0.05; done"
    stays = shell("b", "trap '' TERM; while :; do sleep 0.1; done", volumeMounts=mount)
    spec = {
        "containers": [shell("a", script, volumeMounts=mount, lifecycle=hooks), stays],
        "volumes": [{"name": "v", "emptyDir": {}}],
        "terminationGracePeriodSeconds": 10,
    }
    with pod(stack, "hooked", spec) as found:
        wait_for(lambda: ready(found), "ready", 20)
        begun = time.monotonic()
        found.delete_softly()
        wait_for(
            lambda: found.execute("b", "cat", "/v/log")["stdout"] == "started\nstopping\nterm\n",
            "all three in order",
            9,
        )
        assert not statuses(found)["b"]["ready"]
        found.wait_gone()
        assert 9 < time.monotonic() - begun < 25  # and not the 30 s of whoever says nothing
