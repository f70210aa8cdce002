"""The forms of an article that is being read: one for each suggestion; what is typed is checked when it is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from people.dates import PartialDateFormField
from people.language import language_of
from people.models import Agency, Delegate, Membership, Region, Session
from people.models.bodies import BodySystem
from people.record_forms import is_key
from proposals.intake.accepting import ADDED, Asked, Proposer, body_of
from proposals.intake.editing import DIVIDERS, NEW, NOBODY, ORGANISATION, OTHER, UNSURE, Item
from proposals.models import Figure, Proposal, Topic
from proposals.sheets.names import Names

LONGEST_TITLE, LONGEST_NAME = 500, 120


def web_address() -> forms.TextInput:
    """Give a field for an address that a browser lets pass without its beginning."""
    return forms.TextInput(attrs={"inputmode": "url"})


class NamesField(forms.CharField):
    """Names of rows of the record, in either language, divided by semicolons; gives their keys."""

    names: Names

    def __init__(self, model: type[Model], *, one: bool = False, **kwargs: Any) -> None:
        self.model, self.one = model, one
        kind = "one" if one else "many"
        widget = forms.TextInput(
            attrs={"data-names": str(model._meta.model_name), "class": f"names {kind}", "autocomplete": "off"}
        )
        super().__init__(**{"required": False, "widget": widget, **kwargs})

    def clean(self, value: str) -> list[int]:
        """Find each by its name; raise `ValidationError` for what the record has not, or has twice."""
        text = super().clean(value)
        parts = [text] if self.one else DIVIDERS.split(text)
        return list(dict.fromkeys(self.names.one(self.model, part.strip()) for part in parts if part.strip()))


class SuggestionForm(forms.Form):
    """A form on an item: it shows what was typed, and says what is wrong with it once that is asked."""

    use_required_attribute = False

    def __init__(self, item: Item, names: Names, *, bound: bool) -> None:
        self.item, self.names = item, names
        data = {f"{item['key']}-{name}": item.get(name) for name in self.base_fields} if bound else None
        super().__init__(data, initial=item, prefix=item["key"], label_suffix="")
        for name, field in self.fields.items():
            if isinstance(field, NamesField):
                field.names = names
            self.show_theirs(name, field)

    @property
    def unsure(self) -> bool:
        """Whether it needs a second look."""
        return bool(self.item.get("sure", 1) < UNSURE)

    def show_theirs(self, name: str, field: Any) -> None:
        """Let a field show what was saved there meanwhile: where it is chosen, by its label."""
        if name in self.item.get("theirs", {}):
            other = self.item["theirs"][name]
            field.theirs = dict(getattr(field, "choices", ())).get(other, other) or "—"

    def ask_which(self) -> None:
        """Refuse fields of which two people wrote something else, until it is said which stays."""
        for name in self.item.get("theirs", {}):
            self.add_error(name, _("This was changed twice: say which stays."))

    def take_errors(self, row: Model, fields: Mapping[str, str], *, but: Iterable[str] = ()) -> None:
        """Let a row of the record check itself; put what it says beside the `fields` of the form, by its names."""
        try:
            row.clean_fields(exclude=[*but])
            row.clean()
        except ValidationError as error:
            for name, messages in error.message_dict.items():
                field = fields.get(name, name)
                self.add_error(field if field in self.fields else None, messages)


class SectionForm(SuggestionForm):
    """What a section says as a whole."""

    take = forms.BooleanField(label=gettext_lazy("accept with the others"), required=False)
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=LONGEST_TITLE,
        widget=forms.Textarea(attrs={"rows": 1}),
        error_messages={"required": gettext_lazy("Give the title: mark it in the text, or type it.")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=Proposal.Kind.choices)
    session = NamesField(
        Session,
        one=True,
        label=gettext_lazy("Session"),
        help_text=gettext_lazy("By any of its names: “14th …, 2nd session”, 全国政协十四届二次会议."),
    )
    system = forms.ChoiceField(label=gettext_lazy("System"), choices=BodySystem.choices)
    region = NamesField(Region, one=True, label=gettext_lazy("Region of the body"))
    term = forms.IntegerField(label=gettext_lazy("Term (届)"), min_value=1, max_value=99, required=False)
    ordinal = forms.IntegerField(
        label=gettext_lazy("Session in the term (次)"), min_value=1, max_value=20, required=False
    )
    year = forms.IntegerField(label=gettext_lazy("Year"), min_value=1949, max_value=2200, required=False)
    topics = NamesField(Topic, label=gettext_lazy("Topics"))
    regions = NamesField(Region, label=gettext_lazy("Target regions"))
    summary = forms.CharField(
        label=gettext_lazy("Summary"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Two or three sentences in your own words; empty until you write them."),
    )

    def __init__(self, item: Item, names: Names, *, bound: bool) -> None:
        super().__init__(item, names, bound=bound)
        for name in ("term", "ordinal", "year"):
            self.fields[name].widget.attrs["class"] = "number"

    def clean(self) -> dict[str, Any]:
        """Make the session, which may be new, and the proposal."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "session" in cleaned and "session" not in self.errors:
            found = cleaned["session"]
            self.meeting: Session = self.names.sessions[found[0]] if found else self._new_session(cleaned)
        if self.errors:
            return cleaned
        texts = {name: cleaned[name].strip() for name in ("title", "summary")}
        values = {f"{name}_{language_of(text)}": text for name, text in texts.items() if text}
        self.proposal = Proposal(kind=cleaned["kind"], **values)
        self.proposal.session = self.meeting
        names = {f"{name}_{language}": name for name in texts for language in ("en", "zh")}
        self.take_errors(self.proposal, names, but=["session", "slug"])
        return cleaned

    def _new_session(self, cleaned: dict[str, Any]) -> Session:
        """Make a session of a body, both of which the record may not have; it is not saved."""
        missing = [
            name for name in ("region", "term", "ordinal", "year") if name not in self.errors and not cleaned.get(name)
        ]
        for name in missing:
            self.add_error(name, _("Choose a session above, or say which new one it is."))
        if missing or self.errors:
            return Session()
        region = Region.objects.get(pk=cleaned["region"][0])
        if region.kind in (Region.Kind.ZONE, Region.Kind.CLUSTER):
            self.add_error("region", _("No body sits for a zone: name the province, or enter the body first."))
        session = Session(**{name: cleaned[name] for name in ("term", "ordinal", "year")})
        session.body = body_of(cleaned["system"], region)
        return session


