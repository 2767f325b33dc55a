"""EmptyDir, Env, ConfigMaps and Secrets: [sig-storage] EmptyDir volumes, Projected, [sig-node] Variable Expansion …"""

from __future__ import annotations

import base64
from itertools import product
from typing import Any

from tests.conformance.case import Case, Json, Run, case, left, once, pod, put, shell, sleeps

EMPTY_DIR, ENV, CONFIG = "EmptyDir", "Env", "ConfigMap and Secret"
MEDIA = {"default": {}, "tmpfs": {"medium": "Memory"}}


def mounts(path: str = "/v", **more: Any) -> Json:
    return {"volumeMounts": [{"name": "v", "mountPath": path} | more]}


def volume(source: Json) -> Json:
    return {"volumes": [{"name": "v"} | source]}


def _says(group: str, name: str, spec: Json, output: str, *objects: Json, **more: Any) -> None:
    def check(run: Run) -> None:
        run.wait("phase:Succeeded|Failed")
        assert run.log() == output

    put(Case(group, name, spec, check, objects=objects, quick=True, **more))


for medium, source in MEDIA.items():
    kind = "t?mpfs" if medium == "tmpfs" else ""
    _says(EMPTY_DIR, f"volume on {medium} medium should have the correct mode",
          once(shell("stat -c %a /v", **mounts()), **volume({"emptyDir": source})), "777\n")  # fmt: skip

for (who, uid), mode, (medium, source) in product(
    (("root", 0), ("non-root", 1000)), ("0644", "0666", "0777"), MEDIA.items()
):
    _says(
        EMPTY_DIR,
        f"should support ({who},{mode},{medium})",
        once(
            shell(f"echo mount-tester > /v/f && chmod {mode} /v/f && stat -c '%a %u' /v/f && cat /v/f", **mounts(),
                  securityContext={"runAsUser": uid}),
            **volume({"emptyDir": source}),
        ),
        f"{int(mode)} {uid}\nmount-tester\n",
    )  # fmt: skip


@case(EMPTY_DIR, "pod should support shared volumes between containers",
      pod(shell("echo hello > /v/f; exec sleep 600", "a", **mounts()), sleeps("b", **mounts("/w")),
          **volume({"emptyDir": {}})), quick=True)  # fmt: skip
def _shared(run: Run) -> None:
    run.wait("ready")
    run.until(lambda: run.execute("cat", "/w/f", name="b")[1] == "hello\n", "the other's file")


@case(EMPTY_DIR, "pod should support memory backed volumes of specified size",
      pod(sleeps(**mounts()), **volume({"emptyDir": {"medium": "Memory", "sizeLimit": "2Mi"}})),
      quick=True)  # fmt: skip
def _sized(run: Run) -> None:
    run.wait("ready")
    assert run.execute("sh", "-c", "df -k /v | tail -n 1 | awk '{ print $2 }'")[1] == "2048\n"
    assert run.execute("sh", "-c", "dd if=/dev/zero of=/v/f bs=1M count=3 2> /dev/null")[0] != 0


@case(EMPTY_DIR, "a pod that exceeds its volume's sizeLimit is evicted",
      pod(shell("dd if=/dev/zero of=/v/f bs=1M count=8 2> /dev/null; exec sleep 600", **mounts()),
          **volume({"emptyDir": {"sizeLimit": "1Mi"}})), seconds=90)  # fmt: skip
def _evicted(run: Run) -> None:
    run.wait("phase:Failed", 80)
    assert run.status["reason"] == "Evicted"


_says(EMPTY_DIR, "should be readable by fsGroup", once(shell("stat -c %g /v; touch /v/f && stat -c %g /v/f", **mounts(),
      securityContext={"runAsUser": 1000}), securityContext={"fsGroup": 2000}, **volume({"emptyDir": {}})),
      "2000\n2000\n")  # fmt: skip


FOO: Json = {"env": [{"name": "FOO", "value": "foo-value"}]}
_says(ENV, "should allow composing env vars into new env vars", once(shell("env | grep ^FOOBAR", env=[*FOO["env"],
      {"name": "BAR", "value": "bar"}, {"name": "FOOBAR", "value": "$(FOO);;$(BAR)"}])),
      "FOOBAR=foo-value;;bar\n")  # fmt: skip
_says(
    ENV, "should allow substituting values in a container's command", once(shell("echo $(FOO)", **FOO)), "foo-value\n"
)
_says(ENV, "should allow substituting values in a container's args",
      once({"name": "c", "image": "busybox:dev", "command": ["sh", "-c"], "args": ["echo $(FOO)"]} | FOO),
      "foo-value\n")  # fmt: skip
_says(ENV, "should leave an escaped and an unknown reference as they are",
      once({"name": "c", "image": "busybox:dev", "command": ["echo"], "args": ["$$(FOO)", "$(NOT)"]} | FOO),
      "$(FOO) $(NOT)\n")  # fmt: skip
POD_NAME: Json = {"env": [{"name": "POD", "valueFrom": {"fieldRef": {"fieldPath": "metadata.name"}}}]}


@case(ENV, "should allow substituting values in a volume subpath", pod(sleeps("a", **POD_NAME,
      **mounts(subPathExpr="$(POD)")), sleeps("b", **mounts("/all")), **volume({"emptyDir": {}})),
      quick=True)  # fmt: skip
def _sub_path(run: Run) -> None:
    run.wait("ready")
    assert run.execute("touch", "/v/test.log", name="a")[0] == 0
    assert run.execute("ls", f"/all/{run.name}", name="b") == (0, "test.log\n")


