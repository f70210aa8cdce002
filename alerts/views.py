"""The pages of alerts: ask to be told, confirm, change, stop.

None of them knows who asks, sets a cookie or is kept anywhere; what a signed link allows, whoever has it may do.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from alerts.following import LISTS, LONGEST_QUERY, RECORDS, Subjected
from alerts.forms import FollowForm, YoursForm
from alerts.limits import OF_A_CLIENT, once_more, seconds_left
from alerts.links import CONFIRM, STOP, YOURS, BadLinkError, OldLinkError, read, stop_link, yours_link
from alerts.models import Language, Pending, Subject, Subscriber
from alerts.subscribing import TooManyError, ask, change, confirm, remove, stop
from people.doubles import successor
from proposals.clients import client_address

View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Let an answer be kept nowhere, found by no search engine, and its address be told to no other site.

    Forgery is not asked for: there is no session that another site could use, what a link allows it allows by its
    signature, and a form that another site sends is turned away by what the browser says of where it comes from.
    """

    @csrf_exempt
    @sensitive_post_parameters()
    @sensitive_variables()
    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = _odd(request) or view(request, *args, **kwargs)
        response["Cache-Control"] = "no-store"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex"
        vars(response)["_has_been_logged"] = True  # Django notes refusals by path, and a link lets in whoever has it
        return response

    return answer


def _odd(request: HttpRequest) -> HttpResponse | None:
    """Answer to a method that no page here knows, and to a form on another site's page."""
    if request.method not in ("GET", "HEAD", "POST"):
        response = said(request, "method", status=405)
        response["Allow"] = "GET, HEAD, POST"
        return response
    from_mail = request.POST.get("List-Unsubscribe") == "One-Click" if request.method == "POST" else False
    if request.method == "POST" and request.headers.get("Sec-Fetch-Site") == "cross-site" and not from_mail:
        return said(request, "elsewhere", status=403)
    return None


def said(request: HttpRequest, what: str, *, status: int = 200, **more: object) -> HttpResponse:
    """Render one of the plain pages of `said.html`."""
    return render(request, "alerts/said.html", {"what": what, **more}, status=status)


@private
def follow_list(request: HttpRequest, followed: str) -> HttpResponse:
    """Ask for an address to be told of what is added to a list; the parameters are the list's own."""
    wished = Subjected(Pending(followed=followed, query=request.GET.urlencode()))
    kept = Pending(followed=followed, query=wished.asked.query.whole.canonical.removeprefix("?"))
    if len(kept.query) > LONGEST_QUERY:
        return said(request, "long")
    if not wished.readable:
        return said(request, "unreadable", form=wished.asked.form, page=Subjected(kept).page)
    return _follow(request, kept)


@private
def follow_record(request: HttpRequest, followed: str, name: str) -> HttpResponse:
    """Ask for an address to be told of what is new on a proposal, given by key, a delegate or an agency, by slug."""
    field, model = ("pk" if followed == "proposal" else "slug"), RECORDS[followed]
    record = model._default_manager.filter(**{field: name}).first()
    record = record or successor(model, **{"key" if field == "pk" else "slug": name})
    subject = Pending(followed=followed, key=record.pk if record is not None else None)
    if record is None or not Subjected(subject).there:
        raise Http404
    return _follow(request, subject)


def _follow(request: HttpRequest, subject: Subject) -> HttpResponse:
    if not settings.ALERTS_BY_MAIL:
        return said(request, "off", status=404)
    form = FollowForm(request.POST) if request.method == "POST" else FollowForm()
    if request.method == "POST" and form.is_valid():
        if not once_more("client", client_address(request), OF_A_CLIENT):
            response = said(request, "often", status=429)
            response["Retry-After"] = str(seconds_left())
            return response
        if not form.cleaned_data["website"]:
            ask(subject, form.cleaned_data, get_language() or Language.ENGLISH)
        return redirect("asked_alert")
    subjected = Subjected(subject)
    context = {"form": form, "words": subjected.marked(), "page": subjected.page, "followed": subject.followed}
    return render(request, "alerts/follow.html", context | {"is_list": subject.followed in LISTS})


@private
def asked(request: HttpRequest) -> HttpResponse:
    """Tell whoever asked to look into their mail."""
    return said(request, "asked")


def _linked(request: HttpRequest, token: str, salt: str) -> uuid.UUID | HttpResponse:
    """Give what a signed link means, or the page for one that is good no more, or never was."""
    try:
        return read(token, salt)
    except OldLinkError:
        return said(request, "old", status=410)
    except BadLinkError:
        return said(request, "bad", status=404)


@private
def confirm_alert(request: HttpRequest, token: str) -> HttpResponse:
    """Begin a subscription when its button is pressed; to open the link, as scanners of mail do, begins nothing."""
    meant = _linked(request, token, CONFIRM)
    if isinstance(meant, HttpResponse):
        return meant
    if request.method != "POST":
        waiting = Pending.objects.filter(token=meant).first()
        if waiting is not None:
            asking = {"words": Subjected(waiting).marked(), "waiting": waiting}
            return render(request, "alerts/confirm.html", asking)
    try:
        subscription = confirm(meant)
    except TooManyError:
        return said(request, "many", status=409)
    if subscription is None:
        return said(request, "old", status=410)
    language = get_language() or Language.ENGLISH
    subjected = Subjected(subscription)
    subscriber = subscription.subscriber
    shown: dict[str, Any] = {"words": subjected.marked(), "page": subjected.page, "subscriber": subscriber}
    return said(request, "confirmed", **shown, yours=yours_link(subscriber, language))


@private
def your_alerts(request: HttpRequest, token: str) -> HttpResponse:
    """Show what is followed from an address, and change how often, in which language, and what."""
    meant = _linked(request, token, YOURS)
    if isinstance(meant, HttpResponse):
        return meant
    subscriber = Subscriber.objects.filter(token=meant).first()
    if subscriber is None:
        return said(request, "nothing", status=410)
    done = ""
    wish = {"frequency": subscriber.frequency, "language": subscriber.language}
    form = YoursForm(initial=wish)
    if request.method == "POST" and "remove" in request.POST:
        done = "removed"
        if remove(subscriber, request.POST["remove"]):
            return said(request, "stopped")
    elif request.method == "POST":
        form = YoursForm(request.POST)
        if form.is_valid():
            done = "changed"
            change(subscriber, form.cleaned_data)
    followed = [(each, Subjected(each)) for each in subscriber.subscriptions.all()]
    rows = [{"key": each.pk, "words": subject.marked(), "page": subject.page} for each, subject in followed]
    stop_it = stop_link(subscriber, get_language() or Language.ENGLISH)
    context = {"form": form, "rows": rows, "stop": stop_it, "done": done, "suspended": subscriber.suspended_at}
    return render(request, "alerts/yours.html", context)


@private
def stop_alerts(request: HttpRequest, token: str) -> HttpResponse:
    """Stop everything when the button is pressed, or a mail program asks for it in one click (RFC 8058)."""
    meant = _linked(request, token, STOP)
    if isinstance(meant, HttpResponse):
        return meant
    if request.method == "POST" or not Subscriber.objects.filter(token=meant).exists():
        stop(meant)
        return said(request, "stopped")
    return render(request, "alerts/stop.html")
