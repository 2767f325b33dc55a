"""The hash of what a pod's containers are built from, kept in a label of each: another hash, another container.

PURE. Whatever only the playground reads (labels, annotations, policies, grace) is not in it, so that changing it
leaves running containers alone. A field added later is left out while unset: hashes of older pods stay.
"""

from __future__ import annotations

import hashlib
import json

from sandboxes.spec.decoding import dump
from sandboxes.spec.defaults import with_defaults
from sandboxes.spec.models import Pod


def spec_hash(pod: Pod) -> str:
    """64 hexadecimal digits of SHA-256; the same before and after defaults."""
    complete = with_defaults(pod)
    containers = dump(complete)["spec"].get("containers", [])
    for container in containers:
        container.pop("imagePullPolicy", None)
    built_from = {
        "name": complete.metadata.name,
        "hostname": complete.spec.hostname,
        "shareProcessNamespace": bool(complete.spec.share_process_namespace),
        "containers": containers,
    }
    canonical = json.dumps(built_from, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
