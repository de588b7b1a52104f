"""What a leak is worth: one recipe under a clean protocol and under those that leak, side by side.

A recipe that can be measured so takes an argument ``protocol``, and its module names them in ``PROTOCOLS``, the clean one first.
"""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from emofuse.core.errors import UnknownName
from emofuse.evaluation.report import Report
from emofuse.experiment import train
from emofuse.recipe import call
from emofuse.run import write_json


@dataclass(frozen=True, slots=True)
class Leak:
    """The same recipe, judged under several protocols.

    Args:
        recipe: Its path.
        reports: By protocol; the first is clean.
    """

    recipe: str
    reports: Mapping[str, Report]

    @property
    def worth(self) -> dict[str, float]:
        """By leaking protocol, how much higher its UAR is than the clean one's."""
        clean, *leaking = self.reports
        return {name: self.reports[name].uar.value - self.reports[clean].uar.value for name in leaking}

    def text(self) -> str:
        """A Markdown table, and the sentence that it comes to."""
        clean, *leaking = self.reports
        lines = [
            "| protocol | clips judged | people also learnt from | accuracy | UAR | worth in UAR |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        for name, report in self.reports.items():
            worth = f"{100 * self.worth[name]:+.1f} points" if name in leaking else "clean"
            people = len(report.people or ())
            shared = "unknown" if report.shared is None else f"{len(report.shared)} of {people}"
            lines.append(f"| {name} | {report.n} | {shared} | {report.accuracy} | {report.uar} | {worth} |")
        most = max(leaking, key=self.worth.__getitem__)
        low, high = self.reports[most].uar.interval[0], self.reports[clean].uar.interval[1]
        met = (
            f"{100 * self.worth[most]:.1f} points that no new user will see"
            if low > high
            else "their intervals meet, so that no leak is shown"
        )
        return "\n".join(
            [
                *lines,
                "",
                f"The same network gets {self.reports[clean].uar.value:.3f} on people it has not heard, "
                f"and {self.reports[most].uar.value:.3f} where '{most}' is the protocol: {met}.",
            ]
        )

    def as_dict(self) -> dict[str, object]:
        """For ``leak.json``."""
        return {
            "recipe": self.recipe,
            "clean": next(iter(self.reports)),
            "worth": {name: round(worth, 6) for name, worth in self.worth.items()},
            "reports": {name: report.as_dict() for name, report in self.reports.items()},
        }


def leak(
    path: str, arguments: Mapping[str, object], *, data: Path, out: Path, seed: int = 0, allowed: Sequence[str] = ("emofuse.recipes",)
) -> Leak:
    """Train and judge a recipe under each of its protocols; what is already in `out` is taken as it is.

    Args:
        path: The recipe's, ``module:function``.
        arguments: What to call it with, but for the protocol.
        data: Holds one folder a corpus.
        out: Gets a folder a protocol, ``leak.json`` and ``leak.md``.
        seed: Of each training.
        allowed: Packages that the recipe may come from.

    Raises:
        UnknownName: No such recipe, or one without protocols to compare.
    """
    names = protocols(path, arguments, allowed)
    reports = {}
    for name in names:
        report = train(path, {**arguments, "protocol": name}, data=data, out=out / name.replace(" ", "-"), seed=seed, allowed=allowed)
        assert report is not None, f"protocol {name} judges nobody"
        reports[name] = report
    told = Leak(path, reports)
    write_json(out / "leak.json", told.as_dict())
    (out / "leak.md").write_text(told.text() + "\n", encoding="utf-8")
    return told


def protocols(path: str, arguments: Mapping[str, object], allowed: Sequence[str] = ("emofuse.recipes",)) -> tuple[str, ...]:
    """The protocols that a recipe can be judged by, the clean one first.

    Raises:
        UnknownName: No such recipe, or one that has only one protocol.

    Example:
        >>> protocols("ravdess:voice", {})[0]
        'people'
    """
    recipe = call(path, arguments, allowed)
    module = path.partition(":")[0]
    module = module if "." in module or module in allowed else f"emofuse.recipes.{module}"
    named: Mapping[str, object] = getattr(importlib.import_module(module), "PROTOCOLS", {})
    for name in named:
        call(path, {**arguments, "protocol": name}, allowed)
    if len(named) < 2:
        raise UnknownName(
            f"Recipe {path} ('{recipe.name}') has one protocol only, so there is no leak to measure. "
            f"Expected a module with PROTOCOLS and an argument 'protocol', as ravdess:voice has."
        )
    return tuple(named)
