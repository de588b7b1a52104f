"""The timeline drawn: a lane of spans each, then the probability of every label.

Nothing depends on colour: spans carry their word, doubt is hatched, absence is framed and says why,
curves have a row each with their label beside them, members are dashed and dotted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any
from warnings import catch_warnings, filterwarnings

import numpy as np

from emofuse.core.labels import MAPS, LabelMap, LabelSet
from emofuse.core.provenance import LIMITS, answered, order, provenance
from emofuse.core.timeline import STEP, UNEXPLAINED, Span, Timeline, clock
from emofuse.exports.base import lanes, source
from emofuse.media.beside import beside

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Hues after Okabe and Ito (2008), which colour-blind people tell apart, lightened until dark words are read on all of them.
COLOURS = {
    "anger": "#e07b5a",
    "calm": "#cfe3d4",
    "contempt": "#b9a58c",
    "disgust": "#8fbf7f",
    "fear": "#b495cc",
    "happiness": "#f5d04c",
    "negative": "#e07b5a",
    "neutral": "#d5d8dc",
    "positive": "#f5d04c",
    "sadness": "#7fa8d6",
    "surprise": "#7fd0d6",
}
OTHERS = "#c9bfb2"  # a label that is not in the table
WIDTH = 11.0  # inches
POINTS = 300  # a curve has at most about so many: more would be a blot on a picture of this width
_DPI = 150
INK, FAINT, _EDGE = "#1a1a1a", "#6b6b6b", "#ffffff"
_LANE, _ROW, _HEAD, _FOOT = 0.42, 0.44, 0.72, 0.79  # inches: a lane of spans, a row of a label, above and below them
_LINE, _LINES = 0.14, 5  # inches of a line of notes, and how many there are at most; what is more stands in the other formats
_BETWEEN = 0.28  # inches between lanes and rows
_LEFT, _RIGHT = 1.05, 0.55  # inches
_LETTER = 0.068  # inches that a letter of a span takes
_BORDERED = 0.06  # inches; narrower spans are drawn without a border, which would cover them
_STEPS = (100, 200, 500, *(s * 1_000 for s in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600)))  # ms between ticks
_TICKS = 12  # places that are named under the axes at most
_DASHES = ((0, (4, 1.6)), (0, (1, 1.3)), (0, (6, 1.5, 1, 1.5)), (0, (6, 1.2, 1, 1.2, 1, 1.2)))  # members' curves


def figure(timeline: Timeline) -> "Figure":
    """Lanes above, a row a label below, on one clock. Belongs to nobody: no pyplot, no window, nothing to close."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # late: it takes half a second
    from matplotlib.figure import Figure

    drawn, words = lanes(timeline), timeline.labels
    begin = _HEAD + len(drawn) * _LANE + _BETWEEN
    inches = begin + len(words) * _ROW + _FOOT + _LINE * (len(_notes(timeline)) - 1)
    made = Figure(figsize=(WIDTH, inches), facecolor="white")
    FigureCanvasAgg(made)
    above = _axes(made, _HEAD, len(drawn) * _LANE)
    draw_lanes(above, drawn)
    rows = [_axes(made, begin + i * _ROW, _ROW * 0.86) for i in range(len(words))]
    cells = [lane.on(max(STEP, -(-lane.duration // POINTS))) for lane in drawn]
    for label, row in zip(words, rows, strict=True):
        _draw_row(row, timeline, cells, label)
    rows[0].text(-0.004, 1.0, "100 %", transform=rows[0].transAxes, ha="right", va="center", fontsize=6, color=FAINT)
    rows[0].text(1.006, 1.0, "mean", transform=rows[0].transAxes, va="center", fontsize=6, color=FAINT)
    draw_places(rows[-1], timeline)
    _draw_words(made, timeline)
    return made


def save_as(timeline: Timeline, path: Path, kind: str) -> None:
    """Write the picture as "png" or "svg"; the same timeline gives the same bytes.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    keep(figure(timeline), path, kind, provenance(timeline))


def keep(made: "Figure", path: Path, kind: str, about: str) -> None:
    """Write a figure as "png" or "svg", with what is to be known about it among its metadata, without the time and the program.

    Raises:
        MediaError: The disk is full, or the folder cannot be written.
    """
    metadata = {"Date" if kind == "svg" else "Software": None, "Description": about}
    with beside(path) as unfinished, catch_warnings():
        filterwarnings("ignore", "Glyph .* missing")  # a name in letters that the font lacks is drawn with boxes; so be it
        made.savefig(unfinished, format=kind, dpi=_DPI, metadata=metadata)


def _axes(made: "Figure", top: float, height: float) -> "Axes":
    """A strip across the picture, `top` inches from its upper edge."""
    width, inches = made.get_size_inches()
    return made.add_axes((_LEFT / width, 1 - (top + height) / inches, 1 - (_LEFT + _RIGHT) / width, height / inches))


def draw_lanes(axes: "Axes", drawn: Sequence[Timeline], width: float = WIDTH - _LEFT - _RIGHT) -> None:
    """Spans of each lane, one under the other, over all of the axes, which are `width` inches wide."""
    for place, lane in enumerate(drawn):
        _draw_spans(axes, lane, place, width / lane.duration, COLOURS if _tells_emotions(lane, drawn[0]) else {})
    axes.set(xlim=(0, drawn[0].duration), ylim=(len(drawn), 0), xticks=[])
    names = [lane.lane + ("" if _tells_emotions(lane, drawn[0]) else "\n(no emotions)") for lane in drawn]
    axes.set_yticks([i + 0.5 for i in range(len(drawn))], names, fontsize=10, color=INK)
    for name in axes.get_yticklabels():
        name.set(parse_math=False, fontsize=8.5 if "\n" in name.get_text() else 10)
    axes.get_yticklabels()[0].set_fontweight("bold")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _tells_emotions(lane: Timeline, first: Timeline) -> bool:
    """Whether a lane's words are of one kind with the first lane's: a state's "neutral" is not to be taken for an emotion's."""
    return lane is first or bool(_brought([lane], first.labels)) or any(way.starts_from(lane.labels) for way in MAPS.values())


def _draw_spans(axes: "Axes", lane: Timeline, place: int, scale: float, known: Mapping[str, str]) -> None:
    """One lane, of `scale` inches a ms: all spans of one look together, because an hour has thousands."""
    spans = lane.spans()
    height = (place + 0.08, 0.84)

    def bars(chosen: Sequence[Span], **look: Any) -> None:  # what matplotlib takes
        axes.broken_barh([(span.segment.start, span.segment.duration) for span in chosen], height, **look)

    wide = [span for span in spans if span.segment.duration * scale >= _BORDERED]
    said = [span for span in spans if span.label is not None]
    colours = [known.get(span.label or "", OTHERS) for span in said]
    bars(said, facecolors=colours, linewidth=0, antialiased=False)
    bars([span for span in spans if span.uncertain], facecolor="none", edgecolor="#00000055", hatch="////", linewidth=0)
    bars([span for span in wide if span.label is not None], facecolor="none", edgecolor=_EDGE, linewidth=0.9)
    bars([span for span in wide if span.label is None], facecolor="white", edgecolor="#b0b0b0", linestyle=(0, (2, 2)), linewidth=0.8)
    for span in wide:
        words = _fitting(span, span.segment.duration * scale / _LETTER)
        background = {"facecolor": "#ffffffcc", "edgecolor": "none", "pad": 1.2} if span.uncertain else None
        look: dict[str, Any] = {"color": INK} if span.label else {"color": FAINT, "style": "italic"}
        axes.text(
            (span.segment.start + span.segment.end) / 2, place + 0.5, words, ha="center", va="center_baseline", fontsize=8.5,
            linespacing=0.9, bbox=background if words else None, **look,
        )  # fmt: skip


def _fitting(span: Span, room: float) -> str:
    """As much of a span's words as there is room for, in letters; nothing where not even the shortest fits."""
    if span.label is None:
        reason = span.absent or UNEXPLAINED
        choices: tuple[str, ...] = (reason, reason.replace(", ", ",\n"), "–")
    else:
        doubt = "?" if span.uncertain else ""
        word = span.label + doubt
        choices = (f"{word} {span.probability:.0%}".replace("%", " %"), word, span.label[:3] + doubt)
    return next((words for words in choices if max(map(len, words.split("\n"))) + 0.4 <= room), "")


def _draw_row(axes: "Axes", first: Timeline, cells: Sequence[Timeline], label: str) -> None:
    """The label's probability: an area for the first lane, darker where it is the answer; a line a member."""
    times, values = _curve(cells[0], label)
    colour = COLOURS.get(label, OTHERS)
    answer = np.zeros(len(times), dtype=bool)
    for span in first.spans():
        if span.label == label:
            answer |= (times >= span.segment.start) & (times <= span.segment.end)
    axes.fill_between(times, 0, values, color=colour, alpha=0.35, linewidth=0)
    axes.fill_between(times, 0, values, where=answer, color=colour, linewidth=0)
    axes.plot(times, values, color=INK, linewidth=1.1, solid_capstyle="round")
    for lane, dashes in zip(_brought(cells[1:], first.labels), cycle(_DASHES), strict=False):
        axes.plot(*_curve(lane, label), color="#3c3c3c", linewidth=0.8, linestyle=dashes)
    axes.set(xlim=(0, first.duration), ylim=(0, 1), xticks=[], yticks=[])
    axes.axhline(0, color="#999999", linewidth=0.8, clip_on=False)
    axes.axhline(1, color="#e4e4e4", linewidth=0.6, clip_on=False)
    axes.text(-0.008, 0.28, label, transform=axes.transAxes, ha="right", va="center", fontsize=9, color=INK)
    best = first.scores[first.present, first.labels.index(label)]
    if len(best):
        axes.text(1.006, 0.28, f"{best.mean():.0%}".replace("%", " %"), transform=axes.transAxes, va="center", fontsize=8, color=FAINT)
    axes.spines[:].set_visible(False)


def _brought(members: Sequence[Timeline], labels: LabelSet) -> list[Timeline]:
    """Members' curves in the first lane's words, where a usual map leads there: what a voice says of calm is part of neutral.

    One whose words lead nowhere (attention states) has none: its "neutral" is another one.
    """
    brought = []
    for lane in members:
        ways = [way for way in MAPS.values() if way.target == labels and way.starts_from(lane.labels)]
        if set(lane.labels) <= set(labels):
            ways = [LabelMap("as they are", labels)]
        if ways:
            brought.append(replace(lane, labels=labels, scores=ways[0].within(lane.scores, lane.labels)))
    return brought


def _curve(cells: Timeline, label: str) -> tuple[np.ndarray, np.ndarray]:
    """Middles of cells in ms, and the probability there; NaN where absent, so that the line breaks. Shape: (N,), (N,)."""
    times = np.array([segment.middle for segment in cells.segments], dtype=float)
    values = cells.scores[:, cells.labels.index(label)]
    if len(times) == 1:
        return np.array([0.0, cells.duration]), np.repeat(values, 2)
    times[0], times[-1] = 0, cells.duration  # from edge to edge, not from middle to middle
    return times, values


def draw_places(axes: "Axes", timeline: Timeline) -> None:
    """Times under the axes, at most a dozen; under words without times, numbers of sentences."""
    each = order(timeline)
    duration = timeline.duration
    if each:
        many = -(-duration // each)
        shown = range(1, many + 1, -(-many // _TICKS))
        axes.set_xticks([(n - 0.5) * each for n in shown], [str(n) for n in shown], fontsize=8.5, color=INK)
        axes.set_xlabel("sentence", fontsize=8.5, color=FAINT, labelpad=1)
        axes.tick_params(axis="x", length=3, color="#999999")
        return
    step = next((s for s in _STEPS if duration / s <= _TICKS), _STEPS[-1] * max(1, duration // (_TICKS * _STEPS[-1])))
    ticks = list(range(0, duration + 1, step))
    whole = step % 1_000 == 0
    axes.set_xticks(ticks, [clock(tick)[:-2] if whole else clock(tick) for tick in ticks], fontsize=8.5, color=INK)
    axes.tick_params(axis="x", length=3, color="#999999")


def _draw_words(made: "Figure", timeline: Timeline) -> None:
    """Title, what the looks mean, notes and limits."""
    width, inches = made.get_size_inches()
    left, right = _LEFT / width, 1 - _RIGHT / width
    title = source(timeline) or "Emotion over time"
    mostly = f", mostly {timeline.label}" if timeline.label else ""
    made.text(left, 1 - 0.24 / inches, short(title, 70), fontsize=13, fontweight="bold", color=INK, va="center", parse_math=False)
    made.text(left, 1 - 0.49 / inches, f"{_length(timeline)}{mostly}", fontsize=9, color=FAINT, va="center")
    _draw_key(made, timeline, right, 1 - 0.49 / inches)
    for i, line in enumerate(reversed(_notes(timeline))):
        made.text(left, (0.365 + i * _LINE) / inches, line, fontsize=7.5, color=INK, va="center", parse_math=False)
    made.text(left, 0.225 / inches, short(answered(timeline), 190), fontsize=6.5, color=FAINT, va="center", parse_math=False)
    made.text(left, 0.095 / inches, short(LIMITS, 190), fontsize=6.5, color=FAINT, va="center")


def _length(timeline: Timeline) -> str:
    if each := order(timeline):
        many = -(-timeline.duration // each)
        return f"{many} sentence{'s' if many != 1 else ''} without times"
    return f"{clock(timeline.duration)} long"


def _overall(timeline: Timeline) -> str:
    """The second form of the answer, where there is more than one lane for it to differ by."""
    whole = timeline.overall
    if whole is None or whole.label is None or len(timeline.members) < 2:
        return ""
    (span,) = whole.spans()
    return f"all lanes counted alike: {_fitting(span, 99)}"


def _notes(timeline: Timeline) -> list[str]:
    """What a reader must be told, in lines; one where there is nothing."""
    way = timeline.facts.get("labels")
    said = [_overall(timeline), *timeline.notes, f"{timeline.lane}: {way}" if isinstance(way, str) and timeline.members else ""]
    lines = wrap("; ".join(note.rstrip(".") for note in said if note), 165, break_on_hyphens=False) or [""]
    return lines if len(lines) <= _LINES else [*lines[: _LINES - 1], short(" ".join(lines[_LINES - 1 :]), 165)]


def short(words: str, most: int) -> str:
    """Words, cut where they are longer than `most` letters."""
    return words if len(words) <= most else words[: most - 1].rstrip() + "…"


def _draw_key(made: "Figure", timeline: Timeline, right: float, height: float) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Patch

    handles: list[object] = [Line2D([], [], color=INK, linewidth=1.1, label=timeline.lane)]
    handles += [
        Line2D([], [], color="#3c3c3c", linewidth=0.9, linestyle=dashes, label=lane.lane)
        for lane, dashes in zip(_brought(timeline.members, timeline.labels), cycle(_DASHES), strict=False)
    ]
    handles.append(Patch(facecolor="#e6e6e6", edgecolor="#00000066", hatch="/////", linewidth=0, label="uncertain"))
    handles.append(Patch(facecolor="white", edgecolor="#b0b0b0", linestyle=(0, (2, 2)), label="absent"))
    made.legend(
        handles=handles, loc="center right", bbox_to_anchor=(right + 0.006, height), ncols=len(handles), frameon=False,
        fontsize=8.5, handlelength=2.4, columnspacing=1.4, borderpad=0,
    )  # fmt: skip
