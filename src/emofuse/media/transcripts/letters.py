"""Bytes to text: which alphabet a file that somebody saved long ago, or on another system, is written in.

UTF-8 and UTF-16 say themselves what they are. Where one byte is one letter, the letters around each decide:
in Russian, letters beyond ASCII stand beside each other; in French or German, they stand among plain ones.
"""

import codecs
import re

from emofuse.core.errors import MediaError
from emofuse.media import signature

_MARKS = (  # byte order marks, the longer first: UTF-32's begins like UTF-16's
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {"cp1251": "Windows-1251", "cp1252": "Windows-1252", "latin-1": "Latin-1"}
_MISREAD = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""Windows-1252 that somebody read as Latin-1: U+0092 where an apostrophe was meant. No text holds these on purpose."""
_FEW = 0.02  # of the characters beyond ASCII: damage, where the rest is UTF-8; more, and it is another alphabet
_ODD = 0.01  # of all characters: control characters that text may hold by mistake; more, and it is no text
_LOST = 0.1  # of all characters, where a mark says the alphabet: more that cannot be read, and the mark was none
_ZEROS = (0.02, 0.95)  # of UTF-16's bytes at least; and how many of them in the same place of two
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_SAMPLE = 1 << 20  # bytes; enough to tell an alphabet


def mended(text: str) -> str:
    """Text without the controls that Windows-1252 became when it was read as Latin-1.

    Example:
        >>> mended("he" + chr(0x92) + "s")
        'he’s'
    """
    return text.translate(_MISREAD) if re.search("[\x80-\x9f]", text) else text


def decoded(raw: bytes, name: str) -> tuple[str, tuple[str, ...]]:
    """The text that bytes are, with plain line ends; and what a reader must be told of how it was read.

    Args:
        raw: The whole file.
        name: What to call it in messages.

    Raises:
        MediaError: It is no text.

    Example:
        >>> decoded("Привет, мир".encode("cp1251"), "a.srt")
        ('Привет, мир', ('The transcript is not in UTF-8; it was read as Windows-1251. Save it as UTF-8 if its words look wrong.',))
    """
    marked = next(((len(mark), kind) for mark, kind in _MARKS if raw.startswith(mark)), None)
    if marked is not None:
        text, notes = _replaced(raw[marked[0] :], marked[1])
    elif b"\0" in raw and (wide := _wide(raw[:_SAMPLE])) is not None:
        text, notes = _replaced(raw, wide)
    else:
        text, notes = _narrow(raw)
    odd = len(_CONTROL.findall(text))
    if odd > max(2, _ODD * len(text)) or text.count("\ufffd") > max(2, _LOST * len(text)):
        raise MediaError(
            f"{name} is {_seems(raw)}, not a transcript. Expected text: txt, srt, vtt, csv or eaf. "
            f"Export it as one of these, or name another file."
        )
    plain = re.sub("\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", mended(_CONTROL.sub("", text) if odd else text))
    return plain.replace("\ufeff", ""), notes


def _seems(raw: bytes) -> str:
    """What a file that is no text is, for a message."""
    kind = signature.container(raw[: signature.HEAD])
    if kind is not None:
        return f"a recording ({kind})"
    said = signature.description(raw[: signature.HEAD])
    return "a file of bytes" if said in ("text", "none of the recordings known here") else said


def _replaced(raw: bytes, kind: str) -> tuple[str, tuple[str, ...]]:
    """Text in an alphabet that is known, whatever is broken in it replaced."""
    text = raw.decode(kind, errors="replace")
    broken = text.count("\ufffd") if kind != "utf-8" or not _whole(raw) else 0  # a whole text may hold that sign
    return text, (_damage(broken),) if broken else ()


def _narrow(raw: bytes) -> tuple[str, tuple[str, ...]]:
    """UTF-8 where it is, or nearly; else the alphabet of one byte a letter that fits."""
    if _whole(raw):
        return raw.decode("utf-8"), ()
    text = raw.decode("utf-8", errors="replace")
    broken, beyond = text.count("\ufffd"), len(re.findall("[^\x00-\x7f]", text))
    if broken <= max(1, _FEW * beyond) and beyond > broken:
        return text, (_damage(broken),)
    kind = _alphabet(raw[:_SAMPLE])
    try:
        text = raw.decode(kind)
    except UnicodeDecodeError:  # five bytes are nothing in Windows-1252, one in Windows-1251
        kind = "latin-1" if kind == "cp1252" else kind
        text = raw.decode(kind, errors="replace")
    return text, (f"The transcript is not in UTF-8; it was read as {_NAMES[kind]}. Save it as UTF-8 if its words look wrong.",)


def _whole(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _damage(broken: int) -> str:
    return f"{broken} character{'s' * (broken != 1)} of the transcript could not be read and {'were' if broken != 1 else 'was'} replaced."


def _wide(sample: bytes) -> str | None:
    """UTF-16 without a mark: blanks, digits and line ends have a zero, always on the same side; None where it is not that."""
    first, second = sample[::2].count(0), sample[1::2].count(0)
    if first + second < _ZEROS[0] * len(sample) or max(first, second) < _ZEROS[1] * (first + second):
        return None
    return "utf-16-be" if first > second else "utf-16-le"


def _alphabet(raw: bytes) -> str:
    """Windows-1251 where letters beyond ASCII stand beside each other, else Windows-1252."""
    letters = re.findall(rb"[A-Za-z\xa8\xb8\xc0-\xff]+", raw)
    high = sum(len(re.findall(rb"[\xa8\xb8\xc0-\xff]", word)) for word in letters)
    beside = sum(len(run) for word in letters for run in re.findall(rb"[\xa8\xb8\xc0-\xff]{2,}", word))
    return "cp1251" if high and beside > 0.6 * high else "cp1252"
