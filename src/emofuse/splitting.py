"""Protocols by the names that users type, and lists of who is in which part, as a file.

Nothing here knows about networks. A file of lists is JSON:

    {"format": "emofuse split 1", "corpus": "ravdess", "protocol": {"name": "ravdess-six", "arguments": {}},
     "splits": [{"name": "fold-1", "apart": ["subject"], "train": [ids], "valid": [ids], "test": [ids]}, ...],
     "clips": {id: {"subject": ..., "label": ..., "facts": {...}}}, "sha256": of the splits}

Anybody may write one by hand: "corpus", "protocol", "clips", "apart", "valid" and "sha256" may be left out.
"""

import hashlib
import inspect
import json
import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip
from emofuse.core.errors import RunError, SplitError, UnknownName
from emofuse.core.split import PERSON, Protocol, Split, told
from emofuse.media.beside import beside
from emofuse.protocols.by_clip import everything, official, shuffled, shuffled_folds, within_subject
from emofuse.protocols.by_group import crossed, grouped, leave_one_out
from emofuse.protocols.by_subject import EAV_30_6_6, EAV_SEVEN, RAVDESS_16_4_4, RAVDESS_FIVE, RAVDESS_SIX, folds, named

log = logging.getLogger(__name__)

FORMAT = "emofuse split 1"
PARTS = ("train", "valid", "test")
LISTED = 3  # ids named in a message; more are counted

OFFICIAL: Mapping[str, Mapping[str, str]] = {
    "affectnet": {"fact": "part", "train": "train", "valid": "", "test": "valid"},  # nothing else is public: papers report on it
    "dairai": {"fact": "part", "train": "train", "valid": "validation", "test": "test"},
    "emodb": {"fact": "part", "train": "train", "valid": "", "test": "test"},
    "emorynlp": {"fact": "part", "train": "train", "valid": "dev", "test": "test"},
    "fer2013": {"fact": "usage", "train": "Training", "valid": "PublicTest", "test": "PrivateTest"},
    "goemotions": {"fact": "part", "train": "train", "valid": "dev", "test": "test"},
    "meld": {"fact": "part", "train": "train", "valid": "dev", "test": "test"},
}
"""Which fact tells a corpus' own parts, and by which values; an empty one is a part that it does not have."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A protocol by name.

    Args:
        make: Makes it of a user's arguments.
        says: Half a line: what it is.
        apart: What is kept apart, in words; "nothing" where it leaks.
    """

    make: Callable[..., Protocol]
    says: str
    apart: str


def _official(*, corpus: str | None, fact: str | None = None, train: str = "train", valid: str = "", test: str = "test") -> Protocol:
    if fact is not None:
        return official(fact, train, valid, test)
    if corpus is None or corpus not in OFFICIAL:
        raise SplitError(
            f"{corpus or 'A corpus without a name'} publishes no parts that are known here. Those of {', '.join(OFFICIAL)} are; "
            f"say which fact tells them, such as --with fact='\"part\"', or choose another protocol."
        )
    return official(**OFFICIAL[corpus])


def _crossed(*, groups: Mapping[str, int | Sequence[Sequence[str]]], seed: int = 0, choose: bool = True) -> Protocol:
    return crossed(groups, seed, choose=choose)


def _shuffled(*, fractions: Sequence[float] = (0.6, 0.2, 0.2), seed: int = 0) -> Protocol:
    return shuffled((fractions[0], fractions[1], fractions[2]), seed)


def _within(*, fractions: Sequence[float] = (0.6, 0.2, 0.2), seed: int = 0, together: bool = False) -> Protocol:
    return within_subject((fractions[0], fractions[1], fractions[2]), seed, together=together)


_PROTOCOLS: Mapping[str, _Named] = {
    "crossed": _Named(_crossed, "every combination of groups by several facts, such as people and sentences", "all facts in 'groups'"),
    "eav-30-6-6": _Named(partial(named, **EAV_30_6_6), "EAV's people 1-30, 31-36, 37-42 (Kanafin et al. 2024)", PERSON),
    "eav-seven": _Named(partial(folds, EAV_SEVEN), "seven folds of six of EAV's people, neighbours by number", PERSON),
    "everything": _Named(everything, "all clips are learnt from, none is judged", "nothing"),
    "grouped": _Named(grouped, "k folds of people, or of a fact's values", "'by' (subject)"),
    "leave-one-out": _Named(leave_one_out, "each person, or each value of a fact, is judged alone", "'by' (subject)"),
    "official": _Named(_official, "the corpus' own parts, told by one of its facts", "nothing"),
    "ravdess-16-4-4": _Named(partial(named, **RAVDESS_16_4_4), "RAVDESS, one split (Chumachenko et al. 2022)", PERSON),
    "ravdess-five": _Named(partial(folds, RAVDESS_FIVE), "RAVDESS, five folds (Luna-Jiménez et al. 2021)", PERSON),
    "ravdess-six": _Named(partial(folds, RAVDESS_SIX), "RAVDESS, six folds (EmoBox, Ma et al. 2024)", PERSON),
    "shuffled": _Named(_shuffled, "one random split of the clips: people leak", "nothing"),
    "shuffled-folds": _Named(shuffled_folds, "k random folds of the clips: people leak", "nothing"),
    "within-subject": _Named(_within, "each person's own clips are divided: people leak, and mean to", "nothing"),
}
_FIXED = {"people", "valid", "test"}  # of the functions above, what their names here have filled in


