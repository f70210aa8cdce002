"""The reading page of an article: its text with what is marked, a panel of forms for each section, its source."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.db.models import Field, URLField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.models import Agency, Delegate, Membership, Region, Session
from people.models.bodies import BodySystem
from people.record_forms import page_of
from proposals.admin.intake_forms import DemandForm, FigureForm, Known, PersonForm, SectionForm, web_address
from proposals.intake.accepting import Draft
from proposals.intake.editing import LONGEST, Item, digest, items
from proposals.intake.editing import opened as sums
from proposals.intake.furniture import REASONS as REASONS_OF_FURNITURE
from proposals.intake.likeness import spellings
from proposals.intake.marking import Mark, Paragraph, paragraphs
from proposals.intake.matching import REASONS as REASONS_OF_CANDIDATES
from proposals.models import Intake, Proposal, Source, Topic
from proposals.models.intakes import ACCEPTED, OPEN
from proposals.sheets.names import Names

if TYPE_CHECKING:
    SourceModelForm = forms.ModelForm[Source]
else:
    SourceModelForm = forms.ModelForm

OF_THE_OTHER = {BodySystem.CPPCC: Membership.Role.DEPUTY, BodySystem.NPC: Membership.Role.MEMBER}
"""The plain seat that a body of a system does not have."""
PER_PAGE = 20
"""Sections that are shown at once."""
FEW = 8
"""Of so many sections each is unfolded."""
SOURCE = ("title", "outlet", "url", "published", "language", "machine_translated", "kind", "reliability")
SORTS = {
    "title": gettext_lazy("title"),
    "name": gettext_lazy("delegate"),
    "said": gettext_lazy("seat, employer, post"),
    "demand": gettext_lazy("demand"),
    "figure": gettext_lazy("figure"),
}
"""What marks stand for."""


def _field(column: Field[Any, Any], **given: Any) -> forms.Field | None:
    """Give the field of a column; an address that is typed without its beginning is of the web."""
    web = {"assume_scheme": "https", "widget": web_address()}
    found: forms.Field | None = column.formfield(**given | web if isinstance(column, URLField) else given)
    return found


class SourceForm(SourceModelForm):
    """The source that every draft of the article cites."""

    use_required_attribute = False

    class Meta:
        model = Source
        fields = SOURCE
        formfield_callback = _field

    @classmethod
    def of(cls, intake: Intake, *, bound: bool) -> SourceForm:
        """Show what was typed, and check it where that is asked."""
        typed = {name: getattr(intake, name) for name in SOURCE}
        data = {f"source-{name}": value for name, value in typed.items()} if bound else None
        form = cls(data, initial=typed, prefix="source", label_suffix="")
        for field in form.fields.values():
            field.widget.attrs.pop("maxlength", None)
        return form


def source_of(intake: Intake) -> Source | None:
    """Give the source that is there already: the one that was cited before, or one with the same address."""
    if intake.source or not intake.url:
        return intake.source
    return Source.objects.filter(url__in=[intake.url, *spellings(intake.url)]).first()


def opened(intake: Intake, shown: Iterable[str]) -> str:
    """Give sums of what stands in every field of the page, for the form to send back."""
    source = {f"source-{name}": digest(_as_sent(intake, name)) for name in SOURCE}
    return json.dumps(source | sums(intake.sections, shown), separators=(",", ":"))


def _as_sent(intake: Intake, name: str) -> str:
    value: Any = getattr(intake, name)
    return ("on" if value else "") if isinstance(value, bool) else str(value)


def take_in_source(intake: Intake, typed: Mapping[str, str], before: Mapping[str, str] | None = None) -> list[str]:
    """Take over what was typed into the form of the source; give what it replaces that was saved meanwhile."""
    replaced = list[str]()
    if "source-title" not in typed:
        return replaced
    for name in SOURCE:
        value: Any = typed.get(f"source-{name}", "").replace("\x00", "").strip()[:LONGEST]
        now, was = _as_sent(intake, name), (before or {}).get(f"source-{name}")
        if value == now or (before is not None and was == digest(value)):
            continue
        if before is not None and was != digest(now) and now:
            replaced.append(now)
        column: Any = Intake._meta.get_field(name)
        if name == "machine_translated":
            intake.machine_translated = bool(value)
        elif not column.choices or value in dict(column.flatchoices):
            setattr(intake, name, value[: column.max_length])
    return replaced


class Panel:
    """The forms of one section."""

    def __init__(self, section: Item, number: int, names: Names, known: Mapping[str, Known], *, checked: bool) -> None:
        self.section, self.number = section, number
        self.form = SectionForm(section, names, bound=checked)
        self.people = [
            PersonForm(item, names, known, REASONS_OF_CANDIDATES, bound=checked) for item in section["people"]
        ]
        self.demands = [DemandForm(item, names, bound=checked and item["keep"]) for item in section["demands"]]
        self.figures = [FigureForm(item, names, bound=checked and item["keep"]) for item in section["figures"]]

    @property
    def name(self) -> str:
        """Name the section: who asks, for what."""
        who = " ".join(item["name_zh"] or item["name_en"] for item in self.section["people"][:2])
        return " — ".join(filter(None, (who, self.section["title"]))) or _("without a title")

    @property
    def asks(self) -> list[str]:
        """What must be decided before it can be accepted."""
        section = self.section
        wanted = {
            _("title"): section["title"].strip(),
            _("session"): section["session"].strip() or (section["region"].strip() and section["term"].strip()),
            _("who is meant"): all(item["who"] for item in section["people"]),
            _("what was changed twice"): not any(
                item.get("theirs") for item in (section, *(item for _name, item in items(section)))
            ),
        }
        return [name for name, there in wanted.items() if not there]

    @property
    def kept(self) -> list[DemandForm]:
        """The demands that will become recommendations."""
        return [form for form in self.demands if form.item["keep"] and form.item["text"].strip()]

    @property
    def printed(self) -> int:
        """How many demands stand in the article's words."""
        return sum(form.as_printed for form in self.kept)

    def is_valid(self) -> bool:
        """Check every form, so that all that is wrong is told at once."""
        rows = [self.form, *self.people, *self.kept, *(form for form in self.figures if form.item["keep"])]
        for form in rows:
            form.ask_which()
        if [form for form in rows if not form.is_valid()]:
            return False
        system = self.form.meeting.body.system
        for person in self.people:
            if person.proposer and person.proposer.role == OF_THE_OTHER[BodySystem(system)]:
                person.add_error("role", _("A congress has deputies (代表), the CPPCC has members (委员)."))
        return all(person.is_valid() for person in self.people)

    def draft(self) -> Draft:
        """Give what it becomes, once it is checked."""
        figures = {form.figure.words: (form.figure, form.item["places"]) for form in self.figures if form.item["keep"]}
        return Draft(
            section=self.section,
            proposal=self.form.proposal,
            session=self.form.meeting,
            topics=self.form.cleaned_data["topics"],
            regions=self.form.cleaned_data["regions"],
            proposers=[form.proposer for form in self.people if form.proposer],
            demands=[form.asked for form in self.kept],
            figures=[*figures.values()],
        )


