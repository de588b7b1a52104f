"""What the columns of a table are: who, which label, which recording and time, and the features of each modality."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emofuse.core.errors import CorpusError
from emofuse.core.modality import Modality
from emofuse.media.tables.columns import listed, names, picked

ROLES = {
    "label": ("label", "y"),
    "subject": ("subject",),
    "recording": ("recording",),
    "part": ("part",),
    "id": ("id",),
    "start": ("start",),
    "end": ("end",),
}
"""What a column can be, and the names by which it is known unless another is given."""
FACTS = ("sentence", "stimulus", "dialogue", "session", "copy_of")  # columns that travel along where they are there
WHOLE = ("X", "features")  # arrays of an npz file that hold all features
UNITS = {"ms": 1.0, "s": 1_000.0}  # of start and end, in milliseconds
_INDEX = ("", "Unnamed: 0")  # what pandas writes in front unless told not to: a row's number, which is no feature


@dataclass(frozen=True, slots=True)
class Described:
    """What the columns of one file are.

    Args:
        path: The file.
        roles: Column of each role that there is.
        facts: Columns that travel along.
        blocks: Columns of each modality; the key is None where nobody says of which modality the features are.
        words: What labels are called here: ``{"0": "anger"}``.
        unit: Of start and end.
    """

    path: Path
    roles: Mapping[str, str]
    facts: tuple[str, ...]
    blocks: Mapping[Modality | None, tuple[str, ...]]
    words: Mapping[str, str]
    unit: str

    @property
    def named(self) -> tuple[str, ...]:
        """Columns that are read as words."""
        return (*self.roles.values(), *self.facts)

    @property
    def features(self) -> tuple[str, ...]:
        """Columns that are read as numbers, block after block."""
        return tuple(column for block in self.blocks.values() for column in block)


def described(
    path: Path,
    roles: Mapping[str, str | None],
    blocks: Mapping[str, Sequence[str]] | None,
    facts: Sequence[str],
    words: Mapping[str, str],
    unit: str,
) -> Described:
    """Which columns of a file are what: those that are named, and those that go by a usual name.

    Args:
        path: The file.
        roles: Column of each role in `ROLES`, as somebody names it; None leaves it to the usual names.
        blocks: Modality to columns; None leaves it to the file.
        facts: Columns that travel along.
        words: What labels are called here.
        unit: Of times.

    Raises:
        CorpusError: A column is not there, a modality or a unit is unknown, or there are no features.
    """
    known = names(path)
    given = {role: _column(known, role, name) for role, name in roles.items()}
    found = {role: name for role, name in given.items() if name is not None}
    missing = [name for name in (*found.values(), *facts) if name not in known]
    if missing:
        raise CorpusError(f"{path} has no column {', '.join(missing)}. It has {listed(known)}. Say which of these it is, or add it.")
    if unit not in UNITS:
        raise CorpusError(f"Times of {path} are said to be in {unit!r}. Expected one of {', '.join(UNITS)}; say which.")
    along = tuple(dict.fromkeys((*facts, *(name for name in FACTS if name in known and name not in found.values()))))
    rest = [name for name in known if name not in found.values() and name not in along and name not in _INDEX]
    return Described(path, found, along, _blocks(path, known, rest, blocks), dict(words), unit)


def _column(known: Sequence[str], role: str, name: str | None) -> str | None:
    """The column of a role: as named, else by the names it usually has."""
    usual = next((usual for usual in ROLES[role] if usual in known), None)
    if role == "label":  # its default is a name, so that None can say that there are none
        return (usual or name) if name == "label" else name
    return name if name is not None else usual


def _blocks(
    path: Path, known: Sequence[str], rest: Sequence[str], blocks: Mapping[str, Sequence[str]] | None
) -> Mapping[Modality | None, tuple[str, ...]]:
    """Columns by modality.

    Raises:
        CorpusError: No such modality or column, or there are no features.
    """
    if blocks is None:
        if path.suffix.lower() != ".npz":
            return {None: tuple(rest)}
        told: dict[Modality | None, tuple[str, ...]] = {m: (str(m),) for m in Modality if m in known}
        whole = next(((name,) for name in WHOLE if name in known), None)
        if not told and whole is None:
            raise CorpusError(f"{path} has no array X or features. It has {listed(known)}. Name the arrays of each modality (blocks).")
        return told if told else {None: whole or ()}
    chosen: dict[Modality | None, tuple[str, ...]] = {}
    for name, wanted in blocks.items():
        if name not in list(Modality):
            raise CorpusError(f"{path} has a block {name!r}. Expected one of {', '.join(Modality)}; name it so.")
        chosen[Modality(name)] = picked(known, [wanted] if isinstance(wanted, str) else wanted)
        if not chosen[Modality(name)]:
            raise CorpusError(
                f"{path} has no column for the block {name} ({', '.join(wanted)}). It has {listed(known)}. Name some of these."
            )
    return chosen
