"""Train a recipe split by split, judge it, and keep what came out.

Nothing here chooses anything: epochs are chosen in `fit` on valid, temperatures are fitted on valid, test is looked at once.
"""

import json
import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from emofuse import __version__
from emofuse.audit.audit import Audit, audit
from emofuse.audit.base import Evidence
from emofuse.calibration import hesitation, softened, temperature
from emofuse.core.clip import Clip
from emofuse.core.errors import CorpusError, RunError, SplitError
from emofuse.core.labels import relabel
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.split import Split, thinned
from emofuse.data import Examples, Key, Target, Variant, examples, one_hot
from emofuse.encoders.base import Encoder
from emofuse.evaluation.about import About
from emofuse.evaluation.card import card
from emofuse.evaluation.evaluate import answers, answers_by_segment, judged
from emofuse.evaluation.folder import write_report
from emofuse.evaluation.hashes import stored
from emofuse.evaluation.predictions import Predictions
from emofuse.evaluation.report import Report
from emofuse.features.baseline import Baseline
from emofuse.features.baseline import told as not_alone
from emofuse.features.cache import Cache
from emofuse.features.extraction import unreadable
from emofuse.judgement import elsewhere, said_of
from emofuse.network import Batch, Committee, Network
from emofuse.recipe import Recipe, call
from emofuse.recognizer import NetworkRecognizer
from emofuse.run import calibrate, commit, facts, load, save, write_json
from emofuse.splitting import Lists, from_file, read
from emofuse.splitting import lists as lists_of

log = logging.getLogger(__name__)

Held = tuple[np.ndarray, np.ndarray]
"""Log-probabilities of segments that were not learnt from, (N, C), and their targets, (N,)."""


def no_bar(what: str) -> Progress:
    """Say nothing of how far reading is."""
    return quiet_progress


