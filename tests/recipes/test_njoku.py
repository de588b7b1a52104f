"""Three pairs in three classes: the paper's counts, who is apart from whom, and the mark on pairs of strangers."""

import json
from collections import Counter
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from emofuse.audit import married
from emofuse.audit.base import Evidence, Grade
from emofuse.bench.fuse import fuse
from emofuse.bench.marks import marks
from emofuse.bench.order import Order, work
from emofuse.core.clip import Clip, Signal
from emofuse.core.errors import CorpusError, SplitError, UnknownName
from emofuse.core.labels import relabel
from emofuse.core.modality import Modality
from emofuse.corpora.gameemo import POWERS, TABLE
from emofuse.corpora.ravdess_au import COLUMNS, FILE, WORDS
from emofuse.recipes.njoku import ACTORS, BRAINS, COEFFICIENTS, EVERYBODY, FRAMES, GAMES, NOBODY, PAIRS, THREE, bench, coefficients, dealt

JUDGED = {"neutral": 48, "negative": 128, "positive": 64}  # of each fold, the paper's table 1
LEARNT = {"neutral": 240, "negative": 640, "positive": 320}
TAKES = [
    f"01-{emotion + 1:02d}-{intensity:02d}-{sentence:02d}-{take:02d}"
    for emotion in range(len(WORDS))
    for intensity in ((1,) if WORDS[emotion] == "neutral" else (1, 2))
    for sentence in (1, 2)
    for take in (1, 2)
]
"""The sixty spoken clips of each actor."""


@pytest.fixture(scope="module")
def actors(tmp_path_factory) -> Path:
    """A data root with the action units of all 1,440 clips, and nothing else."""
    root = tmp_path_factory.mktemp("actors")
    (root / "ravdess").mkdir()
    names = [f"01-{take}-{actor:02d}" for actor in range(1, 25) for take in TAKES]
    emotions = np.array([int(name.split("-")[2]) - 1 for name in names], dtype=np.uint8)
    units = np.random.default_rng(0).normal(size=(len(names), len(COLUMNS))) + np.eye(len(WORDS), len(COLUMNS))[emotions]
    whose = np.array([int(name[-2:]) for name in names], dtype=np.uint8)
    np.savez(root / "ravdess" / FILE, clip=np.array(names), actor=whose, emotion=emotions, au=units.astype(np.float32))
    return root


@pytest.fixture(scope="module")
def players(actors) -> Path:
    """The same with the band powers of 28 people who play, 6 windows a game."""
    random = np.random.default_rng(1)
    (actors / "gameemo").mkdir()
    lines = [",".join(["SUBJECT", "GAME", "WINDOW_INDEX", *POWERS])]
    for whose in product(range(1, 29), range(1, 5), range(1, 7)):
        values = random.uniform(size=len(POWERS))
        lines += [",".join([*map(str, whose), *(f"{value:.4f}" for value in values)])]
    (actors / "gameemo" / TABLE).write_text("\n".join(lines) + "\n")
    return actors


def made(data: Path, **arguments: object):
    return work(Order("njoku:bench", data, json.dumps({"eeg": "gameemo", **arguments})))


def test_calm_counts_as_neutral_as_the_counts_need():
    there = Counter({word: 96 if word == "neutral" else 192 for word in WORDS})

    counted: Counter[str] = Counter()
    for word, count in there.items():
        counted[THREE.word(word)] += count

    assert counted == {label: JUDGED[label] + LEARNT[label] for label in JUDGED}


def test_the_boring_game_has_no_place():
    assert [GAMES.word(word) for word in ("boring", "calm", "horror", "funny")] == [None, "neutral", "negative", "positive"]


@pytest.mark.parametrize("apart", [NOBODY, ACTORS, EVERYBODY])
def test_each_fold_learns_from_twelve_hundred_clips_and_judges_two_hundred_and_forty(players, apart):
    work_of = made(players, pair="eeg-video", apart=apart)

    assert len(work_of.splits) == 6
    assert sorted(clip.id for split in work_of.splits for clip in split.test) == sorted(clip.id for clip in work_of.clips)
    for split in work_of.splits:
        assert Counter(clip.label for clip in split.test) == JUDGED
        assert Counter(clip.label for clip in split.train) == LEARNT
        assert not split.valid


