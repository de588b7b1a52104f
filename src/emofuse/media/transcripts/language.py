"""Which language words are in, as far as letters and the commonest words tell; a warning, not a finding.

Recognizers of text answer for the language they learnt, and answer with the same confidence in any other.
"""

import re
from collections import Counter
from collections.abc import Iterable

_SCRIPTS = (  # (what to call it, its letters); Japanese before Chinese, which shares its signs
    ("Russian or another language in Cyrillic letters", "Ѐ-ԯ"),
    ("Greek", "Ͱ-Ͽ"),
    ("Hebrew", "\u0590-\u05ff"),
    ("Arabic or another language in its letters", "\u0600-\u06ff"),
    ("Hindi or another language in Devanagari", "\u0900-\u097f"),
    ("Thai", "\u0e00-\u0e7f"),
    ("Korean", "\uac00-\ud7af"),
    ("Japanese", "\u3040-\u30ff"),
    ("Chinese", "\u4e00-\u9fff"),
)
_KANA = 0.1  # of the letters: Japanese, though most others are Chinese signs
USUAL = "English"  # what recognizers of text learnt, unless their card says otherwise
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


def language(words: Iterable[str]) -> str | None:
    """What language words seem to be in; None where nobody could tell.

    Example:
        >>> language(["Ich weiß nicht, was das ist, aber wir sind mit dem Auto da."]), language(["It is what it is, and you know that."])
        ('German', 'English')
        >>> language(["Hm.", "Okay!"]) is None
        True
    """
    text = ""
    for each in words:
        text += f" {each}"
        if len(text) > _SAMPLE:
            break
    letters = sum(c.isalpha() for c in text)
    counts = {name: len(re.findall(f"[{script}]", text)) for name, script in _SCRIPTS}
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


def warning(tongue: str | None) -> list[str]:
    """What a reader must be told of words in a language; nothing where it is the usual one, or nobody could tell."""
    if tongue in (None, USUAL):
        return []
    return [f"The transcript looks like {tongue}; recognizers of text that learnt {USUAL} are not to be believed on it."]
