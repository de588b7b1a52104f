"""Search a recipe's arguments: teach it with one setting after the other, and judge each on valid clips alone.

No test clip is read: what the best setting is worth is for `emofuse train` to say, once.
"""

import hashlib
import json
import logging
import shlex
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from emofuse.core.errors import UnknownName
from emofuse.core.progress import Progress
from emofuse.experiment import no_bar
from emofuse.features.cache import Cache
from emofuse.search.files import write
from emofuse.search.folds import Fold
from emofuse.search.found import Found, ranked
from emofuse.search.kept import Kept, kept
from emofuse.search.space import Space, countable
from emofuse.search.tried import MEASURES, Tried, Tries
from emofuse.search.ways import WAYS, beforehand, grid, proposed, shares

log = logging.getLogger(__name__)

TRIALS = 30  # of a random or guided search, unless somebody says otherwise


def search(
    path: str,
    over: Space,
    arguments: Mapping[str, object],
    *,
    data: Path,
    out: Path,
    way: str | None = None,
    trials: int | None = None,
    measure: str = "uar",
    seed: int = 0,
    allowed: Sequence[str] = ("emofuse.recipes",),
    split: Path | None = None,
    cache: Cache | None = None,
    bar: Callable[[str], Progress] = no_bar,
) -> Found:
    """Try settings until there are `trials` of them, those of earlier calls in `out` among them.

    One process at a time: two on the same folder would try the same settings.

    Args:
        path: The recipe's, ``module:function``.
        over: By argument, the values it may take.
        arguments: What to call the recipe with otherwise.
        data: Holds one folder a corpus.
        out: Gets ``search.db`` and the figures, as files.
        way: "grid", "random" or "tpe"; by default a grid where each argument has a list of values or a number of steps, else "tpe".
        trials: How many settings; by default all of a grid, and `TRIALS` otherwise.
        measure: "uar", "accuracy" or "loss" on valid clips, averaged over splits.
        seed: Of what is proposed, and of every training.
        allowed: Packages that the recipe may come from.
        split: A file of lists that divides the clips instead of the recipe's protocol.
        cache: Where features are looked up and kept.
        bar: Called with what is being read, for a progress of it.

    Raises:
        UnknownName: A recipe, argument, way or measure that does not exist; a range in a grid; or no settings at all.
        CorpusError: The corpus is not there, or none of its labels are the recipe's.
        SplitError: Its clips cannot be split, or nobody can be judged but test clips.
        RunError: The folder holds another search, or settings that cannot be compared.
        EmofuseError: Optuna is not installed.
    """
    way = way or ("grid" if countable(over) else "tpe")
    for what, name, known in (("way", way, WAYS), ("measure", measure, MEASURES)):
        if name not in known:
            raise UnknownName(f"A search knows no {what} '{name}'. Known: {', '.join(known)}; choose one of them.")
    if trials is not None and trials < 1:
        raise UnknownName(
            f"A search of {trials} settings finds nothing. Expected --trials of 1 or more; leave it out for as many as usual."
        )
    both = sorted({*over} & {*arguments})
    if both:
        raise UnknownName(f"'{both[0]}' is searched over and set at once. Expected it in --over or in --with; leave one of them out.")
    points = grid(over, seed) if way == "grid" else None
    count = trials or TRIALS if points is None else min(trials or len(points), len(points))
    tries = Tries(path, dict(arguments), data, seed, allowed, split, cache, bar)
    for setting in beforehand(over):
        recipe = tries.recipe(setting)  # what it does not take is said before anything is taught
    splits, folds = tries.splits(recipe), tries.folds(recipe)
    question: dict[str, object] = {
        "format": "emofuse search 1",
        "recipe": path,
        "arguments": dict(arguments),
        "over": {name: str(axis) for name, axis in over.items()},
        "way": way,
        "measure": measure,
        "seed": seed,
        "clips": _fingerprint(folds),
    }
    with kept(out, question, over, measure) as book:
        for number in range(len(book.trials()) + 1, count + 1):
            setting = points[number - 1] if points is not None else proposed(book, way, seed)
            _try(book, tries, number, count, setting)
        tried, mattered = book.tried(), shares(book, seed)
    learnt = {clip.id for fold in folds for part in (fold.learnt, fold.judged) for clip in part}
    crossed = len(learnt & {clip.id for one in splits for clip in one.test})
    best = ranked(tried, lambda one: one.value(measure), measure)[0]
    places = ["--data", str(data), "--out"]
    also = _also(seed, allowed, split)
    found = Found(
        question, over, measure, tried, folds, crossed, mattered,
        command=shlex.join(["emofuse", "train", path, *_with({**arguments, **best.arguments}), *places, str(out / "best"), *also]),
        again=shlex.join(["emofuse", "search", path, "--over", ",".join(f"{name}={axis}" for name, axis in over.items()), *_with(arguments),
                          "--way", way, "--trials", str(count), "--measure", measure, *places, str(out), *also]),
    )  # fmt: skip
    write(out, found)
    return found


def _try(book: Kept, tries: Tries, number: int, count: int, setting: Mapping[str, object]) -> None:
    """One setting: what was tried before is not taught again, as it would come to the same."""
    before = next((one for one in book.tried() if one.arguments == setting), None)
    folds, seconds = (before.folds, 0.0) if before else tries(setting)
    one = Tried(number, setting, folds, seconds, (before.same_as or before.number) if before else None)
    book.add(one)
    log.info("%d of %d: %s %.4f, %s, %.1f s", number, count, book.measure, one.value(book.measure), json.dumps(one.arguments), seconds)


def _fingerprint(folds: Sequence[Fold]) -> str:
    told = [[fold.name, sorted(clip.id for clip in fold.learnt), sorted(clip.id for clip in fold.judged)] for fold in folds]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def _with(arguments: Mapping[str, object]) -> list[str]:
    return [word for name, value in arguments.items() for word in ("--with", f"{name}={json.dumps(value, ensure_ascii=False)}")]


def _also(seed: int, allowed: Sequence[str], split: Path | None) -> list[str]:
    packages = [word for package in allowed if package != "emofuse.recipes" for word in ("--allow", package)]
    return [*(["--seed", str(seed)] if seed else []), *packages, *(["--split", str(split)] if split else [])]
