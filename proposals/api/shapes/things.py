"""Replies, delegates, memberships, agencies, topics, regions, bodies, sessions and sources."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from people.models import Agency, Body, Level, Membership, NameVariant, Region
from proposals.api.shapes.pieces import (
    ApiUrl,
    Listed,
    PageUrl,
    PartialDate,
    Shape,
    chinese,
    choice,
    english,
    flag,
    integer,
    string,
)
from proposals.api.shapes.proposals import EDITORS_NOTE, PositionShape
from proposals.api.shapes.references import (
    CODE,
    KEY,
    NAME,
    SLUG,
    TITLE,
    AgencyReference,
    BodyReference,
    DelegateReference,
    Named,
    ProposalReference,
    RegionReference,
    SourceReference,
    TopicReference,
)
from proposals.models import Citation, Outcome, Source
from proposals.models.topics import SynonymLanguage

OTHER_NAMES = _("Further names.")
PROPOSALS = _("How many published proposals there are.")


class ReplyLight(Shape):
    """A reply to published proposals, as lists show it."""

    id = integer(KEY)
    url = ApiUrl("replies")
    html_url = PageUrl()
    title_en = english(TITLE)
    title_zh = chinese(TITLE)
    number = string(_("Document number, as printed; empty where not known."))
    date = PartialDate(_("Its date."))
    agency = AgencyReference(help_text=_("Who answers; of several the lead."))
    co_agencies = AgencyReference(many=True, source="co_agencies.all", help_text=_("Those who answer with it."))
    outcome = choice(Outcome, _("What the reply comes to."))
    class_printed = string(_("The class as printed; it means different things in different places."))
    proposals = ProposalReference(
        many=True, source="shown_proposals", help_text=_("The published proposals that it answers.")
    )


class RecommendationReference(Shape):
    """A recommendation, in short."""

    id = integer(KEY)
    text_en = english(_("One action, in our words."))
    text_zh = chinese(_("One action, in our words."))
    url = ApiUrl("recommendations")
    html_url = PageUrl()


class SaidOfRecommendationShape(Shape):
    """What a reply says of one recommendation."""

    recommendation = RecommendationReference(help_text=_("The recommendation, in short."))
    outcome = choice(Outcome, _("What the reply comes to."))
    quotation_en = english(_("A sentence of the reply."))
    quotation_zh = chinese(_("A sentence of the reply."))


class SchemeShape(Shape):
    """A scheme of classes."""

    name_en = english(NAME)
    name_zh = chinese(NAME)


class ReplyWhole(ReplyLight):
    """A reply to published proposals, with all that its page shows."""

    summary_en = english(_("What it says, in our words."))
    summary_zh = chinese(_("What it says, in our words."))
    scheme = SchemeShape(allow_null=True, help_text=_("The scheme that its class belongs to; null where not known."))
    outcomes = SaidOfRecommendationShape(
        many=True, source="shown_outcomes", help_text=_("What it says of single recommendations of those proposals.")
    )
    source: Any = SourceReference(help_text=_("Where it can be read."))


class DelegateLight(Shape):
    """A delegate who put forward something published, as lists show it."""

    slug = string(SLUG)
    url = ApiUrl("delegates", "slug")
    html_url = PageUrl()
    name_en = english(_("The name in Latin letters."))
    name_zh = chinese(_("The name in Chinese characters, as a source prints it."))
    proposal_count = integer(PROPOSALS)


class SectorShape(Shape):
    """A sector of the CPPCC."""

    name_en = english(NAME)
    name_zh = chinese(NAME)


class SeatShape(Shape):
    """A seat in one body for one term."""

    id = integer(KEY)
    url = ApiUrl("memberships")
    body = BodyReference(help_text=_("In which body."))
    term = integer(_("Which committee or congress it is, by number (届)."))
    role = choice(Membership.Role, _("The seat, or an office on top of it."))
    sector = SectorShape(allow_null=True, help_text=_("The sector (界别) in the CPPCC; null where not known."))
    delegation_en = english(_("The delegation (代表团) in a congress."))
    delegation_zh = chinese(_("The delegation (代表团) in a congress."))
    region = RegionReference(allow_null=True, help_text=_("Where the delegate comes from; null where not known."))
    region_inferred = flag(_("Whether an editor concluded the region: the source does not say so."))
    began = PartialDate(_("When it began."))
    ended = PartialDate(_("When it ended."))


class MembershipShape(SeatShape):
    """A seat of a delegate who put forward something published."""

    delegate = DelegateReference(help_text=_("Who sits."))


class SpellingShape(Shape):
    """Another spelling of a name."""

    spelling = string(_("As a source prints it."))
    language = choice(NameVariant.Language, _("Its language or script."))


class EvidenceShape(Shape):
    """A source for a seat, a post or a spelling."""

    role = choice(Citation.Role, _("Whether the entry rests on it, or it only says the same."))
    passage = string(_("Page or paragraph; empty where not known."))
    membership = integer(
        _("The id of the membership that it bears out; null for others."), source="membership_id", allow_null=True
    )
    source: Any = SourceReference(help_text=_("The source, in short."))


class DelegateWhole(DelegateLight):
    """A delegate who put forward something published, with all that the page shows."""

    spellings = SpellingShape(many=True, source="name_variants.all", help_text=_("Other spellings of the name."))
    memberships = SeatShape(many=True, source="memberships.all", help_text=_("The seats."))
    positions = PositionShape(many=True, source="positions.all", help_text=_("Employers and posts."))
    wikidata = string(_("The item in Wikidata; empty where not known for certain."))
    sources = EvidenceShape(many=True, source="shown_citations", help_text=_("What bears out seats and spellings."))


class AgencyShape(Shape):
    """An agency that something published is asked of, or that leads in handling it or answers."""

    slug = string(SLUG)
    url = ApiUrl("agencies", "slug")
    html_url = PageUrl()
    kind = choice(Agency.Kind, _("What sort of addressee it is."))
    name_en = english(NAME)
    name_zh = chinese(NAME)
    short_name_en = english(_("Its short name."))
    short_name_zh = chinese(_("Its short name."))
    other_names = Listed(help_text=OTHER_NAMES)
    parent = AgencyReference(allow_null=True, help_text=_("What it lies directly below; null at the top."))
    region = RegionReference(allow_null=True, help_text=_("The province of a provincial agency; null for others."))
    asked_count = integer(_("How many published proposals ask something of it or of those below it."))
    leading_count = integer(_("How many published proposals it leads in handling, or answered, with those below it."))


class TopicLight(Shape):
    """A topic, as lists show it."""

    slug = string(SLUG)
    url = ApiUrl("topics", "slug")
    html_url = PageUrl()
    name_en = english(NAME)
    name_zh = chinese(NAME)
    parent = TopicReference(allow_null=True, help_text=_("What it lies directly below; null at the top."))
    proposal_count = integer(_("How many published proposals are on it or on what lies below it."))


class SynonymShape(Shape):
    """Another word for a topic."""

    text = string(_("The other word."))
    language = choice(SynonymLanguage, _("Its language or script."))
    acronym = flag(_("Whether it is an acronym."))


class TopicWhole(TopicLight):
    """A topic, with all that its page shows."""

    scope_en = english(_("What belongs here and what does not."))
    scope_zh = chinese(_("What belongs here and what does not."))
    mesh_id = string(_("Its descriptor in MeSH; null where nobody looked it up."), allow_null=True)
    synonyms = SynonymShape(many=True, source="synonyms.all", help_text=_("Other words for it."))
    children = TopicReference(many=True, source="children.all", help_text=_("What lies directly below it."))


class RegionShape(Shape):
    """The country, a province, a zone, or a group of provinces."""

    code = string(CODE)
    url = ApiUrl("regions", "code")
    html_url = PageUrl()
    slug = string(SLUG)
    kind = choice(Region.Kind, _("What sort of region it is."))
    gb_code = string(_("GB/T 2260; null for zones and the country."), allow_null=True)
    name_en = english(NAME)
    name_zh = chinese(NAME)
    full_name_en = english(_("Its full name."))
    full_name_zh = chinese(_("Its full name."))
    other_names = Listed(help_text=OTHER_NAMES)
    description_en = english(_("A description."))
    description_zh = chinese(_("A description."))
    parent = RegionReference(allow_null=True, help_text=_("What it lies directly below; null at the top."))
    proposal_count = integer(_("How many published proposals are about it or a place in it."))


class BodyShape(Shape):
    """A congress or committee in which delegates sit who put forward something published."""

    slug = string(SLUG)
    url = ApiUrl("bodies", "slug")
    name_en = english(NAME)
    name_zh = chinese(NAME)
    short_name_zh = string(_("The short Chinese name, as in the names of sessions; empty where not known."))
    system = choice(Body.System, _("People's Congress (人大) or CPPCC (政协)."))
    level = choice(Level, _("The level of government."))
    region = RegionReference(help_text=_("The country, or the place it belongs to."))
    proposal_count = integer(PROPOSALS)


class SessionShape(Named):
    """A yearly meeting at which something published was put forward."""

    url = ApiUrl("sessions", "slug")
    html_url = PageUrl()
    body = BodyReference(help_text=_("Whose session it is."))
    term = integer(_("Which committee or congress it is, by number (届)."))
    ordinal = integer(_("Number of the session in its term (次)."))
    year = integer(_("The year in which it met."))
    opened = PartialDate(_("When it opened."))
    closed = PartialDate(_("When it closed."))
    proposal_count = integer(PROPOSALS)


class SourceShape(SourceReference):
    """A source that bears out something published."""

    kind = choice(Source.Kind, _("What sort of publication it is."))
    language = choice(Source.Language, _("The language in which it was read."))
    machine_translated = flag(_("Whether what was read is a machine's translation."))
    archived_link = string(_("A copy that stays; empty where there is none."), source="archive_url")
    accessed = string(_("The day on which it was read; null where not known."), allow_null=True)
    note_en = english(EDITORS_NOTE)
    note_zh = chinese(EDITORS_NOTE)