def train(
    path: str,
    arguments: Mapping[str, object],
    *,
    data: Path,
    out: Path,
    seed: int = 0,
    allowed: Sequence[str] = ("emofuse.recipes",),
    split: Path | None = None,
    cache: Cache | None = None,
    skip_unreadable: bool = False,
    few: int | None = None,
    bar: Callable[[str], Progress] = no_bar,
) -> Report | None:
    """Train and judge every split of a recipe; a run of it that is already in `out` is taken as it is.

    A recipe with one split leaves its run in `out` itself; one with several leaves a folder each and, where it says so,
    a last one named like the recognizer that has learnt from everything, whose figures are those of the others.

    Args:
        path: The recipe's, ``module:function``.
        arguments: What to call it with.
        data: Holds one folder a corpus.
        out: Where runs, ``report.json`` and ``predictions.csv`` go.
        seed: Of initial weights, batch order and augmentation.
        allowed: Packages that the recipe may come from.
        split: A file of lists (`emofuse.splitting`) that divides the clips instead of the recipe's protocol.
        cache: Where features are looked up and kept.
        skip_unreadable: Read all clips first, and leave out those that cannot be; the report counts them.
        few: At most so many clips of each label in each part of the first split alone: to see that it runs. Figures are none then.
        bar: Called with what is being read, for a progress of it.

    Returns:
        The report over the test parts of all splits; None where no split judges anybody.

    Raises:
        CorpusError: The corpus is not there, or none of its labels are the recipe's.
        SplitError: Its clips cannot be split as asked, or a part of them has nothing to tell apart.
        MediaError: A clip cannot be read, and skipping such clips was not asked for.
        UnknownName: A recipe or an argument that does not exist.
    """
    began = time.monotonic()
    recipe = call(path, arguments, allowed)
    recipe = recipe if few is None else replace(recipe, ships_everything=False, elsewhere=(), beside=())
    every = recipe.clips(data)
    clips = answerable(recipe, every)
    lists = None if split is None else read(split)
    divide = recipe.protocol if split is None else from_file(split, unwanted(recipe, data, clips))
    folds = tuple(divide(clips))
    folds = folds if few is None else (thinned(folds[0], few),)
    listed = {clip.id for fold in folds for part in (fold.train, fold.valid, fold.test) for clip in part}
    more = tuple(clip for corpus in recipe.beside for clip in relabel(corpus.clips(corpus.under(data)), recipe.labels))
    work = _Work(recipe, path, dict(arguments), seed, allowed, lists, cache, bar, {} if len(folds) > 1 else None, more, few is None)
    lost = work.unreadable([clip for clip in clips if clip.id in listed]) if skip_unreadable else {}
    folds = tuple(_without(fold, lost) for fold in folds)
    for fold in folds:
        check_labels(fold)
    wheres = [out if len(folds) == 1 else out / fold.name for fold in folds]
    held = [work.taught(fold, where) for fold, where in zip(folds, wheres, strict=True)]
    for i, (fold, where) in enumerate(zip(folds, wheres, strict=True)):
        others = held[:i] + held[i + 1 :]
        calibrate(where, *_calibrated([held[i]] if fold.valid else others))
    tested = [clip for fold in folds for clip in fold.test]
    if not tested:
        return None
    judges = [load(where, allowed) for where in wheres]
    asked = time.monotonic()
    scores = np.concatenate([answers(judge, fold.test) for judge, fold in zip(judges, folds, strict=True) if fold.test])
    seconds = time.monotonic() - asked
    names = tuple(fold.name for fold in folds for _ in fold.test) if len(folds) > 1 else ()
    told = judged(recipe.labels, tested, scores, shared={who for fold in folds for who in fold.shared}, folds=names or None)
    report = replace(told, dropped=len(every) - len(clips), unreadable=len(lost), notes=(*told.notes, *not_alone(recipe.baseline)))
    final = out if len(folds) == 1 else None  # several folds leave nothing to be used elsewhere, unless everything is learnt from
    if recipe.ships_everything:
        final = out / recipe.name
        learnt = tuple(clip for clip in clips if clip.id in listed and clip.id not in lost)
        work.taught(Split("everything", learnt, (), ()), final)
        calibrate(final, *_calibrated(held))
    unseen = {corpus.name: elsewhere(load(final, allowed), corpus, data) for corpus in recipe.elsewhere} if final else {}
    known = {name: told for name, told in unseen.items() if told is not None}
    looked = _audited(recipe, folds, Predictions(recipe.labels, tuple(tested), scores, names))
    about = About(
        name=recipe.name,
        corpus=recipe.corpus.name,
        modalities=tuple(sorted(recipe.features)),
        elsewhere=known,
        beside=tuple(each.name for each in recipe.beside),
        run=facts(final) if final is not None else {**facts(wheres[0]), "split": None, "sha256": None},
        certificate=said_of(looked),
        made={
            "version": __version__,
            "commit": commit(),
            "seconds": round(seconds, 1),
            "files": stored(tested),
            "bootstrap_seed": 0,
        },
    )
    for where in {out, final or out}:
        write_report(where, report, Predictions(recipe.labels, tuple(tested), scores, names), about, pages=few is None)
    if final is not None:
        text = card(facts(final), recipe.corpus, report, known, recipe.says, looked.certificate(), recipe.beside, _chooses(recipe))
        (final / "card.md").write_text(text, encoding="utf-8")
    log.info("features: %.1f s of %.1f s", work.features, time.monotonic() - began)
    return report


def _chooses(recipe: Recipe) -> bool:
    """Whether its fit picks an epoch by how well it does on valid."""
    fit = recipe.fit
    return not isinstance(fit, partial) or fit.keywords.get("choose", "") is not None


def _audited(recipe: Recipe, folds: Sequence[Split], answered: Predictions) -> Audit:
    """What an audit says of the clips, of the splits and of the answers to them."""
    clips = tuple({clip.id: clip for fold in folds for part in (fold.train, fold.valid, fold.test) for clip in part}.values())
    rows = {clip.id: row for clip, row in zip(answered.clips, answered.probabilities, strict=True)}
    none = np.full(len(answered.labels), np.nan)
    evidence = Evidence(
        recipe.name,
        clips,
        tuple(folds),
        recipe.corpus,
        scores=np.stack([rows.get(clip.id, none) for clip in clips]),
        labels=answered.labels,
        says={"chosen_on": "valid" if any(fold.valid for fold in folds) else "nothing", "folds": len(folds)},
        protocol=recipe.protocol,
    )
    return audit(evidence)


