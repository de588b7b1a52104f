"""An explanation drawn: what each player added to the answer over time and on the whole, then a few moments looked at closely.

Nothing depends on colour: players differ in darkness and hatching, and bars above chance speak for the answer, below against it.
M: players, N: cells, C: classes.
"""

from collections.abc import Sequence
from itertools import cycle
from typing import TYPE_CHECKING, Any

import numpy as np

from emofuse.core.explanation import CANNOT, Explanation, Look, Moment
from emofuse.core.provenance import LIMITS, answered, order
from emofuse.core.timeline import Timeline, clock
from emofuse.exports.base import source
from emofuse.exports.base.looked import HEIGHT, TITLED, axes_at, draw, points, rows_of, width
from emofuse.exports.base.picture import FAINT, INK, WIDTH, draw_lanes, draw_places, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PLAYERS = (("#f2b04c", ""), ("#23568f", ""), ("#8a94a0", "......"), ("#e8e3da", "/////"))
"""Fill and hatching of each player in turn: light, dark, dotted, striped; apart in grey, and for colour-blind people."""
_NET = "#111111"
_LEFT, _RIGHT, _GAP, _WHOLE = 0.85, 0.3, 1.15, 1.75  # inches: beside everything, between the two panels, width of the right one
_HEAD, _LANE, _BARS, _CLOCK, _FOOT = 0.78, 0.34, 2.0, 0.36, 0.75  # inches, from above
_SECTION, _ROW, _TEXT = 0.52, HEIGHT + TITLED + 0.34, 1.62  # inches: a section's title, a moment, the words beside it
_HALF = (WIDTH - _LEFT - _RIGHT + 0.45) / 2  # inches from a moment to one beside it
_MOST = 120  # bars over time: more would be threads
_NOTHING = (
    "Nobody has asked why.\nAsk for it with the answer:  emofuse analyze FILE --explain --out DIR\n"
    "or, in Python,  emofuse.analyze(FILE, explain=True)"
)


