"""Keeping up: whatever changes in public is in the next answer, whoever changes it and however many do so at once."""

from contextlib import suppress

import pytest
from django.db import transaction
from django.db.models import ProtectedError

from people.models import Agency, Body, Delegate, Membership, NameVariant, Position, Region, Sector, Session
from proposals.catalogue import Query, Vocabulary, catalogue, count, search
from proposals.catalogue.check import differences
from proposals.models import (
    Addressee,
    Citation,
    Figure,
    Generation,
    Proposal,
    Recommendation,
    Source,
    Sponsorship,
    Synonym,
    Topic,
)
from proposals.models.outbox import ON_PAGES_OF_THEIR_OWN, RECORD, recorded
from tests.factories import (
    make_agency,
    make_delegate,
    make_figure,
    make_membership,
    make_proposal,
    make_recommendation,
    make_region,
    make_topic,
)
from tests.fruit import CHANGES, FRUIT, NOT_DELETED_WHILE_USED, NOT_IN_THE_CATALOGUE, make_world

LONG = 30
"""Seconds after which a thread that should have finished is taken to hang."""


@pytest.fixture
def world(db):
    made = make_world()
    count(Query())
    return made


def change(row, **values):
    for name, value in values.items():
        setattr(row, name, value)
    row.save()


def generation():
    return Generation.now().value


def shown(word, *, recommendations=False):
    """Whether something is found by the word, or a value of a facet is called so."""
    query = Query(recommendations=recommendations)
    labels = {value.label for facet in search(query, Vocabulary()).facets for value in facet.values if value.count}
    return word in labels or count(Query(q=word, recommendations=recommendations)) > 0


def assert_nothing_is_missed():
    count(Query())
    assert list(differences(catalogue())) == []


def by_name(models):
    return pytest.mark.parametrize("model", models, ids=lambda model: model.__name__)


# ---- every kind of change


def test_every_kind_of_row_is_tried():
    assert set(CHANGES) == set(RECORD) == {*FRUIT, *NOT_IN_THE_CATALOGUE}


@by_name(RECORD)
def test_a_changed_row_is_in_the_next_answer(world, model):
    changes = CHANGES[model]()
    assert not shown("Marmalade")
    before = generation()
    change(world[model], **changes)
    assert generation() > before
    assert model in NOT_IN_THE_CATALOGUE or shown("Marmalade")
    assert_nothing_is_missed()


@by_name([model for model in RECORD if model not in (*NOT_IN_THE_CATALOGUE, *NOT_DELETED_WHILE_USED)])
def test_a_deleted_row_is_gone_from_the_next_answer(world, model):
    before = generation()
    assert shown(FRUIT[model])
    world[model].delete()
    assert generation() > before
    assert not shown(FRUIT[model])
    assert_nothing_is_missed()


@by_name([Topic, Region])
def test_what_a_proposal_is_about_is_not_deleted_until_nothing_is(world, model):
    with pytest.raises(ProtectedError):
        world[model].delete()
    unused, before = (make_topic() if model is Topic else make_region()), generation()
    unused.delete()
    assert generation() > before


def test_deleting_a_citation_raises_the_generation(world):
    before = generation()
    world[Citation].delete()
    assert generation() > before


@pytest.mark.parametrize("field", ["membership", "position", "name_variant"])
def test_what_bears_out_a_delegates_entry_raises_the_generation(world, field):
    row = world[{"membership": Membership, "position": Position, "name_variant": NameVariant}[field]]
    before = generation()
    citation = Citation.objects.create(source=world[Source], **{field: row})
    assert generation() > before
    before = generation()
    change(citation, passage="p. 3")
    assert generation() > before


@by_name([Delegate, Session, Body, Agency, Source, Sector])
def test_what_is_in_use_cannot_be_deleted(world, model):
    before = generation()
    with pytest.raises(ProtectedError):
        world[model].delete()
    assert generation() == before
    assert_nothing_is_missed()


@by_name([Proposal, Recommendation])
def test_what_is_deleted_along_is_gone_too(world, model):
    world[model].delete()
    assert not shown("Melon", recommendations=True)
    assert not shown("Olive")
    assert_nothing_is_missed()


