"""The audit of live containers: what we make passes it, and each way to be above a profile has a name."""

from __future__ import annotations

import uuid
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from sandboxes.engine import bodies
from sandboxes.engine.audit import CHECKS, Seen, score, violations
from sandboxes.engine.naming import Identity
from sandboxes.policy import PROFILES, Basis, FileMount, Made, Profile, member_body, pause_body
from sandboxes.spec import decode
from sandboxes.spec.environment import Process

UID = uuid.UUID(int=7)
FOLDER = f"/state/pods/{UID}"
PAUSE_ID = "f" * 64
POD = decode(
    {
        "metadata": {"name": "web"},
        "spec": {
            "containers": [
                {"name": "web", "image": "nginx", "ports": [{"containerPort": 80, "hostPort": 8080, "protocol": "TCP"}]}
            ]
        },
    }
)
RESTRICTED, BASELINE = PROFILES["restricted"], PROFILES["baseline"]


def inspected(body: dict[str, Any]) -> dict[str, Any]:
    """As the engine tells of what it made from a body."""
    created = deepcopy(body)
    host = created.pop("HostConfig") | {"AutoRemove": False, "CgroupParent": "", "UsernsMode": "", "UTSMode": ""}
    mounts = [mount | {"Propagation": "rprivate"} for mount in host.get("Mounts", ())]
    return {"Id": "c" * 64, "Path": "nginx", "Config": created, "HostConfig": host, "Mounts": mounts}


def member(profile: Profile = RESTRICTED) -> Seen:
    mounts = (FileMount(f"{FOLDER}/hosts", "/etc/hosts", read_only=False),)
    made = Made("sha256:1", Process({}, (), ()), mounts=mounts)
    body = member_body(Basis(POD, profile, "h", number=3), POD.spec.containers[0], made)
    identity = Identity("main", UID, "web", "web", 0, 0)
    return Seen(identity, inspected(bodies.member(identity, body, PAUSE_ID)), profile, 3, frozenset({PAUSE_ID}), FOLDER)


def pause(profile: Profile = BASELINE) -> Seen:
    identity = Identity("main", UID, "web", "", 0, 0)
    body = pause_body(Basis(POD, profile, "h"), image="pause:1", host_ip="127.0.0.1")
    made = bodies.pause(identity, body, network="pg_main", may_lower_oom_score=True, has_ipv6=True)
    return Seen(identity, inspected(made), profile, 3, frozenset({PAUSE_ID}), FOLDER)


def changed(seen: Seen, part: str, **changes: Any) -> Seen:
    found = deepcopy(dict(seen.inspected))
    if part == "":
        return replace(seen, inspected=found | changes)
    found[part] = found[part] | changes
    return replace(seen, inspected=found)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_what_we_make_is_as_its_profile_has_it(profile: Profile) -> None:
    assert violations(member(profile)) == ()
    assert violations(pause(BASELINE)) == ()


ELSEWHERE = [{"Type": "bind", "Source": "/etc", "Target": "/x", "Propagation": "rprivate"}]
SHARED = [{"Type": "bind", "Source": f"{FOLDER}/hosts", "Propagation": "rshared"}]
SOCKET = [{"Type": "bind", "Source": "/var/run/docker.sock", "Propagation": "rprivate"}]
OTHER_POD = f"container:{'a' * 64}"
PORT = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}


