"""Docker create bodies, from bodies that cannot say privileged, host namespace, host path or device.

Pure dictionaries (Docker API 1.40-1.52); PODS §5 says why each member field that is absent must be absent.
"""

from __future__ import annotations

from typing import Any

from sandboxes.engine import naming
from sandboxes.engine.naming import Identity
from sandboxes.policy import (
    PAUSE_CPU_SHARES,
    PAUSE_MEMORY,
    PAUSE_PIDS,
    PAUSE_USER,
    READONLY_PATHS,
    RESTRICTED,
    TERMINALS,
    MemberBody,
    PauseBody,
    Profile,
    Tmpfs,
)

Json = dict[str, Any]

# The kubelet gives pause -998 and its members the rest; lowering needs CAP_SYS_RESOURCE.
PAUSE_OOM_SCORE = -998
PTS = "/dev/pts"


def pause(identity: Identity, body: PauseBody, *, network: str, may_lower_oom_score: bool, has_ipv6: bool) -> Json:
    """The body of a pause: everything about the network and the hostname is said here and only here."""
    ports: Json = {f"{port.container_port}/{port.protocol}": {} for port in body.ports}
    bindings: dict[str, list[Json]] = {name: [] for name in ports}
    for port in body.ports:
        bindings[f"{port.container_port}/{port.protocol}"].append(
            {"HostIp": port.host_ip, "HostPort": str(port.host_port)}
        )
    host = _common(body.profile) | {
        "NetworkMode": network,
        "IpcMode": "shareable",  # Docker's default is private, and then members cannot join
        "PortBindings": bindings,
        "Dns": ["127.0.0.1"],
        # runc refuses a sysctl that the kernel has not.
        "Sysctls": ({"net.ipv6.conf.all.disable_ipv6": "1"} if has_ipv6 else {}) | body.settings,
        "ShmSize": body.profile.ipc.shm,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true", f"seccomp={RESTRICTED.seccomp}"],
        "ReadonlyRootfs": True,
        "Memory": PAUSE_MEMORY,
        "MemorySwap": PAUSE_MEMORY,
        "PidsLimit": PAUSE_PIDS,
        "CpuShares": PAUSE_CPU_SHARES,
        "Mounts": [terminals()],
    }
    if may_lower_oom_score:
        host["OomScoreAdj"] = PAUSE_OOM_SCORE
    return {
        "Image": body.image,
        "Hostname": body.hostname,
        "User": PAUSE_USER,
        "Labels": naming.labels(identity, body.spec_hash),
        "ExposedPorts": ports,
        "Healthcheck": {"Test": ["NONE"]},
        "StopSignal": "SIGTERM",
        "HostConfig": host,
    }


def member(identity: Identity, body: MemberBody, pause_id: str, *, may_lower_oom_score: bool = False) -> Json:
    """The body of a member. It joins pause by full id: a name would silently mean another container later."""
    joined = f"container:{pause_id}"
    host = _common(body.profile) | {
        "NetworkMode": joined,
        "IpcMode": "private" if body.private_ipc else joined,
        "PidMode": f"container:{body.pid_of}" if body.pid_of else joined if body.share_pid else "",
        "Memory": body.limits.memory,
        "MemorySwap": body.limits.memory,
        "PidsLimit": body.limits.pids,
        "NanoCpus": body.limits.milli_cpus * 1_000_000,
        "CpuShares": body.limits.shares,
        "CapDrop": ["ALL"],
        "CapAdd": list(body.rights.capabilities),
        "GroupAdd": [str(group) for group in body.rights.groups],
        "ReadonlyRootfs": body.rights.read_only_root,
        "SecurityOpt": [
            *(["no-new-privileges:true"] if body.rights.no_new_privileges else []),
            f"seccomp={body.profile.seccomp}",
        ],
        "Tmpfs": _tmpfs(body),
        # Mounts, not Binds: a missing source is an error instead of a new root-owned folder.
        "Mounts": [
            terminals(),
            *(
                {"Type": "bind", "Source": mount.source, "Target": mount.target, "ReadOnly": mount.read_only}
                for mount in body.mounts
            ),
        ],
    }
    if body.private_ipc:
        host |= {"ShmSize": body.profile.ipc.shm, "Sysctls": dict(body.profile.ipc.sysctls)}
    if body.limits.oom_score >= 0 or may_lower_oom_score:
        host["OomScoreAdj"] = body.limits.oom_score
    created: Json = {
        "Image": body.image,
        "Env": list(body.env),
        "User": body.rights.user,
        "Tty": body.tty,
        "OpenStdin": body.stdin,
        "StdinOnce": body.stdin_once,
        "Labels": naming.labels(identity, body.spec_hash, body.reference),
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": host,
    }
    # Setting Entrypoint drops the image's CMD, as Kubernetes' `command` does.
    if body.command:
        created["Entrypoint"] = list(body.command)
    if body.args:
        created["Cmd"] = list(body.args)
    if body.working_dir:
        created["WorkingDir"] = body.working_dir
    return created


def _tmpfs(body: MemberBody) -> Json:
    most = body.profile.tmpfs
    return dict.fromkeys(body.tmpfs, tmpfs_options(most, body.rights.user)) if most else {}


def tmpfs_options(most: Tmpfs, user: str) -> str:
    """Of each tmpfs of a member that runs as `user`, "uid:gid"."""
    # runc gives it the mode that the image's folder has, which may be its owner's alone: then that is who runs.
    uid, _, gid = user.partition(":")
    return f"rw,nosuid,nodev,noexec,size={most.size},nr_inodes={most.inodes},mode=1777,uid={uid},gid={gid}"


def terminals() -> Json:
    """The engine's own /dev/pts with `max` besides, which it has no option for: as a nameless volume that ends with its
    container (mount(8), devpts; https://docs.docker.com/engine/storage/volumes/, driver options).
    """
    options = {
        "type": "devpts",
        "device": "devpts",
        "o": f"newinstance,nosuid,noexec,ptmxmode=0666,mode=0620,gid=5,max={TERMINALS}",
    }
    volume = {"NoCopy": True, "DriverConfig": {"Name": "local", "Options": options}}
    return {"Type": "volume", "Target": PTS, "VolumeOptions": volume}


def _common(profile: Profile) -> Json:
    return {
        "Privileged": False,
        "CgroupnsMode": "private",
        "OomKillDisable": False,
        "MaskedPaths": list(profile.masked),
        "ReadonlyPaths": list(READONLY_PATHS),
        "Ulimits": rlimits(profile),
        "RestartPolicy": {"Name": "no"},
        "LogConfig": logs(profile),
    }


def rlimits(profile: Profile) -> list[Json]:
    """Bytes and counts, as setrlimit(2) has them."""
    limits = {
        "core": 0,
        "nofile": profile.open_files,
        "fsize": profile.file_size,
        "memlock": profile.locked_memory,
    }
    return [{"Name": name, "Soft": most, "Hard": most} for name, most in limits.items()]


def logs(profile: Profile) -> Json:
    """Two files that the engine takes turns with; what comes too fast for it is lost, and never waited for."""
    config = {
        "max-size": str(profile.log_bytes),
        "max-file": "2",
        "mode": "non-blocking",
        "max-buffer-size": "1m",  # of dockerd's own memory; its default
    }
    return {"Type": "json-file", "Config": config}
