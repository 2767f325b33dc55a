"""ConfigMaps and Secrets over HTTP: kept, listed, replaced, refused in Kubernetes' words, and heard of by pods."""

from __future__ import annotations

import base64

import pytest

from sandboxes.models import ConfigObject, Pod
from sandboxes.sources import sources_of
from sandboxes.spec import decode
from tests.service.caller import Caller, manifest

pytestmark = pytest.mark.django_db
MAPS = "/api/v1/namespaces/alice/configmaps"
SECRETS = "/api/v1/namespaces/alice/secrets"


def config(name: str = "cm", **more: object) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "labels": {"a": "b"}}} | more


def test_what_was_created_is_read_listed_replaced_and_deleted() -> None:
    alice = Caller("alice")
    made = alice.post(MAPS, config(data={"k": "v"}))
    assert (made.code, made.body["data"], made.body["kind"]) == (201, {"k": "v"}, "ConfigMap")
    assert alice.get(f"{MAPS}/cm").body == made.body
    assert [item["metadata"]["name"] for item in alice.get(MAPS, labelSelector="a=b").body["items"]] == ["cm"]
    assert alice.get(MAPS, labelSelector="a=c").body["items"] == []
    version = made.body["metadata"]["resourceVersion"]
    meta = {"name": "cm", "resourceVersion": version}
    replaced = alice.put(f"{MAPS}/cm", config(data={"k": "w"}, metadata=meta))
    assert (replaced.code, replaced.body["data"]) == (200, {"k": "w"})
    assert alice.put(f"{MAPS}/cm", config(data={}, metadata=meta)).code == 409
    assert alice.delete(f"{MAPS}/cm").code == 200
    assert alice.get(f"{MAPS}/cm").code == 404


def test_a_name_is_taken_once_and_kinds_have_names_of_their_own() -> None:
    alice = Caller("alice")
    assert alice.post(MAPS, config()).code == 201
    assert alice.post(MAPS, config()).body["reason"] == "AlreadyExists"
    assert alice.post(SECRETS, {"metadata": {"name": "cm"}}).code == 201


def test_a_secrets_texts_become_data_and_it_never_shows_by_itself() -> None:
    alice = Caller("alice")
    made = alice.post(SECRETS, {"metadata": {"name": "s"}, "stringData": {"p": "open sesame"}})
    assert made.body["data"] == {"p": base64.b64encode(b"open sesame").decode()}
    assert made.body["type"] == "Opaque"
    assert "stringData" not in made.body
    assert "sesame" not in str(ConfigObject.objects.get())


@pytest.mark.parametrize(
    ("path", "body", "code", "told"),
    [
        (MAPS, {"metadata": {}}, 422, "metadata.name"),
        (MAPS, {"metadata": {"name": "A"}}, 422, "metadata.name"),
        (MAPS, config(data={"a b": "x"}), 422, "data[a b]"),
        (MAPS, config(data={"a": "x"}, binaryData={"a": "eA=="}), 422, "data[a]"),
        (MAPS, config(binaryData={"a": "!"}), 422, "binaryData[a]"),
        (MAPS, config(data={"a": 1}), 400, "data[a]"),
        (MAPS, config(nonsense=1), 400, "nonsense"),
        (SECRETS, {"metadata": {"name": "s"}, "type": "kubernetes.io/tls"}, 422, "data[tls.crt]"),
        (SECRETS, {"metadata": {"name": "s"}, "data": {"a": "***"}}, 422, "data[a]"),
    ],
)
def test_bad_input_names_the_field(path: str, body: object, code: int, told: str) -> None:
    refused = Caller("alice").post(path, body)
    assert (refused.code, refused.causes[0][0]) == (code, told)
    assert not ConfigObject.objects.exists()


def test_what_is_immutable_stays() -> None:
    alice = Caller("alice")
    alice.post(MAPS, config(data={"k": "v"}, immutable=True))
    refused = alice.put(f"{MAPS}/cm", config(data={"k": "w"}))
    assert (refused.code, refused.causes) == (
        422,
        [("immutable", "FieldValueForbidden"), ("data", "FieldValueForbidden")],
    )
    assert alice.patch(f"{MAPS}/cm", {"metadata": {"labels": {"a": "c"}}}).code == 200
    assert alice.get(f"{MAPS}/cm").body["data"] == {"k": "v"}


def test_a_dry_run_keeps_nothing() -> None:
    assert Caller("alice").post(f"{MAPS}?dryRun=All", config()).code == 201
    assert not ConfigObject.objects.exists()


