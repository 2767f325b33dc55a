"""The rows in Django's admin: to look at. What changes a pod goes through the API, so nothing here writes one.

The exceptions: credentials for registries are kept here, a password being written and never read; and operators pin
images here.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.decorators import method_decorator
from django.views.decorators.debug import sensitive_post_parameters

from people.admin_site import Rows
from people.sign_in import address_of
from sandboxes import pins, tasks
from sandboxes.errors import Malformed
from sandboxes.models import (
    Budget,
    Fact,
    Image,
    ImagePin,
    ImageScan,
    Namespace,
    Node,
    Pod,
    PodEvent,
    RegistryCredential,
    Slot,
    Step,
)
from sandboxes.policy import is_image_id
from sandboxes.spec.registries import place_of


class LookOnly(Rows):
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
    list_display = ("name", "ready", "reason", "engine", "max_pods", "max_cpu", "max_memory", "seen_at")


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


def _by(request: HttpRequest) -> pins.By:
    return pins.By(request.user, address_of(request))  # type: ignore[arg-type]


def _wake_pending() -> None:
    """Those that may have waited for this; all others see it when they are looked at next, within a minute."""
    for uid in Pod.objects.filter(finished_at=None, status__phase="Pending").values_list("uid", flat=True):
        tasks.wake(uid)


def _in_short(image_id: str) -> str:
    """As `docker images` has it: a whole one leaves no room for the columns beside it."""
    return image_id.removeprefix("sha256:")[:12]


class ForOperators(Rows):
    """Whoever may pin sees it as well; others as Django's permissions have it."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        return pins.may_pin(request.user) or super().has_module_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return pins.may_pin(request.user) or super().has_view_permission(request)


@admin.register(Image)
class ImageAdmin(LookOnly, ForOperators):
    """The action pins names to the ids that they have now."""

    list_display = ("reference", "node", "state", "pinned", "id_in_short", "size", "message")
    list_filter = ("state", "node")
    search_fields = ("reference", "image_id")
    actions = ("pin",)

    @admin.display(description="pinned to")
    def pinned(self, row: Image) -> str:
        found = pins.pins_of((row.reference,)).get(row.reference, "")
        return "this id" if found == row.image_id and found else _in_short(found) or "-"

    @admin.display(description="image id", ordering="image_id")
    def id_in_short(self, row: Image) -> str:
        return _in_short(row.image_id)

    def has_pin_permission(self, request: HttpRequest) -> bool:
        return pins.may_pin(request.user)

    @admin.action(description="Pin to what the node has now", permissions=["pin"])
    def pin(self, request: HttpRequest, rows: QuerySet[Image]) -> None:
        chosen: dict[str, set[str]] = {}
        for row in rows:
            chosen.setdefault(row.reference, set()).add(row.image_id)
        for reference, ids in chosen.items():
            self._pin(request, reference, ids)
        _wake_pending()

    def _pin(self, request: HttpRequest, reference: str, ids: Iterable[str]) -> None:
        match sorted(ids):
            case [image_id] if is_image_id(image_id):
                pins.pin(_by(request), reference, image_id)
                self.message_user(request, f"Pinned {reference} to {image_id}.")
            case [_]:
                self.message_user(request, f"The node does not have {reference}.", messages.ERROR)
            case several:
                told = f"Nodes differ in what they have for {reference}: {', '.join(several)}. Choose one of its rows."
                self.message_user(request, told, messages.ERROR)


class ImagePinForm(forms.ModelForm):  # type: ignore[type-arg]
    """Refuses what no member can be made from."""

    class Meta:
        model = ImagePin
        fields = ("reference", "image_id")
        help_texts = {"reference": "name:tag, as nginx:1.27", "image_id": "sha256:…, whole"}

    def clean_reference(self) -> str:
        try:
            return pins.full_name(self.cleaned_data["reference"])
        except Malformed as exc:
            raise ValidationError(str(exc)) from exc

    def clean_image_id(self) -> str:
        found: str = self.cleaned_data["image_id"].strip()
        if not is_image_id(found):
            raise ValidationError(pins.NO_ID)
        return found


@admin.register(ImagePin)
class ImagePinAdmin(ForOperators):
    form = ImagePinForm
    list_display = ("reference", "image_id", "pinned_at")
    search_fields = ("reference", "image_id")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return pins.may_pin(request.user)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return pins.may_pin(request.user)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return pins.may_pin(request.user)

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        return ("reference",) if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: object, change: bool) -> None:
        obj.pk = pins.pin(_by(request), obj.reference, obj.image_id).pk
        _wake_pending()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.delete_queryset(request, [obj])

    def delete_queryset(self, request: HttpRequest, queryset: Iterable[ImagePin]) -> None:
        for row in queryset:
            pins.unpin(_by(request), row)
        _wake_pending()


@admin.register(ImageScan)
class ImageScanAdmin(LookOnly):
    """Deleting has the image scanned again before its next use."""

    list_display = ("image_id", "outcome", "message", "at")
    list_filter = ("outcome",)

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return pins.may_pin(request.user)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return pins.may_pin(request.user) or super().has_view_permission(request)


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
class RegistryCredentialAdmin(Rows):
    """Not to look at: the password would be among what is shown."""

    form = RegistryCredentialForm
    list_display = ("registry", "username")

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return self.has_change_permission(request)
