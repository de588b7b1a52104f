"""What only a bench draws: curves over a share, and gains around zero. In the style of all figures."""

from collections.abc import Mapping, Sequence
from math import isnan

from emofuse.evaluation.plots import FAINT, GRID, INK, MARKS, papers, svg
from emofuse.evaluation.report import Figure

DASHES = ((0, ()), (0, (5, 2)), (0, (1, 1.5)), (0, (6, 2, 1, 2)))  # a line of its own each, as nothing may depend on colour


def curves(series: Mapping[str, Sequence[tuple[float, float]]], measure: str) -> str:
    """A measure over the share of signals that are missing; a line and a mark of its own each."""
    drawing, (axes,) = papers(3.0, (1,))
    for (name, points), mark, dashes in zip(series.items(), MARKS, DASHES, strict=False):
        x, y = zip(*points, strict=True)
        axes.plot(x, y, marker=mark, markersize=4, color=INK, linewidth=1.1, linestyle=dashes, markerfacecolor="white", label=name)
    axes.set_xlabel("share of signals missing")
    axes.set_ylabel(measure)
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    axes.grid(color=GRID, linewidth=0.6)
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, handlelength=2.6, columnspacing=1.2, fontsize=8)
    return svg(drawing)


def gains(rows: Mapping[str, Figure], measure: str) -> str:
    """A mark for each gain and a bar for its interval, around a line at none."""
    drawing, (axes,) = papers(0.34 * len(rows) + 0.85, (1,))
    far = max([abs(edge) for figure in rows.values() for edge in (figure.value, *figure.interval) if not isnan(edge)] or [0.0])
    for row, figure in enumerate(rows.values()):
        axes.plot(figure.interval, [row, row], color=FAINT, linewidth=2.2, solid_capstyle="butt", zorder=2)
        axes.plot(figure.value, row, "o", color=INK, markersize=5.5, zorder=3)
    axes.axvline(0, color=INK, linewidth=1)
    axes.set_yticks(range(len(rows)), list(rows))
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(-1.1 * (far or 1), 1.1 * (far or 1))
    axes.set_xlabel(f"gain in {measure}")
    axes.grid(axis="x", color=GRID, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    return svg(drawing)
