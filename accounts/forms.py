"""What the pages about signing in ask for."""

from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.second_factor import WaitError, clock_of, proved, verified

LONGEST = 60
TYPED_AS_IT_IS = {"autocapitalize": "none", "spellcheck": "false", "class": "vTextField"}


def waits(error: WaitError) -> forms.ValidationError:
    """Say when the next code is looked at."""
    at = date_format(localtime(error.until), "H:i:s")
    text = _(
        "After a wrong code the next one has to wait, each time longer. Type a new one after %(time)s Beijing time."
    )
    return forms.ValidationError(text % {"time": at})


class CodeForm(forms.Form):
    """A code of one's own; once the form is valid `device` is what it belongs to."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=LONGEST,
        widget=forms.TextInput({**TYPED_AS_IT_IS, "autocomplete": "one-time-code", "autofocus": True}),
    )

    def __init__(self, user: Any, *args: Any) -> None:
        super().__init__(*args)
        self.user = user

    def clean_code(self) -> str:
        """Look whether it is right, and use it up."""
        code: str = self.cleaned_data["code"]
        try:
            self.device = verified(self.user, code)
        except WaitError as error:
            raise waits(error) from error
        if self.device is None:
            raise forms.ValidationError(
                _("This is not the right code, or it was used before. The app shows a new one every 30 seconds.")
            )
        return code


class ProofForm(forms.Form):
    """The password once more, or a code: so that nobody changes this at a screen that was left alone."""

    proof = forms.CharField(
        label=gettext_lazy("Your password, or a code"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password", "class": "vTextField"}),
    )

    def __init__(self, user: Any, *args: Any) -> None:
        super().__init__(*args)
        self.user = user

    def clean_proof(self) -> str:
        """Look whether it is right."""
        typed: str = self.cleaned_data["proof"]
        try:
            right = proved(self.user, typed)
        except WaitError as error:
            raise waits(error) from error
        if not right:
            raise forms.ValidationError(_("This is neither your password nor one of your codes."))
        return typed


class AppForm(forms.Form):
    """The first code of an app with a new key; once the form is valid `clock` is that of the app. It keeps nothing."""

    code = forms.CharField(
        label=gettext_lazy("Code that the app shows"),
        max_length=LONGEST,
        widget=forms.TextInput({**TYPED_AS_IT_IS, "autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, key: str, *args: Any) -> None:
        super().__init__(*args)
        self.key = key

    def clean_code(self) -> str:
        """Look whether the app has the key."""
        code: str = self.cleaned_data["code"]
        self.clock = clock_of(self.key, code)
        if self.clock is None:
            raise forms.ValidationError(
                _("This is not what the app should show now. Is the clock of the telephone right to half a minute?")
            )
        return code
