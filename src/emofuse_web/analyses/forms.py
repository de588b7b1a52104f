"""What is asked for on the page of a new analysis. What may be asked is decided in `asked` and `gate`; here it is read and told."""

import uuid
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.conf import settings
from django.utils.functional import lazy
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from emofuse_web.accounts.models import User
from emofuse_web.accounts.notices import NOTICE
from emofuse_web.analyses.advanced import Advanced
from emofuse_web.analyses.asked import LABEL_MOST, OFFSET_MOST, ROLES
from emofuse_web.analyses.gate import purpose_checked
from emofuse_web.analyses.models import Mode, Purpose, Setting
from emofuse_web.analyses.problems import Refused
from emofuse_web.phrases import told
from emofuse_web.problems import shown
from emofuse_web.recognition import facts
from emofuse_web.uploads.models import State, Upload

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise  # which stubs alone know

FIELDS = {  # beside which field a refusal stands; all others stand on top
    "PURPOSE_MISSING": "purpose",
    "PURPOSE_REFUSED": "setting",
    "REASON_MISSING": "reason",
    "REASON_SHORT": "reason",
    "OFFSET_UNHEARD": "offset_audio",
    "NOTICE_MISSING": "notice",
    "CONSENT_MISSING": "consent",
    "MODEL_UNKNOWN": "model",
    "MODEL_UNFIT": "model",
    "MODEL_MISSING": "model",
    "RETENTION": "retention_days",
}
MISSING = {
    "purpose": _("What it is for is missing. Choose it."),
    "setting": _("Where the people were recorded is missing. Choose one."),
    "retention_days": _("After how many days it is deleted is missing. Name a number."),
    "video": _("A video is missing. Choose a file above, and wait until it was looked at."),
    "eeg": _("The EEG is missing. Choose a file above, and wait until it was looked at."),
    "text": _("The text is missing. Choose a file above, or paste the words."),
}


EXPECTED = {"days": settings.RETENTION_MOST, "seconds": OFFSET_MOST, "letters": LABEL_MOST}


def _wrong(words: "_StrPromise") -> "_StrPromise":
    return format_lazy(words, **EXPECTED)


def _recognizers() -> list[tuple[str, str]]:
    return [(name, gettext(choice.title)) for name, choice in facts.choices().items()]


def _languages() -> list[tuple[str, str]]:
    named = [(code, capfirst(told(name))) for code, name in facts.languages().items()]
    return [("", gettext("Notice it by itself")), *sorted(named, key=lambda one: one[1])]


class Seconds(forms.FloatField):
    """By how many seconds something is later.

    Args:
        wrong: What is said of all that is no such number: the field, what was expected, how to put it right.
        more: As other fields.
    """

    def __init__(self, wrong: "_StrPromise", **more: Any) -> None:
        said = dict.fromkeys(("invalid", "min_value", "max_value"), wrong)
        super().__init__(required=False, min_value=-OFFSET_MOST, max_value=OFFSET_MOST, error_messages=said, **more)
        self.widget.attrs |= {"class": "form-control numbers", "step": "0.001", "inputmode": "decimal"}


