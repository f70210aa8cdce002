"""Rows that bear numbers: typed, dragged, or given to new rows that have none."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from people.history import RecordModel
from people.record_forms import AnyModelForm, RecordFormSet
from proposals.models.recommendations import LAST_NUMBER


def number_field(*, required: bool) -> forms.IntegerField:
    """Give a field for a number from 1; the script that drags rows writes into it, too."""
    return forms.IntegerField(
        label=_("Number"),
        min_value=1,
        max_value=LAST_NUMBER,
        required=required,
        widget=forms.NumberInput(attrs={"class": "vIntegerField _reorder_"}),
        help_text=_("Counted from 1.") if required else _("Counted from 1; a new row without one gets the next."),
    )


class NumberedForm(AnyModelForm):
    """A row with a number; what its formset checks for all rows together is not checked for this one alone."""

    checked_together = frozenset({"order"})

    order = number_field(required=False)

    def _get_validation_exclusions(self) -> set[str]:
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]
        return excluded | self.checked_together


class NumberedFormSet(RecordFormSet):
    """Rows in order."""

    numbers_differ = False
    makes_way = ""
    """The field of which no two rows may hold the same: rows that change it move out of the way first."""

    def clean(self) -> None:
        """Give new rows the next numbers, and refuse a number that another row has."""
        super().clean()
        taken = set(self.elsewhere().values_list("order", flat=True)) if self.instance.pk else set()
        unnumbered = []
        for form in self.kept:
            number = form.cleaned_data.get("order")
            if number is not None:
                if self.numbers_differ and number in taken:
                    form.add_error("order", _("Number %(number)s is given twice.") % {"number": number})
                taken.add(number)
            elif form.instance.pk and "order" not in form.errors:
                form.add_error("order", _("Give it a number."))
            elif "order" not in form.errors:
                unnumbered.append(form)
        for number, form in enumerate(unnumbered, start=max(taken, default=0) + 1):
            if number > LAST_NUMBER:
                form.add_error(
                    "order", _("There is no next number: give it one below %(last)s.") % {"last": LAST_NUMBER}
                )
            form.instance.order = number

    def save(self, commit: bool = True) -> list[Any]:
        """Let rows make way that change what no two may hold."""
        if commit:
            moved = [one.instance.pk for one in self.initial_forms if self.makes_way in one.changed_data]
            cast("type[RecordModel]", self.model).make_way(moved)
        return super().save(commit)
