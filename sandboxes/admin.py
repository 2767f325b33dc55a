"""The rows in Django's admin: to look at. What changes a pod goes through the API, so nothing here writes one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from sandboxes.models import Fact, Image, Namespace, Node, Pod, PodEvent, Step

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:  # Django's own class takes no parameter
    ModelAdmin = admin.ModelAdmin


class LookOnly(ModelAdmin):
    """Nothing can be added, changed or deleted."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Namespace)
class NamespaceAdmin(LookOnly):
    list_display = ("name", "owner", "created_at")


@admin.register(Node)
class NodeAdmin(LookOnly):
    list_display = ("name", "ready", "reason", "engine", "max_pods", "seen_at")


@admin.register(Pod)
class PodAdmin(LookOnly):
    list_display = (
        "name",
        "namespace",
        "node",
        "desired",
        "created_at",
        "deletion_at",
        "gone_at",
        "owner",
        "next_look_at",
    )
    list_filter = ("desired", "node")
    search_fields = ("name", "uid")


@admin.register(PodEvent)
class PodEventAdmin(LookOnly):
    list_display = ("pod", "type", "reason", "count", "last_seen", "message")


@admin.register(Step)
class StepAdmin(LookOnly):
    list_display = ("pod", "verb", "object", "started", "ms", "outcome")


@admin.register(Fact)
class FactAdmin(LookOnly):
    list_display = ("pod", "kind", "member", "attempt", "name", "outcome", "at")


@admin.register(Image)
class ImageAdmin(LookOnly):
    list_display = ("reference", "node", "state", "message", "size")
    list_filter = ("state", "node")
