"""Every kind of page, as the founding data fills it. What must hold for all of them is proved over this list.

A new kind of page needs its line here, and nowhere else, to be looked at for access, layout and valid HTML.
"""

import pytest

KINDS = {
    "home": "/",
    "list": "/proposals/",
    "list of what was chosen": "/proposals/?q=干细胞&topic=stem-cells&region=CN-GD",
    "list with two values of a facet": "/proposals/?q=stem+cell&topic=stem-cells&region=CN-SH&region=CN-GD&sort=oldest",
    "list of nothing": "/proposals/?q=nothing-like-this&topic=cgt&submitted_after=2024",
    "list with wrong values": "/proposals/?q=%3F&topic=none&sort=password&page=0&submitted_after=2024-13",
    "list past its end": "/proposals/?page=99",
    "list with values looked for": "/proposals/?find_in=topic&find=stem",
    "matrix": "/proposals/matrix/",
    "matrix of what was chosen": "/proposals/matrix/?topic=stem-cells&region=CN-GD&region=CN-SH",
    "compare nothing": "/compare/",
    "compare one": "/compare/?p=1&q=stem",
    "comparison": "/compare/?p=1&p=2&p=3&p=4&p=5",
    "compare two": "/compare/?p=2&p=3&p=99&only=differences",
    "proposal": "/proposals/1/cgt-industry-2024/",
    "embedded": "/proposals/1/cgt-industry-2024/embed/",
    "embedded recommendation": "/proposals/2/stem-cell-industry-system/embed/?r=1",
    "embedded, withdrawn": "/proposals/6/withdrawn/embed/",
    "changes": "/proposals/2/stem-cell-industry-system/changes/",
    "withdrawn": "/proposals/6/withdrawn/",
    "recommendations": "/recommendations/",
    "recommendations, further page": "/recommendations/?page=2",
    "recommendation's citation": "/recommendations/3/cite/",
    "delegates": "/delegates/",
    "delegate": "/delegates/ding-lieming/",
    "topics": "/topics/",
    "topic": "/topics/stem-cells/",
    "regions": "/regions/",
    "region": "/regions/guangdong/",
    "agencies": "/agencies/",
    "agency": "/agencies/nmpa/",
    "sessions": "/sessions/",
    "session": "/sessions/cppcc-national-14-2/",
    "replies": "/replies/",
    "reply": "/replies/1/",
    "replies narrowed down wrongly": "/replies/?agency=nobody&outcome=planned&year=x&q=虚构函〔2024〕12号",
    "outcomes": "/outcomes/",
    "outcomes of what was chosen": "/outcomes/?topic=stem-cells&replied=yes",
    "policies": "/policies/",
    "policy": "/policies/1/",
    "downloads": "/data/",
    "about": "/about/",
    "method": "/about/method/",
    "about outcomes": "/about/outcomes/",
    "data": "/about/data/",
    "about the API": "/about/api/",
    "documentation of the API": "/api/docs/",
    "licence": "/about/licence/",
    "accessibility": "/about/accessibility/",
    "privacy": "/about/privacy/",
    "follow a list": "/alerts/proposals/?topic=stem-cells",
    "follow recommendations by something unknown": "/alerts/recommendations/?topic=none&submitted_after=2024-13",
    "follow a proposal": "/alerts/proposal/1/",
    "follow a delegate": "/alerts/delegate/ding-lieming/",
    "follow an agency": "/alerts/agency/nmpa/",
    "asked to be told": "/alerts/asked/",
    "alerts by a link that is not whole": "/alerts/yours/cut-off/",
    "missing": "/no-such-page/",
}
"""Name and English address; the same with `/zh` before it is the Chinese page."""

MISSING = {"list past its end": 404, "missing": 404, "alerts by a link that is not whole": 404}
MISSING |= {"withdrawn": 410, "embedded, withdrawn": 410}
"""Kinds that are answered with another status than 200."""

EDITED = """
from django.utils import timezone
from proposals.models import Proposal
from proposals.models.outbox import recorded
with recorded():
    one = Proposal.objects.get(slug="stem-cell-industry-system")
    one.note_en = "What the article calls a field visit was one of several."
    one.save()
    first, *_, last = one.recommendations.all()
    first.text_en += " within two years"
    first.save()
    last.implied = not last.implied
    last.save()
Proposal.objects.create(
    title_en="Entered twice", slug="withdrawn", session=one.session, kind=one.kind, state="withdrawn",
    published_at=timezone.now(), withdrawn_at=timezone.now(), withdrawn_because_en="It was entered twice.",
)
from people.models import Agency
from proposals.models import Answer, Echo, Event, Lineage, PolicyDocument, RecommendationOutcome, Reply, Source
with recorded():
    source, agency = Source.objects.first(), Agency.objects.get(slug="nmpa")
    Event.objects.create(proposal=one, stage="assigned", date="2024-06", agency=agency, role="lead", source=source)
    reply = Reply.objects.create(
        agency=agency, title_zh="关于一份虚构提案的答复", title_en="Reply to a proposal (made up for tests)",
        number="虚构函[2024]012号", date="2024-08-12", outcome="planned", class_printed="B", source=source,
        summary_en="Made up for tests.",
    )
    reply.co_agencies.add(Agency.objects.get(slug="cde"))
    Answer.objects.create(reply=reply, proposal=one)
    RecommendationOutcome.objects.create(
        reply=reply, recommendation=first, outcome="in_progress",
        quotation_zh="正在研究。", quotation_en="Under study.",
    )
    other = Proposal.objects.published().exclude(session=one.session).first()
    Lineage.objects.create(proposal=one, relation="like", other=other)
    policy = PolicyDocument.objects.create(
        title_zh="关于一份虚构试点工作的通知", title_en="Notice on a pilot (made up for tests)", issuer=agency,
        number="虚构发〔2024〕3号", date="2024-09", source=source,
    )
    policy.co_issuers.add(Agency.objects.get(slug="cde"))
    Echo.objects.create(
        document=policy, recommendation=first, place="第五条", judgement="part",
        passage_zh="支持开展虚构试点。", passage_en="Pilots (made up) are supported.",
        reason_en="It speaks of pilots only.",
    )
"""
"""What is done to the founding data so that every kind of page has something to show."""

NO_PAGES = {
    "download",
    "recommendation",
    "proposal_citation",
    "recommendation_file",
    "reply_citation",
    "card",
    "proposal_card",
    "compare_markdown",
    "compare_workbook",
}
NO_PAGES |= {"proposal_export", "recommendation_export", "reply_export"}
NO_PAGES |= {"opensearch", "proposals_feed", "recommendations_feed", "replies_feed"}
NO_PAGES |= {"confirm_alert", "your_alerts", "stop_alerts"}
"""Names of addresses that lead on to a page, give something else than HTML, or are signed (see `test_alerts`)."""

SHOWN = ["home", "list", "matrix", "comparison", "proposal", "delegate", "topic", "recommendations"]
"""The eight kinds that `make screenshots` takes."""

LANGUAGES = {"en": "", "zh": "/zh"}
ADDRESSES = {f"{kind}, {language}": f"{LANGUAGES[language]}{KINDS[kind]}" for kind in KINDS for language in LANGUAGES}

on_every_page = pytest.mark.parametrize("address", ADDRESSES.values(), ids=ADDRESSES)
"""Runs a test with the `address` of each kind of page in each language."""
