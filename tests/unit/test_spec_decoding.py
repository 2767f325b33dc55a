"""From a dict to a Pod: strict, in the words of Kubernetes' decoder, every fault at its field."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.errors import Malformed, SpecRefused
from sandboxes.spec import Container, ContainerPort, EnvVar, ObjectMeta, Pod, PodSpec, decode, dump
from sandboxes.spec.closest import AS_IT_IS, CLOSEST

FULL: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {
        "name": "web", "generateName": "w-", "namespace": "ann", "labels": {"app": "web"}, "annotations": {"a": ""},
    },
    "spec": {
        "containers": [
            {
                "name": "nginx",
                "image": "nginx",
                "imagePullPolicy": "Never",
                "command": ["nginx"],
                "args": ["-g", ""],
                "env": [{"name": "A", "value": "1"}],
                "workingDir": "/srv",
                "ports": [
                    {"name": "http", "containerPort": 80, "hostPort": 8080, "hostIP": "127.0.0.1", "protocol": "TCP"}
                ],
            }
        ],
        "hostname": "www",
        "shareProcessNamespace": False,
        "restartPolicy": "Never",
        "terminationGracePeriodSeconds": 0,
    },
}  # fmt: skip


def with_spec(**spec: object) -> dict[str, Any]:
    return {"metadata": {"name": "a"}, "spec": spec}


def refusal(obj: dict[str, Any]) -> Malformed:
    with pytest.raises(Malformed) as refused:
        decode(obj)
    return refused.value


def test_every_field_of_the_subset_is_taken_and_given_back() -> None:
    pod = decode(FULL)
    assert pod.spec.containers[0] == Container(
        name="nginx",
        image="nginx",
        image_pull_policy="Never",
        command=("nginx",),
        args=("-g", ""),
        env=(EnvVar(name="A", value="1"),),
        working_dir="/srv",
        ports=(
            ContainerPort(name="http", container_port=80, host_port=8080, host_ip="127.0.0.1", protocol="TCP"),
        ),
    )  # fmt: skip
    assert dump(pod) == FULL


def test_what_is_unset_is_left_out() -> None:
    assert dump(Pod()) == {"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": {}}
    assert dump(Pod(spec=PodSpec(containers=(Container(name="a", env=(EnvVar(name="A"),)),))))["spec"] == {
        "containers": [{"name": "a", "env": [{"name": "A"}]}]
    }


def test_kind_and_version_may_be_left_out_for_the_path_says_them() -> None:
    assert decode({}) == decode({"kind": "", "apiVersion": None}) == Pod()
    assert (decode({}).api_version, decode({}).kind) == ("v1", "Pod")


@pytest.mark.parametrize(
    ("kind", "version", "message"),
    [
        (
            "Pods",
            "v1",
            'Pods in version "v1" cannot be handled as a Pod: no kind "Pods" is registered for version "v1" '
            'in scheme "pkg/runtime/scheme.go:110"',
        ),
        (
            "Pod",
            "apps/v1",
            'Pod in version "v1" cannot be handled as a Pod: no kind "Pod" is registered for version "apps/v1" '
            'in scheme "pkg/runtime/scheme.go:110"',
        ),
    ],
)
def test_another_kind_is_refused(kind: str, version: str, message: str) -> None:
    assert str(refusal({"kind": kind, "apiVersion": version})) == message


def test_null_is_unset_everywhere() -> None:
    pod = decode({"metadata": None, "spec": {"containers": [None, {"args": [None], "env": None}], "hostname": None}})
    assert pod.metadata == ObjectMeta()
    assert pod.spec.containers == (Container(), Container(args=("",)))
    assert decode({"metadata": {"labels": {"a": None}}}).metadata.labels == {"a": ""}


def test_what_the_server_owns_is_dropped_silently() -> None:
    owned: dict[str, object] = {
        "uid": "x",
        "resourceVersion": "1",
        "creationTimestamp": None,
        "managedFields": [{}],
        "generation": 3,
    }
    assert decode({"metadata": {"name": "a"} | owned, "status": {"phase": 1}}) == decode({"metadata": {"name": "a"}})


def test_all_unknown_fields_are_told_at_once_with_their_paths() -> None:
    refused = refusal(
        {"spec": {"fooBar": None, "containers": [{}, {"devices": 1, "ports": [{"hostIp": ""}]}]}, "metadata": {"x": 1}}
    )
    paths = ["spec.fooBar", "spec.containers[1].devices", "spec.containers[1].ports[0].hostIp", "metadata.x"]
    assert [cause.field for cause in refused.causes] == paths
    assert str(refused) == (
        'Pod in version "v1" cannot be handled as a Pod: strict decoding error: '
        + ", ".join(f'unknown field "{path}"' for path in paths)
    )


def test_no_more_than_a_hundred_unknown_fields_are_told() -> None:
    assert len(refusal({str(i): i for i in range(1000)}).causes) == 100


@pytest.mark.parametrize(
    ("spec", "field", "told"),
    [
        ({"containers": {}}, "spec.containers",
         "object into Go struct field PodSpec.spec.containers of type []v1.Container"),
        ({"containers": [1]}, "spec.containers[0]",
         "number into Go struct field PodSpec.spec.containers of type v1.Container"),
        ({"containers": [{"command": "sh"}]}, "spec.containers[0].command",
         "string into Go struct field Container.spec.containers.command of type []string"),
        ({"containers": [{}, {"args": ["a", 1]}]}, "spec.containers[1].args[1]",
         "number into Go struct field Container.spec.containers.args of type string"),
        ({"containers": [{"env": [{"value": True}]}]}, "spec.containers[0].env[0].value",
         "bool into Go struct field EnvVar.spec.containers.env.value of type string"),
        ({"containers": [{"ports": [{"containerPort": "80"}]}]}, "spec.containers[0].ports[0].containerPort",
         "string into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32"),
        ({"containers": [{"ports": [{"hostPort": 2**31}]}]}, "spec.containers[0].ports[0].hostPort",
         "number 2147483648 into Go struct field ContainerPort.spec.containers.ports.hostPort of type int32"),
        ({"terminationGracePeriodSeconds": 1.5}, "spec.terminationGracePeriodSeconds",
         "number 1.5 into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64"),
        ({"terminationGracePeriodSeconds": True}, "spec.terminationGracePeriodSeconds",
         "bool into Go struct field PodSpec.spec.terminationGracePeriodSeconds of type int64"),
        ({"shareProcessNamespace": "yes"}, "spec.shareProcessNamespace",
         "string into Go struct field PodSpec.spec.shareProcessNamespace of type bool"),
        ({"restartPolicy": 1}, "spec.restartPolicy",
         "number into Go struct field PodSpec.spec.restartPolicy of type v1.RestartPolicy"),
        ({"containers": [{"securityContext": {"capabilities": {"add": "ALL"}}}]},
         "spec.containers[0].securityContext.capabilities.add",
         "string into Go struct field Capabilities.spec.containers.securityContext.capabilities.add of type "
         "[]v1.Capability"),
        ({"containers": [{"resources": {"limits": []}}]}, "spec.containers[0].resources.limits",
         "array into Go struct field ResourceRequirements.spec.containers.resources.limits of type v1.ResourceList"),
        ({"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"key": 1}}}]}]},
         "spec.containers[0].env[0].valueFrom.secretKeyRef.key",
         "number into Go struct field SecretKeySelector.spec.containers.env.valueFrom.secretKeyRef.key of type string"),
        ({"volumes": [{"configMap": "c"}]}, "spec.volumes[0].configMap",
         "string into Go struct field Volume.spec.volumes.configMap of type v1.ConfigMapVolumeSource"),
        ({"volumes": [{"emptyDir": {"medium": 1}}]}, "spec.volumes[0].emptyDir.medium",
         "number into Go struct field EmptyDirVolumeSource.spec.volumes.emptyDir.medium of type v1.StorageMedium"),
        ({"hostname": ["a"]}, "spec.hostname", "array into Go struct field PodSpec.spec.hostname of type string"),
    ],
)  # fmt: skip
def test_a_wrong_type_is_told_in_gos_words_and_at_its_field(spec: dict[str, Any], field: str, told: str) -> None:
    refused = refusal(with_spec(**spec))
    assert str(refused) == f'Pod in version "v1" cannot be handled as a Pod: json: cannot unmarshal {told}'
    (cause,) = refused.causes
    assert (cause.field, cause.reason) == (field, "FieldValueTypeInvalid")


@pytest.mark.parametrize(
    ("port", "told"),
    [(True, "bool"), ({}, "object"), (1.5, "number 1.5"), (2**31, "number 2147483648"), ([], "array")],
)
def test_a_port_by_number_or_name_is_told_as_go_tells_it(port: object, told: str) -> None:
    refused = refusal(with_spec(containers=[{"livenessProbe": {"tcpSocket": {"port": port}}}]))
    assert str(refused).endswith(f"as a Pod: json: cannot unmarshal {told} into Go value of type int32")
    assert [cause.field for cause in refused.causes] == ["spec.containers[0].livenessProbe.tcpSocket.port"]


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("12Q1", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
        ("1.2.3", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
        (True, "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
        ("1K", "unable to parse quantity's suffix"),
        ("1Mib", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
        ("1Gi2", "unable to parse quantity's suffix"),
    ],
)
def test_what_is_no_quantity_is_told_as_go_tells_it(amount: object, told: str) -> None:
    refused = refusal(with_spec(containers=[{"resources": {"requests": {"memory": amount}}}]))
    assert str(refused) == f'Pod in version "v1" cannot be handled as a Pod: {told}'
    assert [cause.field for cause in refused.causes] == ["spec.containers[0].resources.requests[memory]"]


NOT_HERE = {
    ("PodSpec", "os"): {"name": "windows"},
    ("PodSpec", "hostUsers"): False,
    ("VolumeMount", "mountPropagation"): "Bidirectional",
    ("VolumeMount", "recursiveReadOnly"): "Enabled",
}
# Where each shape is, once.
HOMES: dict[str, tuple[str, Any]] = {
    "ObjectMeta": ("metadata", lambda field: {"metadata": field}),
    "PodSpec": ("spec", lambda field: with_spec(**field)),
    "PodSecurityContext": ("spec.securityContext", lambda field: with_spec(securityContext=field)),
    "Container": ("spec.containers[0]", lambda field: with_spec(containers=[field])),
    "EphemeralContainer": ("spec.ephemeralContainers[0]", lambda field: with_spec(ephemeralContainers=[field])),
    "SecurityContext": (
        "spec.containers[0].securityContext", lambda field: with_spec(containers=[{"securityContext": field}])
    ),
    "ResourceRequirements": (
        "spec.containers[0].resources", lambda field: with_spec(containers=[{"resources": field}])
    ),
    "VolumeMount": (
        "spec.containers[0].volumeMounts[0]", lambda field: with_spec(containers=[{"volumeMounts": [field]}])
    ),
    "EnvVarSource": (
        "spec.containers[0].env[0].valueFrom", lambda field: with_spec(containers=[{"env": [{"valueFrom": field}]}])
    ),
    "Volume": ("spec.volumes[0]", lambda field: with_spec(volumes=[field])),
    "Projection": (
        "spec.volumes[0].projected.sources[0]", lambda field: with_spec(volumes=[{"projected": {"sources": [field]}}])
    ),
}  # fmt: skip


@pytest.mark.parametrize(("shape", "field"), sorted(CLOSEST))
def test_what_is_not_taken_is_refused_by_its_path_with_what_comes_closest(shape: str, field: str) -> None:
    at, inside = HOMES[shape]
    with pytest.raises(SpecRefused) as refused:
        decode(inside({field: NOT_HERE.get((shape, field), {"x": 1})}))
    (cause,) = refused.value.causes
    assert (cause.field, cause.reason) == (f"{at}.{field}", "FieldValueForbidden")
    assert cause.message == f"Forbidden: not supported here: {CLOSEST[shape, field]}"


def test_a_refusal_by_name_names_the_pod_too_and_comes_after_unknown_fields() -> None:
    with pytest.raises(SpecRefused, match=r'^Pod "a" is invalid: spec.hostPID: Forbidden: not supported here: '):
        decode(with_spec(hostPID=True))
    assert [cause.field for cause in refusal(with_spec(hostPID=True, fooBar=1)).causes] == ["spec.fooBar"]


@pytest.mark.parametrize(("shape", "field"), sorted(CLOSEST))
def test_a_wish_that_is_not_made_is_none(shape: str, field: str) -> None:
    inside = HOMES[shape][1]
    decode(inside({field: None}))
    if shape not in ("Volume", "Projection"):
        decode(inside({field: AS_IT_IS.get((shape, field), False)}))


@pytest.mark.parametrize("kind", ["hostPath", "persistentVolumeClaim", "csi"])
def test_another_kind_of_volume_is_a_wish_though_nothing_is_said_of_it(kind: str) -> None:
    with pytest.raises(SpecRefused) as refused:
        decode(with_spec(volumes=[{"name": "v", kind: {}}]))
    assert [cause.field for cause in refused.value.causes] == [f"spec.volumes[0].{kind}"]


def test_what_has_no_meaning_on_one_node_is_dropped_silently() -> None:
    inert = {"schedulerName": "x", "tolerations": [{}], "priority": 0, "serviceAccountName": "a", "serviceAccount": "a"}
    assert decode(with_spec(**inert)) == decode(with_spec())


def test_wrong_types_in_the_metadata_are_told_too() -> None:
    assert "string into Go struct field Pod.metadata of type v1.ObjectMeta" in str(refusal({"metadata": "a"}))
    labels = refusal({"metadata": {"labels": {"a": 1}}})
    assert "number into Go struct field ObjectMeta.metadata.labels of type string" in str(labels)
    assert labels.causes[0].field == "metadata.labels[a]"
    assert "of type map[string]string" in str(refusal({"metadata": {"labels": ["a"]}}))
    assert "Pod.kind of type string" in str(refusal({"kind": 1}))


def test_a_wrong_type_is_told_before_unknown_fields() -> None:
    assert "cannot unmarshal number" in str(refusal(with_spec(fooBar=1, hostname=1)))


def test_half_a_surrogate_pair_is_refused_at_its_field() -> None:
    assert refusal(with_spec(hostname="\ud800")).causes[0].field == "spec.hostname"
    assert refusal({"metadata": {"labels": {"\udfff": ""}}}).causes[0].field == "metadata.labels"
