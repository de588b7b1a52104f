"""Train a recipe split by split, judge it, and keep what came out; judge a run that is there.

Nothing here chooses anything: epochs are chosen in `fit` on valid, temperatures are fitted on valid, test is looked at once.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from emofuse import catalog
from emofuse.calibration import hesitation, softened, temperature
from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError, RunError
from emofuse.core.labels import EIGHT_TO_SEVEN, LabelMap, LabelSet, relabel
from emofuse.core.split import Split
from emofuse.data import examples
from emofuse.evaluation.card import card
from emofuse.evaluation.evaluate import answers, evaluate, judged
from emofuse.evaluation.report import Report
from emofuse.network import Network
from emofuse.recipe import Recipe, call
from emofuse.recognizer import NetworkRecognizer, Recognizer
from emofuse.run import facts, folder, load, save, write_json

log = logging.getLogger(__name__)


def train(
    path: str, arguments: Mapping[str, object], *, data: Path, out: Path, seed: int = 0, allowed: Sequence[str] = ("emofuse.recipes",)
) -> Report | None:
    """Train and judge every split of a recipe; a run of it that is already in `out` is taken as it is.

    A recipe with one split leaves its run in `out` itself; one with several leaves a folder each and, where it says so,
    a last one named like the recognizer that has learnt from everything, whose figures are those of the others.

    Args:
        path: The recipe's, ``module:function``.
        arguments: What to call it with.
        data: Holds one folder a corpus.
        out: Where runs and ``report.json`` go.
        seed: Of initial weights, batch order and augmentation.
        allowed: Packages that the recipe may come from.

    Returns:
        The report over the test parts of all splits; None where no split judges anybody.

    Raises:
        CorpusError: The corpus is not there.
        SplitError: Its clips cannot be split as the recipe asks.
        UnknownName: A recipe or an argument that does not exist.
    """
    recipe = call(path, arguments, allowed)
    every = recipe.corpus.clips(data / recipe.corpus.name)
    clips = relabel(every, recipe.labels)
    splits = tuple(recipe.protocol(clips))
    tested: list[Clip] = []
    folds: list[str] = []
    scores: list[np.ndarray] = []
    raw: list[tuple[np.ndarray, np.ndarray]] = []
    shared: set[str] = set()
    for split in splits:
        where = out if len(splits) == 1 else out / split.name
        if not _done(where, path, arguments, seed):
            network = _learn(recipe, split, seed, where)
            held = _held_out(_plain(recipe, network), split.valid)
            warmth, margin = _calibrated(held)
            also = {"split": split.name, "n_train": len(split.train), "n_valid": len(split.valid), "n_test": len(split.test)}
            save(where, network, recipe=recipe, path=path, arguments=arguments, seed=seed, temperature=warmth, threshold=margin, also=also)
        recognizer = load(where, allowed)
        if len(splits) > 1 and recipe.ships_everything:
            raw.append(_held_out(_plain(recipe, recognizer.network), split.valid))
        tested += split.test
        folds += [split.name] * len(split.test)
        scores.append(answers(recognizer, split.test) if split.test else np.empty((0, len(recipe.labels))))
        shared |= split.shared
        log.info("%s judged on %d clips", split.name, len(split.test))
    if not tested:
        return None
    told = judged(recipe.labels, tested, np.concatenate(scores), shared=shared, folds=folds if len(splits) > 1 else None)
    report = replace(told, dropped=len(every) - len(clips))
    final = out
    if raw:
        final = out / recipe.name
        if not _done(final, path, arguments, seed):
            network = _learn(recipe, Split("everything", clips, (), ()), seed, final)
            warmth, margin = _calibrated((np.concatenate([r for r, _ in raw]), np.concatenate([t for _, t in raw])))
            also = {"split": "everything", "n_train": len(clips), "folds": [split.name for split in splits]}
            save(final, network, recipe=recipe, path=path, arguments=arguments, seed=seed, temperature=warmth, threshold=margin, also=also)
    elsewhere = {corpus.name: _elsewhere(load(final, allowed), corpus, data) for corpus in recipe.elsewhere}
    known = {name: told for name, told in elsewhere.items() if told is not None}
    for where in {out, final}:
        write_json(where / "report.json", {**report.as_dict(), "elsewhere": {name: told.as_dict() for name, told in known.items()}})
    text = card(facts(final), recipe.corpus, report, known, recipe.says)
    (final / "card.md").write_text(text, encoding="utf-8")
    return report


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
        clips = relabel(recipe.corpus.clips(data / recipe.corpus.name), recipe.labels)
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


def _learn(recipe: Recipe, split: Split, seed: int, out: Path) -> Network:
    """A network taught on a split; the best weights so far are kept in `out` while it learns."""
    from safetensors.torch import save_file

    train_part = examples(
        split.train, recipe.features, recipe.labels, prepare=recipe.prepare, target=recipe.target, variants=recipe.variants
    )
    valid_part = examples(split.valid, recipe.features, recipe.labels, prepare=recipe.prepare) if split.valid else None
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)  # initial weights have no generator of their own
    network = recipe.build()

    def kept(best: Network, epoch: object) -> None:
        save_file({name: tensor.contiguous() for name, tensor in best.state_dict().items()}, out / "unfinished.part")
        (out / "unfinished.part").replace(out / "unfinished.safetensors")

    history = recipe.fit(network, train_part, valid_part, seed=seed, kept=kept)
    write_json(out / "history.json", [epoch.as_dict() for epoch in history])
    (out / "unfinished.safetensors").unlink(missing_ok=True)
    return network.eval()


def _done(where: Path, path: str, arguments: Mapping[str, object], seed: int) -> bool:
    """Whether a run of this very call is there."""
    if not (where / "run.json").exists():
        return False
    said = facts(where)
    if (said["recipe"], said["arguments"], said.get("seed")) != (path, json.loads(json.dumps(dict(arguments))), seed):
        raise RunError(f"{where} holds another run ({said['recipe']} {said['arguments']}). Expected an empty folder; choose another --out.")
    log.info("%s is there already: not trained again", where)
    return True


def _plain(recipe: Recipe, network: Network) -> NetworkRecognizer:
    """A recognizer before calibration."""
    return NetworkRecognizer(recipe.name, network, recipe.features, recipe.labels, window=recipe.window, hop=recipe.hop)


def _held_out(recognizer: NetworkRecognizer, clips: Sequence[Clip]) -> tuple[np.ndarray, np.ndarray]:
    """Log-probabilities of every answered segment of clips, and their targets. Shape: (N, C), (N,)."""
    rows, targets = [], []
    for clip in clips:
        timeline = recognizer(clip)
        answered = timeline.scores[timeline.present]
        rows.append(answered)
        targets += [recognizer.labels.index(clip.label or "")] * len(answered)
    scores = np.concatenate(rows) if rows else np.empty((0, len(recognizer.labels)))
    return np.log(np.maximum(scores, 1e-12)), np.array(targets, dtype=int)


def _calibrated(held: tuple[np.ndarray, np.ndarray]) -> tuple[float, float]:
    """Temperature, and the margin of doubt at that temperature; 1 and 0 where nothing was held out."""
    logits, targets = held
    if not len(targets):
        return 1.0, 0.0
    warmth = temperature(logits, targets)
    return warmth, hesitation(softened(logits, warmth), targets)


def _elsewhere(recognizer: Recognizer, corpus: Corpus, data: Path) -> Report | None:
    """Judged on a corpus it has never seen; None, and a warning, where that is not here."""
    try:
        return _judged_elsewhere(recognizer, corpus, data)
    except CorpusError as error:
        log.warning("not judged on %s: %s", corpus.name, error)
        return None


def _judged_elsewhere(recognizer: Recognizer, corpus: Corpus, data: Path) -> Report:
    clips = corpus.clips(data / corpus.name)
    same = set(corpus.labels) <= set(recognizer.labels)
    way = LabelMap("as they are", LabelSet(recognizer.labels.words)) if same else EIGHT_TO_SEVEN
    known = relabel(clips, way)
    report = judged(way.target, known, way.scores(answers(recognizer, known), recognizer.labels))
    return replace(report, dropped=len(clips) - len(known), notes=(*report.notes, f"labels: {way.name}"))
