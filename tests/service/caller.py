"""A client of the HTTP API with a bearer token, and what its answers are held against."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client

from people import tokens
from sandboxes.api import shapes


@dataclass(frozen=True)
class Answered:
    """One answer: its code, its object, its headers."""

    code: int
    body: dict[str, Any]
    response: HttpResponse

    @property
    def causes(self) -> list[tuple[str, str]]:
        """(field, reason) of each cause."""
        return [(cause["field"], cause["reason"]) for cause in self.body.get("details", {}).get("causes", [])]


def user(name: str, *, staff: bool = False) -> User:
    """A user of that name, made if need be."""
    found, _ = User.objects.get_or_create(username=name, defaults={"is_staff": staff})
    return found


class Caller:
    """Speaks for one user; every refusal must be a Status that says its own code."""

    def __init__(self, name: str, *, staff: bool = False) -> None:
        self.user = user(name, staff=staff)
        self.header = f"Bearer {tokens.issue(self.user)}"
        self.client = Client(headers={"Authorization": self.header}, raise_request_exception=False)

    def get(self, path: str, **query: str) -> Answered:
        return read(self.client.get(path, query))

    def post(self, path: str, body: object, content_type: str = "application/json") -> Answered:
        content = body if isinstance(body, str | bytes) else json.dumps(body)
        return read(self.client.post(path, content, content_type=content_type))

    def put(self, path: str, body: object) -> Answered:
        return read(self.client.put(path, json.dumps(body), content_type="application/json"))

    def patch(self, path: str, body: object, kind: str = "strategic-merge-patch") -> Answered:
        return read(self.client.patch(path, json.dumps(body), content_type=f"application/{kind}+json"))

    def delete(self, path: str, body: object = None) -> Answered:
        content = "" if body is None else json.dumps(body)
        return read(self.client.delete(path, content, content_type="application/json"))


def read(response: Any) -> Answered:
    """An answer of the API, checked for what holds for all of them; one that streams is no object and is not read."""
    if response.streaming and response.status_code < 400:
        return Answered(response.status_code, {}, response)
    assert response.headers["Content-Type"].startswith("application/json"), response.content[:500]
    assert response.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    body = json.loads(response.content)
    if response.status_code >= 400:
        told = shapes.Status.model_validate(body)
        assert told.code == response.status_code
        assert told.status == "Failure"
        assert told.message
    return Answered(response.status_code, body, response)


def manifest(name: str = "web", **spec: Any) -> dict[str, Any]:
    """A pod as a client sends it: one member, nginx, unless `spec` says otherwise."""
    containers = [{"name": "a", "image": "nginx"}]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name},
        "spec": {"containers": containers, "terminationGracePeriodSeconds": 5} | spec,
    }