def test_pods_that_name_it_are_woken_and_read_it() -> None:
    alice = Caller("alice")
    env = [{"configMapRef": {"name": "cm"}}]
    alice.post(
        "/api/v1/namespaces/alice/pods", manifest("uses", containers=[{"name": "a", "image": "x", "envFrom": env}])
    )
    alice.post("/api/v1/namespaces/alice/pods", manifest("other"))
    before = dict(Pod.objects.values_list("name", "wakes"))
    alice.post(MAPS, config(data={"k": "v"}, binaryData={"b": "AAE="}))
    after = dict(Pod.objects.values_list("name", "wakes"))
    assert after["uses"] == before["uses"] + 1
    assert after["other"] == before["other"]
    pod = Pod.objects.get(name="uses")
    found = sources_of(decode(pod.manifest), pod.namespace)
    assert found.config_maps == {"cm": {"k": b"v", "b": b"\x00\x01"}}
    assert found.texts() == {"cm": {"k": b"v"}}


def test_a_patch_merges_and_what_changes_nothing_keeps_the_version_and_wakes_nobody() -> None:
    alice = Caller("alice")
    env = [{"secretRef": {"name": "s"}}]
    alice.post("/api/v1/namespaces/alice/pods", manifest(containers=[{"name": "a", "image": "x", "envFrom": env}]))
    made = alice.post(SECRETS, {"metadata": {"name": "s"}, "data": {"a": "QQ==", "b": "Qg=="}}).body
    woken = Pod.objects.get().wakes
    same = alice.patch(f"{SECRETS}/s", {"data": {"a": "QQ=="}}, "merge-patch")
    assert (same.code, same.body, Pod.objects.get().wakes) == (200, made, woken)
    changed = alice.patch(f"{SECRETS}/s", {"stringData": {"a": "Z"}, "data": {"b": None}})
    assert (changed.code, changed.body["data"], Pod.objects.get().wakes) == (200, {"a": "Wg=="}, woken + 1)
    assert int(changed.body["metadata"]["resourceVersion"]) > int(made["metadata"]["resourceVersion"])
    assert alice.patch(f"{SECRETS}/s", {"data": 1}).code == 400
    assert alice.patch(f"{SECRETS}/s", {"metadata": None}).code in (400, 422)
    assert alice.patch(f"{SECRETS}/s", {"metadata": {"resourceVersion": "1"}}).code == 409
    assert alice.patch(f"{SECRETS}/s", {"metadata": {"uid": "1"}}).code == 409
    assert alice.patch(f"{SECRETS}/s", {"metadata": {"name": "t"}}).code == 400


def test_a_secret_keeps_its_type() -> None:
    alice = Caller("alice")
    keys = {"tls.crt": "", "tls.key": ""}
    alice.post(SECRETS, {"metadata": {"name": "s"}, "type": "kubernetes.io/tls", "data": keys})
    assert alice.put(f"{SECRETS}/s", {"metadata": {"name": "s"}, "data": keys}).body["type"] == "kubernetes.io/tls"
    refused = alice.put(f"{SECRETS}/s", {"metadata": {"name": "s"}, "data": keys, "type": "Opaque"})
    assert (refused.code, refused.causes) == (422, [("type", "FieldValueInvalid")])


def test_dry_runs_change_and_delete_nothing_and_preconditions_hold() -> None:
    alice = Caller("alice")
    made = alice.post(MAPS, config(data={"k": "v"})).body
    one = f"{MAPS}/cm"
    assert alice.put(f"{one}?dryRun=All", config(data={"k": "w"})).body["data"] == {"k": "w"}
    assert alice.patch(f"{one}?dryRun=All", {"data": {"k": "w"}}).body["data"] == {"k": "w"}
    assert alice.delete(f"{one}?dryRun=All").code == 200
    assert alice.delete(one, {"dryRun": ["All"]}).code == 200
    refused = alice.delete(one, {"preconditions": {"resourceVersion": "0"}})
    assert (refused.code, "on ConfigMap" in refused.body["message"]) == (409, True)
    assert alice.get(one).body == made
    assert alice.delete(one, {"preconditions": {"uid": made["metadata"]["uid"]}}).code == 200


def test_they_are_listed_by_name() -> None:
    alice = Caller("alice")
    for name in ("a", "b"):
        alice.post(MAPS, config(name))
    found = alice.get(MAPS, fieldSelector="metadata.name=b").body["items"]
    assert [item["metadata"]["name"] for item in found] == ["b"]
    assert alice.get(MAPS, fieldSelector="data=b").code == 400