@pytest.mark.parametrize(("apart", "actor", "pair"), [(NOBODY, True, True), (ACTORS, False, True), (EVERYBODY, False, False)])
def test_who_is_shared_by_what_is_learnt_from_and_what_is_judged(players, apart, actor, pair):
    for split in made(players, pair="eeg-video", apart=apart).splits:
        assert bool(split.crossing("actor")) is actor
        assert bool(split.crossing("pair")) is pair  # a person and their twin in the data


def test_a_pair_is_an_actor_and_a_stranger_of_the_same_label_and_carries_the_audits_mark(players):
    clips = made(players, pair="eeg-video", apart=ACTORS).clips

    (finding,) = married.look(Evidence("njoku", clips=clips))

    assert (finding.trap, finding.grade, finding.count) == ("T13", Grade.BROKEN, 1_440)
    played = {"1": "boring", "2": "calm", "3": "horror", "4": "funny"}
    for clip in clips[::97]:
        assert clip.subject is None
        assert set(clip.sources) == {Modality.EEG, Modality.VIDEO}
        assert clip.facts["subject_video"] == clip.facts["actor"]
        assert clip.facts["subject_eeg"].startswith("gameemo-")
        assert GAMES.word(played[clip.facts["clip_eeg"].split("-")[1]]) == clip.label


def test_sound_and_face_are_of_one_person_and_carry_no_mark():
    assert bench().notes == ()
    assert bench().gather is None
    assert bench(pair="audio-eeg").notes == ("the EEG is of two people, as in the paper",)
    assert "GAMEEMO" in bench(pair="audio-eeg", eeg="gameemo").notes[0]


STRANGERS, PIECES = "T13 (broken), paired by label", "T4 (inflated), one recording in train and test"
SHARED = "T1 (inflated), people in train and test"


@pytest.mark.parametrize(
    ("apart", "said"),
    [
        (NOBODY, [STRANGERS, PIECES, f"{SHARED} by their eeg", f"{SHARED} by their video"]),
        (ACTORS, [STRANGERS, PIECES, f"{SHARED} by their eeg"]),
        (EVERYBODY, [STRANGERS]),
    ],
)
def test_the_audit_marks_strangers_and_whoever_is_learnt_from_and_judged(players, apart, said):
    found = list(marks(made(players, pair="eeg-video", apart=apart)))

    assert [mark.split(":")[0] for mark in found] == said
    assert "not the same people, not the same moment" in found[0]


@pytest.mark.corpus
@pytest.mark.parametrize(("apart", "said"), [(NOBODY, [SHARED]), (ACTORS, [])])
def test_sound_and_face_are_marked_only_where_actors_are_shared(shared, apart, said):
    assert [mark.split(":")[0] for mark in marks(made(shared, pair="audio-video", apart=apart))] == said


def test_where_a_user_has_the_papers_own_eeg_it_is_taken(actors):
    header = ",".join([f"mean_{i}_{side}" for side in "ab" for i in range(6)])
    random = np.random.default_rng(2)
    rows = [",".join([*(f"{value:.4f}" for value in random.normal(size=12)), word]) for word in ("NEGATIVE", "NEUTRAL", "POSITIVE") * 20]
    (actors / "eeg_brainwave").mkdir()
    (actors / "eeg_brainwave" / "emotions.csv").write_text("\n".join([f"# {header},label", *rows]) + "\n")

    clips = made(actors, pair="eeg-video", apart=EVERYBODY, eeg="eeg_brainwave").clips

    assert len(clips) == 1_440
    assert clips[0].signal(Modality.EEG).values.shape == (1, 12)
    assert bench(pair="eeg-video").senses[Modality.EEG].encoder().takes == (2_548,)
    assert BRAINS["eeg_brainwave"].way.word("negative") == "negative"


def test_without_eeg_the_error_says_what_is_missing(tmp_path, actors):
    (tmp_path / "ravdess").symlink_to(actors / "ravdess")

    with pytest.raises(CorpusError, match="No eeg_brainwave clips under"):
        made(tmp_path, pair="eeg-video", eeg="eeg_brainwave")


