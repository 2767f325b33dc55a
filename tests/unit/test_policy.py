"""What every create body is made of, and what a valid pod is refused for. One sentence a rule."""

from __future__ import annotations

from typing import Any

import pytest

from sandboxes.policy import (
    BASELINE,
    PROFILES,
    Basis,
    FileMount,
    Made,
    MemberBody,
    PublishedPort,
    hostname_of,
    member_body,
    pause_body,
    published,
    refusals,
)
from sandboxes.policy.profiles import dotted
from sandboxes.spec import Container, ContainerPort, EnvVar, ObjectMeta, Pod, PodSpec
from sandboxes.spec.environment import process
from sandboxes.spec.facts import Facts, Sources
from sandboxes.spec.models import PodSecurityContext, Sysctl

MEMBER = Container(name="a", image="nginx")


def pod(*containers: Container, name: str = "web", **spec: Any) -> Pod:
    return Pod(metadata=ObjectMeta(name=name), spec=PodSpec(containers=containers or (MEMBER,), **spec))


def with_port(**fields: Any) -> Pod:
    return pod(MEMBER.model_copy(update={"ports": (ContainerPort(**{"container_port": 80} | fields),)}))


def body_of(member: Container, *mounts: FileMount, image_user: str = "", **spec: Any) -> MemberBody:
    of = pod(member, **spec)
    started = process(member, Facts(of, "ada", "u1", "n1", "127.0.0.1"), Sources())
    return member_body(Basis(of, BASELINE, "h"), member, Made("sha256:1", started, image_user, mounts))


def told(refused: Pod) -> list[tuple[str, str, str]]:
    return [(cause.field, cause.reason, cause.message) for cause in refusals(refused, BASELINE)]


@pytest.mark.parametrize(
    ("name", "hostname", "expected"),
    [
        ("web", "", "web"),
        ("web", "www", "www"),
        ("a.b", "", "a.b"),
        ("x" * 70, "", "x" * 63),
        ("x" * 62 + "-y", "", "x" * 62),
        ("x" * 61 + ".-y", "", "x" * 61),
    ],
)
def test_the_hostname_is_the_pods_name_cut_to_63(name: str, hostname: str, expected: str) -> None:
    assert hostname_of(pod(name=name, hostname=hostname)) == expected


def test_only_ports_with_a_host_port_are_published_and_on_the_nodes_address() -> None:
    ports = (
        ContainerPort(container_port=80, host_port=8080, protocol="TCP"),
        ContainerPort(container_port=81, protocol="TCP"),
        ContainerPort(container_port=53, host_port=5353, protocol="UDP"),
        ContainerPort(container_port=82, host_port=8082),
    )
    members = (MEMBER, Container(name="b", image="nginx", ports=ports))
    assert published(pod(*members), "127.0.0.1") == (
        PublishedPort(80, "tcp", "127.0.0.1", 8080),
        PublishedPort(53, "udp", "127.0.0.1", 5353),
        PublishedPort(82, "tcp", "127.0.0.1", 8082),
    )


def test_ports_of_init_members_and_sidecars_are_not_published() -> None:
    port = ContainerPort(container_port=80, host_port=8080)
    init = tuple(Container(name=name, image="x", ports=(port,)) for name in ("first", "second"))
    assert published(pod(MEMBER, init_containers=init), "127.0.0.1") == ()


def test_an_address_that_a_user_wrote_never_reaches_a_body() -> None:
    (port,) = published(with_port(host_port=8080, host_ip="0.0.0.0"), "127.0.0.1")
    assert port.host_ip == "127.0.0.1"


def test_a_pause_is_built_from_hostname_ports_and_profile() -> None:
    body = pause_body(Basis(with_port(host_port=8080), BASELINE, "h"), image="pause", host_ip="127.0.0.1")
    assert (body.image, body.hostname, body.spec_hash, body.profile) == ("pause", "web", "h", BASELINE)
    assert body.ports == (PublishedPort(80, "tcp", "127.0.0.1", 8080),)


