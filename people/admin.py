"""The people's rows in Django's admin: roles and teams to write, credentials to look at and to delete, never to write
a digest by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from asgiref.sync import async_to_sync
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.forms import BaseInlineFormSet, ModelForm
from django.http import HttpRequest, HttpResponse

from people import provider, sessions, team_admins
from people.admin_site import Rows
from people.groups import mapping_of
from people.guests import make_code
from people.models import (
    AccessToken,
    EventCode,
    GroupMapping,
    Guest,
    LoginFailure,
    Membership,
    RoleAssignment,
    SignInLink,
    Team,
    TrailEntry,
)

if TYPE_CHECKING:
    MembersInline = admin.TabularInline[Membership, Team]
    MembersFormSet = BaseInlineFormSet[Membership, Team, ModelForm[Membership]]
else:  # Django's own classes take no parameter
    MembersInline, MembersFormSet = admin.TabularInline, BaseInlineFormSet


class LookAndDelete(Rows):
    """Deleting revokes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(AccessToken)
class AccessTokenAdmin(LookAndDelete):
    list_display = ("user", "name", "scopes", "created_at", "expires_at", "last_used_at")
    exclude = ("digest",)


@admin.register(SignInLink)
class SignInLinkAdmin(LookAndDelete):
    list_display = ("user", "created_at", "expires_at", "used_at")
    exclude = ("digest",)


@admin.register(TrailEntry)
class TrailEntryAdmin(LookAndDelete):
    list_display = ("at", "actor", "role", "act", "path", "owner", "code", "address")
    list_filter = ("role", "act", "code")
    search_fields = ("actor", "path", "owner")

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(LoginFailure)
class LoginFailureAdmin(LookAndDelete):
    list_display = ("username", "address", "at")


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(Rows):
    """A role that is given by hand stays, whatever groups say."""

    list_display = ("user", "role")

    def save_model(self, request: HttpRequest, obj: Model, form: object, change: bool) -> None:
        assert isinstance(obj, RoleAssignment)
        obj.from_groups = False
        obj.save()


class MembersForm(MembersFormSet):
    """Refuses a guest as an admin, and what would leave a team that has one without."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        stay = [form for form in self.forms if form not in self.deleted_forms]
        admins = [form for form in stay if form.cleaned_data.get("role") == Membership.ADMIN]
        if never := [told for form in admins if (told := team_admins.why_never(form.cleaned_data["user"]))]:
            raise ValidationError(never)
        if self.instance.pk is None:
            return
        if any("role" in form.changed_data or form.instance.pk is None for form in admins):
            return  # one is made here
        leaving = {form.instance.pk for form in self.initial_forms} - {form.instance.pk for form in admins}
        if last := team_admins.last_admins(self.instance.pk, leaving):
            raise ValidationError(team_admins.refusal(last))


class Members(MembersInline):
    model = Membership
    formset = MembersForm
    extra = 1


@admin.register(Team)
class TeamAdmin(Rows):
    list_display = ("name", "created_at")
    inlines = (Members,)

    def save_formset(self, request: HttpRequest, form: object, formset: Any, change: bool) -> None:
        """Who is put in by hand stays in, whatever groups say."""
        for row in formset.save(commit=False):
            row.from_groups = False
            row.save()
        for row in formset.deleted_objects:
            row.delete()


@admin.register(EventCode)
class EventCodeAdmin(Rows):
    """The code is made when the event is, and shown then; afterwards its end and its places can be changed."""

    list_display = ("event", "expires_at", "used", "most_guests", "guest_minutes")
    fields = ("event", "expires_at", "most_guests", "guest_minutes", "used")
    readonly_fields = ("used",)

    def save_model(self, request: HttpRequest, obj: Model, form: object, change: bool) -> None:
        assert isinstance(obj, EventCode)
        if change:
            obj.save()
        else:
            self.message_user(request, f"The code is {make_code(obj)}. It is shown only now.")


@admin.register(GroupMapping)
class GroupMappingAdmin(Rows):
    """The action tells what groups come to, and what is found of the provider; `manage.py groups GROUP …` and
    `manage.py provider` do without a row.
    """

    list_display = ("group", "role", "team", "team_role")
    actions = ("test",)

    @admin.action(description="Test the provider, and what somebody in all of these groups gets", permissions=["view"])
    def test(self, request: HttpRequest, rows: QuerySet[GroupMapping]) -> None:
        told = mapping_of(sorted({row.group for row in rows}))
        teams = ", ".join(f"{role} of {team}" for team, role in sorted(told.teams.items()))
        self.message_user(request, f"Role: {told.role or 'none of these gives one'}. Teams: {teams or 'none'}.")
        for found in async_to_sync(provider.tested)():
            level = messages.SUCCESS if found.is_good else messages.WARNING
            self.message_user(request, f"Provider: {found.said}", level)


@admin.register(Guest)
class GuestAdmin(LookAndDelete):
    list_display = ("user", "event", "expires_at")


# Django's groups give nothing here: roles and teams do.
admin.site.unregister(Group)
admin.site.unregister(User)


@admin.register(User)
class People(Rows, UserAdmin):  # type: ignore[type-arg]
    """Sessions are not rows to look at: their key is what a browser signs in with, and the address of the page.

    Who is a team's last admin is not deleted.
    """

    actions = ("sign_out",)

    @transaction.atomic
    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Its actions too look and delete in one transaction, as the page of one user does."""
        return super().changelist_view(request, extra_context)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """With what keeps them from being deleted, among it that a team would be without an admin."""
        going, counts, missing, protected = super().get_deleted_objects(objs, request)
        leaving = dict(Membership.objects.filter(user__in=objs).values_list("pk", "team"))
        found = (team_admins.last_admins(team, leaving.keys()) for team in sorted(set(leaving.values())))
        return going, counts, missing, [*protected, *(team_admins.refusal(last) for last in found if last)]

    @admin.action(description="Sign out everywhere", permissions=["change"])
    def sign_out(self, request: HttpRequest, rows: QuerySet[User]) -> None:
        ended = sum(sessions.end_all(user) for user in rows)
        self.message_user(request, f"Sessions that were ended: {ended}.")


# allauth's own pages show secrets, and mail that nobody sends; its provider is a setting.
for model in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(model)


@admin.register(Authenticator)
class AuthenticatorAdmin(LookAndDelete):
    """Deleting lets somebody in again who has lost app and recovery codes."""

    list_display = ("user", "type", "created_at", "last_used_at")
    exclude = ("data",)


@admin.register(SocialAccount)
class SocialAccountAdmin(LookAndDelete):
    """Who came from the identity provider, and what it told of them last."""

    list_display = ("user", "uid", "provider", "last_login")
