"""A slow reading of the record: plain Python over the models, sharing no code with `proposals.catalogue`."""

import unicodedata
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import product

import snowballstemmer
from opencc import OpenCC
from pypinyin import Style, pinyin

from proposals.models import Proposal, Synonym
from tests.made_up_record import rows
from tests.slow_life import last_outcomes, leads_of, replied_of, status_of

FACETS = (
    "topic", "region", "delegate_region", "level", "body", "session", "year", "kind", "status", "replied", "outcome",
    "lead_agency", "agency", "delegate", "first_proposer",
)  # fmt: skip

# ---- the slow reading: words


QUOTES = '"“”„«»「」『』'
JOINERS = "-.'’&·"
ENGLISH_STEMS = snowballstemmer.stemmer("english")
SIMPLIFY = OpenCC("t2s")


@cache
def simplified(character):
    return found if len(found := SIMPLIFY.convert(character)) == 1 else character


@cache
def is_han(character):
    return character in "々〇" or unicodedata.name(character, "").startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEO"))


@cache
def stem(word):
    plain = (each for each in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(each))
    return ENGLISH_STEMS.stemWord("".join(plain))


def segments(text):
    """Cut a text into runs of Han characters and stems of other words: `[(True, "干细胞"), (False, "bank")]`."""
    found, kind, run = [], None, ""
    for character in [*text, " "]:
        character = simplified(character)
        if is_han(character):
            here = True
        elif character.isalnum() or (kind is False and unicodedata.combining(character)):
            here = False
        else:
            here = None
        if here is not kind:
            if kind is not None:
                found.append((kind, run if kind else stem(run)))
            kind, run = here, ""
        run += character
    return found


def stands_in(phrase, text):
    """Tell whether a phrase (segments) stands in a text (segments), without a gap."""
    for start in range(len(text) - len(phrase) + 1):
        for place, ((han, wanted), (found_han, found)) in enumerate(zip(phrase, text[start:], strict=False)):
            first, last = place == 0, place == len(phrase) - 1
            if not han or not found_han or not (first or last):
                fits = (han, wanted) == (found_han, found)
            elif first and last:
                fits = wanted in found
            else:
                fits = found.endswith(wanted) if first else found.startswith(wanted)
            if not fits:
                break
        else:
            return True
    return False


def asked_for(question):
    """Cut a question into phrases: segments, the acronym it may be, where to look for it, whether to leave it out."""
    phrases, place = [], 0
    while place < len(question):
        for without, where, start in (*signs_at(question, place), (False, "", place)):
            if piece := piece_at(question, start):
                found, acronym, place = piece
                phrases.append((found, acronym if len(found) == 1 else "", where, without))
                break
        else:
            place += 1
    return [phrase for phrase in phrases if phrase[0]]


def signs_at(question, place):
    """Readings of a minus and a prefix that stand at a place after a blank, with the place after them."""
    if place and not question[place - 1].isspace():
        return
    without = question[place] in "-－−"
    start = place + without
    for where in ("title", "delegate", "agency", "topic"):
        end = start + len(where)
        if question[start:end].lower() == where and question[end : end + 1] in (":", "："):
            yield without, where, end + 1
    yield without, "", start


def piece_at(question, place):
    """The phrase that begins at a place, with its acronym and the place after it; nothing where none begins."""
    if place < len(question) and question[place] in QUOTES:
        ends = [end for end in range(place + 1, len(question)) if question[end] in QUOTES]
        if ends and ends[0] > place + 1:
            return segments(question[place + 1 : ends[0]]), "", ends[0] + 1
    end = place
    while end < len(question) and is_together(question, end):
        end += 1
    piece = question[place:end]
    return (segments(piece), piece if piece.isascii() and piece.isupper() else "", end) if piece else None


def is_together(question, place):
    character, around = question[place], question[place - 1 : place] + question[place + 1 : place + 2]
    if character in JOINERS:
        return len(around) == 2 and all(each.isalnum() or each == "_" for each in around)
    return character.isalnum() or character == "_" or bool(unicodedata.combining(character))


# ---- the slow reading: documents


class Texts:
    """Texts in which phrases are looked for."""

    def __init__(self, texts, acronyms=()):
        self.raw = [text for text in texts if text]
        self.texts = [segments(text) for text in self.raw]
        self.words = {text for segment in self.texts for han, text in segment if not han}
        self.han = "|".join(text for segment in self.texts for han, text in segment if han)
        self.acronyms = set(acronyms)

    def has(self, phrase, acronym):
        if acronym in self.acronyms:
            return True
        if not all(wanted in (self.han if han else self.words) for han, wanted in phrase):
            return False
        return len(phrase) == 1 or any(stands_in(phrase, text) for text in self.texts)