@dataclass(slots=True)
class _Work:
    """A call of a recipe, and what its splits share while they are worked on.

    Args:
        recipe: As the call made it.
        path: Of the recipe, and its `arguments`.
        seed: Of the training.
        allowed: Packages that the recipe may come from.
        lists: That divide the clips instead of the recipe's protocol.
        cache: Of features, on disk.
        bar: For a progress of what is being read.
        remembered: Features of the splits before this one; None where there is only one.
        beside: Clips of other corpora that every split learns from, too.
        graph: Whether networks become graphs, which takes seconds each.
        features: Seconds that reading clips and making features took so far.
    """

    recipe: Recipe
    path: str
    arguments: Mapping[str, object]
    seed: int
    allowed: Sequence[str]
    lists: Lists | None
    cache: Cache | None
    bar: Callable[[str], Progress]
    remembered: dict[Key, np.ndarray] | None
    beside: tuple[Clip, ...] = ()
    graph: bool = True
    features: float = 0.0

    def unreadable(self, clips: Sequence[Clip]) -> dict[str, str]:
        """Which clips cannot be read, by id, and why; a warning each."""
        began = time.monotonic()
        lost = unreadable(clips, sorted(self.recipe.features), cache=self.cache, progress=self.bar("reading"))
        self.features += time.monotonic() - began
        for name, why in lost.items():
            log.warning("skipped %s: %s", name, why)
        return lost

    def taught(self, split: Split, where: Path) -> Held:
        """A run of a split in `where`, trained unless it is there; what it says, uncalibrated, of clips it has not learnt from.

        Those are the split's valid clips, or its test clips where nobody is valid: each split is then calibrated on the others' test.
        """
        if not self._done(where):
            before, began = self.features, time.monotonic()
            network, baseline = self._learn(split, where)
            example = _asked(self.recipe, network, split.train) if self.graph else None
            seconds = {"features": round(self.features - before, 2), "total": round(time.monotonic() - began, 2)}
            also = {
                "split": split.name,
                "n_train": len(split.train) + len(self.beside),
                "n_valid": len(split.valid),
                "n_test": len(split.test),
            }
            listed = {"split_file": {**self._file(), "apart": sorted(split.apart), **lists_of(split)}} if self.lists is not None else {}
            save(
                where, network, recipe=self.recipe, path=self.path, arguments=self.arguments, seed=self.seed, example=example,
                also={**also, "seconds": seconds, **listed}, baseline=baseline,
            )  # fmt: skip
        recognizer = load(where, self.allowed)
        recognizer.temperature = 1.0
        return _held_out(recognizer, split.valid or split.test)

    def _learn(self, split: Split, out: Path) -> tuple[Network, Mapping[Modality, Baseline]]:
        """A network taught on a split, and what its features were seen against; the best weights so far are kept in `out` meanwhile."""
        from safetensors.torch import save_file

        recipe = self.recipe
        train_part = self._examples(
            (*split.train, *self.beside), recipe.baseline, target=recipe.target, variants=recipe.variants, often=recipe.often
        )
        valid_part = self._examples(split.valid, train_part.baseline) if split.valid else None
        out.mkdir(parents=True, exist_ok=True)
        torch.manual_seed(self.seed)  # initial weights have no generator of their own
        network = recipe.build()

        def kept(best: Network, epoch: object) -> None:
            save_file({name: tensor.contiguous() for name, tensor in best.state_dict().items()}, out / "unfinished.part")
            (out / "unfinished.part").replace(out / "unfinished.safetensors")

        histories = []
        members = network.networks if isinstance(network, Committee) else (network,)
        for i, member in enumerate(members):
            adjust(member, train_part)
            history = recipe.fit(member, train_part, valid_part, seed=self.seed + i, kept=kept)
            histories.append([epoch.as_dict() for epoch in history])
        write_json(out / "history.json", histories)
        (out / "unfinished.safetensors").unlink(missing_ok=True)
        return network.eval(), train_part.baseline

    def _examples(
        self,
        clips: Sequence[Clip],
        baseline: Mapping[Modality, Baseline],
        *,
        target: Target = one_hot,
        variants: Sequence[Variant] = (),
        often: Callable[[Clip], float] | None = None,
    ) -> Examples:
        began = time.monotonic()
        recipe = self.recipe
        made = examples(
            clips, recipe.features, recipe.labels, prepare=recipe.prepare, target=target, variants=variants,
            remembered=self.remembered, cache=self.cache, progress=self.bar("features"), baseline=baseline, often=often,
        )  # fmt: skip
        self.features += time.monotonic() - began
        return made

    def _done(self, where: Path) -> bool:
        """Whether a run of this very call is there."""
        if not (where / "run.json").exists():
            return False
        said = facts(where)
        listed = said.get("split_file")
        there = (said["recipe"], said["arguments"], said.get("seed"), listed.get("sha256") if isinstance(listed, dict) else None)
        if there != (self.path, json.loads(json.dumps(dict(self.arguments))), self.seed, self.lists.sha256 if self.lists else None):
            by = f", divided by {listed.get('name')}" if isinstance(listed, dict) else ""
            raise RunError(
                f"{where} holds another run ({said['recipe']} {said['arguments']}{by}). Expected an empty folder; choose another --out."
            )
        log.info("%s is there already: not trained again", where)
        return True

    def _file(self) -> dict[str, object]:
        return {} if self.lists is None else {"name": self.lists.name, "sha256": self.lists.sha256}


