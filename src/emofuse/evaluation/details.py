"""The sections of a report that hold figures: a picture, and a table that says the same in numbers."""

from collections.abc import Iterator, Mapping
from functools import partial
from math import isnan

from emofuse.evaluation import plots
from emofuse.evaluation.document import Picture, Section, Table
from emofuse.evaluation.metrics import tenths
from emofuse.evaluation.report import FIGURES, Figure, Part, Report, counted

NAMES = {
    "accuracy": "accuracy",
    "uar": "UAR",
    "macro_f1": "macro F1",
    "weighted_f1": "weighted F1",
    "majority": "majority",
    "ece": "calibration error",
    "brier": "Brier",
    "aurc": "AURC",
}
"""What a figure is called where people read it."""

LISTED = 60  # people in a table; all of them are in people.csv


def details(report: Report) -> Iterator[Section]:
    """Every section that the report has something for, in the order in which they are read."""
    yield _overall(report)
    yield _confusion(report)
    yield _labels(report)
    if report.subjects:
        yield _people(report)
    if report.groups or report.few:
        yield _groups(report)
    if report.folds:
        yield _folds(report)
    if any(part.n for part in report.reliability):
        yield _certainty(report)
    if report.coverage:
        yield _abstaining(report)
    if report.without:
        yield _without(report)


def _overall(report: Report) -> Section:
    people = "" if report.people is None else f" of {counted(len(report.people), 'people')}"
    named = ("accuracy", "uar", "macro_f1", "weighted_f1")
    against = {f"always {report.commonest}": report.majority.value, "chance": report.chance.uniform}
    rows = [(NAMES[name], *cells(getattr(report, name))) for name in FIGURES]
    rows.insert(FIGURES.index("majority") + 1, ("drawing labels alike", number(report.chance.uniform), "-"))
    rows.insert(FIGURES.index("majority") + 2, ("drawing them as often as true", number(report.chance.matched), "-"))
    rows.insert(FIGURES.index("majority") + 3, ("UAR of each of these three", number(report.chance.uar), "-"))
    rows += [(f"{NAMES[name]}, mean over {len(report.folds)} folds", number(value), "-") for name, value in report.over_folds.items()]
    alt = "; ".join(f"{NAMES[name]} {getattr(report, name)}" for name in named)
    return Section(
        "Figures",
        (
            f"{counted(report.n, report.level + 's')}{people}. Too few to draw anew: no intervals."
            if report.drawn_from == 1
            else f"{report.n:,} {report.level}s{people}. Beside each figure stands the range that holds 95 % of what comes out "
            f"when {report.drawn_from:,} {report.drawn} are drawn anew, {report.resamples:,} times."
            if report.drawn_from
            else f"{report.n:,} {report.level}s{people}. Beside each figure stands its 95 % interval, drawing {report.drawn} anew.",
        ),
        (
            Picture(
                "Figures and their 95 % intervals; dashed, what knows nothing gets",
                f"{alt}; always saying {report.commonest} gets {number(report.majority.value)}.",
                partial(plots.whiskers, {NAMES[name]: getattr(report, name) for name in named}, against),
            ),
        ),
        (Table("Every figure", ("figure", "value", "95 % interval"), tuple(rows)),),
    )


