"""Each way of measuring gives figures, and what it needs from another is taken from there."""

import csv
import json
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from emofuse.audit.base import Grade
from emofuse.core.errors import RunError
from emofuse.corpora.gameemo import POWERS, TABLE
from emofuse.corpora.meld_embeddings import EMBEDDINGS
from emofuse.corpora.meld_embeddings import FILE as EMBEDDED
from emofuse.corpora.meld_embeddings import WORDS as MELD_WORDS
from emofuse.corpora.ravdess_au import COLUMNS, FILE, WORDS
from emofuse.evaluation.predictions import FILE as PREDICTIONS
from emofuse.evaluation.predictions import read_predictions
from emofuse.recipes.meld import HAND, SOUND, TEXT, WIDTH
from emofuse.reproduce.base import FEW, Place
from emofuse.reproduce.recalled import Recalled
from emofuse.reproduce.watched import Watched
from emofuse.reproduce.ways import Fused, PartOf, Trained, certified
from emofuse.reproduce.weighed import Weighed

TAUGHT = Trained("toy:audio_video", {"epochs": 9}, "two people judged", seed=3)


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Rows of a paper: the row ``one`` is trained."""
    root = tmp_path_factory.mktemp("rows")
    place = Place(root, root, quick=True)
    TAUGHT(place, root / "paper_1999" / "one" / "paper")
    return root


def folder(root: Path, row: str = "one", way: str = "paper") -> Path:
    return root / "paper_1999" / row / way


def quick(root: Path) -> Place:
    return Place(root, root, quick=True)


def test_a_recipe_is_typed_as_it_is_trained():
    assert TAUGHT.command == "emofuse train toy:audio_video --with epochs=9 --seed 3 --data DIR --out DIR"
    assert (
        Trained("li:faces", {"network": "vgg19_bn"}).command == "emofuse train li:faces --with 'network=\"vgg19_bn\"' --data DIR --out DIR"
    )
    assert (TAUGHT.corpora, Trained("toy:audio_video", needs=("seed", "toy")).corpora) == (("toy",), ("toy", "seed"))


@pytest.mark.slow
def test_a_quick_run_learns_for_one_epoch_from_a_few_clips(root):
    said = json.loads((folder(root) / "run.json").read_text())

    assert (said["arguments"], said["seed"]) == ({"epochs": 1}, 3)
    assert len(read_predictions(folder(root) / PREDICTIONS).clips) == 4 * FEW


@pytest.mark.slow
def test_what_is_trained_is_not_trained_again(root):
    before = (folder(root) / "history.json").stat().st_mtime_ns

    found = TAUGHT(quick(root), folder(root))

    assert (folder(root) / "history.json").stat().st_mtime_ns == before
    assert set(found.figures) == {"accuracy", "uar", "macro_f1", "weighted_f1"}
    assert (found.people, found.shared, found.drawn) == (2, 0, "people")
    assert 0 < found.majority < 1


@pytest.mark.slow
def test_a_part_of_what_was_judged_is_judged_by_itself(root):
    whole = read_predictions(folder(root) / PREDICTIONS)
    right = {clip.id for clip, answer in zip(whole.clips, whole.answers, strict=True) if whole.labels.index(clip.label) == answer}
    wrong = {clip.id for clip in whole.clips} - right
    place = Place(root, root)  # a quick run keeps all, and what it learnt for one epoch is there

    for ids, share in ((right, 1.0), (wrong, 0.0)):
        if ids:
            part = PartOf(replace(TAUGHT, arguments={"epochs": 1}), lambda clips, data, ids=ids: ids, "some")
            found = part(place, folder(root, way="clean"))
            assert (found.n, found.figures["accuracy"].value) == (len(ids), share)
            assert found.grade == certified(folder(root))[0]  # the audit looked at the part by itself, of the same people


@pytest.mark.slow
def test_another_row_may_tell_another_figure_of_the_same_run(root):
    again = PartOf(TAUGHT, None, "all", of="one")

    found = again(quick(root), folder(root, row="other"))

    whole = TAUGHT(quick(root), folder(root))
    assert (found.n, found.grade, found.audited) == (whole.n, whole.grade, whole.audited)
    assert {name: found.figures[name] for name in whole.figures} == dict(whole.figures)
    assert found.figures["weighted_recall"] == found.figures["accuracy"]  # by whatever name
    assert not folder(root, row="other").exists()


@pytest.mark.slow
def test_a_run_is_judged_on_the_clips_it_was_watched_on(root):
    found = Watched(TAUGHT, "one", "valid")(quick(root), folder(root, row="watched"))

    assert (found.people, found.shared) == (1, 0)
    assert 0 < found.n <= 4 * FEW
    assert found.grade == TAUGHT(quick(root), folder(root)).grade


@pytest.mark.slow
def test_what_a_part_is_of_is_trained_where_it_is_not_there(tmp_path):
    PartOf(TAUGHT, None, "all", of="one")(quick(tmp_path), folder(tmp_path, row="other"))

    assert (folder(tmp_path) / "report.json").is_file()
    found = Watched(TAUGHT, "two", "valid")(quick(tmp_path), folder(tmp_path, row="watched"))
    assert (folder(tmp_path, row="two") / "report.json").is_file()
    assert found.n > 0


def test_a_recipe_that_judges_nobody_is_an_error(tmp_path, monkeypatch):
    import emofuse.reproduce.ways as module

    monkeypatch.setattr(module, "train", lambda *arguments, **more: None)

    with pytest.raises(RunError, match="toy:audio_video judges nobody"):
        TAUGHT(quick(tmp_path), tmp_path / "one")


@pytest.fixture(scope="module")
def players(tmp_path_factory) -> Path:
    """Action units of 24 actors in two takes, and band powers of 28 people who play."""
    root = tmp_path_factory.mktemp("players")
    (root / "ravdess").mkdir()
    names = [f"01-01-{e + 1:02d}-01-01-{take:02d}-{actor:02d}" for actor in range(1, 25) for e in range(len(WORDS)) for take in (1, 2)]
    emotions = np.array([int(name.split("-")[2]) - 1 for name in names], dtype=np.uint8)
    random = np.random.default_rng(0)
    units = random.normal(size=(len(names), len(COLUMNS))) + 2 * np.eye(len(WORDS), len(COLUMNS))[emotions]
    whose = np.array([int(name[-2:]) for name in names], dtype=np.uint8)
    np.savez(root / "ravdess" / FILE, clip=np.array(names), actor=whose, emotion=emotions, au=units.astype("f4"))
    (root / "gameemo").mkdir()
    lines = [",".join(["SUBJECT", "GAME", "WINDOW_INDEX", *POWERS])]
    for where in product(range(1, 29), range(1, 5), range(1, 7)):
        values = random.uniform(size=len(POWERS))
        lines += [",".join([*map(str, where), *(f"{value:.4f}" for value in values)])]
    (root / "gameemo" / TABLE).write_text("\n".join(lines) + "\n")
    return root


EARLY = Fused(
    "njoku:bench", "early", {"pair": "eeg-video", "eeg": "gameemo"}, "by clip", "all", folder="bench-eeg-video", needs=("gameemo",)
)


def test_a_bench_is_typed_as_it_is_made():
    assert EARLY.corpora == ("ravdess_au", "gameemo")
    assert EARLY.command == (
        "emofuse fuse njoku:bench --with 'pair=\"eeg-video\"' --with 'eeg=\"gameemo\"' --fusions all --decisions none --data DIR --out DIR"
    )


@pytest.mark.slow
def test_lines_of_one_table_are_made_once_and_recalls_are_of_its_answers(players, tmp_path):
    place = Place(players, tmp_path, quick=True)
    found = EARLY(place, folder(tmp_path))
    table = folder(tmp_path).parent.parent / "bench-eeg-video"
    before = {path: path.stat().st_mtime_ns for path in sorted(table.rglob("*.npz"))}

    labels = ("negative", "neutral", "positive")
    recalls = {label: Recalled(EARLY, label)(place, folder(tmp_path, row=label)) for label in labels}

    assert {path: path.stat().st_mtime_ns for path in sorted(table.rglob("*.npz"))} == before
    assert sum(one.n for one in recalls.values()) == found.n
    assert np.mean([recalls[label].figures["recall"].value for label in labels]) == pytest.approx(found.figures["uar"].value)
    right = sum(one.n * one.figures["recall"].value for one in recalls.values())
    assert right / found.n == pytest.approx(found.figures["accuracy"].value)
    for one in recalls.values():
        low, high = one.figures["recall"].interval
        assert low <= one.figures["recall"].value <= high
        assert (one.grade, one.drawn) == (Grade.BROKEN, "actors")
    assert "T13" in found.audited
    with pytest.raises(RunError, match=r"no figure for 'late'\. Expected one of eeg, video, early, hybrid, multi_task"):
        Fused("njoku:bench", "late", EARLY.arguments, fusions="all", folder="bench-eeg-video")(place, folder(tmp_path))


@pytest.fixture
def dialogues(tmp_path: Path) -> Path:
    """Twenty dialogues whose text knows the emotion well, and whose sound does not."""
    random = np.random.default_rng(0)
    (tmp_path / "meld").mkdir()
    emotions = list(MELD_WORDS) * 40
    with (tmp_path / "meld" / "dev_sent_emo.csv").open("w", encoding="utf-8", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(("Utterance", "Speaker", "Emotion", "Sentiment", "Dialogue_ID", "Utterance_ID", "StartTime", "EndTime"))
        for i, emotion in enumerate(emotions):
            lines.writerow(["Hi.", ("Ross", "Joey")[i % 2], emotion, "neutral", i // 14, i % 14, "00:00:01,000", "00:00:03,500"])
    truth = np.array([list(MELD_WORDS).index(emotion) for emotion in emotions])
    ways = random.normal(size=(len(MELD_WORDS), WIDTH))
    told = {m: random.normal(size=(len(truth), WIDTH)) + clear * ways[truth] for m, clear in zip(EMBEDDINGS, (0.6, 0.02), strict=True)}
    np.savez(tmp_path / "meld" / EMBEDDED, **{EMBEDDINGS[m]: rows.astype(np.float32) for m, rows in told.items()})
    return tmp_path


@pytest.mark.slow
def test_members_are_weighed_by_hand(dialogues, tmp_path):
    place = Place(dialogues, tmp_path, quick=True)

    found = {
        (line, calibrated): Weighed(line, calibrated, "by dialogue")(place, folder(tmp_path))
        for line, calibrated in ((TEXT, None), (SOUND, None), (HAND.format(0.6), False), (HAND.format(0.6), True))
    }

    assert len({str(one.figures["accuracy"]) for one in found.values()}) > 1
    assert found[TEXT, None].figures["accuracy"].value > found[SOUND, None].figures["accuracy"].value
    for one in found.values():
        assert (one.n, one.drawn, one.people, one.shared) == (280, "dialogues", 2, 2)
        assert one.majority == pytest.approx(1 / 7)
    with pytest.raises(RunError, match="Nothing is weighed as 'by feel'. Expected one of text, sound, by hand"):
        Weighed("by feel", None, "by dialogue")(place, folder(tmp_path))


def test_weights_by_hand_are_typed_as_their_members_are_taught():
    assert Weighed(TEXT, None, "", {"sound_epochs": 60}).command == (
        "emofuse fuse meld:bench --with sound_epochs=60 --fusions none --decisions none --missing none --data DIR --out DIR"
    )
