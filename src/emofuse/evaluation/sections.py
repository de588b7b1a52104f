"""A report as a document: what is said in which order, in words that need no dictionary.

First what a stranger asks, then what must be known before any figure is read, then the figures, then where they come from.
"""

from collections.abc import Iterator, Mapping, Sequence

from emofuse.evaluation.about import About, headline, kin
from emofuse.evaluation.details import NAMES, cells, details, interval, number
from emofuse.evaluation.document import Document, Remark, Section, Table, Tile, Tone
from emofuse.evaluation.report import Figure, Report

MEANS = {
    "accuracy": "Share of right answers; no answer is a wrong one. Others call it WAR or micro F1.",
    "UAR": "Mean over the labels of how many of each were found (recall), each label counting the same. Others: balanced accuracy.",
    "macro F1": "Mean over the labels of F1, each counting the same. As UAR, over those labels that have rows at all.",
    "weighted F1": "Mean over the labels of F1, each counting as often as it is true.",
    "majority": "Accuracy of always saying the most frequent label: what a recognizer has to beat before it has learnt anything.",
    "calibration error": "How far the probabilities are from being right so often, on average (ECE, 15 bins). 0 is best.",
    "Brier": "Squared distance of the probabilities from the truth. 0 is best, 2 the worst.",
    "AURC": "Mean error of the surest answers, over all shares of them: low where it knows when it does not know.",
    "interval": "What 95 of 100 repetitions with others drawn from the same kind would give.",
}
MADE = {
    "command": "command",
    "commit": "commit of the judging",
    "version": "emofuse",
    "seconds": "seconds of judging",
    "files": "files judged, SHA-256",
    "bootstrap_seed": "seed of the intervals",
    "labels": "labels",
    "unreadable": "clips that could not be read",
}
"""What the ways in which a report came about are called where people read them."""
GREAT = {"fine": Tone.GOOD}


def document(report: Report, about: About) -> Document:
    """The page of one report.

    A run that was judged on what it has learnt from shows the figures on what it had not; its own are set apart, and marked.
    """
    shown = about.held_out if about.in_sample else report
    sections = [] if shown is None else list(details(shown))
    if about.in_sample:
        sections.append(_learnt(report, about))
    return Document(
        title=f"{about.name} on {about.corpus}",
        lead=headline(report, about),
        remarks=tuple(_remarks(report, shown, about)),
        tiles=() if shown is None else tuple(_tiles(shown)),
        sections=(*sections, *_elsewhere(about), *_certificate(about), _made(report, about), _reading()),
    )


def _remarks(report: Report, shown: Report | None, about: About) -> Iterator[Remark]:
    told = shown or report
    honest = told.shared is not None and not told.shared
    yield Remark(Tone.GOOD if honest else Tone.WARNING, f"{told.honesty[0].upper()}{told.honesty[1:]}.")
    if shown is not None and about.run.get("split") == "everything" and not about.unseen:
        yield Remark(
            Tone.PLAIN,
            "These weights have learnt from every clip there is. The figures are those of networks of the same recipe, "
            "each judged on people it had not learnt from.",
        )
    if about.certificate is None:
        yield Remark(Tone.PLAIN, "No audit has looked at this run.")
    else:
        verdict = str(about.certificate.get("verdict", "unknown"))
        yield Remark(GREAT.get(verdict, Tone.WARNING), f"Audit: {about.certificate.get('sentence', verdict)}.")
    for count, what in (
        (told.unanswered, f"{told.level}s have no answer and count as wrong"),
        (told.dropped, "clips were left out: their label has no place among those that can be answered"),
        (told.unreadable, "clips were left out: they could not be read"),
    ):
        if count:
            yield Remark(Tone.PLAIN, f"{count:,} {what}.")
    for note in told.notes:
        yield Remark(Tone.PLAIN, f"{note[0].upper()}{note[1:]}." if note else "")


def _tiles(report: Report) -> Iterator[Tile]:
    for name in ("accuracy", "uar", "weighted_f1", "ece"):
        figure: Figure = getattr(report, name)
        yield Tile(NAMES[name], number(figure.value), interval(figure))
    yield Tile("always the same", number(report.majority.value), f"saying {report.commonest}")