def adjust(network: Network, part: Examples) -> None:
    """Show each encoder what its features usually are, as some want to know before they learn."""
    for m in network.modalities:
        encoder = network.encoders[m]
        assert isinstance(encoder, Encoder)
        encoder.adjust(part.inputs[m][part.present[m], 0])


def answerable(recipe: Recipe, every: Sequence[Clip]) -> tuple[Clip, ...]:
    """The clips whose labels the recipe answers with.

    Raises:
        CorpusError: There are none.
    """
    clips = relabel(every, recipe.labels)
    if not clips:
        has = ", ".join(sorted({clip.label for clip in every if clip.label is not None})) or "no labels"
        raise CorpusError(
            f"None of the {len(every)} clips of {recipe.corpus.name} carries a label that recipe '{recipe.name}' answers with. "
            f"Expected some of {', '.join(recipe.labels)}; they carry {has}: choose another recipe, or map the words."
        )
    return clips


def unwanted(recipe: Recipe, data: Path, clips: Sequence[Clip]) -> set[str]:
    """Clips of the corpus that may stand in a file of lists although this recipe does not want them."""
    return {clip.id for clip in recipe.corpus.clips(recipe.corpus.under(data))} - {clip.id for clip in clips}


def _without(split: Split, lost: Collection[str]) -> Split:
    train, valid, test = (tuple(clip for clip in part if clip.id not in lost) for part in (split.train, split.valid, split.test))
    return replace(split, train=train, valid=valid, test=test)


def check_labels(split: Split) -> None:
    """Say early what nothing can be learnt from.

    Raises:
        SplitError: All clips of the train part carry one label.
    """
    learnt = sorted({clip.label for clip in split.train if clip.label is not None})
    if len(learnt) < 2:
        raise SplitError(
            f"All {len(split.train)} clips that split {split.name} learns from are of {', '.join(learnt) or 'no label'}. "
            f"Expected two labels or more to tell apart; get the rest of the corpus, or divide it otherwise."
        )
    strange = sorted({clip.label for clip in split.test if clip.label is not None} - set(learnt))
    if strange:
        log.warning("split %s judges %s, of which it learns nothing", split.name, ", ".join(strange))


def _asked(recipe: Recipe, network: Network, clips: Sequence[Clip]) -> Batch:
    """What the network will be asked when it is used: windows of a clip, which need not be as long as training examples are."""
    asked: list[Batch] = []

    def listen(inputs: Mapping[Modality, np.ndarray], present: Mapping[Modality, np.ndarray]) -> np.ndarray:
        twice = {m: torch.from_numpy(np.concatenate([x, x])) for m, x in inputs.items()}  # a graph is made from two rows or more
        asked.append(Batch(twice, {m: torch.from_numpy(np.concatenate([x, x])) for m, x in present.items()}))
        return np.zeros((len(next(iter(inputs.values()))), len(recipe.labels)), dtype=np.float32)

    ear = NetworkRecognizer(recipe.name, network, recipe.features, recipe.labels, window=recipe.window, hop=recipe.hop, answer=listen)
    for clip in clips:
        ear(clip)
        if asked and all(flags.any() for flags in asked[-1].present.values()):
            break
    return asked[-1]


def _held_out(recognizer: NetworkRecognizer, clips: Sequence[Clip]) -> Held:
    """Log-probabilities of every answered segment of clips, and their targets. Shape: (N, C), (N,)."""
    rows, scores = answers_by_segment(recognizer, clips)
    return np.log(np.maximum(scores, 1e-12)), np.array([recognizer.labels.index(row.label or "") for row in rows], dtype=int)


def _calibrated(held: Sequence[Held]) -> tuple[float, float]:
    """Temperature, and the margin of doubt at that temperature; 1 and 0 where nothing was held out."""
    targets = np.concatenate([targets for _, targets in held]) if held else np.empty(0, dtype=int)
    if not len(targets):
        return 1.0, 0.0
    logits = np.concatenate([logits for logits, _ in held])
    warmth = temperature(logits, targets)
    return warmth, hesitation(softened(logits, warmth), targets)
