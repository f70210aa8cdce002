"""What may have been entered twice: a warning while typing and at save, a list of pairs, two made one."""

import pytest

from people.doubles import Double, Like, Reason, suspect
from people.likeness import like_among_delegates, like_delegates
from people.models import Delegate
from proposals.models import Proposal
from proposals.models.likeness import like_among_proposals, like_proposals
from tests.admin_pages import address, messages_of, sent_back
from tests.factories import make_delegate, make_proposal, make_session

pytestmark = pytest.mark.django_db
DOUBLES = "/admin/proposals/proposal/doubles/"


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def pair():
    session = make_session()
    return [make_proposal(title=title, session=session) for title in ("Hire reviewers", "Hire the reviewers")]


def save(analyst, row, **changes):
    url = address(type(row), "change", row.pk)
    return analyst.post(url, sent_back(analyst.get(url)) | changes, follow=True)


def warnings(response):
    return [said for said in messages_of(response) if "This may have been entered before:" in said]


def test_a_save_warns_of_what_was_entered_before(analyst, pair):
    [said] = warnings(save(analyst, pair[1], number="12"))
    assert "Hire reviewers</a> (like titles at the same session)" in said
    page = analyst.get(DOUBLES)
    assert "Hire reviewers" in page.text
    assert f"/admin/proposals/proposal/{pair[0].pk}/merge/{pair[1].pk}/" in page.text


def test_what_is_typed_is_compared_before_it_is_saved(analyst, pair):
    asked = {"title_en": "The reviewers: hire", "session": pair[0].session_id, "number": "", "key": ""}
    answer = analyst.get("/admin/proposals/proposal/like/", asked).json()
    assert "Hire the reviewers" in {like["name"] for like in answer["likes"]}
    assert answer["likes"][0]["why"] == "like titles at the same session"
    for wrong in ({"session": "x"}, {"session": "9" * 40}, {"key": "x", "title_en": "a\x00b"}, {}):
        assert analyst.get("/admin/proposals/proposal/like/", wrong).json() == {"likes": []}
    make_delegate(name="Ding Lieming")
    answer = analyst.get("/admin/people/delegate/like/", {"name_en": "ding lie ming"}).json()
    assert [like["why"] for like in answer["likes"]] == ["the same name"]


def test_what_is_different_is_not_suspected_again(analyst, pair):
    save(analyst, pair[1], number="12")
    analyst.post(DOUBLES, {"different": Double.objects.get().pk})
    assert "No two are suspected" in analyst.get(DOUBLES).text
    assert not warnings(save(analyst, pair[1], number="13"))
    assert analyst.post(DOUBLES, {"different": "x"}).status_code == 302


def test_two_are_made_one_with_a_choice_for_each_field(analyst, pair):
    first, second = pair
    second.number, second.note_en = "0462", "Doubtful"
    second.save()
    second.recommendations.create(order=1, text_en="Only the second asks for it")
    url = f"/admin/proposals/proposal/{first.pk}/merge/{second.pk}/"
    page = analyst.get(url)
    assert [(choice.name, choice.kept, choice.other) for choice in page.context["choices"]] == [
        ("title_en", "Hire reviewers", "Hire the reviewers"),
        ("number", "", "0462"),
        ("note_en", "", "Doubtful"),
    ]
    assert page.context["below"] == [("Recommendations", [[], ["1. Only the second asks for it"]])]
    chosen = {"title_en": "kept", "number": "other", "note_en": "kept", "_reason": "Entered twice"}
    assert "look again" in messages_of(analyst.post(url, {**chosen, "seen": "1 1"}, follow=True))[0]
    chosen["seen"] = page.context["seen"]
    assert "is one with" in messages_of(analyst.post(url, chosen, follow=True))[0]
    now = Proposal.objects.get()
    assert (now.title_en, now.number, now.note_en) == ("Hire reviewers", "0462", "")
    assert analyst.get(url).status_code == 404


def test_a_merge_that_cannot_be_changes_nothing(analyst, pair):
    other = make_proposal(title="A suggestion", kind="suggestion", session=make_session(ordinal=5))
    url = f"/admin/proposals/proposal/{pair[0].pk}/merge/{other.pk}/"
    said = messages_of(analyst.post(url, {"kind": "other", "seen": analyst.get(url).context["seen"]}, follow=True))
    assert said[0].startswith("Nothing was changed.")
    assert Proposal.objects.count() == 3


def test_namesakes_are_warned_of_and_stay_two(analyst):
    one, other = make_delegate(name="Zhang Yi", name_zh="章毅"), make_delegate(name="Zhang Yi", name_zh="张毅")
    [said] = warnings(save(analyst, other, note="Another person"))
    assert "Zhang Yi 章毅</a> (the same name)" in said
    analyst.post("/admin/people/delegate/doubles/", {"different": Double.objects.get().pk})
    assert Delegate.objects.count() == 2
    assert not warnings(save(analyst, one, note="One"))


def test_many_are_compared_at_once_as_each_is_alone():
    """What an import brings is noted as what is entered by hand is."""
    session = make_session()
    titles = [
        "Support stem cells in Hainan",
        "In Hainan support stem cells",
        "Feed the panda",
        "支持干细胞产业发展的提案",
    ]
    proposals = [make_proposal(title=title, session=session) for title in titles]
    make_proposal(title=titles[0], session=make_session())
    alone = {(p.pk, like.key, like.reason) for p in proposals for like in like_proposals(p)}
    among = like_among_proposals({p.pk for p in proposals})
    assert (
        {(key, like.key, like.reason) for key, like in among}
        == alone
        == {
            (proposals[0].pk, proposals[1].pk, Reason.TITLE),
            (proposals[1].pk, proposals[0].pk, Reason.TITLE),
        }
    )
    delegates = [make_delegate(name=name) for name in ("Ding Lie-ming", "Ding Lieming", "Ding Leiming", "Zhang Yi")]
    make_delegate(name="Zhang  Yi", name_zh="张怡")
    delegates.append(make_delegate(name="Zhang Qi", name_zh="张怡"))
    alone = {(one.pk, like.key, like.reason) for one in delegates for like in like_delegates(one)}
    among = {(key, like.key, like.reason) for key, like in like_among_delegates({one.pk for one in delegates})}
    assert among == alone
    assert len(alone) == 8


def test_a_pair_of_which_one_is_gone_waits_for_nobody():
    one, other = make_proposal(), make_proposal()
    suspect(one, [Like(other.pk, Reason.TITLE, 90)])
    assert Double.objects.undecided(Proposal).count() == 1
    other.delete()
    assert Double.objects.undecided(Proposal).count() == 0
