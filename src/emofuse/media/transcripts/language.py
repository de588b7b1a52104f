"""Which language words are in: as somebody says, or as far as letters and the commonest words tell; a warning, not a finding.

Recognizers of text answer for the language they learnt, and answer with the same confidence in any other.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emofuse.core.errors import UnknownName

# fmt: off
LANGUAGES: Mapping[str, str] = {  # what may be told, by ISO 639-1; a Whisper knows all of them by the same codes
    "ar": "Arabic", "az": "Azerbaijani", "be": "Belarusian", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech",
    "da": "Danish", "de": "German", "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian",
    "fi": "Finnish", "fr": "French", "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "hy": "Armenian",
    "id": "Indonesian", "it": "Italian", "ja": "Japanese", "ka": "Georgian", "kk": "Kazakh", "ko": "Korean", "lt": "Lithuanian",
    "lv": "Latvian", "mk": "Macedonian", "mn": "Mongolian", "mr": "Marathi", "ms": "Malay", "ne": "Nepali", "nl": "Dutch",
    "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian", "sk": "Slovak", "sl": "Slovenian",
    "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "te": "Telugu", "th": "Thai", "tl": "Tagalog",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "uz": "Uzbek", "vi": "Vietnamese", "zh": "Chinese",
}
# fmt: on
_SCRIPTS = (  # (what to call it, its letters, who writes so); Japanese before Chinese, which shares its signs
    ("Russian or another language in Cyrillic letters", "Ѐ-ԯ", "az be bg kk mk mn ru sr uk uz"),
    ("Greek", "Ͱ-Ͽ", "el"),
    ("Hebrew", "\u0590-\u05ff", "he"),
    ("Arabic or another language in its letters", "\u0600-\u06ff", "ar fa ur"),
    ("Hindi or another language in Devanagari", "\u0900-\u097f", "hi mr ne"),
    ("Thai", "\u0e00-\u0e7f", "th"),
    ("Korean", "\uac00-\ud7af", "ko"),
    ("Japanese", "\u3040-\u30ff", "ja"),
    ("Chinese", "\u4e00-\u9fff", "zh ja"),
)
_UNTOLD = "az ca cs da et fi hr hu id kk lt lv ms no ro sk sl sr sw tl uz vi"  # in Latin letters, their commonest words not known here
_KANA = 0.1  # of the letters: Japanese, though most others are Chinese signs
USUAL = "English"  # what recognizers of text learnt, unless their card says otherwise
_DOUBT = f"recognizers of text that learnt {USUAL} are not to be believed on it."
_COMMON = {  # some of a language's commonest words
    "English": "the and you of to is was what my it that this are have we he she with for your not don't it's i'm",
    "German": "und nicht ich das ist wir ein eine mit auf für sie aber auch wie noch dass bin habe sind der den dem",
    "French": "je est pas vous les une nous mais avec pour dans qui suis elle des c'est et ça il sur",
    "Spanish": "el los las una por con pero está muy yo lo del al esto como cuando qué y eres",
    "Italian": "che il non sono è della ho ma questo gli perché anche di cosa hai mio",
    "Portuguese": "não você uma eu isso mas em do da os então também vai meu",
    "Dutch": "ik het een niet dat je van maar wat zijn voor ook hij dit naar mijn",
    "Polish": "nie się jest że jak ale tak co czy ja mam ty już na",
    "Swedish": "jag och det inte är att som på för du vad har den ett",
    "Turkish": "bir ve bu için ben çok değil ne var mı sen gibi",
}
_LANGUAGE = {word: [name for name, words in _COMMON.items() if word in words.split()] for said in _COMMON.values() for word in said.split()}
_ENOUGH = 5  # common words that must be there before anything is said
_SHARE = 0.12  # of all words: less, and it is neither this language nor any other known here
_CLEARLY = 2  # times as many common words as English
_SAMPLE = 200_000  # characters; enough to tell


@dataclass(frozen=True, slots=True)
class Tongue:
    """The language of words.

    Args:
        name: In English; None where nobody says it or could tell.
        told: Whether somebody said it.
        notes: What a reader must be told of it.
    """

    name: str | None
    told: bool = False
    notes: tuple[str, ...] = ()


def tongue(words: Iterable[str], told: str | None = None) -> Tongue:
    """The language of words: the one that is told, else the one they seem to be in.

    Args:
        words: What was said.
        told: A code out of `LANGUAGES`, which is believed, though not in silence; None to guess.

    Raises:
        UnknownName: There is no such code.

    Example:
        >>> tongue(["Hm."], told="de").name, tongue(["Hm."]).name
        ('German', None)
    """
    likely = guessed(words)
    if told is None:
        return Tongue(likely, notes=() if likely in (None, USUAL) else (f"The transcript looks like {likely}; {_DOUBT}",))
    name = named(told)
    notes = () if name == USUAL else (f"The transcript was said to be in {name}; {_DOUBT}",)
    if likely is None or not _contradicts(told, likely):
        return Tongue(name, True, notes)
    other = f"if it is, {_DOUBT}" if name == USUAL else f"{name} is believed."
    return Tongue(name, True, (*notes, f"The transcript was said to be in {name}, and looks like {likely}; {other}"))


def named(code: str) -> str:
    """What a language is called.

    Raises:
        UnknownName: There is no such code.

    Example:
        >>> named("ru")
        'Russian'
    """
    if code not in LANGUAGES:
        raise UnknownName(
            f"'{code}' is no language that is known here. Expected one of the codes {', '.join(LANGUAGES)}; "
            f"name one, or none to have the language guessed."
        )
    return LANGUAGES[code]


def guessed(words: Iterable[str]) -> str | None:
    """What language words seem to be in; None where nobody could tell.

    Example:
        >>> guessed(["Ich weiß nicht, was das ist, aber wir sind mit dem Auto da."]), guessed(["It is what it is, and you know that."])
        ('German', 'English')
        >>> guessed(["Hm.", "Okay!"]) is None
        True
    """
    text = ""
    for each in words:
        text += f" {each}"
        if len(text) > _SAMPLE:
            break
    letters = sum(c.isalpha() for c in text)
    counts = {name: len(re.findall(f"[{script}]", text)) for name, script, _ in _SCRIPTS}
    if counts["Japanese"] > _KANA * letters:
        return "Japanese"
    best = max(counts, key=lambda name: counts[name])
    if counts[best] > letters / 2:
        return best
    tokens = re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)?", text.lower())
    hits: Counter[str] = Counter(name for token in tokens for name in _LANGUAGE.get(token.replace("’", "'"), ()))
    if not hits:
        return None
    likely, many = hits.most_common(1)[0]
    if many < max(_ENOUGH, _SHARE * len(tokens)) or (likely != "English" and many < _CLEARLY * hits["English"]):
        return "English" if hits["English"] >= max(_ENOUGH, _SHARE * len(tokens)) else None
    return likely


def _contradicts(told: str, likely: str) -> bool:
    """Whether words clearly look like another language than the one of this code: one that could be told from it."""
    written = {name: codes.split() for name, _, codes in _SCRIPTS}
    if likely in written:
        return told not in written[likely]
    return likely != LANGUAGES[told] and (likely == USUAL or told not in _UNTOLD.split())
