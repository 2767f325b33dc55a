"""Any request that the OpenAPI documents describe, well-formed or not, of each kind of visitor: never an error of ours.

schemathesis makes them up. The node is away, so what needs it is 503 and says that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from ninja.responses import NinjaJSONEncoder
from schemathesis.generation import GenerationMode

from people import tokens
from sandboxes.api import kubernetes, playground
from tests.service import made

pytestmark = pytest.mark.django_db

EXAMPLES = 6
ROLES = ("nobody", "stranger", "owner", "staff")
MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@schemathesis.serializer("application/x-tar")
def no_tar(context: Any, value: Any) -> bytes:
    """What is said to be a tar and is none."""
    return value if isinstance(value, bytes) else json.dumps(value, default=str).encode()


@schemathesis.serializer("application/csp-report")
def report(context: Any, value: Any) -> bytes:
    """JSON, of which schemathesis knows no such name."""
    return json.dumps(value, default=str).encode()


def operations() -> Iterator[Any]:
    for api in (kubernetes.api, playground.api):
        document = json.loads(json.dumps(api.get_openapi_schema(), cls=NinjaJSONEncoder))
        for found in schemathesis.openapi.from_dict(document).get_all_operations():
            operation: Any = found.ok()  # type: ignore[union-attr]  # our own document is in order
            yield operation


OPERATIONS = list(operations())


def client_of(role: str) -> Client:
    if role == "nobody":
        return Client(raise_request_exception=False)
    name = {"owner": "alice", "stranger": "mallory", "staff": "root"}[role]
    user, _ = User.objects.get_or_create(username=name, defaults={"is_staff": role == "staff"})
    header = f"Bearer {tokens.issue(user)}"
    return Client(headers={"Authorization": header}, raise_request_exception=False)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.label)
def test_no_request_ends_in_an_error_of_ours(operation: Any) -> None:
    made.pod(user="alice", name="web")
    clients = {role: client_of(role) for role in ROLES}

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(data=st.data(), mode=st.sampled_from(MODES), real=st.booleans())
    def asked(data: st.DataObject, mode: GenerationMode, real: bool) -> None:
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if real:  # else nearly all end at a pod that is not there
            known = {"namespace": "alice", "name": "web"}
            case.path_parameters |= {key: known[key] for key in case.path_parameters if key in known}
        for role, client in clients.items():
            answer = send(client, case)
            assert answer.status_code < 500 or is_away(answer), f"{role}: {answer.status_code} {answer.content!r}"
            if answer.status_code >= 400:
                told = json.loads(answer.content)
                assert (told["kind"], told["code"]) == ("Status", answer.status_code)

    asked()


def send(client: Client, case: Any) -> Any:
    given = case.as_transport_kwargs(base_url="http://localhost")
    content = given.get("data", b"")
    if "json" in given and given["json"] is not None:
        content = json.dumps(given["json"])
    headers = {key: value for key, value in (given.get("headers") or {}).items() if key.lower() != "authorization"}
    kind = headers.pop("Content-Type", "application/json")
    return client.generic(
        case.method,
        given["url"].removeprefix("http://localhost"),
        content or b"",
        content_type=kind,
        headers=headers,
        query_params=given.get("params") or None,
    )


def is_away(answer: Any) -> bool:
    return bool(answer.status_code == 503) and bool(json.loads(answer.content)["reason"] == "ServiceUnavailable")
