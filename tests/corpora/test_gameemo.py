from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.errors import CorpusError, MediaError, UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.gameemo import CHANNELS, GAMEEMO, POWERS, TABLE, form
from emofuse.splitting import protocol

SAID = "Index,Path,Subject,Valence,Arousal,Gender,Age,Satisfaction,Boring,Horrible,Calm,Funny\n"


def powers(person: int, game: int, window: int) -> np.ndarray:
    return np.random.default_rng([person, game, window]).uniform(size=len(POWERS))


def table(root: Path, windows: int = 2) -> Path:
    lines = [",".join(["SUBJECT", "GAME", "WINDOW_INDEX", *POWERS])]
    places = [(person, game, window) for person in (1, 28) for game in (1, 2, 3, 4) for window in range(1, windows + 1)]
    lines += [",".join([*map(str, place), *(f"{value:.6f}" for value in powers(*place))]) for place in places]
    root.mkdir(parents=True, exist_ok=True)
    (root / TABLE).write_text("\n".join(lines) + "\n")
    return root / TABLE


def signal(root: Path, person: int = 1, game: int = 1, count: int = 38_252) -> Path:
    """As published: each line ends with a comma, so that there is a fifteenth column without name or values."""
    file = root / f"(S{person:02d})" / "Preprocessed EEG Data" / ".csv format" / f"S{person:02d}G{game}AllChannels.csv"
    file.parent.mkdir(parents=True, exist_ok=True)
    ramp = np.arange(count)
    lines = [",".join(CHANNELS) + ","] + [f"{i}," * 14 for i in ramp]
    file.write_text("\n".join(lines) + "\n")
    return file


def small_tree(root: Path) -> Path:
    """Band powers of two people, two windows a game, and what one of them said; returns the table."""
    file = table(root)
    (root / "final_SAM_scores.csv").write_text(f"{SAID}0,G1.pdf,S01,2,3,Female,24,8,1,3,2,\n1,G4.pdf,S28,5,4,Male,21,7,2,1,8,9.0\n")
    return file


def test_a_row_of_the_table_is_a_window_labelled_by_its_game(tmp_path):
    small_tree(tmp_path)

    clips = GAMEEMO.clips(tmp_path)

    assert len(clips) == 16
    assert [(clip.id, clip.label) for clip in clips[::2][:4]] == [
        ("01-1-01", "boring"),
        ("01-2-01", "calm"),
        ("01-3-01", "horror"),
        ("01-4-01", "funny"),
    ]
    assert {clip.subject for clip in clips} == {"gameemo-01", "gameemo-28"}


def test_facts_say_where_a_window_is_and_what_the_person_said(tmp_path):
    small_tree(tmp_path)

    by_id = {clip.id: clip.facts for clip in GAMEEMO.clips(tmp_path)}

    where = {"form": "bands", "pair": "01", "recording": "01-1", "place": "1", "start": "12000", "end": "24000"}
    said = {"valence": "2", "arousal": "3", "satisfaction": "8", "boring": "1", "horrible": "3", "calm": "2", "age": "24", "sex": "female"}
    assert by_id["01-1-02"] == where | said
    assert (by_id["28-4-01"]["funny"], by_id["28-4-01"]["sex"]) == ("9", "male")
    assert "valence" not in by_id["01-2-01"]


def test_people_who_are_the_same_data_are_a_pair(tmp_path):
    for person in (1, 14, 15, 28):
        signal(tmp_path, person, count=1)

    assert {clip.subject: clip.facts["pair"] for clip in GAMEEMO.clips(tmp_path)} == {
        "gameemo-01": "01",
        "gameemo-14": "14",
        "gameemo-15": "01",
        "gameemo-28": "14",
    }


def test_band_powers_are_one_sample_of_twelve_seconds(tmp_path):
    small_tree(tmp_path)

    read = GAMEEMO.clips(tmp_path)[3].signal(Modality.EEG)

    assert (read.values.shape, read.values.dtype, read.duration) == ((1, 56), np.float32, 12_000)
    np.testing.assert_allclose(read.values[0], powers(1, 2, 2), atol=1e-6)


