"""Words of the documents, which are English, in the reader's language; one that is not known is shown as it stands."""

import re

from django.utils.translation import gettext, gettext_noop

EMOTIONS = {
    "anger": gettext_noop("anger"),
    "boring": gettext_noop("boredom"),
    "calm": gettext_noop("calm"),
    "concentrating": gettext_noop("concentrating"),
    "contempt": gettext_noop("contempt"),
    "disgust": gettext_noop("disgust"),
    "fear": gettext_noop("fear"),
    "funny": gettext_noop("amusement"),
    "happiness": gettext_noop("happiness"),
    "horror": gettext_noop("horror"),
    "negative": gettext_noop("negative"),
    "neutral": gettext_noop("neutral"),
    "positive": gettext_noop("positive"),
    "relaxed": gettext_noop("relaxed"),
    "sadness": gettext_noop("sadness"),
    "surprise": gettext_noop("surprise"),
}
DRAWN = frozenset(EMOTIONS) - {"boring", "concentrating", "funny", "horror", "relaxed"}  # those with a colour and a pattern of their own
LIKE = {"boring": "other-1", "funny": "other-2", "horror": "other-3", "relaxed": "other-4"}
LANES = {
    "fused": gettext_noop("all together"),
    "face": gettext_noop("face"),
    "voice": gettext_noop("voice"),
    "text": gettext_noop("words"),
    "eeg": gettext_noop("EEG"),
    "eeg-muse": gettext_noop("EEG"),
}
REASONS = {
    "absent": gettext_noop("no answer"),
    "silence": gettext_noop("silence"),
    "no face": gettext_noop("no face"),
    "no sound": gettext_noop("no sound"),
    "no picture": gettext_noop("no picture"),
    "no text": gettext_noop("no words"),
    "no eeg": gettext_noop("no EEG"),
    "no EEG": gettext_noop("no EEG"),
    "no words": gettext_noop("no words"),
    "no contact": gettext_noop("no contact"),
    "no emotion": gettext_noop("no emotion"),
    "no speech": gettext_noop("no speech"),
}
LIMITS = {
    "This shows expression as recognizers read it, not what a person feels; they err, more often on faces, voices and languages "
    "unlike those they learnt from. Do not decide about people with it.": gettext_noop(
        "This shows expression as recognizers read it, not what a person feels; they err, more often on faces, voices and languages "
        "unlike those they learnt from. Do not decide about people with it."
    ),
    "This shows what moved the recognizers' scores: which of them, which pixels, which tones. It does not show why a person feels or "
    "acts, nor whether the recognizers are right.": gettext_noop(
        "This shows what moved the recognizers' scores: which of them, which pixels, which tones. It does not show why a person feels "
        "or acts, nor whether the recognizers are right."
    ),
}
_SHARE = re.compile(r"(?P<reason>.+) for (?P<share>\d+) % of the time")
_ABSENT = re.compile(r"(?P<reason>.+): the (?P<lane>\S+) lane is absent")


def emotion(label: str | None) -> str:
    """An emotion word."""
    return "" if label is None else gettext(EMOTIONS[label]) if label in EMOTIONS else label


def slot(label: str | None) -> str:
    """Which colour and pattern a label has."""
    return "absent" if label is None else label if label in DRAWN else LIKE.get(label, "other-5")


def lane(name: str) -> str:
    """A lane's name."""
    return gettext(LANES[name]) if name in LANES else name


def reason(said: str | None) -> str:
    """Why there is no answer: "no face", or several with commas between."""
    return ", ".join(gettext(REASONS[part]) if part in REASONS else part for part in (said or "").split(", ") if part)


def limits(said: str) -> str:
    """The sentence that goes with every answer."""
    return gettext(LIMITS[said]) if said in LIMITS else said


def note(said: str, *, timed: bool = True) -> str:
    """What a reader must be told; of words that nobody timed, with sentences for times."""
    if (found := _SHARE.fullmatch(said)) and all(part in REASONS for part in found["reason"].split(", ")):
        words = gettext("%(reason)s for %(share)s %% of the time") if timed else gettext("%(reason)s for %(share)s %% of the sentences")
        return words % {"reason": reason(found["reason"]), "share": found["share"]}
    if found := _ABSENT.fullmatch(said):
        return gettext("%(reason)s: nothing from %(lane)s") % {"reason": reason(found["reason"]), "lane": lane(found["lane"])}
    return said


def names_absence(said: str) -> bool:
    """Whether a note says that a whole lane has no answer."""
    return _ABSENT.fullmatch(said) is not None