def names() -> dict[str, tuple[str, str]]:
    """Every protocol that can be asked for by name: half a line about it, and what it keeps apart.

    Example:
        >>> names()["ravdess-six"]
        ('RAVDESS, six folds (EmoBox, Ma et al. 2024)', 'subject')
    """
    return {name: (known.says, known.apart) for name, known in _PROTOCOLS.items()}


def takes(name: str) -> tuple[str, ...]:
    """The arguments of a protocol, by name.

    Raises:
        UnknownName: There is no such protocol.

    Example:
        >>> takes("grouped")
        ('k', 'by', 'seed', 'choose')
    """
    make = _known(name).make
    fixed = _FIXED if isinstance(make, partial) else set()
    return tuple(known for known in inspect.signature(make).parameters if known not in fixed | {"corpus"})


def protocol(name: str, arguments: Mapping[str, object] = MappingProxyType({}), corpus: str | None = None) -> Protocol:
    """A protocol by its name, with a user's arguments.

    Args:
        name: One of `names()`.
        arguments: By name, as JSON has them.
        corpus: Whose clips are divided; only "official" needs to know.

    Raises:
        UnknownName: A protocol or an argument that does not exist, or one that is missing or of the wrong kind.
        SplitError: Arguments that cannot be, or no official parts.

    Example:
        >>> clips = [Clip(f"{who}{take}", who, "calm", {}) for who in "abc" for take in range(2)]
        >>> [split.name for split in protocol("leave-one-out")(clips)]
        ['fold-1', 'fold-2', 'fold-3']
    """
    make, known = _known(name).make, takes(name)
    for said in arguments:
        if said not in known:
            raise UnknownName(f"Protocol '{name}' takes no '{said}'. It takes: {', '.join(known) or 'nothing'}.")
    for said, value in arguments.items():
        kind, fits = _KINDS[said]
        if not fits(value):
            raise UnknownName(f"Protocol '{name}' got {said}={json.dumps(value)}. Expected {kind}; mend it.")
    parameters = inspect.signature(make).parameters
    missing = [said for said in known if parameters[said].default is inspect.Parameter.empty and said not in arguments]
    if missing:
        raise UnknownName(f"Protocol '{name}' needs {', '.join(missing)}. Say it with --with {missing[0]}=…, {_KINDS[missing[0]][0]}.")
    also = {"corpus": corpus} if "corpus" in parameters else {}
    return make(**arguments, **also)


def _known(name: str) -> _Named:
    if name not in _PROTOCOLS:
        raise UnknownName(f"Unknown protocol '{name}'. Known: {', '.join(_PROTOCOLS)}.")
    return _PROTOCOLS[name]


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _word(value: object) -> bool:
    return isinstance(value, str)


def _shares(value: object) -> bool:
    return isinstance(value, list | tuple) and len(value) == 3 and all(isinstance(share, int | float) for share in value)


def _groups(value: object) -> bool:
    return isinstance(value, Mapping) and all(_whole(groups) or _lists(groups) for groups in value.values())


def _lists(value: object) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(group, list | tuple) and all(map(_word, group)) for group in value)


_KINDS: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "k": ("a whole number of folds", _whole),
    "seed": ("a whole number", _whole),
    "by": ('a word in quotes, such as "dialogue"', _word),
    "groups": ('facts and into how many groups, such as {"subject": 6, "sentence": 2}', _groups),
    "choose": ("true or false", lambda value: isinstance(value, bool)),
    "together": ("true or false", lambda value: isinstance(value, bool)),
    "fractions": ("three numbers that sum to one, such as [0.6, 0.2, 0.2]", _shares),
    **dict.fromkeys(("fact", *PARTS), ('a word in quotes, such as "part"', _word)),
}
"""By argument, which has one meaning in all protocols: what it must be, and whether a value is."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Who is in which part, as a file says it; its clips have no sources.

    Args:
        name: The file's.
        splits: Of clips that say as much of themselves as the file does.
        sha256: Of the lists, in whatever order the file has them.
        corpus: Whose clips they are.
        protocol: By which name they were made, and `arguments` with what.
        clips: All that the file describes, by id.
        apart: By split, what is promised to be apart; the splits here promise only what their clips tell.
    """

    name: str
    splits: tuple[Split, ...]
    sha256: str
    corpus: str | None = None
    protocol: str | None = None
    arguments: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    clips: Mapping[str, Clip] = field(default_factory=lambda: MappingProxyType({}))
    apart: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))


