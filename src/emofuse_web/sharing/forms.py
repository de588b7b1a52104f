"""What is asked of whoever makes a link."""

from django import forms
from django.utils.translation import gettext_lazy as _

from emofuse_web.sharing.services import DAYS

WORDS = {1: _("a day"), 7: _("7 days"), 30: _("30 days")}


class ShareForm(forms.Form):
    """How long it works, what visitors read above the result, and that the people shown agreed."""

    days = forms.TypedChoiceField(label=_("It works for"), choices=[(days, WORDS[days]) for days in DAYS], coerce=int, initial=7)
    title = forms.CharField(
        label=_("Heading that visitors read"),
        max_length=200,
        required=False,
        help_text=_("Empty: “A shared result”. Neither the name of the analysis nor that of its file is shown to them."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    agreed = forms.BooleanField(
        label=_("Everybody who is shown or heard agreed that others see this result and the recording."),
        error_messages={"required": _("Nothing is shared without their agreement. Ask them, and tick the box.")},
    )

    def clean_title(self) -> str:
        """One line that can be read."""
        title = str(self.cleaned_data["title"])
        if not title.isprintable():
            raise forms.ValidationError(_("The heading holds signs that cannot be read. Expected one line of words; type it anew."))
        return title
