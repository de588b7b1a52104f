import json
import logging
from pathlib import Path

import pytest

from emofuse import catalog, splitting
from emofuse.core.clip import Clip
from emofuse.core.errors import RunError, SplitError, UnknownName
from emofuse.corpora.toy import PEOPLE, TOY
from emofuse.splitting import OFFICIAL, divided, from_file, lists, names, protocol, read, split_of_run, table, takes, write

CLIPS = TOY.clips(Path())
ACTORS = [f"{actor:02d}" for actor in range(1, 25)]
VOLUNTEERS = [f"eav-{number:02d}" for number in range(1, 43)]
ASKED = {
    "crossed": ({"groups": {"subject": 3, "take": 2}}, None),
    "eav-30-6-6": ({}, VOLUNTEERS),
    "eav-seven": ({}, VOLUNTEERS),
    "everything": ({}, None),
    "grouped": ({"k": 3, "by": "take", "seed": 4, "choose": True}, None),
    "leave-one-out": ({"choose": False}, None),
    "official": ({"fact": "take", "train": "1", "valid": "2", "test": "3"}, None),
    "ravdess-16-4-4": ({}, ACTORS),
    "ravdess-five": ({}, ACTORS),
    "ravdess-six": ({}, ACTORS),
    "shuffled": ({"fractions": [0.5, 0.25, 0.25], "seed": 2}, None),
    "shuffled-folds": ({"k": 4}, None),
    "within-subject": ({"together": True}, None),
}


def clips(people):
    return tuple(Clip(f"{who}-{take}", who, "calm", {}, {"take": str(take)}) for who in people for take in range(2))


def made(name):
    arguments, people = ASKED[name]
    return list(protocol(name, arguments)(CLIPS if people is None else clips(people)))


def test_every_name_is_asked_for_here():
    assert set(ASKED) == set(names())


@pytest.mark.parametrize("name", ASKED)
def test_every_name_makes_what_it_says_it_keeps_apart(name):
    apart = names()[name][1]
    expected = {
        "nothing": set(),
        "subject": {"subject"},
        "'by' (subject)": {ASKED[name][0].get("by", "subject")},
        "all facts in 'groups'": {"subject", "take"},
    }

    for split in made(name):
        assert split.apart == expected[apart]


@pytest.mark.parametrize(
    ("name", "people"), [("ravdess-six", 4), ("ravdess-five", 5), ("eav-seven", 6), ("ravdess-16-4-4", 4), ("eav-30-6-6", 6)]
)
def test_published_folds_have_their_people(name, people):
    assert len({clip.subject for clip in made(name)[0].test}) == people


@pytest.mark.parametrize(
    ("name", "arguments", "said"),
    [
        ("ravdes", {}, r"Unknown protocol 'ravdes'. Known: crossed, eav-30-6-6, .*within-subject"),
        ("ravdess-six", {"k": 6}, "'ravdess-six' takes no 'k'. It takes: nothing"),
        ("ravdess-six", {"valid": "x"}, "takes no 'valid'"),
        ("grouped", {"folds": 6}, "takes no 'folds'. It takes: k, by, seed, choose"),
        ("grouped", {}, "'grouped' needs k. Say it with --with k=…, a whole number"),
        ("grouped", {"k": "six"}, 'got k="six". Expected a whole number of folds'),
        ("grouped", {"k": True}, "got k=true. Expected a whole number"),
        ("grouped", {"k": 3, "by": {"subject": 3}}, "Expected a word in quotes"),
        ("crossed", {"groups": {"subject": "six"}}, "Expected facts and into how many groups"),
        ("shuffled", {"fractions": [0.5, 0.5]}, "Expected three numbers"),
        ("within-subject", {"together": 1}, "Expected true or false"),
        ("official", {"corpus": "meld"}, "takes no 'corpus'. It takes: fact, train, valid, test"),
    ],
)
def test_names_and_arguments_that_do_not_exist_or_fit_are_named(name, arguments, said):
    with pytest.raises(UnknownName, match=said):
        protocol(name, arguments)


def test_arguments_of_a_name_are_those_that_a_user_can_give():
    assert takes("ravdess-six") == ()
    assert takes("crossed") == ("groups", "seed", "choose")


@pytest.mark.parametrize("corpus", OFFICIAL)
def test_the_official_parts_are_told_by_a_fact_that_the_corpus_has(corpus):
    if corpus not in catalog.names("corpora"):
        pytest.skip(f"{corpus} cannot be read yet")
    said = OFFICIAL[corpus]
    published = catalog.corpus(corpus).published

    assert published is not None
    assert set(published.facts[said["fact"]]) == {said[part] for part in splitting.PARTS} - {""}


