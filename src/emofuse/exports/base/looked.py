"""What a member was shown, drawn, and beside it what in that moved its score.

Nothing depends on colour: what spoke for the label has a solid outline, what spoke against it a dashed one; bars point to their side.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from emofuse.core.explanation import Axis, Look
from emofuse.core.modality import Modality
from emofuse.exports.base.picture import FAINT, INK, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FOR, AGAINST = "#c4570a", "#5b3a94"  # orange and violet, which colour-blind people tell apart, of one darkness
HEIGHT = 1.38  # inches; of a face, and of everything beside it
TITLED = 0.2  # inches above each panel for its title
_SPECTRUM, _BARS = 2.28, 2.2  # inches; widths
_LETTER, _TITLE = 0.068, 0.057  # inches a letter: of a name beside a bar, of a title over bars
_BETWEEN, _APART = 0.06, 0.26  # inches between what was shown and its weights, and after them
_TONES = 0.34  # inches for the frequencies beside a spectrum
_SOFT = {Modality.VIDEO: 1.7, Modality.AUDIO: 1.7}  # places; weights of neighbours alternate, and eyes see their mean
_STRONG = 0.4  # share of the largest weight from which a place is outlined
_NOTHING = 0.05  # of a probability; weights that come to less in all are not blown up into a pattern
_TICKS = (200, 500, 1_000, 2_000, 4_000)  # Hz
_NAMED, _LETTERS = 9, 24  # bars, and letters of a bar's name, at most
_BAR = 0.18  # inches at most: two bars need not fill a picture's height


def width(look: Look) -> float:
    """Inches that a look takes, with what is between it and the next."""
    panels = {
        "face": 2 * HEIGHT + _BETWEEN,
        "spectrum": 2 * _SPECTRUM + _BETWEEN + _TONES,
        "bars": max(_names(look) + _BARS, _TITLE * len(_lost(look))),
    }
    return panels[_kind(look)] + _APART


def draw(made: "Figure", look: Look, left: float, top: float) -> None:
    """Draw a look, its upper left corner so many inches from the picture's."""
    kind = _kind(look)
    if kind == "bars":
        count = min(len(look.axes[-1].places), _NAMED)
        axes = axes_at(made, left + _names(look), top + TITLED, _BARS, min(HEIGHT, _BAR * (count + 0.4)))
        _bars(axes, look)
        across, down = made.get_size_inches()
        made.text(left / across, 1 - (top + TITLED - 0.04) / down, _lost(look), fontsize=7.5, color=INK, va="bottom", parse_math=False)
        return
    weights, seen = _flat(look)
    side = HEIGHT if kind == "face" else _SPECTRUM
    left += 0.0 if kind == "face" else _TONES
    shown, moved = (axes_at(made, x, top + TITLED, side, HEIGHT) for x in (left, left + side + _BETWEEN))
    if kind == "face":
        _face(shown, seen)
        _face(moved, _faded(seen))
    else:
        _spectrum(shown, look, seen, labelled=True)
        _spectrum(moved, look, seen, faint=True)
    _weigh(moved, weights, _SOFT.get(look.modality, 0.0), look.modality is Modality.AUDIO, moved.get_xlim(), moved.get_ylim())
    stretch = f"{look.segment.start / 1_000:.1f}–{look.segment.end / 1_000:.1f} s"
    _title(shown, f"{look.member}: what it saw{_when(look)}" if kind == "face" else f"{look.member}: what it heard, {stretch}")
    what = "what moved it" if np.abs(look.weights).sum() > _NOTHING else "next to nothing moved it"
    _title(moved, f"{what}: {_percent(look.without)} → {_percent(look.score)}")


def _kind(look: Look) -> str:
    names = [axis.name for axis in look.axes]
    return "face" if "down" in names else "spectrum" if "time" in names else "bars"


def _lost(look: Look) -> str:
    """What bars are of."""
    parts = len(look.axes[-1].places)
    heaviest = f" (heaviest {_NAMED} of {parts})" if parts > _NAMED else ""
    return f"{short(look.member, 20)}: what {_percent(look.score)} loses without each {look.axes[-1].name}{heaviest}"


def _names(look: Look) -> float:
    """Inches that the names of its bars take."""
    return 0.2 + _LETTER * min(max((len(str(place)) for place in look.axes[-1].places), default=0), _LETTERS)


def _strongest(look: Look) -> int:
    """Of several pictures, the one that moved the score most."""
    return int(np.abs(look.weights).sum(axis=(1, 2)).argmax())


def _when(look: Look) -> str:
    """At which second a picture was seen, where there were several to choose from."""
    return f" at {float(look.axes[0].places[_strongest(look)]) / 1_000:.1f} s" if look.weights.ndim == 3 else ""


def _flat(look: Look) -> tuple[np.ndarray, np.ndarray]:
    """Of several pictures the one that moved the score most; a spectrum with low tones first. Shape: (rows, columns) twice."""
    assert look.seen is not None
    weights, seen = look.weights, look.seen.astype(np.float64)
    if weights.ndim == 3:
        most = _strongest(look)
        weights, seen = weights[most], seen[most]
    return (weights.T, seen.T) if look.modality is Modality.AUDIO else (weights, seen)


def _face(axes: "Axes", seen: np.ndarray) -> None:
    low, high = (0, 255) if seen.min() >= 0 else (seen.min(), seen.max())
    axes.imshow(seen, cmap="gray", vmin=low, vmax=high, interpolation="bicubic")
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set_visible(False)


def _faded(seen: np.ndarray) -> np.ndarray:
    """Light enough to draw on."""
    low, high = seen.min(), max(seen.max(), seen.min() + 1)
    light: np.ndarray = 255 * (0.62 + 0.36 * (seen - low) / (high - low))
    return light