def _learnt(report: Report, about: About) -> Section:
    return Section(
        "On what it has learnt from: no result",
        (
            f"These weights have learnt from every one of the {report.n:,} {report.level}s below. "
            f"Figures on what was learnt say how well it remembers, not how well it recognizes; they are here to be complete.",
        ),
        (),
        (
            Table(
                f"In-sample, {report.n:,} {report.level}s it has learnt from",
                ("figure", "in-sample value"),
                tuple((NAMES[name], number(getattr(report, name).value)) for name in ("accuracy", "uar", "weighted_f1", "ece")),
            ),
        ),
        Tone.WARNING,
    )


def _elsewhere(about: About) -> Iterator[Section]:
    """Figures on other corpora, and on other clips of those that were learnt from beside its own."""
    related = {name: told for name, told in about.elsewhere.items() if kin(name, about.beside)}
    foreign = {name: told for name, told in about.elsewhere.items() if name not in related}
    nearer = "This is nearer to what a user meets than the figures above."
    for title, text, reports in (
        ("On other clips of what it has learnt from as well", (), related),
        (f"On what it has never {about.met}", (nearer,), foreign),
    ):
        if reports:
            rows = tuple(
                (name, f"{told.n}", *cells(told.accuracy), *cells(told.uar), number(told.majority.value), number(told.ece.value))
                for name, told in reports.items()
            )
            heads = ("corpus", "clips", "accuracy", "95 % interval", "UAR", "95 % interval", "majority", "calibration error")
            yield Section(title, text, (), (Table("Other corpora", heads, rows),))


def _certificate(about: About) -> Iterator[Section]:
    if about.certificate is None:
        return
    found, fine, blind = (_listed(about.certificate, name) for name in ("findings", "fine", "not_looked"))
    found = [{**row, "grade": "note" if row.get("grade") == "fine" else row.get("grade")} for row in found]  # what moves no figure
    columns = ("grade", "trap", "title", "says", "remedy")
    tables = (
        Table("What was found", ("grade", "trap", "what", "in detail", "remedy"), _rows(found, *columns), words=5),
        Table("Looked at, and nothing found", ("question", "traps"), _rows(fine, "asks", "traps"), words=2),
        Table("Could not be looked at", ("question", "traps", "for want of"), _rows(blind, "asks", "traps", "needs"), words=3),
    )
    counts = f"{len(found)} found, {len(fine)} looked at and fine, {len(blind)} not to be looked at."
    text = f"{counts} Nothing found is not nothing there."
    yield Section("Audit", (text,), (), tuple(table for table in tables if table.rows))


def _listed(certificate: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    value = certificate.get(name)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _rows(listed: Sequence[Mapping[str, object]], *names: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        tuple(", ".join(map(str, cell)) if isinstance(cell := row.get(name, ""), list) else str(cell) for name in names) for row in listed
    )


def _made(report: Report, about: About) -> Section:
    said = {
        "recipe": about.run.get("recipe"),
        "its arguments": about.run.get("arguments"),
        "trained on": about.run.get("corpus"),
        "split": about.run.get("split"),
        "clips learnt from": about.run.get("n_train"),
        "clips chosen on": about.run.get("n_valid"),
        "seed of the training": about.run.get("seed"),
        "commit of the training": about.run.get("commit"),
        "weights, SHA-256": about.run.get("sha256"),
        "licence": about.run.get("license"),
        "level of a row": report.level,
        f"rows judged ({report.n:,}), SHA-256 of ids, labels, people": report.data or None,
        **{MADE.get(name, name): value for name, value in about.made.items()},
    }
    rows = tuple((name, _value(value)) for name, value in said.items() if value not in (None, "", {}, []))
    return Section("How this came about", (), (), (Table("Where the figures come from", ("what", "value"), rows, words=2),))


def _value(value: object) -> str:
    """A value as a cell: a list as its words.

    Example:
        >>> _value(["03a01Fa", "08a04Ta"]), _value(1.5)
        ('03a01Fa, 08a04Ta', '1.5')
    """
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def _reading() -> Section:
    return Section("How to read the figures", (), (), (Table("In words", ("figure", "meaning"), tuple(MEANS.items()), words=2),))
