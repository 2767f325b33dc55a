"""Whether a container is what its profile allows, judged by what the engine says of it (GET /containers/{id}/json).

Pure. Each check names the item of the CIS Docker Benchmark 1.6 §5 and the control of Pod Security Standards it stands
for, so that one list gives the violations of a live container and the scores of all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from sandboxes.engine import amounts, bodies
from sandboxes.engine.naming import canary_uids, network_name
from sandboxes.engine.seen import Json, Seen
from sandboxes.policy import PAUSE_USER, READONLY_PATHS, RESTRICTED, user_of
from sandboxes.policy.profiles import SAFE_SYSCTLS
from sandboxes.policy.seccomp import seccomp_filter


@dataclass(frozen=True)
class Check:
    """`holds` is True where the container is as it must be; `cis` and `pss` are "" where neither has such a rule."""

    name: str
    holds: Callable[[Seen], bool]
    cis: str = ""
    pss: str = ""


def violations(seen: Seen) -> tuple[str, ...]:
    """The names of the checks that do not hold; () for a container that is as it must be."""
    return tuple(check.name for check in CHECKS if not _holds(check, seen))


def _holds(check: Check, seen: Seen) -> bool:
    """What cannot be read is no proof of anything."""
    try:
        return check.holds(seen)
    except (KeyError, TypeError, ValueError, AttributeError):
        return False


def score(found: Iterable[Seen], item: Callable[[Check], str]) -> dict[str, bool]:
    """By benchmark item whether every check of it holds for every container: `score(seen, lambda check: check.cis)`."""
    result: dict[str, bool] = {}
    for seen in found:
        for check in CHECKS:
            if name := item(check):
                result[name] = result.get(name, True) and _holds(check, seen)
    return result


def _networks(seen: Seen) -> set[str]:
    """All that it is on, whatever it was created with: more can be joined while it runs."""
    return set(seen.inspected["NetworkSettings"]["Networks"] or ())


def _network(seen: Seen) -> bool:
    mode, own = str(seen.host["NetworkMode"]), network_name(seen.identity.install)
    return mode == own and _networks(seen) <= {own} if seen.is_pause else seen.joins(mode) and not _networks(seen)


def _bridge(seen: Seen) -> bool:
    return not {"bridge", "default"} & {seen.host["NetworkMode"], *_networks(seen)}


def _ipc(seen: Seen) -> bool:
    mode = str(seen.host["IpcMode"])
    return mode == "shareable" if seen.is_pause else mode == "private" or seen.joins(mode)


def _pid(seen: Seen) -> bool:
    mode = str(seen.host.get("PidMode") or "")
    return mode == "" or (not seen.is_pause and seen.joins(mode))


def _seccomp(seen: Seen) -> bool:
    filters = [option.partition("=")[2] for option in seen.options if option.startswith("seccomp=")]
    expected = seccomp_filter(RESTRICTED.name if seen.is_pause else seen.profile.name)
    return len(filters) == 1 and json.loads(filters[0]) == json.loads(expected)


def _no_unconfined(seen: Seen) -> bool:
    kinds = {option.replace(":", "=").partition("=")[0] for option in seen.options}
    return kinds <= {"no-new-privileges", "seccomp"}


def _gains_nothing(seen: Seen) -> bool:
    said = {option.replace(":", "=") for option in seen.options}
    return "no-new-privileges=true" in said if seen.is_pause or seen.profile.own_user else True


def _user(seen: Seen) -> bool:
    if seen.is_pause:
        return bool(seen.config["User"] == PAUSE_USER)
    number = user_of(seen.number)
    return not seen.profile.own_user or seen.config["User"] == f"{number}:{number}"


def _capabilities(seen: Seen) -> bool:
    most = () if seen.is_pause else (*seen.profile.capabilities, *seen.profile.may_add)
    added = {str(name).removeprefix("CAP_") for name in seen.host.get("CapAdd") or ()}
    return seen.host["CapDrop"] == ["ALL"] and added <= set(most)


def _bound(seen: Seen) -> bool:
    """Only the pod's own files and volumes are bound, and of the engine's volumes only nameless ones: the terminals,
    and those of the image where the profile keeps them on disk.
    """
    own = f"{seen.folder.rstrip('/')}/"
    for mount in seen.inspected["Mounts"]:
        if mount["Type"] == "bind" and (not str(mount["Source"]).startswith(own) or "/../" in str(mount["Source"])):
            return False
        if mount["Type"] == "volume" and not _nameless(
            mount, terminals_alone=seen.is_pause or bool(seen.profile.tmpfs)
        ):
            return False
        # A tmpfs of ours is no mount to the engine (HostConfig.Tmpfs).
        if mount["Type"] not in ("bind", "volume"):
            return False
    return not seen.host.get("Binds")


def _nameless(volume: Json, *, terminals_alone: bool) -> bool:
    return len(volume["Name"]) == 64 and (not terminals_alone or volume["Destination"] == bodies.PTS)


def _propagation(seen: Seen) -> bool:
    return all(mount.get("Propagation") in (None, "", "private", "rprivate") for mount in seen.inspected["Mounts"])


def _bindings(seen: Seen) -> list[Json]:
    return [each for bindings in (seen.host.get("PortBindings") or {}).values() for each in bindings]


def _published(seen: Seen) -> bool:
    """Only what was asked for is published, on pause."""
    if seen.host.get("PublishAllPorts"):
        return False
    return not _bindings(seen) or (seen.is_pause and all(each["HostPort"] not in ("", "0") for each in _bindings(seen)))


def _high_ports(seen: Seen) -> bool:
    """In the profile's range; the canaries' are below it, where no pod may be."""
    if seen.identity.uid in canary_uids(seen.identity.install):
        return True
    return all(int(each["HostPort"]) in seen.profile.host_ports for each in _bindings(seen))


def _addresses(seen: Seen) -> bool:
    return all(ip_address(each["HostIp"]) == ip_address(seen.host_ip) for each in _bindings(seen))


def _image(seen: Seen) -> bool:
    """A member's is an id; pause's a name, for it may be built anew while pods run."""
    image = str(seen.config["Image"])
    return image == seen.pause_image if seen.is_pause else image.startswith("sha256:")


def _nothing(*keys: str) -> Callable[[Seen], bool]:
    return lambda seen: not any(seen.host.get(key) for key in keys)


def _root(seen: Seen) -> bool:
    must = seen.is_pause or seen.profile.tmpfs is not None
    return not must or seen.host["ReadonlyRootfs"] is True


def _groups(seen: Seen) -> bool:
    return not (seen.is_pause or seen.profile.own_user) or not seen.host.get("GroupAdd")


def _sysctls(seen: Seen) -> bool:
    """What a pod may ask for, what its profile says, and of IPv6 only that it is off."""
    of_profile = {name for name, _ in seen.profile.ipc.sysctls}
    return set(seen.host.get("Sysctls") or {}) <= SAFE_SYSCTLS | of_profile | {"net.ipv6.conf.all.disable_ipv6"}


def _ipc_bounds(seen: Seen) -> bool:
    """Who has an IPC namespace of its own has it within the profile's bounds; a member that joins has pause's."""
    if seen.joins(str(seen.host["IpcMode"])):
        return True
    return set(seen.profile.ipc.sysctls) <= set((seen.host.get("Sysctls") or {}).items())


CHECKS = (
    Check("security options", _no_unconfined, "5.2", "AppArmor"),
    Check("capabilities", _capabilities, "5.4", "Capabilities"),
    Check("privileged", lambda s: s.host["Privileged"] is False, "5.5", "Privileged Containers"),
    Check("mounts", _bound, "5.6", "HostPath Volumes"),
    Check("SSH server", lambda s: not str(s.inspected.get("Path")).endswith("sshd"), "5.7"),
    Check("privileged ports", _high_ports, "5.8", "Host Ports"),
    Check("published ports", _published, "5.9", "Host Ports"),
    Check("network namespace", _network, "5.10", "Host Namespaces"),
    Check("memory", amounts.memory, "5.11"),
    Check("shared memory", amounts.shared_memory),
    Check("CPU", amounts.cpu, "5.12"),
    Check("read-only root", _root, "5.13"),
    Check("published addresses", _addresses, "5.14"),
    Check("restarts", lambda s: s.host["RestartPolicy"]["Name"] in ("", "no"), "5.15"),
    Check("PID namespace", _pid, "5.16", "Host Namespaces"),
    Check("IPC namespace", _ipc, "5.17", "Host Namespaces"),
    Check("devices", _nothing("Devices", "DeviceRequests", "DeviceCgroupRules"), "5.18"),
    Check("rlimits", amounts.rlimits, "5.19"),
    Check("mount propagation", _propagation, "5.20"),
    Check("UTS namespace", _nothing("UTSMode"), "5.21", "Host Namespaces"),
    Check("seccomp", _seccomp, "5.22", "Seccomp"),
    Check("cgroup", _nothing("CgroupParent"), "5.25"),
    Check("no new privileges", _gains_nothing, "5.26", "Privilege Escalation"),
    Check("image", _image, "5.28"),
    Check("processes", amounts.processes, "5.29"),
    Check("terminals", amounts.terminals),
    Check("bridge", _bridge, "5.30"),
    Check("user namespace", lambda s: s.host.get("UsernsMode") != "host", "5.31", "Host Namespaces"),
    Check("engine's socket", lambda s: "docker.sock" not in json.dumps(s.inspected["Mounts"]), "5.32"),
    Check("user", _user, "", "Running as Non-root user"),
    Check("groups", _groups),
    Check("cgroup namespace", lambda s: s.host["CgroupnsMode"] == "private"),
    Check("tmpfs", amounts.tmpfs, "", "Volume Types"),
    Check("others' volumes", _nothing("VolumesFrom", "Links")),
    Check("masked paths", lambda s: set(s.host["MaskedPaths"]) >= set(s.profile.masked), "", "/proc Mount Type"),
    Check("read-only paths", lambda s: set(s.host["ReadonlyPaths"]) >= set(READONLY_PATHS), "", "/proc Mount Type"),
    Check("sysctls", _sysctls, "", "Sysctls"),
    Check("IPC", _ipc_bounds),
    Check("OOM killer", amounts.out_of_memory),
    Check("logs", amounts.logs),
    Check("removal", lambda s: s.host.get("AutoRemove") is False),
    Check("health check", lambda s: (s.config.get("Healthcheck") or {}).get("Test") == ["NONE"]),
    Check("runtime", lambda s: s.host.get("Runtime") in (None, "", "runc")),
)
