"""Names, labels and annotations, which every object has."""

from __future__ import annotations

from collections.abc import Mapping

from sandboxes.spec import names
from sandboxes.spec.causes import forbidden, invalid, required, too_long
from sandboxes.spec.models import ObjectMeta
from sandboxes.spec.rules.texts import Causes, each

RESERVED = "playground/"
ANNOTATIONS_SIZE = 256 * 1024  # all of an object, bytes


def metadata(given: ObjectMeta) -> Causes:
    """Of any object; no namespace is no complaint."""
    if given.generate_name:
        yield from each("metadata.generateName", given.generate_name, names.name_prefix)
    if given.name:
        yield from each("metadata.name", given.name, names.dns_subdomain)
    else:
        yield required("metadata.name", "name or generateName is required")
    if given.namespace:
        yield from each("metadata.namespace", given.namespace, names.dns_label)
    yield from _labels(given.labels)
    yield from _annotations(given.annotations)


def _labels(labels: Mapping[str, str]) -> Causes:
    field = "metadata.labels"
    for key, value in labels.items():
        yield from each(field, key, names.qualified_name)
        yield from each(field, value, names.label_value)
        if key.startswith(RESERVED):
            yield forbidden(f"{field}[{key}]", f"labels under {RESERVED} are the playground's own")


def _annotations(annotations: Mapping[str, str]) -> Causes:
    field = "metadata.annotations"
    for key in annotations:
        yield from (invalid(field, key, complaint) for complaint in names.qualified_name(key.lower()))
    if sum(names.length(key) + names.length(value) for key, value in annotations.items()) > ANNOTATIONS_SIZE:
        yield too_long(field, ANNOTATIONS_SIZE)
