"""The card that travels with a run: what it learnt from, how well it does, on whom, and what it must not be used for."""

from collections.abc import Mapping, Sequence

from emofuse.core.corpus import Corpus
from emofuse.evaluation.about import kin
from emofuse.evaluation.details import interval
from emofuse.evaluation.report import Report

MUST_NOT = """\
It reads expressions, not inner states: people show what they do not feel, and feel what they do not show.
It must not decide, or help to decide, about a person: not in hiring, at work, in education, in policing, in border control,
in insurance or credit, and not as a diagnosis. It must not be used on people who have not been told and asked.
In the European Union emotion recognition at work and in education is prohibited but for medical and safety reasons
(Regulation (EU) 2024/1689, article 5). Recordings unlike those it has learnt from (other languages, ages, cultures,
cameras, microphones, everyday instead of acted speech) lower its figures, and nobody has measured by how much for yours."""


def card(
    said: Mapping[str, object],
    corpus: Corpus,
    report: Report,
    elsewhere: Mapping[str, Report],
    says: str,
    audit: str = "",
    beside: Sequence[Corpus] = (),
    chose: bool = True,
) -> str:
    """A model card in Markdown.

    Args:
        said: The run's facts, ``run.json``.
        corpus: What it has learnt from.
        report: Its figures on clips it had not learnt from.
        elsewhere: By corpus, its figures on corpora it has never seen.
        says: What it is, in the recipe's own words.
        audit: The certificate of an audit, in Markdown; empty where nobody has made one.
        beside: What it has learnt from as well.
        chose: Whether an epoch was chosen on valid; otherwise the last one was kept.
    """
    everything = said.get("split") == "everything"
    how = (
        f"The figures are those of {len(report.folds)} networks of the same recipe, each judged on people it had not learnt from; "
        f"the weights here have then learnt from all {said.get('n_train')} clips."
        if everything
        else f"Trained on {said.get('n_train')} clips, {_chosen(said, chose)}, judged on {said.get('n_test')}."
    )
    sections = [
        f"# {said['name']}",
        says,
        "## Facts",
        _table(
            ("what", "value"),
            [
                ("recipe", f"`{said['recipe']}` with `{said['arguments']}`, seed {said.get('seed')}"),
                ("parameters", f"{said.get('parameters'):,}"),
                ("labels", ", ".join(report.labels)),
                ("window", _window(said)),
                ("temperature", said["temperature"]),
                ("uncertain below a margin of", said["threshold"]),
                ("weights, SHA-256", f"`{said.get('sha256')}`"),
                ("commit", said.get("commit")),
            ],
        ),
        "## Data",
        *(
            f"{each.name}: {each.citation}\n\nLicence: **{each.license}**. Weights learnt from it are for the same uses."
            for each in (corpus, *beside)
        ),
        "## Figures",
        f"{how} {report.honesty[0].upper()}{report.honesty[1:]}. "
        f"Intervals of 95 % by drawing {report.drawn} anew, {report.n} {report.level}s.",
        *_not_alone(said),
        _table(
            ("figure", "value", "interval"),
            [
                (name, f"{figure.value:.3f}", interval(figure))
                for name, figure in (
                    ("accuracy", report.accuracy),
                    ("UAR", report.uar),
                    ("macro F1", report.macro_f1),
                    ("weighted F1", report.weighted_f1),
                    (f"majority (always {report.commonest})", report.majority),
                    ("expected calibration error", report.ece),
                    ("Brier", report.brier),
                )
            ],
        ),
        *(
            [f"Mean over {len(report.folds)} folds: " + ", ".join(f"{k} {v:.3f}" for k, v in report.over_folds.items())]
            if report.folds
            else []
        ),
        "### Each label",
        _table(
            ("label", "precision", "recall", "F1", "clips"),
            [
                (w, f"{r['precision']:.3f}", f"{r['recall']:.3f}", f"{r['f1']:.3f}", f"{r['support']:.0f}")
                for w, r in report.classes.items()
            ],
        ),
        *_groups(report),
        *_elsewhere(elsewhere, [each.name for each in beside]),
        *(["## Audit", audit.strip()] if audit else []),
        "## What it must not be used for",
        MUST_NOT,
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _not_alone(said: Mapping[str, object]) -> list[str]:
    """What must be told of a run whose features are seen against the person's own."""
    known = said.get("population")
    if not isinstance(known, Mapping) or not known:
        return []
    return [
        f"These figures are with the person's own baseline of {' and '.join(sorted(known))}: other recordings of whoever is judged, or the "
        f"same recording's past, say what is usual for them. They are not to be compared with figures of clips that are judged alone."
    ]


def _window(said: Mapping[str, object]) -> str:
    """What it looks at for one answer."""
    if said.get("window") is None:
        return "one utterance, with the turns before it" if said.get("modalities") == ["text"] else "one face"
    return f"{said.get('window')} ms every {said.get('hop')} ms"


def _groups(report: Report) -> list[str]:
    rows = [
        (fact, value, part.n, f"{part.accuracy.value:.3f}", f"{part.uar.value:.3f}")
        for fact, parts in report.groups.items()
        for value, part in parts.items()
    ]
    people = ["The corpus does not tell who is who, nor anything else about people: no figures by group can be given."]
    if report.subjects:
        (_, low), (_, high) = report.extremes
        people = [f"By person, accuracy runs from {low:.3f} to {high:.3f} over {len(report.subjects)} people."]
    return ["### Groups", *([_table(("fact", "value", "clips", "accuracy", "UAR"), rows)] if rows else []), *people]


def _chosen(said: Mapping[str, object], chose: bool) -> str:
    """What valid clips were for."""
    if chose:
        return f"best epoch chosen on {said.get('n_valid')}"
    return f"last epoch kept, probabilities calibrated on {said['n_valid']}" if said.get("n_valid") else "last epoch kept"


def _elsewhere(reports: Mapping[str, Report], beside: Sequence[str]) -> list[str]:
    """Figures on other corpora, and on other clips of those that were learnt from beside its own."""
    related = {name: report for name, report in reports.items() if kin(name, beside)}
    foreign = {name: report for name, report in reports.items() if name not in related}
    said = []
    if related:
        said += ["## On other clips of what it has learnt from as well", _figures(related)]
    if foreign:
        said += ["## On what it has never seen", _figures(foreign), "This is nearer to what a user meets than the figures above."]
    return said


def _figures(reports: Mapping[str, Report]) -> str:
    rows = [
        (name, r.n, *(f"{figure.value:.3f}" for figure in (r.accuracy, r.uar, r.macro_f1, r.majority, r.ece)))
        for name, r in reports.items()
    ]
    return _table(("corpus", "clips", "accuracy", "UAR", "macro F1", "majority", "ECE"), rows)


def _table(heads: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = [heads, ("---",) * len(heads), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)
