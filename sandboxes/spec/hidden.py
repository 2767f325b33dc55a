"""Which variables of a member hold what a Secret holds, and so are shown by their names alone.

PURE.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from sandboxes.spec.expansion import variables
from sandboxes.spec.models import AnyContainer


def hidden_variables(container: AnyContainer, secrets: Mapping[str, Set[str]]) -> frozenset[str]:
    """Names of variables; `secrets` has the keys of each Secret. One that is made of a hidden one is hidden as well."""
    found = {
        source.prefix + key
        for source in container.env_from
        if source.secret_ref is not None
        for key in secrets.get(source.secret_ref.name, ())
    }
    for variable in container.env:
        given = variable.value_from
        if (given is not None and given.secret_key_ref is not None) or found & set(variables(variable.value)):
            found.add(variable.name)
        elif given is None or given.secret_key_ref is None:
            # A plain value takes the place of one from envFrom.
            found.discard(variable.name)
    return frozenset(found)
