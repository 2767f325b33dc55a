"""Security, namespaces, sysctls: [sig-node] Security Context, Sysctls."""

from __future__ import annotations

from typing import Any

from tests.conformance.case import Case, Json, Run, case, left, member, once, pod, put, refuse, shell, sleeps

SECURITY, NAMESPACES, SYSCTLS = "Security", "PID, IPC and network", "Sysctls"


def _prints(name: str, script: str, output: str, *, image: str = "busybox:dev", spec: Json | None = None,
            **context: Any) -> None:  # fmt: skip
    def check(run: Run) -> None:
        run.wait("phase:Succeeded|Failed")
        assert run.log() == output

    container = member("c", "sh", "-c", script, image=image, securityContext=context)
    put(Case(SECURITY, name, once(container, **(spec or {})), check, quick=True))


def _never_runs(name: str, image: str, **context: Any) -> None:
    def check(run: Run) -> None:
        run.wait("waiting:c:CreateContainerConfigError")

    put(Case(SECURITY, name, pod(member(image=image, securityContext=context)), check, quick=True))


_prints("should run the container with uid 65534", "id -u", "65534\n", runAsUser=65534)
_prints("should run the container with uid 0", "id -u", "0\n", runAsUser=0)
_prints("should run the container with runAsUser 1001 and runAsGroup 2002", "id -u; id -g", "1001\n2002\n",
        runAsUser=1001, runAsGroup=2002)  # fmt: skip
_prints("should support pod.Spec.SecurityContext.RunAsUser", "id -u", "1001\n",
        spec={"securityContext": {"runAsUser": 1001}})  # fmt: skip
_prints("should support container.SecurityContext.RunAsUser over the pod's", "id -u", "1001\n", runAsUser=1001,
        spec={"securityContext": {"runAsUser": 1000}})  # fmt: skip
_prints("should support pod.Spec.SecurityContext.SupplementalGroups", "id -G", "0 1234\n",
        spec={"securityContext": {"supplementalGroups": [1234]}})  # fmt: skip
_prints("should run with an explicit non-root user ID", "id -u", "1234\n", runAsNonRoot=True, runAsUser=1234)
_never_runs("should not run with an explicit root user ID", "busybox:dev", runAsNonRoot=True, runAsUser=0)
_prints("should run with an image specified user ID", "id -u", "1000\n", image="user1000:dev", runAsNonRoot=True)
_never_runs("should not run without a specified user ID", "busybox:dev", runAsNonRoot=True)
_prints("should run the container with readonly rootfs when readOnlyRootFilesystem=true",
        "touch /checkfile 2> /dev/null || echo refused", "refused\n", readOnlyRootFilesystem=True)  # fmt: skip
_prints("should run the container with writable rootfs when readOnlyRootFilesystem=false",
        "touch /checkfile && echo written", "written\n", readOnlyRootFilesystem=False)  # fmt: skip
_prints("should run the container as unprivileged when false",
        "ip link add dummy9 type dummy 2> /dev/null || echo refused", "refused\n", privileged=False)  # fmt: skip
refuse(SECURITY, "should run the container as privileged when true",
       pod(sleeps(securityContext={"privileged": True})), "spec.containers[0].securityContext.privileged")  # fmt: skip
NNP = "grep NoNewPrivs /proc/self/status | tr -d '\\t '"
_prints("should not allow privilege escalation when false", NNP, "NoNewPrivs:1\n", allowPrivilegeEscalation=False,
        runAsUser=1000)  # fmt: skip
_prints("should allow privilege escalation when not explicitly set and uid != 0", NNP, "NoNewPrivs:0\n",
        runAsUser=1000)  # fmt: skip
_prints("should allow privilege escalation when true", NNP, "NoNewPrivs:0\n", allowPrivilegeEscalation=True,
        runAsUser=1000)  # fmt: skip
_prints("should support seccomp runtime/default", "grep Seccomp: /proc/self/status | tr -d '\\t '", "Seccomp:2\n",
        seccompProfile={"type": "RuntimeDefault"})  # fmt: skip
refuse(SECURITY, "should support seccomp unconfined on the container",
       pod(sleeps(securityContext={"seccompProfile": {"type": "Unconfined"}})),
       "spec.containers[0].securityContext.seccompProfile.type")  # fmt: skip
refuse(SECURITY, "should support seccomp unconfined on the pod",
       pod(sleeps(), securityContext={"seccompProfile": {"type": "Unconfined"}}),
       "spec.securityContext.seccompProfile.type")  # fmt: skip
