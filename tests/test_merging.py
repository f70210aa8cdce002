"""Two records made one: nothing that either had is lost, and the old address leads to the one that is kept."""

import pytest
from django.core.exceptions import ValidationError

from people.addresses import FormerAddress, moved
from people.doubles import Double, Like, Reason, merge, successor, suspect
from people.history import Version, edit
from people.likeness import like_delegates
from people.models import Delegate, Position
from people.versions import bring_back
from proposals.models import Citation, Proposal
from proposals.models.likeness import like_proposals
from tests import admin_pages
from tests.factories import (
    make_agency,
    make_body,
    make_delegate,
    make_figure,
    make_membership,
    make_proposal,
    make_region,
    make_session,
    make_source,
    make_topic,
)
from tests.test_many_editors import fields

pytestmark = pytest.mark.django_db


def test_a_merged_proposal_has_all_that_both_had():
    ding, zhang, source, shared = make_delegate(), make_delegate(), make_source(), make_topic()
    session, agency = make_session(), make_agency()
    kept = make_proposal(
        title="Hire", session=session, delegates=[ding], topics=[shared], recommendations=["one"], sources=[source]
    )
    other = make_proposal(
        title="Hire more",
        number="0462",
        session=session,
        delegates=[ding, zhang],
        topics=[shared, make_topic(name="Other")],
        regions=[make_region()],
        recommendations=[{"text": "two", "to": [agency], "sources": [make_source()]}],
        sources=[source, make_source()],
    )
    make_figure(proposal=other, sources=[source])
    recommendation = other.recommendations.get().pk
    merge(kept, other, take=["title_en", "number"])
    now = Proposal.objects.get()
    assert (now.pk, now.title_en, now.number) == (kept.pk, "Hire more", "0462")
    assert [(row.order, row.text_en, row.pk == recommendation) for row in now.recommendations.order_by("order")] == [
        (1, "one", False),
        (2, "two", True),
    ]
    assert now.recommendations.get(order=2).addressees.get().agency == agency
    assert [(row.delegate, row.first) for row in now.sponsorships.order_by("order")] == [(ding, True), (zhang, False)]
    assert (now.topics.count(), now.target_regions.count(), now.figures.count()) == (2, 1, 1)
    assert now.citations.count() == 2
    assert Citation.objects.count() == 4


def test_the_old_address_of_a_proposal_leads_to_the_one_that_is_kept(client):
    kept = make_proposal(title="Kept", recommendations=1, published=True)
    first = make_proposal(title="First", recommendations=1, published=True)
    second = make_proposal(title="Second", recommendations=1, published=True)
    addresses = [first.get_absolute_url(), second.get_absolute_url()]
    demand = first.recommendations.get()
    merge(second, first)
    merge(kept, second)
    public = kept.get_absolute_url()
    for prefix in ("", "/zh"):
        for address in addresses:
            answer = client.get(f"{prefix}{address}")
            assert (answer.status_code, answer["Location"]) == (301, f"{prefix}{public}")
    assert client.get(f"/recommendations/{demand.pk}/")["Location"].endswith(f"{public}#r3")
    kept.refresh_from_db()
    kept.state = "draft"
    kept.save()
    assert client.get(addresses[0]).status_code == 404


def test_a_merged_delegate_has_all_names_seats_and_posts(client):
    body = make_body()
    kept = make_delegate(name="Ding Lieming", variants=["Ding Liming"], employer="Betta")
    other = make_delegate(name="Ding Leeming", name_zh="丁列明", variants=["Ding Liming"], employer="Betta")
    make_membership(delegate=kept, body=body, term=14)
    make_membership(delegate=other, body=body, term=14)
    make_membership(delegate=other, body=body, term=13)
    Citation.objects.create(source=make_source(), position=Position.objects.get(delegate=other))
    both = make_proposal(delegates=[kept, other], published=True)
    alone = make_proposal(delegates=[other], published=True)
    address = other.get_absolute_url()
    merge(kept, other, take=["name_zh"])
    now = Delegate.objects.get()
    assert (now.name_en, now.name_zh) == ("Ding Lieming", "丁列明")
    assert {row.spelling for row in now.name_variants.all()} == {"Ding Liming", "Ding Leeming", "丁列明"}
    assert {row.term for row in now.memberships.all()} == {13, 14}
    assert now.positions.get().citations.count() == 1
    assert both.sponsorships.get().delegate == alone.sponsorships.get().delegate == now
    answer = client.get(address)
    assert (answer.status_code, answer["Location"]) == (301, now.get_absolute_url())
    assert "alone" not in address
    assert client.get("/proposals/?q=Leeming").context["results"].total == 2


def test_a_merge_is_one_edit_of_each_and_can_be_looked_up():
    kept, other = make_proposal(title="Kept"), make_proposal(title="Other", recommendations=1)
    before = Version.objects.last(kept)
    with edit(reason="Entered twice"):
        merge(kept, other)
    [version] = Version.objects.of(kept).filter(number__gt=before)
    [gone] = Version.objects.filter(gone=True)
    assert (version.reason, gone.reason, gone.name) == ("Entered twice", "Entered twice", "Other")
    with pytest.raises(ValidationError, match="belongs to “Kept” now"):
        bring_back(Proposal, gone.key, gone.number - 1)
    assert Proposal.objects.count() == 1
    assert successor(Proposal, key=gone.key) == kept