def test_official_parts_follow_the_corpus():
    faces = [Clip(str(i), None, "fear", {}, {"usage": usage}) for i, usage in enumerate(("Training", "PublicTest", "PrivateTest"))]

    (split,) = protocol("official", corpus="fer2013")(faces)

    assert lists(split) == {"train": ["0"], "valid": ["1"], "test": ["2"]}


def test_a_corpus_without_a_valid_part_has_none():
    (split,) = protocol("official", corpus="emodb")([Clip(part, None, "fear", {}, {"part": part}) for part in ("train", "test")])

    assert lists(split) == {"train": ["train"], "valid": [], "test": ["test"]}


@pytest.mark.parametrize("corpus", ["toy", None])
def test_a_corpus_without_official_parts_is_said(corpus):
    with pytest.raises(SplitError, match="publishes no parts that are known here. Those of affectnet, .* are; say which fact"):
        protocol("official", corpus=corpus)


@pytest.fixture
def written(tmp_path):
    path = tmp_path / "split.json"
    write(path, "toy", list(protocol("grouped", {"k": 3})(CLIPS)), "grouped", {"k": 3})
    return path


def test_what_is_written_is_read_again(written):
    splits = list(protocol("grouped", {"k": 3})(CLIPS))

    found = read(written)

    assert (found.name, found.corpus, found.protocol, found.arguments) == ("split.json", "toy", "grouped", {"k": 3})
    assert [lists(split) for split in found.splits] == [lists(split) for split in splits]
    assert [(split.name, split.apart) for split in found.splits] == [(f"fold-{i}", {"subject"}) for i in (1, 2, 3)]
    assert found.clips.keys() == {clip.id for clip in CLIPS}
    first = found.splits[0].train[0]
    assert (first.subject, first.label, first.facts) == next((c.subject, c.label, c.facts) for c in CLIPS if c.id == first.id)
    assert first.sources == {}
    assert [path.name for path in written.parent.iterdir()] == ["split.json"]


def test_a_file_divides_the_clips_that_are_there_in_whatever_order(written):
    expected = [lists(split) for split in protocol("grouped", {"k": 3})(CLIPS)]

    splits = list(from_file(written)(CLIPS[::-1]))

    assert [lists(split) for split in splits] == expected
    assert splits[0].train[0].sources, "the clips that are there, not those of the file"


def test_clips_that_a_file_lists_and_nobody_has_are_named(written):
    with pytest.raises(
        SplitError, match=r"split.json lists 70 clips that are not there, such as ann-anger-3, .*Expected lists of these 2 clips"
    ):
        list(from_file(written)(CLIPS[:2]))


def test_clips_that_a_recipe_does_not_want_may_be_listed(written):
    wanted = [clip for clip in CLIPS if clip.facts["take"] != "3"]

    splits = list(from_file(written, left_out=[clip.id for clip in CLIPS if clip.facts["take"] == "3"])(wanted))

    assert sum(len(split.test) for split in splits) == 48


def test_clips_in_no_part_are_left_out_and_said(written, caplog):
    more = Clip("zoe-anger-1", "zoe", "anger", {})

    with caplog.at_level(logging.WARNING):
        splits = list(from_file(written)([*CLIPS, more]))

    assert "1 of 73 clips stand in no part" in caplog.text
    assert all(more not in (*split.train, *split.valid, *split.test) for split in splits)


