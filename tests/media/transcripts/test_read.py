"""Transcripts as people have them: what is read of them, what is said about it, and what is refused."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MediaError, UnknownName
from emofuse.core.labels import COMMON_SEVEN
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.core.timeline import Timeline
from emofuse.exports import csv_spans, eaf, srt, vtt
from emofuse.media.transcripts.language import _COMMON, _SCRIPTS, _UNTOLD, LANGUAGES, guessed
from emofuse.media.transcripts.read import FORMATS, Limits, read_transcript, source, text_source
from emofuse.media.utterances import Utterance

unhurried = settings(deadline=None, max_examples=25)  # other work on the machine is no failure

TEXT = frozenset({Modality.TEXT})
TWO = "1\n00:00:01,000 --> 00:00:02,000\nHello.\n\n2\n00:00:03,500 --> 00:00:05,000\nGo away!\n"


def kept(folder, content, name="a.srt"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def spoken(transcript):
    return [(one.segment.start, one.segment.end, one.speaker, one.words) for one in transcript.utterances]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.srt", TWO),
        ("a.txt", TWO),
        ("a", TWO),
        ("a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n\n00:03.500 --> 00:05.000\nGo away!\n"),
        ("a.txt", "WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n\n00:03.500 --> 00:05.000\nGo away!\n"),
        ("a.vtt", TWO),
        ("a.csv", "Start_ms,End_ms,Text\n1000,2000,Hello.\n3500,5000,Go away!\n"),
        ("a.txt", "Begin Time;End Time;Utterance\n00:00:01,000;00:00:02,000;Hello.\n00:00:03,500;00:00:05,000;Go away!\n"),
        ("labels.txt", "1.0\t2.0\tHello.\n3.5\t5.0\tGo away!\n"),
        ("a.xml", '<?xml version="1.0"?><ANNOTATION_DOCUMENT><TIME_ORDER><TIME_SLOT TIME_SLOT_ID="a" TIME_VALUE="1000"/>'
                  '<TIME_SLOT TIME_SLOT_ID="b" TIME_VALUE="2000"/><TIME_SLOT TIME_SLOT_ID="c" TIME_VALUE="3500"/>'
                  '<TIME_SLOT TIME_SLOT_ID="d" TIME_VALUE="5000"/></TIME_ORDER><TIER TIER_ID="default">'
                  '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="1" TIME_SLOT_REF1="a" TIME_SLOT_REF2="b">'
                  "<ANNOTATION_VALUE>Hello.</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
                  '<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="2" TIME_SLOT_REF1="c" TIME_SLOT_REF2="d">'
                  "<ANNOTATION_VALUE>Go away!</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION></TIER></ANNOTATION_DOCUMENT>"),
    ],
)  # fmt: skip
def test_a_transcript_is_known_by_what_it_is_and_not_by_its_name(tmp_path, name, content):
    assert spoken(read_transcript(kept(tmp_path, content, name))) == [(1_000, 2_000, None, "Hello."), (3_500, 5_000, None, "Go away!")]


@pytest.mark.parametrize(
    ("words", "encoding", "said"),
    [
        ("C’est déjà fini — très bien", "utf-8", None),
        ("C’est déjà fini — très bien 😀👍🏽", "utf-8-sig", None),
        ("Привет 😀", "utf-16", None),
        ("Привет, как дела?", "utf-16-le", None),
        ("Привет, как дела?", "utf-16-be", None),
        ("Привет, как дела?", "utf-32", None),
        ("C’est déjà fini — très bien", "cp1252", "Windows-1252"),
        ("Für Ännchen süße Äpfel", "latin-1", "Windows-1252"),
        ("Привет, как твои дела? Ёлка.", "cp1251", "Windows-1251"),
        ("Déjà\x81 vu", "latin-1", "Latin-1"),
    ],
)
def test_the_alphabets_that_users_have_are_told_apart(tmp_path, words, encoding, said):
    path = kept(tmp_path, TWO.replace("Hello.", words).replace("\n", "\r\n").encode(encoding))

    transcript = read_transcript(path)

    assert transcript.utterances[0].words == words.replace("\x81", "")
    assert [note for note in transcript.notes if "not in UTF-8" in note] == (
        [f"The transcript is not in UTF-8; it was read as {said}. Save it as UTF-8 if its words look wrong."] if said else []
    )


def test_a_broken_character_among_good_ones_is_replaced_and_said(tmp_path):
    path = kept(tmp_path, TWO.replace("Hello.", "Déjà vu, très bien, ça va, où ça, à côté").encode() + b"\xff")

    transcript = read_transcript(path)

    assert transcript.utterances[0].words.startswith("Déjà vu")
    assert transcript.notes == ("1 character of the transcript could not be read and was replaced.",)


def test_captions_out_of_order_are_put_in_order_and_said(tmp_path):
    path = kept(tmp_path, "00:03,000 --> 00:04,000\nlater\n\n00:01,000 --> 00:02,000\nsooner\n")

    transcript = read_transcript(path)

    assert [one.words for one in transcript.utterances] == ["sooner", "later"]
    assert transcript.notes == ("1 caption out of order, the first in line 4: put in order of time.",)


def test_a_transcript_longer_than_the_recording_is_cut_and_said(tmp_path):
    transcript = read_transcript(kept(tmp_path, TWO + "\n3\n00:09:00,000 --> 00:09:01,000\nlate\n"), 4_000)

    assert spoken(transcript) == [(1_000, 2_000, None, "Hello."), (3_500, 4_000, None, "Go away!")]
    assert transcript.notes == ("The transcript goes on until 09:01.0, and the recording ends at 00:04.0: 1 caption after that left out.",)


def test_the_last_caption_is_cut_where_the_recording_ends(tmp_path):
    transcript = read_transcript(kept(tmp_path, TWO), 4_000)

    assert transcript.utterances[-1].segment == Segment(3_500, 4_000)
    assert transcript.notes == ("The last caption goes on after the end of the recording (00:04.0) and was cut there.",)


def test_overlapping_captions_stay_and_are_said(tmp_path):
    transcript = read_transcript(kept(tmp_path, TWO.replace("00:00:03,500", "00:00:01,500")))

    assert [one.segment for one in transcript.utterances] == [Segment(1_000, 2_000), Segment(1_500, 5_000)]
    assert transcript.notes == ("1 of 2 captions begin before the one before them ends; where they do, all of them count.",)


def test_times_can_be_shifted(tmp_path):
    transcript = read_transcript(kept(tmp_path, TWO), 10_000, offset=-1_500)

    assert spoken(transcript) == [(0, 500, None, "Hello."), (2_000, 3_500, None, "Go away!")]


def test_captions_shifted_before_the_beginning_are_left_out_and_said(tmp_path):
    transcript = read_transcript(kept(tmp_path, TWO), 10_000, offset=-2_000)

    assert [one.words for one in transcript.utterances] == ["Go away!"]
    assert transcript.notes == ("1 caption before the beginning of the recording left out.",)


def test_a_time_after_any_recording_is_no_memory_that_we_spend(tmp_path):
    transcript = read_transcript(kept(tmp_path, TWO + "\n3\n999:00:00,000 --> 999:00:01,000\nlate\n"))

    assert transcript.end == 5_000
    assert "1 caption after that left out" in transcript.notes[0]


@pytest.mark.parametrize(
    ("words", "language"),
    [
        ("Ich weiß nicht, was das ist, aber wir sind auch da und es ist gut.", "German"),
        ("Je ne sais pas, mais elle est avec nous dans la maison et vous êtes là.", "French"),
        ("Я не знаю, где он.", "Russian or another language in Cyrillic letters"),
        ("今日はとても楽しかったです。", "Japanese"),
        ("我很高兴见到你。", "Chinese"),
    ],
)
def test_another_language_is_said(tmp_path, words, language):
    transcript = read_transcript(kept(tmp_path, TWO.replace("Hello.", words)))

    assert transcript.language == language
    assert f"looks like {language}" in transcript.notes[0]


@pytest.mark.parametrize("words", ["You know what it is that I was not told, and this is it.", "Hm.", "Die Hard was on."])
def test_english_and_what_nobody_can_tell_is_not_called_another_language(tmp_path, words):
    assert read_transcript(kept(tmp_path, TWO.replace("Hello.", words))).notes == ()


GERMAN = "Ich weiß nicht, was das ist, aber wir sind auch da und es ist gut."
SWEDISH = "Jag vet att det är som du har det, och det är inte för en och den."
PLAIN = "You know what it is that I was not told, and this is it."
BELIEVED = "recognizers of text that learnt English are not to be believed on it."


@pytest.mark.parametrize(
    ("code", "words", "notes"),
    [
        ("de", GERMAN, (f"The transcript was said to be in German; {BELIEVED}",)),
        ("de", "Hm.", (f"The transcript was said to be in German; {BELIEVED}",)),
        ("en", PLAIN, ()),
        ("en", "Hm.", ()),
        ("en", GERMAN, (f"The transcript was said to be in English, and looks like German; if it is, {BELIEVED}",)),
        (
            "ru",
            PLAIN,
            (
                f"The transcript was said to be in Russian; {BELIEVED}",
                "The transcript was said to be in Russian, and looks like English; Russian is believed.",
            ),
        ),
    ],
)
def test_a_language_that_is_told_is_believed_though_not_in_silence(tmp_path, code, words, notes):
    transcript = read_transcript(kept(tmp_path, TWO.replace("Hello.", words)), language=code)

    assert (transcript.language, transcript.told, transcript.notes) == (LANGUAGES[code], True, notes)


@pytest.mark.parametrize(
    ("code", "words"), [("uk", "Я не знаю, де він."), ("da", SWEDISH), ("ja", "我很高兴见到你。"), ("fa", "سلام دنیا")]
)
def test_what_could_not_be_told_apart_does_not_contradict(tmp_path, code, words):
    (note,) = read_transcript(kept(tmp_path, TWO.replace("Hello.", words)), language=code).notes

    assert guessed([words]) not in (None, LANGUAGES[code])
    assert note.startswith(f"The transcript was said to be in {LANGUAGES[code]}; ")


def test_a_language_that_nobody_told_is_guessed(tmp_path):
    transcript = read_transcript(kept(tmp_path, TWO.replace("Hello.", GERMAN)))

    assert (transcript.language, transcript.told) == ("German", False)


def test_a_language_that_is_not_known_is_refused_before_anything_is_read(tmp_path):
    with pytest.raises(UnknownName, match=r"'xx' is no language that is known here\. Expected one of the codes ar, .*, zh; name one"):
        read_transcript(tmp_path / "none.srt", language="xx")


def test_every_language_that_can_be_guessed_by_its_words_can_be_told():
    assert set(_COMMON) <= set(LANGUAGES.values())
    assert {code for _, _, codes in _SCRIPTS for code in codes.split()} | set(_UNTOLD.split()) <= set(LANGUAGES)


def test_text_without_times_holds_for_the_whole_recording(tmp_path):
    transcript = read_transcript(kept(tmp_path, "Anna: Hi. How are you?\nBob: Fine.\n", "a.txt"), 8_000)

    assert [(one.speaker, one.words) for one in transcript.utterances] == [("Anna", "Hi."), ("Anna", "How are you?"), ("Bob", "Fine.")]
    assert {one.segment for one in transcript.utterances} == {Segment(0, 8_000)}
    assert not transcript.timed
    assert transcript.notes == (
        "The transcript has no times: its answer is one for the whole recording, the mean over what was said in it.",
    )


def test_text_alone_has_an_order_and_no_times(tmp_path):
    transcript = read_transcript(kept(tmp_path, "Hi. How are you?\n\nFine.\n", "a.txt"))

    assert spoken(transcript) == [(0, 1_000, None, "Hi."), (1_000, 2_000, None, "How are you?"), (2_000, 3_000, None, "Fine.")]
    assert "are the order, not times" in transcript.notes[0]


def test_text_beside_a_recording_of_unknown_length_comes_with_its_first_stretch(tmp_path):
    chunks = list(text_source(kept(tmp_path, "Hi. How are you?", "a.txt"), 0).stream(tmp_path, TEXT, 4_000))

    assert [(chunk.until, chunk.signals[Modality.TEXT].values[:, 0].tolist()) for chunk in chunks] == [(1, ["Hi.", "How are you?"])]


def test_ten_thousand_sentences_for_one_recording_are_put_together(tmp_path):
    transcript = read_transcript(kept(tmp_path, "A word. " * 10_000, "a.txt"), 8_000)

    assert len(transcript.utterances) == 2_000
    assert sum(one.words.count("A word.") for one in transcript.utterances) == 10_000


def test_words_too_long_for_one_utterance_come_in_parts_that_share_its_time(tmp_path):
    transcript = read_transcript(kept(tmp_path, TWO.replace("Hello.", "Well, I never. " * 100)))

    assert {one.segment for one in transcript.utterances[:-1]} == {Segment(1_000, 2_000)}
    assert max(len(one.words) for one in transcript.utterances) <= 600
    assert " ".join(one.words for one in transcript.utterances[:-1]) == ("Well, I never. " * 100).strip()
    assert transcript.notes == ()


def test_a_caption_of_sounds_has_no_words_and_says_so_in_the_signal(tmp_path):
    signal = text_source(kept(tmp_path, TWO.replace("Hello.", "[music]")), 6_000).read(tmp_path)

    assert signal.present.tolist() == [False, True]
    assert signal.values.tolist() == [[""] * 4, ["Go away!", "", "", ""]]


def test_a_transcript_of_sounds_alone_says_so(tmp_path):
    assert read_transcript(kept(tmp_path, "00:01 --> 00:02\n♪\n")).notes == ("The transcript describes sounds and holds no words.",)


def test_a_stretch_knows_what_was_said_in_those_before_it(tmp_path):
    text = text_source(kept(tmp_path, TWO), 9_500)

    chunks = list(text.stream(text.path, TEXT, 2_000))

    assert [chunk.until for chunk in chunks] == [2_000, 4_000, 6_000, 8_000, 9_500]
    assert [list(chunk.signals) for chunk in chunks] == [["text"], ["text"], [], [], []]
    assert chunks[1].signals[Modality.TEXT].values.tolist() == [["Go away!", "Hello.", "", ""]]
    assert chunks[1].signals[Modality.TEXT].segments == (Segment(3_500, 5_000),)


@pytest.mark.parametrize("length", [1, 700, 4_000, 100_000])
def test_stretches_of_any_length_hold_together_what_the_whole_holds(tmp_path, length):
    path = kept(tmp_path, "".join(f"00:0{i}.{i}00 --> 00:0{i}.{i}90\nBOB: {i}{'[sigh]' * (i % 3 == 0)}\n\n" for i in range(9)))
    text = text_source(path, 9_000)

    parts = [chunk.signals[Modality.TEXT] for chunk in text.stream(path, TEXT, length) if chunk.signals]

    whole = text.read(path)
    assert np.concatenate([part.values for part in parts]).tolist() == whole.values.tolist()
    assert sum((part.segments for part in parts), ()) == whole.segments


def test_notes_come_with_the_first_stretch_alone(tmp_path):
    text = text_source(kept(tmp_path, TWO), 4_000)

    assert [len(chunk.notes) for chunk in text.stream(text.path, TEXT, 1_000)] == [1, 0, 0, 0]


def test_a_hundred_thousand_words_come_a_few_at_a_time(tmp_path):
    said = "".join(f"{stamped(i * 3_000, ',')} --> {stamped(i * 3_000 + 2_500, ',')}\n{'word ' * 12}\n\n" for i in range(8_334))
    text = text_source(kept(tmp_path, said), 8_334 * 3_000)

    rows = [len(chunk.signals[Modality.TEXT].values) for chunk in text.stream(text.path, TEXT, 4_000) if chunk.signals]

    assert (sum(rows), max(rows)) == (8_334, 2)


def test_text_keeps_step_with_the_other_sources_of_a_clip(tmp_path):
    eeg = Source(tmp_path / "a.edf", lambda path: Signal(np.zeros((2_000, 1), dtype=np.float32), 200.0))
    clip = Clip("a", None, None, {Modality.EEG: eeg, Modality.TEXT: text_source(kept(tmp_path, TWO), 10_000)})

    chunks = list(clip.chunks(frozenset({Modality.EEG, Modality.TEXT}), 4_000))

    assert [(sorted(chunk.signals), chunk.until) for chunk in chunks] == [(["eeg", "text"], 4_000), (["eeg"], 8_000), (["eeg"], 10_000)]


def test_a_source_travels_to_another_process(tmp_path):
    text = text_source(kept(tmp_path, TWO), 9_500)

    assert pickle.loads(pickle.dumps(text)).read(text.path).values.tolist() == text.read(text.path).values.tolist()


def test_a_table_of_many_dialogues_keeps_them_apart(tmp_path):
    path = kept(
        tmp_path, "Utterance,Speaker,Dialogue_ID,StartTime,EndTime\nHi.,Ann,0,00:20:57.2,00:20:58\nNo!,Bob,1,00:01:00,00:01:00\n", "a.csv"
    )

    text = read_transcript(path)

    assert source(text).read(path).values.tolist() == [["Ann: Hi.", "", "", ""], ["Bob: No!", "", "", ""]]
    with pytest.raises(MediaError, match=r"holds 2 dialogues\. Expected .* this one recording; keep the rows of one dialogue"):
        read_transcript(path, 9_000)


def test_the_first_utterance_of_one_dialogue_of_meld_is_at_the_beginning(tmp_path):
    head = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime\n"
    first = '1,He\x92s lost it.,Phoebe,sadness,negative,0,0,4,7,"00:20:57,256","00:21:00,049"\n'
    second = '2,What?,Monica,surprise,negative,0,1,4,7,"00:21:01,927","00:21:03,261"\n'

    transcript = read_transcript(kept(tmp_path, head + first + second, "a.csv"), 10_000)

    assert spoken(transcript) == [(0, 2_793, "Phoebe", "He’s lost it."), (4_671, 6_005, "Monica", "What?")]
    assert transcript.notes == (
        "The table counts from the start of the episode; the first utterance, at 20:57.2 there, is taken to begin at 0.",
    )


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("a.srt", b"", r"is empty\. Expected a transcript"),
        ("a.srt", b"\xef\xbb\xbf\r\n \n", r"is empty\."),
        ("a.srt", b"hello", r"No caption in .*Expected .*this was read as srt\)\. Export it again"),
        ("a.srt", b"00:00:0x --> 00:01\nhi", r"No caption in .*line 1 \('00:00:0x --> 00:01' is no time\)"),
        ("a.vtt", b"WEBVTT\n\nNOTE nothing\n", r"No caption in .*read as vtt"),
        ("a.csv", b"who,what for,when\na,b,c\n", r"no column with words: it has who, what for, when\. Expected a header with text"),
        ("a.csv", b"start,end,text\n1,x,b\n", r"No caption in .*line 2 \('x' is no time\)"),
        ("a.eaf", b"<ANNOTATION_DOCUMENT><TIER>", r"line 1: the XML is broken \(no element found\)\. Expected a whole ELAN file"),
        ("a.eaf", b"<tt/>", r"its root is tt, not ANNOTATION_DOCUMENT"),
        ("a.eaf", b"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><ANNOTATION_DOCUMENT/>", r"it declares a document type"),
        ("a.eaf", b'<ANNOTATION_DOCUMENT><HEADER TIME_UNITS="PAL-frames"/></ANNOTATION_DOCUMENT>', r"counts time in PAL-frames"),
        ("a.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9, r"is a still picture \(PNG\), not a transcript\. Expected text"),
        ("a.txt", b"RIFF\0\0\0\0WAVEfmt " + bytes(range(256)) * 9, r"is a recording \(wav\), not a transcript"),
        ("a.txt", bytes(range(256)) * 9, r"is a file of bytes, not a transcript"),
    ],
)  # fmt: skip
def test_what_is_no_transcript_is_refused_with_the_way_out(tmp_path, name, content, problem):
    with pytest.raises(MediaError, match=problem):
        read_transcript(kept(tmp_path, content, name))


def test_a_transcript_of_another_recording_is_refused(tmp_path):
    problem = r"Nothing in .* lies within the recording: its first words are at 00:01\.0, and the recording ends at 00:00\.9\. Expected"
    with pytest.raises(MediaError, match=problem):
        read_transcript(kept(tmp_path, TWO), 900)


def test_a_file_that_is_missing_a_folder_or_too_big_is_refused(tmp_path):
    path = kept(tmp_path, TWO)
    with pytest.raises(MediaError, match="There is no file"):
        read_transcript(tmp_path / "b.srt")
    with pytest.raises(MediaError, match="is a folder"):
        read_transcript(tmp_path)
    with pytest.raises(MediaError, match=r"has \d+ bytes\. Expected at most 10"):
        read_transcript(path, limits=Limits(size=10))
    with pytest.raises(MediaError, match=r"has 2 captions or lines\. Expected at most 1"):
        read_transcript(path, limits=Limits(cues=1))


def test_broken_places_are_named_and_the_rest_is_read(tmp_path):
    path = kept(tmp_path, TWO + "\n" + "".join(f"00:0{i},000 --> 00:0{i},000\nx\n\n" for i in range(5)))

    transcript = read_transcript(path)

    assert [one.words for one in transcript.utterances] == ["Hello.", "Go away!"]
    assert transcript.notes == (
        "5 places could not be read and were left out: line 9 (it lasts no time), line 12 (it lasts no time), "
        "line 15 (it lasts no time) and 2 more.",
    )


WORDS = st.text(st.characters(codec="utf-8", categories=("L", "Nd", "Zs", "Po", "So")), min_size=1, max_size=40).filter(
    lambda words: words.strip("-–—. ") and any(c.isalpha() for c in words) and not set(words) & set("*:\\&#;…\u3002♪♫♩♬🎵🎶-")
)
SAID = st.lists(st.tuples(st.integers(1, 9_000), st.integers(0, 9_000), WORDS), min_size=1, max_size=9)


def laid(said):
    found, at = [], 0
    for lasting, pause, words in said:
        found.append(Utterance(" ".join(words.split()), Segment(at + pause, at + pause + lasting)))
        at += pause + lasting
    return found


def stamped(ms, point):
    seconds, rest = divmod(ms, 1_000)
    return f"{seconds // 3_600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}{point}{rest:03d}"


def escaped(words):
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_eaf(said):
    slots = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="{edge}{i}" TIME_VALUE="{getattr(one.segment, edge)}"/>'
        for i, one in enumerate(said)
        for edge in ("start", "end")
    )
    values = "".join(
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{i}" TIME_SLOT_REF1="start{i}" TIME_SLOT_REF2="end{i}">'
        f"<ANNOTATION_VALUE>{escaped(one.words)}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
        for i, one in enumerate(said)
    )
    return f'<ANNOTATION_DOCUMENT><TIME_ORDER>{slots}</TIME_ORDER><TIER TIER_ID="default">{values}</TIER></ANNOTATION_DOCUMENT>'


WRITERS = {
    "srt": lambda said: "\n".join(
        f"{i}\n{stamped(one.segment.start, ',')} --> {stamped(one.segment.end, ',')}\n{one.words}\n" for i, one in enumerate(said, 1)
    ),
    "vtt": lambda said: "WEBVTT\n\n" + "\n".join(
        f"{stamped(one.segment.start, '.')} --> {stamped(one.segment.end, '.')}\n{escaped(one.words)}\n" for one in said
    ),
    "csv": lambda said: "start_ms,end_ms,text\n" + "".join(
        f'{one.segment.start},{one.segment.end},"{one.words.replace(chr(34), chr(34) * 2)}"\n' for one in said
    ),
    "eaf": as_eaf,
}  # fmt: skip


@unhurried
@pytest.mark.parametrize("kind", WRITERS)
@given(said=SAID)
def test_what_was_written_is_read_back(tmp_path_factory, kind, said):
    utterances = laid(said)
    path = kept(tmp_path_factory.getbasetemp(), WRITERS[kind](utterances), f"written.{kind}")

    assert list(read_transcript(path).utterances) == utterances


@unhurried
@pytest.mark.parametrize("suffix", ["txt", "srt", "vtt", "csv", "eaf"])
@given(content=st.binary(max_size=400))
def test_random_bytes_are_read_or_refused_and_nothing_else(tmp_path_factory, suffix, content):
    path = kept(tmp_path_factory.getbasetemp(), content, f"random.{suffix}")

    try:
        transcript = read_transcript(path, 5_000)
    except MediaError as error:
        assert str(error).count(". ") >= 1
    else:
        assert transcript.utterances
        assert source(transcript).read(path).values.shape == (len(transcript.utterances), 4)


CAPTIONS = [
    "WEBVTT",
    "1",
    "-->",
    " --> ",
    "00:00:01,000",
    "00:02.5",
    "NOTE",
    "<v Ann>",
    "</v>",
    "{\\an8}",
    "[",
    "(",
    "- ",
    ": ",
    "ANN:",
    "♪",
]
TABLES = ["start,end,text", "Utterance,Dialogue_ID", ",", ";", "\t", '"', "9" * 30, "hi", "\n", "\n\n", "\ufeff", "\0"]
ELAN = ["<ANNOTATION_DOCUMENT>", "<TIER>", "<ANNOTATION_VALUE>", "<TIME_SLOT/>", "<REF_ANNOTATION/>", "<?xml", "<!DOCTYPE", "&amp;", "&#0;"]
PIECES = st.sampled_from(CAPTIONS + TABLES + ELAN)


@settings(deadline=None, max_examples=100)
@given(st.lists(PIECES, max_size=30), st.sampled_from([".txt", ".srt", ".vtt", ".csv", ".eaf"]), st.sampled_from([None, 0, 2_000]))
def test_pieces_of_formats_in_any_order_are_read_or_refused(tmp_path_factory, pieces, suffix, duration):
    path = kept(tmp_path_factory.getbasetemp(), "".join(pieces), f"pieces{suffix}")

    try:
        transcript = read_transcript(path, duration)
    except MediaError:
        return
    starts = [one.segment.start for one in transcript.utterances]
    parts = [chunk.signals[Modality.TEXT] for chunk in source(transcript).stream(path, TEXT, 60_000) if chunk.signals]
    assert starts == sorted(starts) == [one.start for part in parts for one in part.segments]


@pytest.mark.parametrize("module", [srt, vtt, eaf, csv_spans])
def test_our_own_exports_are_read_back_span_by_span(tmp_path, module):
    scores = np.eye(7, dtype=np.float32)[[0, 0, 3, 3, 5, 5]]
    timeline = Timeline("voice", COMMON_SEVEN, tuple(Segment(i * 1_000, i * 1_000 + 1_000) for i in range(6)), scores, 6_000)
    path = tmp_path / f"a{module.SUFFIX}"
    module.save(timeline, path)

    transcript = read_transcript(path)

    assert [one.segment for one in transcript.utterances] == [span.segment for span in timeline.spans()]
    assert [one.words.split()[0] for one in transcript.utterances] == [span.label for span in timeline.spans()]


def test_every_format_says_whether_a_file_is_of_it():
    assert [form.__name__.rsplit(".", 1)[-1] for form in FORMATS] == ["eaf", "vtt", "meld", "srt", "csv", "txt"]
    assert [form.__name__ for form in FORMATS if form.is_one("Just words.", ".doc")] == ["emofuse.media.transcripts.txt"]
