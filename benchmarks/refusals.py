"""How long the service takes to refuse what is meant to hurt it, and what that leaves in web's memory.

Each body is posted a few times by a signed-in user; the worst time counts. Beside them a pod that is merely invalid.

    .venv/bin/python -m benchmarks.refusals [--rounds 5]
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from pathlib import Path

import httpx

from tests.stack import Stack

LONG = 50_000
MOST_MS = 100
HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n"


def bodies() -> Iterator[tuple[str, str, bytes]]:
    """(what it is, content type, body)."""
    layers = "\n".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 10) if n else '1'}]" for n in range(10))
    yaml, js = "application/yaml", "application/json"
    yield "a YAML bomb of aliases", yaml, f"{layers}\n{HEAD}".encode()
    yield "YAML, 20,000 lists in each other", yaml, ("[" * 20_000).encode()
    yield "YAML, 20,000 maps in each other", yaml, b"? " * 20_000
    yield "YAML, 100,000 keys", yaml, "\n".join(f"k{n}: 1" for n in range(100_000)).encode()[: 2**20 - 1]
    yield "YAML, a tag that would be an object", yaml, b"!!python/object/apply:os.system ['id']"
    yield "JSON, 100,000 lists in each other", js, b"[" * 100_000 + b"]" * 100_000
    yield "JSON, 100,000 maps in each other", js, b'{"a":' * 100_000 + b"1" + b"}" * 100_000
    yield "JSON, one key twice", js, b'{"kind": "Pod", "kind": "Pod"}'
    yield "JSON, a number of 100,000 digits", js, b'{"kind": ' + b"9" * 100_000 + b"}"
    yield "JSON, odd Unicode", js, json.dumps(pod(name="\u202e\ud800\u0000\ufeffx")).encode()
    yield "one megabyte of spaces", js, b" " * (2**20 - 1)
    yield "two megabytes", js, b" " * 2**21
    yield "10,000 members", js, json.dumps(pod(members=10_000)).encode()
    for field in ("name", "image", "env", "cpu", "label", "path", "hostname", "probe", "sysctl", "capability"):
        yield f"50,000 characters of bait in {field}", js, json.dumps(baited(field)).encode()
    yield "(for comparison) a pod without members", js, json.dumps(pod(members=0)).encode()


def pod(*, name: str = "x", members: int = 1) -> dict[str, object]:
    listed = [{"name": f"m{n}", "image": "nginx"} for n in range(members)]
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": {"containers": listed}}


def baited(field: str) -> dict[str, object]:
    """A pod with, in one field, what makes an expression that goes back over its text take for ever."""
    bait = "a" * LONG + "!" if field in ("name", "hostname", "env", "capability") else ("a." * (LONG // 2)) + "!"
    member: dict[str, object] = {"name": "m", "image": "nginx"}
    meta: dict[str, object] = {"name": "x"}
    spec: dict[str, object] = {"containers": [member]}
    if field == "name":
        meta["name"] = bait
    elif field == "hostname":
        spec["hostname"] = bait
    elif field == "image":
        member["image"] = bait.replace(".", "/").replace("!", "/")
    elif field == "env":
        member["env"] = [{"name": "A", "value": "$(" * (LONG // 2)}, {"name": bait}]
    elif field == "cpu":
        member["resources"] = {"limits": {"cpu": "1" * LONG + "!"}}
    elif field == "label":
        meta["labels"] = {bait: bait}
    elif field == "path":
        member["volumeMounts"] = [{"name": "v", "mountPath": "/" * LONG, "subPath": "../" * (LONG // 3)}]
    elif field == "probe":
        member["livenessProbe"] = {"httpGet": {"port": "a-" * (LONG // 2), "path": "%" * LONG}}
    elif field == "sysctl":
        spec["securityContext"] = {"sysctls": [{"name": bait, "value": bait}]}
    else:
        member["securityContext"] = {"capabilities": {"add": [bait]}}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec}


def memory(pid: int) -> int:
    """Bytes of web that are in memory, its children's too (proc_pid_status(5), VmRSS)."""
    found = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            fields = dict(line.split(":\t", 1) for line in status.read_text().splitlines() if ":\t" in line)
        except OSError:
            continue
        if str(pid) in (fields["Pid"], fields["PPid"]):
            found += int(fields.get("VmRSS", "0 kB").split()[0]) * 1024
    return found


def main(rounds: int) -> None:
    stack = Stack()
    try:
        stack.start()
        with stack.client("ada") as client:
            client.get("/api/v1/namespaces").raise_for_status()
            before = memory(stack.processes["web"].pid)
            worst = [measured(client, name, kind, body, rounds) for name, kind, body in bodies()]
            after = memory(stack.processes["web"].pid)
    finally:
        stack.stop()
    print(
        f"worst of all {max(worst):.0f} ms (aim {MOST_MS}); "
        f"web's memory {before / 2**20:.0f} -> {after / 2**20:.0f} MiB"
    )


def measured(client: httpx.Client, name: str, kind: str, body: bytes, rounds: int) -> float:
    times, code = [], 0
    for _ in range(rounds):
        begun = time.perf_counter()
        code = client.post("/api/v1/namespaces/ada/pods", content=body, headers={"Content-Type": kind}).status_code
        times.append((time.perf_counter() - begun) * 1000)
        assert 400 <= code < 500, f"{name}: {code}"
    print(f"{name:44} {code}  {sorted(times)[len(times) // 2]:6.1f} ms, worst {max(times):6.1f}")
    return max(times)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    main(parser.parse_args().rounds)