def test_a_file_written_by_hand_needs_little(tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(json.dumps({"splits": [{"name": "mine", "train": ["ann-anger-1"], "test": ["bob-anger-1"]}]}))

    found = read(path)

    assert (found.corpus, found.protocol, found.clips) == (None, None, {})
    (split,) = from_file(path)(CLIPS[:40])
    assert (lists(split), split.apart) == ({"train": ["ann-anger-1"], "valid": [], "test": ["bob-anger-1"]}, frozenset())


def test_the_digest_is_of_who_is_where_and_not_of_how_it_is_written(written, tmp_path):
    said = json.loads(written.read_text())
    other = tmp_path / "other.json"
    for split in said["splits"]:
        split["train"].reverse()
    other.write_text(json.dumps(said, indent=4))

    assert read(other).sha256 == read(written).sha256 == said["sha256"]


def test_lists_that_were_changed_since_are_refused_unless_that_is_said(written):
    said = json.loads(written.read_text())
    said["splits"][0]["test"].append(said["splits"][0]["train"].pop(0))
    said["splits"][0]["apart"] = []
    written.write_text(json.dumps(said))

    with pytest.raises(SplitError, match="not those it was written with: .*take the line 'sha256' out"):
        read(written)
    del said["sha256"]
    written.write_text(json.dumps(said))
    assert read(written).splits[0].shared


def test_a_promise_in_a_file_is_held_to_its_word(written):
    said = json.loads(written.read_text())
    said["splits"][0]["test"].append(said["splits"][0]["train"].pop(0))
    del said["sha256"]
    written.write_text(json.dumps(said))

    with pytest.raises(SplitError, match="promises to keep test apart by subject, but shares"):
        read(written)


def test_a_promise_about_clips_that_a_file_does_not_describe_is_held_once_they_are_there(written):
    said = json.loads(written.read_text())
    del said["clips"]
    written.write_text(json.dumps(said))

    assert read(written).splits[0].apart == frozenset()
    assert next(from_file(written)(CLIPS)).apart == {"subject"}
    same = [Clip(clip.id, "ann", clip.label, {}) for clip in CLIPS]
    with pytest.raises(SplitError, match="promises to keep test apart by subject, but shares ann"):
        next(from_file(written)(same))


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "{}",
        '{"splits": []}',
        '{"splits": [{"train": ["a"]}]}',
        '{"splits": [{"name": "s", "train": "abc"}]}',
        '{"splits": [{"name": "s", "train": [1]}]}',
        '{"splits": [{"name": "s", "train": ["a"], "test": ["a"]}]}',
        '{"splits": [{"name": "s", "train": []}]}',
        '{"splits": [{"name": "s", "train": ["a"]}, {"name": "s", "train": ["b"]}]}',
        '{"splits": [{"name": "../s", "train": ["a"]}]}',
        '{"splits": [{"name": "", "train": ["a"]}]}',
        '{"format": "another 9", "splits": [{"name": "s", "train": ["a"]}]}',
        '{"clips": {"a": 3}, "splits": [{"name": "s", "train": ["a"]}]}',
        '{"clips": {"a": {"facts": 3}}, "splits": [{"name": "s", "train": ["a"]}]}',
    ],
)
def test_what_is_no_file_of_lists_is_refused(text, tmp_path):
    path = tmp_path / "split.json"
    path.write_text(text)

    with pytest.raises(SplitError, match=r"split\.json.*(Expected|belongs to one)"):
        read(path)


def test_a_file_that_is_not_there_is_said(tmp_path):
    with pytest.raises(SplitError, match=r"split.json cannot be read: .*No such file"):
        from_file(tmp_path / "split.json")


def test_lists_of_a_run_divide_clips_again():
    split = divided({"name": "s", "train": ["ann-anger-1"], "test": ["bob-anger-1"]}, CLIPS, "run.json")

    assert (split.name, {clip.subject for clip in split.test}) == ("s", {PEOPLE[1]})


def test_a_run_is_divided_as_it_was():
    folds = protocol("leave-one-out")

    assert lists(split_of_run({"split": "fold-2"}, folds, CLIPS)) == lists(list(folds(CLIPS))[1])
    assert len(split_of_run({"split": "everything"}, folds, CLIPS).train) == 72
    given = {"name": "s.json", "sha256": "", "apart": ["subject"], "train": ["ann-anger-1"], "valid": [], "test": ["bob-anger-1"]}
    split = split_of_run({"split": "mine", "split_file": given}, folds, CLIPS)
    assert (split.name, split.apart, lists(split)["test"]) == ("mine", {"subject"}, ["bob-anger-1"])


def test_a_run_that_cannot_be_divided_as_it_was_is_said():
    with pytest.raises(RunError, match="trained on split 'fold-9'; its recipe now makes fold-1, .* Check out commit 1a2b"):
        split_of_run({"split": "fold-9", "commit": "1a2b"}, protocol("leave-one-out"), CLIPS)
    with pytest.raises(SplitError, match="The run, divided by s.json, lists 1 clips that are not there"):
        split_of_run({"split": "mine", "split_file": {"name": "s.json", "train": ["zoe"]}}, protocol("leave-one-out"), CLIPS)


def test_the_table_counts_clips_people_and_labels_and_says_who_is_shared():
    text = table(list(protocol("grouped", {"k": 3})(CLIPS)), CLIPS)

    lines = text.splitlines()
    assert lines[0].split() == ["split", "part", "clips", "people", "anger", "happiness", "neutral", "sadness"]
    assert lines[1].split() == ["fold-1", "train", "24", "2", "6", "6", "6", "6"]
    assert lines[-1] == "fold-3: 0 of 2 test people were also learnt from, apart by subject"


def test_the_table_says_what_leaks_and_what_is_left_out():
    leaking = table(list(protocol("shuffled")(CLIPS)), CLIPS)
    crossed = table(list(protocol("crossed", {"groups": {"subject": 3, "take": 3}})(CLIPS)), CLIPS)
    nobody = table([divided({"name": "s", "train": ["a"], "test": ["b"]}, [Clip(i, None, "calm", {}) for i in "ab"], "here")], [])

    assert leaking.splitlines()[-1] == "shuffled: 6 of 6 test people were also learnt from, nothing is promised to be apart"
    assert crossed.splitlines()[-1].endswith("apart by subject, take; 32 clips in no part")
    assert nobody.splitlines()[-1] == "s: people are not told, nothing is promised to be apart"
