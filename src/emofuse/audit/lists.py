"""Lists of who is in which part, as anybody writes them: nothing is refused here, because what is wrong is what an audit is for."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from types import MappingProxyType

from emofuse.audit.names import Told, told
from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.core.split import Split

PARTS = {
    "train": ("train", "training", "learn"),
    "valid": ("valid", "val", "validation", "dev", "development"),
    "test": ("test", "testing", "eval", "evaluation"),
}
"""What parts are called."""


@dataclass(frozen=True, slots=True)
class Lists:
    """What a file of lists says.

    Args:
        splits: Their clips carry the fact ``listed_as``; a clip that is listed twice has another id each time.
        corpus: Whose clips they are said, or seen, to be.
        protocol: By which name and arguments they are said to be made.
        says: What else is said.
        strange: Names that no clip has, where there are clips to compare with.
    """

    splits: tuple[Split, ...]
    corpus: str | None = None
    protocol: str | None = None
    arguments: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    says: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    strange: tuple[str, ...] = ()


def lists(path: Path, clips: Sequence[Clip] = ()) -> Lists:
    """The splits that a JSON file lists: ours, or ``{"train": [...], "test": [...]}``, or several such by name.

    Args:
        path: The file.
        clips: Of the corpus, where it is at hand; names are found among their ids.

    Raises:
        SplitError: It cannot be read, holds no lists, or lists what is no name.
    """
    said = _read(path)
    described = said.get("clips") if isinstance(said.get("clips"), Mapping) else {}
    reader = _Reader({clip.id: clip for clip in clips}, described if isinstance(described, Mapping) else {})
    splits = tuple(reader.split(name, parts) for name, parts in _rows(said))
    if not splits:
        raise SplitError(f"{path} lists no parts. Expected names under 'train' and 'test', or several such under 'splits'; write them so.")
    made, says = said.get("protocol"), said.get("says")
    made = made if isinstance(made, Mapping) else {}
    arguments = made.get("arguments")
    corpora = Counter(reader.seen)
    corpus = said.get("corpus") or (corpora.most_common(1)[0][0] if len(corpora) == 1 else None)
    return Lists(
        splits,
        None if corpus is None else str(corpus),
        str(made["name"]) if made.get("name") else None,
        arguments if isinstance(arguments, Mapping) else {},
        says if isinstance(says, Mapping) else {},
        tuple(reader.strange),
    )


def parts_of(values: Sequence[str | None], clips: Sequence[Clip]) -> tuple[Split, ...]:
    """Splits by a column that names parts, or numbers folds, each of which is test once.

    Raises:
        SplitError: The values are neither.
    """
    named = {value: next((part for part, words in PARTS.items() if (value or "").strip().lower() in words), None) for value in set(values)}
    if any(part == "train" for part in named.values()):
        got: dict[str, list[Clip]] = {part: [] for part in PARTS}
        for value, clip in zip(values, clips, strict=True):
            part = named[value]
            if part is not None:
                got[part].append(clip)
        return (Split("listed", tuple(got["train"]), tuple(got["valid"]), tuple(got["test"])),)
    folds = sorted({value for value in values if value is not None})
    if len(folds) < 2 or not all(fold.strip("fold _-").isdigit() for fold in folds):
        raise SplitError(
            f"The parts are {', '.join(folds[:5]) or 'empty'}. Expected train, valid and test, or numbers of folds; rename them."
        )
    rows = list(zip(values, clips, strict=True))
    return tuple(
        Split(
            f"fold-{fold}", tuple(c for value, c in rows if value not in (None, fold)), (), tuple(c for value, c in rows if value == fold)
        )
        for fold in folds
    )


def _read(path: Path) -> Mapping[str, object]:
    try:
        said = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SplitError(
            f"{path} cannot be read: {error}. Expected JSON with lists of names under 'train' and 'test'; write it so."
        ) from error
    if isinstance(said, list):
        return {"splits": said}
    if not isinstance(said, dict):
        raise SplitError(f"{path} holds a {type(said).__name__}. Expected JSON with lists of names under 'train' and 'test'; write it so.")
    return said


def _rows(said: Mapping[str, object]) -> Iterator[tuple[str, dict[str, Sequence[object]]]]:
    """Each split's name, and its parts' entries."""
    several = said.get("splits")
    if isinstance(several, list | tuple):
        rows = [(str(row.get("name", f"split-{i}")), row) for i, row in enumerate(several, 1) if isinstance(row, Mapping)]
    elif isinstance(several, Mapping):
        rows = [(str(name), row) for name, row in several.items() if isinstance(row, Mapping)]
    elif _parts(said)["train"]:
        rows = [("listed", said)]
    else:
        rows = [(str(name), row) for name, row in said.items() if isinstance(row, Mapping)]
    for name, row in rows:
        parts = _parts(row)
        if parts["train"]:
            yield name, parts


def _parts(row: Mapping[str, object]) -> dict[str, Sequence[object]]:
    found: dict[str, Sequence[object]] = dict.fromkeys(PARTS, ())
    for name, value in row.items():
        part = next((part for part, words in PARTS.items() if str(name).lower() in words), None)
        if part is not None and isinstance(value, list | tuple):
            found[part] = value
    return found


class _Reader:
    """Entries of lists to clips; what it has seen on the way is what `Lists` tells."""

    def __init__(self, clips: Mapping[str, Clip], described: Mapping[str, object]) -> None:
        self.clips, self.described = clips, described
        self.seen: list[str] = []
        self.strange: list[str] = []

    def split(self, name: str, parts: Mapping[str, Sequence[object]]) -> Split:
        """A split of these entries, each a clip of its own."""
        times: Counter[str] = Counter()
        got: dict[str, tuple[Clip, ...]] = {}
        for part, entries in parts.items():
            read = []
            for entry in entries:
                clip = self.clip(entry)
                times[clip.id] += 1
                again = f" ({times[clip.id]} in {part})" if times[clip.id] > 1 else ""
                read.append(replace(clip, id=clip.id + again))
            got[part] = tuple(read)
        return Split(name, got["train"], got["valid"], got["test"])

    def clip(self, entry: object) -> Clip:
        """The clip that an entry means: by its id, by what its file is called, or else as little as it says itself.

        Raises:
            SplitError: The entry is neither a text nor a number, and has none under a name's key.
        """
        said = entry if isinstance(entry, Mapping) else {}
        named = next((said[key] for key in ("id", "path", "file", "name") if key in said), entry)
        if not isinstance(named, str | int | float) or isinstance(named, bool) or named == "":
            raise SplitError(
                f"A part lists {json.dumps(entry)[:80]}, which names no clip. Expected a text or a number, or an object with one "
                "under id, path, file or name; write it so."
            )
        text = str(named)
        name = told(text)
        if name is not None:
            self.seen.append(name.corpus)
        stem = PurePosixPath(text.replace("\\", "/")).stem
        known = next((self.clips[key] for key in (text, stem, name.id if name else "") if key in self.clips), None)
        if known is None and self.clips:
            self.strange.append(text)
        row = self.described.get(text)
        row = row if isinstance(row, Mapping) else said
        facts = {**(known.facts if known else name.facts if name else {}), **_take(name), "listed_as": _canonical(text, name)}
        if isinstance(row.get("facts"), Mapping):
            facts |= {str(fact): str(value) for fact, value in row["facts"].items()}
        subject, label = row.get("subject"), row.get("label")
        if known is not None:
            return replace(known, id=text, facts=facts)
        return Clip(
            text,
            str(subject) if subject is not None else name.subject if name else None,
            str(label) if label is not None else name.label if name else None,
            {},
            facts,
        )


def _take(name: Told | None) -> dict[str, str]:
    """Of which take a file is one of several, and which, where its name tells; the clip itself, which all of them are, has no such fact."""
    return {} if name is None else {fact: name.facts[fact] for fact in ("same_take", "take_form") if fact in name.facts}


def _canonical(text: str, name: Told | None) -> str:
    """By what an entry is the same as another: the file's own name where a corpus' names are unique, else all of it."""
    return PurePosixPath(text.replace("\\", "/")).stem if name is not None else text
