"""What a member is started with, as a kubelet makes it (makeEnvironmentVariables), and what the downward API tells."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.spec import decode, with_defaults
from sandboxes.spec.environment import Process, process, sub_path
from sandboxes.spec.facts import Facts, SourceMissing, Sources, named_sources, needs_address
from sandboxes.spec.models import VolumeMount

SOURCES = Sources(
    config_maps={"c": {"a": b"map a", "b": b"map b", "with=": b"no name", "binary": b"\x00"}, "empty": {}},
    secrets={"s": {"a": b"secret a", "x": b"\xff"}},
    binary_keys={"c": frozenset({"binary"})},
)


def facts(**container: Any) -> Facts:
    spec = {
        "containers": [{"name": "main", "image": "nginx"} | container, {"name": "other", "image": "nginx"}],
        "initContainers": [{"name": "first", "image": "busybox", "resources": {"limits": {"memory": "64Mi"}}}],
    }
    meta = {"name": "web", "labels": {"b": "2", "a": 'say "hi"\n'}, "annotations": {"Note": "é"}}
    pod = with_defaults(decode({"metadata": meta, "spec": spec}))
    most = {"cpu": "1", "memory": "512Mi", "ephemeral-storage": "0"}
    return Facts(pod, "ann", "the-uid", "node-1", "192.0.2.1", "10.0.0.7", most)


def started(**container: Any) -> Process:
    known = facts(**container)
    return process(known.pod.spec.containers[0], known, SOURCES)


def env(*variables: dict[str, Any], sources: list[dict[str, Any]] | None = None) -> dict[str, str]:
    return dict(started(env=list(variables), envFrom=sources or []).env)


def plain(name: str, value: str) -> dict[str, Any]:
    return {"name": name, "value": value}


def of_field(path: str) -> dict[str, Any]:
    return {"name": "F", "valueFrom": {"fieldRef": {"fieldPath": path}}}


def of_resource(resource: str, **more: str) -> dict[str, Any]:
    return {"name": "R", "valueFrom": {"resourceFieldRef": {"resource": resource} | more}}


def of_key(kind: str, name: str, key: str, **more: bool) -> dict[str, Any]:
    return {"name": "K", "valueFrom": {f"{kind}KeyRef": {"name": name, "key": key} | more}}


def test_a_variable_sees_those_before_it() -> None:
    assert env(plain("B", "$(A)"), plain("A", "1"), plain("C", "$(A)-$$(A)")) == {"B": "$(A)", "A": "1", "C": "1-$(A)"}


def test_a_name_given_twice_is_the_last_and_what_stands_between_sees_the_first() -> None:
    assert env(plain("A", "1"), plain("B", "$(A)"), plain("A", "2")) == {"A": "2", "B": "1"}


def test_whole_sources_come_first_and_later_ones_win() -> None:
    both = [{"configMapRef": {"name": "c"}}, {"secretRef": {"name": "s"}}]
    found = env(plain("b", "own"), plain("E", "$(a)"), sources=both)
    assert found == {"a": "secret a", "b": "own", "x": "\ufffd", "E": "secret a"}


def test_a_prefix_stands_before_each_name() -> None:
    assert env(sources=[{"prefix": "P_", "configMapRef": {"name": "c"}}]) == {"P_a": "map a", "P_b": "map b"}


def test_keys_of_sources() -> None:
    assert env(of_key("configMap", "c", "a")) == {"K": "map a"}
    assert env(of_key("secret", "s", "a")) == {"K": "secret a"}


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        (of_key("configMap", "none", "a"), 'configmap "none" not found'),
        (of_key("secret", "none", "a"), 'secret "none" not found'),
        (of_key("configMap", "c", "none"), "couldn't find key none in ConfigMap ann/c"),
        (of_key("configMap", "c", "binary"), "couldn't find key binary in ConfigMap ann/c"),
        (of_key("secret", "s", "none"), "couldn't find key none in Secret ann/s"),
        (of_resource("limits.cpu", containerName="none"), "container none not found"),
    ],
)
def test_what_is_missing_is_told_in_the_kubelets_words(variable: dict[str, Any], told: str) -> None:
    with pytest.raises(SourceMissing) as missing:
        env(variable)
    assert str(missing.value) == told


def test_what_may_be_missing_is_left_out() -> None:
    for variable in (of_key("configMap", "none", "a", optional=True), of_key("secret", "s", "none", optional=True)):
        assert env(variable, plain("A", "$(K)")) == {"A": "$(K)"}
    assert env(sources=[{"secretRef": {"name": "none", "optional": True}}]) == {}
    with pytest.raises(SourceMissing, match='configmap "none" not found'):
        env(sources=[{"configMapRef": {"name": "none"}}])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("metadata.name", "web"), ("metadata.namespace", "ann"), ("metadata.uid", "the-uid"),
        ("metadata.labels['b']", "2"), ("metadata.labels['none']", ""), ("metadata.annotations['Note']", "é"),
        ("metadata.labels", 'a="say \\"hi\\"\\n"\nb="2"'), ("metadata.annotations", 'Note="é"'),
        ("spec.nodeName", "node-1"), ("spec.host", "node-1"), ("spec.serviceAccountName", "default"),
        ("status.hostIP", "192.0.2.1"), ("status.hostIPs", "192.0.2.1"), ("status.podIP", "10.0.0.7"),
        ("status.podIPs", "10.0.0.7"),
    ],
)  # fmt: skip
def test_facts(path: str, value: str) -> None:
    assert env(of_field(path)) == {"F": value}


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        (of_resource("limits.cpu"), "1"),  # 0.5, rounded up
        (of_resource("limits.cpu", divisor="1m"), "500"),
        (of_resource("requests.cpu", divisor="1m"), "100"),
        (of_resource("limits.memory"), str(128 * 2**20)),
        (of_resource("limits.memory", divisor="1Mi"), "128"),
        (of_resource("requests.memory", divisor="0"), str(128 * 2**20)),  # what is not said is the limit
        (of_resource("limits.memory", containerName="other", divisor="1Mi"), "512"),  # no limit: all there is
        (of_resource("requests.cpu", containerName="other"), "0"),
        (of_resource("limits.memory", containerName="first", divisor="1Mi"), "64"),
        (of_resource("limits.ephemeral-storage"), "0"),
    ],
)
def test_requests_and_limits(reference: dict[str, Any], value: str) -> None:
    resources = {"limits": {"cpu": "500m", "memory": "128Mi"}, "requests": {"cpu": "0.1"}}
    assert dict(started(env=[reference], resources=resources).env) == {"R": value}


def test_command_and_arguments_see_all_variables() -> None:
    found = started(command=["sh", "$(A)", "$$(A)"], args=["$(B)", "$(X)"], env=[plain("A", "1"), plain("B", "$(A)2")])
    assert (found.command, found.args) == (("sh", "1", "$(A)"), ("12", "$(X)"))


def test_who_needs_an_address_first() -> None:
    members = [facts(env=[of_field(path)]).pod.spec.containers[0] for path in ("status.podIPs", "status.hostIP")]
    assert [needs_address(member) for member in members] == [True, False]


def test_the_sources_that_a_pod_names() -> None:
    volumes = [
        {"name": "a", "configMap": {"name": "m1"}},
        {"name": "b", "secret": {"secretName": "s1"}},
        {"name": "c", "projected": {"sources": [{"configMap": {"name": "m2"}}, {"secret": {"name": "s2"}}]}},
    ]
    member = {
        "name": "a",
        "image": "x",
        "env": [of_key("configMap", "m3", "k"), of_key("secret", "s3", "k")],
        "envFrom": [{"configMapRef": {"name": "m4"}}, {"secretRef": {"name": "s4"}}],
    }
    pod = decode({"spec": {"volumes": volumes, "containers": [member]}})
    maps, secrets = named_sources(pod)
    assert (sorted(maps), sorted(secrets)) == (["m1", "m2", "m3", "m4"], ["s1", "s2", "s3", "s4"])


@pytest.mark.parametrize(
    ("mount", "path"),
    [
        ({}, ""),
        ({"sub_path": "a/$(A)"}, "a/$(A)"),
        ({"sub_path_expr": "a/$(A)"}, "a/1"),
        ({"sub_path_expr": "$$(A)"}, "$(A)"),
    ],
)
def test_what_of_a_volume_a_member_sees(mount: dict[str, Any], path: str) -> None:
    assert sub_path(VolumeMount(**mount), {"A": "1"}) == path


@pytest.mark.parametrize(
    ("expression", "told"),
    [
        ("$(X)/$(B)/$(A)", "missing value for B, X"),
        ("$(ROOT)", "error SubPath `/etc` must not be an absolute path"),
        ("a/$(UP)", "unable to provision SubPath `a/..`: must not contain '..'"),
    ],
)
def test_a_sub_path_leads_nowhere_else(expression: str, told: str) -> None:
    with pytest.raises(SourceMissing) as missing:
        sub_path(VolumeMount(sub_path_expr=expression), {"A": "1", "B": "", "ROOT": "/etc", "UP": ".."})
    assert str(missing.value) == told
