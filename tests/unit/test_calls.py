"""Signed calls: what was signed is read back, and nothing else is."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sandboxes.calls import LIFETIME, Call, Verb, new_call, sign, verify
from sandboxes.errors import CallRefused

KEY = "a key"
NOW = 1_800_000_000.0
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner, max_size=3), max_leaves=5
)
calls = st.builds(
    Call,
    verb=st.sampled_from(Verb),
    uid=st.uuids(),
    arguments=st.dictionaries(st.text(), json_values, max_size=4),
    nonce=st.text(),
    expires=st.floats(NOW + 0.001, NOW + LIFETIME),
)


@given(calls)
def test_a_signed_call_is_read_back_as_it_was(call: Call) -> None:
    assert verify(sign(call, KEY), KEY, NOW) == call


@given(calls, st.data())
def test_any_change_of_a_token_is_refused(call: Call, data: st.DataObject) -> None:
    token = sign(call, KEY)
    at = data.draw(st.integers(0, len(token) - 1))
    put = data.draw(st.text(max_size=2))
    changed = token[:at] + put + token[at + 1 :]
    assume(changed != token)
    with pytest.raises(CallRefused):
        verify(changed, KEY, NOW)


@given(st.text())
def test_any_text_is_refused_and_nothing_worse(token: str) -> None:
    with pytest.raises(CallRefused):
        verify(token, KEY, NOW)


@given(calls, st.text(min_size=1))
def test_another_key_is_refused(call: Call, key: str) -> None:
    assume(key != KEY)
    with pytest.raises(CallRefused, match="signature"):
        verify(sign(call, key), KEY, NOW)


@pytest.mark.parametrize("key", ["", None])
def test_no_key_signs_and_admits_nothing(key: str | None) -> None:
    call = new_call(Verb.LIVE, UUID(int=1), now=NOW)
    with pytest.raises(CallRefused, match="no node key"):
        sign(call, key or "")
    with pytest.raises(CallRefused, match="no node key"):
        verify(sign(call, KEY), key or "", NOW)


@pytest.mark.parametrize(
    "expires", [NOW, NOW - 1, NOW + LIFETIME + 0.001, float("nan"), float("inf")], ids=lambda at: f"{at - NOW:g}"
)
def test_a_call_holds_for_half_a_minute_at_most(expires: float) -> None:
    token = sign(Call(Verb.LOG, UUID(int=1), expires=expires), KEY)
    with pytest.raises(CallRefused, match="expired"):
        verify(token, KEY, NOW)


def test_a_new_call_holds_from_now_and_is_unlike_the_last() -> None:
    first, second = (new_call(Verb.LIVE, UUID(int=1), now=NOW, arguments={"a": 1}) for _ in range(2))
    assert verify(sign(first, KEY), KEY, NOW) == first
    assert first.nonce != second.nonce
