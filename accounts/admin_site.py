"""The analysts' admin, as only those see it who are wholly signed in, with the pages about that."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.i18n import set_language

from accounts import guessing, kept_forms, second_factor, views
from proposals.admin_site import LianghuiAdminSite

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class SignedInSite(LianghuiAdminSite):
    """The admin site behind a password and a code."""

    login_template = "admin/accounts/login.html"

    def get_urls(self) -> list[Any]:
        """Add the pages about one's own signing in."""
        return [
            path("language/", self.set_language, name="set_language"),
            path("second-factor/", self.own(views.second_factor_page), name="second_factor"),
            path("second-factor/code/", self.between(views.code_page), name="second_factor_code"),
            path("second-factor/app/", self.between(views.app_page), name="second_factor_app"),
            path("second-factor/app/qr.svg", self.between(views.qr_code), name="second_factor_qr"),
            path("second-factor/recovery-codes/", self.own(views.recovery_codes), name="recovery_codes"),
            path("second-factor/recovery-codes.txt", self.own(views.recovery_codes_text), name="recovery_codes_text"),
            path("signed-in/", self.own(views.kept_form_page), name="kept_form"),
            *super().get_urls(),
        ]

    def own(self, view: View) -> View:
        """Wrap a page about one's own account: what it writes is no change of the record."""
        return AdminSite.admin_view(self, sensitive_post_parameters()(view))

    def between(self, view: View) -> View:
        """Wrap a page for whoever has given the password, and perhaps no code yet."""

        @wraps(view)
        def asking(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            if not AdminSite.has_permission(self, request):
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            return view(request, *args, **kwargs)

        return cast("View", never_cache(sensitive_post_parameters()(asking)))

    def has_permission(self, request: HttpRequest) -> bool:
        """Demand the code too, of whoever is asked for one; to go away nobody needs it."""
        allowed = super().has_permission(request)
        return allowed and (not second_factor.is_due(request) or request.path == reverse("admin:logout"))

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Wrap a view as below; a form that comes too late is kept while its sender signs in again."""
        usual = super().admin_view(view, cacheable)

        @wraps(usual)
        def keeping(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
            allowed = self.has_permission(request)
            out = not request.user.is_authenticated or second_factor.is_due(request)
            if out and not allowed and kept_forms.is_worth_keeping(request):
                return self.ask_again(request, kept_forms.packed(request))
            if allowed and request.method == "POST":
                request.session.pop(kept_forms.IN_SESSION, None)  # it is sent once more, or given up
            return usual(request, *args, **kwargs)

        return cast("View", keeping)

    def ask_again(self, request: HttpRequest, text: str) -> TemplateResponse:
        """Answer a form that came too late with the page that asks for the password, and carries it."""
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "app_path": reverse("admin:login"),
            REDIRECT_FIELD_NAME: reverse("admin:kept_form"),
            "form": AdminAuthenticationForm(request),
            "kept": text,
            "kept_form": kept_forms.unpacked(text),
        }
        response = TemplateResponse(request, self.login_template, context, status=403)
        add_never_cache_headers(response)
        return response

    def set_language(self, request: HttpRequest) -> HttpResponseBase:
        """Switch as Django does; where the page carries a form that came too late, show it at once, not to lose it."""
        response = set_language(request)
        text, chosen = request.POST.get(kept_forms.FIELD, ""), response.cookies.get(settings.LANGUAGE_COOKIE_NAME)
        if not chosen or not kept_forms.unpacked(text):
            return response
        translation.activate(chosen.value)
        page = self.ask_again(request, text)
        page.cookies = response.cookies
        return page

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Ask for the password, then for the code; take over a form that was kept meanwhile."""
        if request.method == "GET" and AdminSite.has_permission(self, request) and second_factor.is_due(request):
            then = urlencode({REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, "")})
            return HttpResponseRedirect(f"{reverse('admin:second_factor_code')}?{then}")
        text = request.POST.get(kept_forms.FIELD, "")
        kept = {"kept": text, "kept_form": kept_forms.unpacked(text)}
        response = super().login(request, {**kept, **(extra_context or {})})
        if request.method == "POST" and isinstance(response, HttpResponseRedirect):
            if text and not kept_forms.take_over(request, text):
                return HttpResponseRedirect(reverse("admin:index"))
            if not second_factor.is_due(request):
                guessing.forgive(request, request.user.get_username())
        return response
