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

# What a change of leaves running containers alone: the kubelet's own, watch's, or replaced member by member.
NOT_BUILT_FROM = ("imagePullPolicy", "livenessProbe", "readinessProbe", "startupProbe", "lifecycle",
                  "terminationMessagePolicy")  # fmt: skip
LATER = ("initContainers", "volumes", "subdomain", "setHostnameAsFQDN", "hostAliases", "dnsPolicy", "dnsConfig",
         "securityContext")  # fmt: skip


def spec_hash(pod: Pod) -> str:
    """64 hexadecimal digits of SHA-256; the same before and after defaults."""
    complete = with_defaults(pod)
    spec = dump(complete)["spec"]
    containers = spec.get("containers", [])
    for container in (*containers, *spec.get("initContainers", [])):
        for name in NOT_BUILT_FROM:
            container.pop(name, None)
    built_from = {
        "name": complete.metadata.name,
        "hostname": complete.spec.hostname,
        "shareProcessNamespace": bool(complete.spec.share_process_namespace),
        "containers": containers,
    } | {name: spec[name] for name in LATER if name in spec}
    canonical = json.dumps(built_from, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
