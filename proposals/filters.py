"""The one place where the list's parameters are named, validated, labelled and explained."""

import re
from collections.abc import Iterable
from functools import reduce
from operator import and_
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlencode

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.dates import date_key, validate_partial_date
from people.doubles import successor
from people.models import Agency
from proposals.catalogue import LABELS, ORDERS, PAGE_SIZE, PAGE_SIZES, Choice, Query, Vocabulary, count_by, phrases
from proposals.catalogue.schema import FACETS
from proposals.models import Outcome, Proposal, Reply
from proposals.models.reply_titles import letter_number

LONGEST_QUESTION = 500
MOST_PHRASES = 30
MOST_CHOICES = 200
REPLIES_ON_A_PAGE = 50
LETTER_PARTS = re.compile("[〔〕号]+")


UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")


def printable(text: str) -> str:
    """Put a space in the place of each character that HTML cannot hold; words that it divides stay divided."""
    return UNPRINTABLE.sub(" ", text)


class WordsField(forms.CharField):
    """Words to look for: not too long, not too many, and at least one letter, digit or character."""

    def clean(self, value: str) -> str:
        """Give the words as a page can print them."""
        return printable(super().clean(value))

    def validate(self, value: str) -> None:
        """Refuse what has nothing to look for in it, or too much."""
        super().validate(value)
        if not value:
            return
        if len(value) > LONGEST_QUESTION:
            raise ValidationError(gettext("Shorten this to %(most)s characters.") % {"most": LONGEST_QUESTION})
        number = len(phrases(value))
        if not number:
            raise ValidationError(gettext("Type at least one word: there is none to look for in this."))
        if number > MOST_PHRASES:
            raise ValidationError(gettext("Look for at most %(most)s words at a time.") % {"most": MOST_PHRASES})


class PartialDateField(forms.CharField):
    """A day, a month or a year."""

    def validate(self, value: str) -> None:
        """Refuse what is no date, in one message that repeats no more of it than a line holds."""
        super().validate(value)
        if value:
            validate_partial_date(value[:60])


