"""A bench's results as a document: what is said in which order, in words that need no dictionary."""

import re
from collections.abc import Iterator, Sequence
from math import isnan

import numpy as np

from emofuse.bench.drawings import curves, gains
from emofuse.bench.results import NAMES, ORACLE, WORDS, Line, Results, cells, columns, heads, rank, spoken
from emofuse.evaluation import plots
from emofuse.evaluation.document import Document, Picture, Remark, Section, Table, Tile, Tone
from emofuse.evaluation.paired import LEVEL
from emofuse.evaluation.report import counted

TRAP = re.compile(r"(T\d+) \((\w+)\)")  # how a mark of the audit begins: its trap and its grade
FOUND, COST = range(WORDS, WORDS + 5), range(WORDS + 5, WORDS + 10)  # columns: the measures, the gain and its p; the rest
DRAWN = 4  # curves in one picture, that of the best member among them
READING = (
    "UAR: mean over the labels of how many of each were found. wF1: mean F1 by how often a label is true. ECE: how far probabilities "
    "are from being right so often; members and fusions are softened by a temperature that other folds' clips, or the valid ones, "
    "tell, decisions between them are not calibrated anew. Networks are those that are averaged in a row, and parameters all of theirs; "
    "of a decision those of all its members: a committee of several stands beside a fusion of fewer where these numbers differ. Seconds "
    "are those of teaching everything for one fold. Milliseconds are of the networks and the decision for one clip, from its features "
    "on, each the middle one of several clips after one that is not counted."
)
CLOCKS = {
    "processor": "Seconds are those that the processor worked, all threads added up, whoever else was at work.",
    "wall": "Seconds are by the wall clock: they count whatever else the machine did; a decision's milliseconds may be of one call.",
    "both": "Seconds of some rows are those that the processor worked, of others by the wall clock, which counts whatever else the "
    "machine did, and where a decision's milliseconds may be of one call: bench.csv says which, and the two must not be compared.",
}


def document(results: Results) -> Document:
    """The page."""
    scored = [line for line in results.lines if line.figures]
    sections = [_all(results, scored)]
    if any(line.gain for line in scored):
        sections.append(_gains(results, scored))
    if results.first and any(line.behind for line in scored):
        sections.append(_behind(results, results.first, scored))
    if any(line.without for line in scored):
        sections.append(_without(results, scored))
    if any(line.curve for line in scored):
        sections.append(_curves(results, scored))
    learnt = _learnt(scored)
    sections += [*([learnt] if learnt else []), _folds(scored), *_problems(results), _reading(results)]
    own = f" in {results.corpus}" if results.name == results.corpus else f": {results.name}"
    return Document(
        title=f"Ways to fuse {' and '.join(results.patterns[0].split('+'))}{own}",
        lead=sentence(results),
        remarks=tuple(_remarks(results)),
        tiles=tuple(_tiles(results)),
        sections=tuple(sections),
    )


def sentence(results: Results) -> str:
    """What a stranger should know."""
    if results.quick:
        return "A quick look that everything works: next to nothing was learnt, and these figures are no results."
    first = results.first
    if results.best is None or first is None:
        return "No member could be judged."
    best = results.line(results.best, "member")
    traps = list(dict.fromkeys(f"{found[1]} ({found[2]})" for mark in results.notes if (found := TRAP.match(mark))))
    before = f"These figures promise too much, by {' and '.join(traps)}. " if traps else ""
    if first is best:
        return f"{before}Nothing beats {best.name} alone: {_said(results, best)}."
    ways = sum(line.kind != "ceiling" and bool(line.figures) for line in results.lines)
    return (
        f"{before}The best of {ways} ways is the {first.kind} {first.name}: {_said(results, first)}, {best.name} alone "
        f"{_plain(results, best)}{'' if traps else _luck(results, first)}."
    )


