"""Proposals: what they say, where they stand, and the words in which they are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Count, Prefetch, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from people.addresses import address, free_slug, stem
from people.dates import PartialDateField, is_partial_date
from people.history import RecordModel
from people.language import has_name, in_language, one_of
from people.models import Agency, Body, Delegate, Level, Membership, Region, Session
from people.models.bodies import another_year
from people.tree import protect
from proposals.models.came_of_it import whether_more_is_known
from proposals.models.sponsorships import NAME, Sponsorship
from proposals.models.topics import Topic

CITED = ("kind", "title_en", "title_zh", "number", "session", "submitted", "proposers_in_all")
"""What a citation says of a proposal."""


class ProposalQuerySet(models.QuerySet["Proposal"]):
    """The words in which proposals are asked for."""

    def published(self) -> Self:
        """Narrow down to what the public may see; every public way starts here."""
        return self.filter(state=Proposal.State.PUBLISHED)

    def withdrawn(self) -> Self:
        """Narrow down to what the public saw once, and is told why it does no longer."""
        return self.filter(state=Proposal.State.WITHDRAWN)

    def with_public_times(self) -> Self:
        """Tell of each when what it shows changed last, as `changed_in_public`; see `showing` for what counts."""
        return self.annotate(changed_in_public=Coalesce("shown__changed", "published_at"))

    def about(self, topic: Topic) -> Self:
        """Narrow down to `topic` and what lies below it, in proposals or their recommendations."""
        topics = Topic.objects.within(topic)
        return self.filter(Q(topics__in=topics) | Q(recommendations__topics__in=topics)).distinct()

    def for_region(self, region: Region) -> Self:
        """Narrow down to what is about `region` or a place in it."""
        return self.filter(target_regions__in=Region.objects.within(region)).distinct()

    def for_page(self) -> Self:
        """Fetch with each all that its page shows of the proposal itself, and tell whether there is more."""
        return (
            self.select_related("session__body__region")
            .prefetch_related(
                Prefetch("sponsorships", Sponsorship.objects.select_related("delegate")),
                "sponsorships__delegate__positions",
                "sponsorships__delegate__memberships",
                "target_regions",
                "topics",
                "figures",
                "recommendations__topics",
                "recommendations__addressees__agency",
            )
            .annotate(**whether_more_is_known())
            .with_public_times()
        )

    def for_comparison(self, ids: Sequence[int]) -> list[Proposal]:
        """Fetch the published proposals with `ids`, in that order, with all that stands in a comparison of them."""
        found = (
            self.published()
            .filter(pk__in=ids)
            .select_related("session__body")
            .prefetch_related(
                Prefetch("sponsorships", Sponsorship.objects.select_related("delegate")),
                "sponsorships__delegate__positions",
                Prefetch("sponsorships__delegate__memberships", Membership.objects.select_related("sector")),
                "target_regions",
                "topics",
                "recommendations__topics",
                "recommendations__addressees__agency",
            )
        )
        by_id = {proposal.pk: proposal for proposal in found}
        return [by_id[key] for key in ids if key in by_id]

    def by(self, delegate: Delegate) -> Self:
        """Narrow down to what `delegate` put forward, alone or with others."""
        return self.filter(sponsorships__delegate=delegate)

    def by_first_proposer(self, delegate: Delegate) -> Self:
        """Narrow down to where `delegate` stands first."""
        return self.filter(sponsorships__delegate=delegate, sponsorships__first=True)

    def to(self, agency: Agency) -> Self:
        """Narrow down to what asks something of `agency` or of one below it."""
        return self.filter(recommendations__addressees__agency__in=Agency.objects.within(agency)).distinct()

    def numbered(self, number: int, *, system: str, place: str, term: int, ordinal: int, kind: str) -> Self:
        """Narrow down to what bears a printed number at a session, with or without zeros before it.

        The body is that of a `place`, as it stands in the body's name or by itself, or the national one where it is "".
        Without a `kind` any will do.
        """
        body = Q(session__body__level=Level.NATIONAL)
        if place:
            names = [f"{place}政协", f"中国人民政治协商会议{place}委员会", f"{place}人大", f"{place}人民代表大会"]
            region = Q(session__body__region__name_zh=place) | Q(session__body__region__full_name_zh=place)
            body = Q(session__body__short_name_zh__in=names) | Q(session__body__name_zh__in=names)
            body |= Q(session__body__level=Level.PROVINCIAL) & region
        return self.filter(
            body,
            session__body__system=system,
            session__term=term,
            session__ordinal=ordinal,
            number__in={str(number).zfill(width) for width in range(1, 21)},
            kind__in=[kind] if kind else ProposalKind.values,
        )

    def for_cards(self, ids: Sequence[int]) -> list[Proposal]:
        """Fetch the published proposals with `ids`, in that order, with what is shown of one that is not opened."""
        found = (
            self.published()
            .filter(pk__in=[key for key in ids if key <= models.BigIntegerField.MAX_BIGINT])  # as addresses have them
            .select_related("session__body")
            .prefetch_related(
                Prefetch("sponsorships", Sponsorship.objects.for_cards(), to_attr="proposers"),
                Prefetch("topics", Topic.objects.only(*NAME), to_attr="shown_topics"),
                Prefetch("target_regions", Region.objects.only(*NAME), to_attr="shown_regions"),
            )
            .annotate(recommendation_count=Count("recommendations"))
        )
        by_id = {proposal.pk: proposal for proposal in found}
        return [by_id[key] for key in ids if key in by_id]

    def for_citations(self, ids: Sequence[int]) -> list[Proposal]:
        """Fetch the published proposals with `ids`, in that order, with what a citation says and nothing else."""
        proposers = Prefetch("sponsorships", Sponsorship.objects.named(), to_attr="proposers")
        found = self.published().only(*CITED).prefetch_related("session__body", proposers).in_bulk(ids)
        return [found[key] for key in ids if key in found]


class ProposalKind(models.TextChoices):
    """The three documents that English reports all call “proposal”."""

    PROPOSAL = "proposal", _("Proposal (提案)")
    SUGGESTION = "suggestion", _("Suggestion (建议)")
    BILL = "bill", _("Bill or motion (议案)")


class ProposalState(models.TextChoices):
    """Whether the public sees it."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("In review")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class ProposalStatus(models.TextChoices):
    """How far it is known to have come."""

    SUBMITTED = "submitted", _("Submitted, as reported")
    FILED = "filed", _("Filed")
    MERGED = "merged", _("Merged into another")
    OPINION = "opinion", _("Turned into an opinion")
    ASSIGNED = "assigned", _("Assigned")
    HANDLED = "handled", _("Being handled")
    REPLIED = "replied", _("Replied")
    FEEDBACK = "feedback", _("Feedback given")
    FOLLOWED_UP = "followed_up", _("Followed up")


