"""Pods, Kubelet, Managed hosts: [sig-node] Pods, Kubelet, KubeletManagedEtcHosts."""

from __future__ import annotations

from tests.conformance.case import Run, case, left, once, pod, refuse, shell, sleeps

PODS, KUBELET, HOSTS = "Pods", "Kubelet", "Managed hosts"


@case(PODS, "should get a host IP", pod(sleeps()), quick=True)
def _host_ip(run: Run) -> None:
    run.wait("ready")
    assert run.status["hostIP"]
    assert run.status["hostIPs"] == [{"ip": run.status["hostIP"]}]


@case(PODS, "should be submitted and removed", pod(sleeps()), quick=True)
def _removed(run: Run) -> None:
    run.wait("ready")
    run.delete()
    assert run.read()["metadata"].get("deletionGracePeriodSeconds", 2) == 2
    run.gone()
    run.until(lambda: not run.read()["metadata"], "it to be gone")


@case(PODS, "should be updated", pod(sleeps()), metadata={"labels": {"time": "1"}}, quick=True)
def _updated(run: Run) -> None:
    run.wait("ready")
    run.patch({"metadata": {"labels": {"time": "2"}}})
    assert run.read()["metadata"]["labels"] == {"time": "2"}
    found = run.client.get(f"/api/v1/namespaces/{run.namespace}/pods", params={"labelSelector": "time=2"}).json()
    assert run.name in {item["metadata"]["name"] for item in found["items"]}


@case(PODS, "should allow activeDeadlineSeconds to be updated", pod(sleeps()), quick=True)
def _deadline(run: Run) -> None:
    run.wait("ready")
    run.patch({"spec": {"activeDeadlineSeconds": 2}})
    run.wait("phase:Failed")
    assert run.status["reason"] == "DeadlineExceeded"


@case(PODS, "should be possible to execute commands in a container", pod(sleeps()), quick=True)
def _execute(run: Run) -> None:
    run.wait("ready")
    assert run.execute("echo", "remote execution test") == (0, "remote execution test\n")
    assert run.execute("sh", "-c", "exit 42")[0] == 42


@case(PODS, "should be possible to retrieve logs", once(shell("echo container is alive")), quick=True)
def _logs(run: Run) -> None:
    run.wait("phase:Succeeded")
    assert run.log() == "container is alive\n"


@case(
    PODS,
    "should be assigned a QoS class when requests and limits are equal",
    pod(sleeps(resources={"requests": {"cpu": "100m", "memory": "32Mi"}, "limits": {"cpu": "100m", "memory": "32Mi"}})),
    quick=True,
)
def _qos(run: Run) -> None:
    assert run.wait("ready")["qosClass"] == "Guaranteed"


@case(PODS, "should delete a collection of pods", pod(sleeps()), metadata={"labels": {"type": "testing"}}, quick=True)
def _collection(run: Run) -> None:
    run.wait("ready")
    query = {"labelSelector": "type=testing"}
    assert run.client.delete(f"/api/v1/namespaces/{run.namespace}/pods", params=query).status_code == 200
    run.gone()


@case(
    PODS,
    "should run through the lifecycle of Pods and PodStatus",
    pod(sleeps(), readinessGates=[{"conditionType": "example.org/up"}]),
    metadata={"labels": {"test-pod-static": "true"}},
    quick=True,
)
def _lifecycle(run: Run) -> None:
    run.wait("running:c")
    run.patch({"metadata": {"labels": {"test-pod": "patched"}}, "spec": {"containers": []}})
    assert run.read()["metadata"]["labels"] == {"test-pod-static": "true", "test-pod": "patched"}
    assert run.condition("Ready") == "False"
    run.patch({"status": {"conditions": [{"type": "example.org/up", "status": "True"}]}}, "status")
    run.wait("ready")
    run.delete()
    run.gone()


