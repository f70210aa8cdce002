"""The catalogue against a slow reading of the record: 500 questions, the same answers.

The slow reading below is plain Python over the models and shares no code with `proposals.catalogue`: it cuts words by
itself, walks the trees by itself and looks at every document for every question. Keys differ from one database to the
next; what is relied on is only that they rise in the order in which rows are made, which decides between equal dates.
"""

import random
import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil

import pytest
from django.core.cache import cache
from django.db import transaction
from django.http import QueryDict
from django.test import override_settings

from people.models import Agency, Level, Region
from proposals.catalogue import PAGE_SIZE, Query, Vocabulary, catalogue, count, count_by, counts, facets, search
from proposals.catalogue.check import differences
from proposals.filters import ProposalFilter
from proposals.models import Outcome, Proposal, Recommendation, Topic
from proposals.models.life_cycle import Replied
from proposals.pictures import Pictures
from tests.made_up_record import TRADITIONAL, make_record, rows
from tests.slow_reading import FACETS, QUOTES, SlowAnswer, asked_for, code, read_documents, segments

pytestmark = pytest.mark.django_db

QUESTIONS, PICTURED = 800, 200


@dataclass
class Question:
    """An address, the query it stands for, the slow answer, and the catalogue's once it was asked."""

    address: str
    query: Query
    slow: object

    @cached_property
    def results(self):
        return search(self.query, Vocabulary())


@pytest.fixture(scope="module", params=[135, pytest.param(10_000, marks=pytest.mark.soak)])
def size(request):
    """How many proposals the world has."""
    return request.param


@pytest.fixture(scope="module")
def folder(size, tmp_path_factory):
    return tmp_path_factory.mktemp("catalogue")


@pytest.fixture(scope="module")
def questions(size, folder, django_db_setup, django_db_blocker):
    """Make the world once, in a transaction that is rolled back when the last question is answered."""
    with django_db_blocker.unblock(), transaction.atomic(), override_settings(CATALOGUE_DIR=folder):
        rng = random.Random(20240307)
        make_record(rng, size)
        catalogue().rebuild()
        documents = list(read_documents())
        yield [make_question(rng, documents) for _ in range(QUESTIONS)]
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _own_catalogue(settings, folder):
    """All questions are put to one catalogue."""
    settings.CATALOGUE_DIR = folder
    cache.clear()


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
        if values and rng.random() < 0.17:
            parameters.setlist(name, rng.sample(sorted(values), min(len(values), rng.randint(1, 3))))
    year, month, day = (*one.date.split("-"), "03", "05")[:3]
    for name in ("submitted_after", "submitted_before"):
        if rng.random() < 0.15:
            parameters[name] = rng.choice([year, f"{year}-{month}", f"{year}-{month}-{day}"])
    if rng.random() < 0.5:
        parameters["sort"] = rng.choice(["newest", "oldest", "relevance", "added"])
    return parameters, one.recommendation if rng.random() < 0.9 else not one.recommendation


def make_piece(rng, one):
    """A piece out of a document, in some with where it stands, or a piece to leave out that may be there or not."""
    if rng.random() < 0.15:
        return rng.choice("-－−") + make_piece(rng, one).lstrip("-－−")
    if rng.random() < 0.15:
        name = rng.choice(list(one.fields))
        colon = rng.choice([":", ":", "："])
        return rng.choice([name, name.title()]) + colon + make_words(rng, one, one.fields[name].raw or one.texts)
    return make_words(rng, one, one.texts)


def make_words(rng, one, texts):
    """A word, a phrase, some Chinese, a name or an acronym out of texts, written in one way or another."""
    text = rng.choice(texts)
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
    phrases = [phrase for each in questions for phrase, *_ in each.slow.phrases]
    assert sum(len(phrase) > 1 for phrase in phrases) > 50
    assert {len(phrase[0][1]) for phrase in phrases if len(phrase) == 1 and phrase[0][0]} >= set(range(1, 9))
    assert sum(bool(acronym) for each in questions for _, acronym, *_ in each.slow.phrases) > 20
    fields = Counter(phrase[2:] for each in questions for phrase in each.slow.phrases)
    assert min(fields[name, False] for name in ("title", "delegate", "agency", "topic")) > 8
    assert sum(number for (_, without), number in fields.items() if without) > 50
    assert sum(all(without for *_, without in each.slow.phrases) for each in questions if each.slow.phrases) > 10
    ranked = [each.slow for each in questions if each.slow.sort == "relevance"]
    tiers = Counter(slow.place(one)[0] for slow in ranked for one in slow.found)
    assert min(tiers[tier] for tier in range(3)) > 100


