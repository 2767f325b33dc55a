"""The rows in Django's admin: to look at. What changes a pod goes through the API, so nothing here writes one.

Credentials for registries are the exception: they are kept here, and a password is written and never read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from sandboxes.models import Budget, Fact, Image, Namespace, Node, Pod, PodEvent, RegistryCredential, Slot, Step
from sandboxes.spec.registries import place_of

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
    """Of a namespace only its team can be changed."""

    list_display = ("name", "owner", "team", "created_at")
    fields = ("name", "owner", "team", "created_at")
    readonly_fields = ("name", "owner", "created_at")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return super(LookOnly, self).has_change_permission(request)


@admin.register(Node)
class NodeAdmin(LookOnly):
    list_display = ("name", "ready", "reason", "engine", "max_pods", "seen_at")


@admin.register(Pod)
class PodAdmin(LookOnly):
    list_display = (
        "name",
        "namespace",
        "maker",
        "node",
        "desired",
        "created_at",
        "expires_at",
        "used_at",
        "deletion_at",
        "gone_at",
        "owner",
        "next_look_at",
    )
    list_filter = ("desired", "node")
    search_fields = ("name", "uid")


@admin.register(Slot)
class SlotAdmin(LookOnly):
    list_display = ("pool", "number", "pod")


@admin.register(Budget)
class BudgetAdmin(LookOnly):
    list_display = ("pool", "resource", "used")


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


class RegistryCredentialForm(forms.ModelForm):  # type: ignore[type-arg]
    """A password that is left empty stays what it was."""

    registry = forms.CharField(max_length=512, help_text="host, host:port or host/path; *.example.com for many")
    password = forms.CharField(widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), required=False)

    class Meta:
        model = RegistryCredential
        fields = ("registry", "username", "password")

    def clean_registry(self) -> str:
        place = place_of(self.cleaned_data["registry"])
        if place is None:
            raise ValidationError("This names no registry.")
        return place

    def clean_password(self) -> str:
        given: str = self.cleaned_data["password"] or self.initial.get("password", "")
        if not given:
            raise ValidationError("This field is required.")
        return given


@admin.register(RegistryCredential)
@method_decorator(sensitive_post_parameters("password"), name="changeform_view")
class RegistryCredentialAdmin(ModelAdmin):
    """Not to look at: the password would be among what is shown."""

    form = RegistryCredentialForm
    list_display = ("registry", "username")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.has_change_permission(request)