def test_a_signal_is_cut_into_whole_windows(tmp_path):
    signal(tmp_path / "GAMEEMO", game=3)

    clips = GAMEEMO.clips(tmp_path)
    last = clips[-1].signal(Modality.EEG)

    assert (len(clips), clips[-1].id, clips[-1].label, clips[-1].facts["form"]) == (24, "01-3-24", "horror", "signal")
    assert (last.rate, last.values.shape, last.values.dtype, last.start) == (128, (1_536, 14), np.float32, 0)
    assert last.values[[0, -1], 5].tolist() == [23 * 1_536, 24 * 1_536 - 1]


def test_where_both_forms_stand_a_window_is_one_clip_and_the_form_can_be_chosen(tmp_path):
    small_tree(tmp_path)
    signal(tmp_path, count=10)

    assert Counter(clip.facts["form"] for clip in GAMEEMO.clips(tmp_path)) == {"signal": 24}
    assert Counter(clip.facts["form"] for clip in form("bands").clips(tmp_path)) == {"bands": 16}
    with pytest.raises(UnknownName, match="Unknown form 'de' of GAMEEMO. Known: signal, bands"):
        form("de")


def test_raw_signals_beside_the_preprocessed_ones_are_passed_over(tmp_path):
    small_tree(tmp_path)
    raw = tmp_path / "(S01)" / "Raw EEG Data" / ".csv format" / "S01G1AllRawChannels.csv"
    raw.parent.mkdir(parents=True)
    raw.touch()

    assert {clip.facts["form"] for clip in GAMEEMO.clips(tmp_path)} == {"bands"}


def test_a_signal_that_ends_too_early_is_reported(tmp_path):
    signal(tmp_path, count=1_600)
    clips = GAMEEMO.clips(tmp_path)

    assert len(clips[0].signal(Modality.EEG).values) == 1_536
    with pytest.raises(MediaError, match=r"S01G1AllChannels\.csv ends before its window 2 does\. Expected 24 windows of 12 s; get"):
        clips[1].signal(Modality.EEG)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (",".join(CHANNELS[:13]) + "\n" + "1," * 12 + "1\n", r"has no column T8"),
        (",".join(CHANNELS) + ",\n" + "1," * 13 + "\n", r"Line 2 of .* has 14 fields\. Expected 15"),
        (",".join(CHANNELS) + ",\n" + "nan," * 14 + "\n", r"holds 14 values that are not numbers\. Expected none; get"),
    ],
)
def test_a_signal_of_another_form_is_refused_by_name(tmp_path, content, what):
    signal(tmp_path, count=1).write_text(content)

    with pytest.raises(MediaError, match=what) as error:
        GAMEEMO.clips(tmp_path)[0].signal(Modality.EEG)

    assert "S01G1AllChannels.csv" in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("O2_Beta_Power", "O2_Gamma_Power", r"has no column O2_Beta_Power"),
        ("\n1,1,2,", "\n1,1,2,3,", r"Line 3 of .* has 60 fields\. Expected 59"),
        ("\n1,1,2,", "\n1,5,2,", r"Row 2 of .* is of person, game and window \[1\.0, 5\.0, 2\.0\]\. Expected .* games to 4; mend"),
        ("\n1,1,2,", "\n1,1,1.5,", r"Row 2 of .* is of person, game and window \[1\.0, 1\.0, 1\.5\]"),
        ("\n1,1,2,", "\n1,1,,", r"holds 1 values that are not numbers, the first in row 2\. Expected none; get"),
    ],
)
def test_a_table_that_is_not_as_expected_is_refused(tmp_path, old, new, what):
    file = small_tree(tmp_path)
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))

    with pytest.raises(CorpusError, match=what) as error:
        GAMEEMO.clips(tmp_path)

    assert TABLE in str(error.value)