def test_totals_and_the_counts_of_every_facet_are_exact(questions):
    for each in questions:
        counts = {facet.name: {value.value: value.count for value in facet.values} for facet in each.results.facets}
        assert (each.results.total, counts) == (len(each.slow.ids), each.slow.counts), each.address


def test_pages_follow_one_another_without_gap_or_double_in_the_order_asked_for(questions):
    for each in questions:
        pages = max(1, ceil(len(each.slow.ids) / PAGE_SIZE))
        for page in some_pages(pages):
            results = search(replace(each.query, page=page), Vocabulary(), facets=())
            wanted = each.slow.ids[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
            assert (results.ids, results.pages, results.total) == (wanted, pages, len(each.slow.ids)), each.address


def some_pages(number):
    """All pages and one more; of many those at both ends, in the middle and around it."""
    if number <= 20:
        return range(1, number + 2)
    places = (1, 2, number // 4, number // 2, number // 2 + 1, number // 2 + 2, number * 3 // 4)
    return [*places, number - 1, number, number + 1]


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
        if after > before:
            assert count(clicked) == total + value.added, (each.address, value)
        elif after:
            assert total - value.count <= count(clicked) <= total, (each.address, value)
        else:
            assert count(clicked) >= total, (each.address, value)


def clicked_on(value, question):
    return asked(QueryDict(value.url.removeprefix("?")), recommendations=question.query.recommendations)


def test_a_value_leads_to_the_question_with_it_toggled(questions):
    for each in questions[::3]:
        for facet in each.results.facets:
            values = [value.value for value in facet.values]
            for choice in Vocabulary().values(facet.name, values[:3]):
                value = facet.values[values.index(choice.value)]
                assert value.url == each.query.toggling(facet.name, choice).url, each.address


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
    model = {"topic": Topic, "agency": Agency, "lead_agency": Agency}.get(facet, Region)
    values = {(code(row) if model is Region else row.slug): row for row in rows(model)}
    return values[lower].parent_id == values[upper].pk


def rank(facet, value):
    """Years backwards, what has steps in their order, the rest by how many there are."""
    steps = {
        "level": Level, "kind": Proposal.Kind, "status": Proposal.Status, "replied": Replied, "outcome": Outcome,
    }  # fmt: skip
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


def test_pictures_tables_list_and_counts_agree(questions):
    """A part of a picture leads to a list with as many as the part says; a part with nothing leads to nothing."""
    rng = random.Random(2)
    tried = Counter()
    for each in questions[:PICTURED]:
        pictures = Pictures(replace(each.query, recommendations=False), Vocabulary())
        tables = [pictures.table("topic", columns) for columns in ("region", "year")]
        shown = {
            "years": pictures.years.parts,
            "topics": pictures.topics.parts,
            "statuses": pictures.statuses.parts,
            "tiles": [tile.part for tile in pictures.tiles],
            "heads": [head for table in tables for head in table.heads],
            "rows": [row for table in tables for row, _, _ in table.rows],
            "cells": [cell for table in tables for _, _, cells in table.rows for cell in cells],
        }
        for kind, parts in shown.items():
            for part in rng.sample(parts, min(5, len(parts))):
                found = count(asked(QueryDict(part.url.removeprefix("?")), recommendations=False))
                assert found == part.count, (each.address, kind, part)
                tried[kind, bool(part.count)] += 1
    assert min(tried[kind, True] for kind in ("years", "topics", "statuses", "tiles", "heads", "rows", "cells")) > 50
    assert tried["tiles", False] > 50 < tried["cells", False]


def test_of_thousands_of_values_the_first_are_the_same_where_only_the_most_frequent_are_read(questions, monkeypatch):
    monkeypatch.setattr(counts, "LISTED", 3)
    monkeypatch.setattr(facets, "LISTED", 3)
    in_part = 0
    for each in questions[::5]:
        whole = search(each.query, Vocabulary(), facets=counts.THOUSANDS).facets
        catalogue().look().kept.clear()
        with monkeypatch.context() as patch:
            patch.setattr(counts, "SOME", 6)
            part = search(each.query, Vocabulary(), facets=counts.THOUSANDS).facets
        assert [facet.values for facet in part] == [facet.values for facet in whole], each.address
        in_part += sum(facet.number is None for facet in part)
        catalogue().look().kept.clear()
    assert in_part > 20


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
    if isinstance(row, Recommendation):
        return f"{row.proposal.get_absolute_url()}#r{row.order}"
    return row.get_absolute_url()


def test_index_and_record_do_not_differ(questions):
    count(questions[0].query)
    assert list(differences(catalogue())) == []
