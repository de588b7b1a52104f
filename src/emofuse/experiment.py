"""Train a recipe split by split, judge it, and keep what came out.

Nothing here chooses anything: epochs are chosen in `fit` on valid, temperatures are fitted on valid, test is looked at once.
"""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from emofuse.calibration import hesitation, softened, temperature
from emofuse.core.clip import Clip
from emofuse.core.errors import RunError
from emofuse.core.labels import relabel
from emofuse.core.modality import Modality
from emofuse.core.split import Split
from emofuse.data import Key, examples
from emofuse.evaluation.card import card
from emofuse.evaluation.evaluate import answers, judged
from emofuse.evaluation.report import Report
from emofuse.judgement import elsewhere
from emofuse.network import Batch, Committee, Network
from emofuse.recipe import Recipe, call
from emofuse.recognizer import NetworkRecognizer
from emofuse.run import calibrate, facts, load, save, write_json

log = logging.getLogger(__name__)

Held = tuple[np.ndarray, np.ndarray]
"""Log-probabilities of segments that were not learnt from, (N, C), and their targets, (N,)."""


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
    every = recipe.clips(data)
    clips = relabel(every, recipe.labels)
    splits = tuple(recipe.protocol(clips))
    remembered: dict[Key, np.ndarray] | None = {} if len(splits) > 1 else None
    wheres = [out if len(splits) == 1 else out / split.name for split in splits]
    held = [
        _taught(recipe, split, where, path=path, arguments=arguments, seed=seed, allowed=allowed, remembered=remembered)
        for split, where in zip(splits, wheres, strict=True)
    ]
    for i, (split, where) in enumerate(zip(splits, wheres, strict=True)):
        others = held[:i] + held[i + 1 :]
        calibrate(where, *_calibrated([held[i]] if split.valid else others))
    tested = [clip for split in splits for clip in split.test]
    if not tested:
        return None
    judges = [load(where, allowed) for where in wheres]
    scores = np.concatenate([answers(judge, split.test) for judge, split in zip(judges, splits, strict=True) if split.test])
    folds = [split.name for split in splits for _ in split.test] if len(splits) > 1 else None
    told = judged(recipe.labels, tested, scores, shared={who for split in splits for who in split.shared}, folds=folds)
    report = replace(told, dropped=len(every) - len(clips))
    final = out if len(splits) == 1 else None  # folds alone leave nothing that is used afterwards
    if recipe.ships_everything:
        final = out / recipe.name
        everything = Split("everything", clips, (), ())
        _taught(recipe, everything, final, path=path, arguments=arguments, seed=seed, allowed=allowed, remembered=remembered)
        calibrate(final, *_calibrated(held))
    unseen = {corpus.name: elsewhere(load(final, allowed), corpus, data) for corpus in recipe.elsewhere} if final else {}
    known = {name: told for name, told in unseen.items() if told is not None}
    for where in {out, final or out}:
        write_json(where / "report.json", {**report.as_dict(), "elsewhere": {name: told.as_dict() for name, told in known.items()}})
    if final:
        text = card(facts(final), recipe.corpus, report, known, recipe.says)
        (final / "card.md").write_text(text, encoding="utf-8")
    return report


def _taught(
    recipe: Recipe,
    split: Split,
    where: Path,
    *,
    path: str,
    arguments: Mapping[str, object],
    seed: int,
    allowed: Sequence[str],
    remembered: dict[Key, np.ndarray] | None,
) -> Held:
    """A run of a split in `where`, trained unless it is there; what it says, uncalibrated, of clips it has not learnt from.

    Those are the split's valid clips, or its test clips where nobody is valid: each split is then calibrated on the others' test.
    """
    if not _done(where, path, arguments, seed):
        network = _learn(recipe, split, seed, where, remembered)
        example = _asked(recipe, network, split.train)
        also = {"split": split.name, "n_train": len(split.train), "n_valid": len(split.valid), "n_test": len(split.test)}
        save(where, network, recipe=recipe, path=path, arguments=arguments, seed=seed, example=example, also=also)
    recognizer = load(where, allowed)
    recognizer.temperature = 1.0
    return _held_out(recognizer, split.valid or split.test)


def _learn(recipe: Recipe, split: Split, seed: int, out: Path, remembered: dict[Key, np.ndarray] | None) -> Network:
    """A network taught on a split; the best weights so far are kept in `out` while it learns."""
    from safetensors.torch import save_file

    train_part = examples(
        split.train,
        recipe.features,
        recipe.labels,
        prepare=recipe.prepare,
        target=recipe.target,
        variants=recipe.variants,
        remembered=remembered,
    )
    valid_part = (
        examples(split.valid, recipe.features, recipe.labels, prepare=recipe.prepare, remembered=remembered) if split.valid else None
    )
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(seed)  # initial weights have no generator of their own
    network = recipe.build()

    def kept(best: Network, epoch: object) -> None:
        save_file({name: tensor.contiguous() for name, tensor in best.state_dict().items()}, out / "unfinished.part")
        (out / "unfinished.part").replace(out / "unfinished.safetensors")

    histories = []
    members = network.networks if isinstance(network, Committee) else (network,)
    for i, member in enumerate(members):
        history = recipe.fit(member, train_part, valid_part, seed=seed + i, kept=kept)
        histories.append([epoch.as_dict() for epoch in history])
    write_json(out / "history.json", histories)
    (out / "unfinished.safetensors").unlink(missing_ok=True)
    return network.eval()


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


def _done(where: Path, path: str, arguments: Mapping[str, object], seed: int) -> bool:
    """Whether a run of this very call is there."""
    if not (where / "run.json").exists():
        return False
    said = facts(where)
    if (said["recipe"], said["arguments"], said.get("seed")) != (path, json.loads(json.dumps(dict(arguments))), seed):
        raise RunError(f"{where} holds another run ({said['recipe']} {said['arguments']}). Expected an empty folder; choose another --out.")
    log.info("%s is there already: not trained again", where)
    return True


def _held_out(recognizer: NetworkRecognizer, clips: Sequence[Clip]) -> Held:
    """Log-probabilities of every answered segment of clips, and their targets. Shape: (N, C), (N,)."""
    rows, targets = [], []
    for clip in clips:
        timeline = recognizer(clip)
        answered = timeline.scores[timeline.present]
        rows.append(answered)
        targets += [recognizer.labels.index(clip.label or "")] * len(answered)
    scores = np.concatenate(rows) if rows else np.empty((0, len(recognizer.labels)))
    return np.log(np.maximum(scores, 1e-12)), np.array(targets, dtype=int)


def _calibrated(held: Sequence[Held]) -> tuple[float, float]:
    """Temperature, and the margin of doubt at that temperature; 1 and 0 where nothing was held out."""
    targets = np.concatenate([targets for _, targets in held]) if held else np.empty(0, dtype=int)
    if not len(targets):
        return 1.0, 0.0
    logits = np.concatenate([logits for logits, _ in held])
    warmth = temperature(logits, targets)
    return warmth, hesitation(softened(logits, warmth), targets)