def write(path: Path, corpus: str | None, splits: Sequence[Split], name: str | None, arguments: Mapping[str, object]) -> None:
    """Write splits as lists of ids, with what their clips say of themselves; beside, then renamed.

    Args:
        path: The file.
        corpus: Whose clips they are.
        splits: As a protocol made them.
        name: The protocol's.
        arguments: What it was called with.

    Raises:
        MediaError: It cannot be written there.
    """
    described = {clip.id: clip for split in splits for part in (split.train, split.valid, split.test) for clip in part}
    rows = [{"name": split.name, "apart": sorted(split.apart), **lists(split)} for split in splits]
    said = {
        "format": FORMAT,
        "corpus": corpus,
        "protocol": {"name": name, "arguments": dict(arguments)},
        "splits": rows,
        "clips": {i: {"subject": clip.subject, "label": clip.label, "facts": dict(clip.facts)} for i, clip in sorted(described.items())},
        "sha256": _digest(splits),
    }
    with beside(path) as unfinished:
        unfinished.write_text(json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def lists(split: Split) -> dict[str, list[str]]:
    """The ids of each part, sorted."""
    return {name: sorted(clip.id for clip in part) for name, part in zip(PARTS, (split.train, split.valid, split.test), strict=True)}


def table(splits: Sequence[Split], clips: Sequence[Clip]) -> str:
    """How many clips, people and labels each part has, for people to read.

    Args:
        splits: As a protocol made them.
        clips: All that were divided.
    """
    labels = sorted({clip.label for clip in clips if clip.label is not None})
    head = ["split", "part", "clips", "people", *labels]
    rows = [head]
    said = []
    for split in splits:
        parts = dict(zip(PARTS, (split.train, split.valid, split.test), strict=True))
        for name, part in parts.items():
            people = len({clip.subject for clip in part if clip.subject is not None})
            counts = Counter(clip.label for clip in part)
            rows.append([split.name, name, f"{len(part)}", f"{people}" if people else "-", *(f"{counts[label]}" for label in labels)])
        tested = {clip.subject for clip in split.test}
        apart = f", apart by {', '.join(sorted(split.apart))}" if split.apart else ", nothing is promised to be apart"
        shared = "people are not told" if split.anonymous else f"{len(split.shared)} of {len(tested)} test people were also learnt from"
        listed = {clip.id for part in parts.values() for clip in part}
        out = sum(clip.id not in listed for clip in clips)
        said.append(f"{split.name}: {shared}{apart}" + (f"; {out} clips in no part" if out else ""))
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = [
        "  ".join(cell.ljust(w) if i < 2 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))) for row in rows
    ]
    return "\n".join([*lines, "", *said])


def read(path: Path) -> Lists:
    """What a file of lists says.

    Raises:
        SplitError: It cannot be read, is not such a file, or its lists are not those it was written with.
    """
    try:
        said = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SplitError(f"{path} cannot be read: {error}. Expected JSON that `emofuse split` wrote; make it again.") from error
    try:
        if said.get("format", FORMAT) != FORMAT:
            raise ValueError(f"its format is '{said['format']}'")
        rows = said.get("clips", {})
        clips = {i: _described(i, row) for i, row in rows.items()}
        parts = [
            {name: [clips.get(i) or Clip(_text(i), None, None, {}) for i in _list(row.get(name))] for name in PARTS}
            for row in said["splits"]
        ]
        promised = [frozenset(map(_text, _list(row.get("apart")))) for row in said["splits"]]
        splits = tuple(
            _split(row["name"], part, frozenset(by for by in apart if _all_tell(part, by)))
            for row, part, apart in zip(said["splits"], parts, promised, strict=True)
        )
        if not splits or len({split.name for split in splits}) != len(splits):
            raise ValueError("it needs splits, each of another name")
        odd = next((split.name for split in splits if split.name in ("", ".", "..") or set(split.name) & set("/\\\0")), None)
        if odd is not None:
            raise ValueError(f"a split's name becomes a folder's, and {odd!r} cannot")
        made = said.get("protocol", {})
        digest = _digest(splits)
        read = Lists(
            Path(path).name, splits, digest, said.get("corpus"), made.get("name"), made.get("arguments", {}), clips,
            {split.name: apart for split, apart in zip(splits, promised, strict=True)},
        )  # fmt: skip
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        if isinstance(error, SplitError):  # it is a ValueError too
            raise SplitError(f"{path}: {error}") from error
        raise SplitError(
            f"{path} is no file of lists: {error!r}. Expected 'splits', each with a name and ids under train and test; "
            f"make it with `emofuse split`, or mend it."
        ) from error
    if said.get("sha256", digest) != digest:
        raise SplitError(
            f"The lists in {path} are not those it was written with: their SHA-256 is {digest[:12]}…, it says {str(said['sha256'])[:12]}…. "
            f"Get the file again; if you changed it on purpose, take the line 'sha256' out of it."
        )
    return read


