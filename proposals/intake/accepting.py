"""Accepting: what an analyst has agreed to becomes drafts, all of it or nothing, as one batch that can be undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from people.addresses import Slugs, stem
from people.batches import Batch
from people.characters import TRADITIONAL
from people.doubles import suspect_all
from people.history import edit
from people.language import CHINESE, language_of
from people.likeness import like_among_delegates
from people.models import Body, Delegate, Level, Membership, NameVariant, Position, Region, Session
from people.models.bodies import BodySystem
from proposals.intake.marking import passage
from proposals.models import Addressee, Citation, Figure, Intake, Proposal, Recommendation, Source
from proposals.models.intakes import ACCEPTED
from proposals.models.outbox import recorded
from proposals.sheets.comparing import PlannedProposal
from proposals.sheets.entering import enter_sources
from proposals.sheets.importing import carry_out
from proposals.sheets.kinds import KINDS
from proposals.sheets.names import key
from proposals.sheets.values import Meant

LANGUAGES = {"zh": "zh-hans", "en": "en-gb"}
Place = Sequence[Sequence[int]]
ADDED = ("spellings", "role", "employer")
"""What an article says of a delegate, that is entered of each who is new, and of others where that is asked for."""


@dataclass
class Proposer:
    """Who puts it forward: a delegate, stored or new, with what the article says of them; or an organisation.

    Of a stored delegate, who may show in public, only what is in `adding` is entered: spellings, role, employer.
    """

    delegate: Delegate | None = None
    organisation: str = ""
    spellings: Sequence[str] = ()
    role: str = ""
    employer: str = ""
    post: str = ""
    adding: Collection[str] = ()
    said_at: Place = ()
    spelt_at: Place = ()


@dataclass
class Asked:
    """One demand: the keys of the agencies that the article names, and of its topics."""

    text: str
    agencies: Sequence[int] = ()
    topics: Sequence[int] = ()
    as_printed: bool = False


@dataclass
class Draft:
    """What becomes of one section. Session, body and delegates may be new: those that are the same are made once."""

    section: dict[str, Any]
    proposal: Proposal
    session: Session
    topics: Sequence[int] = ()
    regions: Sequence[int] = ()
    proposers: list[Proposer] = field(default_factory=list)
    demands: list[Asked] = field(default_factory=list)
    figures: list[tuple[Figure, Place]] = field(default_factory=list)


def body_of(system: str, region: Region) -> Body:
    """Give the body of a system that sits for a region, or a new one under the name that it goes by."""
    found = Body.objects.filter(system=system, region=region).first()
    if found:
        return found
    national = region.kind == Region.Kind.COUNTRY
    place, place_zh = region.full_name_en or region.name_en, region.full_name_zh or region.name_zh
    cppcc = system == BodySystem.CPPCC
    return Body(
        system=system,
        level=Level.NATIONAL if national else Level.PROVINCIAL,
        region=region,
        slug=f"{system}-{'national' if national else region.slug}",
        name_en=_english_name(place, cppcc=cppcc, national=national, province=region.kind == Region.Kind.PROVINCE),
        name_zh=f"中国人民政治协商会议{'全国' if national else place_zh}委员会"
        if cppcc
        else f"{'全国' if national else place_zh}人民代表大会",
        short_name_zh=f"{'全国' if national else place_zh}{'政协' if cppcc else '人大'}",
    )


def _english_name(place: str, *, cppcc: bool, national: bool, province: bool) -> str:
    if national:
        return "CPPCC National Committee" if cppcc else "National People's Congress"
    place = place.removesuffix(" Province").removesuffix(" Municipality").removesuffix(" City")
    place += " Provincial" if province else ""
    return f"CPPCC {place} Committee" if cppcc else f"{place} People's Congress"


def accept(intake: Intake, source: Source, drafts: Sequence[Draft], by: Any) -> Batch:
    """Enter `drafts` with all that belongs to them, citing `source`, which may be new; note it in the intake."""
    with recorded(by), edit() as going:
        going.reason = going.reason or _reason(
            intake.title[:200], sum(one.as_printed for each in drafts for one in each.demands)
        )
        enter_sources([source])
        entering = _Entering(source, intake)
        rows = [entering.row(number, draft) for number, draft in enumerate(drafts, start=1)]
        batch = carry_out(KINDS["proposals"], rows, Batch(name=intake.title[:200], by=by))
        for draft, row in zip(drafts, rows, strict=True):
            entering.finish(draft, row)
        suspect_all(Delegate, like_among_delegates({one.pk for one in entering.new_delegates}))
        intake.source, intake.changed_by = source, by
        intake.save()
    return batch


def _reason(title: str, printed: int) -> str:
    """Say for the history where drafts come from, and how many recommendations are not in our own words yet."""
    read = _("Read from an article: %(title)s") % {"title": title}
    words = ngettext(
        "%(number)s recommendation is in the article's words",
        "%(number)s recommendations are in the article's words",
        printed,
    )
    return f"{read} ({words % {'number': printed}})" if printed else read


class _Entering:
    """The people and sessions of several drafts, each made once, and what sheets cannot say of a proposal."""

    def __init__(self, source: Source, intake: Intake) -> None:
        self.source, self.intake = source, intake
        self.new_delegates: list[Delegate] = []
        self._delegates: dict[tuple[str, ...], Delegate] = {}
        self._slugs = Slugs(Delegate.objects.values_list("slug", flat=True))

    def row(self, number: int, draft: Draft) -> PlannedProposal:
        """Make session and delegates, and give the proposal as a row of a sheet would say it."""
        session = self._session(draft.session)
        people = [(who, self._delegate(who, session)) for who in draft.proposers]
        for who, delegate in people:
            if delegate:
                self._say(who, delegate, session)
        values = {
            name: getattr(draft.proposal, name) for name in ("title_en", "title_zh", "summary_en", "summary_zh", "kind")
        }
        meant = Meant(
            values={**values, "session": session},
            delegates=list(dict.fromkeys(delegate.pk for _who, delegate in people if delegate)),
            organisations=[who.organisation for who in draft.proposers if who.organisation],
            topics=[*draft.topics],
            regions=[*draft.regions],
            recommendations=[{f"text_{language_of(demand.text)}": demand.text} for demand in draft.demands],
            source=self.source,
            passage=self._passage(draft.section["places"], section=draft.section),
        )
        return PlannedProposal(number, {}, meant=meant)

    def finish(self, draft: Draft, row: PlannedProposal) -> None:
        """Add addressees and topics of single demands, and figures; note in the section what became of it."""
        assert row.record is not None  # noqa: S101 - it has just been made
        stored = Recommendation.objects.filter(proposal=row.record).order_by("order")
        for recommendation, demand in zip(stored, draft.demands, strict=True):
            for agency in demand.agencies:
                Addressee.objects.create(recommendation=recommendation, agency_id=agency)
            if demand.topics:
                recommendation.topics.set(demand.topics)
        for figure, places in draft.figures:
            figure.proposal = row.record
            figure.save()
            self._cite(self._passage(places), figure=figure)
        draft.section |= {"state": ACCEPTED, "proposal": row.record.pk}

    def _session(self, session: Session) -> Session:
        """Give the stored session that is meant, made now where it is new, with its body."""
        if session.pk:
            return session
        body = body_of(session.body.system, session.body.region)
        if body.pk is None:
            body.full_clean()
            body.save()
        found = Session.objects.filter(body=body, term=session.term, ordinal=session.ordinal).first()
        if found:
            return found
        made = Session(body=body, term=session.term, ordinal=session.ordinal, year=session.year)
        made.slug = f"{body.slug}-{made.term}-{made.ordinal}"
        made.full_clean()
        made.save()
        return made

    def _delegate(self, who: Proposer, session: Session) -> Delegate | None:
        """Give the stored delegate who is meant; a new one is made once for each name, body and employer."""
        if who.delegate is None or who.delegate.pk:
            return who.delegate
        same = (who.delegate.name_en, who.delegate.name_zh, str(session.body_id), key(who.employer))
        if same not in self._delegates:
            who.delegate.slug = self._slugs.take(stem(who.delegate.name_en, "delegate"))
            who.delegate.full_clean()
            who.delegate.save()
            self._delegates[same] = who.delegate
            self.new_delegates.append(who.delegate)
        return self._delegates[same]

    def _say(self, who: Proposer, delegate: Delegate, session: Session) -> None:
        """Add what the article says of a delegate and the record does not: spellings, seat, post, each cited.

        A delegate of the record may show in public, where it would show at once: there only what was asked for.
        """
        adding = ADDED if delegate in self.new_delegates else who.adding
        known = {delegate.name_en, delegate.name_zh, *delegate.name_variants.values_list("spelling", flat=True)}
        for spelling in dict.fromkeys(who.spellings if "spellings" in adding else ()):
            if spelling not in known:
                variant = NameVariant(delegate=delegate, spelling=spelling, language=script_of(spelling))
                variant.full_clean()
                variant.save()
                self._cite(self._passage(who.spelt_at), name_variant=variant)
        if who.role and "role" in adding:
            self._seat(who, delegate, session)
        if who.employer and "employer" in adding and key(who.employer) not in _employers(delegate):
            language = language_of(who.employer)
            fields = {f"employer_{language}": who.employer, f"post_{language}": who.post}
            position = Position(delegate=delegate, **fields)
            position.full_clean()
            position.save()
            self._cite(self._passage(who.said_at), position=position)

    def _seat(self, who: Proposer, delegate: Delegate, session: Session) -> None:
        roles = set(delegate.memberships.filter(body=session.body, term=session.term).values_list("role", flat=True))
        plain = {Membership.Role.MEMBER, Membership.Role.DEPUTY}
        if who.role in roles or (roles and who.role in plain):
            return
        region = None if session.body.level == Level.NATIONAL else session.body.region
        seat = Membership(delegate=delegate, body=session.body, term=session.term, role=who.role, region=region)
        seat.full_clean()
        seat.save()
        self._cite(self._passage(who.said_at), membership=seat)

    def _cite(self, where: str, **thing: Any) -> None:
        Citation.objects.create(source=self.source, passage=where, **thing)

    def _passage(self, places: Place, section: dict[str, Any] | None = None) -> str:
        """Say where in the source something stands, in the source's language: section 2 of 5, paragraphs 9–13."""
        first, last = passage(self.intake.text, self.intake.left_out, places)
        every = [one for one in self.intake.sections if one["places"]]
        with translation.override(LANGUAGES.get(self.intake.language, "en-gb")):
            words = []
            if section in every and len(every) > 1:
                words.append(
                    _("section %(number)s of %(all)s") % {"number": every.index(section) + 1, "all": len(every)}
                )
            if first == last and first:
                words.append(_("paragraph %(number)s") % {"number": first})
            elif first:
                words.append(_("paragraphs %(first)s–%(last)s") % {"first": first, "last": last})
            return _(", ").join(words)


def script_of(spelling: str) -> str:
    """Tell in which script a spelling is."""
    if language_of(spelling) != CHINESE:
        return NameVariant.Language.ENGLISH
    traditional = any(sign in TRADITIONAL for sign in spelling)
    return NameVariant.Language.TRADITIONAL if traditional else NameVariant.Language.SIMPLIFIED


def _employers(delegate: Delegate) -> set[str]:
    rows: Iterable[tuple[str, str]] = delegate.positions.values_list("employer_en", "employer_zh")
    return {key(name) for names in rows for name in names if name}