def test_too_few_recordings_of_a_label_cannot_be_kept_apart():
    clips = [Clip(f"{label}-{i}", None, label, {}, {"recording": f"{label}-{i % 2}"}) for label in ("calm", "fear") for i in range(8)]

    with pytest.raises(SplitError, match="The calm clips of EEG come from 2 values of 'recording', too few for 3 folds"):
        dealt(clips, "recording", 3)
    hands = dealt(clips, "recording", 2)
    assert [{clip.label for clip in hand} for hand in hands] == [{"calm", "fear"}] * 2
    assert {clip.facts["recording"] for clip in hands[0]}.isdisjoint(clip.facts["recording"] for clip in hands[1])


def test_who_is_dealt_where_does_not_depend_on_the_order_of_the_clips():
    clips = [Clip(f"{i:02d}", None, "calm", {}, {"pair": str(i % 7)}) for i in range(28)]

    assert [[clip.id for clip in hand] for hand in dealt(clips, "pair", 3)] == [
        [clip.id for clip in hand] for hand in dealt(clips[::-1], "pair", 3)
    ]


def test_a_sound_becomes_the_papers_3887_numbers():
    random = np.random.default_rng(0)
    long = random.normal(size=64_000).astype(np.float32) / 10
    other = np.concatenate([long[:48_400], random.normal(size=9_000).astype(np.float32)])

    heard = coefficients(Signal(long, 16_000)).values

    assert heard.shape == (FRAMES, COEFFICIENTS) == (299, 13)
    assert heard.size == 3_887
    np.testing.assert_array_equal(heard, coefficients(Signal(other, 16_000)).values)  # what comes after three seconds does not matter
    short = coefficients(Signal(long[:16_000], 16_000)).values
    assert short.shape == heard.shape
    assert np.ptp(short[120:], axis=0).max() < 1e-3  # silence
    assert bench().senses[Modality.AUDIO].feature(coefficients(Signal(long, 16_000))).shape == (1, 3_887)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"pair": "audio-text"}, "no pair 'audio-text'. Known: audio-video, audio-eeg, eeg-video"),
        ({"eeg": "seed"}, "no eeg 'seed'. Known: eeg_brainwave, gameemo"),
        ({"apart": "dogs"}, "no way to keep people apart 'dogs'. Known: nobody, actors, everybody"),
    ],
)
def test_what_does_not_exist_is_named_with_what_does(arguments, said):
    with pytest.raises(UnknownName, match=said):
        bench(**arguments)


@pytest.mark.slow
def test_the_table_of_a_married_pair_says_so_above_every_figure(players, tmp_path):
    order = Order("njoku:bench", players, json.dumps({"pair": "eeg-video", "apart": EVERYBODY, "eeg": "gameemo"}), quick=True)

    results = fuse(order, tmp_path / "out", decisions="average", missing="none", at_once=1, resamples=20)

    assert any(mark.startswith("T13 (broken), paired by label: 1,440 of 1,440 clips") for mark in results.marks)
    assert [line.name for line in results.lines] == ["eeg", "video", "early", "hybrid", "multi_task", "average", "any member right"]
    assert (results.drawn, results.drawn_from) == ("actors", 24)


@pytest.mark.corpus
@pytest.mark.parametrize("pair", PAIRS)
def test_on_the_real_data_every_pair_has_the_papers_counts(shared, pair):
    work_of = made(shared, pair=pair, apart=ACTORS)

    assert (len(work_of.clips), work_of.dropped) == (1_440, 0)
    assert all(Counter(clip.label for clip in split.test) == JUDGED for split in work_of.splits)
    assert all(set(clip.sources) == set(PAIRS[pair]) for clip in work_of.clips)
    assert relabel(work_of.clips, THREE) != ()


def test_the_learning_rate_may_fall_on_a_plateau_and_cells_of_the_usual_cycle_stay_what_they_were():
    usual, asked = bench(), bench(schedule="plateau")

    for taught in (usual.fit, *(sense.fit for sense in usual.senses.values())):
        assert "schedule" not in taught.keywords
    for taught in (asked.fit, *(sense.fit for sense in asked.senses.values())):
        assert taught.keywords["schedule"] == "plateau"
    with pytest.raises(UnknownName, match="no schedule 'stairs'. Known: cycle, plateau, constant"):
        bench(schedule="stairs")
