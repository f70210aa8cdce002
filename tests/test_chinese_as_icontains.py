"""Chinese is found exactly where `icontains` finds it: random pieces of the texts, put to the engine and the database.

The database knows no two ways of writing one character. So it is asked for each way in which the texts write a piece:
`icontains` of 細胞 or of 细胞, whichever there are. Which characters are one is decided here by OpenCC and Unicode,
character by character, with no code of the product. Of a tree it is asked for names, and what lies below them counts.
"""

import random
import re
import unicodedata
from functools import reduce
from operator import or_

import pytest
from django.db.models import Q

from people.models import Agency, Delegate, Region, Session
from proposals.catalogue import Query, catalogue
from proposals.catalogue.names import Names
from proposals.models import Figure, Proposal, Recommendation, Sponsorship, Topic
from proposals.models.outbox import recorded
from tests.made_up_record import TRADITIONAL, make_record
from tests.slow_reading import simplified

pytestmark = pytest.mark.django_db

HAN = "々〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"
RUN = re.compile(f"[{HAN}]+")
TWO_RUNS = re.compile(f"([{HAN}]+)[^{HAN}]+(?=([{HAN}]+))")
RARE = [*"𠮷𠮟𡋾𬴂𪚥㐂〇々龘年\uf98e\U0002f80c\U0002ebf0\U00031350細胞细里裡裏发發髮"]
"""Beyond 16 bits, doubles of other characters, newer than this Python, in two and three ways of writing."""
GLUE = [*"，。、·“” \n%①：？aⅢ\ufe00\u200b\u0301", "CAR-T", "2030", "<b>"]
ORGANISATION = ("organisation_en", "organisation_zh")
SUMMARY = ("title_en", "title_zh", "summary_en", "summary_zh", "number")
SAID = ("text_en", "text_zh", "group_en", "group_zh")
FIGURES = ("value", "unit_en", "unit_zh", "what_en", "what_zh")
AGENCY = ("name_en", "name_zh", "short_name_en", "short_name_zh", "other_names")
REGION = ("name_en", "name_zh", "full_name_en", "full_name_zh", "other_names")
DELEGATE = ("name_en", "name_zh", "name_variants__spelling", "positions__employer_en", "positions__employer_zh")


def odd_text(rng):
    return "".join(rng.choice(RARE) + rng.choice(["", "", rng.choice(GLUE)]) for _ in range(rng.randint(3, 30)))[:200]


@pytest.fixture
def made_up(db):
    """A record with odd characters in titles, summaries, recommendations and figures."""
    rng = random.Random(1)
    for number, proposal in enumerate(make_record(rng, 45)):
        with recorded():
            proposal.title_zh, proposal.summary_zh = odd_text(rng)[:100], odd_text(rng)
            proposal.save()
            for recommendation in proposal.recommendations.all()[: number % 3]:
                recommendation.text_zh = odd_text(rng)
                recommendation.save()
            if number < 10:
                Figure.objects.create(proposal=proposal, value=str(number), unit_zh="亿元", what_zh=odd_text(rng)[:60])


@pytest.fixture(params=["founding", "made_up"])
def text(request):
    """Give all that is written in a record, in one string."""
    request.getfixturevalue(request.param)
    return "\n".join(every_text())


# ---- the texts, and pieces of them


def every_text():
    """Yield what is written in the columns that are searched, of whatever is published."""
    published = Q(state=Proposal.State.PUBLISHED)
    for model, names in (
        (Proposal, SUMMARY), (Recommendation, SAID), (Figure, FIGURES), (Sponsorship, ORGANISATION), (Agency, AGENCY),
        (Region, REGION), (Topic, ("name_en", "name_zh", "synonyms__text")), (Delegate, DELEGATE),
    ):  # fmt: skip
        rows = model.objects.filter(published) if model is Proposal else model.objects.all()
        for row in rows.values_list(*names):
            yield from filter(None, row)
    for session in Session.objects.select_related("body"):
        yield session_texts(session)


def session_texts(session):
    return f"{session.name_en}\n{session.name_zh}\n{session.body.name_zh}\n{session.year}"


def folded(text):
    """The text with each character in one way of writing; as many characters as before."""
    return "".join(simplified(usual(character)) for character in text)


def usual(character):
    """The character that a double of it stands for."""
    return (
        unicodedata.normalize("NFKC", character)
        if re.match("[\uf900-\ufaff\U0002f800-\U0002fa1f]", character)
        else character
    )


