"""A report as it was kept: the JSON of `Report.as_dict` back to a report."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from math import nan
from typing import Any, TypeVar

from emofuse.core.errors import RunError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.evaluation.metrics import Bin, Chance, Point
from emofuse.evaluation.report import FIGURES, Figure, Part, Person, Report

Said = Mapping[str, Any]  # what JSON holds is known only when it is read
Value = TypeVar("Value")


def report(said: Said) -> Report:
    """The report that ``report.json`` tells.

    One that was kept before a figure was measured is read without it: the figure is then not a number, its table empty.

    Raises:
        RunError: It is not a report's.
    """
    try:
        return _report(said)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RunError(
            f"This is not a report: {type(error).__name__}, {error}. Expected what `emofuse evaluate` writes as report.json; judge again."
        ) from error


def _report(said: Said) -> Report:
    supports = [row["support"] for row in said["classes"].values()]
    plain = (
        "n",
        "commonest",
        "unanswered",
        "dropped",
        "unreadable",
        "drawn",
        "drawn_from",
        "resamples",
        "level",
        "data",
        "smallest",
        "few",
    )
    figures: dict[str, Any] = {name: _figure(said.get(name)) for name in FIGURES}
    return Report(
        labels=LabelSet(tuple(said["labels"])),
        people=_tuple(said["people"]),
        shared=_tuple(said["shared"]),
        **figures,
        chance=Chance(**said["chance"]) if "chance" in said else _chance(supports),
        classes=said["classes"],
        confusion=tuple(tuple(row) for row in said["confusion"]),
        reliability=tuple(_of(Bin, row) for row in said.get("reliability", ())),
        coverage=tuple(_of(Point, row) for row in said.get("coverage", ())),
        subjects={who: _person(row) for who, row in said["subjects"].items()},
        groups={fact: {value: _part(part) for value, part in values.items()} for fact, values in said["groups"].items()},
        folds={name: _part(part) for name, part in said["folds"].items()},
        notes=tuple(said["notes"]),
        without={Modality(m): _report(told) for m, told in said["without"].items()},
        **{name: said[name] for name in plain if name in said},
    )


def _figure(said: Said | None) -> Figure:
    if said is None:
        return Figure(nan, (nan, nan))
    low, high = said["interval"]
    return Figure(_number(said["value"]), (_number(low), _number(high)))


def _part(said: Said) -> Part:
    return Part(said["n"], _figure(said["accuracy"]), _figure(said["uar"]))


def _person(said: Said | float) -> Person:
    """Reports once kept a person's accuracy and nothing else."""
    return _of(Person, said) if isinstance(said, Mapping) else Person(0, float(said), nan)


def _chance(supports: Sequence[float]) -> Chance:
    total = sum(supports)
    return Chance(1 / len(supports), sum((count / total) ** 2 for count in supports), 1 / sum(count > 0 for count in supports))


def _of(kind: Callable[..., Value], said: Said) -> Value:
    return kind(**{part.name: _number(said[part.name]) for part in fields(kind)})  # type: ignore[arg-type]  # three dataclasses of numbers


def _number(value: Any) -> Any:
    return nan if value is None else value


def _tuple(words: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(words)
