"""Probes: [sig-node] Probing container, Probing restartable init container."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import Case, Json, Run, case, pod, put, shell, sleeps
from tests.conformance.servers import grpc, http

PROBES = "Probes"


def every(seconds: int = 1, failures: int = 1, **more: Any) -> Json:
    return {"periodSeconds": seconds, "failureThreshold": failures} | more


def runs(script: str, **more: Any) -> Json:
    return every(**more) | {"exec": {"command": ["sh", "-c", script]}}


def gets(path: str, **more: Any) -> Json:
    return every(**more) | {"httpGet": {"path": path, "port": 8080}}


HEALTHY_FOR_A_WHILE = "touch /tmp/health; sleep 4; rm /tmp/health; exec sleep 600"


@case(PROBES, "with readiness probe should not be ready before initial delay and never restart",
      pod(http(readinessProbe=gets("/ok", initialDelaySeconds=5, failures=3))), quick=True)  # fmt: skip
def _initial_delay(run: Run) -> None:
    run.wait("running:c")
    run.stays(lambda: not run.member()["ready"], "it not to be ready", 3)
    run.wait("ready")
    assert run.restarts() == 0


@case(PROBES, "with readiness probe that fails should never be ready and never restart",
      pod(http(readinessProbe=gets("/down"))), quick=True)  # fmt: skip
def _never_ready(run: Run) -> None:
    run.wait("running:c")
    run.stays(lambda: not run.member()["ready"] and run.restarts() == 0, "never ready, never restarted", 5)
    run.told("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 500")


def _restarts(name: str, container: Json, *, quick: bool = True, seconds: float = 40) -> None:
    def check(run: Run) -> None:
        run.until(lambda: run.restarts() >= 1, "a restart", seconds)
        assert run.status["phase"] == "Running"

    put(Case(PROBES, name, pod(container, terminationGracePeriodSeconds=1), check, quick=quick, seconds=seconds + 20))


def _stays_up(name: str, container: Json, seconds: float = 6) -> None:
    def check(run: Run) -> None:
        run.wait("ready")
        run.stays(lambda: run.restarts() == 0, "no restart", seconds)

    put(Case(PROBES, name, pod(container, terminationGracePeriodSeconds=1), check, quick=True))


_restarts('should be restarted with an exec "cat /tmp/health" liveness probe',
          shell(HEALTHY_FOR_A_WHILE, livenessProbe=runs("cat /tmp/health")))  # fmt: skip
_stays_up('should *not* be restarted with an exec "cat /tmp/health" liveness probe',
          shell("touch /tmp/health; exec sleep 600", livenessProbe=runs("cat /tmp/health", failures=2,
                                                                         initialDelaySeconds=1)))  # fmt: skip
_restarts("should be restarted with a /healthz http liveness probe", http(livenessProbe=gets("/late")), quick=False)
_stays_up("should *not* be restarted with a /healthz http liveness probe", http(livenessProbe=gets("/ok", failures=5)))
_stays_up("should *not* be restarted with a tcp:8080 liveness probe",
          http(livenessProbe=every(failures=5) | {"tcpSocket": {"port": 8080}}))  # fmt: skip
_restarts("should be restarted with a failing tcp liveness probe",
          sleeps(livenessProbe=every() | {"tcpSocket": {"port": 8081}}))  # fmt: skip
_stays_up("should *not* be restarted with a GRPC liveness probe",
          grpc(livenessProbe=every(failures=4) | {"grpc": {"port": 5000}}))  # fmt: skip
_restarts("should be restarted with a GRPC liveness probe",
          grpc(status=2, livenessProbe=every(initialDelaySeconds=2) | {"grpc": {"port": 5000}}))  # fmt: skip
_restarts("should be restarted with an exec liveness probe with timeout",
          sleeps(livenessProbe=runs("sleep 10", timeoutSeconds=1)))  # fmt: skip
_restarts("should be restarted with a failing exec liveness probe that took longer than the timeout",
          sleeps(livenessProbe=runs("sleep 10 & wait; exit 1", timeoutSeconds=1)))  # fmt: skip
_restarts("should be restarted with a local redirect http liveness probe",
          http(livenessProbe=gets("/to?/down", initialDelaySeconds=1)))  # fmt: skip


@case(PROBES, "should *not* be restarted with a non-local redirect http liveness probe",
      pod(http(livenessProbe=gets("/to?http://0.0.0.1/", failures=2, initialDelaySeconds=1))), quick=True)  # fmt: skip
def _far_redirect(run: Run) -> None:
    run.told("ProbeWarning", "Probe terminated redirects")
    assert run.restarts() == 0


@case(PROBES, "should have monotonically increasing restart count", pod(shell(HEALTHY_FOR_A_WHILE,
      livenessProbe=runs("cat /tmp/health")), terminationGracePeriodSeconds=1), seconds=150)  # fmt: skip
def _increasing(run: Run) -> None:
    seen = [run.restarts()]

    def enough() -> bool:
        seen.append(run.restarts())
        return seen[-1] >= 3

    run.until(enough, "three restarts", 120)
    assert seen == sorted(seen)


@case(PROBES, "should not be ready with an exec readiness probe timeout",
      pod(sleeps(readinessProbe=runs("sleep 10", timeoutSeconds=1))), quick=True)  # fmt: skip
def _readiness_timeout(run: Run) -> None:
    run.told("Unhealthy", "Readiness probe .*timed out")
    assert not run.member()["ready"]


@case(PROBES, "should *not* be restarted by liveness probe because startup probe delays it",
      pod(sleeps(livenessProbe=runs("false"), startupProbe=runs("false", failures=60))), quick=True)  # fmt: skip
def _startup_delays(run: Run) -> None:
    run.wait("running:c")
    run.stays(lambda: run.restarts() == 0 and not run.member()["started"], "no restart, not started", 5)


@case(PROBES, "should be restarted by liveness probe after startup probe enables it",
      pod(shell("sleep 2; echo ok > /tmp/startup; sleep 600", livenessProbe=runs("false"),
                startupProbe=runs("cat /tmp/startup", failures=60)), terminationGracePeriodSeconds=1),
      quick=True)  # fmt: skip
def _startup_enables(run: Run) -> None:
    run.until(lambda: bool(run.member().get("started")), "it to be started")
    run.until(lambda: run.restarts() >= 1, "a restart")


@case(PROBES, "should be restarted startup probe fails",
      pod(sleeps(startupProbe=runs("false", failures=3)), terminationGracePeriodSeconds=1), quick=True)  # fmt: skip
def _startup_fails(run: Run) -> None:
    run.until(lambda: run.restarts() >= 1, "a restart")
    run.told("Killing", "failed startup probe, will be restarted")


@case(PROBES, "should be ready immediately after startupProbe succeeds",
      pod(shell("sleep 3; echo ok > /tmp/startup; sleep 600", readinessProbe=runs("true", seconds=60),
                startupProbe=runs("cat /tmp/startup", failures=60)), terminationGracePeriodSeconds=1),
      quick=True)  # fmt: skip
def _ready_after_startup(run: Run) -> None:
    run.until(lambda: bool(run.member().get("started")), "it to be started")
    run.wait("ready", 5)


IGNORES = "trap : TERM; while :; do sleep 0.2; done"


def _own_grace(kind: str) -> None:
    probe = runs("false", terminationGracePeriodSeconds=1)

    def check(run: Run) -> None:
        run.until(lambda: run.restarts() >= 1, "a restart well before the pod's grace of 60 s", 25)

    spec = pod(shell(IGNORES, **dict[str, Any]({f"{kind}Probe": probe})), terminationGracePeriodSeconds=60)
    put(Case(PROBES, f"should override timeoutGracePeriodSeconds when {kind} probe field is set", spec, check,
             quick=True))  # fmt: skip


_own_grace("liveness")
_own_grace("startup")


@case(PROBES, "should mark readiness on pods to false while pod is in progress of terminating when a pod has a "
      "readiness probe", pod(shell("trap 'sleep 3; exit 0' TERM; while :; do sleep 0.2; done",
      readinessProbe=runs("true")), terminationGracePeriodSeconds=8), quick=True)  # fmt: skip
def _not_ready_when_ending(run: Run) -> None:
    run.wait("ready")
    run.delete()
    run.until(lambda: run.condition("Ready") == "False", "it not to be ready", 4)
    assert "running" in run.member()["state"]
