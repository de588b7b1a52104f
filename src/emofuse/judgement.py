"""Judge a run that is there: on the test part of its own split, or on a corpus that it has never seen."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from emofuse import catalog
from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError, RunError
from emofuse.core.labels import EIGHT_TO_SEVEN, LabelMap, LabelSet, relabel
from emofuse.core.split import Split
from emofuse.evaluation.evaluate import answers, evaluate, judged
from emofuse.evaluation.report import Report
from emofuse.recipe import Recipe, call
from emofuse.recognizer import Recognizer
from emofuse.run import facts, folder, load, write_json

log = logging.getLogger(__name__)


def judge(run: str | Path, *, data: Path, out: Path, corpus: str | None = None, allowed: Sequence[str] = ("emofuse.recipes",)) -> Report:
    """Judge a run on the test part of its own split, or on another corpus that it has never seen.

    A run that has learnt from everything has no test part: it is judged on what it has learnt from, and the report says so.

    Args:
        run: A shipped name or a folder.
        data: Holds one folder a corpus.
        out: Where ``report.json`` and ``report.txt`` go.
        corpus: Another corpus, through the common seven labels where its words differ.
        allowed: Packages that the run's recipe may come from.

    Raises:
        RunError: No such run, or its split is no longer made by its recipe.
        CorpusError: The corpus is not there.
    """
    said = facts(run)
    arguments = said["arguments"]
    assert isinstance(arguments, dict)
    recipe = call(str(said["recipe"]), arguments, allowed)
    recognizer = load(run, allowed)
    if corpus is not None and corpus != recipe.corpus.name:
        report = _judged_elsewhere(recognizer, catalog.corpus(corpus), data)
    else:
        clips = relabel(recipe.clips(data), recipe.labels)
        split = _split(said, recipe, clips)
        report = evaluate(recognizer, split.test or clips, shared=split.shared if split.test else {clip.subject or "" for clip in clips})
        if not split.test:
            note = "these weights have learnt from every clip that is judged here: what they are worth on others is in their card"
            report = replace(report, notes=(*report.notes, note))
    out.mkdir(parents=True, exist_ok=True)
    write_json(out / "report.json", {**report.as_dict(), "run": said, "corpus": corpus or recipe.corpus.name, "folds_of_run": _folds(run)})
    (out / "report.txt").write_text(report.text() + "\n", encoding="utf-8")
    return report


def _split(said: Mapping[str, object], recipe: Recipe, clips: Sequence[Clip]) -> Split:
    if said.get("split") == "everything":
        return Split("everything", tuple(clips), (), ())
    splits = {split.name: split for split in recipe.protocol(clips)}
    if said.get("split") not in splits:
        known = ", ".join(splits)
        raise RunError(
            f"The run was trained on split '{said.get('split')}'; its recipe now makes {known}. Check out commit {said.get('commit')}."
        )
    return splits[str(said["split"])]


def _folds(run: str | Path) -> object:
    """What the run's own report says, judged on people it had not learnt from; None where it has none."""
    path = folder(run) / "report.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else None


def elsewhere(recognizer: Recognizer, corpus: Corpus, data: Path) -> Report | None:
    """Judged on a corpus it has never seen; None, and a warning, where that is not here."""
    try:
        return _judged_elsewhere(recognizer, corpus, data)
    except CorpusError as error:
        log.warning("not judged on %s: %s", corpus.name, error)
        return None


def _judged_elsewhere(recognizer: Recognizer, corpus: Corpus, data: Path) -> Report:
    if not recognizer.modalities & corpus.modalities:
        needs, has = ", ".join(sorted(recognizer.modalities)), ", ".join(sorted(corpus.modalities))
        raise RunError(
            f"'{recognizer.name}' cannot be judged on {corpus.name}: it needs {needs}, the corpus has {has}. Choose another corpus."
        )
    clips = corpus.clips(data / corpus.name)
    same = set(corpus.labels) <= set(recognizer.labels)
    way = LabelMap("as they are", LabelSet(recognizer.labels.words)) if same else EIGHT_TO_SEVEN
    known = relabel(clips, way)
    report = judged(way.target, known, way.scores(answers(recognizer, known), recognizer.labels))
    return replace(report, dropped=len(clips) - len(known), notes=(*report.notes, f"labels: {way.name}"))
