"""The audit of live containers: what we make passes it, and each way to be above a profile has a name."""

from __future__ import annotations

import json
import uuid
from copy import deepcopy
from dataclasses import replace
from typing import Any

import pytest

from sandboxes.engine import bodies
from sandboxes.engine.audit import CHECKS, score, violations
from sandboxes.engine.naming import Identity
from sandboxes.engine.seen import Seen
from sandboxes.policy import PRIVATE_IPC, PROFILES, Basis, FileMount, Made, Profile, member_body, pause_body
from sandboxes.spec import decode
from sandboxes.spec.environment import Process
from sandboxes.spec.models import ObjectMeta, Pod

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
PRIVATE = POD.model_copy(update={"metadata": ObjectMeta(name="web", annotations={PRIVATE_IPC: "private"})})
MIB = 2**20
IMAGE, ADDRESS, NETWORK = "pause:1", "127.0.0.1", "pg_main"


def inspected(body: dict[str, Any], *networks: str) -> dict[str, Any]:
    """As the engine tells of what it made from a body."""
    created = deepcopy(body)
    host = {"OomScoreAdj": 0, "ShmSize": 64 * MIB} | created.pop("HostConfig")
    host |= {"AutoRemove": False, "CgroupParent": "", "UsernsMode": "", "UTSMode": ""}
    mounts = [
        {"Name": "a" * 64} | mount | {"Destination": mount["Target"], "Propagation": "rprivate"}
        for mount in host["Mounts"]
    ]
    joined = {"Networks": {name: {"IPAddress": "172.20.0.2"} for name in networks}}
    return {
        "Id": "c" * 64, "Path": "nginx", "Config": created, "HostConfig": host, "Mounts": mounts,
        "NetworkSettings": joined,
    }  # fmt: skip


def seen_of(identity: Identity, profile: Profile, found: dict[str, Any]) -> Seen:
    return Seen(identity, found, profile, 3, frozenset({PAUSE_ID}), FOLDER, IMAGE, ADDRESS)


def member(profile: Profile = RESTRICTED, of: Pod = POD, *, lower: bool = False) -> Seen:
    mounts = (FileMount(f"{FOLDER}/hosts", "/etc/hosts", read_only=False),)
    made = Made("sha256:1", Process({}, (), ()), mounts=mounts)
    body = member_body(Basis(of, profile, "h", number=3), of.spec.containers[0], made)
    identity = Identity("main", UID, "web", "web", 0, 0)
    return seen_of(identity, profile, inspected(bodies.member(identity, body, PAUSE_ID, may_lower_oom_score=lower)))


def pause(profile: Profile = BASELINE, *, lower: bool = True) -> Seen:
    identity = Identity("main", UID, "web", "", 0, 0)
    body = pause_body(Basis(POD, profile, "h"), image=IMAGE, host_ip=ADDRESS)
    made = bodies.pause(identity, body, network=NETWORK, may_lower_oom_score=lower, has_ipv6=True)
    return seen_of(identity, profile, inspected(made, NETWORK))


def changed(seen: Seen, part: str, **changes: Any) -> Seen:
    found = deepcopy(dict(seen.inspected))
    if part == "":
        return replace(seen, inspected=found | changes)
    found[part] = found[part] | changes
    return replace(seen, inspected=found)


GUARANTEED = {key: {"cpu": "100m", "memory": "64Mi"} for key in ("requests", "limits")}


def with_resources(resources: dict[str, Any]) -> Pod:
    container = {"name": "web", "image": "nginx", "resources": resources}
    return decode({"metadata": {"name": "web"}, "spec": {"containers": [container]}})


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_what_we_make_is_as_its_profile_has_it(profile: Profile) -> None:
    assert violations(member(profile)) == ()
    assert violations(member(profile, PRIVATE)) == ()
    assert violations(pause(profile if profile.host_ports else BASELINE)) == ()


@pytest.mark.parametrize("lower", [True, False])
@pytest.mark.parametrize("resources", [{}, {"requests": {"memory": "64Mi"}}, GUARANTEED], ids=["best effort", "", "g"])
def test_every_class_of_service_is_as_its_profile_has_it(resources: dict[str, Any], lower: bool) -> None:
    """Whether the machine lets the engine lower the score, or not."""
    assert violations(member(RESTRICTED, with_resources(resources), lower=lower)) == ()
    assert violations(pause(lower=lower)) == ()


def test_a_request_above_the_ceiling_weighs_as_the_ceiling_does() -> None:
    found = member(RESTRICTED, with_resources({"requests": {"cpu": "256"}}))
    assert found.host["CpuShares"] == 512
    assert violations(found) == ()


def test_the_engine_s_own_log_options_are_no_violation() -> None:
    log = member().host["LogConfig"]
    merged = log | {"Config": log["Config"] | {"compress": "true", "labels": "a"}}
    assert violations(changed(member(), "HostConfig", LogConfig=merged)) == ()


def test_the_address_is_compared_and_not_its_spelling() -> None:
    found = replace(pause(), host_ip="::1")
    bindings = {"80/tcp": [{"HostIp": "0:0:0:0:0:0:0:1", "HostPort": "8080"}]}
    assert violations(changed(found, "HostConfig", PortBindings=bindings)) == ()


ELSEWHERE = [{"Type": "bind", "Source": "/etc", "Target": "/x", "Propagation": "rprivate"}]
SHARED = [{"Type": "bind", "Source": f"{FOLDER}/hosts", "Propagation": "rshared"}]
SOCKET = [{"Type": "bind", "Source": "/var/run/docker.sock", "Propagation": "rprivate"}]
OTHER_POD = f"container:{'a' * 64}"
PORT = {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "8080"}]}
OURS = bodies.logs(RESTRICTED)["Config"]
TMPFS = member().host["Tmpfs"]["/tmp"]
UNSIZED = [{"Type": "tmpfs", "Source": "", "Destination": "/x", "Propagation": ""}]
MANY_TERMINALS = json.loads(json.dumps(bodies.terminals()).replace("max=64", "max=4096"))