left(SECURITY, "should support volume SELinux relabeling", "no SELinux label can be asked for")
left(SECURITY, "must create the user namespace if set to true [LinuxOnly]", "refused by name: spec.hostUsers")


@case(NAMESPACES, "processes in different containers of the same pod should be isolated when PID is not shared",
      pod(sleeps("a"), sleeps("b")), quick=True)  # fmt: skip
def _isolated(run: Run) -> None:
    run.wait("ready")
    for name in ("a", "b"):
        assert "trap 'exit 0' TERM" in run.execute("sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline", name=name)[1]


@case(NAMESPACES, "processes in containers sharing a pod namespace should be able to see each other",
      pod(shell("exec sleep 4321", "a"), shell("exec sleep 8765", "b"), shareProcessNamespace=True),
      quick=True)  # fmt: skip
def _shared(run: Run) -> None:
    run.wait("ready")
    seen = [run.execute("sh", "-c", "for p in /proc/[0-9]*; do echo ${p#/proc/} $(tr '\\0' ' ' < $p/cmdline); done | "
                        "grep -E ' sleep (4321|8765)' | sort", name=name)[1] for name in ("a", "b")]  # fmt: skip
    assert seen[0] == seen[1]
    assert len(seen[0].splitlines()) == 2
    assert run.execute("sh", "-c", "tr '\\0' ' ' < /proc/1/cmdline", name="a")[1].startswith("/pause")


@case(NAMESPACES, "containers of a pod share IPC and /dev/shm", pod(sleeps("a"), sleeps("b")), quick=True)
def _ipc(run: Run) -> None:
    run.wait("ready")
    assert run.execute("sh", "-c", "echo kept > /dev/shm/file", name="a")[0] == 0
    assert run.execute("cat", "/dev/shm/file", name="b") == (0, "kept\n")
    first, second = (run.execute("readlink", "/proc/self/ns/ipc", name=name)[1] for name in ("a", "b"))
    assert first == second


@case(NAMESPACES, "containers of a pod share the network and its loopback", pod(
      shell("while :; do echo over loopback | nc -l -p 4000; done", "a"), sleeps("b")), quick=True)  # fmt: skip
def _network(run: Run) -> None:
    run.wait("ready")
    run.until(lambda: run.execute("sh", "-c", "nc -w 1 127.0.0.1 4000 < /dev/null", name="b")[1] == "over loopback\n",
              "an answer over loopback")  # fmt: skip


refuse(NAMESPACES, "should show its pid in the host PID namespace", pod(sleeps(), hostPID=True), "spec.hostPID")
refuse(NAMESPACES, "should show the shared memory ID in the host IPC containers", pod(sleeps(), hostIPC=True),
       "spec.hostIPC")  # fmt: skip
refuse(NAMESPACES, "should listen on same port in the host network containers", pod(sleeps(), hostNetwork=True),
       "spec.hostNetwork")  # fmt: skip


def _sysctls(*pairs: tuple[str, str]) -> Json:
    return {"securityContext": {"sysctls": [{"name": name, "value": value} for name, value in pairs]}}


@case(SYSCTLS, "should support sysctls", once(shell("cat /proc/sys/kernel/shm_rmid_forced"),
      **_sysctls(("kernel.shm_rmid_forced", "1"))), quick=True)  # fmt: skip
def _sysctl(run: Run) -> None:
    run.wait("phase:Succeeded")
    assert run.log() == "1\n"


@case(SYSCTLS, "should support sysctls with slashes as separator", once(shell("cat /proc/sys/kernel/shm_rmid_forced"),
      **_sysctls(("kernel/shm_rmid_forced", "1"))), quick=True)  # fmt: skip
def _slashes(run: Run) -> None:
    run.wait("phase:Succeeded")
    assert run.log() == "1\n"


@case(SYSCTLS, "should not launch unsafe, but not explicitly enabled sysctls on the node",
      pod(sleeps(), **_sysctls(("kernel.msgmax", "10000000000"))), quick=True)  # fmt: skip
def _unsafe(run: Run) -> None:
    run.wait("phase:Failed")
    assert run.status["reason"] == "SysctlForbidden"


refuse(SYSCTLS, "should reject invalid sysctls", pod(sleeps(), **_sysctls(("foo-", "bar"), ("bar..", "42"))),
       "spec.securityContext.sysctls[0].name")  # fmt: skip
