"""Ephemeral containers, sidecars and termination: [sig-node] Ephemeral Containers, Containers Lifecycle."""

from __future__ import annotations

from tests.conformance.case import Json, Run, case, once, pod, shell, sleeps
from tests.conformance.volumes import mounts, volume

EPHEMERAL, SIDECARS = "Ephemeral", "Sidecars and termination"


def _debug(run: Run, name: str, **more: str) -> None:
    container = sleeps(name) | {"stdin": True, "tty": True} | more
    run.patch({"spec": {"ephemeralContainers": [container]}}, "ephemeralcontainers")
    run.wait(f"running:{name}")


@case(EPHEMERAL, "will start an ephemeral container in an existing pod", pod(sleeps()), quick=True)
def _starts(run: Run) -> None:
    ip = run.wait("ready")["podIP"]
    _debug(run, "debugger")
    assert ip in run.execute("ip", "-4", "addr", name="debugger")[1]
    assert run.restarts() == 0


@case(EPHEMERAL, "should update the ephemeral containers in an existing pod", pod(sleeps()), quick=True)
def _second(run: Run) -> None:
    run.wait("ready")
    _debug(run, "debugger-1")
    _debug(run, "debugger-2")
    names = [c["name"] for c in run.read()["spec"]["ephemeralContainers"]]
    assert names == ["debugger-1", "debugger-2"]


@case(EPHEMERAL, "an ephemeral container with a target sees its processes and is never restarted", pod(sleeps()),
      quick=True)  # fmt: skip
def _target(run: Run) -> None:
    run.wait("ready")
    _debug(run, "debugger", targetContainerName="c")
    assert "trap 'exit 0' TERM" in run.execute("sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline", name="debugger")[1]
    answer = run.client.post(f"{run.acts}/kill", json={"container": "debugger", "signal": "KILL"})
    assert answer.status_code == 200, answer.text
    run.wait("terminated:debugger")
    run.stays(lambda: "terminated" in run.member("debugger")["state"], "it to stay ended", 2)


def says(name: str, *, ends: str = "0.2") -> Json:
    """Writes when it starts and when it ends into a file that all share."""
    script = f"echo {name} starts >> /v/log; trap 'sleep {ends}; echo {name} ends >> /v/log; exit 0' TERM; "
    return shell(script + "while :; do sleep 0.1; done", name, **mounts())


def sidecar(container: Json) -> Json:
    return container | {"restartPolicy": "Always"}


READS = sleeps("reader", **mounts())
SHARED = volume({"emptyDir": {}})


@case(SIDECARS, "should call the container's preStop hook and terminate it if its startup probe fails",
      pod(sleeps("c", startupProbe={"exec": {"command": ["false"]}, "periodSeconds": 1, "failureThreshold": 2},
                 lifecycle={"preStop": {"exec": {"command": ["touch", "/v/hook"]}}}, **mounts()), READS, **SHARED),
      quick=True)  # fmt: skip
def _startup_hook(run: Run) -> None:
    run.until(lambda: run.restarts() >= 1, "a restart")
    assert run.execute("ls", "/v", name="reader") == (0, "hook\n")


@case(SIDECARS, "should call the container's preStop hook and terminate it if its liveness probe fails",
      pod(sleeps("c", livenessProbe={"exec": {"command": ["false"]}, "periodSeconds": 1, "failureThreshold": 2},
                 lifecycle={"preStop": {"exec": {"command": ["touch", "/v/hook"]}}}, **mounts()), READS, **SHARED),
      quick=True)  # fmt: skip
def _liveness_hook(run: Run) -> None:
    run.until(lambda: run.restarts() >= 1, "a restart")
    assert run.execute("ls", "/v", name="reader") == (0, "hook\n")


@case(SIDECARS, "should terminate sidecars in reverse order after all main containers have exited",
      once(shell("echo main starts >> /v/log; sleep 2; echo main ends >> /v/log", "main", **mounts()),
           initContainers=[sidecar(says("one")), sidecar(says("two")), sidecar(says("three"))], **SHARED)
      | {"terminationGracePeriodSeconds": 20}, quick=True)  # fmt: skip
def _reverse(run: Run) -> None:
    run.wait("phase:Succeeded", 40)
    ends = [run.member(name)["state"]["terminated"]["finishedAt"] for name in ("main", "three", "two", "one")]
    assert ends == sorted(ends)


@case(SIDECARS, "should start sidecars in order, each before what comes after it",
      pod(shell("cat /v/log; exec sleep 600", "main", **mounts()),
          initContainers=[sidecar(says("one")), shell("echo init >> /v/log", "init", **mounts()),
                          sidecar(says("two"))], **SHARED), quick=True)  # fmt: skip
def _order(run: Run) -> None:
    run.says("one starts\ninit\ntwo starts", "main")


@case(SIDECARS, "should not start the next container before a restartable init container's startup probe succeeds",
      pod(sleeps("main"), initContainers=[sidecar(shell("sleep 3; touch /tmp/up; exec sleep 600", "side",
          startupProbe={"exec": {"command": ["cat", "/tmp/up"]}, "periodSeconds": 1, "failureThreshold": 30}))]),
      quick=True)  # fmt: skip
def _startup(run: Run) -> None:
    run.wait("running:side")
    run.stays(lambda: "waiting" in run.member("main")["state"], "main to wait", 1.5)
    run.wait("ready")


@case(SIDECARS, "should restart a restartable init container that ends, and the pod goes on",
      pod(sleeps("main"), initContainers=[sidecar(shell("sleep 1; exit 1", "side"))]), quick=True)  # fmt: skip
def _restarted(run: Run) -> None:
    run.until(lambda: run.restarts("side") >= 1, "a restart")
    assert "running" in run.member("main")["state"]
    assert run.restarts("main") == 0


@case(SIDECARS, "should mark the pod ready only when its restartable init containers are",
      pod(sleeps("main"), initContainers=[sidecar(sleeps("side", readinessProbe={"exec": {"command": ["cat",
          "/tmp/ready"]}, "periodSeconds": 1}))]), quick=True)  # fmt: skip
def _side_ready(run: Run) -> None:
    run.wait("running:main")
    run.stays(lambda: run.condition("Ready") == "False", "it not to be ready", 2)
    assert run.execute("touch", "/tmp/ready", name="side")[0] == 0
    run.wait("ready")


@case(SIDECARS, "should kill sidecars that are left when the grace period ends",
      pod(shell("trap '' TERM; while :; do sleep 0.2; done", "main"), initContainers=[sidecar(says("side"))],
          **SHARED, terminationGracePeriodSeconds=3), quick=True)  # fmt: skip
def _grace_ends(run: Run) -> None:
    run.wait("ready")
    run.delete()
    run.stays(lambda: bool(run.read()["metadata"]), "it to use its grace", 2)
    run.gone(12)


@case(SIDECARS, "should respect the termination grace period", pod(shell("trap '' TERM; while :; do sleep 0.2; done"),
      terminationGracePeriodSeconds=3), quick=True)  # fmt: skip
def _grace(run: Run) -> None:
    run.wait("ready")
    run.delete()
    run.stays(lambda: "running" in run.member().get("state", {}), "it to run on", 2)
    run.gone(10)
