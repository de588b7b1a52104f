"""MELD's embeddings on the bench: made-up dialogues by default, the real ones where they are there."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from emofuse.bench.heard import Heard
from emofuse.bench.order import Order, work
from emofuse.calibration import softened
from emofuse.core.modality import Modality
from emofuse.corpora.meld_embeddings import EMBEDDINGS, FILE, WORDS
from emofuse.recipes.meld import DECISIONS, TEXT_WEIGHTS, TOO_LONG, WIDTH, as_it_came, bench, by_hand

HEADER = ("Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "StartTime", "EndTime")


def made_up(root: Path, dialogues: int = 12, sentences: int = 14) -> Path:
    """Dialogues whose text knows the emotion well, and whose sound does not; returns the data root."""
    random = np.random.default_rng(0)
    (root / "meld").mkdir()
    emotions = list(WORDS) * (dialogues * sentences // len(WORDS))
    with (root / "meld" / "dev_sent_emo.csv").open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(HEADER)
        for i, emotion in enumerate(emotions):
            writer.writerow(["Hi.", "Ross", emotion, "neutral", i // sentences, i % sentences, "00:00:01,000", "00:00:03,500"])
    truth = np.array([list(WORDS).index(emotion) for emotion in emotions])
    ways = random.normal(size=(len(WORDS), WIDTH))
    told = {m: (random.normal(size=(len(truth), WIDTH)) + clear * ways[truth]) for m, clear in zip(EMBEDDINGS, (0.6, 0.05), strict=True)}
    np.savez(root / "meld" / FILE, **{EMBEDDINGS[m]: rows.astype(np.float32) for m, rows in told.items()})
    return root


def test_nothing_is_judged_by_what_has_learnt_from_its_dialogue(tmp_path):
    made = work(Order("meld:bench", made_up(tmp_path), json.dumps({"folds": 4})))

    assert made.bench.units == "dialogue"
    assert sorted(clip.id for split in made.splits for clip in split.test) == [clip.id for clip in made.clips]
    for split in made.splits:
        assert split.crossing("dialogue") == frozenset()
        assert "dialogue" in split.apart


def test_members_are_taught_as_long_as_the_paper_says_or_too_long():
    usual, sure = bench(), bench(sound_epochs=TOO_LONG)

    assert {m: sense.fit.keywords["epochs"] for m, sense in usual.senses.items()} == {Modality.TEXT: 3, Modality.AUDIO: 3}
    assert sure.senses[Modality.AUDIO].fit.keywords["epochs"] == TOO_LONG
    assert sure.senses[Modality.TEXT].fit.keywords == usual.senses[Modality.TEXT].fit.keywords


@pytest.mark.slow
def test_every_way_to_weigh_stands_beside_the_text_alone(tmp_path):
    lines = by_hand(made_up(tmp_path), tmp_path / "out", {"folds": 3, "sound_epochs": 6}, resamples=50)

    hands = [f"by hand, text {weight:g}" for weight in TEXT_WEIGHTS]
    named = [(line.name, line.calibrated) for line in lines]
    assert named == [("text", None), ("sound", None), *((name, told) for told in (False, True) for name in (*hands, *DECISIONS))]
    text, sound = lines[:2]
    assert text.gain is None
    assert text.weighted_f1.value > sound.weighted_f1.value
    for line in lines[1:]:
        assert line.gain.value == pytest.approx(line.weighted_f1.value - text.weighted_f1.value)
        assert line.gain.interval[0] <= line.gain.value <= line.gain.interval[1]
        assert 0 < line.p <= line.holm <= 1


@pytest.mark.slow
def test_equal_weights_by_hand_are_the_average(tmp_path):
    lines = {(line.name, line.calibrated): line for line in by_hand(made_up(tmp_path), tmp_path / "out", {"folds": 3}, resamples=20)}

    for calibrated in (False, True):
        hand, average = lines["by hand, text 0.5", calibrated], lines["average", calibrated]
        assert (hand.weighted_f1, hand.accuracy, hand.p) == (average.weighted_f1, average.accuracy, average.p)


def test_calibration_can_be_undone_and_no_answer_stays_none():
    came = softened(np.random.default_rng(0).normal(size=(6, 3)), 1.0)
    came[2] = np.nan
    softer = softened(np.log(came), 2.5)[:, None]

    again = as_it_came(Heard(softer[:4], {("text",): softer}, 2.5))

    np.testing.assert_allclose(again.test["text",][:, 0], came)
    np.testing.assert_allclose(again.learnt[:, 0], came[:4])
    assert again.temperature == 1


@pytest.mark.corpus
@pytest.mark.slow
def test_weights_by_hand_lose_where_nobody_calibrated_and_calibrated_ones_do_not(shared, tmp_path):
    arguments = {"sound_epochs": TOO_LONG}

    lines = {(line.name, line.calibrated): line for line in by_hand(shared, tmp_path / "out", arguments, resamples=500)}

    assert lines["text", None].accuracy.value > 0.58
    for name in ("by hand, text 0.5", "by hand, text 0.6", "average", "weighted"):
        assert lines[name, False].gain.interval[1] < -0.05
        assert lines[name, False].holm < 0.01
        assert lines[name, True].gain.value > -0.03
        assert lines[name, True].holm > 0.05