@pytest.mark.parametrize(
    ("name", "part", "changes"),
    [
        ("privileged", "HostConfig", {"Privileged": True}),
        ("capabilities", "HostConfig", {"CapAdd": ["NET_RAW"]}),
        ("capabilities", "HostConfig", {"CapDrop": []}),
        ("seccomp", "HostConfig", {"SecurityOpt": ["no-new-privileges:true"]}),
        ("seccomp", "HostConfig", {"SecurityOpt": ["no-new-privileges:true", "seccomp=unconfined"]}),
        ("seccomp", "HostConfig", {"SecurityOpt": ["no-new-privileges:true", f"seccomp={BASELINE.seccomp}"]}),
        ("security options", "HostConfig", {"SecurityOpt": ["apparmor=unconfined"]}),
        ("no new privileges", "HostConfig", {"SecurityOpt": [f"seccomp={RESTRICTED.seccomp}"]}),
        ("user", "Config", {"User": ""}),
        ("user", "Config", {"User": "200000:200000"}),
        ("read-only root", "HostConfig", {"ReadonlyRootfs": False}),
        ("network namespace", "HostConfig", {"NetworkMode": "host"}),
        ("network namespace", "HostConfig", {"NetworkMode": OTHER_POD}),
        ("bridge", "HostConfig", {"NetworkMode": "bridge"}),
        ("IPC namespace", "HostConfig", {"IpcMode": OTHER_POD}),
        ("PID namespace", "HostConfig", {"PidMode": "host"}),
        ("PID namespace", "HostConfig", {"PidMode": OTHER_POD}),
        ("UTS namespace", "HostConfig", {"UTSMode": "host"}),
        ("user namespace", "HostConfig", {"UsernsMode": "host"}),
        ("cgroup namespace", "HostConfig", {"CgroupnsMode": "host"}),
        ("cgroup", "HostConfig", {"CgroupParent": "/"}),
        ("mounts", "", {"Mounts": ELSEWHERE}),
        ("mounts", "", {"Mounts": [{"Type": "bind", "Source": f"{FOLDER}/../other", "Propagation": ""}]}),
        ("mounts", "", {"Mounts": [{"Type": "volume", "Name": "a" * 64, "Source": "/var/lib/docker/volumes"}]}),
        ("mounts", "HostConfig", {"Binds": ["/:/host"]}),
        ("engine's socket", "", {"Mounts": SOCKET}),
        ("mount propagation", "", {"Mounts": SHARED}),
        ("SSH server", "", {"Path": "/usr/sbin/sshd"}),
        ("tmpfs", "HostConfig", {"Tmpfs": {"/tmp": "rw"}}),
        ("others' volumes", "HostConfig", {"VolumesFrom": ["other"]}),
        ("devices", "HostConfig", {"Devices": [{"PathOnHost": "/dev/mem"}]}),
        ("masked paths", "HostConfig", {"MaskedPaths": []}),
        ("read-only paths", "HostConfig", {"ReadonlyPaths": []}),
        ("sysctls", "HostConfig", {"Sysctls": {"kernel.core_pattern": "x"}}),
        ("IPC", "HostConfig", {"IpcMode": "private", "ShmSize": 2**20}),
        ("published ports", "HostConfig", {"PortBindings": PORT}),
        ("published ports", "HostConfig", {"PublishAllPorts": True}),
        ("privileged ports", "HostConfig", {"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "80"}]}}),
        ("published addresses", "HostConfig", {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}}),
        ("published addresses", "HostConfig", {"PortBindings": {"80/tcp": [{"HostIp": "::", "HostPort": "8080"}]}}),
        ("memory", "HostConfig", {"Memory": 0}),
        ("memory", "HostConfig", {"Memory": 2**31, "MemorySwap": 2**31}),
        ("memory", "HostConfig", {"MemorySwap": -1}),
        ("processes", "HostConfig", {"PidsLimit": None}),
        ("CPU", "HostConfig", {"NanoCpus": 0}),
        ("rlimits", "HostConfig", {"Ulimits": []}),
        ("OOM killer", "HostConfig", {"OomKillDisable": True}),
        ("logs", "HostConfig", {"LogConfig": {"Type": "json-file", "Config": {}}}),
        ("restarts", "HostConfig", {"RestartPolicy": {"Name": "always"}}),
        ("removal", "HostConfig", {"AutoRemove": True}),
        ("health check", "Config", {"Healthcheck": None}),
        ("image by id", "Config", {"Image": "nginx:latest"}),
        ("runtime", "HostConfig", {"Runtime": "other"}),
    ],
)
def test_what_is_above_the_profile_is_named(name: str, part: str, changes: dict[str, Any]) -> None:
    assert name in violations(changed(member(), part, **changes))


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_pause_without_a_bound_of_its_ipc_namespace_is_a_violation(profile: Profile) -> None:
    made = pause(profile)
    said = made.host["Sysctls"]
    for name, value in profile.ipc.sysctls:
        without = {key: each for key, each in said.items() if key != name}
        assert "IPC" in violations(changed(made, "HostConfig", Sysctls=without)), name
        assert "IPC" in violations(changed(made, "HostConfig", Sysctls=said | {name: f"{value}0"})), name
    for size in (0, profile.ipc.shm + 1):
        assert "IPC" in violations(changed(made, "HostConfig", ShmSize=size))


def test_pause_has_no_group_more() -> None:
    assert violations(changed(pause(), "HostConfig", GroupAdd=["0"])) == ("groups",)


def test_what_cannot_be_read_is_a_violation_and_no_error() -> None:
    assert set(violations(replace(member(), inspected={"Config": {}, "HostConfig": {}, "Mounts": None}))) >= {
        "memory", "mounts", "user", "capabilities", "seccomp",
    }  # fmt: skip


def test_a_benchmark_s_item_holds_when_all_its_checks_do_for_all_containers() -> None:
    good, bad = member(), changed(member(), "HostConfig", Privileged=True)
    assert set(score([good, pause()], lambda check: check.cis).values()) == {True}
    assert score([good, bad], lambda check: check.cis)["5.5"] is False
    assert score([good, bad], lambda check: check.pss)["Privileged Containers"] is False


def test_every_check_has_a_name_of_its_own() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS) >= 30