def test_a_new_row_is_in_the_next_answer(world):
    proposal, delegate = world[Proposal], world[Delegate]
    makers = {
        "Damson": lambda: make_proposal(title="Damson", published=True),
        "Pear": lambda: make_recommendation(proposal=proposal, text="Pear"),
        "Guava": lambda: make_figure(proposal=proposal, what="Guava"),
        "Papaya": lambda: NameVariant.objects.create(delegate=delegate, spelling="Papaya"),
        "Mango": lambda: Position.objects.create(delegate=delegate, employer_en="Mango"),
        "Banana": lambda: Synonym.objects.create(topic=world[Topic], text="Banana"),
        "Kiwi": lambda: Sponsorship.objects.create(proposal=proposal, organisation_en="Kiwi", order=2),
        "Lychee": lambda: Addressee.objects.create(
            recommendation=world[Recommendation], agency=make_agency(name="Lychee")
        ),
        "Date": lambda: make_membership(
            delegate=delegate, body=world[Body], role=Membership.Role.CHAIR, region=make_region(name="Date")
        ),
    }
    for word, make in makers.items():
        assert not shown(word)
        make()
        assert shown(word)
    assert_nothing_is_missed()


def test_publishing_shows_and_taking_back_hides(world):
    proposal = make_proposal(title="Damson", recommendations=["Pear"])
    assert not shown("Damson")
    assert not shown("Pear", recommendations=True)
    change(proposal, state=Proposal.State.PUBLISHED)
    assert shown("Damson")
    assert shown("Pear", recommendations=True)
    change(proposal, state=Proposal.State.DRAFT)
    assert not shown("Damson")
    assert not shown("Pear", recommendations=True)
    assert_nothing_is_missed()


# ---- links and moves


LINKS = [
    (Proposal, "topics", "proposals", make_topic),
    (Proposal, "target_regions", "proposals", make_region),
    (Recommendation, "topics", "recommendations", make_topic),
    (Proposal, "delegates", "proposals", make_delegate),
    (Recommendation, "agencies", "recommendations", make_agency),
]


@pytest.mark.parametrize("end", ["near", "far"])
@pytest.mark.parametrize(("model", "near", "far", "make"), LINKS, ids=lambda each: getattr(each, "__name__", each))
def test_links_made_and_cut_from_either_end_are_in_the_next_answer(world, model, near, far, make, end):
    row, other = world[model], make(name="Marmalade")
    links, linked = (getattr(row, near), other) if end == "near" else (getattr(other, far), row)
    for make_link, cut_link in (
        (lambda: links.add(linked), lambda: links.remove(linked)),
        (lambda: links.set([linked]), lambda: links.set([])),
        (lambda: links.add(linked), lambda: links.clear()),
    ):
        assert not shown("Marmalade")
        make_link()
        assert shown("Marmalade")
        cut_link()
    assert not shown("Marmalade")
    assert_nothing_is_missed()


def test_a_recommendation_moved_to_another_proposal_moves_in_both(world):
    other, draft = make_proposal(title="Damson", published=True), make_proposal(title="Sloe")
    recommendation = world[Recommendation]
    for proposal in (other, draft, other, world[Proposal]):
        change(recommendation, proposal=proposal)
        found = search(Query(q="melon"), Vocabulary()).ids
        assert found == ([] if proposal is draft else [proposal.pk])
        assert shown("Melon", recommendations=True) is (proposal is not draft)
        assert_nothing_is_missed()


def test_a_row_written_over_another_is_gone_from_where_that_was(world):
    """As `loaddata` does: a new object with the key of an old row."""
    other = make_proposal(title="Damson", published=True)
    Recommendation(pk=world[Recommendation].pk, proposal=other, order=1, text_en="Melon").save()
    assert where("Melon") == {other.pk}
    assert_nothing_is_missed()


MOVES = {
    Sponsorship: ("proposal", lambda world, other: other),
    Figure: ("proposal", lambda world, other: other),
    Addressee: ("recommendation", lambda world, other: make_recommendation(proposal=other)),
    NameVariant: ("delegate", lambda world, other: other.delegates.get()),
    Position: ("delegate", lambda world, other: other.delegates.get()),
    Membership: ("delegate", lambda world, other: other.delegates.get()),
    Synonym: ("topic", lambda world, other: other.topics.get()),
}


@by_name(MOVES)
def test_a_row_moved_elsewhere_is_found_there_and_no_longer_here(world, model):
    other = make_proposal(
        title="Damson", session=world[Session], published=True, delegates=[make_delegate()], topics=[make_topic()]
    )
    field, target = MOVES[model]
    Sponsorship.objects.filter(proposal=other).update(first=False)
    row, new = world[model], target(world, other)
    assert where(FRUIT[model]) == {world[Proposal].pk}
    change(row, **{field: new})
    assert where(FRUIT[model]) == {other.pk}
    assert_nothing_is_missed()


