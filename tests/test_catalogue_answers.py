"""The catalogue against a slow reading of the record: 500 questions, the same answers.

The slow reading below is plain Python over the models and shares no code with `proposals.catalogue`: it cuts words by
itself, walks the trees by itself and looks at every document for every question. Keys differ from one database to the
next; what is relied on is only that they rise in the order in which rows are made, which decides between equal dates.
"""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from math import ceil

import pytest
import snowballstemmer
from django.db import transaction
from django.http import QueryDict
from opencc import OpenCC

from people.models import Agency, Body, Delegate, Level, Membership, Position, Region, Session
from proposals.catalogue import PAGE_SIZE, Query, Vocabulary, catalogue, count, count_by, search
from proposals.catalogue.check import differences
from proposals.filters import ProposalFilter
from proposals.models import Figure, Proposal, Synonym, Topic
from proposals.models.outbox import recorded
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_membership,
    make_proposal,
    make_region,
    make_session,
    make_topic,
)

pytestmark = pytest.mark.django_db

QUESTIONS = 500
FACETS = (
    "topic", "region", "delegate_region", "level", "body", "session", "year", "kind", "status", "agency", "delegate",
    "first_proposer",
)  # fmt: skip

# ---- the world: made up, the same at every run


ENGLISH = """stem cells cell therapy therapies clinical trial trials regulate regulation regulators regulatory approve
approval approvals review reviewing quality standards hospital hospitals patients rare disease diseases ageing act most
national pilot zone free trade shared platform insurance reimbursement pricing industry industrial innovation innovate
CAR-T iPSC Béijīng naïve café Médecins résumé coöperate 226.1 2030 0462 I III x-ray don't Shaanxi’s (draft) “market”
of the and for in with""".split()  # noqa: SIM905
CHINESE = """干细胞 临床 试验 研究 再生医学 产业 发展 审评 审批 国家 药品 监督 管理 基因
治疗 细胞 药物 罕见病 老龄化 医疗 保障 标准 质量 体系 自由贸易 试验区 先行 先试 立法 伦理
的 在 后 里 干 发 推动 陕西省 上海 关于 建议 建设 国际 中心 医院 费用""".split()  # noqa: SIM905
TRADITIONAL = OpenCC("s2t")


def english_text(rng, words):
    chosen = [rng.choice(ENGLISH) for _ in range(rng.randint(2, words))]
    chosen = [word.capitalize() if rng.random() < 0.1 else word for word in chosen]
    return "".join(word + rng.choice([" ", " ", " ", " ", ", ", ". ", " – "]) for word in chosen).strip()


def chinese_text(rng, words):
    chosen = [rng.choice(CHINESE) for _ in range(rng.randint(2, words))]
    glue = ["", "", "", "", "，", "、", "。", " ", "CAR-T", "2030年", "“", "”"]
    text = "".join(word + rng.choice(glue) for word in chosen)
    return TRADITIONAL.convert(text) if rng.random() < 0.3 else text


def both(rng, name, words):
    """A text in English, in Chinese or in both."""
    kept = rng.choice(["en", "zh", "both", "both"])
    return {
        f"{name}_en": english_text(rng, words) if kept != "zh" else "",
        f"{name}_zh": chinese_text(rng, words) if kept != "en" else "",
    }


def some(rng, model, most):
    return rng.sample(rows(model), rng.randint(0, most))


@cache
def rows(model):
    """All rows in the order in which they were made; each list is read once, when it is complete."""
    return list(model.objects.order_by("pk"))


def make_topics():
    cells = make_topic(name="Cells", name_zh="细胞", slug="cells")
    stem_cells = make_topic(name="Stem cells", name_zh="干细胞", slug="stem-cells", parent=cells)
    make_topic(name="Embryonic stem cells", name_zh="胚胎干细胞", slug="embryonic", parent=stem_cells)
    adoptive = make_topic(name="Adoptive cell transfer", name_zh="過繼細胞", slug="adoptive", parent=cells)
    rules = make_topic(name="Regulation", name_zh="监管", slug="regulation")
    approval = make_topic(name="Approval", name_zh="审批", slug="approval", parent=rules)
    make_topic(name="Conditional approval", name_zh="附条件批准", slug="conditional", parent=approval)
    make_topic(name="Insurance", name_zh="医保", slug="insurance")
    Synonym.objects.create(topic=adoptive, text="ACT", acronym=True, ambiguous=True)
    Synonym.objects.create(topic=rules, text="MOST", acronym=True, ambiguous=True)
    Synonym.objects.create(topic=stem_cells, text="MSC", acronym=True)
    Synonym.objects.create(topic=cells, text="cytotherapy")
    Synonym.objects.create(topic=approval, text="准入", language="zh")