def pieces(text, number):
    """Random pieces of 1 to 8 characters; some in the other way of writing, some of what stands apart in the text."""
    rng = random.Random(number)
    runs, gaps = RUN.findall(text), TWO_RUNS.findall(text)
    found = set()
    while len(found) < number:
        size = rng.randint(1, 8)
        if rng.random() < 0.1:
            before, after = rng.choice(gaps)
            found.add(f"{before[-size:]}{after[:size]}"[:8])
            continue
        run = rng.choice(runs)
        start = rng.randint(0, max(0, len(run) - size))
        piece = run[start : start + size]
        found.add(TRADITIONAL.convert(piece) if rng.random() < 0.2 else piece)
    return sorted(found)


def ways_of_writing(piece, text, text_folded):
    """Give every way in which the text writes the piece; at least the piece itself."""
    places = re.finditer(f"(?={re.escape(folded(piece))})", text_folded)
    return {piece, *(text[place.start() : place.start() + len(piece)] for place in places)}


# ---- what the database finds, and what the catalogue finds


def contains(names, ways):
    return reduce(or_, (Q(**{f"{name}__icontains": way}) for name in names for way in ways))


def found_by_icontains(ways):
    """Give the keys of proposals and of recommendations, by the texts and the names that belong to them."""
    topics = Topic.objects.filter(contains(["name_en", "name_zh"], ways))
    synonyms = Topic.objects.filter(contains(["synonyms__text"], ways), synonyms__ambiguous=False)
    on = below(Topic, topics | synonyms)
    to = below(Agency, Agency.objects.filter(contains(AGENCY, ways)))
    about = below(Region, Region.objects.filter(contains(REGION, ways)))
    sessions = Session.objects.select_related("body")
    at = [each.pk for each in sessions if any(way in session_texts(each) for way in ways)]
    people = [*Delegate.objects.filter(contains(DELEGATE, ways)).values_list("pk", flat=True)]
    by = Sponsorship.objects.filter(contains(ORGANISATION, ways) | Q(delegate__in=people))
    published = Proposal.objects.filter(state="published")
    shared = published.filter(Q(session__in=at) | Q(target_regions__in=about) | Q(pk__in=by.values("proposal")))
    said = Recommendation.objects.filter(contains(SAID, ways) | Q(topics__in=on) | Q(agencies__in=to))
    told = Figure.objects.filter(contains(FIGURES, ways))
    own = published.filter(
        contains(SUMMARY, ways)
        | Q(topics__in=on)
        | Q(pk__in=said.values("proposal"))
        | Q(pk__in=told.values("proposal"))
    )
    proposals = {*own.values_list("pk", flat=True), *(shared := {*shared.values_list("pk", flat=True)})}
    parts = Recommendation.objects.filter(Q(pk__in=said.values("pk")) | Q(proposal__in=shared))
    return proposals, {*parts.filter(proposal__state="published").values_list("pk", flat=True)}


def below(model, nodes):
    """Give the keys of nodes and of all that lies below them."""
    found = {*nodes.values_list("pk", flat=True)}
    parents = dict(model.objects.values_list("pk", "parent"))
    while more := {key for key, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def found_by_the_catalogue(piece):
    names = Names(catalogue().fresh().searcher)
    keys = []
    for recommendations in (False, True):
        asked = Query(q=piece, recommendations=recommendations).matching(names)
        hits = names.searcher.search(asked, 100_000, count=False).hits
        keys.append({*names.searcher.fast_field_values("id", [address for _, address in hits])})
    return tuple(keys)


@pytest.mark.parametrize("number", [120, pytest.param(1_000, marks=pytest.mark.soak)])
def test_pieces_of_the_texts_are_found_exactly_where_icontains_finds_them(text, number):
    text_folded = folded(text)
    assert len(text_folded) == len(text)
    asked = pieces(text, number)
    somewhere = 0
    for piece in asked:
        wanted = found_by_icontains(ways_of_writing(piece, text, text_folded))
        assert found_by_the_catalogue(piece) == wanted, (piece, [hex(ord(character)) for character in piece])
        somewhere += bool(wanted[0])
    assert {len(piece) for piece in asked} == {*range(1, 9)}
    assert number * 0.5 < somewhere < number  # of pieces that nowhere stand together there are some too
