"""Values: what the cells of a proposal's row mean in the record, or what is wrong with them, column by column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils.translation import gettext as _

from people.dates import partial_date, validate_partial_date
from people.language import CHINESE, ENGLISH, language_of
from people.models import Agency, Body, Delegate, Region, Session
from proposals.models import Proposal, Source, Topic
from proposals.models.pasting import points
from proposals.sheets.choices import chosen
from proposals.sheets.cutting import names, proposers, sections
from proposals.sheets.names import Names

ORGANISATION = re.compile(
    r".{2,}(?:会|党|盟|社|局|厅|部|委|院|校|界|联|协|大学|学会|中央|集团|公司|中心|小组|代表团|支部|committee|party|society"
    r"|association|federation|university|hospital)",
    re.IGNORECASE,
)
"""What a proposer is called that is no person; three characters are a person's name, whatever they end in."""
INFERRED = re.compile(r"\s*[（(](?:inferred|推断)[)）]$")
LONGEST_PERSON = 3
Texts = dict[str, str]
"""A recommendation: its text in one or both languages, by the names of fields."""


@dataclass
class Meant:
    """What a row says, in terms of the record, and what is wrong with it, by the name of the column."""

    slug: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    supposed: set[str] = field(default_factory=set)
    """Names of values that no cell gives: they are for what is new."""
    delegates: list[int] = field(default_factory=list)
    organisations: list[str] = field(default_factory=list)
    topics: list[int] = field(default_factory=list)
    regions: list[int] = field(default_factory=list)
    recommendations: list[Texts] = field(default_factory=list)
    agencies: dict[int, bool] = field(default_factory=dict)
    """To whom each recommendation is addressed, and whether the source says so."""
    source: Source | None = None
    passage: str = ""
    """Where in the source it is said."""
    faults: list[tuple[str, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def meant(cells: Mapping[str, str], known: Names) -> Meant:
    """Tell what a row means; `cells` are by the names of columns."""
    row = _Row(cells, known)
    in_order = sorted(cells, key=lambda name: name == "text")  # as the sheet has them, in every process alike
    for name in dict.fromkeys(["session", *in_order]):
        try:
            if cells.get(name) or name == "session":
                getattr(row, name)(cells.get(name, ""))
        except ValidationError as error:
            row.found.faults += [(name, message) for message in error.messages]
    if not (row.found.values.get("title_en") or row.found.values.get("title_zh")):
        row.found.faults.append(("title_zh", _("there is no title")))
    if row.found.agencies and not row.found.recommendations and not row.found.slug:
        row.found.notes.append(_("addressed to nobody: there is no recommendation"))
    row.found.source = known.source(cells.get("source", ""), cells.get("source_url", ""))
    return row.found


class _Row:
    """One row being read: a method for each column; they raise `ValidationError`."""

    def __init__(self, cells: Mapping[str, str], known: Names) -> None:
        self.cells, self.known, self.found = cells, known, Meant()
        self.meeting: Session | None = None

    def session(self, text: str) -> None:
        if not text:
            raise ValidationError(_("there is no session"))
        meeting = self.known.sessions[self.known.one(Session, text)]
        cppcc = meeting.body.system == Body.System.CPPCC
        self.meeting = meeting
        self.found.values["session"] = meeting
        self.found.values["kind"] = Proposal.Kind.PROPOSAL if cppcc else Proposal.Kind.SUGGESTION
        self.found.supposed.add("kind")

    def title_en(self, text: str) -> None:
        self._title(ENGLISH, text)

    def title_zh(self, text: str) -> None:
        self._title(CHINESE, text)

    def _title(self, language: str, text: str) -> None:
        self.found.values[f"title_{self._language('title', language, text)}"] = " ".join(text.split())

    def _language(self, column: str, language: str, text: str) -> str:
        """Tell the language of a cell: its column's where the other one has something too, or else that of the text."""
        other = self.cells.get(f"{column}_{CHINESE if language == ENGLISH else ENGLISH}")
        return language if other else language_of(text)

    def kind(self, text: str) -> None:
        self.found.values["kind"] = chosen(Proposal._meta.get_field("kind"), text)
        self.found.supposed.discard("kind")

    def submitted(self, text: str) -> None:
        self.found.values["submitted"] = partial_date(text)
        validate_partial_date(self.found.values["submitted"])

    def proposers(self, text: str) -> None:
        listed, self.found.values["proposers_in_all"] = proposers(text)
        people = [name for name in listed if not _is_organisation(name) or self.known.find(Delegate, name)]
        self.found.organisations = [name for name in listed if name not in people]
        if meeting := self.meeting:
            self.found.delegates = find_each(people, lambda name: self.known.delegate(name, meeting))

    def slug(self, text: str) -> None:
        self.found.slug = text

    def topics(self, text: str) -> None:
        """Take those that are topics here; the keywords of others need not be."""
        known = [name for name in names(text) if self.known.find(Topic, name)]
        self.found.topics = find_each(known, lambda name: self.known.one(Topic, name))
        if others := [name for name in names(text) if name not in known]:
            self.found.notes.append(_("no topics here: %(names)s") % {"names": ", ".join(others)})

    def target_regions(self, text: str) -> None:
        self.found.regions = self._rows(Region, text)

    def addressees(self, text: str) -> None:
        stated = {INFERRED.sub("", name): not INFERRED.search(name) for name in names(text)}
        keys = find_each([*stated], lambda name: self.known.one(Agency, name))
        self.found.agencies = dict(zip(keys, stated.values(), strict=False))

    def recommendations_en(self, text: str) -> None:
        """Both columns of recommendations are read together, the first point with the first."""
        english, chinese = (points(self.cells.get(f"recommendations_{end}", "")) for end in (ENGLISH, CHINESE))
        if not (english and chinese):
            self.found.recommendations += _each_in_its_language(english or chinese)
        elif len(english) != len(chinese):
            words = {"english": len(english), "chinese": len(chinese)}
            raise ValidationError(_("%(english)s recommendations in English and %(chinese)s in Chinese") % words)
        else:
            pairs = zip(english, chinese, strict=True)
            self.found.recommendations += [{"text_en": one, "text_zh": other} for one, other in pairs]

    def recommendations_zh(self, text: str) -> None:
        """Read them where there is no other column."""
        if not self.cells.get("recommendations_en"):
            self.recommendations_en(text)

    def text(self, text: str) -> None:
        """Cut it; what columns of their own say too stands once."""
        cut, summary = sections(text), f"summary_{language_of(text)}"
        said = "\n".join(filter(None, (self.cells.get(summary), cut.get("summary"), cut.get("analysis"))))
        self.found.values[summary] = said
        there = {text for demand in self.found.recommendations for text in demand.values()}
        more = [point for point in points(cut.get("recommendations", "")) if point not in there]
        self.found.recommendations += _each_in_its_language(more)

    def number(self, text: str) -> None:
        self.found.values["number"] = text.removeprefix("第").removesuffix("号")

    def summary_en(self, text: str) -> None:
        self.found.values["summary_en"] = text

    def summary_zh(self, text: str) -> None:
        self.found.values["summary_zh"] = text

    def note_en(self, text: str) -> None:
        self.found.values["note_en"] = text

    def note_zh(self, text: str) -> None:
        self.found.values["note_zh"] = text

    def source(self, text: str) -> None:
        """Both columns of the source are read together, last."""

    source_url = source

    def _rows(self, model: type[Model], text: str) -> list[int]:
        return find_each(names(text), lambda name: self.known.one(model, name))


def _is_organisation(name: str) -> bool:
    return bool(ORGANISATION.search(name)) and len(name) > LONGEST_PERSON


def _each_in_its_language(texts: list[str]) -> list[Texts]:
    return [{f"text_{language_of(text)}": text} for text in texts]


def find_each(listed: list[str], find: Callable[[str], int]) -> list[int]:
    """Find each of some names; raise `ValidationError` with all that are not found."""
    found, wrong = [], []
    for name in listed:
        try:
            found.append(find(name))
        except ValidationError as error:
            wrong += error.messages
    if wrong:
        raise ValidationError(wrong)
    return list(dict.fromkeys(found))