@case(PODS, "should have their auto-restart back-off timer reset on image update", pod(shell("sleep 1; exit 1")))
def _back_off_reset(run: Run) -> None:
    run.wait("waiting:c:CrashLoopBackOff", 40)
    run.patch({"spec": {"containers": [{"name": "c", "image": "busybox:latest"}]}})
    run.until(lambda: run.read()["spec"]["containers"][0]["image"] == "busybox:latest", "another image")
    run.until(lambda: run.member().get("image") == "busybox:latest" and run.restarts() >= 2, "a start of it", 60)


left(PODS, "should support remote command execution over websockets", "Kubernetes' streams come with kubectl's support")
left(PODS, "should support retrieving logs from the container over websockets", "as for exec: the log is HTTP here")
left(PODS, "should contain environment variables for services", "there are no Services")
left(PODS, "should be created with resource claims", "there are no devices to claim")
left(PODS, "should cap back-off at MaxContainerBackOff", "takes 30 minutes; the back-off's figures are a unit test")


@case(KUBELET, "should print the output to logs", once(shell("echo Hello World")), quick=True)
def _prints(run: Run) -> None:
    run.wait("phase:Succeeded")
    assert run.log() == "Hello World\n"


@case(KUBELET, "when scheduling a command that always fails should have a terminated reason", pod(shell("false")),
      quick=True)  # fmt: skip
def _terminated(run: Run) -> None:
    def reason() -> str:
        found = run.member()
        states = (found.get("state", {}), found.get("lastState", {}))
        return next((s["terminated"]["reason"] for s in states if "terminated" in s), "")

    run.until(lambda: reason() == "Error", "the reason of its end")


@case(KUBELET, "when scheduling a command that always fails should be possible to delete", pod(shell("false")),
      quick=True)  # fmt: skip
def _deletable(run: Run) -> None:
    run.until(lambda: run.restarts() >= 1, "a restart")
    run.delete()
    run.gone()


@case(KUBELET, "should write entries to /etc/hosts for hostAliases",
      once(shell("cat /etc/hosts"), hostAliases=[{"ip": "123.45.67.89", "hostnames": ["foo", "bar"]}]),
      quick=True)  # fmt: skip
def _aliases(run: Run) -> None:
    run.wait("phase:Succeeded")
    run.says(r"^123\.45\.67\.89\tfoo\tbar$")


@case(KUBELET, "should not write to root filesystem when it is read-only",
      once(shell("echo test > /file; sleep 1", securityContext={"readOnlyRootFilesystem": True})),
      quick=True)  # fmt: skip
def _read_only(run: Run) -> None:
    run.wait("phase:Succeeded|Failed")
    run.says("Read-only file system")


@case(HOSTS, "should test kubelet managed /etc/hosts file", pod(sleeps("a"), sleeps("b")), quick=True)
def _managed(run: Run) -> None:
    ip = run.wait("ready")["podIP"]
    for name in ("a", "b"):
        _, text = run.execute("cat", "/etc/hosts", name=name)
        assert text.startswith("# Kubernetes-managed hosts file.\n")
        assert f"{ip}\t{run.name}\n" in text


@case(
    HOSTS,
    "a container with its own mount at /etc/hosts is left alone",
    pod(
        sleeps("a"),
        sleeps("own", volumeMounts=[{"name": "v", "mountPath": "/etc/hosts", "subPath": "hosts"}]),
        initContainers=[shell("echo mine > /v/hosts", "make", volumeMounts=[{"name": "v", "mountPath": "/v"}])],
        volumes=[{"name": "v", "emptyDir": {}}],
    ),
    quick=True,
)
def _own_hosts(run: Run) -> None:
    run.wait("ready")
    assert run.execute("cat", "/etc/hosts", name="own") == (0, "mine\n")
    assert "Kubernetes-managed" in run.execute("cat", "/etc/hosts", name="a")[1]


refuse(HOSTS, "hostNetwork=true pod's /etc/hosts is not managed", pod(sleeps(), hostNetwork=True), "spec.hostNetwork")
