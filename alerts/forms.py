"""What a visitor enters who wants to be told: an address, and how often."""

from __future__ import annotations

import re

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator
from django.utils.encoding import punycode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from alerts.models import LONGEST_ADDRESS, Frequency, Language

SEVERAL = re.compile(r"[\s,;、，；]")
UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class AddressField(forms.CharField):
    """One address that mail can be sent to, as it goes over the wire: its domain in small ASCII letters."""

    widget = forms.EmailInput

    def __init__(self) -> None:
        super().__init__(label=_("E-mail address"), error_messages={"required": _("Type your e-mail address.")})

    def to_python(self, value: object) -> str:
        """Give the address without white space around it; refuse what is none, or several, or runs over a line."""
        text = str(value or "").strip(" \t")
        if not text:
            return ""
        if UNSEEN.search(text):
            raise ValidationError(gettext("An address stands on one line: this runs over several."))
        if len(text) > LONGEST_ADDRESS:
            raise ValidationError(gettext("No address is longer than %(most)s characters.") % {"most": LONGEST_ADDRESS})
        if SEVERAL.search(text) or text.count("@") > 1:
            raise ValidationError(gettext("Type one address only."))
        return _checked(text)


def _checked(text: str) -> str:
    """Give an address with its domain as mail servers write it; refuse what is none."""
    local, _at, domain = text.rpartition("@")
    if not local.isascii():
        raise ValidationError(gettext("Before the @ only Latin letters work here: give another address of yours."))
    try:
        address = f"{local}@{punycode(domain).lower()}"
        EmailValidator(allowlist=[])(address)
    except (ValidationError, UnicodeError, ValueError) as error:
        message = gettext("This is no e-mail address: it looks like name@example.org.")
        raise ValidationError(message) from error
    if "[" in domain or len(address) > LONGEST_ADDRESS:
        raise ValidationError(gettext("After the @ stands a name, as example.org."))
    return address


class FollowForm(forms.Form):
    """The form on the page of what can be followed."""

    address = AddressField()
    frequency = forms.ChoiceField(
        label=_("How often at most"),
        choices=Frequency.choices,
        initial=Frequency.WEEKLY,
        error_messages={"required": _("Choose how often."), "invalid_choice": _("Choose how often.")},
    )
    website = forms.CharField(required=False)
    """Nobody sees it: what fills it in is a program."""


class YoursForm(forms.Form):
    """How often a subscriber is told, and in which language."""

    frequency = FollowForm.base_fields["frequency"]
    language = forms.ChoiceField(
        label=_("Language of the mails"),
        choices=Language.choices,
        error_messages={"required": _("Choose a language."), "invalid_choice": _("Choose a language.")},
    )
