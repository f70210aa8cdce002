"""What an analyst does with the suggestions of an article: each button's deed, after all that was typed is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from people.batches import Batch
from people.models import Delegate
from people.record_forms import is_key
from proposals.admin.intake_panels import Panel, SourceForm, panels, source_of, take_in_source
from proposals.intake import editing
from proposals.intake.accepting import accept
from proposals.intake.marking import located
from proposals.models import Intake, Proposal, Source
from proposals.models.intakes import LEFT_OUT, OPEN
from proposals.sheets.importing import NotImportedError
from proposals.sheets.names import Names

if TYPE_CHECKING:
    from proposals.admin.intake import IntakeAdmin

MARKS = {
    "demand": gettext_lazy("a demand"),
    "figure": gettext_lazy("a figure"),
    "title": gettext_lazy("the title"),
    "name": gettext_lazy("the name of one more delegate"),
    "spelling": gettext_lazy("another spelling of the delegate"),
    "section": gettext_lazy("where a new section begins"),
    "nothing": gettext_lazy("not to be read"),
}
"""What an analyst can say of a passage."""
FOUND_AT_MOST = 8
ENTERS = ("proposals.add_proposal", "proposals.add_source", "people.add_delegate", "people.change_delegate")
"""What somebody must be allowed who accepts drafts: more than to read articles."""


def address_of(intake: Intake, anchor: str = "", page: str = "") -> str:
    """Give the address of the page on which an article is read, at the form with the key `anchor`."""
    asked = f"?p={page}" if is_key(page) else ""
    return f"{reverse('admin:proposals_intake_change', args=[intake.pk])}{asked}{anchor and f'#{anchor}'}"


class Desk:
    """One request that does something with the suggestions of an article: what is typed is kept first, always."""

    def __init__(self, page: IntakeAdmin, request: HttpRequest, intake: Intake, drafts: dict[int, Proposal]) -> None:
        self.page, self.request, self.intake, self.drafts = page, request, intake, drafts
        self.typed = request.POST
        self.names = Names()

    def do(self) -> HttpResponse:
        """Keep what was typed, then do what the button says: its word, and the key of what it stands beside."""
        word, _space, key = self.typed.get("do", "").partition(" ")
        stale = self.typed.get("edits") != str(self.intake.edits)
        before = self._opened() if stale else None
        lost = editing.take_in(self.intake.sections, self.typed.getlist("shown"), self.typed.dict(), before)
        lost += take_in_source(self.intake, self.typed.dict(), before)
        if stale:
            self._warn(lost)
        elif word == "accept":
            return self._accept([section["key"] for section in self._meant(key)])
        action: Callable[[str], str] = getattr(self, f"_do_{word}", lambda key: key)
        return self._back("" if stale else action(key))

    def _opened(self) -> dict[str, str]:
        """Give the sums of what stood in the fields when the page was opened; none where the browser sends nonsense."""
        try:
            sent = json.loads(self.typed.get("opened", ""))
        except ValueError:
            return {}
        return {str(name): str(value) for name, value in sent.items()} if isinstance(sent, dict) else {}

    def _warn(self, lost: list[str]) -> None:
        """Tell that something was saved after the page was opened, and what could not be kept in its field."""
        who = self.intake.changed_by
        if who == self.request.user:
            words = _("You changed this elsewhere after you opened it here: look, then do it again.")
        else:
            words = _("%(who)s changed this after you opened it: look, then do it again.") % {"who": who or "?"}
        self._say(words, messages.WARNING)
        for text in lost:
            self._say(_("This has no field any more: %(text)s") % {"text": text}, messages.WARNING)

    def _meant(self, key: str) -> list[editing.Item]:
        """Give the open section with a key, or all that are ticked."""
        return [one for one in self.intake.open_sections if (one["key"] == key if key else one["take"])]

    def _save(self) -> None:
        self.intake.changed_by = self.request.user  # type: ignore[assignment]  # the page is for those who are logged in
        self.intake.save()

    def _back(self, anchor: str = "") -> HttpResponse:
        self._save()
        return HttpResponseRedirect(address_of(self.intake, anchor, self.request.GET.get("p", "")))

    def _say(self, words: str, level: int = messages.SUCCESS) -> None:
        messages.add_message(self.request, level, words)

    def _accept(self, keys: list[str]) -> HttpResponse:
        """Enter drafts; where something is wrong, say it beside the field, and enter none."""
        if not self.request.user.has_perms(ENTERS):
            raise PermissionDenied
        if not keys:
            self._say(_("Nothing is open and ticked."), messages.WARNING)
            return self._back()
        there = source_of(self.intake)
        form = SourceForm.of(self.intake, bound=there is None)
        meant = panels(self.intake, keys, self.names, checked=keys)
        checked = [panel.is_valid() for panel in meant]
        if all(checked) and (there or form.is_valid()):
            return self._enter(there or form.save(commit=False), meant)
        self._save()
        self._say(_("Nothing is entered yet: see what is marked below."), messages.ERROR)
        return self.page.show(self.request, self.intake, self.drafts, self.names, (form, meant))

    def _enter(self, source: Source, meant: list[Panel]) -> HttpResponse:
        """Enter what has been checked; what the record refuses all the same is told, and nothing is entered."""
        before = deepcopy(self.intake.sections)
        try:
            batch = accept(self.intake, source, [panel.draft() for panel in meant], self.request.user)
        except (ValidationError, NotImportedError) as error:
            self.intake.sections = before
            self._say(" ".join(getattr(error, "messages", [str(error)])), messages.ERROR)
            return self._back()
        self._tell(batch, [panel.section["proposal"] for panel in meant])
        return HttpResponseRedirect(address_of(self.intake, page=self.request.GET.get("p", "")))

    def _tell(self, batch: Batch, keys: list[int]) -> None:
        """Name the drafts, each with a link, and where they are undone."""
        made = [
            (reverse("admin:proposals_proposal_change", args=[one.pk]), one)
            for one in Proposal.objects.filter(pk__in=keys).order_by("pk")
        ]
        said = ngettext("%(number)s draft is entered:", "%(number)s drafts are entered:", len(made))
        links = format_html_join("; ", '<a href="{}">{}</a>', made)
        undo = format_html(
            '<a href="{}">{}</a>', reverse("admin:proposals_proposal_import", args=[batch.pk]), _("Undo")
        )
        self._say(format_html("{} {} — {}", said % {"number": len(made)}, links, undo))

    def _section(self, key: str) -> editing.Item | None:
        found = editing.find(self.intake.sections, key)
        return found[0] if found and found[0]["state"] == OPEN else None

    def _do_leave(self, key: str) -> str:
        if section := self._section(key):
            editing.leave_out(section, out=True)
        return key

    def _do_take(self, key: str) -> str:
        found = editing.find(self.intake.sections, key)
        if found and found[0]["state"] == LEFT_OUT:
            editing.leave_out(found[0], out=False)
        return key

    def _do_mine(self, key: str) -> str:
        return self._decide(key, theirs=False)

    def _do_theirs(self, key: str) -> str:
        return self._decide(key, theirs=True)

    def _decide(self, key: str, *, theirs: bool) -> str:
        key, _space, field = key.partition(" ")
        if found := editing.find(self.intake.open_sections, key):
            editing.decide(found[2], field, theirs=theirs)
        return key

    def _do_finish(self, _key: str) -> str:
        for section in self.intake.open_sections:
            editing.leave_out(section, out=True)
        return ""

    def _do_merge(self, key: str) -> str:
        section = self._section(key)
        return editing.merge(section, key, self.intake.text) if section else key

    def _do_split(self, key: str) -> str:
        section, at = self._section(key), self.typed.get(f"{key}-at", "")
        return editing.split(section, key, int(at) if is_key(at) else None) if section else key

    def _do_add_demand(self, key: str) -> str:
        return self._add("demands", key, lambda new: editing.new_demand(new, "", []))

    def _do_add_figure(self, key: str) -> str:
        return self._add("figures", key, lambda new: editing.new_figure(new, []))

    def _do_add_person(self, key: str) -> str:
        return self._add("people", key, lambda new: editing.new_person(new, "", []))

    def _add(self, name: str, key: str, make: Callable[[str], editing.Item]) -> str:
        section = self._section(key)
        if section is None or len(section[name]) >= editing.MOST[name]:
            return key
        new = make(editing.free_key(section, name))
        section[name].append(new)
        return str(new["key"])

    def _do_add_section(self, _key: str) -> str:
        return str(editing.add_section(self.intake)["key"])

    def _do_look_up(self, key: str) -> str:
        """Offer the delegates whose names are like what was typed, as further candidates."""
        found = editing.find(self.intake.open_sections, key)
        if found is None or found[1] != "people":
            return key
        person, words = found[2], found[2]["other"].strip()
        pages = self.page.admin_site.get_model_admin(Delegate)
        rows, _doubles = pages.get_search_results(self.request, pages.get_queryset(self.request), words)
        offered = {one["slug"] for one in person["candidates"]}
        slugs = (
            list(dict.fromkeys(row.slug for row in rows[: 3 * FOUND_AT_MOST] if row.slug not in offered))[
                :FOUND_AT_MOST
            ]
            if words
            else []
        )
        person["candidates"] += [{"slug": slug, "certain": False, "why": ""} for slug in slugs]
        if slugs:
            person["who"] = slugs[0] if len(slugs) == 1 else ""
        else:
            self._say(_("Nobody of this name is in the record: %(name)s") % {"name": words}, messages.WARNING)
        return key

    def _do_mark(self, _key: str) -> str:
        """Take a passage, given by its words, for what the analyst says it is."""
        words, what = self.typed.get("passage", "").replace("\x00", "").strip(), self.typed.get("is", "")
        near = self.typed.get("passage-at", "")
        place = located(self.intake.text, words, int(near) if is_key(near) else None)
        if place is None or what not in MARKS:
            self._say(_("These words do not stand in the article: %(words)s") % {"words": words[:100]}, messages.ERROR)
            return "mark"
        text, span = " ".join(self.intake.text[place[0] : place[1]].split()), [*place]
        if what == "nothing":
            editing.do_not_read(self.intake, span)
            return "mark"
        if what == "section":
            return str(editing.add_section(self.intake, text, span)["key"])
        section = self._section(self.typed.get("within", "")) or editing.at(self.intake, place[0])
        return editing.MARKED[what](section or editing.add_section(self.intake), text, span)
