"""Figures drawn: small, for a page that is read on a telephone, printed, or seen without colours.

Nothing depends on colour: series differ in marker and line, cells carry their number, and what matters is written beside it.
"""

import io
import re
from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import TYPE_CHECKING, Any, ParamSpec
from warnings import catch_warnings, filterwarnings

import numpy as np

from emofuse.evaluation.metrics import Bin, Point, tenths
from emofuse.evaluation.report import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Drawing

Asked = ParamSpec("Asked")

WIDTH = 4.6  # inches, at 9 points: letters are still read where a page is 360 pixels wide
INK, FAINT, GRID = "#1b1f24", "#59636e", "#d8dee4"  # greys: what a page shows is there on paper and for every eye
STYLE: dict[Any, Any] = {  # matplotlib's own type of it names its 300 settings
    "font.size": 9,
    "font.family": "DejaVu Sans",
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.fonttype": "path",
    "text.parse_math": False,
    "svg.hashsalt": "emofuse",
}
MARKS = ("o", "s", "^", "D")  # of the series of one picture
LETTERS = 22  # of a name beside a row
CROWD = 40  # people whose names are written under their mark; of more there is no room
DARK = 0.55  # share from which a cell's number is white


def styled(draw: Callable[Asked, str]) -> Callable[Asked, str]:
    """The same drawing in the style of all figures, which is left behind when it is done; a dollar in a name is a dollar."""

    @wraps(draw)
    def drawn(*args: Asked.args, **kwargs: Asked.kwargs) -> str:
        import matplotlib as mpl  # late: it takes half a second

        with mpl.rc_context(STYLE), catch_warnings():
            filterwarnings("ignore", "Glyph .* missing from font")  # a name in letters that the font lacks: its row's table has it
            return draw(*args, **kwargs)

    return drawn


@styled
def whiskers(rows: Mapping[str, Figure], lines: Mapping[str, float]) -> str:
    """A mark for each value, a bar from end to end of its interval, and dashed lines for what they are compared with."""
    known = {name: figure for name, figure in rows.items() if not np.isnan(figure.value)}
    drawing, axes = _paper(0.34 * len(known) + 0.75)
    for row, figure in enumerate(known.values()):
        low, high = figure.interval
        axes.plot([low, high], [row, row], color=FAINT, linewidth=2.2, solid_capstyle="butt", zorder=2)
        axes.plot(figure.value, row, "o", color=INK, markersize=5.5, zorder=3)
    axes.set_yticks(range(len(known)), [_folded(name) for name in known])
    axes.set_ylim(len(known) - 0.4, -0.6)
    for (name, at), dashes in zip(lines.items(), ((4, 2), (1, 1.5)), strict=False):
        axes.axvline(at, linestyle=(0, dashes), color=FAINT, linewidth=1.1, label=name, zorder=1)
    if lines:
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, handlelength=2.2, columnspacing=1.2, fontsize=8)
    axes.set_xlim(0, 1.02)  # a mark at one is seen whole
    _finished(axes)
    return svg(drawing)


@styled
def confusions(counts: Sequence[Sequence[int]], words: Sequence[str], heads: Sequence[str], *, rates: bool) -> str:
    """Truth against answer, as counts, or as shares of each truth in percent; the darker, the more often."""
    table = np.array(counts, dtype=float)
    sums = table.sum(axis=1, keepdims=True)
    shares = np.divide(table, sums, out=np.zeros_like(table), where=sums > 0)
    drawing, axes = _paper(0.36 * len(words) + 1.35)
    axes.imshow(shares, cmap="Greys", vmin=0, vmax=1, aspect="auto")
    small = 8 if len(heads) <= 8 else 6.5
    for (row, column), share in np.ndenumerate(shares):
        said = f"{100 * share:.0f}" if rates else f"{table[row, column]:.0f}"
        if table[row, column]:
            colour = "white" if share > DARK else INK
            weight = "bold" if row == column else "normal"
            axes.text(column, row, said, ha="center", va="center", color=colour, fontsize=small, fontweight=weight)
    axes.set_xticks(range(len(heads)), list(heads), rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(words)), list(words))
    axes.tick_params(length=0)
    axes.set_xticks(np.arange(len(heads) - 1) + 0.5, minor=True)
    axes.set_yticks(np.arange(len(words) - 1) + 0.5, minor=True)
    axes.grid(which="minor", color=GRID, linewidth=0.6)
    axes.tick_params(which="minor", length=0)
    axes.set_xlabel("answer")
    axes.set_ylabel("truth")
    return svg(drawing)


@styled
def classes(table: Mapping[str, Mapping[str, float]]) -> str:
    """Precision, recall and F1 of each label: a mark of its own shape each; none where no row is of the label."""
    drawing, axes = _paper(0.34 * len(table) + 1.0)
    shapes = {"precision": ("o", "white"), "recall": ("s", FAINT), "f1": ("D", INK)}
    there = {row: values for row, values in enumerate(table.values()) if values["support"]}
    for row, values in there.items():
        three = [values[name] for name in shapes]
        axes.plot([min(three), max(three)], [row, row], color=GRID, linewidth=2, zorder=1)
    for name, (mark, filled) in shapes.items():
        axes.plot(
            [values[name] for values in there.values()],
            list(there),
            mark,
            color=INK,
            markerfacecolor=filled,
            markersize=5.5,
            label=name.replace("f1", "F1"),
        )
    axes.set_yticks(range(len(table)), list(table))
    axes.set_ylim(len(table) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, frameon=False, handletextpad=0.2, columnspacing=1.2)
    _finished(axes)
    return svg(drawing)