def make_regions():
    china = make_region(name="China", name_zh="中国", slug="china", iso_code="CN", kind="country")
    make_region(name="Shanghai", name_zh="上海", slug="shanghai", iso_code="CN-SH", parent=china)
    make_region(name="Shaanxi", name_zh="陕西", slug="shaanxi", iso_code="CN-SN", parent=china)
    make_region(name="Shanxi", name_zh="山西", slug="shanxi", iso_code="CN-SX", parent=china)
    guangdong = make_region(
        name="Guangdong", name_zh="广东", slug="guangdong", iso_code="CN-GD", parent=china,
        full_name_en="Guangdong Province", full_name_zh="广东省", other_names="Canton; Kwangtung",
    )  # fmt: skip
    zone = make_region(name="Free trade zone", name_zh="自贸区", slug="guangdong-ftz", kind="zone", parent=guangdong)
    make_region(name="Nansha", name_zh="南沙", slug="nansha", kind="zone", parent=zone)


def make_agencies():
    make_agency(name="National Health Commission", name_zh="国家卫生健康委员会", short_name_en="NHC", slug="nhc")
    nmpa = make_agency(name="National Medical Products Administration", short_name_en="NMPA", slug="nmpa")
    centre = make_agency(name="Center for Drug Evaluation", name_zh="药品审评中心", slug="cde", parent=nmpa)
    make_agency(name="Office of statistics", slug="statistics", parent=centre)
    make_agency(name="Shanghai government", short_name_zh="上海市政府", slug="shanghai-government")


def make_bodies(rng):
    china, shanghai, nansha = (Region.objects.get(slug=slug) for slug in ("china", "shanghai", "nansha"))
    bodies = [
        make_body(name="CPPCC National Committee", short_name_zh="全国政协", slug="cppcc", region=china),
        make_body(name="National Congress", name_zh="全国人民代表大会", system="npc", slug="npc", region=china),
        make_body(name="CPPCC Shanghai", level="provincial", slug="cppcc-shanghai", region=shanghai),
        make_body(name="CPPCC Nansha", level="county", slug="cppcc-nansha", region=nansha),
    ]
    for body in bodies:
        for year in range(2020, 2025):
            term = 13 if year < 2023 else 14
            opened = rng.choice(["", f"{year}", f"{year}-03", f"{year}-03-0{rng.randint(1, 5)}"])
            slug = f"{body.slug}-{year}"
            make_session(body=body, year=year, term=term, ordinal=year - 2019, opened=opened, slug=slug)


def make_delegates(rng):
    syllables = ["Ding", "Wang", "Liu", "Zhang", "Lie", "Ming", "Gui", "Lin", "Yun", "Yi", "Wei", "Jing", "Lü", "Hé"]
    characters = "丁列明王桂林刘云张章毅怡維偉靜國"
    for number in range(30):
        delegate = make_delegate(
            slug=f"delegate-{number}",
            name=f"{rng.choice(syllables)} {rng.choice(syllables)}{rng.choice(syllables).lower()}",
            name_zh=rng.choice(["", "".join(rng.sample(characters, 3))]),
            variants={rng.choice(["Ding Leeming", "Lieming Ding", "丁黎明", "劉雲"]) for _ in range(rng.randint(0, 2))},
            employer=rng.choice(["", "Betta Pharmaceuticals Co., Ltd."]),
        )
        Position.objects.create(delegate=delegate, employer_zh=chinese_text(rng, 3))
        for body in some(rng, Body, 3):
            for role in rng.sample(Membership.Role.values, rng.randint(1, 2)):
                region = rng.choice([None, *rows(Region)])
                make_membership(delegate=delegate, body=body, term=rng.choice([13, 14]), role=role, region=region)


def make_recommendation_fields(rng):
    return {
        **both(rng, "text", 8),
        **(both(rng, "group", 3) if rng.random() < 0.3 else {}),
        "topics": some(rng, Topic, 2),
        "to": (agencies := some(rng, Agency, 2)),
        "inferred": [agency for agency in some(rng, Agency, 1) if agency not in agencies],
    }