def _luck(results: Results, first: Line) -> str:
    """What the difference is worth, of which the most that so few units can show is known before."""
    if first.gain is None:
        return ""
    tests = sum(line.gain is not None for line in results.lines)
    if tests * 2.0 ** (1 - results.drawn_from) > LEVEL:
        few = f"; {counted(results.drawn_from, results.drawn)} cannot show a difference"
        return f"{few} among {counted(tests, 'tests')}" if tests > 1 and 2.0 ** (1 - results.drawn_from) <= LEVEL else few
    shown = first.gain.holm < LEVEL and first.gain.of(results.measure).value > 0
    return ", a difference that is shown" if shown else ", a difference that may be luck"


def _said(results: Results, line: Line) -> str:
    says = {"uar": "it finds {} of each label, on average", "accuracy": "it is right in {}", "weighted_f1": "its weighted F1 is {}"}
    return says[results.measure].format(_plain(results, line))


def _plain(results: Results, line: Line) -> str:
    value = _value(results, line)
    return f"{value:.3f}" if results.measure == "weighted_f1" else f"{100 * value:.1f} %"


def _value(results: Results, line: Line) -> float:
    return rank(line.figures[results.measure].value)


def _remarks(results: Results) -> Iterator[Remark]:
    for i, mark in enumerate(results.marks):
        warned = (results.quick and i == 0) or TRAP.match(mark)
        yield Remark(Tone.WARNING if warned else Tone.PLAIN, f"{mark[0].upper()}{mark[1:]}")
    yield Remark(Tone.PLAIN, f"Answered is one of {results.answered}.")
    alone = "Each clip was judged alone." if results.regime == "inductive" else "Each clip was judged beside others of its person."
    own = "A line whose own modalities know no baseline is of the other regime, and says so: beside it, a gain is the baseline's, too. "
    also = own if _mixed(results) else ""
    yield Remark(Tone.PLAIN, f"Regime: {results.regime}. {alone} {also}Figures of the two regimes must not stand in one comparison.")
    if results.lessons:
        yield Remark(Tone.PLAIN, results.lessons)


def _mixed(results: Results) -> bool:
    return len({line.regime for line in results.lines}) > 1


def _tiles(results: Results) -> Iterator[Tile]:
    for kind, name in (("member", "best single"), ("fusion", "best fusion"), ("decision", "best decision"), ("ceiling", ORACLE)):
        some = [line for line in results.lines if line.kind == kind and line.figures]
        if some:
            line = max(some, key=lambda line: _value(results, line))
            measure = NAMES[results.measure]
            yield Tile(name, f"{_value(results, line):.3f}", measure if kind == "ceiling" else f"{measure}, {line.name}")


def _all(results: Results, scored: Sequence[Line]) -> Section:
    people = "" if results.people is None else f" of {counted(results.people, 'people')}"
    return Section(
        "All of them",
        (
            f"{counted(results.n, 'clips')}{people}, {counted(results.splits, 'splits')} ({results.protocol}), "
            f"{counted(results.seeds, 'seeds')}. Beside a figure stands the range that holds 95 % of what comes out when "
            f"{counted(results.drawn_from, results.drawn)} are drawn anew. Always the commonest label: accuracy {results.majority:.3f}, "
            f"UAR {results.chance:.3f}.",
        ),
        (
            Picture(
                f"{NAMES[results.measure]} of each; dashed: the best member alone.",
                "; ".join(f"{line.name} {line.figures[results.measure]}" for line in scored),
                lambda: plots.whiskers(
                    {_called(line): line.figures[results.measure] for line in scored},
                    {} if results.best is None else {f"{results.best} alone": _value(results, results.line(results.best, "member"))},
                ),
            ),
        ),
        tuple(_tables(results)),
    )


def _tables(results: Results) -> Iterator[Table]:
    """The table in two, as a page is narrower than a terminal; the regime stands above it, and in it where lines differ."""
    rows = [heads(results.measure, results.clock, results.threads), *(tuple(cells(line, results.measure)) for line in results.lines)]
    columns = [tuple(row[i] for row in rows) for i in range(len(rows[0]))]
    for caption, chosen in (
        (f"Every way to answer: {'by regime' if _mixed(results) else results.regime}", (0, 1, *((2,) if _mixed(results) else ()), *FOUND)),
        ("How sure they are, and what they cost", (0, 1, *COST)),
    ):
        head, *body = zip(*(columns[i] for i in chosen), strict=True)
        yield Table(caption, head, tuple(body), 3 if "regime" in head else 2)


