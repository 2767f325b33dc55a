"""What of a pod that says everything is in the hash of its containers: a change of it makes new ones."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from sandboxes.spec import decode, spec_hash

SAID: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "everything.yaml").read_text())
# Whatever is only read: by the service, by watch, by plan. `*` is any index or key.
ONLY_READ = {
    "metadata.generateName", "metadata.namespace", "metadata.labels.*", "metadata.annotations.*",
    "spec.restartPolicy", "spec.terminationGracePeriodSeconds", "spec.activeDeadlineSeconds",
    "spec.enableServiceLinks", "spec.automountServiceAccountToken", "spec.imagePullSecrets.*.name",
    "spec.readinessGates.*.conditionType",
}  # fmt: skip
ONLY_READ_PARTS = (
    "spec.ephemeralContainers.", "spec.containers.*.startupProbe.", "spec.containers.*.livenessProbe.",
    "spec.containers.*.readinessProbe.", "spec.containers.*.lifecycle.", "spec.initContainers.*.startupProbe.",
    "spec.containers.*.imagePullPolicy", "spec.containers.*.terminationMessagePolicy",
)  # fmt: skip


def leaves(value: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from leaves(item, (*at, key))
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from leaves(item, (*at, i))
    else:
        yield at


def changed(path: tuple[str | int, ...]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json.dumps(SAID))
    inside: Any = found
    for step in path[:-1]:
        inside = inside[step]
    value = inside[path[-1]]
    inside[path[-1]] = not value if isinstance(value, bool) else value + 1 if isinstance(value, int) else f"1{value}"
    return found


def named(path: tuple[str | int, ...]) -> str:
    joined = ".".join("*" if isinstance(step, int) else str(step) for step in path)
    return re.sub(r"(labels|annotations)\.[^.]+$", r"\1.*", joined)


def test_what_only_is_read_is_not_in_the_hash_and_all_else_is() -> None:
    whole = spec_hash(decode(SAID))
    paths = [path for path in leaves(SAID) if path[0] not in ("apiVersion", "kind")]
    # Sidecars are told by this field: the decoder drops any other value, and another member it is.
    paths.remove(("spec", "initContainers", 1, "restartPolicy"))
    kept = {named(path) for path in paths if spec_hash(decode(changed(path))) == whole}
    expected = {
        name for name in map(named, paths) if name in ONLY_READ or name.startswith(ONLY_READ_PARTS)
    }  # fmt: skip
    assert kept == expected
