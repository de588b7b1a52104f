"""What a search came to, in words and tables: for a terminal, and as a page."""

import json
import math
from collections.abc import Iterator

from emofuse.evaluation.document import Document, Picture, Remark, Section, Table, Tile, Tone
from emofuse.evaluation.report import counted
from emofuse.search.found import Found
from emofuse.search.tried import MEASURES, NAMES, Tried

SHOWN = 20  # settings on a terminal; the files have all
ROWS = 200  # settings on a page; the csv has all


def text(found: Found) -> str:
    """The best settings, and what must be known of them."""
    table = _tried(found, SHOWN)
    columns = [table.heads, *table.rows]
    widths = [max(len(row[i]) for row in columns) for i in range(len(table.heads))]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in columns]
    more = len(found.ranked) - len(table.rows)
    rest = [f"... and {more} more, in search.csv"] if more else []
    shares = ", ".join(f"{name} {100 * share:.0f} %" for name, share in found.shares.items())
    what = [f"What mattered (share of the variance): {shares}"] if shares else []
    return "\n".join([*lines, *rest, "", *what, *(remark.text for remark in remarks(found)), "", found.command])


def remarks(found: Found) -> tuple[Remark, ...]:
    """What must be known before any figure is believed."""
    return tuple(_remarks(found))


def document(found: Found, picture: str) -> Document:
    """The page.

    Args:
        found: What the search came to.
        picture: What mattered, as SVG.
    """
    best, count = found.best, len(found.ranked)
    recipe = str(found.question["recipe"])
    clips = sum(figures.n for figures in best.folds.values())
    figure = _figure(best, found.measure)
    return Document(
        title=f"search: {recipe}",
        lead=f"Of {counted(count, 'settings')}, {_words(best.arguments)} came out best: {NAMES[found.measure]} {figure} on valid clips.",
        remarks=remarks(found),
        tiles=(
            Tile(f"best {NAMES[found.measure]}", _number(best.value(found.measure)), "on valid, too good to be believed"),
            Tile("settings", str(count), str(found.question["way"])),
            Tile("clips judged", str(clips), f"valid, in {_splits(len(best.folds))}"),
            Tile("seconds", f"{sum(one.seconds for one in found.tried):.0f}", "of teaching and judging"),
        ),
        sections=tuple(_sections(found, picture)),
    )


def _sections(found: Found, picture: str) -> Iterator[Section]:
    measure = NAMES[found.measure]
    judged = "the test clips of each split" if found.crossed else "clips that chose nothing"
    yield Section("What to do with it", (f"Teach the best setting and judge it, once, on {judged}: {found.command}",))
    yield Section("Settings", _left_out(found), tables=(_tried(found, ROWS),))
    shares = Table(
        "Share of the variance among settings", ("argument", "share"), tuple((name, f"{share:.3f}") for name, share in found.shares.items())
    )
    yield Section(
        "What mattered",
        (
            "A share is how much of the variance among the settings goes with an argument alone (functional ANOVA; Hutter, Hoos, "
            "Leyton-Brown 2014); what is left goes with several together. It speaks of the values that were tried, and of no others."
            if found.shares
            else "Too few settings were tried, or all came to the same, to say what mattered.",
        ),
        pictures=(
            Picture(
                f"{measure} on valid clips over each argument: a ring a setting, a line through the means, a diamond on the best",
                f"The table of settings, drawn: {measure} over each of {', '.join(found.over)}.",
                lambda: picture,
            ),
        ),
        tables=(shares,) if found.shares else (),
    )
    if len(found.best.folds) > 1:
        yield Section("Split by split", (_split_by_split(found),), tables=(_splits_table(found),))
    yield Section(
        "How it was done",
        (
            f"Each setting was taught on the train part of each split with the same seed ({found.question['seed']}), and judged on "
            f"{_judged_on(found)}, asked as in training: of each clip what the recipe prepares. The figure is the mean over splits, "
            f"± the standard deviation over them.",
            "Searched: " + "; ".join(f"{name} in {axis}" for name, axis in found.over.items()) + ".",
            f"The same again, or more of it: {found.again}",
        ),
    )


