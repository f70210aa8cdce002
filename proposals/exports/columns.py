"""The columns of what is downloaded: name, type, label and meaning, once for CSV, XLSX, JSON lines and the sidecar."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Kind(StrEnum):
    """What stands in a column; the value is its type in CSV on the Web."""

    INTEGER = "integer"
    TEXT = "string"
    BOOLEAN = "boolean"
    PARTIAL_DATE = "date"
    MOMENT = "dateTime"
    ADDRESS = "anyURI"

    @property
    def label(self) -> str:
        """Say it to readers."""
        return str(SAID[self])


SAID: dict[Kind, Promise] = {
    Kind.INTEGER: _("whole number"),
    Kind.TEXT: pgettext_lazy("type of a column", "text"),
    Kind.BOOLEAN: _("true or false"),
    Kind.PARTIAL_DATE: _("date as text: 2024, 2024-03 or 2024-03-12, as exactly as is known"),
    Kind.MOMENT: _("day and time, UTC"),
    Kind.ADDRESS: _("address on the web"),
}


@dataclass(frozen=True)
class Column:
    """One column. With `several` a cell of a sheet holds any number of values, divided by "; "; JSON has a list.

    `rule` is the standard by which its values are written, where there is one.
    """

    name: str
    kind: Kind
    label: Promise
    meaning: Promise
    several: bool = False
    rule: str = ""

    @property
    def type(self) -> str:
        """Say to readers what stands in it."""
        return str(_("several: %(type)s")) % {"type": self.kind.label} if self.several else self.kind.label


TEXT, INTEGER, PARTIAL_DATE, ADDRESS = Kind.TEXT, Kind.INTEGER, Kind.PARTIAL_DATE, Kind.ADDRESS
DATES = "ISO 8601"

_SLUG_OF_SESSION = Column("session", TEXT, _("Session"), _("The end of the address of the session's page."))
_MEETING = (
    Column("kind", TEXT, _("Kind of document"), _("proposal (提案), suggestion (建议) or bill (议案).")),
    Column("body", TEXT, _("Body"), _("The congress or committee, as the filter `body` knows it.")),
    Column("body_en", TEXT, _("Body in English"), _("Its name without the term.")),
    Column("body_zh", TEXT, _("Body in Chinese"), _("Its name without the term.")),
    Column("level", TEXT, _("Level"), _("national, provincial, municipal or county: where the body sits.")),
    _SLUG_OF_SESSION,
    Column("session_en", TEXT, _("Session in English"), _("As in “14th CPPCC National Committee, 2nd session”.")),
    Column("session_zh", TEXT, _("Session in Chinese"), _("As in 全国政协十四届二次会议.")),
    Column("term", INTEGER, _("Term"), _("Number of the committee or congress (届); it differs from place to place.")),
    Column("ordinal", INTEGER, _("Session in the term"), _("Number of the session in its term (次).")),
    Column("year", INTEGER, _("Year"), _("The year of the session.")),
)
_WHO = (
    Column(
        *("proposers_en", TEXT, _("Proposers in English")),
        _("Delegates and organisations in the order of the document; in Chinese where there is no other name."),
        several=True,
    ),
    Column(
        *("proposers_zh", TEXT, _("Proposers in Chinese")),
        _("The same, in the same order; in Latin letters where the Chinese name is not known."),
        several=True,
    ),
    Column(
        *("delegates", TEXT, _("Delegates")),
        _("The ends of the addresses of the delegates' pages: go by these, as namesakes are common."),
        several=True,
    ),
)
_DATE = Column(
    *("date", PARTIAL_DATE, _("Date")),
    _("When it was put forward: its own date, or the session's. The list is in this order."),
    rule=DATES,
)
_NOTES = (
    Column("note_en", TEXT, _("Editor's note in English"), _("What readers must know of doubts.")),
    Column("note_zh", TEXT, _("Editor's note in Chinese"), _("What readers must know of doubts.")),
)
_REGIONS = Column(
    *("regions", TEXT, _("Target regions")),
    _("What it is about, not where the delegate is from: ISO codes, of zones the ends of their addresses."),
    several=True,
    rule="ISO 3166-2",
)
_STATUS = Column("status", TEXT, _("Status"), _("How far the proposal is known to have come; most are submitted only."))
_OUTCOMES = _("What it comes to by the last reply of each agency: resolved, in_progress, planned and so on.")
_STATED = Column(
    *("agencies", TEXT, _("Addressed to")),
    _("Whom the source names as addressee, by the ends of the addresses of their pages."),
    several=True,
)
_INFERRED = Column(
    *("agencies_inferred", TEXT, _("Addressed to, inferred")),
    _("Whom the editor takes for the addressee where the source names none."),
    several=True,
)

PROPOSALS = (
    Column("id", INTEGER, pgettext_lazy("of a row", "Key"), _("The number in the permalink; it stays.")),
    Column("permalink", ADDRESS, _("Permalink"), _("The lasting address of the proposal's page.")),
    Column("number", TEXT, _("Number"), _("As printed, with its zeros; empty where it is not known.")),
    Column("title_en", TEXT, _("Title in English"), _("In our words.")),
    Column("title_zh", TEXT, _("Title in Chinese"), _("As printed.")),
    Column("summary_en", TEXT, _("Summary in English"), _("Reasons and main demands, in our words.")),
    Column("summary_zh", TEXT, _("Summary in Chinese"), _("Reasons and main demands, in our words.")),
    *_MEETING,
    Column("submitted", PARTIAL_DATE, _("Submitted"), _("Its own date; empty where it is not known."), rule=DATES),
    _DATE,
    _STATUS,
    *_WHO,
    Column("first_proposer", TEXT, _("First proposer"), _("The delegate who is marked as first, as in `delegates`.")),
    Column("proposers_in_all", INTEGER, _("Proposers in all"), _("Where the source names a few of many.")),
    Column(
        *("employers", TEXT, _("Employers")),
        _("Whom the delegates worked for when it was put forward; “(inferred)” marks what the editor concludes."),
        several=True,
    ),
    _REGIONS,
    Column("topics", TEXT, _("Topics"), _("Of the whole, by the ends of their addresses."), several=True),
    Column(
        *("recommendation_topics", TEXT, _("Topics of its recommendations")),
        _("Topics of single recommendations: the filter `topic` finds the proposal by these too."),
        several=True,
    ),
    Column("recommendations", INTEGER, _("Recommendations"), _("How many single actions it asks for.")),
    _STATED,
    _INFERRED,
    Column(
        *("lead_agencies", TEXT, _("Lead agencies")),
        _("Who leads in handling it, or answered, by the ends of the addresses of their pages."),
        several=True,
    ),
    Column("replied", Kind.BOOLEAN, _("Reply known"), _("Whether a reply is known; false does not say there is none.")),
    Column("replies", INTEGER, _("Replies"), _("The keys of the replies that are on record."), several=True),
    Column("days_to_reply", INTEGER, _("Days to reply"), _("To the first reply, where both are known to the day.")),
    Column("outcomes", TEXT, _("Outcome"), _OUTCOMES, several=True),
    *_NOTES,
    Column("published_at", Kind.MOMENT, _("Published here"), _("When this site first published it."), rule=DATES),
    Column(
        *("sources", TEXT, _("Sources")),
        _("Addresses of what bears it out, of archived copies or, where there is no address, titles."),
        several=True,
    ),
)
RECOMMENDATIONS = (
    Column("id", INTEGER, pgettext_lazy("of a row", "Key"), _("The number in the permalink; it stays.")),
    Column("permalink", ADDRESS, _("Permalink"), _("The lasting address of the recommendation.")),
    Column("number", INTEGER, _("Number"), _("Its place in the proposal, from 1.")),
    Column("text_en", TEXT, _("Text in English"), _("One action, in our words.")),
    Column("text_zh", TEXT, _("Text in Chinese"), _("One action.")),
    Column("group_en", TEXT, _("Group in English"), _("The heading over several of a proposal.")),
    Column("group_zh", TEXT, _("Group in Chinese"), _("The heading over several of a proposal.")),
    Column(
        *("implied", Kind.BOOLEAN, _("Implied")),
        _("true where the source complains of something and the demand is only implied."),
    ),
    Column("topics", TEXT, _("Topics"), _("Of this recommendation, by the ends of their addresses."), several=True),
    _STATED,
    _INFERRED,
    Column("outcomes", TEXT, _("Outcome"), _OUTCOMES, several=True),
    *_NOTES,
    Column(
        *("sources", TEXT, _("Sources")),
        _("Addresses or titles of what bears this recommendation out, beside the proposal's own sources."),
        several=True,
    ),
    Column("proposal", INTEGER, _("Proposal"), _("The key of the proposal that asks for it.")),
    Column("proposal_permalink", ADDRESS, _("Permalink of the proposal"), _("The lasting address of its page.")),
    Column("proposal_number", TEXT, _("Number of the proposal"), _("As printed; empty where it is not known.")),
    Column("proposal_title_en", TEXT, _("Title of the proposal in English"), _("In our words.")),
    Column("proposal_title_zh", TEXT, _("Title of the proposal in Chinese"), _("As printed.")),
    *_MEETING,
    _DATE,
    _STATUS,
    *_WHO,
    _REGIONS,
)
REPLIES = (
    Column("id", INTEGER, pgettext_lazy("of a row", "Key"), _("The number in the permalink; it stays.")),
    Column("permalink", ADDRESS, _("Permalink"), _("The lasting address of the reply's page.")),
    Column("number", TEXT, _("Document number"), _("As printed; empty where it is not known.")),
    Column("title_en", TEXT, _("Title in English"), _("In our words.")),
    Column("title_zh", TEXT, _("Title in Chinese"), _("As printed.")),
    Column("date", PARTIAL_DATE, _("Date"), _("Of the reply; empty where it is not known."), rule=DATES),
    Column("agency", TEXT, _("Agency"), _("Who signed it, by the end of the address of its page.")),
    Column("agency_en", TEXT, _("Agency in English"), _("Its name.")),
    Column("agency_zh", TEXT, _("Agency in Chinese"), _("Its name.")),
    Column(
        *("co_agencies", TEXT, _("Together with")),
        _("Whose opinions it takes in, by the ends of the addresses of their pages."),
        several=True,
    ),
    Column("class_printed", TEXT, _("Class as printed"), _("“A”, “B”, “已解决”; empty where there is none.")),
    Column("scheme", TEXT, _("Scheme of classes"), _("What the class means differs from place to place.")),
    Column("outcome", TEXT, _("Outcome"), _("What the reply comes to: resolved, in_progress, planned and so on.")),
    Column("summary_en", TEXT, _("Summary in English"), _("What it says, in our own words.")),
    Column("summary_zh", TEXT, _("Summary in Chinese"), _("What it says, in our own words.")),
    Column("proposals", INTEGER, _("Proposals"), _("The keys of the proposals that it answers."), several=True),
    Column(
        *("proposal_permalinks", ADDRESS, _("Permalinks of the proposals")),
        _("The lasting addresses of their pages, in the same order."),
        several=True,
    ),
    Column(
        *("source", TEXT, _("Source")),
        _("Where it can be read: the address, or that of an archived copy, or a title."),
    ),
)
COLUMNS = {"proposals": PROPOSALS, "recommendations": RECOMMENDATIONS, "replies": REPLIES}
"""By the name of the list."""
