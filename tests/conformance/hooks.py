"""Lifecycle hooks: [sig-node] Container Lifecycle Hook, PreStop."""

from __future__ import annotations

from tests.conformance.case import Json, Run, case, pod, shell, sleeps
from tests.conformance.servers import http

HOOKS = "Lifecycle hook"
VOLUME = {"volumes": [{"name": "v", "emptyDir": {}}]}
SEES = {"volumeMounts": [{"name": "v", "mountPath": "/v"}]}


def _execs(script: str) -> Json:
    return {"exec": {"command": ["sh", "-c", script]}}


@case(HOOKS, "should execute poststart exec hook properly",
      pod(sleeps(lifecycle={"postStart": _execs("echo started > /tmp/hook")})), quick=True)  # fmt: skip
def _post_exec(run: Run) -> None:
    run.wait("ready")
    assert run.execute("cat", "/tmp/hook") == (0, "started\n")


@case(HOOKS, "should execute poststart http hook properly",
      pod(http(), sleeps("hooked", lifecycle={"postStart": {"httpGet": {"path": "/post", "port": 8080}}})),
      quick=True)  # fmt: skip
def _post_http(run: Run) -> None:
    run.wait("running:hooked")
    run.says("^asked /post$")


@case(HOOKS, "a failing poststart hook kills the container",
      pod(sleeps(lifecycle={"postStart": _execs("exit 3")})), quick=True)  # fmt: skip
def _post_fails(run: Run) -> None:
    run.told("FailedPostStartHook")
    run.until(lambda: run.restarts() >= 1, "a restart")


@case(HOOKS, "should execute prestop exec hook properly",
      pod(sleeps("hooked", lifecycle={"preStop": _execs("echo stopping > /v/hook; sleep 0.5")}, **SEES),
          shell("trap : TERM; until [ -e /v/hook ]; do sleep 0.1; done; echo saw $(cat /v/hook); sleep 1.5", "see",
                **SEES), **VOLUME | {"terminationGracePeriodSeconds": 6}), quick=True)  # fmt: skip
def _pre_exec(run: Run) -> None:
    run.wait("ready")
    run.delete()
    run.says("^saw stopping$", "see")


@case(HOOKS, "should execute prestop http hook properly",
      pod(http(name="server"), sleeps("hooked", lifecycle={"preStop": {"httpGet": {"path": "/pre", "port": 8080}}}),
          terminationGracePeriodSeconds=5), quick=True)  # fmt: skip
def _pre_http(run: Run) -> None:
    run.wait("ready")
    run.says("serving", "server")
    answer = run.client.post(f"{run.acts}/restart", json={"container": "hooked"})
    assert answer.status_code == 200
    run.says("^asked /pre$", "server")


@case(HOOKS, "should call prestop when killing a pod",
      pod(http(name="server"), sleeps("tester", lifecycle={"preStop": {"httpGet": {"path": "/pre", "port": 8080}}}),
          terminationGracePeriodSeconds=5), quick=True)  # fmt: skip
def _killing(run: Run) -> None:
    run.wait("ready")
    run.says("serving", "server")
    run.delete()
    # Perl ends at once at its signal; what it wrote before stays to be read while the pod is there.
    run.until(lambda: "asked /pre" in run.log("server") or not run.read()["metadata"], "the hook")
    run.gone()


@case(HOOKS, "valid prestop hook using sleep action",
      pod(sleeps(lifecycle={"preStop": {"sleep": {"seconds": 2}}}), terminationGracePeriodSeconds=10),
      quick=True)  # fmt: skip
def _sleep(run: Run) -> None:
    run.wait("ready")
    run.delete()
    run.stays(lambda: "running" in run.member().get("state", {}), "it to run on through the hook", 1)
    run.gone(8)


@case(HOOKS, "reduce GracePeriodSeconds during runtime with a prestop sleep",
      pod(sleeps(lifecycle={"preStop": {"sleep": {"seconds": 20}}}), terminationGracePeriodSeconds=30),
      quick=True)  # fmt: skip
def _reduced(run: Run) -> None:
    run.wait("ready")
    run.delete()
    run.delete(gracePeriodSeconds=1)
    run.gone(12)