def where(word):
    """The proposals found by the word, or by the value of a facet that is called so."""
    found = set(search(Query(q=word), Vocabulary()).ids)
    for facet in search(Query(), Vocabulary()).facets:
        for value in facet.values:
            if value.label == word:
                chosen = Vocabulary().values(facet.name, [value.value])
                found |= set(search(Query().choosing(facet.name, chosen), Vocabulary()).ids)
    return found


@pytest.mark.parametrize("model", [Topic, Region, Agency])
def test_a_node_moved_in_its_tree_is_found_under_its_new_parent_only(world, model):
    node = world[model]
    old = node.parent
    new = {Topic: make_topic, Region: make_region, Agency: make_agency}[model](name="Basket")
    assert where(old.name_en) == {world[Proposal].pk}
    change(node, parent=new)
    assert where(old.name_en) == set()
    assert where("Basket") == {world[Proposal].pk}
    change(new, name_en="Hamper")
    assert where("Hamper") == {world[Proposal].pk}
    change(node, parent=None)
    assert where("Hamper") == set()
    assert_nothing_is_missed()


def test_another_region_of_a_seat_counts_from_the_next_answer_on(world):
    """With the regions above it; and only a seat in the session's own body and term counts."""
    change(world[Membership], region=world[Region])
    assert where("Orchard") == {world[Proposal].pk}
    delegate_regions = search(Query(), Vocabulary(), facets=["delegate_region"]).facets[0].values
    assert {value.label for value in delegate_regions} == {"Fig", "Orchard"}
    change(world[Membership], term=3)
    assert search(Query(), Vocabulary(), facets=["delegate_region"]).facets[0].values == []
    assert_nothing_is_missed()


# ---- what raises the generation, and how often


@by_name([model for model in RECORD if model not in ON_PAGES_OF_THEIR_OWN])
def test_changes_around_a_draft_raise_nothing(db, model):
    world = make_world(published=False)
    changes, before = CHANGES[model](), generation()
    change(world[model], **changes)
    world[Proposal].topics.clear()
    world[Proposal].target_regions.add(make_world(published=False)[Region].parent)
    world[Proposal].delete()
    assert generation() - before == raised_by_making_a_world()
    assert not shown("Marmalade")


def raised_by_making_a_world():
    before = generation()
    make_world(published=False)
    return generation() - before


def fail_in(block, proposal):
    with suppress(RuntimeError), block():
        change(proposal, title_en="Marmalade")
        raise RuntimeError


@pytest.mark.parametrize("block", [transaction.atomic, recorded])
def test_a_change_that_is_rolled_back_raises_nothing(world, block):
    before = generation()
    fail_in(block, world[Proposal])
    assert generation() == before
    change(Proposal.objects.get(title_en="Quince"), title_en="Compote")
    assert shown("Compote")
    assert not shown("Marmalade")
    assert_nothing_is_missed()


def test_many_changes_are_recorded_as_one(world):
    other, before = make_proposal(published=True), generation()
    with recorded():
        change(world[Proposal], title_en="Marmalade")
        change(other, title_en="Compote")
        change(world[Topic], name_en="Jam")
        assert generation() == before
    assert generation() == before + 1
    assert shown("Marmalade")
    assert shown("Compote")
    assert shown("Jam")
    assert_nothing_is_missed()


def test_blocks_within_blocks_are_recorded_as_one(world):
    before = generation()
    with recorded():
        with recorded():
            change(world[Proposal], title_en="Marmalade")
        assert generation() == before
        with recorded():
            change(world[Figure], what_en="Compote")
    assert generation() == before + 1
    assert shown("Marmalade")
    assert shown("Compote")


def test_an_inner_block_that_fails_does_not_take_the_outer_one_with_it(world):
    with recorded():
        change(world[Figure], what_en="Compote")
        fail_in(recorded, world[Proposal])
    assert shown("Compote")
    assert not shown("Marmalade")
    assert_nothing_is_missed()


def test_a_block_in_which_nothing_public_changed_raises_nothing(world):
    draft, before = make_proposal(), generation()
    with recorded():
        change(draft, title_en="Marmalade")
    with recorded():
        pass
    assert generation() == before


def test_a_block_after_one_that_failed_is_recorded(world):
    fail_in(recorded, world[Proposal])
    before = generation()
    with recorded():
        pass
    assert generation() == before
    with recorded():
        change(Proposal.objects.get(title_en="Quince"), title_en="Compote")
    assert generation() == before + 1
    assert shown("Compote")
    assert not shown("Marmalade")
