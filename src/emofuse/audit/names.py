"""What the file names of known corpora tell: who, which label, which sentence, which take. For lists that others have made.

Nothing here opens a file: a list of names is enough to find people that two parts share.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from emofuse.corpora import cremad, eav, emodb, ravdess, savee, tess

_RAVDESS = re.compile(
    r"(?:(?P<modality>0[123])-)?(?P<take>(?P<channel>0[12])-(?P<emotion>0[1-8])-\d\d-(?P<sentence>0[12])-\d\d-(?P<actor>\d\d))"
)

_HOW = (
    r"(?:noisy?|noise|stretch(?:ed)?|slow(?:er)?|fast(?:er)?|speed|tempo|shift(?:ed)?|pitch(?:ed)?|aug(?:mented)?|flip(?:ped)?|hflip|vflip|"
    r"mirror(?:ed)?|rot(?:ated?)?|crop(?:ped)?|gain|volume|reverb|echo|masked|specaug|copy)"
)
_MUCH = r"[\s._-]*[\d._x+-]*"
_TIMES = r"(?:x|sp|rate|vol|snr)[+-]?\d+\.\d+x?"  # such as x1.1 and sp0.9; whole numbers count other things
_AFTER = re.compile(rf"(?P<stem>.+?)(?:[\s._-]*{_HOW}{_MUCH}|[\s._-]+{_TIMES})", re.IGNORECASE)
_BEFORE = re.compile(rf"(?:{_HOW}\d?|{_TIMES})[\s._-]+(?P<stem>[^\s._-].*)", re.IGNORECASE)
_FOLDER = re.compile(rf"{_HOW}{_MUCH}|{_TIMES}", re.IGNORECASE)
_PLAIN = {"clean", "original", "originals", "orig"}
_MEDIA = re.compile(
    r"\.(?:wav|flac|mp3|m4a|aac|ogg|opus|wma|aiff?|mp4|m4v|avi|mov|mkv|webm|flv|wmv|mpe?g|jpe?g|png|bmp|tiff?|gif|webp|npy|npz|mat|csv|txt|edf|bdf)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a name tells.

    Args:
        corpus: Whose names look like this.
        id: What the corpus' own reader calls the clip.
        subject: Who it shows, as that reader has it.
        label: In the project's words.
        facts: Sentence, take, and such.
    """

    corpus: str
    id: str
    subject: str
    label: str | None
    facts: Mapping[str, str]


def told(name: str) -> Told | None:
    """What the name, or path, of a file tells; None where no known corpus names its files so.

    Example:
        >>> told("Actor_24/03-01-05-02-01-02-24.wav").subject
        '24'
        >>> told("wav/03a01Wa.wav").label
        'anger'
        >>> told("0001.png") is None
        True
    """
    found = _told(PurePosixPath(name.replace("\\", "/")))
    if found is None:
        remaining, altered = unaltered(name)
        return _told(PurePosixPath(remaining)) if altered else None
    return found


def unaltered(name: str) -> tuple[str, bool]:
    """A name without its media extension and without how it was altered, at its end, its front or in its folder; and whether it was.

    It only looks so: a clip may be called "fast" for other reasons, and whoever asks must see whether the remaining name is there, too.

    Example:
        >>> unaltered("Actor_01/X_Noise2.wav")
        ('Actor_01/X', True)
        >>> unaltered("noise/X_sp0.9.wav")
        ('X', True)
        >>> unaltered("clean/X.png")
        ('X', False)
    """
    path = PurePosixPath(bare(name))
    base = path.name
    plain, folder, above = _stripped(base), path.parent.name, path.parent.parent
    if folder.lower() in _PLAIN or _FOLDER.fullmatch(folder):
        return str(above / plain), plain != base or folder.lower() not in _PLAIN
    if not folder:
        return str(path.parent / plain), plain != base
    return str(above / _stripped(folder) / plain), plain != base or _stripped(folder) != folder