def _confusion(report: Report) -> Section:
    heads = (*report.labels, *(["no answer"] if report.unanswered else []))
    counts = [row[: len(heads)] for row in report.confusion]
    sums = [max(sum(row), 1) for row in counts]
    shares = [[100 * count / total for count in row] for row, total in zip(counts, sums, strict=True)]
    worst = sorted(
        (
            (share, truth, heads[j])
            for truth, row in zip(report.labels, shares, strict=True)
            for j, share in enumerate(row)
            if heads[j] != truth
        ),
        reverse=True,
    )[:3]
    mistaken = "; ".join(f"{truth} for {answer} ({share:.0f} %)" for share, truth, answer in worst if share > 0) or "nothing"
    return Section(
        "What is taken for what",
        (f"Most often mistaken: {mistaken}.",),
        (
            Picture(
                "In percent of each truth",
                f"Confusion in percent. Most often mistaken: {mistaken}.",
                partial(plots.confusions, counts, tuple(report.labels), heads, rates=True),
            ),
            Picture(
                f"In {report.level}s",
                f"The same as counts, over {report.n} {report.level}s; the table below has every number.",
                partial(plots.confusions, counts, tuple(report.labels), heads, rates=False),
            ),
        ),
        (
            Table(
                f"Truth (rows) and answer (columns), in {report.level}s",
                ("truth", *heads),
                tuple((word, *(f"{count}" for count in row)) for word, row in zip(report.labels, counts, strict=True)),
            ),
            Table(
                "The same in percent of each truth",
                ("truth", *heads),
                tuple(
                    (word, *(f"{share:.1f}" if any(row) else "-" for share in row)) for word, row in zip(report.labels, shares, strict=True)
                ),
            ),
        ),
    )


def _labels(report: Report) -> Section:
    absent = [word for word, row in report.classes.items() if not row["support"]]
    said = f" No {report.level} is of {', '.join(absent)}: no mean counts them." if absent else ""
    recalls = [(row["recall"], word) for word, row in report.classes.items() if row["support"]]
    missed, found = min(recalls), max(recalls)
    return Section(
        "Each label",
        (f"Found most often: {found[1]} ({100 * found[0]:.0f} %); least often: {missed[1]} ({100 * missed[0]:.0f} %).{said}",),
        (
            Picture(
                "Precision, recall and F1 of each label",
                "; ".join(f"{word}: recall {row['recall']:.2f}, precision {row['precision']:.2f}" for word, row in report.classes.items()),
                partial(plots.classes, report.classes),
            ),
        ),
        (
            Table(
                f"Precision: how many of its answers are right. Recall: how many of its {report.level}s are found",
                ("label", "precision", "recall", "F1", f"{report.level}s"),
                tuple(
                    (
                        word,
                        *(number(row[name]) if row["support"] else "-" for name in ("precision", "recall", "f1")),
                        f"{row['support']:.0f}",
                    )
                    for word, row in report.classes.items()
                ),
            ),
        ),
    )


