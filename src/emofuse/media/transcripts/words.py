"""From what is written to what was said: without markup, each speaker's words apart, and nothing where only sounds are described."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from html import unescape

from emofuse.media.transcripts.base import Cue

LONGEST = 600  # characters of one utterance, more than text encoders are shown; what is longer is given in parts

_TAG = re.compile(r"</?(?:i|b|u|s|c|v|em|strong|font|span|lang|ruby|rt|p)(?:[\s.:][^<>\n]*)?/?>|<[\d:.]+>", re.IGNORECASE)
_BREAK = re.compile(r"<br\s*/?>|\\N|\\n", re.IGNORECASE)
_ASS = re.compile(r"\{\\[^{}\n]*\}|\{[a-zA-Z]:[^{}\n]*\}")
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?\s+([^<>\n]*)>", re.IGNORECASE)
_DASH = re.compile(r"\s*(?:[-–—‐]\s*(?=\S)|>{2,3}\s*)")
_NAMED = re.compile(
    r"\s*[\[(]?(?P<name>[^\W\d_][\w.'’#&\- ]{0,39}?)[\])]?(?:\s*[\[(][^()\[\]\n]{1,40}[)\]])?[\])]?\s*:(?:\s+|$)(?P<words>.*)", re.DOTALL
)
_SQUARE = re.compile(r"\[[^\[\]\n]*(?:\n[^\[\]\n]*)?\]")
_ROUND = re.compile(r"\([^()\n]{0,80}(?:\n[^()\n]{0,80})?\)")
_SOUND = re.compile(
    r"laugh|sigh|music|applau|cough|cry|sob|gasp|whisper|scream|shout|chuckl|giggl|inaudible|silence|cheer|groan|sniff|pause|crosstalk",
    re.IGNORECASE,
)
_MARKS = re.compile(r"#*[♪♫♩♬🎵🎶][♪♫♩♬🎵🎶#\ufe0f]*")
_UNSEEN = re.compile("[\x00-\x08\x0e-\x1b\x7f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")  # what steers, not says
_ALONE = re.compile(r"\s*(?:\([^()]*\)|\*[^*\n]{1,40}\*)[.!?\s]*")
_STOP = re.compile(r"(?<=[.!?…])['\"”’»)\]]{0,3}\s+(?=[\"“‘'(\[¿¡«\-–—]?[^\W_a-zа-яё])|(?<=[。！？])")
_ABBREVIATED = re.compile(r"(?:^|\s)(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|vs|etc|No|Nr|Hr|Fr|[^\W\d_])\.$")
_WORDS = 4  # of a name at most
_AGAIN = 2  # times that a name stands before a colon until it is one; where names are in capitals, once will do


def speakers(cues: Iterable[Cue]) -> frozenset[str]:
    """Names that stand before a colon and are speakers': in capitals, more than once, or as every other line has one.

    Example:
        >>> lines = ("ANNA: Hi.", "Bob: Yes.", "It rains.", "Note: it rains.", "Still.", "Bob: No.", "Oh.", "So.", "Hm.")
        >>> sorted(speakers([Cue(line, 1) for line in lines]))
        ['ANNA', 'Bob']
    """
    count: Counter[str] = Counter()
    lines = 0
    for line in (line for cue in cues for line in _lines(cue.words)):
        lines += 1
        dash = _DASH.match(line)
        match = _NAMED.match(line, dash.end() if dash is not None else 0) if ":" in line[:100] else None
        if match is not None and len(match["name"].split()) <= _WORDS and match["name"][0].isupper():
            count[match["name"].strip()] += 1
    script = count.total() >= lines / 2
    return frozenset(name for name, times in count.items() if times >= _AGAIN or name.isupper() or script)


def said(cue: Cue, names: frozenset[str]) -> list[tuple[str, str | None]]:
    """What each speaker says in a cue, with their name where it is told; words are empty where only a sound is described.

    Args:
        cue: As it is written.
        names: Speakers that stand before a colon.

    Example:
        >>> said(Cue("<v Anna>Hi, <i>you</i>!", 1), frozenset())
        [('Hi, you!', 'Anna')]
        >>> said(Cue("(laughs)", 1), frozenset())
        [('', None)]
    """
    parts: list[tuple[list[str], str | None]] = []
    for voice, text in _voices(cue.words):
        speaker = voice or cue.speaker
        fresh = True
        for line in _lines(text):
            dash, plain = _DASH.match(line), line
            if dash is not None:
                plain = line[dash.end() :]
            match = _NAMED.match(plain)
            name = match["name"].strip() if match is not None else None
            if match is not None and name in names:
                parts.append(([match["words"]], name))
            elif fresh or dash is not None:
                parts.append(([plain], speaker))
            else:
                parts[-1][0].append(plain)
            fresh = False
    told = [(_spoken("\n".join(lines)), speaker) for lines, speaker in parts]
    return [(words, speaker) for words, speaker in told if words] or [("", told[0][1] if told else cue.speaker)]


def sentences(words: str) -> list[str]:
    """Text cut behind its full stops, a title's full stop being none.

    Example:
        >>> sentences("Dr. Smith? He left. (Really!) Why…")
        ['Dr. Smith?', 'He left.', '(Really!)', 'Why…']
    """
    found: list[str] = []
    start = 0
    for stop in _STOP.finditer(words):
        if _ABBREVIATED.search(words[max(start, stop.start() - 8) : stop.start()]) is None:
            found.append(words[start : stop.end()].strip())
            start = stop.end()
    return [part for part in (*found, words[start:].strip()) if part]


def parted(words: str, longest: int = LONGEST) -> list[str]:
    """Words that are too long for one utterance, in parts: at the end of sentences, else between words, else anywhere.

    Example:
        >>> parted("One two. Three four. Five", longest=12)
        ['One two.', 'Three four.', 'Five']
    """
    if len(words) <= longest:
        return [words]
    parts: list[str] = []
    for sentence in sentences(words):
        if parts and len(parts[-1]) + 1 + len(sentence) <= longest:
            parts[-1] += f" {sentence}"
            continue
        rest = sentence
        while len(rest) > longest:
            cut = rest.rfind(" ", 1, longest + 1)
            cut = cut if cut > 0 else longest
            parts.append(rest[:cut].strip())
            rest = rest[cut:].strip()
        if rest:
            parts.append(rest)
    return parts


def _voices(words: str) -> Iterator[tuple[str | None, str]]:
    """Stretches by the voice tags of WebVTT."""
    pieces = _VOICE.split(words)
    if pieces[0].strip() or len(pieces) == 1:
        yield None, pieces[0]
    for voice, text in zip(pieces[1::2], pieces[2::2], strict=True):
        yield unescape(voice).strip() or None, text


def _lines(words: str) -> list[str]:
    """Lines without markup; none that is empty."""
    plain = unescape(_TAG.sub("", _ASS.sub("", _BREAK.sub("\n", words))).replace("\\h", " "))
    return [line for line in (" ".join(line.split()) for line in _UNSEEN.sub("", plain).split("\n")) if line]


def _spoken(words: str) -> str:
    """Words without descriptions of sounds; one line."""
    kept = _SQUARE.sub(" ", words) if "[" in words else words
    if "(" in kept or "*" in kept:
        kept = "\n".join("" if _ALONE.fullmatch(line) else line for line in kept.split("\n")) if "\n" in kept else kept
        kept = "" if _ALONE.fullmatch(kept) else _ROUND.sub(lambda match: " " if _SOUND.search(match[0]) else match[0], kept)
    line = " ".join(_MARKS.sub(" ", kept).split())
    line = line if kept == words else re.sub(r" ([,.!?;:…]+(?: |$))", r"\1", line)  # where a description stood before a comma
    return line if any(c.isalnum() or ord(c) > 0x2100 for c in line) or line.strip(" .-–—…'\"") else ""
