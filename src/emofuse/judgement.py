"""Judge a run that is there: on the test part of its own split, or on a corpus that it has never seen."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from emofuse import __version__, catalog
from emofuse.audit.audit import Audit, audit
from emofuse.audit.evidence import of_run
from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError, RunError
from emofuse.core.labels import EIGHT_TO_SEVEN, LabelMap, LabelSet, label_map, relabel
from emofuse.core.modality import Modality
from emofuse.evaluation.about import About
from emofuse.evaluation.evaluate import SMALLEST, answers, answers_by_segment, check_smallest, judged
from emofuse.evaluation.folder import LEARNT, write_report
from emofuse.evaluation.hashes import stored
from emofuse.evaluation.kept import report as kept_report
from emofuse.evaluation.predictions import FILE, Predictions, read_predictions
from emofuse.evaluation.report import Report
from emofuse.features.baseline import told as not_alone
from emofuse.reading import Recognizer
from emofuse.recipe import call
from emofuse.recognizer import NetworkRecognizer
from emofuse.run import commit, facts, folder, load
from emofuse.splitting import split_of_run

log = logging.getLogger(__name__)

LEVELS = ("clip", "segment")
AS_THEY_ARE = "as they are"  # the map that changes nothing
NAMED = 10  # rows of an audit's finding that a report repeats; `emofuse audit` names all of them


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """Whom a run is to be judged on, and in which words.

    Args:
        corpus: Its name.
        clips: With labels out of `way`'s target.
        way: From the recognizer's words to those that are judged.
        dropped: Clips whose label has no place there.
        shared: People among them who were also learnt from.
        notes: What a reader must be told.
        in_sample: Whether every clip was learnt from.
        unseen: Whether the corpus is another than the run's own.
    """

    corpus: str
    clips: tuple[Clip, ...]
    way: LabelMap
    dropped: int = 0
    shared: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()
    in_sample: bool = False
    unseen: bool = False


def judge(
    run: str | Path,
    *,
    data: Path,
    out: Path,
    corpus: str | None = None,
    words: str | None = None,
    allowed: Sequence[str] = ("emofuse.recipes",),
    skip_unreadable: bool = False,
    units: str | None = None,
    groups: Sequence[str] | None = None,
    smallest: int = SMALLEST,
    level: str = "clip",
    audited: bool = True,
) -> Report:
    """Judge a run on the test part of its own split, or on another corpus that it has never seen, and write the report's folder.

    A run that has learnt from everything has no test part: it is judged on what it has learnt from, and these figures are given
    back. The report that is written says so, and shows what others of its recipe were worth on what they had not learnt from.

    Args:
        run: A shipped name or a folder.
        data: Holds one folder a corpus.
        out: Where ``report.html`` and the rest go.
        corpus: Another corpus, through the common seven labels where its words differ.
        words: Name of the label map by which the answers are judged (`emofuse.core.labels.MAPS`).
        allowed: Packages that the run's recipe may come from.
        skip_unreadable: Leave out clips that cannot be read, and count them, instead of stopping at the first.
        units: The fact whose values the intervals draw anew, instead of people.
        groups: Which facts to tell apart; by default those with two to six values.
        smallest: Rows that a group must have.
        level: What a row is: "clip" or "segment".
        audited: Look for what would flatter the run, too, and put what was found into the report.

    Raises:
        RunError: No such run, or its split is no longer made by its recipe.
        CorpusError: The corpus is not there, or a clip cannot be read.
        SplitError: No clip says what `units` or `groups` ask for, or groups of less than a row.
        UnknownName: There is no such label map.
    """
    check_smallest(smallest)
    said = facts(run)
    recognizer, task = load(run, allowed), _task(run, data, corpus, words, allowed)
    _keep_what_is_there(out, task.in_sample)
    began = perf_counter()
    predictions, unreadable = _answered(recognizer, task, level, skip_unreadable)
    seconds = perf_counter() - began
    report = judged(
        task.way.target,
        predictions.clips,
        predictions.probabilities,
        shared=task.shared,
        facts=groups,
        units=units,
        smallest=smallest,
        level=level,
    )
    notes = (*report.notes, *task.notes, *not_alone(recognizer.baseline), *recognizer.notes)
    report = replace(report, dropped=task.dropped, unreadable=len(unreadable), notes=notes)
    if level == "clip" and len(recognizer.modalities) > 1 and not task.in_sample:
        report = replace(report, without=_without(recognizer, task, unreadable))
    kept = _kept(run)
    about = About(
        name=recognizer.name,
        corpus=task.corpus,
        modalities=tuple(sorted(recognizer.modalities)),
        in_sample=task.in_sample,
        unseen=task.unseen,
        held_out=kept_report(kept) if task.in_sample and kept is not None else None,
        elsewhere={name: kept_report(told) for name, told in _mapping(kept, "elsewhere").items() if name != task.corpus},
        run=said,
        certificate=_certificate(run, data, allowed, task, predictions) if audited else None,
        made={
            "version": __version__,
            "commit": commit(),
            "seconds": round(seconds, 1),
            "files": stored(task.clips),
            "bootstrap_seed": 0,
            "unreadable": unreadable,
        },
    )
    write_report(out, report, predictions, about, also={"run": said, "folds_of_run": kept})
    return report


def _keep_what_is_there(out: Path, in_sample: bool) -> None:
    """Refuse to write over a run's own report, or to put what was learnt from in the place of answers to what was not."""
    if (out / "run.json").is_file() or (in_sample and (out / FILE).is_file()):
        raise RunError(
            f"{out} holds a run, or answers to what was not learnt from, which would be written over. Expected a folder of its own for "
            f"this report; choose another --out."
        )


