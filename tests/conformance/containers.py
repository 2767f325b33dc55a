"""Containers, Init, Runtime: [sig-node] Containers, InitContainer, Container Runtime."""

from __future__ import annotations

from tests.conformance.case import Case, Json, Run, case, left, member, once, pod, put, shell, sleeps

CONTAINERS, INIT, RUNTIME = "Containers", "Init", "Runtime"
EP = "ep:dev"  # ENTRYPOINT ["/bin/echo", "ep"], CMD ["cmd-a", "cmd-b"]


def _prints(name: str, container: Json, output: str) -> None:
    def check(run: Run) -> None:
        run.wait("phase:Succeeded")
        assert run.log() == output

    put(Case(CONTAINERS, name, once(container), check, quick=True))


_prints("should use the image defaults if command and args are blank", member(image=EP), "ep cmd-a cmd-b\n")
_prints("should be able to override the image's default arguments (container cmd)", member(image=EP) | {"args": ["x"]},
        "ep x\n")  # fmt: skip
_prints("should be able to override the image's default command (container entrypoint)", member("c", "/bin/echo", "o",
        image=EP), "o\n")  # fmt: skip
_prints("should be able to override the image's default command and arguments",
        member("c", "/bin/echo", image=EP) | {"args": ["a", "b"]}, "a b\n")  # fmt: skip


def _inits(*scripts: str, **more: object) -> Json:
    return pod(sleeps(), initContainers=[shell(script, f"init{i + 1}") for i, script in enumerate(scripts)], **more)


@case(INIT, "should invoke init containers on a RestartAlways pod", _inits("true", "true"), quick=True)
def _init_always(run: Run) -> None:
    status = run.wait("ready")
    for found in status["initContainerStatuses"]:
        assert found["ready"]
        assert found["state"]["terminated"]["exitCode"] == 0
    assert run.condition("Initialized") == "True"


@case(INIT, "should invoke init containers on a RestartNever pod",
      once(shell("true"), initContainers=[shell("true", "init1"), shell("true", "init2")]), quick=True)  # fmt: skip
def _init_never(run: Run) -> None:
    status = run.wait("phase:Succeeded")
    ends = [s["state"]["terminated"] for s in (*status["initContainerStatuses"], *status["containerStatuses"])]
    assert [end["exitCode"] for end in ends] == [0, 0, 0]
    assert ends[0]["finishedAt"] <= ends[1]["startedAt"] <= ends[1]["finishedAt"] <= ends[2]["startedAt"]


@case(INIT, "should not start app containers if init containers fail on a RestartAlways pod", _inits("false", "true"),
      quick=True)  # fmt: skip
def _init_fails_always(run: Run) -> None:
    run.until(lambda: run.restarts("init1") >= 1, "the first to be tried again")
    assert run.status["phase"] == "Pending"
    assert "waiting" in run.member("init2")["state"]
    assert "waiting" in run.member()["state"]
    assert run.condition("Initialized") == "False"


@case(INIT, "should not start app containers and fail the pod if init containers fail on a RestartNever pod",
      _inits("true", "false", restartPolicy="Never"), quick=True)  # fmt: skip
def _init_fails_never(run: Run) -> None:
    run.wait("phase:Failed")
    assert run.member("init2")["state"]["terminated"]["exitCode"] == 1
    assert "waiting" in run.member()["state"]


@case(INIT, "should restart with an init container of an OnFailure pod until it is done",
      once(shell("true"), initContainers=[shell("[ -e /v/seen ] || { touch /v/seen; exit 1; }", "init1",
           volumeMounts=[{"name": "v", "mountPath": "/v"}])], volumes=[{"name": "v", "emptyDir": {}}])
      | {"restartPolicy": "OnFailure"}, quick=True)  # fmt: skip
def _init_on_failure(run: Run) -> None:
    run.wait("phase:Succeeded")
    assert run.restarts("init1") == 1


COUNTS = "echo x >> /v/runs; n=$(wc -l < /v/runs); "
VOLUME = {"volumes": [{"name": "v", "emptyDir": {}}]}


def _counting(policy: str, script: str) -> Json:
    counted = shell(COUNTS + script, volumeMounts=[{"name": "v", "mountPath": "/v"}])
    return pod(counted, restartPolicy=policy, **VOLUME)


