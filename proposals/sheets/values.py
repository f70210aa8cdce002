"""Values: what the cells of a row mean in the record, or what is wrong with them, column by column."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from people.dates import HAN_NUMBER, digits, partial_date, validate_partial_date
from people.language import language_of
from people.models import Agency, Body, Delegate, Membership, NameVariant, Region, Session
from proposals.models import Proposal, Source, Synonym, Topic
from proposals.models.pasting import points
from proposals.sheets.cutting import names, proposers, sections

ORGANISATION = re.compile(
    r"(?:会|党|盟|社|局|院|界|集团|公司|中心|小组|代表团|committee|party|society|association)$", re.IGNORECASE
)
"""How the name of a proposer ends that is no person."""
KINDS = {"提案": "proposal", "建议": "suggestion", "议案": "bill", **{kind: kind for kind in Proposal.Kind.values}}


@dataclass
class Meant:
    """What a row says, in terms of the record, and what is wrong with it, by the name of the column."""

    values: dict[str, Any] = field(default_factory=dict)
    supposed: set[str] = field(default_factory=set)
    """Names of values that no cell gives: they are for what is new."""
    delegates: list[int] = field(default_factory=list)
    organisations: list[str] = field(default_factory=list)
    topics: list[int] = field(default_factory=list)
    regions: list[int] = field(default_factory=list)
    recommendations: list[str] = field(default_factory=list)
    agencies: list[int] = field(default_factory=list)
    source: Source | None = None
    faults: list[tuple[str, str]] = field(default_factory=list)


def key(name: str) -> str:
    """Give a name as it is compared: without spaces, hyphens and capitals, numbers in digits, 第 and 会议 left out."""
    letters = re.sub(r"[\s\-_.·,，'’]", "", unicodedata.normalize("NFKC", name).casefold())
    return HAN_NUMBER.sub(lambda found: digits(found[0]), re.sub(r"第|会议$", "", letters))


class Names:
    """The names by which a sheet may mean a row of the record; each table is read once."""

    def __init__(self) -> None:
        self.sessions = self._by_name(
            (session.pk, name)
            for session in Session.objects.select_related("body")
            for name in (session.slug, session.name_en, session.name_zh, *_session_names(session))
        )
        self.session_of = Session.objects.select_related("body").in_bulk()
        self.regions = self._named(Region, "name_en", "name_zh", "full_name_en", "full_name_zh", "slug", "iso_code")
        short = ("short_name_en", "short_name_zh", "other_names")
        self.agencies = self._named(Agency, "name_en", "name_zh", "slug", *short)
        self.topics = self._named(Topic, "name_en", "name_zh", "slug")
        for topic, text in Synonym.objects.filter(ambiguous=False).values_list("topic", "text"):
            self.topics[key(text)].add(topic)
        self.delegates = self._named(Delegate, "name_en", "name_zh", "slug")
        for delegate, spelling in NameVariant.objects.values_list("delegate", "spelling"):
            self.delegates[key(spelling)].add(delegate)
        self.seats: dict[tuple[int, int], set[int]] = defaultdict(set)
        for delegate, body, term in Membership.objects.values_list("delegate", "body", "term"):
            self.seats[body, term].add(delegate)
        self.sources = {name: source for source in Source.objects.all() for name in (source.url, source.title) if name}

    def _named(self, model: Any, *columns: str) -> dict[str, set[int]]:
        rows = model._base_manager.values_list("pk", *columns)
        return self._by_name((pk, part) for pk, *cells in rows for cell in cells for part in (cell or "").split(";"))

    @staticmethod
    def _by_name(pairs: Iterable[tuple[int, str]]) -> dict[str, set[int]]:
        found: dict[str, set[int]] = defaultdict(set)
        for pk, name in pairs:
            if name:
                found[key(name)].add(pk)
        return found

    def one(self, among: Mapping[str, set[int]], name: str) -> int:
        """Give the only row of that name; raise `ValidationError` where there is none or more than one."""
        found = among.get(key(name), set())
        if len(found) == 1:
            return next(iter(found))
        raise ValidationError(
            (_("“%(name)s” could be several") if found else _("“%(name)s” is not in the record")) % {"name": name}
        )

    def source(self, title: str, url: str) -> Source | None:
        """Give the source of that address, or title where there is no address; a new one where there is none."""
        name = url or title
        if name and name not in self.sources:
            language = language_of(title or url)
            self.sources[name] = Source(
                title=(title or url)[:300],
                url=url,
                language=language,
                kind=Source.Kind.NEWS,
                reliability=Source.Reliability.SECOND_HAND,  # whoever knows better says so
            )
        return self.sources.get(name)

    def delegate(self, name: str, session: Session) -> int:
        """Give the delegate of that name; of namesakes the one who sits in the body and term of the session."""
        found = self.delegates.get(key(name), set())
        if len(found) > 1:
            found = found & self.seats[session.body_id, session.term] or found
        return self.one({key(name): found}, name)


def _session_names(session: Session) -> Iterable[str]:
    body, term, ordinal = session.body, session.term, session.ordinal
    for name in filter(None, (body.short_name_zh, body.name_zh)):
        yield f"{name}{term}届{ordinal}次"
        yield f"{term}届{name}{ordinal}次"
    if body.level == "national":
        place = {Body.System.CPPCC: ("政协", "全国委员会"), Body.System.NPC: ("全国人大", "")}[Body.System(body.system)]
        yield f"{place[0]}{term}届{place[1]}{ordinal}次"
        yield f"{body.short_name_zh[-2:]}{term}届{ordinal}次"


def meant(cells: Mapping[str, str], known: Names) -> Meant:
    """Tell what a row means; `cells` are by the names of `columns.COLUMNS`."""
    row = _Row(known)
    for name in ["session", *(name for name in cells if name != "session")]:
        try:
            if cells.get(name) or name == "session":
                getattr(row, name)(cells.get(name, ""))
        except ValidationError as error:
            row.found.faults += [(name, message) for message in error.messages]
    if not (row.found.values.get("title_en") or row.found.values.get("title_zh")):
        row.found.faults.append(("title_zh", _("there is no title")))
    row.found.source = known.source(cells.get("source", ""), cells.get("source_url", ""))
    return row.found


class _Row:
    """One row being read: a method for each column; they raise `ValidationError`."""

    def __init__(self, known: Names) -> None:
        self.known, self.found = known, Meant()
        self.meeting: Session | None = None

    def session(self, text: str) -> None:
        if not text:
            raise ValidationError(_("there is no session"))
        meeting: Session = self.known.session_of[self.known.one(self.known.sessions, text)]
        cppcc = meeting.body.system == Body.System.CPPCC
        self.meeting = meeting
        self.found.values["session"] = meeting
        self.found.values["kind"] = Proposal.Kind.PROPOSAL if cppcc else Proposal.Kind.SUGGESTION
        self.found.supposed.add("kind")

    def title_en(self, text: str) -> None:
        self.found.values[f"title_{language_of(text)}"] = " ".join(text.split())

    title_zh = title_en

    def kind(self, text: str) -> None:
        if text.casefold() not in KINDS:
            raise ValidationError(_("“%(text)s” is no kind: 提案, 建议 or 议案") % {"text": text})
        self.found.values["kind"] = KINDS[text.casefold()]
        self.found.supposed.discard("kind")

    def submitted(self, text: str) -> None:
        self.found.values["submitted"] = partial_date(text)
        validate_partial_date(self.found.values["submitted"])

    def proposers(self, text: str) -> None:
        listed, self.found.values["proposers_in_all"] = proposers(text)
        people = [name for name in listed if not ORGANISATION.search(name) or key(name) in self.known.delegates]
        self.found.organisations = [name for name in listed if name not in people]
        if meeting := self.meeting:
            self.found.delegates = self._each(people, lambda name: self.known.delegate(name, meeting))

    def topics(self, text: str) -> None:
        self.found.topics = self._each(names(text), lambda name: self.known.one(self.known.topics, name))

    def target_regions(self, text: str) -> None:
        self.found.regions = self._each(names(text), lambda name: self.known.one(self.known.regions, name))

    def addressees(self, text: str) -> None:
        self.found.agencies = self._each(names(text), lambda name: self.known.one(self.known.agencies, name))

    def recommendations(self, text: str) -> None:
        self.found.recommendations += points(text)

    def text(self, text: str) -> None:
        cut = sections(text)
        said = "\n".join(filter(None, (cut.get("summary"), cut.get("analysis"))))
        self.found.values.setdefault(f"summary_{language_of(text)}", said)
        self.found.recommendations += points(cut.get("recommendations", ""))

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

    @staticmethod
    def _each(listed: list[str], find: Callable[[str], int]) -> list[int]:
        found, wrong = [], []
        for name in listed:
            try:
                found.append(find(name))
            except ValidationError as error:
                wrong += error.messages
        if wrong:
            raise ValidationError(wrong)
        return list(dict.fromkeys(found))
