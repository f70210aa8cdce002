"""Documents: published proposals and recommendations as the index holds them."""

import hashlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db.models import Choices, Prefetch
from tantivy import Document

from people.dates import date_key
from people.models import Agency, Level, Region
from people.tree import lineage
from proposals.catalogue.schema import PROPOSAL, RECOMMENDATION, TEXTS
from proposals.catalogue.words import cut
from proposals.models import Addressee, Proposal, Recommendation, Sponsorship, Topic

Node = TypeVar("Node", Topic, Region, Agency)
CHOICES: dict[str, type[Choices]] = {"level": Level, "kind": Proposal.Kind, "status": Proposal.Status}


def choice_number(facet: str, value: str) -> int:
    """Give the number under which the index knows a choice: its place in the list."""
    return CHOICES[facet].values.index(value)


@dataclass
class Entry:
    """One document before it is written: numbers and texts by field."""

    numbers: dict[str, Collection[int]]
    texts: dict[str, list[str]]
    acronyms: set[str] = field(default_factory=set)

    @property
    def fingerprint(self) -> int:
        """A number that differs when anything in the entry differs; the order of a set does not count."""
        numbers = sorted((name, sorted(values)) for name, values in self.numbers.items())
        content = repr((numbers, sorted(self.texts.items()), sorted(self.acronyms)))
        return int.from_bytes(hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=8).digest())

    def document(self) -> Document:
        """Give the entry as the index takes it."""
        document = Document()
        for name, numbers in self.numbers.items():
            for number in sorted(set(numbers)):
                document.add_unsigned(name, number)
        document.add_unsigned("fingerprint", self.fingerprint)
        above: list[str] = []
        for name in TEXTS:  # each takes in the one before it
            above = [*above, *self.texts[name]]
            for text in above:
                document.add_text(name, cut(text))
        for acronym in sorted(self.acronyms):
            document.add_text("acronym", acronym)
        return document


class Lineages(Generic[Node]):
    """Trees in memory: of each node its lineage, and the words for everything in it."""

    def __init__(self, nodes: Iterable[Node]) -> None:
        self.nodes: dict[int, Node] = {node.pk: node for node in nodes}
        self.parents: dict[int, int | None] = {node.pk: node.parent_id for node in self.nodes.values()}

    def keys(self, keys: Iterable[int]) -> set[int]:
        """Give `keys` and all keys above them."""
        return {above for key in keys for above in lineage(key, self.parents)}

    def above(self, keys: Iterable[int]) -> list[Node]:
        """Give the nodes with `keys` and all above them, in a steady order."""
        return [self.nodes[key] for key in sorted(self.keys(keys))]


