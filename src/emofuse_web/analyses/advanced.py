"""What a new analysis may ask otherwise than recognizers were taught: a hop and a threshold. Nobody needs to."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.functional import lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from emofuse_web.recognition import facts

HOPS = (100, 200, 500, 1_000, 2_000)  # ms, on the page; the interface takes any in between
WRONG = _("By how much the first label must lead cannot be right. Expected a number of per cent from 0 to 100, or nothing; correct it.")


def _hops(*more: int) -> list[tuple[str, str]]:
    named = [(str(ms), gettext("%(ms)d ms") % {"ms": ms}) for ms in sorted({*HOPS, *more})]
    return [("", gettext("As the recognizer was taught")), *named]


class Advanced(forms.Form):
    """The fields, and what they say to `options`; a hop that only the interface offers is kept where it was asked for before."""

    hop = forms.ChoiceField(
        label=_("An answer every"),
        choices=lazy(_hops, list),
        required=False,
        help_text=_(
            "For voice and EEG, which look at some seconds for each answer. A shorter time gives a finer curve, not a better answer; "
            "a longer one is a little quicker. Face and words keep their own pace."
        ),
        error_messages={"invalid_choice": _("There is no such time between answers here. Choose one of the list.")},
    )
    threshold = forms.FloatField(
        label=_("Uncertain below a lead of (%)"),
        required=False,
        min_value=0,
        max_value=100,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), WRONG),
        help_text=_(
            "By how much the first label must lead the second. Empty: as it was measured for each recognizer; "
            "another number calls more or fewer stretches uncertain, and makes no answer better."
        ),
    )

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["threshold"].widget.attrs |= {"class": "form-control numbers", "step": "any", "inputmode": "decimal"}
        if (before := _hop(self["hop"].value())) not in (None, *HOPS):
            self.fields["hop"].choices = lazy(lambda: _hops(before), list)  # type: ignore[attr-defined]  # a ChoiceField

    @property
    def advanced(self) -> bool:
        """Whether any of it was asked for, so that it is shown."""
        return any(self[name].errors or self[name].value() not in (None, "") for name in ("hop", "threshold"))

    def otherwise(self) -> dict[str, Any]:
        """The options."""
        said = self.cleaned_data
        lead = said["threshold"]
        return {"hop_ms": _hop(said["hop"]), "threshold": None if lead is None else round(lead / 100, 6)}


def before(options: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked of an analysis, as the fields begin with it."""
    lead = options.get("threshold")
    return {"hop": options.get("hop_ms"), "threshold": None if lead is None else f"{100 * lead:.6g}"}


def begun(query: Mapping[str, str]) -> dict[str, str]:
    """What the address says was chosen before, as far as it can be; empty is a choice, too."""
    hop, threshold = query.get("hop"), query.get("threshold")
    return {
        **({"hop": hop} if hop == "" or (hop and _hop(hop)) else {}),
        **({"threshold": threshold} if threshold == "" or (threshold and _lead(threshold)) else {}),
    }


def _hop(said: object) -> int | None:
    """Milliseconds that can be asked for; None where it is no such number."""
    text = str(said)
    if not (text.isascii() and text.isdecimal() and len(text) <= 5):
        return None
    least, most = facts.hops()
    return int(text) if least <= int(text) <= most else None


def _lead(text: str) -> bool:
    try:
        return 0 <= float(text) <= 100
    except ValueError:
        return False
