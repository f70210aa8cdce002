"""References: what a citation says of a proposal, a recommendation or a reply, before any style has printed it."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext

from people.addresses import address
from people.language import CHINESE, language_of, reader_language
from proposals.citations.authors import Author, authors_of
from proposals.models import Proposal, Recommendation, Reply, Sponsorship
from proposals.models.proposals import ProposalKind

SITE, SITE_ZH = "Lianghui", "两会"
KINDS = {
    ProposalKind.PROPOSAL: ("Proposal", "提案"),
    ProposalKind.SUGGESTION: ("Suggestion", "建议"),
    ProposalKind.BILL: ("Bill or motion", "议案"),
}
REPLY = ("Reply", "答复")


@dataclass(frozen=True)
class Title:
    """A title: as printed ("" where nobody knows), and in our words in each language.

    Our words are no title: every style puts them into square brackets, as the rules of all three ask of what the one
    who cites has supplied or translated.
    """

    printed: str = ""
    ours_en: str = ""
    ours_zh: str = ""

    def words(self, language: str) -> str:
        """Give the title for readers of `language`: as printed, in English with ours behind it; or ours alone."""
        if not self.printed:
            ours = (self.ours_zh, self.ours_en) if language == CHINESE else (self.ours_en, self.ours_zh)
            return f"[{next(filter(None, ours), '')}]"
        translated = self.ours_en if language != CHINESE and self.ours_en != self.printed else ""
        return f"{self.printed} [{translated}]" if translated else self.printed


@dataclass(frozen=True)
class Reference:
    """All that can be cited of one thing; "" and () are what is not known.

    `key` is unique and lasting (`lianghui-proposal-12`), `date` partial (`2024-03`). `url` is the address by number,
    always the English one. `kind`, `session` and `whole_kind` are (English, Chinese). A recommendation has its number
    in `part` and lies in `whole`, the title of its proposal. `language` is the reader's: `en` or `zh`.
    """

    key: str
    language: str
    authors: tuple[Author, ...]
    title: Title
    date: str
    kind: tuple[str, str]
    session: tuple[str, str]
    number: str
    url: str
    accessed: datetime.date
    proposers_in_all: int = 0
    part: int = 0
    whole: Title | None = None

    @property
    def and_others(self) -> bool:
        """Whether more have put it forward than are known by name."""
        return self.proposers_in_all > len(self.authors)

    @property
    def date_parts(self) -> tuple[int, ...]:
        """The date as (year, month, day), as far as it is known."""
        return tuple(int(part) for part in self.date.split("-") if part)

    def described(self, language: str) -> str:
        """Say which document it is, in English or Chinese: the kind, its number, its session."""
        if language == CHINESE:
            if not self.session[0]:
                return self.number or self.kind[1]
            if self.session[1]:
                return f"{self.session[1]}{f'第{self.number}号' if self.number else ''}{self.kind[1]}"
        number = f" no. {self.number}" if self.number else ""
        return ", ".join(filter(None, (f"{self.kind[0]}{number}", self.session[0])))

    @property
    def written_in(self) -> str:
        """The language of the title as it is given: `zh` or `en`."""
        return language_of(self.title.words(self.language))

    @property
    def notes(self) -> list[str]:
        """What a reader of the bare fields must know: whose words a title is, how many put it forward."""
        said = []
        if not self.title.printed or (self.whole and not self.whole.printed):
            said.append(gettext("Words in square brackets are Lianghui's own, not a printed title."))
        elif self.title.ours_en and self.language != CHINESE:
            said.append(gettext("The English title in square brackets is Lianghui's translation."))
        if self.and_others:
            said.append(gettext("Proposers in all: %(number)s.") % {"number": self.proposers_in_all})
        return said


def of_proposal(proposal: Proposal, base: str, accessed: datetime.date) -> Reference:
    """Make the reference of a proposal, with sessions and proposers at hand; `base` is "https://host"."""
    authors = authors_of(_proposers(proposal))
    return Reference(
        key=f"lianghui-proposal-{proposal.pk}",
        language=reader_language(),
        authors=authors,
        title=Title(proposal.title_zh, proposal.title_en),
        date=_date(proposal),
        kind=KINDS[ProposalKind(proposal.kind)],
        session=(proposal.session.name_en, proposal.session.name_zh),
        number=proposal.number,
        url=_lasting(proposal, base),
        accessed=accessed,
        proposers_in_all=proposal.proposers_in_all or 0,
    )


def of_recommendation(recommendation: Recommendation, base: str, accessed: datetime.date) -> Reference:
    """Make the reference of a recommendation as `for_citations` fetches it: it lies in its proposal."""
    proposal = recommendation.proposal
    return Reference(
        key=f"lianghui-recommendation-{recommendation.pk}",
        language=reader_language(),
        authors=authors_of(_proposers(proposal)),
        title=Title("", recommendation.text_en, recommendation.text_zh),
        date=_date(proposal),
        kind=KINDS[ProposalKind(proposal.kind)],
        session=(proposal.session.name_en, proposal.session.name_zh),
        number=proposal.number,
        url=_lasting(recommendation, base),
        accessed=accessed,
        proposers_in_all=proposal.proposers_in_all or 0,
        part=recommendation.order,
        whole=Title(proposal.title_zh, proposal.title_en),
    )


def of_reply(reply: Reply, base: str, accessed: datetime.date) -> Reference:
    """Make the reference of a reply, its agency at hand; agencies whose opinions it takes in have not signed it."""
    return Reference(
        key=f"lianghui-reply-{reply.pk}",
        language=reader_language(),
        authors=(Author(reply.agency.name_en, reply.agency.name_zh),),
        title=Title(reply.title_zh, reply.title_en),
        date=reply.date,
        kind=REPLY,
        session=("", ""),
        number=reply.number_in_one_form,
        url=_lasting(reply, base),
        accessed=accessed,
    )


def reference_to(thing: Proposal | Recommendation | Reply, base: str, accessed: datetime.date) -> Reference:
    """Make the reference of one of the three."""
    if isinstance(thing, Proposal):
        return of_proposal(thing, base, accessed)
    return of_reply(thing, base, accessed) if isinstance(thing, Reply) else of_recommendation(thing, base, accessed)


def path_of(thing: Proposal | Recommendation | Reply) -> str:
    """Give the address by number of one of the three, in the reader's language, without the host."""
    return f"{address('proposals')}{thing.pk}/" if isinstance(thing, Proposal) else thing.get_absolute_url()


def _lasting(thing: Proposal | Recommendation | Reply, base: str) -> str:
    """Give the address to be cited: the English one, so that all who cite a thing cite one address."""
    return f"{base}{path_of(thing).removeprefix('/zh')}"


def _proposers(proposal: Proposal) -> Iterable[Sponsorship]:
    """Give the proposers, which lists put into an attribute and `for_page` does not."""
    found: Iterable[Sponsorship] | None = getattr(proposal, "proposers", None)
    return proposal.sponsorships.all() if found is None else found


def _date(proposal: Proposal) -> str:
    """Give the day, month or year on which it was put forward; the day on which its session opened is not that."""
    return proposal.submitted or str(proposal.session.year)