def test_what_people_said_must_name_games_and_people(tmp_path):
    small_tree(tmp_path)
    (tmp_path / "final_SAM_scores.csv").write_text(f"{SAID}0,G5.pdf,S01,2,3,Female,24,8,1,3,2,1\n")

    with pytest.raises(CorpusError, match=r"Row 1 of .*final_SAM_scores\.csv is of game G5\.pdf, person S01, Female\. Expected .*; mend"):
        GAMEEMO.clips(tmp_path)


@pytest.mark.corpus
def test_the_real_corpus_has_its_published_counts(shared):
    clips = GAMEEMO.clips(shared / "gameemo")

    assert [clip.id for clip in clips] == list(GAMEEMO.published.ids())
    assert len(clips) == GAMEEMO.published.clips == 2_688
    assert Counter(clip.label for clip in clips) == GAMEEMO.published.labels
    assert set(Counter(clip.subject for clip in clips).values()) == {GAMEEMO.published.each}
    assert len({clip.subject for clip in clips}) == GAMEEMO.published.people
    assert len({clip.facts["recording"] for clip in clips}) == 112
    assert Counter(clip.facts["sex"] for clip in clips) == {"male": 19 * 96, "female": 9 * 96}


@pytest.mark.corpus
def test_people_are_really_the_same_data_two_by_two(shared):
    clips = form("bands").clips(shared / "gameemo")  # by person, game and window
    people = sorted({clip.subject for clip in clips})
    logs = np.log([clip.signal(Modality.EEG).values[0] for clip in clips]).reshape(len(people), -1)
    pairs = [clip.facts["pair"] for clip in clips[:: GAMEEMO.published.each]]

    alike = np.corrcoef(logs)
    twins = np.equal.outer(pairs, pairs)
    np.fill_diagonal(alike, np.nan)

    assert np.nanmin(alike[twins]) > 0.88
    assert np.nanmax(alike[~twins]) < 0.76
    assert Counter(pairs) == dict.fromkeys(pairs, 2)


@pytest.mark.corpus
def test_by_pair_nobody_is_judged_whose_twin_was_learnt_from_and_by_person_most_are(shared):
    clips = form("bands").clips(shared / "gameemo")

    def twins(by: str) -> int:
        splits = list(protocol("grouped", {"by": by, "k": 7})(clips))
        learnt = [{clip.facts["pair"] for clip in (*split.train, *split.valid)} for split in splits]
        return sum(clip.facts["pair"] in known for split, known in zip(splits, learnt, strict=True) for clip in split.test)

    assert twins("pair") == 0
    assert twins("subject") > len(clips) / 2


@pytest.mark.corpus
def test_the_game_of_the_most_similar_window_is_known_from_the_twin_and_from_nobody_else(shared):
    clips = form("bands").clips(shared / "gameemo")
    values = np.log([clip.signal(Modality.EEG).values[0] for clip in clips])
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    games = np.array([clip.label for clip in clips])
    squares = (values**2).sum(axis=1)

    def right(apart: str) -> float:
        """How often the most similar window of somebody else shows the same game."""
        who = np.array([clip.facts["pair"] if apart == "pair" else clip.subject for clip in clips])
        far = squares[:, None] + squares - 2 * values @ values.T
        far[np.equal.outer(who, who)] = np.inf
        return float((games[far.argmin(axis=1)] == games).mean())

    assert right("subject") == pytest.approx(0.93, abs=0.01)
    assert right("pair") == pytest.approx(0.31, abs=0.01)


@pytest.mark.corpus
def test_what_people_really_said_agrees_with_the_games(shared):
    told = {clip.facts["recording"]: clip for clip in GAMEEMO.clips(shared / "gameemo")}

    means = {
        word: np.mean([float(clip.facts[scale]) for clip in told.values() if clip.label == word and scale in clip.facts])
        for word, scale in {"boring": "boring", "calm": "calm", "horror": "horrible", "funny": "funny"}.items()
    }

    assert all(mean > 7 for mean in means.values())  # of 10: each game was found to be what it was chosen for