def make_any_proposal(rng, number):
    session = rng.choice(rows(Session))
    year = session.year
    proposal = make_proposal(
        **both(rng, "title", 7),
        **(both(rng, "summary", 20) if rng.random() < 0.8 else {}),
        session=session,
        number=rng.choice(["", f"{number:04}"]),
        submitted=rng.choice(["", f"{year}", f"{year}-01", f"{year}-03", f"{year}-03-{rng.randint(1, 12):02}"]),
        kind=rng.choice(Proposal.Kind.values),
        status=rng.choice(Proposal.Status.values),
        topics=some(rng, Topic, 2),
        regions=some(rng, Region, 2),
        delegates=some(rng, Delegate, 3),
        organisations=rng.choice([[], [], ["Jiusan Society"]]),
        recommendations=[make_recommendation_fields(rng) for _ in range(rng.randint(0, 6))],
    )
    for figure in range(rng.choice([0, 0, 1, 2])):
        Figure.objects.create(proposal=proposal, value=f"{figure}.5", unit_en="billion", **both(rng, "what", 5))
    if rng.random() < 0.2:  # nobody is known to be first
        for sponsorship in proposal.sponsorships.all():
            sponsorship.first = False
            sponsorship.save()
    return proposal


@dataclass
class Question:
    """An address, the query it stands for, the slow answer, and the catalogue's once it was asked."""

    address: str
    query: Query
    slow: object

    @cached_property
    def results(self):
        return search(self.query, Vocabulary())


@pytest.fixture(scope="module")
def questions(django_db_setup, django_db_blocker):
    """Make the world once, in a transaction that is rolled back when the last question is answered."""
    with django_db_blocker.unblock(), transaction.atomic():
        rng = random.Random(20240304)
        with recorded():
            make_topics()
            make_regions()
            make_agencies()
            make_bodies(rng)
            make_delegates(rng)
            proposals = [make_any_proposal(rng, number) for number in range(135)]
            for proposal in rng.sample(proposals, 120):
                proposal.state = Proposal.State.PUBLISHED
                proposal.save()
        documents = list(read_documents())
        yield [make_question(rng, documents) for _ in range(QUESTIONS)]
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("catalogue")


@pytest.fixture(autouse=True)
def _own_catalogue(settings, folder):
    """All questions are put to one catalogue."""
    settings.CATALOGUE_DIR = folder


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
    """Cut a question into phrases: segments, with the acronym it may be."""
    phrases, place = [], 0
    while place < len(question):
        ends = [end for end in range(place + 2, len(question)) if question[end] in QUOTES]
        if question[place] in QUOTES and ends and not any(each in QUOTES for each in question[place + 1 : ends[0]]):
            phrases.append((segments(question[place + 1 : ends[0]]), ""))
            place = ends[0] + 1
            continue
        end = place
        while end < len(question) and is_together(question, end):
            end += 1
        piece = question[place:end]
        acronym = piece if piece.isascii() and piece.isupper() else ""
        phrases.append((segments(piece), acronym))
        place = max(end, place + 1)
    return [(found, acronym if len(found) == 1 else "") for found, acronym in phrases if found]


def is_together(question, place):
    character, around = question[place], question[place - 1 : place] + question[place + 1 : place + 2]
    if character in JOINERS:
        return len(around) == 2 and all(each.isalnum() or each == "_" for each in around)
    return character.isalnum() or character == "_" or bool(unicodedata.combining(character))


# ---- the slow reading: documents


class Texts:
    """Texts in which phrases are looked for."""

    def __init__(self, texts, acronyms=()):
        self.texts = [segments(text) for text in texts if text]
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
    facets: dict
    tiers: list = field(repr=False)
    texts: list = field(repr=False)
    acronyms: set = field(default_factory=set)


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
        if delegate := sponsorship.delegate:
            yield from (delegate.name_en, delegate.name_zh)
            yield from (variant.spelling for variant in delegate.name_variants.all())
            for position in delegate.positions.all():
                yield from (position.employer_en, position.employer_zh)


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
        "status": {proposal.status},
        "delegate": {delegate.slug for delegate in delegates},
        "first_proposer": {each.delegate.slug for each in sponsorships if each.delegate and each.first},
    }


