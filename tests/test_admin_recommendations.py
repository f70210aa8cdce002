"""Recommendations on a proposal's page: their numbers, their order and whom they address."""

from itertools import chain

import pytest

from proposals.models import Addressee, Generation, Proposal, Recommendation
from tests.admin_pages import address, errors_of, sent_back
from tests.factories import make_agency, make_delegate, make_proposal, make_topic

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def proposal():
    return make_proposal(recommendations=["one", "two", "three"], published=True)


def save(analyst, proposal, changes=(), *, rows=None, leave_out=()):
    """Change fields of the recommendations: `{"0-order": 2}` is the number of the first; `rows` in all, then."""
    url = address(Proposal, "change", proposal.pk)
    entered = sent_back(analyst.get(url)) | {f"recommendations-{name}": value for name, value in dict(changes).items()}
    if rows:
        entered["recommendations-TOTAL_FORMS"] = rows
    for name in leave_out:
        entered.pop(f"recommendations-{name}", None)
    response = analyst.post(url, entered)
    return {} if response.status_code == 302 else errors_of(response)


def in_order(proposal):
    return [(row.order, row.text_en) for row in proposal.recommendations.order_by("order")]


@pytest.mark.parametrize(
    ("numbers", "texts"),
    [
        ((2, 1, 3), ["two", "one", "three"]),
        ((2, 3, 1), ["three", "one", "two"]),
        ((3, 2, 1), ["three", "two", "one"]),
        ((2, 3, 4), ["one", "two", "three"]),
        ((9999, 9998, 1), ["three", "two", "one"]),
    ],
)
def test_numbers_change_places(analyst, proposal, numbers, texts):
    keys = {row.text_en: row.pk for row in proposal.recommendations.all()}
    assert save(analyst, proposal, {f"{row}-order": number for row, number in enumerate(numbers)}) == {}
    assert in_order(proposal) == list(zip(sorted(numbers), texts, strict=True))
    assert {row.text_en: row.pk for row in proposal.recommendations.all()} == keys


def test_a_new_row_takes_the_number_of_one_that_moves(analyst, proposal):
    assert save(analyst, proposal, {"0-order": 4, "3-order": 1, "3-text_en": "new"}) == {}
    assert in_order(proposal) == [(1, "new"), (2, "two"), (3, "three"), (4, "one")]


def test_a_row_takes_the_number_of_one_that_is_deleted(analyst, proposal):
    assert save(analyst, proposal, {"1-DELETE": "on", "2-order": 2}) == {}
    assert in_order(proposal) == [(1, "one"), (2, "three")]
    assert save(analyst, proposal, {"0-DELETE": "on", "2-order": 1, "2-text_en": "new"}) == {}
    assert in_order(proposal) == [(1, "new"), (2, "three")]


def test_new_rows_without_numbers_get_the_next(analyst, proposal):
    changes = {"3-text_en": "four", "4-text_en": "five", "5-order": 7, "5-text_en": "seven", "6-text_en": "eight"}
    assert save(analyst, proposal, changes, rows=8) == {}
    assert in_order(proposal)[3:] == [(7, "seven"), (8, "four"), (9, "five"), (10, "eight")]


def test_the_next_number_is_free_after_a_deletion(analyst, proposal):
    assert save(analyst, proposal, {"2-DELETE": "on", "3-text_en": "new"}) == {}
    assert in_order(proposal) == [(1, "one"), (2, "two"), (3, "new")]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("2", "Number 2 is given twice."),
        ("0", "Ensure this value is greater than or equal to 1."),
        ("-1", "Ensure this value is greater than or equal to 1."),
        ("10000", "Ensure this value is less than or equal to 9999."),
        ("1000000000", "Ensure this value is less than or equal to 9999."),
        ("9" * 40, "Ensure this value is less than or equal to 9999."),
        ("two", "Enter a whole number."),
        ("1.5", "Enter a whole number."),
        ("2\x00", "Enter a whole number."),
        ("", "Give it a number."),
    ],
)
def test_a_bad_number_has_its_message_beside_it(analyst, proposal, number, said):
    before, generation = in_order(proposal), Generation.now().value
    errors = save(analyst, proposal, {"0-order": number, "1-text_en": "changed"})
    assert said in chain(*errors.values())
    assert {name.split("-")[2] for name in errors} == {"order"}
    assert in_order(proposal) == before
    assert Generation.now().value == generation


def test_there_is_no_number_after_the_last(analyst, proposal):
    assert save(analyst, proposal, {"2-order": 9999}) == {}
    errors = save(analyst, proposal, {"3-text_en": "new"})
    assert list(errors) == ["recommendations-3-order"]


def test_a_row_of_another_proposal_is_not_touched(analyst, proposal):
    other = make_proposal(recommendations=["other"]).recommendations.get()
    save(analyst, proposal, {"0-id": other.pk, "0-text_en": "stolen"})
    save(analyst, proposal, {"0-id": other.pk, "0-text_en": "stolen", "0-order": 7})
    assert Recommendation.objects.get(pk=other.pk).text_en == "other"