def _expected(policy: str, script: str, phase: str, restarts: int, ready: bool) -> None:
    def check(run: Run) -> None:
        run.until(lambda: run.restarts() >= restarts, f"{restarts} restarts", 60)
        run.wait(f"phase:{phase}")
        run.until(lambda: run.member()["ready"] is ready, f"ready to be {ready}")
        assert run.restarts() == restarts
        state = "running" if phase == "Running" else "terminated"
        run.until(lambda: state in run.member()["state"], f"to be {state}")

    name = f"should run with the expected status: {policy}, {phase}, after {restarts} restarts"
    put(Case(RUNTIME, name, _counting(policy, script), check, seconds=90, quick=restarts < 2))


_expected("Always", "[ $n -lt 3 ] && exit 1; exec sleep 600", "Running", 2, True)
_expected("OnFailure", "[ $n -lt 2 ] && exit 1; exit 0", "Succeeded", 1, False)
_expected("OnFailure", "[ $n -lt 3 ] && exit 1; exit 0", "Succeeded", 2, False)
_expected("Never", "exit 1", "Failed", 0, False)
_expected("Never", "exit 0", "Succeeded", 0, False)


def _message(name: str, container: Json, phase: str, message: str | None) -> None:
    def check(run: Run) -> None:
        run.wait(f"phase:{phase}")
        assert run.member()["state"]["terminated"].get("message") == message

    put(Case(RUNTIME, name, once(container), check, quick=True))


FALLBACK = {"terminationMessagePolicy": "FallbackToLogsOnError"}
OWN = {"terminationMessagePath": "/dev/termination-custom-log"}
_message("should report termination message if TerminationMessagePath is set",
         shell("printf DONE > /dev/termination-custom-log", **OWN), "Succeeded", "DONE")  # fmt: skip
_message("should report termination message if TerminationMessagePath is set as non-root user and at a "
         "non-default path",
         shell("printf DONE > /dev/termination-custom-log", securityContext={"runAsUser": 1000}, **OWN),
         "Succeeded", "DONE")  # fmt: skip
_message("should report termination message from log output if TerminationMessagePolicy FallbackToLogsOnError is set",
         shell("printf DONE; exit 1", **FALLBACK), "Failed", "DONE")  # fmt: skip
_message("should report termination message as empty when pod succeeds and TerminationMessagePolicy "
         "FallbackToLogsOnError is set", shell("printf DONE; exit 0", **FALLBACK), "Succeeded", None)  # fmt: skip
_message("should report termination message from file when pod succeeds and TerminationMessagePolicy "
         "FallbackToLogsOnError is set", shell("printf DONE; printf OK > /dev/termination-log", **FALLBACK),
         "Succeeded", "OK")  # fmt: skip


@case(RUNTIME, "should not be able to pull image from invalid registry",
      pod(member(image="invalid.registry.k8s.test/invalid/alpine:3.1")))  # fmt: skip
def _bad_registry(run: Run) -> None:
    run.wait("waiting:c:ErrImagePull|ImagePullBackOff", 60)
    run.wait("waiting:c:ImagePullBackOff", 60)
    run.told("Failed", "Failed to pull image")
    assert run.status["phase"] == "Pending"


@case(RUNTIME, "should not start from an image that is nowhere and may not be pulled",
      pod(member(image="localhost/nowhere:1", imagePullPolicy="Never")), quick=True)  # fmt: skip
def _never(run: Run) -> None:
    run.wait("waiting:c:ErrImageNeverPull")


@case(RUNTIME, "should start from an image that is on the node", pod(sleeps(imagePullPolicy="Never")), quick=True)
def _present(run: Run) -> None:
    run.wait("ready")
    run.told("Pulled", "already present on machine")


@case(RUNTIME, "should tell an image name that cannot be read", pod(member(image="Not An Image")), quick=True)
def _invalid_name(run: Run) -> None:
    run.wait("waiting:c:InvalidImageName")


left(RUNTIME, "should be able to pull image", "no registry can be reached here; tests/engine pulls from one of its own")
left(RUNTIME, "should be able to pull from private registry with secret", "as above: test_registry_credentials.py")
left(RUNTIME, "should not be able to pull from private registry without secret", "as above")
