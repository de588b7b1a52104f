"""What was asked for: enough to make the same bench again, in another process or on another machine, and to know it again.

A name may carry settings: ``late_transformer:heads=4``, ``grouped:k=5,by="dialogue"``.
"""

import hashlib
import inspect
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, fields, is_dataclass
from fractions import Fraction
from functools import lru_cache, partial
from pathlib import Path

import numpy as np

from emofuse import catalog, splitting
from emofuse.bench import usual
from emofuse.bench.base import OWN_BASELINE, Bench, Member, Sense
from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError, UnknownName
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol, Split, thinned
from emofuse.evaluation.hashes import fingerprint
from emofuse.recipe import called


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for.

    Args:
        bench: A corpus, or ``module:function`` of one that returns a `Bench`.
        data: Holds one folder a corpus.
        arguments: Of the function, as JSON.
        modalities: What to fuse; all by default.
        protocol: By name, with settings, or a file of lists; the bench's own by default.
        quick: Whether next to nothing is learnt.
        few: At most so many clips of each label in each part, of two splits at most; 0 for all.
        allowed: Packages that the function may come from.
    """

    bench: str
    data: Path
    arguments: str = "{}"
    modalities: tuple[str, ...] = ()
    protocol: str = ""
    quick: bool = False
    few: int = 0
    allowed: tuple[str, ...] = ("emofuse.recipes",)


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """An order looked at: its bench, its clips, and who is in which part.

    Args:
        bench: What is compared.
        clips: In the order of their ids.
        splits: Of these.
        dropped: Clips whose label has no place among those of the bench.
    """

    bench: Bench
    clips: tuple[Clip, ...]
    splits: tuple[Split, ...]
    dropped: int = 0

    @property
    def truth(self) -> np.ndarray:
        """Each clip's label, as its index. Shape: (N,)."""
        return np.array([self.bench.words.index(clip.label or "") for clip in self.clips])

    def rows(self, clips: Sequence[Clip]) -> np.ndarray:
        """Where some of the clips stand among all. Shape: (n,)."""
        place = {clip.id: i for i, clip in enumerate(self.clips)}
        return np.array([place[clip.id] for clip in clips], dtype=int)

    def split(self, name: str) -> Split:
        """A split by its name."""
        return next(split for split in self.splits if split.name == name)

    def learnt(self, split: Split) -> tuple[Clip, ...]:
        """What the networks of a split learn from: its valid clips too, where other splits judge what is held out of it."""
        return split.train if self.bench.chooses or len(self.splits) == 1 else (*split.train, *split.valid)


@lru_cache(maxsize=4)
def work(order: Order) -> Work:
    """An order's bench, clips and splits, the same in every process.

    Raises:
        UnknownName: A corpus, function, argument, protocol or modality that does not exist.
        CorpusError: Nothing there.
        SplitError: The clips cannot be divided so, or nobody is judged.
    """
    modalities = tuple(_modality(name) for name in order.modalities)
    if ":" in order.bench:
        bench = called(order.bench, json.loads(order.arguments), order.allowed, Bench)
        bench = bench.of(modalities) if modalities else bench
    else:
        if order.arguments != "{}":
            raise UnknownName(
                f"{order.bench} is a corpus, which takes no arguments. Name a function, module:function, or leave --with out."
            )
        corpus = catalog.corpus(order.bench)
        bench = usual.bench(corpus, order.data, modalities, divided=bool(order.protocol))
    bench = bench.quick() if order.quick else bench
    clips, dropped = bench.clips(order.data)
    splits = tuple(split for split in _protocol(order, bench)(clips) if split.test)
    if not splits:
        raise SplitError("The protocol judges nobody. Expected splits with test clips; choose another protocol.")
    if order.few:
        splits = tuple(thinned(split, order.few) for split in splits[:2])  # two, so that one may teach a decision for the other
        left = {clip.id for split in splits for part in (split.train, split.valid, split.test) for clip in part}
        clips = tuple(clip for clip in clips if clip.id in left)
    return Work(bench, clips, splits, dropped)


def _protocol(order: Order, bench: Bench) -> Protocol:
    if not order.protocol:
        return bench.protocol
    if order.protocol.endswith(".json"):
        return splitting.from_file(Path(order.protocol))
    name, settings = spec(order.protocol)
    return splitting.protocol(name, settings, bench.corpus.name)


def _modality(name: str) -> Modality:
    try:
        return Modality(name)
    except ValueError:
        raise UnknownName(f"Unknown modality '{name}'. Known: {', '.join(Modality)}.") from None


def plan(order: Order) -> dict[str, object]:
    """What cells of two benches must have in common to stand in one table, for JSON."""
    made = work(order)
    lists = [[split.name, splitting.lists(split)] for split in made.splits]
    return {
        "format": "emofuse bench 1",
        "bench": order.bench,
        "arguments": json.loads(order.arguments),
        "modalities": list(made.bench.modalities),
        "members": {name: list(member.modalities) for name, member in made.bench.team.items()},
        "labels": list(made.bench.words),
        "protocol": order.protocol or "the bench's own",
        "regime": made.bench.regime,
        **({"baseline": "learnt fold by fold"} if made.bench.regime == OWN_BASELINE else {}),
        "quick": order.quick,
        "clips": fingerprint(made.clips),
        "splits": hashlib.sha256(json.dumps(lists, separators=(",", ":")).encode()).hexdigest(),
        "settings": told(made.bench),
    }