class Shelf:
    """Makes entries; reads the trees once."""

    def __init__(self) -> None:
        self.topics = Lineages(Topic.objects.prefetch_related("synonyms"))
        self.regions = Lineages(Region.objects.all())
        self.agencies = Lineages(Agency.objects.all())

    def entries(self, proposal: Proposal) -> Iterator[Entry]:
        """Yield the entry of `proposal` and those of its recommendations."""
        recommendations = list(proposal.recommendations.all())
        facets = self._facets(proposal)
        people = list(self._people(proposal))
        yield self._whole(proposal, recommendations, facets, people)
        for recommendation in recommendations:
            yield self._part(proposal, recommendation, facets, people)

    def _facets(self, proposal: Proposal) -> dict[str, Collection[int]]:
        """Numbers that a recommendation shares with its proposal."""
        session = proposal.session
        delegates = [each.delegate for each in proposal.sponsorships.all() if each.delegate]
        seats = [delegate.seat_in(session) for delegate in delegates]
        return {
            "proposal": [proposal.pk],
            "date": [date_key(proposal.date)],
            "date_end": [date_key(proposal.date, end=True)],
            "region": self.regions.keys(region.pk for region in proposal.target_regions.all()),
            "delegate_region": self.regions.keys(seat.region_id for seat in seats if seat and seat.region_id),
            "level": [choice_number("level", session.body.level)],
            "body": [session.body_id],
            "session": [session.pk],
            "year": [session.year],
            "kind": [choice_number("kind", proposal.kind)],
            "status": [choice_number("status", proposal.status)],
            "delegate": [delegate.pk for delegate in delegates],
            "first_proposer": [
                each.delegate_id for each in proposal.sponsorships.all() if each.first and each.delegate_id
            ],
        }

    def _whole(
        self,
        proposal: Proposal,
        recommendations: list[Recommendation],
        facets: dict[str, Collection[int]],
        people: list[str],
    ) -> Entry:
        topics = [topic.pk for topic in proposal.topics.all()]
        topics += [topic.pk for one in recommendations for topic in one.topics.all()]
        agencies = [each.agency_id for one in recommendations for each in one.addressees.all()]
        words, acronyms = self._topic_words(topics)
        parts = [
            getattr(one, name) for one in recommendations for name in ("text_en", "text_zh", "group_en", "group_zh")
        ]
        figures = [
            text for one in proposal.figures.all() for text in (f"{one.value} {one.unit_en}", one.what_en, one.what_zh)
        ]
        return Entry(
            {
                **facets,
                "type": [PROPOSAL],
                "id": [proposal.pk],
                "topic": self.topics.keys(topics),
                "agency": self.agencies.keys(agencies),
                **_order(proposal, 0),
            },
            _texts(
                title=[proposal.title_en, proposal.title_zh, *people],
                lead=[proposal.summary_en, proposal.summary_zh, *words],
                words=[*parts, *figures, proposal.number, *self._agency_words(agencies), *self._places(proposal)],
            ),
            acronyms,
        )

    def _part(
        self, proposal: Proposal, recommendation: Recommendation, facets: dict[str, Collection[int]], people: list[str]
    ) -> Entry:
        topics = [topic.pk for topic in recommendation.topics.all()]
        agencies = [each.agency_id for each in recommendation.addressees.all()]
        words, acronyms = self._topic_words(topics)
        return Entry(
            {
                **facets,
                "type": [RECOMMENDATION],
                "id": [recommendation.pk],
                "topic": self.topics.keys(topics),
                "agency": self.agencies.keys(agencies),
                **_order(proposal, recommendation.order),
            },
            _texts(
                title=[recommendation.text_en, recommendation.text_zh],
                lead=[recommendation.group_en, recommendation.group_zh, *words, *self._agency_words(agencies)],
                words=[*people, *self._places(proposal)],
            ),
            acronyms,
        )

    def _topic_words(self, keys: Iterable[int]) -> tuple[list[str], set[str]]:
        """Names and synonyms of topics and of all above them; ambiguous acronyms apart."""
        words, acronyms = [], set()
        for topic in self.topics.above(keys):
            words += [topic.name_en, topic.name_zh]
            for synonym in topic.synonyms.all():
                if synonym.ambiguous:
                    acronyms.add(synonym.text)
                else:
                    words.append(synonym.text)
        return words, acronyms

    def _agency_words(self, keys: Iterable[int]) -> Iterator[str]:
        for agency in self.agencies.above(keys):
            yield from (agency.name_en, agency.name_zh, agency.short_name_en, agency.short_name_zh)
            yield from agency.other_names.split(";")

    def _places(self, proposal: Proposal) -> Iterator[str]:
        """Words for the target regions and for the session."""
        for region in self.regions.above(region.pk for region in proposal.target_regions.all()):
            yield from (region.name_en, region.name_zh, region.full_name_en, region.full_name_zh)
            yield from region.other_names.split(";")
        session = proposal.session
        yield from (session.name_en, session.name_zh, session.body.name_zh, str(session.year))

    def _people(self, proposal: Proposal) -> Iterator[str]:
        """Names of the proposers in every known spelling, with their employers."""
        for sponsorship in proposal.sponsorships.all():
            yield from (sponsorship.organisation_en, sponsorship.organisation_zh)
            if delegate := sponsorship.delegate:
                yield from (delegate.name_en, delegate.name_zh)
                yield from sorted(variant.spelling for variant in delegate.name_variants.all())
                for position in delegate.positions.all():
                    yield from (position.employer_en, position.employer_zh)


def entries(proposals: Collection[int] | None = None) -> Iterator[Entry]:
    """Yield the entries of all published proposals, or of those among `proposals` (keys), and their recommendations."""
    rows = Proposal.objects.published().order_by("pk")
    if proposals is not None:
        rows = rows.filter(pk__in=proposals)
    shelf = Shelf()
    for proposal in (
        rows.select_related("session__body")
        .prefetch_related(
            Prefetch("sponsorships", Sponsorship.objects.select_related("delegate")),
            "sponsorships__delegate__name_variants",
            "sponsorships__delegate__memberships",
            "sponsorships__delegate__positions",
            "target_regions",
            "topics",
            "figures",
            "recommendations__topics",
            Prefetch("recommendations__addressees", Addressee.objects.order_by("pk")),
        )
        .iterator(chunk_size=500)
    ):
        yield from shelf.entries(proposal)


def _texts(**fields: list[str]) -> dict[str, list[str]]:
    return {name: [text for text in texts if text] for name, texts in fields.items()}


def _order(proposal: Proposal, number: int) -> dict[str, list[int]]:
    """Date and keys in one integer of 64 bits each way: total orders, the same everywhere.

    18 bits for the date, 31 for the proposal, 15 for the number of the recommendation, which rises in both.
    """
    date = date_key(proposal.date)
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    key = ((year - 1900) << 9 | month << 5 | day) << 31 | proposal.pk
    return {"newest": [key << 15 | 0x7FFF - number], "oldest": [key << 15 | number]}