@styled
def reliability(bins: Sequence[Bin]) -> str:
    """How often answers of each confidence were right; on the dashed line, confidence is what it says. Below: how many there were."""
    drawing, (axes, below) = papers(3.7, (3.2, 1))
    there = [part for part in bins if part.n]
    axes.plot([0, 1], [0, 1], "--", color=FAINT, linewidth=1)
    axes.text(0.02, 0.97, "more often right\nthan it says", color=FAINT, fontsize=8, ha="left", va="top")
    axes.text(0.98, 0.03, "surer than it is right", color=FAINT, fontsize=8, ha="right", va="bottom")
    axes.plot([part.confidence for part in there], [part.accuracy for part in there], "-o", color=INK, markersize=4.5, linewidth=1.2)
    axes.set_ylabel("share right")
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.grid(color=GRID, linewidth=0.6)
    middles = [(part.low + part.high) / 2 for part in bins]
    below.bar(middles, [part.n for part in bins], width=0.9 / len(bins), color="white", edgecolor=INK, hatch="////", linewidth=0.8)
    below.set_xlim(0, 1)
    below.set_xlabel("confidence")
    below.set_ylabel("answers")
    return svg(drawing)


@styled
def coverage(points: Sequence[Point], level: float) -> str:
    """Accuracy of the answers that are left when the least sure ones are withheld; dashed: of all of them."""
    drawing, axes = _paper(2.6)
    axes.plot([point.coverage for point in points], [point.accuracy for point in points], color=INK, linewidth=1.5)
    some = tenths(points)
    axes.plot([point.coverage for point in some], [point.accuracy for point in some], "o", color=INK, markersize=4)
    axes.axhline(level, linestyle="--", color=FAINT, linewidth=1)
    axes.text(1.0, level - 0.012, "answering all", color=FAINT, fontsize=8, ha="right", va="top")
    axes.set_xlim(0, 1.02)
    axes.set_ylim(min(min(point.accuracy for point in points), level) - 0.06, 1.02)
    axes.set_xlabel("share of clips that get an answer")
    axes.set_ylabel("share of these right")
    axes.grid(color=GRID, linewidth=0.6)
    return svg(drawing)


@styled
def people(accuracy: Mapping[str, float], uar: Mapping[str, float], mean: float) -> str:
    """A mark for each person, from the worst judged to the best; dashed: all clips together."""
    order = sorted(accuracy, key=lambda who: (accuracy[who], who))
    drawing, axes = _paper(2.7)
    places = range(len(order))
    large = 5 if len(order) <= CROWD else 2.5
    axes.plot(places, [uar[who] for who in order], "s", color=FAINT, markerfacecolor="white", markersize=large, label="UAR")
    axes.plot(places, [accuracy[who] for who in order], "o", color=INK, markersize=large, label="accuracy")
    axes.axhline(mean, linestyle="--", color=FAINT, linewidth=1)
    axes.text(len(order) - 0.5, mean, "all", color=FAINT, fontsize=8, ha="right", va="bottom")
    axes.set_ylim(0, 1.02)
    axes.set_xlim(-0.7, len(order) - 0.3)
    if len(order) <= CROWD:
        axes.set_xticks(places, order, rotation=90, fontsize=7)
    else:
        axes.set_xticks([])
        axes.set_xlabel(f"{len(order)} people, from the worst judged to the best")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, handletextpad=0.2, columnspacing=1.2)
    axes.grid(axis="y", color=GRID, linewidth=0.6)
    return svg(drawing)


@styled
def differences(rows: Mapping[str, Figure]) -> str:
    """A mark for each difference and a bar for its interval, around a line at no difference at all."""
    drawing, axes = _paper(0.4 * len(rows) + 0.85)
    far = max([abs(edge) for figure in rows.values() for edge in (figure.value, *figure.interval) if not np.isnan(edge)] or [0.0])
    for row, figure in enumerate(rows.values()):
        axes.plot(figure.interval, [row, row], color=FAINT, linewidth=2.2, solid_capstyle="butt", zorder=2)
        axes.plot(figure.value, row, "o", color=INK, markersize=5.5, zorder=3)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(rows)), [_folded(name) for name in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-1.1 * (far or 1), 1.1 * (far or 1))
    _finished(axes, "difference in accuracy, in points")
    return svg(drawing)


def _folded(name: str) -> str:
    """A long name on two lines, so that what it names has room."""
    from textwrap import wrap

    lines = wrap(name, LETTERS)
    return "\n".join([lines[0], " ".join(lines[1:])[:LETTERS]]) if len(lines) > 1 else name


def _paper(height: float) -> "tuple[Drawing, Axes]":
    drawing, (axes,) = papers(height, (1,))
    return drawing, axes


def papers(height: float, shares: Sequence[float]) -> "tuple[Drawing, list[Axes]]":
    """A drawing that belongs to nobody: no pyplot, no window, nothing to close."""
    import matplotlib as mpl
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure as Paper

    with mpl.rc_context(STYLE):
        drawing = Paper(figsize=(WIDTH, height), layout="constrained")
        FigureCanvasSVG(drawing)
        made = drawing.subplots(len(shares), 1, sharex=len(shares) > 1, squeeze=False, gridspec_kw={"height_ratios": list(shares)})
    return drawing, [axes for (axes,) in made]


def _finished(axes: "Axes", label: str = "") -> None:
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel(label)


def svg(drawing: "Drawing") -> str:
    """The same drawing gives the same text: no date, no names that differ from run to run."""
    import matplotlib as mpl

    file = io.StringIO()
    with mpl.rc_context(STYLE):
        drawing.savefig(file, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    text = file.getvalue()
    return re.sub(r"<metadata>.*?</metadata>\s*", "", text[text.index("<svg") :], flags=re.DOTALL)