class Headed:
    """What heads a proposal wherever it stands: address, title, status; mixed into the record and the row of a list."""

    __slots__ = ()
    pk: int
    slug: str
    status: str

    def get_absolute_url(self) -> str:
        """Give the address of the page, ending in the slug."""
        return address("proposal", self.pk, self.slug)

    @property
    def title(self) -> str:
        """The title in the reader's language, or the one there is."""
        return in_language(self, "title")[0]

    @property
    def status_label(self) -> str:
        """The status in words. Django's own `get_status_display` builds its list of choices anew each time."""
        return str(ProposalStatus(self.status).label)


class Proposal(Headed, RecordModel):
    """One document put forward at a session: a proposal, a suggestion or a bill."""

    _status_read = ""

    Kind = ProposalKind
    State = ProposalState
    Status = ProposalStatus

    _history_m2m_fields = ["target_regions", "topics"]
    set_apart = ["state", "withdrawn_because_en", "withdrawn_because_zh"]
    unseen = ["slug", "sent_by", "withdrawn_because_en", "withdrawn_because_zh", "withdrawn_at", "published_at"]

    kind = models.CharField(
        _("kind"),
        max_length=12,
        choices=Kind,
        default=Kind.PROPOSAL,
        help_text=_("提案 (CPPCC), 建议 or 议案 (congress): never from the English word “proposal”."),
    )
    title_en = models.CharField(
        pgettext_lazy("in English", "title"),
        max_length=500,
        blank=True,
        help_text=_("“Pilot the clinical use of stem cells inside …”, in our words."),
    )
    title_zh = models.CharField(
        _("title in Chinese"),
        max_length=300,
        blank=True,
        help_text=_("“关于推动陕西省干细胞与再生医学产业发展的建议”, as printed."),
    )
    slug = models.SlugField(
        _("slug"),
        max_length=100,
        unique=True,
        blank=True,
        help_text=_("The end of its address; made from the title when empty."),
    )
    summary_en = models.TextField(
        _("summary"),
        blank=True,
        help_text=_("Two or three sentences in our own words: the reasons and the main demands."),
    )
    summary_zh = models.TextField(_("summary in Chinese"), blank=True, help_text=_("The same in Chinese."))
    session = models.ForeignKey(
        Session,
        models.PROTECT,
        verbose_name=_("session"),
        related_name="proposals",
        help_text=_("“14th CPPCC National Committee, 2nd session”."),
    )
    number = models.CharField(
        _("number"),
        max_length=20,
        blank=True,
        help_text=_("As printed, with its zeros: “0462”. Empty where the press does not say."),
    )
    submitted = PartialDateField(
        _("submitted"), help_text=_("2024, 2024-03 or 2024-03-12: as exactly as the source knows it.")
    )
    status = models.CharField(
        _("status"),
        max_length=12,
        choices=Status,
        default=Status.SUBMITTED,
        editable=False,  # it follows from its events and replies
    )
    target_regions = models.ManyToManyField(
        Region,
        verbose_name=_("target regions"),
        blank=True,
        related_name="proposals",
        help_text=_("What it is about, not where the delegate is from: “China” for the country as a whole."),
    )
    topics = models.ManyToManyField(
        Topic,
        verbose_name=_("topics"),
        blank=True,
        related_name="proposals",
        help_text=_("Of the whole; single demands carry their own."),
    )
    delegates = models.ManyToManyField(
        Delegate, through="Sponsorship", verbose_name=_("delegates"), related_name="proposals"
    )
    proposers_in_all = models.PositiveSmallIntegerField(
        _("proposers in all"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(9999)],
        help_text=_("Where the source names a few of many: 9 for “马永青等9人”."),
    )
    note_en = models.TextField(
        _("editor's note"),
        blank=True,
        help_text=_("What readers must know of doubts: “The same words are on record for 2023.”"),
    )
    note_zh = models.TextField(_("editor's note in Chinese"), blank=True, help_text=_("The same in Chinese."))
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=State,
        default=State.DRAFT,
        help_text=_("Only what is published is seen in public. The buttons below move it on."),
    )
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("sent to review by"),
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    withdrawn_because_en = models.TextField(_("why it was withdrawn"), blank=True, help_text=_("The public reads it."))
    withdrawn_because_zh = models.TextField(
        _("why it was withdrawn, in Chinese"), blank=True, help_text=_("The same in Chinese.")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True, editable=False)
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    created = models.DateTimeField(_("created"), auto_now_add=True)
    changed = models.DateTimeField(_("changed"), auto_now=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        permissions = [("publish_proposal", "Can publish and withdraw proposals")]
        ordering = ["-session__year", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "kind", "number"],
                condition=~Q(number=""),
                name="one_proposal_per_session_kind_number",
                violation_error_message=_("This session has a document of this kind with this number already."),
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "review"]) | Q(published_at__isnull=False),
                name="published_has_its_time",
                violation_error_message=_("What is published has a time of publication."),
            ),
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_because_en="", withdrawn_because_zh=""),
                name="withdrawn_has_its_reason",
                violation_error_message=_("What is withdrawn has a reason."),
            ),
            has_name("title", _("Give the title in at least one language.")),
            one_of("kind", ProposalKind),
            one_of("state", ProposalState),
            one_of("status", ProposalStatus),
            *is_partial_date("submitted"),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        """Note which status was read."""
        proposal = super().from_db(*args, **kwargs)
        proposal._status_read = proposal.__dict__.get("status", "")
        return proposal

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Fill in the slug and the time of first publication where they are missing.

        A status that nobody has changed since it was read is left as it stands: an event may have changed it meanwhile.
        """
        self.slug = self.slug or self.free_slug()
        self._note_publication()
        if not self._state.adding and self.status == self._status_read and not (args or kwargs):
            fields = (one for one in self._meta.concrete_fields if not one.primary_key and one.name != "status")
            kwargs["update_fields"] = [one.name for one in fields]
        super().save(*args, **kwargs)
        self._status_read = self.status

    def _note_publication(self) -> None:
        """Note when it is first published."""
        if self.state in (self.State.PUBLISHED, self.State.WITHDRAWN) and self.published_at is None:
            self.published_at = timezone.now()

    def clean(self) -> None:
        """Refuse a kind that the body does not know, and a date far from its session."""
        super().clean()
        self._note_publication()
        session = self._state.fields_cache.get("session")
        if session is None or session.pk != self.session_id:
            session = Session.objects.filter(pk=self.session_id).select_related("body").first()
        if session is None:
            return
        if (self.kind == ProposalKind.PROPOSAL) != (session.body.system == Body.System.CPPCC):
            known = _("The CPPCC takes proposals (提案), a congress suggestions (建议) and bills (议案).")
            raise ValidationError({"kind": known})
        if self.submitted[:4].isdecimal() and abs(int(self.submitted[:4]) - session.year) > 1:
            raise ValidationError({"submitted": another_year(session)})

    @property
    def title_and_summary(self) -> str:
        """What says in short what it is about, in every language it has."""
        return f"{self.title_en}\n{self.title_zh}\n{self.summary_en}\n{self.summary_zh}"

    @property
    def every_topic(self) -> set[int]:
        """The keys of its topics and of those of its recommendations."""
        parts = [self, *self.recommendations.all()]
        return {topic.pk for part in parts for topic in part.topics.all()}

    @property
    def every_agency(self) -> set[int]:
        """The keys of the agencies, if they are named, that its recommendations are addressed to."""
        addressees = (each for part in self.recommendations.all() for each in part.addressees.all())
        return {each.agency_id for each in addressees if each.agency.kind != Agency.Kind.UNNAMED}

    @property
    def date(self) -> str:
        """When it was put forward, as exactly as is known: its own date, the session's, or the year."""
        return self.submitted or self.session.date

    @property
    def is_public(self) -> bool:
        """Whether the public may see it."""
        return self.state == ProposalState.PUBLISHED

    def free_slug(self) -> str:
        """Make a slug from the title that no other proposal has."""
        return free_slug(Proposal.objects.exclude(pk=self.pk), stem(self.title_en, "proposal"))


for _links in (Proposal.target_regions, Proposal.topics):
    protect(_links.field)
