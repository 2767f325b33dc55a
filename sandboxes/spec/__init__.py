"""The Kubernetes Pod subset that the playground accepts: read → decode → with_defaults → validate → spec_hash.

PURE: no framework, no I/O. `dump` is the inverse of `decode`; `images.parse` reads an image reference.
"""

from __future__ import annotations

from sandboxes.spec.decoding import decode, dump
from sandboxes.spec.defaults import DEFAULT_GRACE, LONGEST_GRACE, with_defaults
from sandboxes.spec.digest import spec_hash
from sandboxes.spec.models import Container, ContainerPort, EnvVar, ObjectMeta, Pod, PodSpec
from sandboxes.spec.reading import read
from sandboxes.spec.validation import validate

__all__ = [
    "DEFAULT_GRACE",
    "LONGEST_GRACE",
    "Container",
    "ContainerPort",
    "EnvVar",
    "ObjectMeta",
    "Pod",
    "PodSpec",
    "decode",
    "dump",
    "read",
    "spec_hash",
    "validate",
    "with_defaults",
]