def read_documents():
    """Read every published proposal, then each of its recommendations."""
    for proposal in Proposal.objects.filter(state="published").order_by("pk").prefetch_related(*READ_ALONG):
        recommendations = list(proposal.recommendations.all())
        said = [text for one in recommendations for text in (one.text_en, one.text_zh, one.group_en, one.group_zh)]
        for figure in proposal.figures.all():
            said += [f"{figure.value} {figure.unit_en}", figure.what_en, figure.what_zh]
        names = list(names_of(proposal))
        yield slow(
            proposal,
            proposal,
            title=[proposal.title_en, proposal.title_zh, *names],
            lead=[proposal.summary_en, proposal.summary_zh],
            words=[*said, proposal.number],
            topics=[topic for each in (proposal, *recommendations) for topic in each.topics.all()],
            agencies=[agency for each in recommendations for agency in each.agencies.all()],
        )
        for one in recommendations:
            yield slow(
                proposal,
                one,
                title=[one.text_en, one.text_zh],
                lead=[one.group_en, one.group_zh],
                words=names,
                topics=one.topics.all(),
                agencies=one.agencies.all(),
            )


READ_ALONG = (
    "session__body", "sponsorships__delegate__name_variants", "sponsorships__delegate__positions",
    "sponsorships__delegate__memberships__region", "target_regions", "topics", "figures", "recommendations__topics",
    "recommendations__agencies",
)  # fmt: skip


def slow(proposal, row, *, title, lead, words, topics, agencies):
    """The document for `row`, which is the proposal or one of its recommendations.

    The agencies' names are in the lead of a recommendation, whom it asks being half of what it says.
    """
    topics, agencies = upwards(topics), upwards(agencies)
    named, acronyms = topic_words(topics)
    offices = [getattr(each, f"{name}_{language}") for each in agencies for name in NAMES for language in ("en", "zh")]
    lead = [*title, *lead, *named, *(offices if row is not proposal else [])]
    words = [*lead, *words, *offices, *places_of(proposal)]
    return Slow(
        recommendation=row is not proposal,
        key=row.pk,
        proposal=proposal.pk,
        number=0 if row is proposal else row.order,
        date=proposal.submitted or proposal.session.opened or str(proposal.session.year),
        facets=shared_facets(proposal)
        | {"topic": {each.slug for each in topics}, "agency": {each.slug for each in agencies}},
        tiers=[Texts(title), Texts(lead, acronyms), Texts(words, acronyms)],
        texts=[text for text in words if text],
        acronyms=acronyms,
    )


NAMES = ("name", "short_name")


# ---- the slow reading: answers


class SlowAnswer:
    """What the slow reading answers to the parameters of an address."""

    def __init__(self, documents, parameters, recommendations):
        self.chosen = {name: set(parameters.getlist(name)) for name in FACETS if parameters.getlist(name)}
        self.phrases = asked_for(parameters.get("q", ""))
        self.sort = parameters.get("sort") or ("relevance" if self.phrases else "newest")
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
        return all(one.tiers[tier].has(phrase, acronym) for phrase, acronym in self.phrases)

    def place(self, one):
        tier = 0
        if self.sort == "relevance":
            tier = next(tier for tier in range(3) if self.said(one, tier))
        backwards = 1 if self.sort == "oldest" else -1
        return tier, backwards * moment(one.date), backwards * one.proposal, one.number


def moment(date, *, unknown="00"):
    """`2024-03` as 20240300: what is unknown is the first moment, or the last."""
    year, month, day = (*date.split("-"), unknown, unknown)[:3]
    return int(year + month + day)


def in_time(one, after, before):
    return (not after or moment(one.date) >= moment(after)) and (
        not before or moment(one.date) <= moment(before, unknown="99")
    )


# ---- the questions


def make_parameters(rng, documents):
    """Parameters of an address, most of them from one document, so that there is something to find."""
    one = rng.choice(documents)
    other = rng.choice(documents)
    parameters = QueryDict(mutable=True)
    pieces = [make_piece(rng, one if rng.random() < 0.85 else other) for _ in range(rng.choice([0, 0, 1, 1, 1, 2, 3]))]
    if asked_for(" ".join(pieces)):
        parameters["q"] = " ".join(pieces)
    for name in FACETS:
        values = {*one.facets[name], *(other.facets[name] if rng.random() < 0.4 else [])}
        if values and rng.random() < 0.16:
            parameters.setlist(name, rng.sample(sorted(values), min(len(values), rng.randint(1, 3))))
    year, month, day = (*one.date.split("-"), "03", "05")[:3]
    for name in ("submitted_after", "submitted_before"):
        if rng.random() < 0.15:
            parameters[name] = rng.choice([year, f"{year}-{month}", f"{year}-{month}-{day}"])
    if rng.random() < 0.5:
        parameters["sort"] = rng.choice(["newest", "oldest", "relevance"])
    return parameters, one.recommendation if rng.random() < 0.9 else not one.recommendation