def answers_of(what: str | Path, data: Path | None = None, allowed: Sequence[str] = ("emofuse.recipes",)) -> Predictions:
    """Answers to what was not learnt from: those that a report, or a run's training, has left; or a run's to its own test part.

    Args:
        what: A report's folder, a ``predictions.csv``, a run's folder, or a shipped name.
        data: Holds one folder a corpus; for a run that has left no answers.
        allowed: Packages that a run's recipe may come from.

    Raises:
        RunError: There is nothing of the kind, or all that was answered was learnt from, or a run needs its data to answer.
        CorpusError: The corpus is not there, or a clip cannot be read.
    """
    path = Path(what)
    table = path if path.is_file() else path / FILE
    if table.is_file():
        _refuse_learnt(what, table.parent)
        return read_predictions(table)
    if path.is_dir() and not (path / "run.json").is_file():
        _refuse_learnt(what, path)
        raise RunError(
            f"{what} holds no {FILE}. Expected the folder that `emofuse evaluate RUN --out` or `emofuse train` wrote; judge again."
        )
    kept = folder(path) / FILE
    if kept.is_file():
        return read_predictions(kept)
    if facts(path).get("split") == "everything":
        raise RunError(
            f"'{what}' has learnt from every clip of its corpus and left no answers of its folds: nothing is left to compare it on. "
            f"Expected answers to what was not learnt from; train its recipe again, or compare the runs of its folds."
        )
    if data is None:
        raise RunError(f"'{what}' has left no answers. Expected its {FILE}, or the data to make it from; add --data DIR.")
    recognizer, task = load(path, allowed), _task(path, data, None, None, allowed)
    return _answered(recognizer, task, "clip", skip_unreadable=False)[0]


def _refuse_learnt(what: str | Path, where: Path) -> None:
    """Refuse answers to what was learnt from: comparing those would reward memory."""
    said = where / "report.json"
    learnt = said.is_file() and json.loads(said.read_text(encoding="utf-8")).get("in_sample") is True
    if learnt or where.name == LEARNT or (where / LEARNT / FILE).is_file():
        raise RunError(
            f"{what} holds answers to clips that were learnt from, which say how well a run remembers. "
            f"Expected answers to others; compare runs that have a test part, or the folder that `emofuse train` left."
        )


def _task(run: str | Path, data: Path, corpus: str | None, words: str | None, allowed: Sequence[str]) -> Task:
    """What the run is to be judged on."""
    said = facts(run)
    arguments = said["arguments"]
    assert isinstance(arguments, dict)
    recipe = call(str(said["recipe"]), arguments, allowed)
    if corpus is not None and corpus != recipe.corpus.name:
        return _elsewhere(recipe.name, frozenset(recipe.features), recipe.labels, catalog.corpus(corpus), data, words)
    every = recipe.clips(data)
    clips = relabel(every, recipe.labels)
    split = split_of_run(said, recipe.protocol, clips)
    way, notes = _way(words, recipe.labels, recipe.labels)
    judged_on = relabel(split.test or split.train, way)
    if split.test:
        return Task(recipe.corpus.name, judged_on, way, len(split.test) - len(judged_on), split.shared, notes)
    notes = (*notes, "these weights have learnt from every clip that is judged here: what they are worth on others is in their card")
    everybody = frozenset(clip.subject or "" for clip in split.train)
    return Task(recipe.corpus.name, judged_on, way, len(every) - len(judged_on), everybody, notes, in_sample=True)


def _way(words: str | None, own: LabelSet, theirs: LabelSet) -> tuple[LabelMap, tuple[str, ...]]:
    """The map that was asked for, or the words as they are where all are known, or the common seven; and what it does."""
    if words is None and set(theirs) <= set(own):
        return LabelMap(AS_THEY_ARE, own), ()
    way = EIGHT_TO_SEVEN if words is None else label_map(words)
    gone = [word for word in own if way.word(word) is None]
    note = f"never answered here, the others share what they had: {', '.join(gone)}"
    return way, (note,) if gone else ()


