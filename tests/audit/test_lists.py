"""Lists that anybody wrote, and what file names tell."""

import json

import pytest

from emofuse.audit.lists import lists, parts_of
from emofuse.audit.names import person, told
from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.corpora.toy import TOY
from emofuse.splitting import protocol, write


@pytest.mark.parametrize(
    ("name", "id", "subject", "label"),
    [
        ("Actor_24/03-01-05-02-01-02-24.wav", "01-05-02-01-02-24", "24", "anger"),
        ("01-05-02-01-02-24", "01-05-02-01-02-24", "24", "anger"),
        ("wav\\03a01Wa.wav", "03a01Wa", "emodb-03", "anger"),
        ("1001_DFA_ANG_XX.wav", "1001_DFA_ANG_XX", "cremad-1001", "anger"),
        ("AudioData/DC/a01.wav", "DC_a01", "savee-DC", "anger"),
        ("OAF_back_angry.wav", "OAF_back_angry", "tess-OAF", "anger"),
        ("subject07/Audio/011_Trial_12_Speaking_Anger_aud.wav", "07-011", "eav-07", "anger"),
    ],
)
def test_the_names_of_known_corpora_tell_who_and_what(name, id, subject, label):
    read = told(name)

    assert (read.id, read.subject, read.label) == (id, subject, label)
    assert person(name) == f"{read.corpus} {subject}"


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("03-01-05-01-02-01-07_noise.wav", "07"),
        ("noise_03-01-05-01-02-01-07.WAV", "07"),
        ("03-01-05-01-02-01-07_x1.1.wav", "07"),
        ("03a01Wa_pitch2.wav", "emodb-03"),
        ("1001_DFA_ANG_XX-aug1.wav", "cremad-1001"),
        ("DC/noise/a01_slow.wav", "savee-DC"),
    ],
)
def test_altered_files_still_tell_who_speaks(name, subject):
    assert told(name).subject == subject


@pytest.mark.parametrize("name", ["0001.png", "a01.wav", "clip", "03-01-09-02-01-02-24.wav", "", "v1.2"])
def test_other_names_tell_nothing(name):
    assert told(name) is None


def test_files_of_one_take_are_told_apart_from_the_take_itself():
    assert told("01-01-05-02-01-02-24.mp4").facts["same_take"] == told("03-01-05-02-01-02-24.wav").facts["same_take"]
    assert "same_take" not in told("01-05-02-01-02-24").facts


def file(folder, said):
    path = folder / "split.json"
    path.write_text(json.dumps(said))
    return path


PLAIN = {"train": ["03-01-05-02-01-02-24.wav"], "val": [], "test": ["03-01-01-01-01-02-24.wav", "03-01-01-01-01-02-11.wav"]}


@pytest.mark.parametrize(
    "said",
    [
        PLAIN,
        {"fold1": PLAIN},
        [PLAIN],
        {"splits": [PLAIN]},
        {"splits": {"a": PLAIN}},
        {k: [{"path": e} for e in v] for k, v in PLAIN.items()},
    ],
    ids=["plain", "by name", "a list", "under splits", "under splits by name", "entries with more"],
)
def test_lists_are_read_however_they_are_written(said, tmp_path):
    read = lists(file(tmp_path, said))

    (split,) = read.splits
    assert [clip.subject for clip in split.test] == ["24", "11"]
    assert split.shared == {"24"}
    assert read.corpus == "ravdess"


def test_a_clip_that_is_listed_twice_is_kept_twice(tmp_path):
    (split,) = lists(file(tmp_path, {"train": ["a", "b"], "test": ["a", "a"]})).splits

    assert [clip.id for clip in split.test] == ["a (2 in test)", "a (3 in test)"]
    assert {clip.facts["listed_as"] for clip in split.test} == {"a"}


def test_one_file_in_two_folders_is_one_clip_where_names_are_unique(tmp_path):
    (split,) = lists(
        file(tmp_path, {"train": ["Actor_01/03-01-05-02-01-02-01.wav"], "test": ["all/Actor_01/03-01-05-02-01-02-01.wav"]})
    ).splits
    (other,) = lists(file(tmp_path, {"train": ["happy/1.png"], "test": ["sad/1.png"]})).splits

    assert split.train[0].facts["listed_as"] == split.test[0].facts["listed_as"]
    assert other.train[0].facts["listed_as"] != other.test[0].facts["listed_as"]


def test_clips_that_are_at_hand_tell_more_than_their_names(tmp_path, toy):
    read = lists(file(tmp_path, {"train": [toy[0].id], "test": [f"somewhere/{toy[1].id}.wav", "nobody"]}), toy)

    (split,) = read.splits
    assert split.train[0].subject == toy[0].subject
    assert split.test[0].label == toy[1].label
    assert set(split.test[0].sources) == set(toy[1].sources)
    assert read.strange == ("nobody",)


def test_what_a_file_says_of_its_clips_and_itself_is_kept(tmp_path):
    said = {"splits": [{"name": "one", "train": ["a"], "test": ["b"]}], "clips": {"b": {"subject": "bob", "facts": {"dialogue": 3}}}}

    read = lists(file(tmp_path, said | {"says": {"chosen_on": "test"}, "corpus": "meld"}))

    (clip,) = read.splits[0].test
    assert (clip.subject, clip.facts["dialogue"]) == ("bob", "3")
    assert (read.says, read.corpus) == ({"chosen_on": "test"}, "meld")


def test_the_files_that_this_project_writes_are_read(tmp_path, toy):
    splits = tuple(protocol("leave-one-out")(toy))
    write(tmp_path / "split.json", TOY.name, splits, "leave-one-out", {})

    read = lists(tmp_path / "split.json")

    assert [split.name for split in read.splits] == [split.name for split in splits]
    assert {clip.id for clip in read.splits[0].test} == {clip.id for clip in splits[0].test}
    assert (read.corpus, read.protocol) == ("toy", "leave-one-out")


@pytest.mark.parametrize("text", ["no json", "3", '{"train": []}', "{}", '["a"]'])
def test_what_holds_no_lists_is_refused(text, tmp_path):
    path = tmp_path / "split.json"
    path.write_text(text)

    with pytest.raises(SplitError, match="train"):
        lists(path)


@pytest.mark.parametrize("entry", [None, {"a": 1}, [1], True, "", {"id": None}])
@pytest.mark.parametrize("part", ["train", "test"])
def test_what_is_no_name_is_refused(entry, part, tmp_path):
    path = file(tmp_path, {"train": [1], "test": [2]} | {part: [3, entry]})

    with pytest.raises(SplitError, match=r"names no clip\. Expected a text or a number.*; write it so"):
        lists(path)


def test_numbers_are_names(tmp_path):
    (split,) = lists(file(tmp_path, {"train": [1, 2.5], "test": [{"id": 3}]})).splits

    assert [clip.id for clip in (*split.train, *split.test)] == ["1", "2.5", "3"]


def test_a_column_names_parts_or_numbers_folds():
    clips = [Clip(f"{i}", None, "calm", {}) for i in range(4)]

    (split,) = parts_of(["Training", "val", "test", None], clips)
    folds = parts_of(["1", "2", "1", "2"], clips)

    assert [[c.id for c in part] for part in (split.train, split.valid, split.test)] == [["0"], ["1"], ["2"]]
    assert [[c.id for c in fold.test] for fold in folds] == [["0", "2"], ["1", "3"]]
    with pytest.raises(SplitError, match="Expected train"):
        parts_of(["red", "blue", "red", "blue"], clips)