def make_piece(rng, one):
    """A word, a phrase, some Chinese, a name or an acronym out of a document, written in one way or another."""
    text = rng.choice(one.texts)
    words = text.split()
    runs = [run for han, run in segments(text) if han]
    match rng.choice(["word", "word", "phrase", "phrase", "Chinese", "Chinese", "acronym", "across", "odd"]):
        case "phrase":
            start = rng.randrange(len(words))
            opening, closing = rng.choice(['""', "“”", "«»", "「」"])
            phrase = " ".join(words[start : start + rng.randint(2, 4)])
            return f"{opening}{''.join(each for each in phrase if each not in QUOTES) or 'cell'}{closing}"
        case "Chinese" if runs:
            run = rng.choice([max(runs, key=len), rng.choice(runs)])
            size = rng.randint(1, min(8, len(run)))
            start = rng.randint(0, len(run) - size)
            cut = run[start : start + size]
            return TRADITIONAL.convert(cut) if rng.random() < 0.3 else cut
        case "across" if runs:  # Chinese and its surroundings, written together
            start = rng.randrange(len(text))
            return text[start : start + rng.randint(2, 10)]
        case "acronym":
            return rng.choice(["ACT", "act", "MOST", "Most", "MSC", "msc", "NMPA", "CAR-T", *one.acronyms])
        case "odd":
            return rng.choice(words) + rng.choice(['"', "“", " -", "'", "。", "」"])
    word = rng.choice(words)
    return rng.choice([word, word.upper(), word.lower(), unicodedata.normalize("NFD", word)])


def make_question(rng, documents):
    parameters, recommendations = make_parameters(rng, documents)
    return Question(
        address=f"/{'recommendations' if recommendations else 'proposals'}/?{parameters.urlencode()}",
        query=asked(parameters, recommendations=recommendations),
        slow=SlowAnswer(documents, parameters, recommendations=recommendations),
    )


def asked(parameters, *, recommendations):
    """Read parameters as the pages do."""
    filtered = ProposalFilter(parameters, recommendations=recommendations)
    query = filtered.query
    assert not filtered.form.errors, (parameters.urlencode(), filtered.form.errors)
    return query


# ---- the answers


def test_the_questions_are_worth_asking(questions):
    """Most find something, many find several pages; every facet, order and kind of phrase is asked for."""
    totals = [len(each.slow.ids) for each in questions]
    assert sum(total > 0 for total in totals) > QUESTIONS * 0.6
    assert sum(total > PAGE_SIZE for total in totals) > QUESTIONS * 0.2
    named = Counter(name for each in questions for name in {name for name, _ in each.query.parameters()})
    assert min(named[name] for name in (*FACETS, "q", "submitted_after", "submitted_before", "sort")) > 25
    phrases = [phrase for each in questions for phrase, _ in each.slow.phrases]
    assert sum(len(phrase) > 1 for phrase in phrases) > 50
    assert {len(phrase[0][1]) for phrase in phrases if len(phrase) == 1 and phrase[0][0]} >= set(range(1, 9))
    assert sum(bool(acronym) for each in questions for _, acronym in each.slow.phrases) > 20
    ranked = [each.slow for each in questions if each.slow.sort == "relevance"]
    tiers = Counter(slow.place(one)[0] for slow in ranked for one in slow.found)
    assert min(tiers[tier] for tier in range(3)) > 100


def test_totals_and_the_counts_of_every_facet_are_exact(questions):
    for each in questions:
        counts = {facet.name: {value.value: value.count for value in facet.values} for facet in each.results.facets}
        assert (each.results.total, counts) == (len(each.slow.ids), each.slow.counts), each.address


def test_pages_follow_one_another_without_gap_or_double_in_the_order_asked_for(questions):
    for each in questions:
        wanted = max(1, ceil(len(each.slow.ids) / PAGE_SIZE))
        others = [replace(each.query, page=page) for page in range(2, wanted + 2)]
        pages = [each.results, *(search(query, Vocabulary(), facets=()) for query in others)]
        assert [key for page in pages for key in page.ids] == each.slow.ids, each.address
        assert [len(page.ids) for page in pages[: wanted - 1]] == [PAGE_SIZE] * (wanted - 1), each.address
        assert pages[-1].ids == [], each.address
        assert {(page.pages, page.total) for page in pages} == {(wanted, len(each.slow.ids))}, each.address


