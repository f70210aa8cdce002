"""Accounts in the admin: who has a second factor, taking a lost one away, and who could not sign in."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import second_factor
from accounts.models import FailedSignIn
from people.record_admin import SteadyLists

admin.site.unregister([User, Group, TOTPDevice, StaticDevice])  # the pages of devices show the keys


def may_touch(request: HttpRequest, account: User | None) -> bool:
    """Whether an account is no superuser's, or a superuser asks."""
    return account is None or not account.is_superuser or request.user.is_superuser


@admin.register(User)
class AccountAdmin(SteadyLists, UserAdmin):  # type: ignore[type-arg]
    """Django's own, with the second factor."""

    list_display = ("username", "email", "first_name", "last_name", "is_staff", "has_second_factor")
    readonly_fields = ("second_factor",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        """Ask for the second factors along with the accounts."""
        apps = TOTPDevice.objects.filter(user=OuterRef("pk"), confirmed=True)
        accounts: QuerySet[User] = super().get_queryset(request)
        return accounts.annotate(second_factor_is_there=Exists(apps))

    @admin.display(boolean=True, description=gettext_lazy("second factor"))
    def has_second_factor(self, account: Any) -> bool:
        """Whether an app is set up."""
        return bool(account.second_factor_is_there)

    @admin.display(description=gettext_lazy("Second factor"))
    def second_factor(self, account: User) -> str:
        """Lead to the page on which it is taken away."""
        url = reverse("admin:auth_user_second_factor", args=[account.pk])
        said = _("set up") if second_factor.device_of(account) else _("not set up")
        return format_html('{} · <a href="{}">{}</a>', said, url, _("Take it away"))

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Show it after the password; who may not take it away does not see it."""
        usual = list(super().get_fieldsets(request, obj))
        is_superuser = request.user.is_superuser
        return [*usual, (None, {"fields": ["second_factor"]})] if obj and is_superuser else usual

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        """Let superusers alone give more than the roles hold: who looks after accounts would give it to themselves."""
        usual = super().get_readonly_fields(request, obj)
        return usual if request.user.is_superuser else (*usual, "is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse others a superuser's account and its password, by which they would sign in as one."""
        return super().has_change_permission(request, obj) and may_touch(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Refuse others to delete a superuser."""
        return super().has_delete_permission(request, obj) and may_touch(request, obj)

    def get_urls(self) -> list[Any]:
        """Add the page on which a lost one is taken away."""
        taking = self.admin_site.admin_view(self.take_away)
        return [path("<int:key>/second-factor/", taking, name="auth_user_second_factor"), *super().get_urls()]

    def take_away(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """Take a lost app and its recovery codes away, once that is confirmed; only superusers may."""
        if not request.user.is_superuser:
            raise PermissionDenied
        account = self.get_object(request, str(key))
        if account is None:
            raise Http404
        if request.method == "POST":
            second_factor.take_away(account, request.user)
            messages.success(request, _("%(name)s now signs in by password and sets up another.") % {"name": account})
            return HttpResponseRedirect(reverse("admin:auth_user_change", args=[account.pk]))
        context = {
            **self.admin_site.each_context(request),
            "title": _("Take away the second factor of %(name)s") % {"name": account},
            "account": account,
            "device": second_factor.device_of(account),
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/accounts/take_away.html", context)


@admin.register(Group)
class RoleAdmin(SteadyLists, GroupAdmin):
    """Django's own."""


@admin.register(FailedSignIn)
class FailedSignInAdmin(SteadyLists):
    """Who could not sign in from where: for those who look after accounts. To delete a row lets in again."""

    list_display = ("username", "ip_address", "failures", "last", "locked_until")
    list_display_links = None
    search_fields = ("username", "ip_address")
    list_per_page = 50
    ordering = ("-attempt_time",)

    @admin.display(description=gettext_lazy("tries"), ordering="failures_since_start")
    def failures(self, row: FailedSignIn) -> int:
        """How many there were."""
        return int(row.failures_since_start)

    @admin.display(description=gettext_lazy("last"), ordering="attempt_time")
    def last(self, row: FailedSignIn) -> datetime:
        """When the last one was."""
        at: datetime = row.attempt_time
        return at

    @admin.display(description=gettext_lazy("locked until"))
    def locked_until(self, row: FailedSignIn) -> datetime | None:
        """When the next try is looked at, if they are used up."""
        used_up = row.failures_since_start >= settings.AXES_FAILURE_LIMIT
        return row.attempt_time + settings.AXES_COOLOFF_TIME if used_up else None

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Show it to those who look after accounts: addresses are personal."""
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: FailedSignIn | None = None) -> bool:
        """Let those see it who may change accounts."""
        return request.user.has_perm("auth.change_user")

    def has_delete_permission(self, request: HttpRequest, obj: FailedSignIn | None = None) -> bool:
        """Let the same delete it."""
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: they come about by themselves."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: FailedSignIn | None = None) -> bool:
        """Refuse: what was tried is not changed."""
        return False