class FacetField(forms.Field):
    """Values of one facet. What is known is kept even where something else is not."""

    widget = forms.MultipleHiddenInput

    def __init__(self, facet: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.facet = facet
        self.vocabulary = Vocabulary()

    def clean(self, value: Iterable[str] | None) -> tuple[Choice, ...]:
        """Give the choices for the values, in their order; leave out those that `unknown` tells of."""
        return tuple(self.vocabulary.values(self.facet, self._given(value)[:MOST_CHOICES]))

    def unknown(self, value: Iterable[str] | None, known: Iterable[Choice]) -> list[str]:
        """Give messages on values that no choice stands behind."""
        given, names = self._given(value), {choice.value for choice in known}
        if len(given) > MOST_CHOICES:
            return [gettext("Choose at most %(most)s values.") % {"most": MOST_CHOICES}]
        message = gettext("There is no “%(value)s” to choose here.")
        others = [each for each in given if each not in names]
        ask = self.vocabulary
        unknown = (each for each in others if not (ask.former(self.facet, each) and ask.values(self.facet, [each])))
        return [message % {"value": value[:60]} for value in unknown][:5]

    def _given(self, value: Iterable[str] | None) -> list[str]:
        return list(dict.fromkeys(each for each in value or () if each))


class ListForm(forms.Form):
    """The parameters of one request; a wrong value is named and left out, the others stand."""

    def clean(self) -> dict[str, Any]:
        """Put a message beside each facet with an unknown value, keeping those that are known, and beside odd dates."""
        after, before = (self.cleaned_data.get(name) or "" for name in ("submitted_after", "submitted_before"))
        if before and date_key(before, end=True) < date_key(after):
            self.add_error("submitted_before", gettext("This is before the beginning of the span."))
        for name in FACETS:
            field, known = self.fields[name], self.cleaned_data.get(name, ())
            if isinstance(field, FacetField) and (messages := field.unknown(self[name].data, known)):
                self.add_error(name, messages)
                self.cleaned_data[name] = known
        return self.cleaned_data


def parameter(field: type[forms.Field], label: Any, help_text: Any, **kwargs: Any) -> django_filters.Filter:
    """Declare one parameter of the address, with the form field that checks it."""
    declared = django_filters.Filter(label=label, help_text=help_text, required=False, **kwargs)
    declared.field_class = field
    return declared


def facet(name: str, help_text: Any) -> django_filters.Filter:
    """Declare the parameter of one facet, labelled as its facet is."""
    return parameter(FacetField, LABELS[name], help_text, facet=name)


class AgencyField(forms.ModelChoiceField):  # type: ignore[type-arg]  # Django has no arguments for it
    """One of the agencies that answered something public, or one above those, by its slug."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(Agency.objects.none(), to_field_name="slug", empty_label=_("all"), **kwargs)
        self.error_messages["invalid_choice"] = _("There is no such agency among those that answered.")

    def to_python(self, value: Any) -> Any:
        """Find it by its slug, or by one that it had before."""
        try:
            return super().to_python(value)
        except ValidationError:
            former = successor(Agency, slug=printable(str(value)))
            found = self.queryset.filter(pk=former.pk).first() if former and self.queryset is not None else None
            if found is None:
                raise
            return found

    def label_from_instance(self, agency: Agency) -> str:
        """Name it in the reader's language."""
        return agency.name


class ReplyFilter(django_filters.FilterSet):
    """All parameters of the list of replies."""

    q = parameter(WordsField, _("Words"), _("In the title, or in the document number."), method="having")
    agency = parameter(AgencyField, _("Agency"), _("Who answers; with those below it."), method="by")
    outcome = parameter(
        forms.ChoiceField,
        _("Outcome"),
        _("What the reply comes to."),
        choices=[("", _("all")), *Outcome.choices],
        error_messages={"invalid_choice": _("There is no such outcome.")},
        field_name="outcome",
    )
    year = parameter(
        forms.IntegerField,
        _("Year"),
        _("Of the reply."),
        min_value=1900,
        max_value=2200,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 6}),  # what was typed stays, whatever it is
        field_name="date",
        lookup_expr="startswith",
    )

    def __init__(self, parameters: QueryDict, replies: QuerySet[Reply]) -> None:
        super().__init__(parameters, queryset=replies)
        agencies = Agency.objects.filter(pk__in=count_by("lead_agency", Query()))
        self.form.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    @property
    def given(self) -> dict[str, Any]:
        """What is asked: every parameter that is right and not empty."""
        self.form.is_valid()
        return {name: value for name, value in getattr(self.form, "cleaned_data", {}).items() if value}

    def address(self, page: int) -> str:
        """Give the end of the address of a page of what is asked; "" where nothing is, and it is the first."""
        pairs = [(name, value.slug if isinstance(value, Agency) else value) for name, value in self.given.items()]
        pairs += [("page", page)] if page > 1 else []
        return f"?{urlencode(pairs)}" if pairs else ""

    def having(self, replies: QuerySet[Reply], _name: str, words: str) -> QuerySet[Reply]:
        """Narrow down to those that have all of the words."""
        for word in words.split():
            numbered = Q(number__icontains=word)
            if letter := letter_number(word):  # brackets and zeros are as each was printed
                numbered |= reduce(and_, (Q(number__icontains=part) for part in LETTER_PARTS.split(letter)))
            replies = replies.filter(Q(title_en__icontains=word) | Q(title_zh__icontains=word) | numbered)
        return replies

    def by(self, replies: QuerySet[Reply], _name: str, agency: Agency) -> QuerySet[Reply]:
        """Narrow down to the replies of an agency and of those below it."""
        narrowed: QuerySet[Reply] = replies.by(agency)  # type: ignore[attr-defined]
        return narrowed