@dataclass
class Slow:
    """One document as the slow reading has it: what it is, where it belongs, in which texts words are found."""

    recommendation: bool
    key: int
    proposal: int
    number: int
    date: str
    added: int
    facets: dict
    tiers: list = field(repr=False)
    texts: list = field(repr=False)
    acronyms: set = field(default_factory=set)
    fields: dict = field(default_factory=dict)

    def has(self, tier, phrase, acronym, where, without):
        """Whether a phrase is there, or is not where it must not be, which is everywhere."""
        texts = self.fields[where] if where else self.tiers[2 if without else tier]
        return texts.has(phrase, acronym) is not without


def upwards(nodes):
    """The nodes and all above them, once each."""
    found = {}
    for node in nodes:
        while node and node.pk not in found:
            found[node.pk] = node
            node = next((each for each in rows(type(node)) if each.pk == node.parent_id), None)
    return list(found.values())


def code(region):
    return region.iso_code or region.slug


def region_of(delegate, session):
    """Where a delegate comes from by the highest seat in the session's body and term."""
    ranks = ["member", "deputy", "standing_committee_member", "vice_chair", "chair"]
    seats = [
        seat for seat in delegate.memberships.all() if (seat.body_id, seat.term) == (session.body_id, session.term)
    ]
    highest = max(seats, key=lambda seat: ranks.index(seat.role), default=None)
    return [highest.region] if highest and highest.region else []


def topic_words(topics):
    synonyms = [synonym for synonym in rows(Synonym) if synonym.topic_id in {topic.pk for topic in topics}]
    words = [name for topic in topics for name in (topic.name_en, topic.name_zh)]
    words += [synonym.text for synonym in synonyms if not synonym.ambiguous]
    return words, {synonym.text for synonym in synonyms if synonym.ambiguous}


def names_of(proposal):
    for sponsorship in proposal.sponsorships.all():
        yield from (sponsorship.organisation_en, sponsorship.organisation_zh)
    yield from names_of_delegates(proposal)


def names_of_delegates(proposal):
    for sponsorship in proposal.sponsorships.all():
        if delegate := sponsorship.delegate:
            yield from (delegate.name_en, delegate.name_zh, "".join(filter(str.isalnum, delegate.name_en)))
            yield from typed(delegate.name_zh)
            yield from (variant.spelling for variant in delegate.name_variants.all())
            for position in delegate.positions.all():
                yield from (position.employer_en, position.employer_zh)


@cache
def typed(name):
    """A Chinese name in pinyin."""
    sounds = [pinyin(han, style=Style.TONE3, heteronym=True)[0] for han in name]
    found = set()
    for tones in product(*sounds) if name else ():
        plain = ["".join(filter(str.isalpha, each)) for each in tones]
        found |= {"".join(tones), " ".join(tones), " ".join(plain), "".join(plain)}
        found |= {"".join(plain[:end]) + " " + "".join(plain[end:]) for end in range(1, len(plain))}
    return sorted(found)


def places_of(proposal):
    session = proposal.session
    yield from (session.name_en, session.name_zh, session.body.name_zh, str(session.year))
    for region in upwards(proposal.target_regions.all()):
        yield from (region.name_en, region.name_zh, region.full_name_en, region.full_name_zh)
        yield from region.other_names.split(";")


def shared_facets(proposal):
    """Where a proposal and each of its recommendations belong."""
    session, sponsorships = proposal.session, proposal.sponsorships.all()
    delegates = [each.delegate for each in sponsorships if each.delegate]
    return {
        "region": {code(region) for region in upwards(proposal.target_regions.all())},
        "delegate_region": {code(up) for each in delegates for up in upwards(region_of(each, session))},
        "level": {session.body.level},
        "body": {session.body.slug},
        "session": {session.slug},
        "year": {str(session.year)},
        "kind": {proposal.kind},
        "status": {status_of(proposal)},
        "replied": replied_of(proposal),
        "lead_agency": {each.slug for each in upwards(leads_of(proposal))},
        "delegate": {delegate.slug for delegate in delegates},
        "first_proposer": {each.delegate.slug for each in sponsorships if each.delegate and each.first},
    }


def read_documents():
    """Read every published proposal, then each of its recommendations."""
    published = Proposal.objects.filter(state="published").order_by("pk").prefetch_related(*READ_ALONG)
    for proposal in published.iterator(chunk_size=500):  # SQLite takes no list of ten thousand keys
        recommendations = list(proposal.recommendations.all())
        said = [text for one in recommendations for text in (one.text_en, one.text_zh, one.group_en, one.group_zh)]
        for figure in proposal.figures.all():
            said += [f"{figure.value} {figure.unit_en}", figure.what_en, figure.what_zh]
            said += [f"{figure.value} {figure.unit_zh}"] if figure.unit_zh else []
        names = list(names_of(proposal))
        delegates = list(names_of_delegates(proposal))
        yield slow(
            proposal,
            proposal,
            title=[proposal.title_en, proposal.title_zh],
            proposers=names,
            delegates=delegates,
            lead=[proposal.summary_en, proposal.summary_zh],
            words=[*said, proposal.number],
            topics=[topic for each in (proposal, *recommendations) for topic in each.topics.all()],
            agencies=[agency for each in recommendations for agency in each.agencies.all()],
            outcomes=last_outcomes((answer.reply, answer.reply.outcome) for answer in proposal.answers.all()),
        )
        for one in recommendations:
            yield slow(
                proposal,
                one,
                title=[one.text_en, one.text_zh],
                proposers=[],
                delegates=delegates,
                lead=[one.group_en, one.group_zh],
                words=names,
                topics=one.topics.all(),
                agencies=one.agencies.all(),
                outcomes=last_outcomes(
                    (each.reply, each.outcome)
                    for each in one.outcomes.all()
                    if any(answer.reply_id == each.reply_id for answer in proposal.answers.all())
                ),
            )