def log(**changes: str) -> dict[str, Any]:
    return {"LogConfig": {"Type": "json-file", "Config": OURS | changes}}


def networks(*names: str) -> dict[str, Any]:
    return {"Networks": {name: {} for name in names}}


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
        ("network namespace", "NetworkSettings", networks("pg_main")),
        ("bridge", "HostConfig", {"NetworkMode": "bridge"}),
        ("bridge", "NetworkSettings", networks("bridge")),
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
        ("mounts", "", {"Mounts": UNSIZED}),
        ("mounts", "HostConfig", {"Binds": ["/:/host"]}),
        ("engine's socket", "", {"Mounts": SOCKET}),
        ("mount propagation", "", {"Mounts": SHARED}),
        ("SSH server", "", {"Path": "/usr/sbin/sshd"}),
        ("tmpfs", "HostConfig", {"Tmpfs": {"/tmp": "rw"}}),
        ("tmpfs", "HostConfig", {"Tmpfs": {"/tmp": f"{TMPFS},size=900g"}}),
        ("tmpfs", "HostConfig", {"Tmpfs": {"/tmp": f"{TMPFS},exec"}}),
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
        ("terminals", "HostConfig", {"Mounts": []}),
        ("terminals", "HostConfig", {"Mounts": [MANY_TERMINALS]}),
        ("CPU", "HostConfig", {"NanoCpus": 0}),
        ("CPU", "HostConfig", {"CpuShares": 0}),
        ("CPU", "HostConfig", {"CpuShares": 513}),
        ("CPU", "HostConfig", {"CpuShares": 262144}),
        ("groups", "HostConfig", {"GroupAdd": ["0"]}),
        ("groups", "HostConfig", {"GroupAdd": ["999"]}),
        ("rlimits", "HostConfig", {"Ulimits": []}),
        ("OOM killer", "HostConfig", {"OomKillDisable": True}),
        ("OOM killer", "HostConfig", {"OomScoreAdj": -998}),
        ("OOM killer", "HostConfig", {"OomScoreAdj": -1000}),
        ("logs", "HostConfig", {"LogConfig": {"Type": "json-file", "Config": {}}}),
        ("logs", "HostConfig", {"LogConfig": {"Type": "journald", "Config": OURS}}),
        ("logs", "HostConfig", log(**{"max-size": "900g"})),
        ("logs", "HostConfig", log(**{"max-file": "1000"})),
        ("logs", "HostConfig", log(**{"max-buffer-size": "900g"})),
        ("restarts", "HostConfig", {"RestartPolicy": {"Name": "always"}}),
        ("removal", "HostConfig", {"AutoRemove": True}),
        ("health check", "Config", {"Healthcheck": None}),
        ("image", "Config", {"Image": "nginx:latest"}),
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
        assert "shared memory" in violations(changed(made, "HostConfig", ShmSize=size))


@pytest.mark.parametrize(
    ("name", "part", "changes"),
    [
        ("groups", "HostConfig", {"GroupAdd": ["0"]}),
        ("shared memory", "HostConfig", {"ShmSize": 64 * 2**30}),
        ("network namespace", "NetworkSettings", networks("pg_main", "other")),
        ("network namespace", "NetworkSettings", networks("other")),
        ("OOM killer", "HostConfig", {"OomScoreAdj": -999}),
        ("CPU", "HostConfig", {"CpuShares": 3}),
        ("logs", "HostConfig", log(**{"max-size": "900g"})),
        ("mounts", "", {"Mounts": UNSIZED}),
        ("terminals", "HostConfig", {"Mounts": []}),
        ("image", "Config", {"Image": "nginx:latest"}),
        ("image", "Config", {"Image": "sha256:1"}),
        (
            "published addresses",
            "HostConfig",
            {"PortBindings": {"80/tcp": [{"HostIp": "192.0.2.1", "HostPort": "8080"}]}},
        ),
    ],
)
def test_of_pause_it_is_named_too(name: str, part: str, changes: dict[str, Any]) -> None:
    assert violations(changed(pause(), part, **changes)) == (name,)


def test_a_second_network_of_pause_is_named_when_it_is_the_engine_s_own_bridge() -> None:
    found = changed(pause(), "NetworkSettings", **networks("pg_main", "bridge"))
    assert violations(found) == ("network namespace", "bridge")


def test_shared_memory_counts_where_a_member_has_its_own() -> None:
    assert violations(changed(member(of=PRIVATE), "HostConfig", ShmSize=64 * 2**30)) == ("shared memory",)
    assert violations(changed(member(), "HostConfig", ShmSize=64 * 2**30)) == ()


def test_what_cannot_be_read_is_a_violation_and_no_error() -> None:
    assert set(violations(replace(member(), inspected={"Config": {}, "HostConfig": {}, "Mounts": None}))) >= {
        "memory", "mounts", "user", "capabilities", "seccomp", "network namespace", "bridge", "logs", "OOM killer",
    }  # fmt: skip


def test_a_benchmark_s_item_holds_when_all_its_checks_do_for_all_containers() -> None:
    good, bad = member(), changed(member(), "HostConfig", Privileged=True)
    assert set(score([good, pause()], lambda check: check.cis).values()) == {True}
    assert score([good, bad], lambda check: check.cis)["5.5"] is False
    assert score([good, bad], lambda check: check.pss)["Privileged Containers"] is False


def test_every_check_has_a_name_of_its_own() -> None:
    assert len({check.name for check in CHECKS}) == len(CHECKS) >= 30