class ProposalFilter(django_filters.FilterSet):
    """All parameters of the list of proposals, and of the list of recommendations.

    Within one parameter several values add up, between parameters they narrow down.
    """

    q = parameter(
        WordsField,
        _("Words"),
        _(
            "All of them must be there; those in quotation marks must stand together. A minus leaves a word out;"
            " title:, delegate:, agency: and topic: before a word look for it there only."
        ),
    )
    topic = facet("topic", _("A topic takes in everything below it."))
    region = facet("region", _("What the proposal is about: an ISO 3166-2 code, or the name of a zone."))
    delegate_region = facet("delegate_region", _("Where the delegate comes from."))
    level = facet("level", _("The level of the body: national, provincial and so on."))
    body = facet("body", _("The congress or committee."))
    session = facet("session", _("The yearly meeting."))
    year = facet("year", _("The year of the session."))
    kind = facet("kind", _("Proposal, suggestion or bill."))
    status = facet("status", _("How far it is known to have come."))
    replied = facet("replied", _("Whether a reply is known; overdue where none is after six months."))
    outcome = facet("outcome", _("What the reply comes to."))
    lead_agency = facet("lead_agency", _("Who leads in handling it, or answers."))
    agency = facet("agency", _("Whom a recommendation is addressed to."))
    delegate = facet("delegate", _("Who put it forward, alone or with others."))
    first_proposer = facet("first_proposer", _("Who stands first among the proposers."))
    submitted_after = parameter(PartialDateField, _("Submitted from"), _("2024, 2024-03 or 2024-03-12."))
    submitted_before = parameter(PartialDateField, _("Submitted until"), _("2024, 2024-03 or 2024-03-12."))
    sort = parameter(
        forms.ChoiceField,
        _("Order"),
        _("Best match, newest, oldest, or last added here first."),
        choices=list(ORDERS.items()),
        error_messages={"invalid_choice": _("There is no such order.")},
    )
    page = parameter(forms.IntegerField, _("Page"), _("From 1."), min_value=1)
    page_size = parameter(
        forms.TypedChoiceField,
        _("On a page"),
        _("How many stand on a page: 20, 50 or 100."),
        choices=[(size, str(size)) for size in PAGE_SIZES],
        coerce=int,
        error_messages={"invalid_choice": _("Choose 20, 50 or 100.")},
    )
    find_in = parameter(
        forms.ChoiceField,
        _("Filter to look in"),
        _("The parameter among whose values `find` looks."),
        choices=[*LABELS.items()],
        error_messages={"invalid_choice": _("There is no such filter.")},
    )
    find = parameter(WordsField, _("Value to look for"), _("Words in the name of a value of the filter `find_in`."))

    class Meta:
        form = ListForm

    _form_classes: ClassVar[dict[type, type[forms.Form]]] = {}

    def get_form_class(self) -> type[forms.Form]:
        """Give the class of the form, which is the same whatever is asked; each form copies its fields."""
        if type(self) not in self._form_classes:
            self._form_classes[type(self)] = super().get_form_class()
        return self._form_classes[type(self)]

    def __init__(self, parameters: QueryDict, *, recommendations: bool = False) -> None:
        super().__init__(parameters, queryset=Proposal.objects.none())
        self.recommendations = recommendations
        self.vocabulary = Vocabulary()
        for field in self.form.fields.values():
            if isinstance(field, FacetField):
                field.vocabulary = self.vocabulary

    @property
    def sought(self) -> dict[str, str]:
        """Words to look for among the values of a facet, by facet."""
        given = self.form.cleaned_data if self.form.is_bound and not self.form.errors else {}
        return {given["find_in"]: given["find"]} if given.get("find_in") and given.get("find") else {}

    @property
    def query(self) -> Query:
        """What is asked: every parameter that is right; the form says what is wrong with the others."""
        self.form.is_valid()
        given = self.form.cleaned_data
        return Query(
            recommendations=self.recommendations,
            q=given.get("q") or "",
            chosen=MappingProxyType({name: given[name] for name in FACETS if given.get(name)}),
            submitted_after=given.get("submitted_after") or "",
            submitted_before=given.get("submitted_before") or "",
            sort=given.get("sort") or "",
            page=given.get("page") or 1,
            page_size=given.get("page_size") or PAGE_SIZE,
        )