def _bad_path(name: str, value: str) -> None:
    env: Json = {"env": [{"name": "POD", "value": value}]}

    def check(run: Run) -> None:
        run.wait("waiting:c:CreateContainerConfigError|CreateContainerError")

    spec = pod(sleeps(**env, **mounts(subPathExpr="$(POD)")), **volume({"emptyDir": {}}))
    put(Case(ENV, name, spec, check, quick=True))


_bad_path("should fail substituting values in a volume subpath with backticks and a parent", "..")
_bad_path("should fail substituting values in a volume subpath with absolute path", "/tmp")


def config_map(name: str, **data: str) -> Json:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}, "data": data}


def secret(name: str, **data: str) -> Json:
    encoded = {key: base64.b64encode(value.encode()).decode() for key, value in data.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name}, "data": encoded}


for kind, make in (("configMap", config_map), ("secret", secret)):
    title, low = kind[0].upper() + kind[1:], kind.lower()
    at = {"configMap": {"name": f"vol-{low}"}} if kind == "configMap" else {"secret": {"secretName": f"vol-{low}"}}
    objects = (make(f"vol-{low}", **{"data-1": "value-1", "data-2": "value-2"}),)
    _says(CONFIG, f"{title} should be consumable via environment variable",
          once(shell("echo $DATA", env=[{"name": "DATA", "valueFrom": {f"{kind}KeyRef": {"name": f"env-{low}",
                                                                                        "key": "data-1"}}}])),
          "value-1\n", make(f"env-{low}", **{"data-1": "value-1"}))  # fmt: skip
    _says(CONFIG, f"{title} should be consumable via the environment",
          once(shell("env | grep ^p_ | sort", envFrom=[{"prefix": "p_", f"{kind}Ref": {"name": f"from-{low}"}}])),
          "p_one=1\np_two=2\n", make(f"from-{low}", one="1", two="2"))  # fmt: skip
    _says(CONFIG, f"{title} should be consumable from pods in volume", once(shell("cat /v/data-1", **mounts()),
          **volume(at)), "value-1", *objects)  # fmt: skip
    source = next(iter(at.values()))
    _says(CONFIG, f"{title} should be consumable from pods in volume with defaultMode set",
          once(shell("stat -L -c %a /v/data-1", **mounts()),
               **volume({next(iter(at)): source | {"defaultMode": 0o400}})), "400\n", *objects)  # fmt: skip
    _says(CONFIG, f"{title} should be consumable from pods in volume as non-root",
          once(shell("cat /v/data-2", securityContext={"runAsUser": 1000}, **mounts()), **volume(at)), "value-2",
          *objects)  # fmt: skip
    items = [{"key": "data-2", "path": "path/to/data-2", "mode": 0o440}]
    _says(CONFIG, f"{title} should be consumable from pods in volume with mappings and Item mode set",
          once(shell("stat -L -c %a /v/path/to/data-2; cat /v/path/to/data-2; ls /v", **mounts()),
               **volume({next(iter(at)): source | {"items": items}})), "440\nvalue-2path\n", *objects)  # fmt: skip
    optional = {next(iter(at)): {("name" if kind == "configMap" else "secretName"): "nowhere", "optional": True}}
    _says(CONFIG, f"{title} optional and missing leaves the volume empty",
          once(shell("ls /v; echo there", **mounts()), **volume(optional)), "there\n")  # fmt: skip


@case(CONFIG, "updates should be reflected in volume", pod(sleeps(**mounts()),
      **volume({"configMap": {"name": "changing"}})), objects=(config_map("changing", key="one"),),
      quick=True)  # fmt: skip
def _updates(run: Run) -> None:
    run.wait("ready")
    assert run.execute("cat", "/v/key") == (0, "one")
    answer = run.client.put(f"/api/v1/namespaces/{run.namespace}/configmaps/changing", json=config_map("changing",
                            key="two", more="3"))  # fmt: skip
    assert answer.status_code == 200, answer.text
    run.until(lambda: run.execute("sh", "-c", "cat /v/key /v/more")[1] == "two3", "the new content")


@case(CONFIG, "a pod whose ConfigMap is missing waits, and starts once it is there",
      pod(sleeps(envFrom=[{"configMapRef": {"name": "comes-later"}}])), quick=True)  # fmt: skip
def _later(run: Run) -> None:
    run.wait("waiting:c:CreateContainerConfigError")
    run.client.post(f"/api/v1/namespaces/{run.namespace}/configmaps", json=config_map("comes-later", a="1"))
    run.wait("ready")


_says(CONFIG, "Projected combined should project all components that make up the projection API",
      once(shell("cat /v/c /v/s; cat /v/n", **mounts()), **volume({"projected": {"sources": [
          {"configMap": {"name": "part-c", "items": [{"key": "k", "path": "c"}]}},
          {"secret": {"name": "part-s", "items": [{"key": "k", "path": "s"}]}},
          {"downwardAPI": {"items": [{"path": "n", "fieldRef": {"fieldPath": "metadata.namespace"}}]}}]}})),
      "from-cfrom-sconf", config_map("part-c", k="from-c"), secret("part-s", k="from-s"))  # fmt: skip


@case(CONFIG, "should fail to create ConfigMap with empty key", once(shell("true")), quick=True)
def _empty_key(run: Run) -> None:
    refused = run.client.post(f"/api/v1/namespaces/{run.namespace}/configmaps", json=config_map("bad", **{"": "x"}))
    assert refused.status_code == 422


left(EMPTY_DIR, "volume on tmpfs should honour SELinux labels", "no SELinux label can be asked for")
left(CONFIG, "Projected serviceAccountToken", "there are no service accounts; refused by name")