def test_a_click_on_a_value_gives_what_its_count_says(questions):
    """With nothing chosen in the facet, exactly that; else the value alone would give it, and the click adds it."""
    rng = random.Random(1)
    for each in questions:
        facet = rng.choice([facet for facet in each.results.facets if facet.values] or [None])
        if facet is None:
            continue
        value = rng.choice(facet.values)
        total = each.results.total
        before = each.slow.chosen.get(facet.name, set())
        clicked = clicked_on(value, each)
        after = {choice.value for choice in clicked.choices(facet.name)}
        assert after == before ^ {value.value}, (each.address, value)
        if not before:
            assert count(clicked) == value.count, (each.address, value)
            continue
        [choice] = Vocabulary().values(facet.name, [value.value])
        assert count(each.query.choosing(facet.name, [choice])) == value.count, (each.address, value)
        least, most = (total, total + value.count) if after > before else (total - value.count, total)
        if after:
            assert least <= count(clicked) <= most, (each.address, value)
        else:
            assert count(clicked) >= total, (each.address, value)


def clicked_on(value, question):
    return asked(QueryDict(value.url.removeprefix("?")), recommendations=question.query.recommendations)


def test_what_is_chosen_is_marked_and_the_most_come_first_each_below_what_it_belongs_to(questions):
    for each in questions:
        for facet in each.results.facets:
            selected = {value.value for value in facet.values if value.selected}
            assert selected == each.slow.chosen.get(facet.name, set()), each.address
            above, siblings = [], defaultdict(list)
            for value in facet.values:
                above[value.depth :] = [value.value]
                upper = above[value.depth - 1] if value.depth else None
                assert upper is None or is_parent(facet.name, upper, value.value), (each.address, value)
                siblings[upper].append(rank(facet.name, value))
            assert all(ranks == sorted(ranks) for ranks in siblings.values()), (each.address, facet.name)


def is_parent(facet, upper, lower):
    model = {"topic": Topic, "region": Region, "delegate_region": Region, "agency": Agency}[facet]
    values = {(code(row) if model is Region else row.slug): row for row in rows(model)}
    return values[lower].parent_id == values[upper].pk


def rank(facet, value):
    """Years backwards, what has steps in their order, the rest by how many there are."""
    steps = {"level": Level, "kind": Proposal.Kind, "status": Proposal.Status}
    if facet in steps:
        return steps[facet].values.index(value.value)
    return -int(value.value) if facet == "year" else -value.count


def test_an_address_says_the_whole_question(questions):
    for each in questions[::5]:
        again = asked(QueryDict(each.query.url.removeprefix("?")), recommendations=each.query.recommendations)
        assert again.url == each.query.url, each.address
        assert replace(again, chosen=each.query.chosen) == each.query, each.address
        assert all({*again.choices(name)} == {*each.query.choices(name)} for name in FACETS), each.address


def test_counts_by_one_facet_are_those_of_what_is_found(questions):
    """As the lists of topics, delegates and so on show them: with the facet's own choice."""
    values = {row.pk: row.slug for row in rows(Topic)}
    for each in questions[::5]:
        counted = {values[key]: number for key, number in count_by("topic", each.query).items()}
        assert counted == Counter(value for one in each.slow.found for value in one.facets["topic"]), each.address


def test_the_pages_show_what_was_found_in_its_order(questions, client):
    for each in questions[::25]:
        response = client.get(each.address)
        assert response.status_code == 200, each.address
        assert [row.pk for row in response.context["rows"]] == each.slow.ids[:PAGE_SIZE], each.address
        assert response.context["results"].total == len(each.slow.ids), each.address
        links = [link_to(row) for row in response.context["rows"]]
        found = dict.fromkeys(re.findall(r'href="([^"]+)"', response.content.decode()))
        assert [link for link in found if link in links] == links, each.address


def link_to(row):
    return row.get_absolute_url() if isinstance(row, Proposal) else f"{row.proposal.get_absolute_url()}#r{row.order}"


def test_index_and_record_do_not_differ(questions):
    count(questions[0].query)
    assert list(differences(catalogue())) == []