def told(thing: object) -> object:
    """Settings as JSON that reads the same in every process; functions by their names and what is filled in.

    Raises:
        TypeError: Something that is neither plain nor a function or a type: two of a kind would look alike, though they differ.

    Example:
        >>> told(Fraction(17, 20))
        '17/20'
    """
    if isinstance(thing, partial):
        return {"call": told(thing.func), "args": told(thing.args), **{name: told(value) for name, value in sorted(thing.keywords.items())}}
    if is_dataclass(thing) and not isinstance(thing, type):
        said = {f.name: told(getattr(thing, f.name)) for f in fields(thing) if f.name not in _PLACES and not _usual(f, thing)}
        return {"kind": type(thing).__name__, **said}
    if isinstance(thing, Mapping):
        return {str(key): told(value) for key, value in sorted(thing.items(), key=lambda pair: str(pair[0]))}
    if isinstance(thing, tuple | list):
        return [told(value) for value in thing]
    if thing is None or isinstance(thing, bool | int | float | str):
        return thing
    if isinstance(thing, Fraction):
        return str(thing)
    if isinstance(thing, set | frozenset):
        return sorted((told(value) for value in thing), key=str)
    name = getattr(thing, "__qualname__", None)
    closed = getattr(thing, "__closure__", None)
    if name is not None and closed:
        return {"call": name, "within": [told(cell.cell_contents) for cell in closed]}
    owner = getattr(thing, "__self__", None)
    if name is not None and owner is not None and not inspect.ismodule(owner):
        return {"call": name, "of": told(owner)}
    if name is None:
        raise TypeError(
            f"A setting of the bench is {thing!r:.80}, of the type {type(thing).__name__}, of which nobody can tell whether two are the "
            f"same. Expected numbers, words, lists, dataclasses, functions, types, sets or functools.partial; make it one of these."
        )
    return name


def _usual(field: "Field[object]", thing: object) -> bool:
    """Whether a bench's own setting is as it is by default: not told, so that a setting that is new does not make old cells others."""
    value = getattr(thing, field.name)
    if not isinstance(thing, Bench | Member | Sense):
        return False
    return value is field.default or (isinstance(value, bool | int | float | str | tuple) and value == field.default)


_PLACES = {"corpus", "published", "find", "measure", "notes"}  # what clips and splits say already, and what no cell depends on


def known(said: Mapping[str, object]) -> dict[str, object]:
    """A plan as it is read: notes, on which no cell depends, were told once, and are passed over."""
    settings = said.get("settings")
    return {**said, "settings": {k: v for k, v in settings.items() if k != "notes"}} if isinstance(settings, dict) else dict(said)


def spec(text: str) -> tuple[str, dict[str, object]]:
    """A name and its settings.

    Raises:
        UnknownName: A setting that is no NAME=JSON.

    Example:
        >>> spec('grouped:k=5,by="dialogue"')
        ('grouped', {'k': 5, 'by': 'dialogue'})
    """
    name, _, rest = text.partition(":")
    settings: dict[str, object] = {}
    for pair in re.split(r",(?=\w+=)", rest) if rest else []:
        key, sign, value = pair.partition("=")
        try:
            if not sign:
                raise ValueError("there is no =")
            settings[key] = json.loads(value)
        except ValueError as error:
            raise UnknownName(
                f"'{text}' cannot be read: {error}. Expected NAME:SETTING=JSON,…, such as late_transformer:heads=4."
            ) from error
    return name, settings


def chosen(kind: str, asked: str, usually: Sequence[str] | None = None) -> tuple[str, ...]:
    """Names out of a list as it is typed: "all", "none", or names with settings, between commas.

    Args:
        kind: The folder they are files of: "fusions" or "decisions".
        asked: As typed.
        usually: What "all" is; every file by default.

    Raises:
        UnknownName: One that does not exist, or a setting that it does not take.

    Example:
        >>> chosen("fusions", "early,late_transformer:heads=4")
        ('early', 'late_transformer:heads=4')
    """
    if asked == "none":
        return ()
    if asked == "all":
        return tuple(usually) if usually is not None else catalog.names(kind)
    names = tuple(dict.fromkeys(name for name in re.split(r",(?!\w+=)", asked) if name))
    for text in names:
        name, settings = spec(text)
        takes = inspect.signature(catalog.named(kind, name)).parameters
        for setting in settings:
            if setting not in takes or setting in {"dims", "mid_dims", "classes"}:
                own = [known for known in takes if known not in {"dims", "mid_dims", "classes"}]
                raise UnknownName(f"{name} takes no '{setting}'. It takes: {', '.join(own) or 'nothing'}.")
    return names
