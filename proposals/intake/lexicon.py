"""Lexicon: the names that the record knows, as intake looks for them; what an analyst adds there counts at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from people.models import Agency, Delegate, Membership, NameVariant, Position, Region, Session
from people.models.regions import RegionKind
from people.tree import lineage
from proposals.intake.lines import folded
from proposals.intake.rules import TOPIC_CUES
from proposals.intake.words import Words
from proposals.models import Synonym, Topic

PROVINCIAL = (RegionKind.PROVINCE, RegionKind.MUNICIPALITY, RegionKind.AUTONOMOUS, RegionKind.SPECIAL)


@dataclass(frozen=True)
class Known:
    """A delegate of the record: names in every spelling, seats (system, region, term) and employers."""

    slug: str
    name: str
    spellings: tuple[str, ...]
    seats: frozenset[tuple[str, str, int]] = frozenset()
    employers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """All that is known by name; regions are meant by ISO code where they have one, or else by slug."""

    topics: Words[str]
    agencies: Words[str]
    regions: Words[str]
    provinces: Mapping[str, str] = field(default_factory=dict)
    """Names of province-level divisions in both languages, with the ISO code."""
    ancestors: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Of each topic all that lie above it."""
    governments: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """Provincial agencies by their kind and region."""
    sessions: Mapping[tuple[str, str, int], tuple[str, int]] = field(default_factory=dict)
    """The session's slug and term by system, region and year."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    """The agency that stands for the State as a whole, and that for those who are not named, by kind."""
    delegates: tuple[Known, ...] = ()

    def above(self, topics: Iterable[str]) -> set[str]:
        """Give all that lies above some topics, which goes without saying."""
        return {above for topic in topics for above in self.ancestors.get(topic, ())}

    def agency_of(self, kind: str) -> str:
        """Give the slug of the agency of a kind of which there is one, "" where there is none."""
        return self.kinds.get(kind, "")

    @classmethod
    def of_record(cls) -> Lexicon:
        """Read the names that stand in the record now."""
        regions = [*Region.objects.all()]
        called = {region.pk: region.iso_code or region.slug for region in regions}
        topics = [*Topic.objects.all()]
        agencies = [*Agency.objects.all()]
        return cls(
            topics=Words(_topic_words(topics)),
            agencies=Words(
                (name, agency.slug, _acronym(name)) for agency in agencies for name in _names(agency, "short_name")
            ),
            regions=Words(
                (name, called[region.pk], False)
                for region in regions
                if region.kind != RegionKind.COUNTRY
                for name in _names(region, "full_name")
            ),
            provinces={
                folded(name).casefold(): called[region.pk]
                for region in regions
                if region.kind in PROVINCIAL
                for name in _names(region, "full_name")
            },
            ancestors=_ancestors(topics),
            governments={(each.kind, called[each.region_id]): each.slug for each in agencies if each.region_id},
            kinds={each.kind: each.slug for each in reversed(agencies)},
            sessions={
                (session.body.system, called[session.body.region_id], session.year): (session.slug, session.term)
                for session in Session.objects.select_related("body")
            },
            delegates=tuple(_known(called)),
        )


def _names(thing: Agency | Region, further: str) -> list[str]:
    """Give all names of a thing: in both languages, the `further` ones too, and others, parted by semicolons."""
    columns = ("name_en", "name_zh", f"{further}_en", f"{further}_zh", "other_names")
    return [name.strip() for column in columns for name in getattr(thing, column).split(";") if name.strip()]


def _acronym(name: str) -> bool:
    return name.isascii() and name.isupper()


def _topic_words(topics: list[Topic]) -> Iterator[tuple[str, str, bool]]:
    for topic in topics:
        yield from ((name, topic.slug, False) for name in (topic.name_en, topic.name_zh))
    for slug, text, acronym in Synonym.objects.values_list("topic__slug", "text", "acronym"):
        yield text, slug, acronym
    known = {topic.slug for topic in topics}
    yield from ((word, slug, False) for slug, words in TOPIC_CUES.items() if slug in known for word in words)


def _ancestors(topics: Iterable[Topic]) -> dict[str, frozenset[str]]:
    slugs, parents = {topic.pk: topic.slug for topic in topics}, {topic.pk: topic.parent_id for topic in topics}
    return {
        slug: frozenset(slugs[above] for above in lineage(key, parents) if above != key) for key, slug in slugs.items()
    }


def _known(called: Mapping[int, str]) -> Iterator[Known]:
    spellings: dict[int, list[str]] = defaultdict(list)
    seats: dict[int, set[tuple[str, str, int]]] = defaultdict(set)
    employers: dict[int, list[str]] = defaultdict(list)
    for key, spelling in NameVariant.objects.values_list("delegate", "spelling"):
        spellings[key].append(spelling)
    for key, system, region, term in Membership.objects.values_list("delegate", "body__system", "body__region", "term"):
        seats[key].add((system, called[region], term))
    for key, *employer in Position.objects.values_list("delegate", "employer_en", "employer_zh"):
        employers[key] += filter(None, employer)
    for delegate in Delegate.objects.all():
        key = delegate.pk
        names = tuple(filter(None, (delegate.name_en, delegate.name_zh, *spellings[key])))
        yield Known(delegate.slug, str(delegate), names, frozenset(seats[key]), tuple(employers[key]))
