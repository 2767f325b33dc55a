"""The people's rows in Django's admin: to look at and to delete, never to write a digest by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from people.models import AccessToken, LoginFailure, SignInLink

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Model]
else:  # Django's own class takes no parameter
    ModelAdmin = admin.ModelAdmin


class LookAndDelete(ModelAdmin):
    """Deleting revokes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(AccessToken)
class AccessTokenAdmin(LookAndDelete):
    list_display = ("user", "name", "created_at", "expires_at", "last_used_at")
    exclude = ("digest",)


@admin.register(SignInLink)
class SignInLinkAdmin(LookAndDelete):
    list_display = ("user", "created_at", "expires_at", "used_at")
    exclude = ("digest",)


@admin.register(LoginFailure)
class LoginFailureAdmin(LookAndDelete):
    list_display = ("username", "address", "at")