def _remarks(found: Found) -> Iterator[Remark]:
    count, clips = len(found.ranked), sum(figures.n for figures in found.best.folds.values())
    unread = "No split's own test clips were read." if found.crossed else "No test clip was read."
    yield Remark(
        Tone.WARNING,
        f"{counted(count, 'settings')} {'was' if count == 1 else 'were'} tried on the same {counted(clips, 'valid clips')}. "
        f"The best of so many is partly luck: its figure on valid is too good, and only clips that chose nothing tell what it is "
        f"worth. {unread}",
    )
    if found.alike is not None and count > 1:
        yield Remark(Tone.PLAIN, f"{found.alike} of the other {count - 1} lie within one standard error of the best, over splits.")
    if found.crossed:
        yield Remark(
            Tone.WARNING,
            f"{found.crossed} test clips of one split were learnt from or judged in another, so that one setting for all splits has been "
            f"chosen on everybody. Where a figure over splits must be clean, teach each split with what its own valid clips chose.",
        )
    if any(fold.held_out for fold in found.folds):
        yield Remark(Tone.PLAIN, f"The recipe's splits have no valid clips: settings were judged on {_judged_on(found)}.")


def _judged_on(found: Found) -> str:
    by = next((fold.held_out for fold in found.folds if fold.held_out), "")
    if not by:
        return "its valid part"
    return f"one in five {'people' if by == 'subject' else f'values of {by!r}'}, held out of each train part"


def _tried(found: Found, most: int) -> Table:
    heads = ("#", *(NAMES[name] for name in _measures(found)), *found.over, "seconds")
    rows = [
        (str(one.number), *(_figure(one, name) for name in _measures(found)), *map(_word, one.arguments.values()), f"{one.seconds:.1f}")
        for one in found.ranked[:most]
    ]
    return Table(f"Settings by {NAMES[found.measure]} on valid clips, the best first", heads, tuple(rows))


def _left_out(found: Found) -> tuple[str, ...]:
    again, more = len(found.tried) - len(found.ranked), len(found.ranked) - ROWS
    said = []
    if again:
        said.append(f"{again} more had been proposed before, and were not taught again.")
    if more > 0:
        said.append(f"The {more} worst are in search.csv alone.")
    return tuple(said)


def _split_by_split(found: Found) -> str:
    kinds = len({found.chosen(name).number for name in found.best.folds})
    return (
        f"What each split would choose by its own valid clips alone: {'the same' if kinds == 1 else f'{kinds} different settings'}. "
        f"The more they differ, the less any of them is known to be best."
    )


def _splits_table(found: Found) -> Table:
    measure = found.measure
    rows = []
    for name, figures in found.best.folds.items():
        own = found.chosen(name)
        best = getattr(figures, measure), getattr(own.folds[name], measure)
        rows.append((name, str(figures.n), str(own.number), *map(_word, own.arguments.values()), _number(best[1]), _number(best[0])))
    heads = ("split", "clips", "its best #", *found.over, NAMES[measure], f"{NAMES[measure]} of the best of all")
    return Table("The best setting of each split", heads, tuple(rows))


def _measures(found: Found) -> list[str]:
    return [found.measure, *(name for name in MEASURES if name != found.measure)]


def _figure(tried: Tried, measure: str) -> str:
    spread = tried.spread(measure)
    return _number(tried.value(measure)) + ("" if spread is None else f" ± {spread:.3f}")


def _number(value: float) -> str:
    return f"{value:.3f}" if math.isfinite(value) else "no number"


def _word(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _words(arguments: object) -> str:
    assert isinstance(arguments, dict)
    return ", ".join(f"{name} {_word(value)}" for name, value in arguments.items())


def _splits(count: int) -> str:
    return "1 split" if count == 1 else f"{count} splits"
