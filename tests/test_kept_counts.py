"""What has been counted for a question is kept, whatever its page and order, until the record changes."""

import pytest

from proposals.catalogue import Query, Vocabulary, catalogue, counts, results, search
from tests.factories import make_proposal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_catalogue(settings, tmp_path):
    settings.CATALOGUE_DIR = tmp_path


def ask(**asked):
    return search(Query(q="quince", **asked), Vocabulary())


def refuse(*_args):
    raise AssertionError("counted again")


def test_another_page_and_order_are_not_counted_anew(monkeypatch):
    proposals = [make_proposal(title=f"Quince {number}", published=True) for number in range(25)]
    first = ask()
    with monkeypatch.context() as patch:
        patch.setattr(counts, "values_of", refuse)
        assert ask(page=2).ids == [proposal.pk for proposal in proposals[4::-1]]
        assert ask(sort="oldest").ids == [proposal.pk for proposal in proposals[:20]]
        assert [facet.values for facet in ask().facets] == [facet.values for facet in first.facets]
        with pytest.raises(AssertionError, match="counted again"):
            search(Query(q="title:quince"), Vocabulary())


def test_a_change_is_counted_at_once():
    make_proposal(title="Quince", published=True)
    assert ask().total == 1
    make_proposal(title="Quince", published=True)
    assert ask().total == 2


def test_only_so_many_are_kept(monkeypatch):
    make_proposal(title="Quince", published=True)
    monkeypatch.setattr(results, "KEPT", 3)
    for number in range(10):
        assert search(Query(q=f"-absent{number}"), Vocabulary()).total == 1
        assert len(catalogue().look().kept) <= 3


def test_what_is_kept_is_not_lost_by_asking_for_it(monkeypatch):
    make_proposal(title="Quince", published=True)
    monkeypatch.setattr(results, "KEPT", 2)
    search(Query(q="quince"), Vocabulary())
    search(Query(q="pear"), Vocabulary())
    before = dict(catalogue().look().kept)
    search(Query(q=" quinces "), Vocabulary())
    assert dict(catalogue().look().kept) == before