def figure(timeline: Timeline) -> "Figure":
    """Shares above, moments below. Belongs to nobody: no pyplot, no window, nothing to close."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # late: it takes half a second
    from matplotlib.figure import Figure

    explanation = timeline.explanation
    lines = [rows_of(moment.looks, WIDTH - _LEFT - _TEXT - _RIGHT) for moment in explanation.moments] if explanation else []
    beside = 2 if len(lines) > 1 and all(map(_narrow, lines)) else 1  # moments
    rows = -(-sum(map(len, lines)) // beside)
    above = _HEAD + _LANE + _BARS + _CLOCK
    made = Figure(figsize=(WIDTH, above + (_SECTION + rows * _ROW if rows else 0.0) + _FOOT), facecolor="white")
    FigureCanvasAgg(made)
    if explanation is None:
        made.text(0.5, 0.5, _NOTHING, ha="center", va="center", fontsize=11, color=INK, linespacing=1.8)
        return made
    _draw_head(made, timeline, explanation)
    wide = WIDTH - _LEFT - _GAP - _WHOLE - _RIGHT
    lane = axes_at(made, _LEFT, _HEAD, wide, _LANE)
    draw_lanes(lane, (timeline,), wide)
    bars = axes_at(made, _LEFT, _HEAD + _LANE, wide, _BARS)
    _draw_shares(bars, timeline, explanation)
    _draw_numbers(bars, explanation.moments)
    _draw_whole(axes_at(made, WIDTH - _RIGHT - _WHOLE, _HEAD + _LANE, _WHOLE, _BARS), explanation)
    if rows:
        _draw_moments(made, above, timeline, explanation, lines, beside)
    return made


def toward(timeline: Timeline, explanation: Explanation) -> np.ndarray:
    """What each player added to whatever is the answer in each cell; NaN where there is none. Shape: (M, N)."""
    middles = [segment.middle for segment in explanation.segments]
    spans = timeline.spans()
    places = np.searchsorted([span.segment.end for span in spans], middles, side="right")
    added = np.full(explanation.contributions.shape[:2], np.nan)
    for i, place in enumerate(np.minimum(places, len(spans) - 1)):
        label = spans[place].label
        if label is not None:
            added[:, i] = explanation.contributions[:, i, explanation.labels.index(label)]
    return added


def _draw_shares(axes: "Axes", timeline: Timeline, explanation: Explanation) -> None:
    """Bars from chance: upwards for the answer, downwards against it; a line where they end together."""
    chance = float(explanation.prior.mean())
    added = toward(timeline, explanation)
    edges, values = _binned(added, [segment.start for segment in explanation.segments], timeline.duration)
    up, down = np.full(values.shape[1], chance), np.full(values.shape[1], chance)
    starts, widths = edges[:-1], np.diff(edges)
    for (name, value), (colour, hatch) in zip(zip(explanation.players, values, strict=True), cycle(PLAYERS), strict=False):
        known = np.nan_to_num(value)
        bottom = np.where(known >= 0, up, down)
        axes.bar(starts, known, widths, bottom, align="edge", color=colour, edgecolor="#00000055", hatch=hatch, linewidth=0, label=name)
        up, down = up + np.maximum(known, 0), down + np.minimum(known, 0)
    net = chance + values.sum(axis=0)
    axes.stairs(net, edges, color="white", linewidth=3.0, baseline=None)
    axes.stairs(net, edges, color=_NET, linewidth=1.3, baseline=None)
    axes.axhline(chance, color=_NET, linewidth=0.8, linestyle=(0, (1, 2)))
    low = min(0.0, float(np.nanmin(down, initial=0.0)))
    high = max(1.0, float(np.nanmax(up, initial=1.0)))
    axes.set(xlim=(0, timeline.duration), ylim=(low - 0.03, high + 0.06))
    axes.set_yticks([chance, 0.5, 1.0], [f"chance\n{chance:.0%}".replace("%", " %"), "50 %", "100 %"], fontsize=8, color=INK)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", color="#e6e6e6", linewidth=0.7)
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)
    draw_places(axes, timeline)


def _binned(added: np.ndarray, starts: Sequence[int], duration: int) -> tuple[np.ndarray, np.ndarray]:
    """Means over so many cells that there are at most `_MOST`; NaN where none is answered. Shape: (K + 1,), (M, K)."""
    together = -(-added.shape[1] // _MOST)
    firsts = np.arange(0, added.shape[1], together)
    known = ~np.isnan(added)
    counts = np.add.reduceat(known, firsts, axis=1, dtype=np.float64)
    sums = np.add.reduceat(np.where(known, added, 0.0), firsts, axis=1)
    means: np.ndarray = np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)
    edges = np.array([*(starts[first] for first in firsts), duration], dtype=float)
    if len(edges) > 2 and edges[-1] - edges[-2] < 0.1 * (edges[1] - edges[0]):  # a last millisecond would be a line, not a bar
        edges, means = np.array([*edges[:-2], duration], dtype=float), means[:, :-1]
    return edges, means


def _draw_numbers(axes: "Axes", moments: Sequence[Moment]) -> None:
    """Where the moments below are."""
    top = axes.get_ylim()[1]
    for number, moment in enumerate(moments, 1):
        axes.axvline(moment.cell.middle, color=_NET, linewidth=0.7, linestyle=(0, (4, 2)))
        axes.text(moment.cell.middle, top, str(number), **_badge())


def _badge() -> dict[str, Any]:
    """How a number looks; what matplotlib takes."""
    return {
        "ha": "center", "va": "center", "fontsize": 8, "fontweight": "bold", "color": "white",
        "bbox": {"boxstyle": "circle,pad=0.25", "facecolor": _NET, "edgecolor": "white"},
    }  # fmt: skip


def _draw_whole(axes: "Axes", explanation: Explanation) -> None:
    """What each player added to every label over the whole recording, in points of a hundred."""
    pooled, labels = np.nan_to_num(explanation.pooled), list(explanation.labels)
    thick = 0.8 / len(pooled)
    for i, (value, (colour, hatch)) in enumerate(zip(pooled, cycle(PLAYERS), strict=False)):
        places = np.arange(len(labels)) - 0.4 + thick * (i + 0.5)
        axes.barh(places, value, thick * 0.92, color=colour, edgecolor="#00000055", hatch=hatch, linewidth=0)
    reach = max(0.05, float(np.abs(pooled).max()))
    axes.set(xlim=(-1.15 * reach, 1.15 * reach), ylim=(len(labels) - 0.5, -0.5), xticks=[])
    axes.set_yticks(range(len(labels)), labels, fontsize=8.5, color=INK, parse_math=False)
    axes.axvline(0, color=_NET, linewidth=0.8, linestyle=(0, (1, 2)))
    for place in range(1, len(labels)):
        axes.axhline(place - 0.5, color="#eeeeee", linewidth=0.7, zorder=0)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    ends = (-reach, reach)
    axes.set_xticks(ends, [points(end) for end in ends], fontsize=7, color=FAINT)
    axes.text(1, 1.03, "added over the whole recording,\nin points of 100", transform=axes.transAxes, fontsize=8, color=FAINT, ha="right")


def _narrow(rows: Sequence[list[Look]]) -> bool:
    """Whether a moment leaves room for another one beside it."""
    return len(rows) == 1 and _TEXT + sum(map(width, rows[0])) <= _HALF


def _draw_moments(
    made: "Figure", top: float, timeline: Timeline, explanation: Explanation, lines: Sequence[list[list[Look]]], beside: int
) -> None:
    """A row or more for each moment, or half a row: its number, what each player added, and the looks."""
    down = made.get_size_inches()[1]
    made.text(_LEFT / WIDTH, 1 - (top + 0.2) / down, "Looked at closely", fontsize=11, fontweight="bold", color=INK, va="center")
    drawn = any(look.seen is not None for moment in explanation.moments for look in moment.looks)
    key = "Solid outline, orange: spoke for the label.  Dashed outline, violet: against it.  " + (
        "Percentages: from a flat grey face, or an even sound, to this one." if drawn else "Bars: points of 100 that go with the part."
    )
    made.text((_LEFT + 1.75) / WIDTH, 1 - (top + 0.2) / down, key, fontsize=8, color=FAINT, va="center")
    top += _SECTION - 0.08
    for number, (moment, rows) in enumerate(zip(explanation.moments, lines, strict=True), 1):
        first = _LEFT + _HALF * ((number - 1) % beside)
        _draw_words(made, first, top, number, moment, timeline, explanation)
        for i, looks in enumerate(rows):
            left = first + _TEXT
            for look in looks:
                draw(made, look, left, top + i * _ROW)
                left += width(look)
        top += len(rows) * _ROW if number % beside == 0 else 0.0


def _draw_words(made: "Figure", left: float, top: float, number: int, moment: Moment, timeline: Timeline, explanation: Explanation) -> None:
    """When, what, and a bar a player."""
    down = made.get_size_inches()[1]
    label = explanation.labels.index(moment.label)
    added = explanation.at(moment.cell.middle)[:, label]
    share = f"{float(explanation.prior[label] + added.sum()):.0%}".replace("%", " %")
    made.text((left - 0.42) / WIDTH, 1 - (top + TITLED + 0.1) / down, str(number), **_badge())
    made.text(
        (left - 0.2) / WIDTH,
        1 - (top + TITLED + 0.1) / down,
        f"{moment.label} {share}",
        fontsize=11,
        fontweight="bold",
        color=INK,
        va="center",
        parse_math=False,
    )
    each = order(timeline)
    where = f"sentence {moment.cell.start // each + 1}" if each else f"at {clock(moment.cell.start)}"
    made.text((left - 0.2) / WIDTH, 1 - (top + TITLED + 0.32) / down, where, fontsize=8.5, color=FAINT, va="center")
    axes = axes_at(made, left + 0.32, top + TITLED + 0.5, _TEXT - 0.85, 0.24 * len(added))
    absent = _absent(timeline, moment.cell.middle)
    for i, (name, value, (colour, hatch)) in enumerate(zip(explanation.players, added, cycle(PLAYERS), strict=False)):
        axes.barh(i, value, 0.7, color=colour, edgecolor="#00000055", hatch=hatch, linewidth=0)
        style = "italic" if name in absent else "normal"
        axes.text(
            max(value, 0) + 0.03, i, absent.get(name, points(value)), va="center", fontsize=7.5, color=INK, style=style, parse_math=False
        )
    axes.set(xlim=(min(0.0, float(added.min())) - 0.02, max(0.6, float(added.max()))), ylim=(len(added) - 0.5, -0.5), xticks=[])
    axes.set_yticks(range(len(added)), list(explanation.players), fontsize=8, color=INK, parse_math=False)
    axes.axvline(0, color=_NET, linewidth=0.8)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _absent(timeline: Timeline, time: int) -> dict[str, str]:
    """Members that have no answer at a moment, and why."""
    return {
        lane.lane: reason
        for lane in timeline.members
        for segment, reason in zip(lane.segments, lane.absent, strict=True)
        if reason is not None and segment.start <= time < segment.end
    }


def _draw_head(made: "Figure", timeline: Timeline, explanation: Explanation) -> None:
    """Title, key, notes, and what this cannot tell."""
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    down = made.get_size_inches()[1]
    title = f"Why: {source(timeline)}" if source(timeline) else "Why"
    made.text(_LEFT / WIDTH, 1 - 0.26 / down, short(title, 60), fontsize=13, fontweight="bold", color=INK, va="center", parse_math=False)
    said = (
        "A bar rises from chance by what it added to the answer, or hangs from it by what it spoke against; together they end at the line."
    )
    made.text(_LEFT / WIDTH, 1 - 0.52 / down, said, fontsize=9, color=FAINT, va="center")
    handles: list[object] = [
        Patch(facecolor=colour, edgecolor="#00000055", hatch=hatch, linewidth=0, label=name)
        for name, (colour, hatch) in zip(explanation.players, cycle(PLAYERS), strict=False)
    ]
    handles.append(Line2D([], [], color=_NET, linewidth=1.3, label="the answer's probability"))
    key = made.legend(
        handles=handles, loc="center right", bbox_to_anchor=(1 - _RIGHT / WIDTH + 0.006, 1 - 0.26 / down), ncols=len(handles),
        frameon=False, fontsize=9, handlelength=1.6, columnspacing=1.4, borderpad=0,
    )  # fmt: skip
    for words in key.get_texts():
        words.set_parse_math(False)
    notes = short("; ".join(explanation.notes), 165)
    made.text(_LEFT / WIDTH, 0.57 / down, notes, fontsize=7.5, color=INK, va="center", parse_math=False)
    made.text(_LEFT / WIDTH, 0.40 / down, CANNOT, fontsize=8, color=INK, va="center")
    made.text(_LEFT / WIDTH, 0.24 / down, short(answered(timeline), 200), fontsize=6.5, color=FAINT, va="center", parse_math=False)
    made.text(_LEFT / WIDTH, 0.11 / down, short(LIMITS, 200), fontsize=6.5, color=FAINT, va="center")
