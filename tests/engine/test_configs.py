"""ConfigMaps and Secrets of a running pod, on real Docker through the API (PODS §8: ConfigMap and Secret)."""

from __future__ import annotations

import pytest

from tests.stack import Stack

from .pods import pod, toolbox, wait_for

pytestmark = pytest.mark.timeout(120)
HOME = "/api/v1/namespaces/ada"
MERGE = {"Content-Type": "application/merge-patch+json"}


@pytest.mark.long
def test_a_pod_waits_for_its_sources_its_files_follow_them_and_its_environment_does_not(stack: Stack) -> None:
    member = toolbox("a") | {
        "env": [{"name": "WORD", "valueFrom": {"secretKeyRef": {"name": "word", "key": "k"}}}],
        "volumeMounts": [
            {"name": "map", "mountPath": "/map"},
            {"name": "secret", "mountPath": "/secret"},
            {"name": "map", "mountPath": "/one", "subPath": "k"},
        ],
    }
    volumes = [
        {"name": "map", "configMap": {"name": "words"}},
        {"name": "secret", "secret": {"secretName": "word", "defaultMode": 0o400}},
    ]
    with pod(stack, "sources", {"containers": [member], "volumes": volumes}) as found:
        wait_for(lambda: "FailedMount" in {event["reason"] for event in found.events()}, "what is missing to be told")
        made = found.client.post(f"{HOME}/configmaps", json={"metadata": {"name": "words"}, "data": {"k": "old"}})
        assert made.status_code == 201, made.text
        made = found.client.post(f"{HOME}/secrets", json={"metadata": {"name": "word"}, "stringData": {"k": "old"}})
        assert made.status_code == 201, made.text
        try:
            found.wait_phase("Running")
            told = "cat /map/k /one; echo; cat /secret/k; echo $WORD; stat -Lc %a /secret/k"
            assert found.run_in("a", "sh", "-c", told).split() == ["oldold", "oldold", "400"]
            for path, change in (
                ("configmaps/words", {"data": {"k": "new", "l": "more"}}),
                ("secrets/word", {"stringData": {"k": "new"}}),
            ):
                answer = found.client.patch(f"{HOME}/{path}", json=change, headers=MERGE)
                assert answer.status_code == 200, answer.text
            wait_for(lambda: found.run_in("a", "cat", "/map/k", "/secret/k") == "newnew", "the files to follow")
            assert found.run_in("a", "sh", "-c", "cat /map/l /one; echo $WORD").split() == ["moreoldold"]
        finally:
            found.client.delete(f"{HOME}/configmaps/words").raise_for_status()
            found.client.delete(f"{HOME}/secrets/word").raise_for_status()
        assert found.run_in("a", "cat", "/map/k", "/secret/k") == "newnew"
        assert found.read()["status"]["containerStatuses"][0]["restartCount"] == 0