def bare(name: str) -> str:
    r"""A name without its media extension, and without how often it is listed.

    Example:
        >>> bare(r"a\X_x1.1.WAV"), bare("X_x1.1")
        ('a/X_x1.1', 'X_x1.1')
    """
    text = re.sub(r" \(\d+ in (?:train|valid|test)\)$", "", name.replace("\\", "/"))
    suffix = PurePosixPath(text).suffix
    return text.removesuffix(suffix) if _MEDIA.fullmatch(suffix) else text


def _stripped(text: str) -> str:
    """Without any alteration before or after."""
    while (match := _AFTER.fullmatch(text) or _BEFORE.fullmatch(text)) is not None:
        text = match["stem"]
    return text


def _told(path: PurePosixPath) -> Told | None:
    stem = path.stem if re.fullmatch(r"\.[A-Za-z]\w{1,4}", path.suffix) else path.name
    return next((found for read in _READERS if (found := read(stem, path)) is not None), None)


def person(name: str) -> str | None:
    """Who, with the corpus, because others number their people too; None where a name does not tell."""
    found = told(name)
    return None if found is None else f"{found.corpus} {found.subject}"


def _ravdess(stem: str, path: PurePosixPath) -> Told | None:
    name = _RAVDESS.fullmatch(stem)
    if name is None:
        return None
    facts = {"sentence": ravdess.SENTENCES[name["sentence"]], "channel": ravdess.CHANNELS[name["channel"]]}
    # A take alone is the name of a clip, which all its files are one of.
    return Told(
        "ravdess",
        name["take"],
        name["actor"],
        ravdess.CODES[name["emotion"]],
        facts | ({"same_take": name["take"], "take_form": name["modality"]} if name["modality"] else {}),
    )


def _emodb(stem: str, path: PurePosixPath) -> Told | None:
    name = emodb.NAME.fullmatch(stem)
    return name and Told("emodb", stem, f"emodb-{name['speaker']}", emodb.CODES[name["emotion"]], {"sentence": name["sentence"]})


def _cremad(stem: str, path: PurePosixPath) -> Told | None:
    name = cremad.NAME.fullmatch(stem)
    if name is None or name["emotion"] not in cremad.CODES:
        return None
    return Told("cremad", stem, f"cremad-{name['actor']}", cremad.CODES[name["emotion"]], {"sentence": name["sentence"]})


def _savee(stem: str, path: PurePosixPath) -> Told | None:
    name = savee.NAME.fullmatch(stem)
    speaker = name and (name["speaker"] or path.parent.name)
    if name is None or speaker not in savee.SPEAKERS:
        return None
    sentence = name["emotion"] + name["number"]
    return Told("savee", f"{speaker}_{sentence}", f"savee-{speaker}", savee.CODES[name["emotion"]], {"sentence": sentence})


def _tess(stem: str, path: PurePosixPath) -> Told | None:
    name = tess.NAME.fullmatch(stem)
    if name is None:
        return None
    speaker = {"OA": "OAF"}.get(name["speaker"].upper(), name["speaker"].upper())
    word, emotion = name["word"].lower(), name["emotion"].lower()
    return Told("tess", f"{speaker}_{word}_{emotion}", f"tess-{speaker}", tess.CODES[emotion], {"sentence": f"say the word {word}"})


def _eav(stem: str, path: PurePosixPath) -> Told | None:
    name = eav.MEDIA.fullmatch(stem)
    folder = next((found for part in path.parts if (found := eav.FOLDER.fullmatch(part))), None)
    if name is None or folder is None:
        return None
    who, trial = int(folder["person"]), int(name["trial"])
    facts = {"trial": str(trial), "task": name["task"].lower()}
    return Told("eav", f"{who:02d}-{trial:03d}", f"eav-{who:02d}", eav.NAMED.get(name["emotion"].lower()), facts)


_READERS: tuple[Callable[[str, PurePosixPath], Told | None], ...] = (_ravdess, _emodb, _cremad, _savee, _tess, _eav)