def _spectrum(axes: "Axes", look: Look, seen: np.ndarray, *, labelled: bool = False, faint: bool = False) -> None:
    """Time to the right in seconds of the recording, tones upwards; dark is loud."""
    loudest = seen.max() + (40 if faint else 0)
    axes.imshow(
        seen, cmap="gray_r", vmin=seen.min(), vmax=max(loudest, seen.min() + 1), origin="lower", aspect="auto", interpolation="bilinear"
    )
    frames, bands = look.axes[-2], look.axes[-1]
    axes.set_xticks(*_seconds(frames), fontsize=6.5, color=FAINT)
    axes.set_yticks(*(_tones(bands) if labelled else ([], [])), fontsize=6.5, color=FAINT)
    axes.tick_params(length=2, color="#999999", pad=1.5)
    axes.spines[:].set_color("#cccccc")


def _seconds(frames: Axis) -> tuple[list[float], list[str]]:
    """Where whole seconds are on an axis of frames."""
    times = np.array([float(place) for place in frames.places]) / 1_000
    whole = range(int(np.ceil(times[0])), int(times[-1]) + 1)
    return [float(np.interp(second, times, np.arange(len(times)))) for second in whole], [f"{second} s" for second in whole]


def _tones(bands: Axis) -> tuple[list[float], list[str]]:
    """Where round frequencies are on an axis of bands; nothing where it has none."""
    if bands.unit != "Hz":
        return [], []
    hertz = np.array([float(place) for place in bands.places])
    known = [tick for tick in _TICKS if hertz[0] <= tick <= hertz[-1]]
    words = [f"{tick / 1_000:g} kHz" if tick >= 1_000 else f"{tick} Hz" for tick in known]
    return [float(np.interp(tick, hertz, np.arange(len(hertz)))) for tick in known], words


def _weigh(axes: "Axes", weights: np.ndarray, soft: float, upright: bool, across: Any, down: Any) -> None:
    """Lay weights over what was shown, stronger where they are larger, outlined where they are strong."""
    import cv2

    if np.abs(weights).sum() <= _NOTHING:
        return
    smooth = cv2.GaussianBlur(weights.astype(np.float64), (0, 0), soft) if soft else weights
    largest = float(np.quantile(np.abs(smooth), 0.998)) or 1.0
    colours = np.zeros((*smooth.shape, 4))
    for sign, colour in ((1, FOR), (-1, AGAINST)):
        there = sign * smooth > 0
        colours[there, :3] = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        colours[there, 3] = 0.85 * np.clip(np.abs(smooth[there]) / largest, 0, 1) ** 0.8
    axes.imshow(colours, origin="lower" if upright else "upper", aspect="auto", interpolation="bilinear")
    strong = _STRONG * largest
    for look, sign in (([(0, None)], 1), ([(0, (2, 1.3))], -1)):  # solid, dashed
        if (sign * smooth).max() > strong:
            axes.contour(sign * smooth, levels=[strong], colors=[INK], linewidths=0.7, linestyles=look)
    axes.set(xlim=across, ylim=down)


def _bars(axes: "Axes", look: Look) -> None:
    """The strongest of named parts, in their own order; to the right what spoke for the label."""
    names = [str(place) for place in look.axes[-1].places]
    weights = look.weights.reshape(-1, len(names)).sum(axis=0)
    kept = sorted(np.argsort(-np.abs(weights), kind="stable")[:_NAMED].tolist())
    values = weights[kept]
    reach = max(float(np.abs(values).max(initial=0.0)), 0.01)
    colours, edges = [FOR if value >= 0 else AGAINST for value in values], ["solid" if value >= 0 else "dashed" for value in values]
    drawn = axes.barh(range(len(kept)), values, height=0.68, color=colours, alpha=0.75, edgecolor=INK, linewidth=0.7)
    for bar, style in zip(drawn, edges, strict=True):
        bar.set_linestyle(style)
    for place, value in enumerate(values):
        side = "left" if value >= 0 else "right"
        axes.text(value, place, f" {points(value)} ", ha=side, va="center", fontsize=6.5, color=FAINT)
    axes.set(xlim=(-1.5 * reach, 1.5 * reach), ylim=(len(kept) - 0.4, -0.6), xticks=[])
    axes.set_yticks(range(len(kept)), [short(names[i], _LETTERS) for i in kept], fontsize=7.5, color=INK, parse_math=False)
    axes.axvline(0, color="#888888", linewidth=0.8)
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def points(value: float) -> str:
    """A difference of probabilities as people read it.

    Example:
        >>> points(0.314), points(-0.05), points(0.001)
        ('+31', '−5', '0')
    """
    whole = round(100 * value)
    return "0" if whole == 0 else f"{'+' if whole > 0 else '−'}{abs(whole)}"


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share:.0%}".replace("%", " %")


def _title(axes: "Axes", words: str) -> None:
    axes.text(0, 1.03, words, transform=axes.transAxes, fontsize=7.5, color=INK, va="bottom", parse_math=False)


def axes_at(made: "Figure", left: float, top: float, wide: float, high: float) -> "Axes":
    """A rectangle of the picture, in inches from its upper left corner."""
    across, down = made.get_size_inches()
    return made.add_axes((left / across, 1 - (top + high) / down, wide / across, high / down))


def rows_of(looks: Sequence[Look], room: float) -> list[list[Look]]:
    """Looks in lines of at most `room` inches, in their order; at least one a line."""
    lines: list[list[Look]] = [[]]
    for look in looks:
        if lines[-1] and sum(map(width, [*lines[-1], look])) - _APART > room:
            lines.append([])
        lines[-1].append(look)
    return lines