def _called(line: Line) -> str:
    return {"member": f"{line.name} alone", "decision": f"{line.name} (decision)"}.get(line.kind, line.name)


def _gains(results: Results, scored: Sequence[Line]) -> Section:
    measure, some = NAMES[results.measure], [line for line in scored if line.gain]
    shown = columns(results.measure)[:2]  # three are wider than a page; csv and JSON have them
    return Section(
        "Gain over the best alone",
        (
            f"Differences in {measure} to {results.best} alone, on the same clips. p is of a paired permutation test that flips whole "
            f"{results.drawn}, corrected for {len(some)} tests (Holm). The best alone is the best on the very clips that judge, "
            f"so gains are, if anything, too small.",
        ),
        (
            Picture(
                f"Gain in {measure}; left of the line, fusing has lost.",
                "; ".join(f"{line.name} {line.gain.of(results.measure).value:+.3f}" for line in some if line.gain),
                lambda: gains({_called(line): line.gain.of(results.measure) for line in some if line.gain}, measure),
            ),
        ),
        (
            Table(
                "Gain",
                ("kind", "name", *(NAMES[name] for name in shown), f"p of {measure}", "p, corrected"),
                tuple(
                    (
                        line.kind,
                        line.name,
                        *(line.gain.of(name).signed for name in shown),
                        f"{line.gain.p:.4f}",
                        f"{line.gain.holm:.4f}",
                    )
                    for line in some
                    if line.gain
                ),
                2,
            ),
        ),
    )


def _behind(results: Results, first: Line, scored: Sequence[Line]) -> Section:
    measure, some = NAMES[results.measure], [line for line in scored if line.behind]
    return Section(
        "Against the best way",
        (
            f"How far the {first.kind} {first.name} is ahead of every other way in {measure}, on the same clips; p as above, corrected for "
            f"{counted(len(some), 'tests')} (Holm). It is the best on the very clips that judge, so these differences are, if anything, "
            "too large, and their p too small.",
        ),
        (),
        (
            Table(
                "Behind",
                ("kind", "name", f"behind in {measure}", "p", "p, corrected"),
                tuple(
                    (line.kind, line.name, line.behind.difference.signed, f"{line.behind.p:.4f}", f"{line.behind.holm:.4f}")
                    for line in some
                    if line.behind
                ),
                2,
            ),
        ),
    )


def _without(results: Results, scored: Sequence[Line]) -> Section:
    measure, patterns = NAMES[results.measure], results.patterns[1:]
    rows = [
        (
            line.kind,
            line.name,
            f"{_value(results, line):.3f}",
            *("-" if (some := line.without[there]) is None else str(some[results.measure]) for there in patterns),
        )
        for line in scored
        if line.without
    ]
    return Section(
        "With signals missing",
        (
            f"{measure} where only these are there at test, in every clip. Networks that fuse have learnt with modalities going missing, "
            "unless something else is said above.",
        ),
        (),
        (Table(f"{measure} by what is there", ("kind", "name", results.patterns[0], *patterns), tuple(rows), 2),),
    )


