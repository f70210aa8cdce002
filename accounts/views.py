"""The pages about one's own signing in: the code, the app, the recovery codes, and who is locked out."""

import io
import math
from base64 import b32encode
from typing import Any

import segno
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import guessing, kept_forms, second_factor
from accounts.forms import AppForm, CodeForm, ProofForm

SHOWN = "recovery_codes"
"""In the session: new recovery codes, until their owner says that they are kept."""
FEW = 3


def page(request: HttpRequest, name: str, status: int = 200, **context: Any) -> HttpResponse:
    """Answer with a page in the admin's dress."""
    shared = {**admin.site.each_context(request), REDIRECT_FIELD_NAME: then(request), **context}
    return render(request, f"admin/accounts/{name}.html", shared, status=status)


def then(request: HttpRequest) -> str:
    """Give where somebody wanted to go, if that is here: else the first page."""
    wanted = request.POST.get(REDIRECT_FIELD_NAME) or request.GET.get(REDIRECT_FIELD_NAME, "")
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else reverse("admin:index")


def locked_out(request: HttpRequest, _response: object, credentials: dict[str, str] | None) -> HttpResponse:
    """Say what happened and when it ends to whoever made too many guesses; axes calls this too."""
    end = guessing.locked_until(request, (credentials or {}).get("username")) or timezone.now()
    seconds = max(1, math.ceil((end - timezone.now()).total_seconds()))
    text = request.POST.get(kept_forms.FIELD, "")
    kept = {"kept": text, "kept_form": kept_forms.unpacked(text)}
    minutes = math.ceil(seconds / 60)
    response = page(request, "locked_out", 429, title=_("Too many tries"), end=end, minutes=minutes, **kept)
    response["Retry-After"] = str(seconds)
    add_never_cache_headers(response)
    return response


def refused(request: HttpRequest) -> HttpResponse | None:
    """Count what is posted as a guess; give the answer to whoever made too many."""
    name = request.user.get_username()
    return None if guessing.count(request, name) else locked_out(request, None, {"username": name})


def code_page(request: HttpRequest) -> HttpResponseBase:
    """Ask for the code, after the password."""
    user = request.user
    if not second_factor.device_of(user):
        return HttpResponseRedirect(reverse("admin:second_factor_app"))
    if not second_factor.is_due(request):
        return HttpResponseRedirect(then(request))
    if request.method == "POST" and (answer := refused(request)):
        return answer
    form = CodeForm(user, request.POST or None)
    if request.method != "POST" or not form.is_valid() or form.device is None:
        return page(request, "code", title=_("The second step"), form=form)
    second_factor.sign_in(request, form.device)
    guessing.forgive(request, user.get_username())
    if isinstance(form.device, StaticDevice):
        warn_of_few(request)
    return HttpResponseRedirect(then(request))


def warn_of_few(request: HttpRequest) -> None:
    """Say how many recovery codes are left to somebody who has just used one."""
    left = second_factor.codes_left(request.user)
    text = ngettext("You have %(left)s recovery code left.", "You have %(left)s recovery codes left.", left)
    hint = _("If the app is lost, set up another under “Second factor”.")
    messages.warning(request, f"{text % {'left': left}} {hint}")


def second_factor_page(request: HttpRequest) -> HttpResponseBase:
    """Show what is set up; make new recovery codes, or take all away where nobody demands it."""
    device = second_factor.device_of(request.user)
    if request.method == "POST" and device and (answer := refused(request)):
        return answer
    form = ProofForm(request.user, request.POST or None)
    if request.method == "POST" and device and form.is_valid():
        guessing.forgive(request, request.user.get_username())
        if "take_away" in request.POST and not settings.SECOND_FACTOR:
            second_factor.take_away(request.user, request.user)  # type: ignore[arg-type]  # nobody else gets here
            request.session[second_factor.ASKED] = False
            return HttpResponseRedirect(reverse("admin:second_factor"))
        return show_new_codes(request)
    context: dict[str, Any] = {"form": form, "device": device, "left": second_factor.codes_left(request.user)}
    context |= {"few": context["left"] < FEW, "may_remove": not settings.SECOND_FACTOR}
    return page(request, "second_factor", title=_("Second factor"), **context)


