"""Downward API: [sig-node] Downward API, [sig-storage] Downward API volume."""

from __future__ import annotations

from tests.conformance.case import Case, Json, Run, case, once, pod, put, shell, sleeps
from tests.conformance.volumes import mounts, volume

DOWNWARD = "Downward API"
RESOURCES: Json = {
    "resources": {"requests": {"cpu": "250m", "memory": "32Mi"}, "limits": {"cpu": "500m", "memory": "64Mi"}}
}


def field(path: str) -> Json:
    return {"fieldRef": {"fieldPath": path}}


def resource(name: str, divisor: str = "1") -> Json:
    return {"resourceFieldRef": {"containerName": "c", "resource": name, "divisor": divisor}}


def _env(name: str, sources: Json, expected: dict[str, str], container: Json | None = None) -> None:
    """`expected` may name {name}, {uid}, {ip}, {host}."""
    env = [{"name": key, "valueFrom": value} for key, value in sources.items()]

    def check(run: Run) -> None:
        run.wait("phase:Succeeded")
        pod = run.read()
        known = {"name": run.name, "uid": pod["metadata"]["uid"], "ip": pod["status"]["podIP"],
                 "host": pod["status"]["hostIP"], "namespace": run.namespace}  # fmt: skip
        lines = dict(line.split("=", 1) for line in run.log().splitlines())
        assert {key: lines[key] for key in expected} == {key: value.format(**known) for key, value in expected.items()}

    put(Case(DOWNWARD, name, once(shell("env", env=env, **(container or {}))), check, quick=True))


_env("should provide pod name, namespace and IP address as env vars",
     {"N": field("metadata.name"), "NS": field("metadata.namespace"), "IP": field("status.podIP")},
     {"N": "{name}", "NS": "{namespace}", "IP": "{ip}"})  # fmt: skip
_env("should provide host IP as an env var", {"H": field("status.hostIP")}, {"H": "{host}"})
_env("should provide host IP and pod IP as lists", {"H": field("status.hostIPs"), "P": field("status.podIPs")},
     {"H": "{host}", "P": "{ip}"})  # fmt: skip
_env("should provide pod UID as env vars", {"U": field("metadata.uid")}, {"U": "{uid}"})
_env("should provide container's limits.cpu/memory and requests.cpu/memory as env vars",
     {"CL": resource("limits.cpu"), "ML": resource("limits.memory"), "CR": resource("requests.cpu", "1m"),
      "MR": resource("requests.memory")},
     {"CL": "1", "ML": "67108864", "CR": "250", "MR": "33554432"}, RESOURCES)  # fmt: skip


@case(DOWNWARD, "should provide default limits.cpu/memory from node allocatable",
      once(shell("env", env=[{"name": "CL", "valueFrom": resource("limits.cpu")},
                             {"name": "ML", "valueFrom": resource("limits.memory")}])), quick=True)  # fmt: skip
def _allocatable(run: Run) -> None:
    run.wait("phase:Succeeded")
    lines = dict(line.split("=", 1) for line in run.log().splitlines())
    assert int(lines["CL"]) >= 1
    assert int(lines["ML"]) >= 16 * 2**20


def _files(name: str, items: list[Json], script: str, output: str, default_mode: int | None = None) -> None:
    source: Json = {"items": items} | ({} if default_mode is None else {"defaultMode": default_mode})

    def check(run: Run) -> None:
        run.wait("phase:Succeeded")
        assert run.log() == output.format(name=run.name)

    spec = once(shell(script, **mounts(), **RESOURCES), **volume({"downwardAPI": source}))
    put(Case(DOWNWARD, name, spec, check, quick=True))


NAME: Json = {"path": "podname", **field("metadata.name")}
_files("should provide podname only", [NAME], "cat /v/podname", "{name}")
_files("should set DefaultMode on files", [NAME], "stat -L -c %a /v/podname", "400\n", 0o400)
_files("should set mode on item file", [NAME | {"mode": 0o400}], "stat -L -c %a /v/podname", "400\n")
for limit, shown in (("limits.cpu", "1"), ("limits.memory", "67108864"), ("requests.memory", "33554432")):
    _files(f"should provide container's {limit}", [{"path": "f", **resource(limit)}], "cat /v/f", shown)
_files("should provide container's requests.cpu", [{"path": "f", **resource("requests.cpu", "1m")}], "cat /v/f", "250")


def _modified(kind: str) -> None:
    def check(run: Run) -> None:
        run.wait("ready")
        assert run.execute("cat", "/v/f")[1].strip() == 'key1="value1"'
        run.patch({"metadata": {kind: {"key3": "value3"}}})
        run.until(lambda: 'key3="value3"' in run.execute("cat", "/v/f")[1], "the new one in the file")

    items = [{"path": "f", **field(f"metadata.{kind}")}]
    spec = pod(sleeps(**mounts()), **volume({"downwardAPI": {"items": items}}))
    put(Case(DOWNWARD, f"should update {kind} on modification", spec, check, {kind: {"key1": "value1"}}, quick=True))


_modified("labels")
