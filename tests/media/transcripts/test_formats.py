"""Each format as it is met: what its writers leave out, misspell and put beside the words."""

import pytest

from emofuse.core.errors import MediaError
from emofuse.media.transcripts import csv, eaf, meld, srt, txt, vtt
from emofuse.media.transcripts.base import Cue


def cues(form, text):
    return [(cue.start, cue.end, cue.speaker, cue.words.strip()) for cue in form.read(text, "a").cues]


@pytest.mark.parametrize(
    "timing",
    ["00:00:01,500 --> 00:00:02,000", "00:00:01.5 --> 00:00:02.0", "0:01,500-->0:02", "00 : 00 : 01 , 500 --> 00 : 00 : 02 , 000",
     "00:00:01,500 —> 00:00:02,000", "00:00:01:500 -> 00:00:02:000", "  00:00:01,500  -->  00:00:02,000  X1:100 X2:200"],
)  # fmt: skip
def test_times_of_captions_are_read_as_players_take_them(timing):
    assert cues(srt, f"1\n{timing}\nHi.\n") == [(1_500, 2_000, None, "Hi.")]


def test_numbers_of_captions_may_be_missing_and_numbers_that_are_said_stay():
    text = "00:01,000 --> 00:02,000\nHi.\n\n7\n00:03,000 --> 00:04,000\n42\n\n8\n00:05,000 --> 00:06,000\n\nA gap.\n\n9"

    assert [words for *_, words in cues(srt, text)] == ["Hi.", "42", "A gap.\n\n9"]


def test_captions_with_a_blank_line_after_every_line_are_read():
    text = "1\n\n00:01,000 --> 00:02,000\n\nHi.\n\n2\n\n00:03,000 --> 00:04,000\n\nNo.\n"

    assert [words for *_, words in cues(srt, text)] == ["Hi.", "No."]


def test_captions_that_roll_are_read_once():
    text = "WEBVTT\n\n00:00.000 --> 00:02.000\n \nso<00:00:01.000><c> we</c>\n\n00:02.000 --> 00:02.010\nso we\n\n" + "".join(
        f"00:0{i}.010 --> 00:0{i + 1}.000\n{before}\n{after}\n\n"
        for i, before, after in [(2, "so we", "go on"), (3, "go on", "and on"), (4, "and on", "end")]
    )

    written = vtt.read(text, "a")

    assert [cue.words.split("\n")[-1] for cue in written.cues] == ["so<00:00:01.000><c> we</c>", "go on", "and on", "end"]
    assert written.notes == ("Captions roll: each line stands in the file twice or more, and is read once.",)


def test_a_word_said_twice_is_no_rolling():
    text = "00:01 --> 00:02\nNo.\n\n00:03 --> 00:04\nNo.\n"

    assert [words for *_, words in cues(srt, text)] == ["No.", "No."]


def test_notes_styles_and_regions_are_no_captions():
    text = (
        "WEBVTT some title\nKind: captions\n\nNOTE\nnot this\n\nSTYLE\n::cue { color: red }\n\nREGION\nid:fred\n\n"
        "first\n00:01.000 --> 00:02.000 line:0 align:start\nHi.\n\n100:00:01.000 --> 100:00:02.000\nFar.\n"
    )

    assert cues(vtt, text) == [(1_000, 2_000, None, "Hi."), (360_001_000, 360_002_000, None, "Far.")]


@pytest.mark.parametrize(
    "table",
    ["start,end,text\n1.5,2,Hi.", "Onset;Offset;Utterance\n1,5;2;Hi.", "begin_ms\tend_ms\tTranscript\n1500\t2000\tHi.",
     "Start (s),Duration (s),Words\n1.5,0.5,Hi.", "StartTime,EndTime,Sentence\n00:00:01.500,00:00:02.000,Hi.",
     "text,start,end\nHi.,1500,2000\nNo.,70000,71000\nYes.,80000,81000", "start_ms,end_ms,start,end,text\n1500,2000,x,y,Hi.",
     "start,end,text\n1.5s,2000 ms,Hi.", "tmin,tier,text,tmax\n1.5,,Hi.,2"],
)  # fmt: skip
def test_columns_are_found_by_the_names_that_people_give_them(table):
    assert cues(csv, table)[0] == (1_500, 2_000, None, "Hi.")


def test_who_spoke_is_a_column_too():
    assert cues(csv, "Speaker,Text\nAnn,Hi.\n,No.\n") == [(None, None, "Ann", "Hi."), (None, None, None, "No.")]


def test_rows_of_another_width_are_broken_unless_words_come_last():
    written = csv.read("text,start,end\nHi,1,2\nOh, no,3,4\nNo\n", "a")
    assert [cue.words for cue in written.cues] == ["Hi"]
    assert [str(place) for place in written.broken] == ["line 3 (4 values, and the header names 3)", "line 4 (1 of 3 values)"]
    assert cues(csv, "start,end,text\n1,2,Oh, no\n") == [(1_000, 2_000, None, "Oh, no")]


def test_a_quotation_mark_that_never_closes_takes_no_other_row():
    assert [words for *_, words in cues(csv, 'start,end,text\n1,2,"Hi\n3,4,No.\n5,6,"one\ntwo"\n')] == ['"Hi', "No.", "one\ntwo"]