def _curves(results: Results, scored: Sequence[Line]) -> Section:
    measure, some = NAMES[results.measure], [line for line in scored if line.curve]
    ranked = sorted(some, key=lambda line: -_value(results, line))
    firsts = [next((line for line in ranked if line.kind == kind), None) for kind in ("member", "fusion", "decision")]
    drawn = list(dict.fromkeys(id(line) for line in (*firsts, *(line for line in ranked if line.kind != "member")) if line))[:DRAWN]
    series = [line for line in ranked if id(line) in drawn]
    shares = [point.share for point in some[0].curve]
    left = max(some, key=lambda line: sum(point.answered for point in line.curve)).curve
    return Section(
        "With signals missing at random",
        (
            f"{measure} where each modality of each clip is missing with this chance, the same ones for every way. A clip of which "
            "nothing is left has no answer, and counts as wrong.",
        ),
        (
            Picture(
                f"{measure} as signals go missing.",
                "; ".join(f"{line.name}: {', '.join(f'{point.of(results.measure):.2f}' for point in line.curve)}" for line in series),
                lambda: curves(
                    {_called(line): [(point.share, point.of(results.measure)) for point in line.curve] for line in series}, measure
                ),
            ),
        ),
        (
            Table(
                f"{measure} by the share that is missing",
                ("kind", "name", *(f"{100 * share:.0f} %" for share in shares)),
                (
                    *((line.kind, line.name, *(f"{point.of(results.measure):.3f}" for point in line.curve)) for line in some),
                    ("", "clips of which anything is left", *(f"{100 * point.answered:.0f} %" for point in left)),
                ),
                2,
            ),
        ),
    )


def _learnt(scored: Sequence[Line]) -> Section | None:
    """Where a decision has learnt a number a member: the mean of them over folds and seeds."""
    rows: list[tuple[str, ...]] = []
    names: list[str] = []
    for line in scored:
        if not line.learnt:
            continue
        known = line.learnt[0].get("names_")
        names = [str(name) for name in known] if isinstance(known, list) else names
        for what in sorted(line.learnt[0]):
            values = [one.get(what) for one in line.learnt]
            if what != "names_" and all(isinstance(value, list) and len(value) == len(names) for value in values):
                table = np.array(values)
                if table.ndim == 2:
                    spread = table.std(axis=0)
                    rows.append(
                        (line.name, what.strip("_"), *(f"{m:.3f} ± {sd:.3f}" for m, sd in zip(table.mean(axis=0), spread, strict=True)))
                    )
    if not rows:
        return None
    return Section(
        "What decisions have learnt",
        ("How much each member counts: mean and spread over folds and seeds. All that was learnt is in bench.json.",),
        (),
        (Table("Learnt", ("decision", "what", *names), tuple(rows), 2),),
    )


def _folds(scored: Sequence[Line]) -> Section:
    def cell(line: Line, name: str) -> str:
        mean, sd = line.folds.get(name, (float("nan"), float("nan")))
        return "-" if isnan(mean) else f"{mean:.3f} ± {sd:.3f}" if not isnan(sd) else f"{mean:.3f}"

    names = ("uar", "accuracy", "weighted_f1")
    return Section(
        "Fold by fold",
        ("Mean and standard deviation over folds and seeds, each judged by itself: how papers give it.",),
        (),
        (
            Table(
                "Mean over folds and seeds",
                ("kind", "name", "UAR", "accuracy", "weighted F1"),
                tuple((line.kind, line.name, *(cell(line, name) for name in names)) for line in scored),
                2,
            ),
        ),
    )


def _problems(results: Results) -> Iterator[Section]:
    some = [line for line in results.lines if line.problem]
    if some:
        rows = tuple((line.kind, line.name, str(line.problem)) for line in some)
        yield Section("What could not be judged", (), (), (Table("Why not", ("kind", "name", "problem"), rows, 3),), Tone.WARNING)


def _threads(results: Results) -> str:
    return f" Costs were taken with {spoken(results.threads)}." if results.threads else ""


def _reading(results: Results) -> Section:
    rows = [(name, str(value)) for name, value in results.made.items()]
    return Section(
        "How to read it",
        (
            f"{READING} {CLOCKS[results.clock]}{_threads(results)}",
            f"'{ORACLE}' is right where any member is, and else says what the best one says: what a choice among the members' own answers "
            "cannot exceed. Decisions that learn can, and so can those that weigh: a label that no member names may win.",
        ),
        (),
        (Table("How it came about", ("", ""), tuple(rows), 2),),
    )
