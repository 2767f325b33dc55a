"""Names and labels: what is put on a container can be read back, and no two containers can share a name."""

from __future__ import annotations

import re
import uuid

from hypothesis import given
from hypothesis import strategies as st

from sandboxes.engine.naming import Identity, container_name, identity_of, labels

label = st.from_regex(r"[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?", fullmatch=True)
subdomain = st.lists(label, min_size=1, max_size=3).map(".".join)
identities = st.builds(
    Identity,
    install=label,
    uid=st.uuids(),
    pod=subdomain,
    member=st.one_of(st.just(""), label),
    attempt=st.integers(0, 10**6),
    pause_attempt=st.integers(0, 10**6),
)


@given(identities)
def test_labels_give_the_identity_back(identity: Identity) -> None:
    assert identity_of(labels(identity, "hash")) == identity


@given(identities)
def test_a_name_is_one_the_engine_takes(identity: Identity) -> None:
    assert re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+", container_name(identity))


@given(identities, identities)
def test_different_containers_have_different_names(one: Identity, other: Identity) -> None:
    def key(identity: Identity) -> tuple[object, ...]:
        return (identity.install, identity.uid, identity.pod, identity.member, identity.attempt)

    assert (container_name(one) == container_name(other)) == (key(one) == key(other))


def test_a_member_cannot_be_named_like_pause() -> None:
    one = Identity("main", uuid.UUID(int=1), "demo", "pod", 0, 0)
    assert "_pod_" in container_name(one)
    assert "_POD_" not in container_name(one)


@given(st.dictionaries(st.text(), st.text()))
def test_foreign_labels_are_nobodys(found: dict[str, str]) -> None:
    assert identity_of(found) is None