class Asking(Advanced):
    """One new analysis."""

    mode = forms.ChoiceField(choices=Mode.choices, initial=Mode.VIDEO)
    video = forms.UUIDField(required=False)
    audio = forms.UUIDField(required=False)
    eeg = forms.UUIDField(required=False)
    text = forms.UUIDField(required=False)
    label = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=LABEL_MOST,
        help_text=_("What you will find it by. Empty: the name of the first file."),
        error_messages={"max_length": _wrong(_("The name is too long. At most {letters} characters fit; shorten it."))},
    )
    model = forms.ChoiceField(label=_("Recognizer"), choices=lazy(_recognizers, list), initial=facts.BEST)
    offset_audio = Seconds(
        _wrong(_("By how much the sound is later cannot be right. Expected a number of seconds from −{seconds} to {seconds}; correct it.")),
        label=_("Sound is later by (s)"),
        help_text=_("Empty: found by what is heard in both."),
    )
    offset_eeg = Seconds(
        _wrong(_("By how much the EEG is later cannot be right. Expected a number of seconds from −{seconds} to {seconds}; correct it.")),
        label=_("EEG is later by (s)"),
        help_text=_("Empty: they began together."),
    )
    offset_text = Seconds(
        _wrong(_("By how much the text is later cannot be right. Expected a number of seconds from −{seconds} to {seconds}; correct it.")),
        label=_("Text is later by (s)"),
        help_text=_("Empty: its times are the recording's."),
    )
    language = forms.ChoiceField(
        label=_("Language of the words"),
        choices=lazy(_languages, list),
        required=False,
        widget=forms.Select(attrs={"form": "ask"}),  # it stands beside the text, outside the form's own place
        help_text=_("The recognizer of words learnt English. With another language its answers are not to be believed."),
        error_messages={"invalid_choice": _("There is no such language here. Choose one of the list, or let it be noticed.")},
    )
    explain = forms.BooleanField(
        label=_("Find out why"),
        required=False,
        help_text=_("Which of face, voice, words and EEG moved the answer, and when. Takes longer."),
    )
    annotate_video = forms.BooleanField(
        label=_("Make an annotated video"), required=False, initial=True, help_text=_("A copy with the answer in its upper left corner.")
    )
    purpose = forms.ChoiceField(label=_("What is it for?"), choices=[("", _("Choose…")), *Purpose.choices])
    setting = forms.ChoiceField(label=_("Where were the people recorded?"), choices=Setting.choices, widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Medical or safety reason"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed at work and in education, where anything else is forbidden. It is kept with the analysis."),
    )
    told = forms.BooleanField(
        label=_("Everybody who is shown or heard was given the notice."),
        error_messages={
            "required": _("Without the notice it may not be analysed. Give it to them first; the privacy pages make one for you.")
        },
    )
    notice = forms.CharField(
        label=_("Version of the notice"),
        max_length=20,
        initial=NOTICE,
        help_text=_("Ours unless you gave them one of your own."),
        error_messages={
            "required": _("Name the version of the notice that they were given."),
            "max_length": _("The version of the notice is too long. At most 20 characters fit; shorten it."),
        },
    )
    consent = forms.BooleanField(
        label=_("They agreed that their expression is analysed for this purpose."),
        error_messages={"required": _("Without their consent it may not be analysed. Ask them first.")},
    )
    retention_days = forms.IntegerField(
        label=_("Delete it after (days)"),
        min_value=1,
        max_value=settings.RETENTION_MOST,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            _wrong(_("After how many days it is deleted cannot be right. Expected a whole number from 1 to {days}; correct it.")),
        ),
    )
    key = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, owner: User, **more: Any) -> None:
        self.owner = owner
        begin = {"retention_days": settings.RETENTION_DAYS, "key": uuid.uuid4()}
        more["initial"] = begin | (more.get("initial") or {})
        super().__init__(*args, **more)
        for name, field in self.fields.items():
            widget = field.widget
            css = {"select": "form-select", "checkbox": "form-check-input", "radio": "form-check-input"}
            widget.attrs.setdefault("class", css.get(getattr(widget, "input_type", ""), "form-control"))
            if name in MISSING:
                field.error_messages["required"] = MISSING[name]

    def clean(self) -> dict[str, Any]:
        """Say all that is missing at once, and not one thing after another."""
        said = cast(dict[str, Any], super().clean())
        for role in ROLES[said["mode"]][0] if said.get("mode") in ROLES else ():
            if not said.get(role) and role not in self.errors:
                self.add_error(role, MISSING[role])
        self._looked_at(said)
        if said.get("purpose") and said.get("setting"):
            try:
                purpose_checked(purpose=said["purpose"], setting=said["setting"], reason=said.get("reason", ""))
            except Refused as refused:
                self.refused(refused)
        return said

    def _looked_at(self, said: dict[str, Any]) -> None:
        taken = [role for roles in ROLES.get(said.get("mode", ""), ()) for role in roles]
        ids = {said[role]: role for role in taken if said.get(role)}
        for upload in Upload.objects.filter(owner=self.owner, id__in=ids):
            if upload.state == State.READY and upload.problem is None:
                continue
            problem = shown(upload.problem) if upload.problem else {}
            self.add_error(ids[upload.id], str(problem.get("title", "")) or _("This file is not ready. Wait until it was looked at."))

    def refused(self, refused: Refused) -> None:
        """Show what was refused beside its field, under its code."""
        self.add_error(FIELDS.get(refused.code), f"{refused.title}. {refused.detail} {refused.fix} ({refused.code})")

    def asked(self) -> dict[str, Any]:
        """The same as `analysis_request` takes it; files of other modes, and what is said of them, are left out."""
        said = self.cleaned_data
        needed, also = ROLES[said["mode"]]
        inputs = {role: said[role] for role in (*needed, *also) if said.get(role)}
        offsets = {role: said.get(f"offset_{role}") for role in inputs if role != "video" and said["mode"] != Mode.TEXT}
        return {
            **{
                name: said[name]
                for name in ("mode", "model", "purpose", "setting", "reason", "notice", "consent", "label", "retention_days", "key")
            },
            "inputs": inputs,
            "options": {
                "explain": said["explain"],
                "annotate_video": said["annotate_video"],
                "offsets": {role: value for role, value in offsets.items() if value is not None or role == "audio"},
                "language": (said["language"] or None) if "text" in inputs else None,
                **self.otherwise(),
                **({"hop_ms": None} if said["mode"] == Mode.TEXT else {}),  # words are answered as they were said
            },
        }