def test_addressees_are_written_stated_and_inferred(analyst, proposal):
    first, second, third = (make_agency() for _ in range(3))
    assert save(analyst, proposal, {"0-stated": [first.pk, second.pk], "0-inferred": [third.pk]}) == {}
    addressees = Addressee.objects.filter(recommendation=proposal.recommendations.get(order=1))
    assert {(row.agency, row.stated) for row in addressees} == {(first, True), (second, True), (third, False)}
    kept = addressees.get(agency=second).pk
    assert save(analyst, proposal, {"0-stated": [third.pk, second.pk]}, leave_out=["0-inferred"]) == {}
    assert {(row.agency, row.stated) for row in addressees.all()} == {(second, True), (third, True)}
    assert addressees.get(agency=second).pk == kept


def test_saving_an_unchanged_page_changes_nothing(analyst):
    proposal = make_proposal(recommendations=[{"to": [make_agency()], "inferred": [make_agency()]}], published=True)
    proposal.save()
    rows = list(Addressee.objects.values())
    assert save(analyst, proposal) == {}
    assert list(Addressee.objects.values()) == rows


def test_an_agency_is_not_both_stated_and_inferred(analyst, proposal):
    agency = make_agency(name="NMPA")
    errors = save(analyst, proposal, {"0-stated": [agency.pk], "0-inferred": [agency.pk]})
    assert errors == {"recommendations-0-inferred": ["Stated in the source already: NMPA."]}


@pytest.mark.parametrize("key", ["abc", "0", "-1", "9" * 30, "\x00", "1.5", "999999"])
def test_a_bad_key_has_its_message_and_the_page_still_shows(analyst, proposal, key):
    errors = save(analyst, proposal, {"0-topics": [make_topic().pk, key], "0-stated": [key], "0-inferred": [key]})
    assert set(errors) == {f"recommendations-0-{name}" for name in ("topics", "stated", "inferred")}


def test_a_recommendation_has_a_page_of_its_own(analyst, proposal):
    one, two = proposal.recommendations.order_by("order")[:2]
    assert (
        address(Recommendation, "change", one.pk)
        in analyst.get(address(Proposal, "change", proposal.pk)).content.decode()
    )
    url = address(Recommendation, "change", one.pk)
    response = analyst.post(url, sent_back(analyst.get(url)) | {"order": two.order})
    assert errors_of(response) == {"__all__": ["This proposal has a recommendation with this number already."]}
    agency = make_agency()
    entered = sent_back(analyst.get(url)) | {"order": 8, "addressees-0-agency": agency.pk}
    assert analyst.post(url, entered).status_code == 302
    assert one.addressees.get().agency == agency


class TestFirstProposer:
    """Of the proposers one is the first, and the mark can pass from one to another."""

    @pytest.fixture
    def proposal(self):
        return make_proposal(delegates=[make_delegate(name="Ding"), make_delegate(name="Liu")])

    def save(self, analyst, proposal, changes, without=()):
        url = address(Proposal, "change", proposal.pk)
        entered = sent_back(analyst.get(url)) | {f"sponsorships-{name}": value for name, value in changes.items()}
        for name in without:
            entered.pop(f"sponsorships-{name}", None)
        response = analyst.post(url, entered)
        return {} if response.status_code == 302 else errors_of(response)

    def firsts(self, proposal):
        return [str(row) for row in proposal.sponsorships.filter(first=True)]

    def test_the_first_new_row_is_ticked_while_there_is_none(self, analyst, proposal):
        rows = analyst.get(address(Proposal, "add")).context["inline_admin_formsets"][0].formset.forms
        assert [row["first"].value() for row in rows] == [True]
        rows = analyst.get(address(Proposal, "change", proposal.pk)).context["inline_admin_formsets"][0].formset.forms
        assert [row["first"].value() for row in rows] == [True, False, False]

    def test_the_mark_passes_either_way(self, analyst, proposal):
        assert self.save(analyst, proposal, {"1-first": "on"}, without=["0-first"]) == {}
        assert self.firsts(proposal) == ["Liu"]
        assert self.save(analyst, proposal, {"0-first": "on"}, without=["1-first"]) == {}
        assert self.firsts(proposal) == ["Ding"]

    def test_the_mark_passes_to_a_new_row_from_one_that_goes(self, analyst, proposal):
        new = make_delegate(name="Zhang")
        changes = {"0-DELETE": "on", "2-delegate": new.pk, "2-first": "on"}
        assert self.save(analyst, proposal, changes) == {}
        assert self.firsts(proposal) == ["Zhang"]

    def test_there_are_not_two(self, analyst, proposal):
        errors = self.save(analyst, proposal, {"1-first": "on"})
        assert errors == {"sponsorships-1-first": ["A proposal has only one first proposer."]}

    def test_new_proposers_are_numbered(self, analyst, proposal):
        new = make_delegate()
        assert self.save(analyst, proposal, {"2-delegate": new.pk}) == {}
        assert proposal.sponsorships.get(delegate=new).order == 3