def test_what_is_public_is_not_merged_into_a_draft():
    draft, public = make_proposal(title="Draft"), make_proposal(title="Public", published=True)
    with pytest.raises(ValidationError, match="“Public” is public: keep that one"):
        merge(draft, public)
    assert Proposal.objects.count() == 2


def test_where_the_kept_one_is_withdrawn_the_old_address_says_why(client):
    kept, other = make_proposal(title="Kept", published=True), make_proposal(title="Other", published=True)
    address = other.get_absolute_url()
    merge(kept, other)
    kept.state, kept.withdrawn_because_en = "withdrawn", "A hoax"
    kept.save()
    answer = client.get(address)
    assert answer.status_code == 410
    assert "A hoax" in answer.text


def test_proposals_are_suspected_by_number_title_and_delegate():
    session, ding = make_session(), make_delegate()
    one = make_proposal(
        title="Build up the stem cell industry of Shaanxi", number="0462", session=session, delegates=[ding]
    )
    numbered = make_proposal(title="Quinces", number="462", kind="bill", session=session)
    titled = make_proposal(title="Build up Shaanxi, the stem cell industry", session=session)
    chinese = make_proposal(title_zh="关于推动陕西省干细胞产业发展的建议", session=session)
    again = make_proposal(title_zh="关于推动陕西省干细胞产业发展建议", session=session)
    same = make_proposal(title="Support the stem cell banks of Shaanxi", session=session, delegates=[ding])
    make_proposal(title="Something else", session=session, delegates=[ding])
    make_proposal(title="Build up the stem cell industry of Shaanxi", session=make_session())
    assert {(like.key, like.reason) for like in like_proposals(one)} == {
        (numbered.pk, Reason.NUMBER),
        (titled.pk, Reason.TITLE),
        (same.pk, Reason.DELEGATE),
    }
    assert [like.key for like in like_proposals(again)] == [chinese.pk]


def test_delegates_are_suspected_by_any_spelling():
    one = make_delegate(name="Ding Lieming", name_zh="丁列明", variants=["Ding Liming"])
    same = make_delegate(name="Ding Lie-ming", name_zh="丁烈明")
    chinese = make_delegate(name="Ting Lieh-ming", name_zh="丁列明")
    variant = make_delegate(name="Somebody", name_zh="某某", variants=["ding liming"])
    near = make_delegate(name="Ding Leiming", name_zh="丁雷明")
    make_delegate(name="Zhang Yi", name_zh="章毅")
    assert {(like.key, like.reason) for like in like_delegates(one)} == {
        (same.pk, Reason.NAME),
        (chinese.pk, Reason.NAME),
        (variant.pk, Reason.NAME),
        (near.pk, Reason.SPELLING),
    }


def test_what_was_decided_to_be_different_stays_so():
    one, other, third = (make_proposal() for _ in range(3))
    [double] = suspect(one, [Like(other.pk, Reason.TITLE, 90)])
    double.different = True
    double.save()
    assert suspect(one, [Like(other.pk, Reason.TITLE, 95), Like(third.pk, Reason.TITLE, 86)]) == list(
        Double.objects.filter(different=False)
    )
    assert Double.objects.count() == 2
    assert suspect(one, []) == []
    assert Double.objects.get().different


def test_a_former_address_is_forgotten_by_nobody():
    kept, other = make_delegate(), make_delegate()
    merge(kept, other)
    former = FormerAddress.objects.get()
    assert (former.slug, former.into) == (other.slug, kept.pk)


@pytest.mark.parametrize(
    ("make", "page"),
    [
        (make_delegate, "delegates"),
        (make_agency, "agencies"),
        (make_topic, "topics"),
        (make_region, "regions"),
        (make_session, "sessions"),
    ],
)
def test_a_changed_slug_leads_to_the_new_one(client, admin_user, make, page):
    thing = make()
    shown = {
        "delegates": lambda: make_proposal(delegates=[thing], published=True),
        "agencies": lambda: make_proposal(recommendations=[{"to": [thing]}], published=True),
        "sessions": lambda: make_proposal(session=thing, published=True),
    }.get(page, lambda: None)
    shown()
    old = thing.slug
    client.force_login(admin_user)
    url = admin_pages.address(type(thing), "change", thing.pk)
    for slug in ("newer", "newest"):
        assert client.post(url, {**fields(client.get(url)), "slug": slug}).status_code == 302
    for slug in (old, "newer"):
        answer = client.get(f"/{page}/{slug}/")
        assert (answer.status_code, answer["Location"]) == (301, f"/{page}/newest/")
    assert client.get(f"/{page}/newest/").status_code == 200
    parameter = {"agencies": "agency"}.get(page, page[:-1])
    if page != "regions":  # they are asked for by their codes
        found = client.get("/proposals/", {parameter: old})
        assert "There is no" not in found.text
        assert [choice.value for choice in found.context["query"].choices(parameter)] == ["newest"]
    bring_back(type(thing), thing.pk, 1)
    assert client.get(f"/{page}/newest/")["Location"] == f"/{page}/{old}/"


def test_a_former_slug_does_not_tell_of_what_is_not_public(client):
    hidden = make_delegate()
    moved(hidden, "older")
    assert client.get("/delegates/older/").status_code == 404
    assert "There is no “older”" in client.get("/proposals/", {"delegate": "older"}).text