def test_a_member_is_built_from_its_spec_its_image_id_and_the_nodes_mounts() -> None:
    member = Container(name="a", image="nginx", command=("sh",), args=("-c", "x"), working_dir="/srv")
    mount = FileMount("/state/hosts", "/etc/hosts", read_only=False)
    body = body_of(member, mount)
    assert (body.image, body.command, body.args, body.working_dir) == ("sha256:1", ("sh",), ("-c", "x"), "/srv")
    assert (body.mounts, body.profile, body.spec_hash) == ((mount,), BASELINE, "h")


@pytest.mark.parametrize(("said", "shared"), [(None, False), (False, False), (True, True)])
def test_the_pid_namespace_is_shared_only_when_the_pod_says_so(said: bool | None, shared: bool) -> None:
    assert body_of(MEMBER, share_process_namespace=said).share_pid is shared


@pytest.mark.parametrize(
    ("env", "expected"),
    [
        ((), ("HOSTNAME=web",)),
        ((EnvVar(name="A", value="1"), EnvVar(name="B")), ("HOSTNAME=web", "A=1", "B=")),
        ((EnvVar(name="A", value="1"), EnvVar(name="A", value="2=3")), ("HOSTNAME=web", "A=2=3")),
        ((EnvVar(name="HOSTNAME", value="mine"),), ("HOSTNAME=mine",)),
    ],
)
def test_the_environment_has_the_hostname_and_the_last_of_equal_names(
    env: tuple[EnvVar, ...], expected: tuple[str, ...]
) -> None:
    assert body_of(Container(name="a", image="nginx", env=env)).env == expected


def test_a_plain_pod_is_not_refused() -> None:
    assert told(pod()) == []
    assert told(with_port()) == []


def test_ten_members_are_given_and_eleven_are_not() -> None:
    members = tuple(Container(name=f"m{i}", image="nginx") for i in range(11))
    assert told(pod(*members[:10])) == []
    assert told(pod(*members)) == [("spec.containers", "FieldValueForbidden", "Forbidden: must have at most 10 items")]


@pytest.mark.parametrize(("port", "given"), [(1, False), (1023, False), (1024, True), (65535, True)])
def test_host_ports_are_given_from_1024_on(port: int, given: bool) -> None:
    refused = [
        (
            "spec.containers[0].ports[0].hostPort",
            "FieldValueForbidden",
            "Forbidden: host ports must be between 1024 and 65535, inclusive, in profile baseline",
        )
    ]
    assert told(with_port(host_port=port)) == ([] if given else refused)


def test_the_address_of_a_published_port_is_the_nodes_to_choose() -> None:
    (cause,) = refusals(with_port(host_port=8080, host_ip="127.0.0.1"), BASELINE)
    assert (cause.field, cause.reason) == ("spec.containers[0].ports[0].hostIP", "FieldValueForbidden")


def test_baseline_has_dockers_capabilities_less_raw_sockets_and_devices() -> None:
    assert PROFILES["baseline"] is BASELINE
    assert len(BASELINE.capabilities) == 12
    assert not {"NET_RAW", "MKNOD", "SYS_ADMIN", "SYS_PTRACE", "NET_ADMIN"} & set(BASELINE.capabilities)


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("kernel.shm_rmid_forced", "kernel.shm_rmid_forced"),
        ("kernel/shm_rmid_forced", "kernel.shm_rmid_forced"),
        ("net/ipv4/conf/eth0.1/mtu", "net.ipv4.conf.eth0/1.mtu"),
        ("net.ipv4.conf.eth0/1.mtu", "net.ipv4.conf.eth0/1.mtu"),
        ("plain", "plain"),
    ],
)
def test_a_sysctl_may_be_written_with_slashes(given: str, meant: str) -> None:
    assert dotted(given) == meant


def test_a_pod_may_not_take_back_a_bound_that_its_profile_sets() -> None:
    def answered(value: str, name: str) -> list[tuple[str, str]]:
        asked = PodSecurityContext(sysctls=(Sysctl(name="kernel/shm_rmid_forced", value=value),))
        return [(cause.field, cause.message) for cause in refusals(pod(security_context=asked), PROFILES[name])]

    said = ("spec.securityContext.sysctls[0].value", "Forbidden: must be 1 in profile restricted")
    assert answered("0", "restricted") == [said]
    assert answered("1", "restricted") == answered("0", "baseline") == []