def test_what_numbers_count_is_said_where_the_header_does_not_say():
    assert csv.read("start,end,text\n1,2,Hi.", "a").notes == (
        "The transcript's header does not say in what it counts time; taken as seconds.",
    )
    assert csv.read("start,end,text\n1000,2000,Hi.", "a").notes[0].endswith("taken as ms.")
    assert csv.read("start_s,end_s,text\n1,2,Hi.", "a").notes == ()


def test_meld_and_emorynlp_name_their_speakers_differently():
    text = "Utterance,Speaker,Scene_ID,Season,Episode,Start_Time,End_Time\nHi.,['Rachel Green'],1,1,15,00:00:03.795,00:00:05.004\n"

    assert meld.is_one(text, ".csv")
    assert cues(meld, text) == [(0, 1_209, "Rachel Green", "Hi.")]


def tier(name, *annotations, **more):
    told = "".join(f' {key}="{value}"' for key, value in more.items())
    return f'<TIER TIER_ID="{name}"{told}>' + "".join(f"<ANNOTATION>{one}</ANNOTATION>" for one in annotations) + "</TIER>"


def aligned(name, words, start, end):
    slots = f'TIME_SLOT_REF1="{start}" TIME_SLOT_REF2="{end}"'
    return f'<ALIGNABLE_ANNOTATION ANNOTATION_ID="{name}" {slots}><ANNOTATION_VALUE>{words}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION>'


def referring(name, words, above):
    value = f"<ANNOTATION_VALUE>{words}</ANNOTATION_VALUE>"
    return f'<REF_ANNOTATION ANNOTATION_ID="{name}" ANNOTATION_REF="{above}">{value}</REF_ANNOTATION>'


def document(*tiers, times=(1_000, 2_000, 3_000, 4_000), more=""):
    slots = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="t{i}"' + (f' TIME_VALUE="{time}"/>' if time is not None else "/>") for i, time in enumerate(times)
    )
    return f"<ANNOTATION_DOCUMENT><TIME_ORDER>{slots}</TIME_ORDER>{''.join(tiers)}{more}</ANNOTATION_DOCUMENT>"


def test_a_tier_is_a_speaker_and_its_participant_names_them():
    text = document(tier("A", aligned("a1", "Hi.", "t2", "t3"), PARTICIPANT="Anna"), tier("Bob", aligned("a2", "No.", "t0", "t1")))

    assert cues(eaf, text) == [(1_000, 2_000, "Bob", "No."), (3_000, 4_000, "Anna", "Hi.")]


def test_of_a_persons_tiers_the_one_with_words_is_read_and_the_others_are_named():
    text = document(
        tier("ref@A", aligned("a1", "rec.001", "t0", "t1")),
        tier("tx@A", referring("a2", "Wie geht es?", "a1"), PARENT_REF="ref@A"),
        tier("ft@A", referring("a3", "How are you?", "a2"), PARENT_REF="tx@A", LINGUISTIC_TYPE_REF="translation"),
        tier("gesture", aligned("a4", "waves", "t0", "t1")),
    )

    assert cues(eaf, text) == [(1_000, 2_000, "A", "Wie geht es?")]
    assert eaf.read(text, "a").notes == ("Of the tiers, tx@A was read; ref@A, ft@A, gesture were left out.",)


def test_codings_from_a_list_of_words_are_left_out_where_somebody_speaks():
    more = '<LINGUISTIC_TYPE LINGUISTIC_TYPE_ID="mood" CONTROLLED_VOCABULARY_REF="moods"/>'
    coded = tier("mood of Anna", aligned("a1", "sad", "t0", "t1"), LINGUISTIC_TYPE_REF="mood")

    assert cues(eaf, document(coded, tier("Anna", aligned("a2", "Hi.", "t0", "t1")), more=more)) == [(1_000, 2_000, None, "Hi.")]
    assert "controlled vocabulary" in eaf.read(document(coded, more=more), "a").notes[0]


def test_a_place_without_a_time_lies_between_those_that_have_one():
    text = document(tier("A", aligned("a1", "Hi", "t0", "t1"), aligned("a2", "you", "t1", "t2")), times=(1_000, None, 3_000))

    assert cues(eaf, text) == [(1_000, 3_000, None, "Hi"), (1_000, 3_000, None, "you")]


def test_an_annotation_without_any_time_is_broken():
    written = eaf.read(document(tier("A", aligned("a1", "Hi", "t0", "x"), aligned("a2", "no", "t1", "t0"))), "a")

    assert [str(place) for place in written.broken] == ["line 1 (the annotation a1 has no time)", "line 1 (it ends before it begins)"]


def test_elements_that_lie_in_each_other_too_deep_are_refused():
    with pytest.raises(MediaError, match="64 deep"):
        eaf.read("<ANNOTATION_DOCUMENT>" + "<a>" * 100_000, "a")


def test_wrapped_paragraphs_are_put_together_and_lines_of_their_own_are_not():
    wrapped = "It was late in the evening and nobody in the\nwhole house had heard that somebody there was\nat the door.\n\nNext."
    assert txt.read(wrapped, "a").cues == (Cue(" ".join(wrapped.split("\n")[:3]), 1), Cue("Next.", 5))
    assert [words for *_, words in cues(txt, "Hello there\nWho are you\nNobody")] == ["Hello there", "Who are you", "Nobody"]


def test_times_in_plain_text_are_left_out_and_said():
    written = txt.read("[00:01:02] Hi.\n00:01:05 No.\n", "a")

    assert [cue.words for cue in written.cues] == ["Hi.", "No."]
    assert written.notes == ("2 lines begin with a time, which plain text is not read for; save it as srt or csv to have them used.",)
