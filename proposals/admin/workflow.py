"""The workflow's pages: buttons below the form of a proposal, actions on many that are confirmed first, withdrawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from people.history import Version, lock
from people.history_admin import HistoryPages
from proposals.models import Proposal
from proposals.models.workflow import STEPS, Step, checklist, objections, steps_from, take, worked_on_by

BUTTON = "_step_"


class WithdrawalForm(forms.Form):
    """What the public is told of a withdrawal."""

    reason_en = forms.CharField(
        label=gettext_lazy("Reason, for the public"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    reason_zh = forms.CharField(
        label=gettext_lazy("Reason in Chinese"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )

    def clean(self) -> dict[str, Any]:
        """Ask for a reason in one language."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if not (cleaned.get("reason_en") or cleaned.get("reason_zh")):
            self.add_error("reason_en", _("Say why: the public reads it."))
        return cleaned


class Planned(NamedTuple):
    """One proposal of many, its version, and what stands against the step."""

    proposal: Proposal
    version: int
    against: list[str]


class WorkflowPages(HistoryPages):
    """What the pages of proposals have besides those of other records."""

    actions: Sequence[Any] = ["send", "publish", "return_to_draft", "withdraw"]

    def get_urls(self) -> list[Any]:
        """Add the page on which one is withdrawn."""
        withdrawing = self.admin_site.admin_view(self.withdraw_view)
        return [path("<int:key>/withdraw/", withdrawing, name="proposals_proposal_withdraw"), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show with the form what is missing, and the steps that may be taken."""
        proposal = self.get_object(request, object_id) if object_id and object_id.isdecimal() else None
        steps = steps_from(proposal or Proposal(), request.user)
        more = {
            "checklist": checklist(proposal) if proposal else [],
            "steps": [step for step in steps if step.name != "withdraw"],
            "may_withdraw": STEPS["withdraw"] in steps,
        }
        return super().changeform_view(request, object_id, form_url, {**more, **(extra_context or {})})

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Save all, then take the step whose button was pressed; where it cannot be taken all is saved nevertheless."""
        super().save_related(request, form, formsets, change)
        self.finish(request, form)
        for step in STEPS.values():
            if f"{BUTTON}{step.name}" in request.POST and step.name != "withdraw":
                touched = form.has_changed() or any(formset.has_changed() for formset in formsets)
                try:
                    take(form.instance, step, request.user, touched=touched)
                    self.message_user(request, step.done % {"proposal": form.instance}, messages.SUCCESS)
                except ValidationError as error:
                    said = " ".join([_("Saved, but no more than that."), *error.messages])
                    self.message_user(request, said, messages.ERROR)
                    form.instance.refresh_from_db(fields=["state", "sent_by"])
                    posted = request.POST.copy()
                    posted["_continue"] = "1"
                    request.POST = posted  # type: ignore[assignment]

    def finish(self, request: HttpRequest, form: Any) -> None:
        """Do what remains to be done with a form before a step is taken."""

    def has_delete_permission(self, request: HttpRequest, obj: Proposal | None = None) -> bool:
        """Leave what was ever public to those who may withdraw it."""
        was_public = obj is not None and obj.published_at is not None
        return super().has_delete_permission(request, obj) and (
            not was_public or request.user.has_perm(STEPS["withdraw"].permission)
        )

    def against_merging(self, request: HttpRequest, kept: Any, gone: Any) -> str:
        """Let nobody bring their own draft before the public by making it one with what is public."""
        if kept.is_public and not gone.is_public and not settings.ONE_PERSON_TEAM and worked_on_by(gone, request.user):
            return _("You worked on “%(draft)s”, which nobody has reviewed: somebody else merges it.") % {"draft": gone}
        return ""

    def may_restore(self, request: HttpRequest, record: Any) -> bool:
        """Leave what is public to those who may publish: an old version may never have been public."""
        allowed = super().may_restore(request, record)
        return allowed and (not record.is_public or request.user.has_perm(STEPS["publish"].permission))

    def withdraw_view(self, request: HttpRequest, key: int) -> HttpResponse:
        """Ask for the reason that the public is given, and withdraw."""
        proposal = Proposal.objects.filter(pk=key).first()
        if proposal is None:
            raise Http404
        if STEPS["withdraw"] not in steps_from(proposal, request.user):
            raise PermissionDenied
        form = WithdrawalForm(request.POST or None)
        if form.is_valid():
            lock(proposal)
            proposal.refresh_from_db()
            try:
                take(proposal, STEPS["withdraw"], request.user, **form.cleaned_data)
                self.message_user(request, STEPS["withdraw"].done % {"proposal": proposal}, messages.SUCCESS)
                return HttpResponseRedirect(reverse("admin:proposals_proposal_change", args=[key]))
            except ValidationError as error:  # somebody else was first
                form.add_error(None, error)
        title = _("Withdraw “%(proposal)s”") % {"proposal": proposal}
        return self._page(
            request, "proposals/proposal/withdraw", {"title": title, "form": form, "proposals": [proposal]}
        )

    @admin.action(description=gettext_lazy("Send selected proposals to review"), permissions=["change"])
    def send(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Send drafts to review."""
        return self._with_many(request, queryset, STEPS["send"])

    @admin.action(description=gettext_lazy("Publish selected proposals"), permissions=["publish"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Show proposals in public."""
        return self._with_many(request, queryset, STEPS["publish"])

    @admin.action(description=gettext_lazy("Return selected proposals to draft"), permissions=["change"])
    def return_to_draft(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Return proposals from review."""
        return self._with_many(request, queryset, STEPS["return"])

    @admin.action(description=gettext_lazy("Withdraw selected proposals"), permissions=["publish"])
    def withdraw(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Take proposals from the public, all for one reason."""
        return self._with_many(request, queryset, STEPS["withdraw"])

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Tell whether somebody may publish and withdraw."""
        return request.user.has_perm(STEPS["publish"].permission)

    def _with_many(self, request: HttpRequest, proposals: Iterable[Proposal], step: Step) -> HttpResponse | None:
        """Show what a step would do with each, and do it once that is confirmed.

        What was changed between the two is left as it is, with a message.
        """
        planned = self._plan(proposals, step, request)
        ready = [each for each in planned if not each.against]
        confirmed = "confirmed" in request.POST
        form = WithdrawalForm(request.POST if confirmed else None) if step.name == "withdraw" else None
        if confirmed and (form is None or form.is_valid()):
            seen = set(request.POST.getlist("seen"))
            fresh = [each.proposal for each in ready if f"{each.proposal.pk}:{each.version}" in seen]
            for proposal in fresh:
                take(proposal, step, request.user, **(form.cleaned_data if form else {}))
            self._report(
                request, step, done=len(fresh), not_done=[each for each in planned if each.proposal not in fresh]
            )
            return None
        context = {
            "title": step.label,
            "step": step,
            "ready": ready,
            "refused": [each for each in planned if each.against],
            "form": form,
            "action": request.POST.get("action"),
            "checkbox": ACTION_CHECKBOX_NAME,
        }
        return self._page(request, "proposals/proposal/step", context)

    def _plan(self, proposals: Iterable[Proposal], step: Step, request: HttpRequest) -> list[Planned]:
        planned = []
        for proposal in proposals:
            lock(proposal)
            against = objections(proposal, step, request.user)
            planned.append(Planned(proposal, Version.objects.last(proposal), against))
        return planned

    def _report(self, request: HttpRequest, step: Step, *, done: int, not_done: list[Planned]) -> None:
        words = ngettext("%(step)s: %(done)d proposal.", "%(step)s: %(done)d proposals.", done)
        self.message_user(request, words % {"step": step.label, "done": done}, messages.SUCCESS)
        for each in not_done:
            why = " ".join(each.against) or _("It was changed meanwhile.")
            said = _("Left as it is: %(proposal)s. %(why)s") % {"proposal": each.proposal, "why": why}
            self.message_user(request, said, messages.WARNING)