def from_file(path: Path, left_out: Collection[str] = ()) -> Protocol:
    """The splits that a file lists, of the clips that are there.

    Clips in no part of any split are left out, and a warning says how many.

    Args:
        path: As `write` makes it.
        left_out: Ids that may stand in it without being among the clips, because whoever asks does not want them.

    Raises:
        SplitError: It is no such file; or, when clips are divided, it lists some that are not there.
    """
    written = read(path)

    def protocol(clips: Sequence[Clip]) -> Iterator[Split]:
        wanted = {clip.id for split in written.splits for part in (split.train, split.valid, split.test) for clip in part}
        unlisted = {clip.id for clip in clips} - wanted
        if unlisted:
            log.warning(
                "%d of %d clips stand in no part of %s and are left out, such as %s", len(unlisted), len(clips), path, min(unlisted)
            )
        for split in written.splits:
            yield divided({"name": split.name, "apart": sorted(written.apart[split.name]), **lists(split)}, clips, str(path), left_out)

    return protocol


def divided(said: Mapping[str, object], clips: Sequence[Clip], where: str, left_out: Collection[str] = ()) -> Split:
    """One split of clips by lists of their ids.

    Args:
        said: "name", and ids under "train", "valid" and "test"; "apart" if anything is promised.
        clips: What there is.
        where: Whose lists they are, for messages.
        left_out: Ids that may be listed without being there.

    Raises:
        SplitError: An id that is not there, or stands in two parts.
    """
    there = {clip.id: clip for clip in clips}
    ids = {name: [str(i) for i in _list(said.get(name))] for name in PARTS}
    missing = sorted({i for part in ids.values() for i in part} - there.keys() - set(left_out))
    if missing:
        raise SplitError(
            f"{where} lists {len(missing)} clips that are not there, such as {', '.join(missing[:LISTED])}. "
            f"Expected lists of these {len(clips)} clips; get the rest of the corpus, or make the lists anew with `emofuse split`."
        )
    parts = {name: [there[i] for i in part if i in there] for name, part in ids.items()}
    return _split(said["name"], parts, frozenset(map(_text, _list(said.get("apart")))))


def split_of_run(said: Mapping[str, object], protocol: Protocol, clips: Sequence[Clip]) -> Split:
    """The split that a run was trained on: by the lists it was given, or else by its recipe's protocol.

    Args:
        said: The run's facts: "split", and "split_file" where lists were given.
        protocol: Of its recipe.
        clips: Those that the recipe learns from.

    Raises:
        RunError: The protocol no longer makes a split of this name.
        SplitError: The run's lists name clips that are not there.
    """
    given = said.get("split_file")
    if isinstance(given, Mapping):
        return divided({**given, "name": said.get("split")}, clips, f"The run, divided by {given.get('name')},")
    if said.get("split") == "everything":
        return Split("everything", tuple(clips), (), ())
    splits = {split.name: split for split in protocol(clips)}
    if said.get("split") not in splits:
        known = ", ".join(splits)
        raise RunError(
            f"The run was trained on split '{said.get('split')}'; its recipe now makes {known}. Check out commit {said.get('commit')}."
        )
    return splits[str(said["split"])]


def _split(name: object, parts: Mapping[str, Sequence[Clip]], apart: frozenset[str]) -> Split:
    train, valid, test = (tuple(sorted(parts[part], key=lambda clip: clip.id)) for part in PARTS)
    return Split(_text(name), train, valid, test, apart)


def _all_tell(parts: Mapping[str, Sequence[Clip]], by: str) -> bool:
    return all(told(clip, by) is not None for part in parts.values() for clip in part)


def _described(name: str, row: Mapping[str, object]) -> Clip:
    subject, label, said = row.get("subject"), row.get("label"), row.get("facts") or {}
    if not isinstance(said, Mapping):
        raise TypeError(f"{said!r} should be facts by name")
    facts = {str(fact): str(value) for fact, value in said.items()}
    return Clip(name, None if subject is None else str(subject), None if label is None else str(label), {}, facts)


def _list(value: object) -> Sequence[object]:
    if value is not None and not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} should be a list")
    return value or ()


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} should be a word in quotes")
    return value


def _digest(splits: Sequence[Split]) -> str:
    said = [[split.name, *lists(split).values()] for split in splits]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