def _answered(recognizer: Recognizer, task: Task, level: str, skip_unreadable: bool) -> tuple[Predictions, list[str]]:
    """Every answer in the words that are judged, without what could not be read, whose ids stand beside them."""
    if level not in LEVELS:
        raise RunError(f"There is no level '{level}' to judge at. Expected one of: {', '.join(LEVELS)}; choose one.")
    unreadable: list[str] = []
    if level == "segment":
        rows, scores = answers_by_segment(recognizer, task.clips, unreadable if skip_unreadable else None)
    else:
        rows, scores = task.clips, answers(recognizer, task.clips, unreadable if skip_unreadable else None)
        read = np.array([clip.id not in set(unreadable) for clip in rows], dtype=bool)
        rows, scores = tuple(clip for clip, there in zip(rows, read, strict=True) if there), scores[read]
    return Predictions(task.way.target, rows, task.way.within(scores, recognizer.labels)), unreadable


def _without(recognizer: Recognizer, task: Task, unreadable: Sequence[str]) -> dict[Modality, Report]:
    """The same clips with one modality taken away, for each of them."""
    clips = [clip for clip in task.clips if clip.id not in set(unreadable)]
    scores = {m: answers(recognizer, [clip.without(m) for clip in clips]) for m in sorted(recognizer.modalities)}
    return {
        m: judged(task.way.target, clips, task.way.within(rows, recognizer.labels), shared=task.shared, facts=())
        for m, rows in scores.items()
    }


def _certificate(run: str | Path, data: Path, allowed: Sequence[str], task: Task, predictions: Predictions) -> dict[str, object]:
    """What an audit of the run says, its answers looked at where they are to clips of its own corpus."""
    try:
        seen = of_run(run, data, allowed)
    except CorpusError:  # judged elsewhere, and its own corpus is not here: what the run says of itself is left
        seen = of_run(run, None, allowed)
    rows = {clip.id: row for clip, row in zip(predictions.clips, predictions.probabilities, strict=True)}
    if seen.clips and not task.unseen and not task.in_sample and task.way.name == AS_THEY_ARE and set(rows) <= {c.id for c in seen.clips}:
        none = np.full(len(predictions.labels), np.nan)
        seen = replace(seen, labels=predictions.labels, scores=np.stack([rows.get(clip.id, none) for clip in seen.clips]))
    return said_of(audit(seen))


def said_of(audited: Audit) -> dict[str, object]:
    """An audit as a report repeats it: a few rows of each finding."""
    said = audited.as_dict()
    findings = said["findings"]
    assert isinstance(findings, list)
    return {**said, "sentence": audited.sentence, "findings": [{**finding, "rows": finding["rows"][:NAMED]} for finding in findings]}


def _kept(run: str | Path) -> dict[str, object] | None:
    """What the run's own report says, judged on people it had not learnt from; None where it has none."""
    path = folder(run) / "report.json"
    if not path.exists():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise RunError(f"{path} cannot be read: {error}. Expected the JSON that `emofuse train` wrote; restore it.") from error
    return said if isinstance(said, dict) else None


def _mapping(said: Mapping[str, object] | None, key: str) -> Mapping[str, Mapping[str, object]]:
    value = (said or {}).get(key)
    return value if isinstance(value, Mapping) else {}


def elsewhere(recognizer: NetworkRecognizer, corpus: Corpus, data: Path) -> Report | None:
    """Judged on a corpus it has never seen; None, and a warning, where that is not here."""
    try:
        task = _elsewhere(recognizer.name, recognizer.modalities, recognizer.labels, corpus, data, None)
    except CorpusError as error:
        log.warning("not judged on %s: %s", corpus.name, error)
        return None
    scores = task.way.within(answers(recognizer, task.clips), recognizer.labels)
    report = judged(task.way.target, task.clips, scores)
    return replace(report, dropped=task.dropped, notes=(*report.notes, *task.notes, *not_alone(recognizer.baseline)))


def _elsewhere(name: str, modalities: frozenset[Modality], labels: LabelSet, corpus: Corpus, data: Path, words: str | None) -> Task:
    if not modalities & corpus.modalities:
        needs, has = ", ".join(sorted(modalities)), ", ".join(sorted(corpus.modalities))
        raise RunError(f"'{name}' cannot be judged on {corpus.name}: it needs {needs}, the corpus has {has}. Choose another corpus.")
    clips = corpus.clips(corpus.under(data))
    way, notes = _way(words, labels, corpus.labels)
    known = relabel(clips, way)
    left = sorted({str(clip.label) for clip in clips if clip.label is None or way.word(clip.label) is None})
    told = (*notes, *([f"left out, having no place among the labels: {', '.join(left)}"] if left else []), f"labels: {way.name}")
    return Task(corpus.name, known, way, len(clips) - len(known), notes=told, unseen=True)
