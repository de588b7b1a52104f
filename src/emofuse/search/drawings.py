"""What mattered, drawn: each argument's share, and what every setting came to over each argument. In the style of all figures."""

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from emofuse.evaluation.plots import FAINT, GRID, INK, WIDTH, styled, svg
from emofuse.search.space import Axis, Choices, Space
from emofuse.search.tried import NAMES, Tried

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

SIDE_BY_SIDE = 2  # panels in a row: each is still read where a page is 360 pixels wide
PANEL, BAR = 1.9, 0.3  # inches
LETTERS = 14  # of a listed value below its place


@styled
def mattered(shares: Mapping[str, float], over: Space, settings: Sequence[Tried], measure: str) -> str:
    """Bars of what mattered, and a panel for each argument: a ring a setting, a line through the means, a diamond on the best.

    Args:
        shares: By argument, largest first; empty for no bars.
        over: Where was searched.
        settings: Different ones, the best first.
        measure: What they are judged by.
    """
    return svg(_drawn(shares, over, settings, measure))


def _drawn(shares: Mapping[str, float], over: Space, settings: Sequence[Tried], measure: str) -> "Drawing":
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Paper

    known = [one for one in settings if math.isfinite(one.value(measure))]
    rows = math.ceil(len(over) / SIDE_BY_SIDE)
    heights = [*([BAR * len(shares) + 0.55] if shares else []), *[PANEL] * rows]
    drawing = Paper(figsize=(WIDTH, sum(heights) + 0.3), layout="constrained")
    FigureCanvasSVG(drawing)
    grid = drawing.add_gridspec(len(heights), SIDE_BY_SIDE, height_ratios=heights)
    if shares:
        _bars(drawing.add_subplot(grid[0, :]), shares)
    first = None
    for i, (name, axis) in enumerate(over.items()):
        row, column = divmod(i, SIDE_BY_SIDE)
        alone = i == len(over) - 1 and column == 0
        place = grid[row + bool(shares), :] if alone else grid[row + bool(shares), column]
        axes = drawing.add_subplot(place, sharey=first)
        first = first or axes
        _panel(axes, name, axis, known, measure)
        axes.set_ylabel(f"{NAMES[measure]} on valid clips" if column == 0 else "")
        if column:
            axes.tick_params(labelleft=False)
    return drawing


def _bars(axes: "Axes", shares: Mapping[str, float]) -> None:
    axes.barh(range(len(shares)), list(shares.values()), height=0.55, color=FAINT)
    for row, share in enumerate(shares.values()):
        axes.text(share + 0.01, row, f"{100 * share:.0f} %", va="center", fontsize=8)
    axes.set_yticks(range(len(shares)), list(shares))
    axes.set_ylim(len(shares) - 0.4, -0.6)
    axes.set_xlim(0, 1.1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.set_xlabel("share of the variance among settings")
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)


def _panel(axes: "Axes", name: str, axis: Axis, known: Sequence[Tried], measure: str) -> None:
    places = [_place(one.arguments[name], axis) for one in known]
    values = [one.value(measure) for one in known]
    axes.plot(places, values, "o", color=FAINT, markerfacecolor="none", markersize=4, markeredgewidth=0.8, zorder=2)
    if isinstance(axis, Choices):
        at = sorted(set(places))
        means = [sum(v for p, v in zip(places, values, strict=True) if p == x) / places.count(x) for x in at]
        axes.plot(at, means, "-", color=INK, linewidth=1.1, zorder=1)
        axes.set_xticks(range(len(axis.values)), [_word(value) for value in axis.values])
        axes.set_xlim(-0.5, len(axis.values) - 0.5)
        if max(len(_word(value)) for value in axis.values) * len(axis.values) > 3 * LETTERS / 2:
            axes.tick_params(axis="x", rotation=35, labelsize=8)
    elif axis.log:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")  # powers would be written in a language that no page reads
        axes.xaxis.set_minor_formatter(lambda *_: "")
        axes.tick_params(axis="x", labelsize=8)
    if known:
        axes.plot(places[0], values[0], "D", color=INK, markersize=5.5, zorder=3)
    axes.set_xlabel(name)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)


def _place(value: object, axis: Axis) -> float:
    return float(axis.values.index(value)) if isinstance(axis, Choices) else float(str(value))


def _word(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LETTERS else f"{text[: LETTERS - 1]}…"