def panels(intake: Intake, keys: Iterable[str], names: Names, *, checked: Iterable[str] = ()) -> list[Panel]:
    """Give the panels of the sections with `keys`; those in `checked` say what is wrong with them."""
    wanted, shown = {*checked}, {*keys}
    chosen = [(number, one) for number, one in enumerate(intake.sections, start=1) if one["key"] in shown]
    slugs = {one["slug"] for _number, section in chosen for item in section["people"] for one in item["candidates"]}
    page = page_of(admin.site, Delegate)
    related = {*page.named_by, "memberships__body", "positions", "name_variants"}
    people = Delegate.objects.filter(slug__in=slugs).prefetch_related(*related)
    known = {row.slug: Known(page.full_name(row), _of_record(row)) for row in people}
    return [Panel(section, number, names, known, checked=section["key"] in wanted) for number, section in chosen]


def _of_record(delegate: Delegate) -> str:
    """Say what the record has of a delegate: seats, posts, spellings."""
    rows = [*map(str, [*delegate.memberships.all(), *delegate.positions.all()])]
    rows.append(", ".join(map(str, delegate.other_spellings)))
    return "; ".join(filter(None, rows)) or _("no seat, no post, no other spelling")


def marks(sections: Iterable[Item], about: Iterable[Mapping[str, Any]]) -> Iterator[Mark]:
    """Give every passage that a form speaks of."""
    for each in about:
        yield Mark(each["start"], each["end"], "about", "source", _("about the article"))
    for number, section in enumerate(sections, start=1):
        if section["state"] == OPEN:
            for start, end in section["title_at"]:
                yield Mark(start, end, "title", section["key"], f"{number} · {SORTS['title']}")
            for item in section["people"]:
                yield from _all("name", [*item["places"], *item["spelt_at"]], item, str(number))
                yield from _all("said", item.get("said_at", ()), item, str(number))
            for sort, name in (("demand", "demands"), ("figure", "figures")):
                for place, item in enumerate(section[name], start=1):
                    if item["keep"]:
                        yield from _all(sort, item["places"], item, f"{number}.{place}")


def _all(sort: str, places: Iterable[Sequence[int]], item: Item, number: str) -> Iterator[Mark]:
    for start, end in places:
        yield Mark(start, end, sort, item["key"], f"{number} · {SORTS[sort]}")


def marked_text(intake: Intake, sections: Iterable[Item]) -> list[Paragraph]:
    """Give the text as it is shown, with what is marked; `sections` are those whose forms are on the page."""
    shown = {one["key"] for one in sections}
    rows = [one if one["key"] in shown else {**one, "state": "elsewhere"} for one in intake.sections]
    taken_out = [
        Mark(each["start"], each["end"], "left-out", "mark", str(REASONS_OF_FURNITURE["analyst"]))
        for each in intake.left_out
        if each["why"] == "analyst"
    ]
    found = paragraphs(intake.text, [*marks(rows, intake.about), *taken_out], intake.left_out)
    for paragraph in found:
        if paragraph.why:
            paragraph.why = str(REASONS_OF_FURNITURE.get(paragraph.why, paragraph.why))
    return found


def look_again(intake: Intake) -> dict[int, Proposal]:
    """Give the drafts that sections have become, by key; a section whose draft is gone is open again."""
    keys = [section["proposal"] for section in intake.sections if section["state"] == ACCEPTED]
    there = Proposal.objects.in_bulk(keys)
    for section in intake.sections:
        if section["state"] == ACCEPTED and section["proposal"] not in there:
            section |= {"state": OPEN, "proposal": None}
    return there


def known_names(names: Names) -> dict[str, list[str]]:
    """Give the names that fields may hold, for a browser to offer, by what they are names of."""
    return {
        str(model._meta.model_name): sorted(names.told(model).values()) for model in (Topic, Region, Agency, Session)
    }
