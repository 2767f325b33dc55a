"""Patches: a merge of objects (RFC 7396), and Kubernetes' own, which merges lists by what names their items.

PURE. https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
"""

from __future__ import annotations

from typing import Any

# What names the items of a list (the patchMergeKey of the API's types); every other list is replaced as a whole.
KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "env": "name",
    "imagePullSecrets": "name",
    "ports": "containerPort",
    "volumeMounts": "mountPath",
    "hostAliases": "ip",
    "conditions": "type",
}
DIRECTIVE = "$patch"


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396: null takes away, objects are merged, all else is replaced."""
    if not isinstance(patch, dict):
        return patch
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            found.pop(key, None)
        else:
            found[key] = merged(found.get(key), value)
    return found


def strategic(target: Any, patch: Any, field: str = "") -> Any:
    """As `merged`, but lists whose items have names are merged item by item; `$patch` is heeded (delete, replace)."""
    if isinstance(patch, list) and field in KEYS and isinstance(target, list):
        return _items(target, patch, KEYS[field])
    if not isinstance(patch, dict):
        return patch
    if patch.get(DIRECTIVE) == "replace":
        return {key: value for key, value in patch.items() if key != DIRECTIVE}
    found = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if key.startswith("$"):
            continue
        if value is None:
            found.pop(key, None)
        else:
            found[key] = strategic(found.get(key), value, key)
    return found


def _items(target: list[Any], patch: list[Any], key: str) -> list[Any]:
    """Known items changed in their place, new ones at the end."""
    found = [item for item in target if isinstance(item, dict)]
    for item in patch:
        if not isinstance(item, dict) or key not in item:
            continue
        place = next((i for i, known in enumerate(found) if known.get(key) == item[key]), None)
        if item.get(DIRECTIVE) == "delete":
            found = [known for known in found if known.get(key) != item[key]]
        elif place is None:
            found.append(strategic({}, item))
        else:
            found[place] = strategic(found[place], item)
    return found
