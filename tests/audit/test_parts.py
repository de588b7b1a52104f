"""Who and what stands in two parts: each trap planted, and its clean near-twin."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emofuse.audit import augmented, dialogues, listed_twice, multiplied, people, recordings, sentences, takes, texts, windows
from emofuse.audit.base import Evidence, Grade, NotLooked
from emofuse.audit.evidence import of_lists
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.split import Split

LABELS = ("anger", "calm")


def clip(name, subject=None, label="anger", text=None, **facts):
    sources = {} if text is None else {Modality.TEXT: Source(Path(name), read=lambda path: Signal(np.array(text.split()), 1.0))}
    return Clip(name, subject, label, sources, facts)


def seen(train, test, valid=(), corpus=None, **says):
    split = Split("only", tuple(train), tuple(valid), tuple(test))
    return Evidence("planted", (*train, *valid, *test), (split,), corpus, says=says)


def corpus(clips, **facts):
    published = Published(clips, None, facts=facts)
    return Corpus("made_up", LabelSet(LABELS), frozenset(), "", "", "", lambda root: iter(()), published=published)


def test_people_in_train_and_test_are_named():
    (found,) = people.look(seen([clip("a1", "ann"), clip("b1", "bob")], [clip("a2", "ann"), clip("c1", "cleo")]))

    assert (found.trap, found.grade, found.count, found.rows, found.split) == ("T1", Grade.INFLATED, 1, (("a2", "a1"),), "only")
    assert "1 of 2 test clips" in found.says
    assert "ann" in found.says


def test_one_person_spelt_in_two_ways_is_one_person():
    (found,) = people.look(seen([clip("a1", "Ross"), clip("a3", "Ross")], [clip("a2", "ross ")]))

    assert found.rows == (("a2", "a1"),)


def test_people_who_stand_apart_raise_nothing():
    assert people.look(seen([clip("a1", "ann"), clip("a2", "ann")], [clip("c1", "cleo"), clip("c2", "cleo")])) == []


def test_people_in_train_and_valid_are_a_note_only():
    (found,) = people.look(seen([clip("a1", "ann")], [clip("c1", "cleo")], valid=[clip("a2", "ann")]))

    assert (found.grade, found.rows) == (Grade.FINE, (("a2", "a1"),))


@pytest.mark.parametrize("test", [[clip("c1")], [clip("c1"), clip("d1", "dan")]], ids=["nobody tells", "one does not tell"])
def test_people_who_are_not_told_are_not_said_to_be_apart(test):
    with pytest.raises(NotLooked, match="do not tell"):
        people.look(seen([clip("a1", "ann"), clip("a2", "ann")], test))


def test_a_person_for_each_clip_says_nothing():
    with pytest.raises(NotLooked, match="names of|names may be those of clips"):
        people.look(seen([clip("a1", "row 1"), clip("a2", "row 2")], [clip("a3", "row 3")]))


def test_without_a_test_part_nothing_is_said():
    with pytest.raises(NotLooked, match="split with a test part"):
        people.look(seen([clip("a1", "ann")], []))


def spoken(names, label_of):
    return [clip(f"{who}-{s}-{t}", who, label_of(s, t), sentence=s) for who in names for s in "xy" for t in range(2)]


def test_sentences_that_tell_the_label_inflate():
    told = seen(spoken("ab", lambda s, t: LABELS[s == "x"]), spoken("c", lambda s, t: LABELS[s == "x"]))

    (found,) = sentences.look(told)

    assert (found.trap, found.grade, found.count) == ("T8", Grade.INFLATED, 4)
    assert found.rows[0] == ("c-x-0", "a-x-0")
    assert "100.0%" in found.says


def test_sentences_that_all_say_in_all_emotions_are_a_note_only():
    balanced = seen(spoken("ab", lambda s, t: LABELS[t]), spoken("c", lambda s, t: LABELS[t]))

    (found,) = sentences.look(balanced)

    assert found.grade == Grade.FINE
    assert sentences.look(replace(balanced, says={"independent_of": "sentence"}))[0].grade == Grade.INFLATED


def test_other_sentences_raise_nothing():
    assert sentences.look(seen([clip("a", sentence="x")], [clip("b", sentence="y")])) == []


def test_sentences_that_are_not_told_are_not_looked_at():
    with pytest.raises(NotLooked, match="sentences"):
        sentences.look(seen([clip("a")], [clip("b")]))


def watched(names, films):
    """As in SEED: everybody watches the same films, and a film has one label."""
    return [clip(f"{who}-{film}", who, LABELS[film % 2], stimulus=f"film {film}") for who in names for film in films]


def test_films_that_other_people_watched_too_are_a_note_although_they_tell_the_label():
    (found,) = sentences.look(seen(watched("ab", range(4)), watched("c", range(4))))

    assert (found.trap, found.grade, found.title, found.count) == ("T8", Grade.FINE, "stimuli in train and test", 4)
    assert "4 of 4 test clips are of one of 4 stimuli that were also learnt from (film 0, film 1 and 2 more)" in found.says
    assert "Guessing by the stimulus alone is right in 100.0%" in found.says
    assert "holds for these stimuli" in found.says


@pytest.mark.parametrize(("claim", "grade"), [("film", Grade.INFLATED), (["stimuli"], Grade.INFLATED), ("person", Grade.FINE)])
def test_a_figure_said_to_hold_for_new_films_is_inflated_by_known_ones(claim, grade):
    (found,) = sentences.look(seen(watched("ab", range(4)), watched("c", range(4)), independent_of=claim))

    assert found.grade == grade


def test_films_that_nobody_learnt_from_raise_nothing():
    assert sentences.look(seen(watched("ab", range(4)), watched("ab", range(4, 6)))) == []


def test_films_that_some_do_not_tell_are_not_said_to_be_apart():
    with pytest.raises(NotLooked, match="stimuli: 1 of 3 clips do not tell"):
        sentences.look(seen(watched("a", [0]), [*watched("b", [1]), clip("c")]))


def test_sentences_and_films_are_told_one_by_one():
    both = seen([clip("a", sentence="x", stimulus="film 1")], [clip("b", sentence="x", stimulus="film 1")])

    assert [found.title for found in sentences.look(both)] == ["sentences in train and test", "stimuli in train and test"]


LONG = "nobody knows the trouble I have seen"


def test_long_texts_that_come_back_are_named_whatever_their_case():
    (found,) = texts.look(
        seen([clip("a", text=LONG), clip("b", text="Okay.")], [clip("c", text=LONG.upper() + "!"), clip("d", text="Okay.")])
    )

    assert (found.grade, found.rows) == (Grade.INFLATED, (("c", "a"),))


def test_turns_before_and_speakers_are_no_part_of_a_text():
    said = "I have told you not to do that"

    def spoken(name, who, before):
        source = Source(Path(name), lambda path: Signal(np.array([[f"{who}: {said}", before]]), 1.0))
        return Clip(name, who, "anger", {Modality.TEXT: source}, {"speaker": who})

    (found,) = texts.look(seen([spoken("a", "Ann", "Bob: What a day that was, was it not?")], [spoken("b", "Bob", "")]))

    assert found.count == 1


def test_short_texts_come_back_by_themselves():
    assert texts.look(seen([clip("a", text="Yeah, okay.")], [clip("b", text="yeah okay")])) == []


def test_clips_without_texts_are_not_looked_at():
    with pytest.raises(NotLooked, match="texts"):
        texts.look(seen([clip("a")], [clip("b")]))


def test_pieces_of_one_recording_in_two_parts_are_named():
    (found,) = recordings.look(seen([clip("w1", recording="r1")], [clip("w2", recording="r1"), clip("w3", recording="r2")]))

    assert (found.trap, found.grade, found.rows) == ("T4", Grade.INFLATED, (("w2", "w1"),))


def test_recordings_that_stay_together_raise_nothing():
    assert recordings.look(seen([clip("w1", recording="r1")], [clip("w2", recording="r2"), clip("w3", recording="r2")])) == []


@pytest.mark.parametrize("fact", ["trial", "recording"])
def test_numbers_that_count_anew_for_each_person_are_recordings_of_their_own(fact):
    def person(who):
        return [clip(f"{who}{i}", who, **{fact: str(i)}) for i in range(4)]

    assert recordings.look(seen([*person("ann"), *person("bob")], person("cleo"))) == []
    (found,) = recordings.look(seen([*person("ann")[:3], *person("bob")], [clip("ann3b", "ann", **{fact: "1"}), *person("cleo")]))
    assert found.rows == (("ann3b", "ann1"),)


def test_dialogues_in_two_parts_are_named_and_others_are_not():
    (found,) = dialogues.look(seen([clip("u1", dialogue="d1")], [clip("u2", dialogue="d1"), clip("u3", dialogue="d2")]))

    assert (found.trap, found.grade, found.rows) == ("T4", Grade.INFLATED, (("u2", "u1"),))
    assert dialogues.look(seen([clip("u1", dialogue="d1")], [clip("u3", dialogue="d2")])) == []


def test_a_clip_that_a_list_names_twice_is_named():
    crossing = seen([clip("x", listed_as="x")], [clip("x (2 in test)", listed_as="x"), clip("y", listed_as="y")])
    within = seen([clip("z", listed_as="z")], [clip("x", listed_as="x"), clip("x (2 in test)", listed_as="x")])

    assert [(f.trap, f.grade, f.rows) for f in listed_twice.look(crossing)] == [("T3", Grade.INFLATED, (("x (2 in test)", "x"),))]
    assert [(f.title, f.rows) for f in listed_twice.look(within)] == [("clips judged twice", (("x", "x (2 in test)"),))]
    assert listed_twice.look(seen([clip("z", listed_as="z")], [clip("x", listed_as="x")])) == []


@pytest.mark.parametrize(
    ("train", "test", "rows"),
    [
        ([clip("a")], [clip("b", copy_of="a")], (("b", "a"),)),
        ([clip("b", copy_of="a")], [clip("a")], (("a", "b"),)),
        ([clip("b", copy_of="x")], [clip("c", copy_of="x")], (("c", "b"),)),
        ([clip("03-01-05")], [clip("03-01-05_noise")], (("03-01-05_noise", "03-01-05"),)),
        ([clip("face7_flip")], [clip("face7_aug2")], (("face7_aug2", "face7_flip"),)),
    ],
    ids=["copy judged", "original judged", "two copies", "by its name", "two copies by their names"],
)
def test_altered_copies_across_parts_are_named(train, test, rows):
    (found,) = augmented.look(seen(train, test))

    assert (found.trap, found.grade, found.rows) == ("T2", Grade.INFLATED, rows)


@pytest.mark.parametrize(
    "copy",
    ["X_noise.wav", "X-aug1.wav", "X_Noise.WAV", "X_flip.png", "noise_X.wav", "noise/X.wav", "X_x1.1.wav", "X_sp0.9.wav", "sp0.9-X.wav",
     "X_noise_slow.wav", "X_noise.wav (2 in test)", "noise\\X.wav"],
)  # fmt: skip
def test_altered_copies_are_known_by_the_names_of_their_files(copy):
    (found,) = augmented.look(seen([clip("X.wav"), clip("Y.wav")], [clip(copy), clip("Z.wav")]))

    assert (found.title, found.rows) == ("altered copies in train and test", ((copy, "X.wav"),))


@pytest.mark.parametrize(
    ("learnt", "judged"),
    [
        ("A/X.wav", "A/noise/X.wav"),
        ("A/X.wav", "A_noise/X.wav"),
        ("clean/X.wav", "noise/X.wav"),
        ("X_noise.wav", "X_pitch.wav"),
        ("X_x1.1", "X_x1.2"),
    ],
)
def test_altered_copies_are_known_by_their_folders_and_by_one_another(learnt, judged):
    (found,) = augmented.look(seen([clip(learnt)], [clip(judged)]))

    assert found.rows == ((judged, learnt),)


def test_altered_copies_named_by_fact_and_by_name_are_of_one_clip():
    (found,) = augmented.look(seen([clip("X.wav"), clip("X_noise.wav")], [clip("b.wav", copy_of="X.wav")]))

    assert found.rows == (("b.wav", "X.wav"),)


@pytest.mark.parametrize(
    "names",
    [("X.wav", "X.mp4"), ("X_noise.wav", "X_noise.mp4"), ("noise/1.wav", "speech/1.wav"), ("X_x1.wav", "X_x2.wav"),
     ("noise_1.wav", "noise_2.wav"),
     ("a/X.wav", "b/X_noise.wav"), ("v1.1.wav", "v1.2.wav"), ("fast/1.wav", "fast/2.wav"), ("gain.wav", "again.wav")],
)  # fmt: skip
def test_files_that_are_named_alike_are_no_altered_copies(names):
    assert augmented.look(seen([clip(names[0])], [clip(names[1])])) == []


def test_altered_copies_of_training_clips_in_train_raise_nothing():
    assert augmented.look(seen([clip("a"), clip("b", copy_of="a"), clip("a_noise1")], [clip("c")])) == []


@pytest.mark.parametrize(
    "names", [("happy_noise", "sad_noise"), ("dia1_utt2", "dia1_utt3"), ("03-01-05-01", "03-01-05-02"), ("aug_1", "aug_2")]
)
def test_names_that_merely_look_altered_raise_nothing(names):
    assert augmented.look(seen([clip(names[0])], [clip(names[1])])) == []


def test_altered_copies_judged_beside_their_original_are_counted():
    (found,) = augmented.look(seen([clip("z")], [clip("a"), clip("a_noise1"), clip("b")]))

    assert (found.grade, found.rows) == (Grade.INFLATED, (("a", "a_noise1"),))
    assert "3 test rows are 2 clips" in found.says


@pytest.mark.parametrize(("said", "grades"), [("before split", [Grade.INFLATED]), ("train only", []), ("after the split", []), (True, [])])
def test_what_is_said_of_augmentation_counts(said, grades):
    assert [f.grade for f in augmented.look(seen([clip("a")], [clip("b")], augmented=said))] == grades


def test_takes_in_several_modalities_are_counted_once():
    def both(name):
        return [clip(f"01-{name}", same_take=name), clip(f"02-{name}", same_take=name)]

    crossing = seen([clip("01-t1", same_take="t1")], [clip("02-t1", same_take="t1")])
    within = seen(both("t1"), both("t2"))

    assert [(f.trap, f.grade, f.rows) for f in takes.look(crossing)] == [("T18", Grade.INFLATED, (("02-t1", "01-t1"),))]
    assert [(f.grade, f.rows) for f in takes.look(within)] == [(Grade.INFLATED, (("01-t2", "02-t2"),))]
    assert takes.look(seen(both("t1"), [clip("01-t2", same_take="t2")])) == []
    with pytest.raises(NotLooked, match="takes"):
        takes.look(seen([clip("a")], [clip("b")]))


SOUND, WHOLE = "03-01-05-01-02-01-07.wav", "01-01-05-01-02-01-07.mp4"


@pytest.mark.parametrize(
    ("train", "test", "rows"),
    [
        ([SOUND], [SOUND], []),
        (["other"], [SOUND, SOUND], []),
        ([SOUND], ["03-01-05-01-02-01-07_noise.wav"], []),
        ([SOUND, WHOLE], [SOUND], [((f"{SOUND} (2 in test)", WHOLE),)]),
        (["other"], [SOUND, SOUND, WHOLE], [((SOUND, WHOLE),)]),
    ],
    ids=["in both", "judged twice", "altered", "both kinds learnt from", "both kinds judged"],
)
def test_one_file_listed_twice_is_no_other_modality(train, test, rows, tmp_path):
    path = tmp_path / "split.json"
    path.write_text(json.dumps({"train": [WHOLE.replace("-07.", "-08."), *train], "test": test}))

    assert [found.rows for found in takes.look(of_lists(path))] == rows


def window(name, start, end, recording="r"):
    return clip(name, recording=recording, start=str(start), end=str(end))


def test_windows_that_overlap_across_parts_are_named():
    long = window("long", 0, 60_000)

    (found,) = windows.look(
        seen([window("w1", 0, 2_000), window("w4", 90_000, 91_000)], [window("w2", 1_000, 3_000), window("w3", 2_500, 4_000)])
    )

    assert (found.trap, found.grade, found.rows) == ("T4", Grade.INFLATED, (("w2", "w1"),))
    assert windows.look(seen([long, window("w5", 50_000, 52_000)], [window("w6", 59_000, 61_000)]))[0].rows == (("w6", "long"),)


@pytest.mark.parametrize(
    "other", [window("w2", 2_000, 4_000), window("w2", 1_000, 3_000, recording="s")], ids=["it only touches", "another recording"]
)
def test_windows_that_share_no_time_raise_nothing(other):
    assert windows.look(seen([window("w1", 0, 2_000)], [other])) == []


def test_windows_side_by_side_in_two_parts_are_named_where_only_places_are_told():
    def row(place, recording="r"):
        return clip(f"{recording}{place}", recording=recording, place=str(place))

    (found,) = windows.look(seen([row(0), row(2), row(9)], [row(1), row(5)]))

    assert found.rows == (("r1", "r0"),)
    assert windows.look(seen([row(0), row(1)], [row(3), row(4)])) == []
    assert windows.look(seen([row(0), row(1)], [row(0, "s"), row(1, "s")])) == []


def test_windows_whose_times_are_not_told_are_not_looked_at():
    with pytest.raises(NotLooked, match="windows"):
        windows.look(seen([clip("a", recording="r")], [clip("b", recording="r")]))


def test_a_total_of_three_times_the_corpus_is_copies():
    claimed = Evidence(
        "a paper", corpus=corpus(2_452, channel={"speech": 1_440, "song": 1_012}), says={"n_test": 864, "test_fraction": 0.2}
    )

    (found,) = multiplied.look(claimed)

    assert (found.trap, found.grade) == ("T2", Grade.INFLATED)
    assert "4,320 rows, 3 times 1,440 (channel speech)" in found.says


def test_more_rows_than_clips_are_counted_and_a_whole_corpus_is_fine():
    few = [clip(f"{i}") for i in range(6)]

    (found,) = multiplied.look(seen(few[:3], few[3:], corpus=corpus(3)))

    assert (found.grade, found.count) == (Grade.INFLATED, 3)
    assert "2 times 3" in found.says
    assert multiplied.look(seen(few[:3], few[3:], corpus=corpus(6))) == []
    assert multiplied.look(Evidence("a paper", corpus=corpus(1_440), says={"n_test": 288, "test_fraction": "20 %"})) == []
    with pytest.raises(NotLooked, match="published size"):
        multiplied.look(seen(few[:3], few[3:]))


def test_copies_that_a_protocol_makes_before_it_divides_are_found_and_those_it_keeps_together_are_not(toy):
    from emofuse.corpora.toy import TOY
    from emofuse.protocols.by_clip import copied, shuffled
    from emofuse.protocols.by_group import leave_one_out

    def audited(protocol):
        return Evidence("toy", toy, tuple(copied({"quiet": lambda signal: signal}, protocol)(toy)), TOY)

    leaking = {finding.title: finding for finding in augmented.look(audited(shuffled()))}
    apart = augmented.look(audited(leave_one_out()))

    assert leaking["altered copies in train and test"].count > 0
    assert {a.removesuffix("~quiet") == b.removesuffix("~quiet") for a, b in leaking["altered copies in train and test"].rows} == {True}
    assert [finding.title for finding in apart] == ["altered copies judged as clips"]
