"""Create bodies: everything about the network is on pause, members join it by id, nothing says privileged."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from sandboxes.engine import bodies
from sandboxes.engine.naming import Identity
from sandboxes.policy import (
    BASELINE,
    PRIVATE_IPC,
    RESTRICTED,
    Basis,
    FileMount,
    Made,
    PauseBody,
    member_body,
    pause_body,
)
from sandboxes.spec.environment import Process
from sandboxes.spec.models import Container, ContainerPort, EnvVar, ObjectMeta, Pod, PodSpec

PORT = ContainerPort(container_port=80, host_port=8080, protocol="TCP")
WEB = Container(
    name="web",
    image="nginx",
    command=("nginx",),
    args=("-g", "daemon off;"),
    env=(EnvVar(name="A", value="1"),),
    working_dir="/srv",
    ports=(PORT, ContainerPort(container_port=9000, protocol="TCP")),
)
# PODS §5.1 and §5.2: dockerd refuses or silently ignores these on a container that joins another's network.
NEVER_ON_A_MEMBER = {"Hostname", "Domainname", "ExposedPorts", "MacAddress"}
NEVER_IN_ITS_HOST = {
    "PortBindings",
    "PublishAllPorts",
    "Dns",
    "ExtraHosts",
    "Links",
    "UTSMode",
    "ShmSize",
    "Init",
    "AutoRemove",
}


def identity(member: str) -> Identity:
    return Identity("main", uuid.UUID(int=7), "demo", member, 0, 0)


def basis(*, share: bool | None = None, private: bool = False) -> Basis:
    metadata = ObjectMeta(name="demo", annotations={PRIVATE_IPC: "private"} if private else {})
    pod = Pod(metadata=metadata, spec=PodSpec(containers=(WEB,), share_process_namespace=share))
    return Basis(pod, BASELINE, "hash")


def pause(*, lower: bool = True, has_ipv6: bool = True) -> dict[str, Any]:
    body = pause_body(basis(), image="pause:1", host_ip="127.0.0.1")
    return bodies.pause(identity(""), body, network="pg_main", may_lower_oom_score=lower, has_ipv6=has_ipv6)


def member(*, share: bool | None = None, private: bool = False) -> dict[str, Any]:
    mounts = (FileMount("/state/hosts", "/etc/hosts", read_only=False),)
    made = Made("sha256:1", Process({"A": "1"}, WEB.command, WEB.args), mounts=mounts)
    return bodies.member(identity("web"), member_body(basis(share=share, private=private), WEB, made), "f00")


def test_pause_publishes_only_ports_with_a_host_port_and_always_names_the_address() -> None:
    assert pause()["HostConfig"]["PortBindings"] == {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}
    assert pause()["ExposedPorts"] == {"80/tcp": {}}


def test_pause_can_be_joined_and_can_do_nothing_itself() -> None:
    host = pause()["HostConfig"]
    assert host["IpcMode"] == "shareable"
    assert host["CapDrop"] == ["ALL"]
    assert "CapAdd" not in host
    assert host["ReadonlyRootfs"] is True
    assert host["Sysctls"]["net.ipv6.conf.all.disable_ipv6"] == "1"
    assert host["Dns"] == ["127.0.0.1"]
    assert pause()["User"] == "65535:65535"


def test_an_oom_score_the_kernel_would_refuse_is_not_asked_for() -> None:
    assert "OomScoreAdj" not in pause(lower=False)["HostConfig"]
    assert pause()["HostConfig"]["OomScoreAdj"] == -998


def test_a_machine_without_ipv6_is_not_asked_to_turn_it_off() -> None:
    assert "net.ipv6.conf.all.disable_ipv6" not in pause(has_ipv6=False)["HostConfig"]["Sysctls"]


def test_the_bounds_of_the_ipc_namespace_are_on_who_holds_it() -> None:
    bounds = dict(BASELINE.ipc.sysctls)
    assert pause()["HostConfig"]["Sysctls"].items() >= bounds.items()
    assert pause()["HostConfig"]["ShmSize"] == BASELINE.ipc.shm
    assert "Sysctls" not in member()["HostConfig"]
    pod = Pod(metadata=ObjectMeta(name="demo", annotations={PRIVATE_IPC: "private"}), spec=PodSpec(containers=(WEB,)))
    body = member_body(Basis(pod, RESTRICTED, "hash"), WEB, Made("sha256:1", Process({}, (), ())))
    host = bodies.member(identity("web"), body, "f00")["HostConfig"]
    assert (host["ShmSize"], host["Sysctls"]) == (RESTRICTED.ipc.shm, dict(RESTRICTED.ipc.sysctls))


def test_what_the_profile_says_of_a_namespace_is_the_last_word() -> None:
    body = PauseBody("pause:1", "demo", (), {"kernel.shm_rmid_forced": "0"}, RESTRICTED, "hash")
    made = bodies.pause(identity(""), body, network="pg_main", may_lower_oom_score=True, has_ipv6=True)
    assert made["HostConfig"]["Sysctls"]["kernel.shm_rmid_forced"] == "1"


def test_a_member_joins_pause_by_id_and_says_nothing_about_the_network() -> None:
    body = member()
    assert body["HostConfig"]["NetworkMode"] == body["HostConfig"]["IpcMode"] == "container:f00"
    assert not NEVER_ON_A_MEMBER & set(body)
    assert not NEVER_IN_ITS_HOST & set(body["HostConfig"])


@pytest.mark.parametrize(("share", "mode"), [(None, ""), (False, ""), (True, "container:f00")])
def test_the_pid_namespace_is_joined_only_when_shared(share: bool | None, mode: str) -> None:
    assert member(share=share)["HostConfig"]["PidMode"] == mode


def test_shared_memory_of_a_members_own_is_as_much_as_pauses() -> None:
    host = member(private=True)["HostConfig"]
    assert (host["IpcMode"], host["ShmSize"]) == ("private", pause()["HostConfig"]["ShmSize"])


def test_command_and_args_replace_entrypoint_and_cmd() -> None:
    assert member()["Entrypoint"] == ["nginx"]
    assert member()["Cmd"] == ["-g", "daemon off;"]
    assert member()["WorkingDir"] == "/srv"


def test_the_environment_names_the_pods_host() -> None:
    assert member()["Env"] == ["HOSTNAME=demo", "A=1"]


@pytest.mark.parametrize("body", [pause(), member()], ids=["pause", "member"])
def test_no_container_is_privileged_restarts_by_itself_or_sees_the_hosts_cgroups(body: dict[str, Any]) -> None:
    host = body["HostConfig"]
    assert host["Privileged"] is False
    assert host["RestartPolicy"] == {"Name": "no"}
    assert host["CgroupnsMode"] == "private"
    assert host["Memory"] == host["MemorySwap"]
    assert not {"Binds", "Devices", "VolumesFrom", "DeviceRequests"} & set(host)
    assert body["Healthcheck"] == {"Test": ["NONE"]}


def test_a_missing_bind_source_is_an_error_not_a_new_folder() -> None:
    assert [mount for mount in member()["HostConfig"]["Mounts"] if mount["Type"] == "bind"] == [
        {"Type": "bind", "Source": "/state/hosts", "Target": "/etc/hosts", "ReadOnly": False}
    ]