def app_page(request: HttpRequest) -> HttpResponseBase:
    """Set up an app that makes codes; in the place of another only for whoever proves to be its owner."""
    user, own = request.user, second_factor.device_of(request.user)
    if own and getattr(user, "otp_device", None) is None:
        return HttpResponseRedirect(reverse("admin:second_factor_code"))
    if request.method == "POST" and own and (answer := refused(request)):
        return answer
    key = second_factor.new_key(request)
    proof = ProofForm(user, request.POST or None) if own else None
    form = AppForm(key, request.POST or None)
    if request.method == "POST" and (proof is None or proof.is_valid()) and form.is_valid():
        second_factor.sign_in(request, second_factor.set_up(user, key, form.clock))
        guessing.forgive(request, user.get_username())
        return show_new_codes(request)
    spelled = spelled_out(key)
    return page(request, "app", title=_("Set up the second factor"), form=form, proof=proof, own=own, key=spelled)


def device_with(request: HttpRequest) -> TOTPDevice:
    """Give the device that the app on this page is going to be; it is not kept yet."""
    return TOTPDevice(user=request.user, key=second_factor.new_key(request))


def spelled_out(key: str) -> str:
    """Give the key as apps take it, in groups of four."""
    letters = b32encode(bytes.fromhex(key)).decode()
    return " ".join(letters[at : at + 4] for at in range(0, len(letters), 4))


@require_GET
def qr_code(request: HttpRequest) -> HttpResponseBase:
    """Draw what the app is to read: as a picture of its own, because pages may hold none."""
    if second_factor.KEY not in request.session:
        return HttpResponseRedirect(reverse("admin:second_factor_app"))
    drawn = io.BytesIO()
    code = segno.make(device_with(request).config_url, error="m", micro=False)
    code.save(drawn, kind="svg", scale=6, border=4, light="white", svgclass=None, lineclass=None)
    return HttpResponse(drawn.getvalue(), content_type="image/svg+xml")


def show_new_codes(request: HttpRequest) -> HttpResponseBase:
    """Make new recovery codes and go to where they are shown."""
    request.session[SHOWN] = second_factor.new_codes(request.user)
    return HttpResponseRedirect(reverse("admin:recovery_codes"))


def recovery_codes(request: HttpRequest) -> HttpResponseBase:
    """Show new recovery codes until their owner has kept them; then nobody sees them again."""
    if request.method == "POST":
        request.session.pop(SHOWN, None)
        waits = kept_forms.waiting(request)
        return HttpResponseRedirect(reverse("admin:kept_form" if waits else "admin:index"))
    codes = request.session.get(SHOWN)
    if not codes:
        return HttpResponseRedirect(reverse("admin:second_factor"))
    return page(request, "recovery_codes", title=_("Recovery codes"), codes=codes)


@require_GET
def recovery_codes_text(request: HttpRequest) -> HttpResponseBase:
    """Give the same as a file."""
    codes = request.session.get(SHOWN)
    if not codes:
        return HttpResponseRedirect(reverse("admin:second_factor"))
    text = _("Recovery codes of %(name)s at %(site)s. Each is good for one sign-in.")
    lines = [text % {"name": request.user.get_username(), "site": request.get_host()}, "", *codes, ""]
    headers = {"Content-Disposition": 'attachment; filename="lianghui-recovery-codes.txt"'}
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8", headers=headers)


def kept_form_page(request: HttpRequest) -> HttpResponseBase:
    """Offer to send once more what was sent when the session had ended, or to give it up."""
    kept = kept_forms.waiting(request)
    if request.method == "POST" or kept is None:
        request.session.pop(kept_forms.IN_SESSION, None)
        return HttpResponseRedirect(kept.path.partition("?")[0] if kept else reverse("admin:index"))
    return page(request, "kept_form", title=_("You are signed in again"), kept_form=kept)
