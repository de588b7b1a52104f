"""Names of files, which strangers chose: shown to people, told to browsers, never used as a path."""

import unicodedata
from urllib.parse import quote

LONGEST = 200  # characters that are kept; the column holds 255
HIDDEN = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # controls, marks that turn the direction of reading, halves of characters, new lines
PLAIN = "!#$&+-.^_`|~() "  # what may stand in a quoted name besides letters and digits; no quotes, no backslash, no percent


def shown_name(said: str) -> str:
    r"""A name as people see it: one line, no folders, nothing hidden; the ending is kept when it is long.

    Example:
        >>> shown_name("../../etc/pass\r\nwd")
        'passwd'
        >>> shown_name("\u202efdp.exe")
        'fdp.exe'
        >>> shown_name("..")
        'file'
    """
    base = said.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(_shown(c) for c in unicodedata.normalize("NFC", base)).strip(" .")
    if len(clean) > LONGEST:
        stem, dot, ending = clean.rpartition(".")
        clean = f"{stem[: LONGEST - 11]}{dot}{ending}" if dot and len(ending) <= 10 else clean[:LONGEST]
    return clean or "file"


def disposition(name: str, *, inline: bool = False) -> str:
    """A Content-Disposition header after RFC 6266: a plain name for old programs, the true one for the rest.

    Example:
        >>> print(disposition("визит.mp4"))
        attachment; filename="_____.mp4"; filename*=UTF-8''%D0%B2%D0%B8%D0%B7%D0%B8%D1%82.mp4
        >>> print(disposition("visit.mp4", inline=True))
        inline; filename="visit.mp4"; filename*=UTF-8''visit.mp4
    """
    name = shown_name(name)
    plain = "".join(c if c.isascii() and (c.isalnum() or c in PLAIN) else "_" for c in name)
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _shown(c: str) -> str:
    kind = unicodedata.category(c)
    return "" if kind in HIDDEN else " " if kind == "Zs" else c
