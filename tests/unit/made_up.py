"""Pods made up of any field there is, for Hypothesis."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from sandboxes.spec import Pod
from sandboxes.spec.models import Int32, Int64, IntOrString, Quantity, Shape

INT32 = st.integers(-(2**31), 2**31 - 1) | st.integers(-1, 65536)
INT64 = st.integers(-(2**63), 2**63 - 1)
QUANTITIES = (
    st.integers(-(2**63), 2**63)
    | st.from_regex(r"[+-]?[0-9]{1,20}(\.[0-9]{0,12})?([numkMGTPE]|[KMGTPE]i|[eE][+-]?[0-9]{1,2})?", fullmatch=True)
)  # fmt: skip
Numbers = Mapping[Any, SearchStrategy[Any]]


def pods(text: SearchStrategy[str]) -> SearchStrategy[Pod]:
    """Any field of the spec may be set, to anything of its type."""
    numbers = {Int32: INT32, Int64: INT64, IntOrString: INT32 | text, Quantity: QUANTITIES}
    plain = {str: text, bool: st.booleans()}
    return _shape(Pod, numbers | plain, {"api_version": st.just("v1"), "kind": st.just("Pod")})


def _shape(shape: type[Any], known: Numbers, fixed: Numbers) -> SearchStrategy[Any]:
    held = get_type_hints(shape, include_extras=True)
    fields = {name: _value(held[name], known) for name in shape.model_fields} | dict(fixed)
    return st.fixed_dictionaries({}, optional=fields).map(lambda given: shape(**given))


def _value(held: Any, known: Numbers) -> SearchStrategy[Any]:
    if held in known:
        return known[held]
    if get_origin(held) is tuple:
        return st.lists(_value(get_args(held)[0], known), max_size=2).map(tuple)
    if get_origin(held) is dict:
        return st.dictionaries(known[str], _value(get_args(held)[1], known), max_size=2)
    if type(None) in get_args(held):
        return st.none() | _value(next(each for each in get_args(held) if each is not type(None)), known)
    assert issubclass(held, Shape), held
    return st.deferred(lambda: _shape(held, known, {}))
