"""Policy documents that take up a recommendation: both passages side by side, the editor's judgement apart."""

import pytest
from django.core.exceptions import ValidationError

from proposals.models import Echo, PolicyDocument
from proposals.models.outbox import recorded
from tests.admin_pages import address, errors_of, sent_back
from tests.factories import make_agency, make_echo, make_proposal, make_session, make_source

pytestmark = pytest.mark.django_db


@pytest.fixture
def analyst(client, admin_user):
    client.force_login(admin_user)
    return client


@pytest.fixture
def asked():
    session = make_session(year=2024, opened="2024-03-04")
    return make_proposal(session=session, recommendations=["Open two pilots"], published=True)


@pytest.fixture
@recorded()
def echo(asked):
    echo = make_echo(
        recommendation=asked.recommendations.get(),
        issuer=make_agency(name="Ministry of Quince", name_zh="木梨部"),
        date="2024-09-07",
        passage="Pilots are opened.",
        passage_zh="开展试点。",
        place="Article 5",
        judgement="part",
        reason_en="It names one of the two",
    )
    echo.document.number = "木函[2024]012号"
    echo.document.save()
    return echo


def test_a_recommendation_shows_what_takes_it_up(client, asked, echo):
    page = client.get(asked.get_absolute_url()).text
    place = page[page.index('id="r1"') :]
    place = place[: place.index("</section>")]
    for said in (
        str(echo.document),
        "Pilots are opened.",
        "开展试点。",
        "Article 5",
        "says part of it",
        "one of the two",
    ):
        assert said in place, said
    assert place.index("Open two pilots") < place.index("Pilots are opened.") < place.index("Editor's judgement:")
    assert "That the one came of the other is not said." in place


def test_a_document_has_a_page_and_stands_in_the_list(client, asked, echo):
    page = client.get(echo.document.get_absolute_url()).text
    for said in (
        "Ministry of Quince",
        "木函〔2024〕12号",
        "printed as “木函[2024]012号”",
        "7 Sep 2024",
        "Open two pilots",
    ):
        assert said in page, said
    assert echo.recommendation.get_absolute_url() in page
    listed = client.get("/policies/").text
    assert "1 recommendation taken up" in listed
    assert "木梨部" in client.get("/zh/policies/").text
    assert client.get("/policies/?page=9").status_code == 404


def test_a_document_is_public_only_with_something_that_it_takes_up(client, asked, echo):
    with recorded():
        other = make_echo(recommendation=make_proposal(recommendations=1).recommendations.get())
    assert client.get(other.document.get_absolute_url()).status_code == 404
    assert str(other.document) not in client.get("/policies/").text
    asked.state = "draft"
    asked.save()
    assert client.get(echo.document.get_absolute_url()).status_code == 404
    assert "No policy document is recorded yet." in client.get("/policies/").text


def test_a_document_older_than_what_it_would_take_up_is_refused(asked, echo):
    echo.document.date = "2024-02"
    with pytest.raises(ValidationError, match="older than"):
        echo.document.full_clean()
    early = PolicyDocument.objects.create(title_en="Early", issuer=make_agency(), source=make_source(), date="2023")
    late = Echo(document=early, recommendation=asked.recommendations.get(), passage_en="Yes.", judgement="whole")
    with pytest.raises(ValidationError, match="older than"):
        late.full_clean()
    early.date = "2024"
    late.full_clean()


def test_a_passage_that_is_too_long_is_told_and_kept(analyst, asked):
    url = address(PolicyDocument, "add")
    page = analyst.get(url)
    assert "maxlength" not in page.text.split('id="id_echoes-0-passage_zh"')[0].rsplit("<textarea", 1)[1]
    entered = sent_back(page) | {"title_zh": "通知", "issuer": make_agency().pk, "source": make_source().pk}
    entered |= {"echoes-0-recommendation": asked.recommendations.get().pk, "echoes-0-judgement": "part"}
    page = analyst.post(url, entered | {"echoes-0-passage_zh": "试" * 700})
    assert "700" in errors_of(page)["echoes-0-passage_zh"][0]
    assert "试" * 700 in page.text


def test_a_document_is_entered_with_its_passages(analyst, asked):
    url = address(PolicyDocument, "add")
    entered = sent_back(analyst.get(url)) | {
        "title_zh": "关于试点的通知",
        "issuer": make_agency().pk,
        "source": make_source().pk,
        "date": "2023年5月",
        "echoes-0-recommendation": asked.recommendations.get().pk,
        "echoes-0-passage_zh": "开展试点。",
        "echoes-0-judgement": "direction",
    }
    page = analyst.post(url, entered)
    assert "older than" in str(errors_of(page)), "it is checked although the document is not stored yet"
    assert "开展试点。" in page.text
    assert analyst.post(url, entered | {"date": "2024年5月"}).status_code == 302
    assert (Echo.objects.get().document.date, Echo.objects.get().judgement) == ("2024-05", "direction")