@dataclass(frozen=True)
class Known:
    """A delegate of the record: the full name, and what the record says of seats, posts and spellings."""

    name: str
    has: str = ""


@dataclass(frozen=True)
class Offered:
    """A delegate of the record who may be meant, and why."""

    slug: str
    known: Known
    why: str
    reason: str

    @property
    def doubtful(self) -> bool:
        """Whether it may be a namesake: not so with the same name and seat, and with who was looked up by hand."""
        return self.why not in ("seat", "")


class PersonForm(SuggestionForm):
    """One of those who put a proposal forward."""

    who = forms.ChoiceField(
        label=gettext_lazy("Who is meant"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say who is meant: nobody is taken for somebody else unseen.")},
    )
    other = forms.CharField(
        label=gettext_lazy("Another delegate of the record"),
        required=False,
        widget=forms.TextInput(attrs={"class": "find-delegate", "autocomplete": "off"}),
        help_text=gettext_lazy("Any spelling, then “Look up”."),
    )
    name_en = forms.CharField(label=gettext_lazy("Name in Latin letters"), required=False, max_length=LONGEST_NAME)
    name_zh = forms.CharField(label=gettext_lazy("Chinese name"), required=False, max_length=LONGEST_NAME)
    spellings = forms.CharField(label=gettext_lazy("Spellings in the article"), required=False)
    role = forms.ChoiceField(
        label=gettext_lazy("Seat"), required=False, choices=[("", gettext_lazy("not said")), *Membership.Role.choices]
    )
    employer = forms.CharField(label=gettext_lazy("Employer"), required=False, max_length=120)
    post = forms.CharField(label=gettext_lazy("Post"), required=False, max_length=120)
    add_role = forms.BooleanField(label=gettext_lazy("Add the seat to the record"), required=False)
    add_employer = forms.BooleanField(label=gettext_lazy("Add employer and post to the record"), required=False)
    add_spellings = forms.BooleanField(label=gettext_lazy("Add the spellings to the record"), required=False)

    def __init__(
        self, item: Item, names: Names, known: Mapping[str, Known], reasons: Mapping[str, Any], *, bound: bool
    ) -> None:
        """Offer the candidates, `known` by slug, by their full names; `reasons` say why each may be meant."""
        super().__init__(item, names, bound=bound)
        self.offered = [
            Offered(one["slug"], known[one["slug"]], one["why"], str(reasons.get(one["why"], "")))
            for one in item["candidates"]
            if one["slug"] in known
        ]
        offered = [(one.slug, " — ".join(filter(None, (one.known.name, one.reason)))) for one in self.offered]
        printed = item["name_zh"] or item["name_en"]
        who: Any = self.fields["who"]
        who.choices = [
            *offered,
            (NEW, _("a new delegate: %(name)s") % {"name": printed} if printed else _("a new delegate")),
            (OTHER, _("another delegate of the record")),
            (ORGANISATION, _("an organisation")),
            (NOBODY, _("nobody: leave it out")),
        ]
        self.show_theirs("who", who)

    @property
    def open(self) -> bool:
        """Whether there is more to look at than who was recognised."""
        return bool(self.errors or self.item.get("theirs")) or self.item["who"] in ("", NEW, OTHER, ORGANISATION)

    @property
    def says(self) -> list[tuple[str, str, forms.BoundField]]:
        """What the article says of a delegate, each with the box that adds it to the record."""
        item, roles = self.item, dict(Membership.Role.choices)
        rows = [
            (_("seat"), str(roles.get(item["role"], "")), self["add_role"]),
            (_("employer and post"), ", ".join(filter(None, (item["employer"], item["post"]))), self["add_employer"]),
            (_("spellings"), item["spellings"], self["add_spellings"]),
        ]
        return [row for row in rows if row[1] or row[2].value()]

    @property
    def _namesake(self) -> bool:
        """Whether the candidate who is chosen may be somebody else, and nobody has said that it is not so."""
        chosen = next((one for one in self.offered if one.slug == self.item["who"]), None)
        return chosen is not None and chosen.doubtful and self.item.get("same") != chosen.slug

    def clean(self) -> dict[str, Any]:
        """Find or make who is meant."""
        cleaned: dict[str, Any] = super().clean() or {}
        self.proposer: Proposer | None = None
        who = cleaned.get("who")
        spellings = [part.strip() for part in DIVIDERS.split(cleaned.get("spellings", "")) if part.strip()]
        if any(len(spelling) > LONGEST_NAME for spelling in spellings):
            self.add_error("spellings", _("A name has at most %(most)s characters.") % {"most": LONGEST_NAME})
        said: dict[str, Any] = {name: cleaned.get(name, "").strip() for name in ("role", "employer", "post")}
        said["adding"] = [name for name in ADDED if cleaned.get(f"add_{name}")]
        said |= {"said_at": self.item.get("said_at", ()), "spelt_at": self.item["spelt_at"] or self.item["places"]}
        if self._namesake:
            self.add_error("who", _("Say that it is the same person: tick it beside the name, or choose another."))
            return cleaned
        if who == ORGANISATION:
            self.proposer = Proposer(organisation=cleaned["name_zh"] or cleaned["name_en"])
            if not self.proposer.organisation:
                self.add_error("name_en", _("Give the organisation's name."))
        elif who and who != NOBODY:
            delegate = {NEW: self._new, OTHER: self._other}.get(who, self._candidate)(cleaned)
            self.proposer = Proposer(delegate, spellings=spellings, **said)
        return cleaned

    def _candidate(self, cleaned: dict[str, Any]) -> Delegate | None:
        return Delegate.objects.filter(slug=cleaned["who"]).first()

    def _other(self, cleaned: dict[str, Any]) -> Delegate | None:
        """Find a delegate by a name, or by a key as the script puts it behind one: “Zhang Yi · … #5”."""
        typed = cleaned["other"].strip()
        key = typed.rpartition("#")[2]
        found = Delegate.objects.filter(pk=key).first() if "#" in typed and is_key(key) else None
        if found is None:
            try:
                found = Delegate.objects.get(pk=self.names.one(Delegate, typed))
            except ValidationError as error:
                self.add_error("other", error)
        return found

    def _new(self, cleaned: dict[str, Any]) -> Delegate:
        """Make a delegate, who is not saved; who has the name in the record by now is offered first."""
        delegate = Delegate(**{name: cleaned[name].strip() for name in ("name_en", "name_zh")})
        self.take_errors(delegate, {}, but=["slug"])
        offered = {one["slug"] for one in self.item["candidates"]}
        named = {
            key for name in (delegate.name_en, delegate.name_zh) if name for key in self.names.find(Delegate, name)
        }
        appeared = [row for row in Delegate.objects.filter(pk__in=named) if row.slug not in offered]
        if appeared:
            self.item["candidates"] += [{"slug": row.slug, "certain": False, "why": "namesake"} for row in appeared]
            who: Any = self.fields["who"]
            who.choices = [*((row.slug, str(row)) for row in appeared), *who.choices]
            self.add_error("who", _("The record has somebody of this name: say who is meant."))
        return delegate


class DemandForm(SuggestionForm):
    """One demand."""

    keep = forms.BooleanField(label=gettext_lazy("keep"), required=False)
    text = forms.CharField(label=gettext_lazy("Demand"), required=False, widget=forms.Textarea(attrs={"rows": 1}))
    agencies = NamesField(Agency, label=gettext_lazy("Of whom, as stated"))
    topics = NamesField(Topic, label=gettext_lazy("Topics"))

    @property
    def as_printed(self) -> bool:
        """Whether it still stands in the article's words, and not in ours."""
        return bool(self.item["text"]) and self.item["text"] == self.item["printed"]

    @property
    def asked(self) -> Asked:
        """What it says, once it is checked."""
        said = self.cleaned_data
        return Asked(said["text"].strip(), said["agencies"], said["topics"], self.as_printed)


class FigureForm(SuggestionForm):
    """One figure."""

    keep = forms.BooleanField(label=gettext_lazy("keep"), required=False)
    value = forms.CharField(label=gettext_lazy("Value"), required=False)
    unit = forms.CharField(label=gettext_lazy("Unit"), required=False)
    as_of = PartialDateFormField(label=gettext_lazy("As of"), required=False)
    what = forms.CharField(
        label=gettext_lazy("What it measures"), required=False, widget=forms.Textarea(attrs={"rows": 1})
    )

    def clean(self) -> dict[str, Any]:
        """Make the figure; it is not saved."""
        cleaned: dict[str, Any] = super().clean() or {}
        texts = {name: cleaned.get(name, "").strip() for name in ("unit", "what")}
        values = {f"{name}_{language_of(text)}": text for name, text in texts.items() if text}
        self.figure = Figure(value=cleaned.get("value", "").strip(), as_of=cleaned.get("as_of", ""), **values)
        names = {f"{name}_{language}": name for name in texts for language in ("en", "zh")}
        self.take_errors(self.figure, names, but=["proposal"])
        if not texts["what"] and "what" not in self.errors:
            self.add_error("what", _("Say what it measures."))
        return cleaned
