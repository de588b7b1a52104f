from collections import Counter
from pathlib import Path

import pytest

from emofuse.core.errors import CorpusError
from emofuse.core.labels import COMMON_SEVEN, relabel
from emofuse.core.modality import Modality
from emofuse.corpora.goemotions import EKMAN, GOEMOTIONS, WORDS, by_ekman, ekman_part


def table(file: Path, *lines: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return file


def small_tree(root: Path) -> Path:
    """Four comments of one label each; returns one table."""
    table(root / "original" / "dev.tsv", "Oh no\t16\tdev0001")
    table(root / "original" / "test.tsv", "What?\t26\ttst0001")
    return table(root / "original" / "train.tsv", 'He said "thanks\t17\ttrn0001', "So, so\t27\ttrn0002")


def test_a_row_says_everything(tmp_path):
    small_tree(tmp_path)

    clips = {clip.id: clip for clip in GOEMOTIONS.clips(tmp_path)}

    assert {name: (clip.label, clip.facts["part"]) for name, clip in clips.items()} == {
        "dev0001": ("grief", "dev"), "trn0001": ("happiness", "train"), "trn0002": ("neutral", "train"), "tst0001": ("surprise", "test"),
    }  # fmt: skip
    assert {clip.subject for clip in clips.values()} == {None}
    assert clips["trn0001"].signal(Modality.TEXT).values.tolist() == ['He said "thanks']


@pytest.mark.parametrize("folder", ["original", "data", "."])
def test_tables_are_found_as_they_are_published_and_as_they_are_passed_on(tmp_path, folder):
    table(tmp_path / folder / "dev.tsv", "Oh no\t16\tx")

    assert [clip.id for clip in GOEMOTIONS.clips(tmp_path)] == ["x"]


def test_several_labels_are_no_label_and_are_dropped_by_every_map(tmp_path):
    table(tmp_path / "train.tsv", "Hm\t2,3\ta", "Ha\t1,14\tb", "No\t10\tc")

    clips = GOEMOTIONS.clips(tmp_path)

    assert [clip.label for clip in clips] == [None, None, "disapproval"]
    assert [clip.facts["labels"] for clip in clips] == ["anger, annoyance", "amusement, fear", "disapproval"]
    assert [clip.label for clip in relabel(clips, EKMAN)] == ["anger"]


def test_labels_of_one_group_are_one_label_by_ekman(tmp_path):
    table(tmp_path / "train.tsv", "Hm\t2,3\ta", "Ha\t1,14\tb", "So\t27\tc")

    clips = by_ekman(GOEMOTIONS.clips(tmp_path))

    assert [clip.label for clip in clips] == ["anger", None, "neutral"]
    assert [clip.facts["ekman"] for clip in clips] == ["anger", "fear, happiness", "neutral"]


def test_every_word_has_a_group():
    assert {EKMAN.word(word) for word in WORDS} == set(COMMON_SEVEN)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("Hi\t28\ta", "line 1: the codes are '28'. Expected numbers from 0 to 27"),
        ("Hi\t2,\ta", "line 1: the codes are '2,'"),
        ("Hi\t2", "line 1: 2 values. Expected 3: text, codes, id"),
        (" \t2\ta", "line 1: text is empty"),
    ],
)
def test_a_row_that_makes_no_sense_is_reported(tmp_path, line, problem):
    table(tmp_path / "original" / "train.tsv", line)

    with pytest.raises(CorpusError) as error:
        GOEMOTIONS.clips(tmp_path)

    assert "train.tsv" in str(error.value)
    assert problem in str(error.value)


@pytest.mark.corpus
def test_the_real_corpus_has_its_published_counts(shared):
    clips = GOEMOTIONS.clips(shared / "goemotions")

    assert len(clips) == GOEMOTIONS.published.clips
    assert Counter(clip.facts["part"] for clip in clips) == GOEMOTIONS.published.facts["part"]
    how_many = Counter(len(clip.facts["labels"].split(", ")) for clip in clips)
    assert how_many == {1: 45_446, 2: 8_124, 3: 655, 4: 37, 5: 1}
    assert sum(clip.label is None for clip in clips) == len(clips) - how_many[1]
    mentions = Counter(word for clip in clips for word in clip.facts["labels"].split(", "))
    assert {word: mentions[word] for word in ("admiration", "happiness", "grief", "neutral")} == {
        "admiration": 5_122, "happiness": 1_785, "grief": 96, "neutral": 17_772,
    }  # fmt: skip


@pytest.mark.corpus
@pytest.mark.slow
def test_the_real_grouping_is_that_of_the_grouped_files(shared):
    folder = shared / "goemotions" / "ekman"
    words = [word.replace("joy", "happiness") for word in (folder / "labels.txt").read_text(encoding="utf-8").split()]
    grouped = {}
    for part in ("train", "dev", "test"):
        for line in (folder / f"{part}.tsv").read_text(encoding="utf-8").splitlines():
            _, codes, name = line.split("\t")
            grouped[name] = ", ".join(sorted(words[int(code)] for code in codes.split(",")))

    clips = by_ekman(GOEMOTIONS.clips(shared / "goemotions"))

    assert {clip.id: clip.facts["ekman"] for clip in clips} == grouped
    assert Counter(clip.label for clip in clips)[None] == 3_763 + 92 + 468 + 12 + 451 + 8


def test_a_part_by_ekman_is_a_corpus_of_its_own_in_the_same_folder(tmp_path):
    table(tmp_path / "goemotions" / "test.tsv", "Hm\t2,3\ta", "Ha\t1,14\tb")
    table(tmp_path / "goemotions" / "train.tsv", "So\t27\tc")

    corpus = ekman_part("test")

    assert [(clip.id, clip.label) for clip in corpus.clips(corpus.under(tmp_path))] == [("a", "anger"), ("b", None)]
    assert (corpus.labels, corpus.name) == (COMMON_SEVEN, "goemotions test by Ekman")
