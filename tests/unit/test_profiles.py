"""The three profiles: what each gives at most, in what every member of it is made of."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from sandboxes.engine import bodies
from sandboxes.engine.naming import Identity
from sandboxes.errors import ConfigError
from sandboxes.policy import (
    BASELINE,
    LAB,
    PROFILES,
    RESTRICTED,
    Basis,
    FileMount,
    Made,
    Profile,
    member_body,
    on_offer,
    profile_named,
    refusals,
    user_of,
)
from sandboxes.policy.rights import Runner, rights_of
from sandboxes.policy.seccomp import CALLS, allowed, seccomp_filter
from sandboxes.policy.shells import shell_refusal
from sandboxes.spec import decode
from sandboxes.spec.environment import Process

UID = uuid.UUID(int=7)
NEVER = (
    "add_key", "bpf", "delete_module", "finit_module", "init_module", "io_uring_enter", "io_uring_register",
    "io_uring_setup", "kexec_load", "keyctl", "name_to_handle_at", "open_by_handle_at", "perf_event_open", "quotactl",
    "request_key", "settimeofday", "swapon", "syslog", "userfaultfd",
)  # fmt: skip


def asked(**context: Any) -> Any:
    member = {"name": "web", "image": "nginx", "securityContext": context}
    return decode({"metadata": {"name": "web"}, "spec": {"containers": [member]}})


def made(profile: Profile, *, writes: tuple[str, ...] = (), mounts: tuple[FileMount, ...] = (), **context: Any) -> Any:
    pod = asked(**context)
    basis = Basis(pod, profile, "hash", number=3)
    process = Process({}, ("nginx",), ())
    body = member_body(basis, pod.spec.containers[0], Made("sha256:1", process, "root", mounts=mounts, writes=writes))
    return bodies.member(Identity("main", UID, "web", "web", 0, 0), body, "f00")


def refused(profile: Profile, **context: Any) -> dict[str, str]:
    return {
        cause.field.removeprefix("spec.containers[0].securityContext."): cause.message
        for cause in refusals(asked(**context), profile)
    }


@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_no_profile_allows_what_reaches_the_kernel_of_all(profile: Profile) -> None:
    assert not {*NEVER} & allowed(profile.name)
    rules = json.loads(profile.seccomp)["syscalls"]
    families = {rule["args"][0]["value"] for rule in rules if rule["names"] == ["socket"]}
    assert families == {1, 2, 10, 16}, "neither AF_ALG nor AF_VSOCK nor AF_PACKET"
    assert all(rule["args"] for rule in rules if rule["names"] in (["socket"], ["personality"]))


def test_only_lab_makes_namespaces_and_none_of_control_groups() -> None:
    assert not any("unshare" in allowed(name) for name in CALLS)
    masks = {
        name: {
            call: rule["args"][0]["value"]
            for rule in json.loads(seccomp_filter(name))["syscalls"]
            for call in rule["names"]
            if call in ("clone", "unshare") and rule["args"][0]["op"] == "SCMP_CMP_MASKED_EQ"
        }
        for name in CALLS
    }
    namespaces, cgroup = 0x7E020000, 0x02000000
    held = {"clone": namespaces}
    assert masks == {"restricted": held, "baseline": held, "lab": {"clone": cgroup, "unshare": cgroup}}


@pytest.mark.parametrize("path", ["/dev", "/x/../dev/", "//proc/x", "sys"])
@pytest.mark.parametrize("profile", PROFILES.values(), ids=list(PROFILES))
def test_an_image_with_a_volume_over_what_is_the_runtime_s_does_not_run(profile: Profile, path: str) -> None:
    with pytest.raises(ConfigError, match="the image has a VOLUME at"):
        made(profile, writes=(path,))


def test_a_stricter_profile_allows_no_call_that_a_looser_one_does_not() -> None:
    assert allowed("restricted") < allowed("baseline") < allowed("lab")


def test_the_same_profile_has_the_same_filter_each_time() -> None:
    assert len({PROFILES[name].seccomp for name in PROFILES}) == 3
    assert seccomp_filter("lab") == LAB.seccomp


def test_a_restricted_member_is_a_user_of_its_pods_own_who_gains_nothing() -> None:
    body = made(RESTRICTED)
    assert body["User"] == f"{user_of(3)}:{user_of(3)}"
    host = body["HostConfig"]
    assert (host["CapDrop"], host["CapAdd"], host["ReadonlyRootfs"]) == (["ALL"], [], True)
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert f"seccomp={RESTRICTED.seccomp}" in host["SecurityOpt"]


def test_two_pods_have_no_user_in_common() -> None:
    users = {user_of(number) for number in range(1000)}
    assert len(users) == 1000 and min(users) >= 200_000
    assert user_of(10**12) < 2**31


def test_what_the_image_writes_to_is_a_sized_tmpfs_and_nothing_else_is() -> None:
    mounts = (FileMount("/state/v", "/var/tmp", read_only=False),)
    writes = ("/var/lib/mysql", "/a/../b", "/", "relative", "/var/lib/nginx/")
    found = made(RESTRICTED, writes=writes, mounts=mounts)["HostConfig"]["Tmpfs"]
    assert set(found) == {"/run", "/tmp", "/var/lib/mysql", "/var/lib/nginx", "/var/cache/nginx"}
    assert set(found.values()) == {
        "rw,nosuid,nodev,noexec,size=134217728,nr_inodes=8192,mode=1777,uid=200192,gid=200192"
    }


def test_an_image_with_many_volumes_gets_no_more_than_the_profile_gives() -> None:
    found = made(RESTRICTED, writes=tuple(f"/data/{n}" for n in range(100)))["HostConfig"]["Tmpfs"]
    assert RESTRICTED.tmpfs is not None
    assert len(found) == RESTRICTED.tmpfs.most


@pytest.mark.parametrize("profile", [BASELINE, LAB], ids=["baseline", "lab"])
def test_elsewhere_the_image_says_who_runs_and_the_root_is_written_to(profile: Profile) -> None:
    body = made(profile, writes=("/data",))
    assert (body["User"], body["HostConfig"]["Tmpfs"], body["HostConfig"]["ReadonlyRootfs"]) == ("root", {}, False)
    assert f"seccomp={profile.seccomp}" in body["HostConfig"]["SecurityOpt"]


@pytest.mark.parametrize(
    ("context", "field", "why"),
    [
        ({"runAsUser": 0}, "runAsUser", "a user of its own"),
        ({"runAsUser": 1000}, "runAsUser", "a user of its own"),
        ({"runAsGroup": 0}, "runAsGroup", "a user of its own"),
        ({"runAsNonRoot": False}, "runAsNonRoot", "must be true"),
        ({"allowPrivilegeEscalation": True}, "allowPrivilegeEscalation", "must be false"),
        ({"readOnlyRootFilesystem": False}, "readOnlyRootFilesystem", "must be true"),
        ({"capabilities": {"add": ["NET_BIND_SERVICE"]}}, "capabilities.add[0]", "gives none"),
        ({"capabilities": {"add": ["ALL"]}}, "capabilities.add[0]", "gives none"),
        ({"privileged": True}, "privileged", "no member is privileged"),
        ({"procMount": "Unmasked"}, "procMount", "must be Default"),
        ({"seccompProfile": {"type": "Unconfined"}}, "seccompProfile.type", "always on"),
    ],
)
def test_restricted_refuses_by_field_what_it_does_not_give(context: dict[str, Any], field: str, why: str) -> None:
    found = refused(RESTRICTED, **context)
    assert why in found[field]


def test_restricted_gives_no_group_by_any_name() -> None:
    """What a row says that was written past the API is not given either."""
    context = {"runAsGroup": 0, "fsGroup": 0, "supplementalGroups": [0, 999]}
    containers = [{"name": "web", "image": "nginx"}]
    pod = decode({"metadata": {"name": "web"}, "spec": {"containers": containers, "securityContext": context}})
    found = {cause.field: cause.message for cause in refusals(pod, RESTRICTED)}
    assert list(found) == [
        f"spec.securityContext.{name}"
        for name in ("runAsGroup", "fsGroup", "supplementalGroups[0]", "supplementalGroups[1]")
    ]
    assert all("a user of its own, in no other group: leave it out" in told for told in found.values())
    given = [rights_of(pod, pod.spec.containers[0], profile, Runner()).groups for profile in (RESTRICTED, BASELINE)]
    assert (given, refusals(pod, BASELINE)) == ([(), (0, 999)], ())


def test_restricted_takes_a_pod_that_asks_for_nothing_and_one_that_asks_for_less() -> None:
    assert refused(RESTRICTED) == {}
    less = {"runAsNonRoot": True, "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True}
    assert refused(RESTRICTED, **less, capabilities={"drop": ["ALL"]}) == {}


def test_restricted_publishes_nothing_on_the_node() -> None:
    member = {"name": "web", "image": "nginx", "ports": [{"containerPort": 80, "hostPort": 8080}]}
    (cause,) = refusals(decode({"metadata": {"name": "web"}, "spec": {"containers": [member]}}), RESTRICTED)
    assert (cause.field, "the preview needs none" in cause.message) == ("spec.containers[0].ports[0].hostPort", True)


def test_a_shell_of_a_restricted_member_is_never_another_user() -> None:
    pod = asked()
    assert shell_refusal(pod, pod.spec.containers[0], "", RESTRICTED) == ""
    assert "name no user" in shell_refusal(pod, pod.spec.containers[0], "1000", RESTRICTED)


def test_a_row_that_names_an_unknown_profile_gets_the_strictest() -> None:
    assert profile_named("privileged") is RESTRICTED


def test_the_own_profile_and_stricter_ones_are_on_offer_and_lab_by_role_alone() -> None:
    offers = {(own.name, lab): on_offer(own, lab=lab) for own in (RESTRICTED, BASELINE) for lab in (False, True)}
    assert offers == {
        ("restricted", False): ("restricted",),
        ("restricted", True): ("restricted", "lab"),
        ("baseline", False): ("restricted", "baseline"),
        ("baseline", True): ("restricted", "baseline", "lab"),
    }