READ_ALONG = (
    "session__body", "sponsorships__delegate__name_variants", "sponsorships__delegate__positions",
    "sponsorships__delegate__memberships__region", "target_regions", "topics", "figures", "recommendations__topics",
    "recommendations__agencies", "recommendations__outcomes__reply", "events__agency", "answers__reply__agency",
)  # fmt: skip


def slow(proposal, row, *, title, proposers, delegates, lead, words, topics, agencies, outcomes):
    """The document for `row`, which is the proposal or one of its recommendations.

    The agencies' names are in the lead of a recommendation, whom it asks being half of what it says.
    """
    topics, agencies = upwards(topics), upwards(agencies)
    named, acronyms = topic_words(topics)
    offices = [getattr(each, f"{name}_{language}") for each in agencies for name in NAMES for language in ("en", "zh")]
    offices += [name for each in agencies for name in each.other_names.split(";")]
    front = [*title, *proposers]
    lead = [*front, *lead, *named, *(offices if row is not proposal else [])]
    words = [*lead, *words, *offices, *places_of(proposal)]
    return Slow(
        recommendation=row is not proposal,
        key=row.pk,
        proposal=proposal.pk,
        number=0 if row is proposal else row.order,
        added=int(proposal.published_at.timestamp()) // 3600,
        date=proposal.submitted or proposal.session.opened or str(proposal.session.year),
        facets=shared_facets(proposal)
        | {"topic": {each.slug for each in topics}, "agency": {each.slug for each in agencies}, "outcome": outcomes},
        tiers=[Texts(front), Texts(lead, acronyms), Texts(words, acronyms)],
        texts=[text for text in words if text],
        acronyms=acronyms,
        fields={
            "title": Texts(title),
            "delegate": Texts(delegates),
            "agency": Texts(offices),
            "topic": Texts(named, acronyms),
        },
    )


NAMES = ("name", "short_name")


# ---- the slow reading: answers


class SlowAnswer:
    """What the slow reading answers to the parameters of an address."""

    def __init__(self, documents, parameters, recommendations):
        self.chosen = {name: set(parameters.getlist(name)) for name in FACETS if parameters.getlist(name)}
        self.phrases = asked_for(parameters.get("q", ""))
        wanted = any(not without for *_, without in self.phrases)
        self.sort = parameters.get("sort") or ("relevance" if wanted else "newest")
        after, before = parameters.get("submitted_after", ""), parameters.get("submitted_before", "")
        self.counts = {name: Counter() for name in FACETS}
        self.found = []
        for one in documents:
            if one.recommendation is not recommendations or not self.said(one, 2) or not in_time(one, after, before):
                continue
            failed = {name for name, values in self.chosen.items() if not values & one.facets[name]}
            if not failed:
                self.found.append(one)
            for name in FACETS:
                if failed <= {name}:
                    self.counts[name].update(one.facets[name])
        for name, values in self.chosen.items():
            self.counts[name].update(dict.fromkeys(values, 0))
        self.ids = [one.key for one in sorted(self.found, key=self.place)]

    def said(self, one, tier):
        return all(one.has(tier, *phrase) for phrase in self.phrases)

    def place(self, one):
        tier = 0
        if self.sort == "relevance":
            tier = next(tier for tier in range(3) if self.said(one, tier))
        if self.sort == "added":
            return tier, -one.added, -one.proposal, one.number
        backwards = 1 if self.sort == "oldest" else -1
        return tier, backwards * moment(one.date), backwards * one.proposal, one.number


def moment(date, *, unknown="00"):
    """`2024-03` as 20240300: what is unknown is the first moment, or the last."""
    year, month, day = (*date.split("-"), unknown, unknown)[:3]
    return int(year + month + day)


def in_time(one, after, before):
    """Whether any of the days that the date may mean lies within the span."""
    if after and before and moment(after) > moment(before, unknown="99"):
        return False
    return (not after or moment(one.date, unknown="99") >= moment(after)) and (
        not before or moment(one.date) <= moment(before, unknown="99")
    )
