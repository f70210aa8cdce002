"""References: how one thing names another; its key, its names, and where to read more."""

from django.utils.translation import gettext_lazy as _

from people.models import Membership
from proposals.api.shapes.pieces import (
    AgencyUrl,
    ApiUrl,
    PageUrl,
    PartialDate,
    Shape,
    chinese,
    choice,
    english,
    integer,
    string,
)
from proposals.models import Source

KEY = _("Its number, which is lasting.")
SLUG = _("The word by which it is known in addresses; a former one leads to the one of today.")
CODE = _("ISO 3166-2, as in CN-SH; a word for a zone, which has no such code.")
NAME, TITLE = _("Its name."), _("Its title.")


class ProposalReference(Shape):
    """A published proposal, in short."""

    id = integer(KEY)
    title_en = english(TITLE)
    title_zh = chinese(TITLE)
    url = ApiUrl("proposals")
    html_url = PageUrl()


class ReplyReference(Shape):
    """A reply, in short."""

    id = integer(KEY)
    title_en = english(TITLE)
    title_zh = chinese(TITLE)
    url = ApiUrl("replies")
    html_url = PageUrl()


class Named(Shape):
    """A thing with a name in two languages and a slug."""

    slug = string(SLUG)
    name_en = english(NAME)
    name_zh = chinese(NAME)


class DelegateReference(Named):
    """A delegate, in short."""

    url = ApiUrl("delegates", "slug")


class AgencyReference(Named):
    """An agency, in short."""

    url = AgencyUrl(
        "agencies",
        "slug",
        _("Its address in the API; null where nothing published is asked of it or led by it."),
        allow_null=True,
    )


class TopicReference(Named):
    """A topic, in short."""

    url = ApiUrl("topics", "slug")


class BodyReference(Named):
    """A congress or committee, in short."""

    url = ApiUrl("bodies", "slug")


class SessionReference(Named):
    """A session, in short."""

    year = integer(_("The year in which it met."))
    url = ApiUrl("sessions", "slug")


class RegionReference(Shape):
    """A region, in short."""

    code = string(CODE)
    name_en = english(NAME)
    name_zh = chinese(NAME)
    url = ApiUrl("regions", "code")


class SeatReference(Shape):
    """The seat in which a delegate took part, in short."""

    id = integer(KEY)
    role = choice(Membership.Role, _("The seat, or an office on top of it."))
    term = integer(_("Which committee or congress it is, by number (届)."))
    url = ApiUrl("memberships")


class SourceReference(Shape):
    """A source, in short."""

    id = integer(KEY)
    title = string(_("As printed, in its own language."))
    outlet = string(_("Who published it; empty where not known."))
    reliability = choice(Source.Reliability, _("How near it stands to the document itself."))
    published = PartialDate(_("When it was published."))
    link = string(_("Where it can be read; empty where it is not on the web."), source="url")
    url = ApiUrl("sources")