def _people(report: Report) -> Section:
    (worst, low), (best, high) = report.extremes
    order = sorted(report.subjects, key=lambda who: (report.subjects[who].accuracy, who))
    listed = order if len(order) <= LISTED else [*order[: LISTED // 2], *order[-LISTED // 2 :]]
    left = f", the {LISTED // 2} worst and the {LISTED // 2} best of {len(order)}" if len(order) > LISTED else ""
    rows = [
        (who, f"{report.subjects[who].n or '-'}", number(report.subjects[who].accuracy), number(report.subjects[who].uar)) for who in listed
    ]
    return Section(
        "Each person",
        (f"Of {len(order):,} people, {worst} is judged worst ({100 * low:.0f} % right) and {best} best ({100 * high:.0f} %).",),
        (
            Picture(
                "Accuracy and UAR of each person",
                f"From {low:.2f} ({worst}) to {high:.2f} ({best}); all together {report.accuracy.value:.2f}.",
                partial(
                    plots.people,
                    {who: person.accuracy for who, person in report.subjects.items()},
                    {who: person.uar for who, person in report.subjects.items()},
                    report.accuracy.value,
                ),
            ),
        ),
        (Table(f"Each person{left}", ("person", f"{report.level}s", "accuracy", "UAR"), tuple(rows)),),
    )


def _groups(report: Report) -> Section:
    parts = {f"{fact}: {value}": part for fact, values in report.groups.items() for value, part in values.items()}
    few = "; ".join(f"{fact} {', '.join(values)}" for fact, values in report.few.items())
    text = f"Groups of fewer than {report.smallest} {report.level}s have no figures{f': {few}' if few else ''}."
    return Section("Groups", (text,), *_parts(report, parts, "group"))


def _folds(report: Report) -> Section:
    text = "Each fold was judged by a network that had learnt from the others."
    means = "; ".join(f"{NAMES[name]} {value:.3f}" for name, value in report.over_folds.items())
    return Section("Folds", (f"{text} Mean over the folds: {means}.",), *_parts(report, dict(report.folds), "fold"))


def _parts(report: Report, parts: Mapping[str, Part], what: str) -> tuple[tuple[Picture, ...], tuple[Table, ...]]:
    if not parts:
        return (), ()
    picture = Picture(
        f"UAR of each {what} and its 95 % interval; dashed, of all",
        "; ".join(f"{name} {part.uar}" for name, part in parts.items()),
        partial(plots.whiskers, {name: part.uar for name, part in parts.items()}, {"all": report.uar.value}),
    )
    heads = (what, f"{report.level}s", "accuracy", "95 % interval", "UAR", "95 % interval")
    rows = tuple((name, f"{part.n}", *cells(part.accuracy), *cells(part.uar)) for name, part in parts.items())
    return (picture,), (Table(f"Each {what}", heads, rows),)


def _certainty(report: Report) -> Section:
    there = [part for part in report.reliability if part.n]
    mean = sum(part.n * part.confidence for part in there) / sum(part.n for part in there)
    right = sum(part.n * part.accuracy for part in there) / sum(part.n for part in there)
    way = "surer than right" if mean > right else "more modest than right"
    return Section(
        "How sure it is",
        (f"On average it is {100 * mean:.0f} % sure and {100 * right:.0f} % right: {way}. Calibration error {report.ece}.",),
        (
            Picture(
                "How often answers of each confidence were right",
                "; ".join(f"{100 * part.confidence:.0f} % sure, {100 * part.accuracy:.0f} % right" for part in there),
                partial(plots.reliability, report.reliability),
            ),
        ),
        (
            Table(
                "Bins of confidence",
                ("from", "to", "answers", "confidence", "right"),
                tuple(
                    (f"{part.low:.3f}", f"{part.high:.3f}", f"{part.n}", number(part.confidence), number(part.accuracy)) for part in there
                ),
                words=0,
            ),
        ),
    )


def _abstaining(report: Report) -> Section:
    some = tenths(report.coverage)
    half = min(some, key=lambda point: abs(point.coverage - 0.5))
    return Section(
        "When it may abstain",
        (
            f"If it answers only the surest half, {100 * half.accuracy:.0f} of 100 of these answers are right. "
            f"Only {report.level}s with an answer are counted here.",
        ),
        (
            Picture(
                "Share right among the surest answers",
                "; ".join(f"{100 * point.coverage:.0f} % answered, {100 * point.accuracy:.0f} % right" for point in some),
                partial(plots.coverage, report.coverage, report.coverage[-1].accuracy),
            ),
        ),
        (
            Table(
                "Withholding the least sure answers",
                ("answered", f"{report.level}s", "surer than", "right"),
                tuple((f"{100 * p.coverage:.0f} %", f"{p.n}", number(p.threshold), number(p.accuracy)) for p in some),
                words=0,
            ),
        ),
    )


def _without(report: Report) -> Section:
    rows = tuple((f"without {m}", *cells(told.accuracy), *cells(told.uar)) for m, told in report.without.items())
    return Section(
        "When something is missing",
        (f"The same {report.level}s with one signal taken away.",),
        (),
        (
            Table(
                "With all, and without one",
                ("signals", "accuracy", "95 % interval", "UAR", "95 % interval"),
                (("all", *cells(report.accuracy), *cells(report.uar)), *rows),
            ),
        ),
    )


def cells(figure: Figure) -> tuple[str, str]:
    """The two cells of a figure: its value and its interval."""
    return number(figure.value), interval(figure)


def interval(figure: Figure) -> str:
    """From where to where; a dash where there is none."""
    return "-" if isnan(figure.interval[0]) else f"{figure.interval[0]:.3f} to {figure.interval[1]:.3f}"


def number(value: float) -> str:
    """Three decimals, as everywhere; a dash for what is not known."""
    return "-" if isnan(value) else f"{value:.3f}"
