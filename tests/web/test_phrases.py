"""What emofuse and its child say in English is read in Russian; in English nothing is changed."""

import ast
import re
import time
from collections.abc import Mapping
from pathlib import Path

import pytest
from django.utils import translation

from emofuse.core.errors import MediaError, UnknownName
from emofuse.core.labels import MAPS
from emofuse.media.eeg import preview
from emofuse.media.transcripts.language import LANGUAGES
from emofuse.media.transcripts.read import read_transcript
from emofuse_web import phrases
from emofuse_web.jobs.models import Kind, Status
from emofuse_web.phrases import told
from emofuse_web.phrases.pattern import Pattern
from emofuse_web.problems import problem, shown
from emofuse_web.recognition import facts
from emofuse_web.recognition.preflight_errors import plain
from emofuse_web.recognition.suspicious import Suspicious, check

SOURCES = Path(__file__).resolve().parents[2] / "src"
NOTES = (
    "the eeg-muse lane tells relaxed, neutral, concentrating, which are no emotions: it has no say in the fused lane",
    "the fused lane tells anger, neutral: calm of the voice lane has no place in it",
    "no contact for 3 % of the time",
    "eeg.csv goes on after the recording has ended: what comes then is left out",
    "sound: put +0.50 s later by its sound (likeness 0.91); its clock drifts by +12 ms up to its end",
    "put -0.50 s later by its sound (likeness 0.91)",
    "voice does not listen to eeg: eeg.csv was not read",
    "the voice lane looks at 3000 of every 5000 ms: what lies between is not judged",
    "nobody who answered reads by windows: the hop of 250 ms changed nothing",
    "1 other face was seen, for 30 % of the time; the one seen longest and largest was analysed",
    "3 other faces were seen, for 4 % of the time; the one seen longest and largest was analysed",
    "the file is longer than the 1:00:00.0 allowed; only that was analysed",
    "the file breaks off at 0:00:03.1 of 0:00:09.0; what came before was analysed",
    "the file breaks off at 0:05 of 0:08; what came before was analysed",
    "1 damaged piece of the picture was left out",
    "7 damaged pieces of the sound were left out",
    "damaged pieces that were left out: 3",
    "the picture cannot be decoded",
    "eeg.csv: TP9: flat for 20 % of the time",
    "eeg.edf: no electrodes of the 10-20 system, left out: A1X, B1X and 3 more",
    "eeg.csv: it seems to be a Muse's, which makes 220 or 256 samples a second, and not 500",
    "The file names no unit: taken as microvolts, as they spread by 14.1 in a second",
    "text.srt lies wholly after the recording: +300 s later, it begins 12 s after the recording's end. "
    "Expected text of the same time; mend --offset text=SECONDS, or leave it out. The text is left out.",
    "what face saw before a moment counts for its answer there; it is not looked at",
)
DETAILS = (
    "The file has 125 pictures a second. Expected at most 120.",
    "The file is text, not a recording.",
    "The file holds nothing to judge (no face, silence). Expected a face, a voice, words or EEG in it.",
    "The video holds nothing to judge (no face, no sound, faces were found by a simpler method that misses turned heads). "
    "Expected a face, a voice, words or EEG in it.",
    "Not one of its samples is a number: all are missing (NaN). Expected microvolts.",
    "It lasts 75.5 minutes. Expected at most 60.",
    "The file says that it has 35389440 pixels (8192x4320). Expected at most 8847360.",
    "The file says that it has 9 streams. Expected at most 8.",
    "The picture in the file is coded as cinepak, which is not decoded here. Expected one of av1, h264.",
    "The file begins like mp4, but its streams cannot be read; most such files have their index at the end, and a copy that broke off "
    "lacks it. Expected a complete file.",
    "The file does not say which of its arrays is the EEG. It holds one (6 x 200), two (6 x 200). Expected one of them.",
    "Reading the file crashed (SIGSEGV); it is damaged, or made to do that. Expected a MATLAB file of version 5 to 7.3 that is whole.",
    "The file unpacks from 97,395 to 100,000,128 bytes. Expected at most 536,870,912.",
    "Reading the file took too long (40 s).",
    "12 bytes were announced, and 10 arrived.",
    "The file has no sound that can be decoded. Expected it there.",
    "Nothing in the file can be decoded (the sound cannot be decoded). Expected at least one frame or a tenth of a second of sound.",
    "The file has 60,000 captions or lines. Expected at most 50,000.",
    "The file has 19,600,000 bytes. Expected at most 16,777,216.",
)
TRANSCRIPTS = (  # with what they are called
    ("a.txt", "I am so glad that you came. So am I."),
    ("b.srt", "1\n00:00:05,000 --> 00:00:06,000\nSo am I.\n\n2\n00:00:01,000 --> 00:00:02,000\nI am glad.\n"),
    ("c.srt", "1\n00:00:01,000 --> 00:00:04,000\nSo am I.\n\n2\n00:00:02,000 --> 00:00:03,000\nI am glad.\n\n3\nabc --> def\nNo.\n"),
    ("d.srt", "1\n00:00:01,000 --> 00:00:02,000\n🙂\n\n2\n00:00:02,000 --> 00:00:03,000\nI am glad.\n"),
    ("e.csv", "start,end,text\n1,2,So am I.\n3,2,I am glad.\n4,5\n"),
    ("f.txt", "Ich weiß nicht, was das ist, aber ich bin froh, dass du auch mit mir für sie da bist und nicht der andere."),
    ("g.csv", "no,words\n1,2\n"),
    ("h.srt", ""),
    ("i.eaf", "<?xml version='1.0'?><other/>"),
)
TOLD = (  # the code of a language, and what is said to be in it
    ("de", "So am I."),
    ("en", "Ich weiß nicht, was das ist, aber ich bin froh, dass du auch mit mir für sie da bist und nicht der andere."),
    ("ru", "I know what it is that you have, and this is it."),
)
REFUSED = (  # role, what they are called, their bytes
    ("video", "a.mp4", b""),
    ("video", "b.mp4", b"\x89PNG\r\n" + bytes(20)),
    ("video", "c.mp4", b"#EXTM3U\nhttp://example.org/a.ts\n"),
    ("video", "d.mp4", bytes(range(256))),
    ("text", "e.txt", b"RIFF....WAVEfmt "),
    ("text", "f.txt", b"PK\x03\x04" + bytes(20)),
    ("eeg", "g.doc", b"0"),
    ("eeg", "h.mat", b"%PDF-1.4"),
    ("eeg", "i.npy", b"\x93NUMPY" + bytes(20)),
    ("eeg", "j.npz", b"PK\x03\x04" + bytes(20)),
    ("eeg", "k.edf", b"0       " + b"x" * 600),
)
READERS = (
    "probe",
    "decode",
    "stream",
    "sound",
    "video",
    "clock",
    "eeg",
    "transcripts",
    "mat",
    "mat_child",
    "tables/csv",
)  # in emofuse/media
PUT_TOGETHER = {  # of parts that are sentences or words by themselves; examples of what comes of them stand above
    "7 has no 7 that can be decoded.", "Nothing in 7 can be decoded7.", "7 has 7 7.", "7 7",
}  # fmt: skip
QUOTED = "dogs are sitting by the door|kids are talking by the door|all right let s do it"  # of the data: what was said in a clip
LATIN = re.compile(r"[a-z]{3,} (?:[a-z]+ )*[a-z]{3,}")  # two words of English that follow each other


def in_russian(said: str) -> str:
    with translation.override("ru"):
        return told(said)


def assert_russian(said: str) -> None:
    russian = in_russian(said)
    assert re.search("[а-я]", russian) and not LATIN.search(russian), (said, russian)


@pytest.mark.parametrize("said", [*NOTES, *DETAILS])
def test_what_the_core_says_is_read_in_russian(said):
    assert_russian(said)


@pytest.mark.parametrize("said", [*NOTES, *DETAILS])
def test_in_english_nothing_is_changed(said):
    with translation.override("en"):
        assert told(said) == said


def test_whatever_is_said_of_how_a_transcript_was_read_is_read_in_russian(tmp_path):
    heard = 0
    for called, text in TRANSCRIPTS:
        (tmp_path / called).write_text(text, encoding="utf-8")
        try:
            said = [plain(note, tmp_path / called) for note in read_transcript(tmp_path / called).notes]
        except MediaError as error:
            said = [plain(str(error), tmp_path / called)]
        heard += len(said)
        for one in said:
            assert_russian(one)
    assert heard >= len(TRANSCRIPTS)


@pytest.mark.parametrize(("code", "words"), TOLD)
def test_whatever_is_said_of_a_language_that_was_told_is_read_in_russian(tmp_path, code, words):
    (tmp_path / "a.txt").write_text(words, encoding="utf-8")

    notes = [note for note in read_transcript(tmp_path / "a.txt", language=code).notes if "said to be in" in note]

    assert notes
    for note in notes:
        assert_russian(note)


@pytest.mark.parametrize("language", LANGUAGES.values())
def test_a_language_that_can_be_told_is_named_in_russian(language):
    assert re.search("[а-я]", in_russian(language))


def test_a_language_that_nobody_knows_is_refused_in_russian(tmp_path):
    with pytest.raises(UnknownName) as refused:
        read_transcript(tmp_path / "a.txt", language="xx")

    assert_russian(str(refused.value).replace(", ".join(LANGUAGES), "en"))
    assert "xx" in in_russian(str(refused.value))


@pytest.mark.parametrize(("role", "called", "content"), REFUSED)
def test_why_a_file_is_refused_at_once_is_read_in_russian(tmp_path, role, called, content):
    (tmp_path / called).write_bytes(content)

    with pytest.raises(Suspicious) as refused:
        check(tmp_path / called, role)

    assert_russian(refused.value.detail)


def test_what_is_concluded_of_a_table_of_eeg_is_read_in_russian(tmp_path):
    rows = "\n".join(",".join(f"{(7 * i + 3 * k) % 40}" for k in range(3)) for i in range(2_000))
    (tmp_path / "a.csv").write_text("x1,x2,x3\n" + rows)

    found = preview(tmp_path / "a.csv", rate=250.0)

    assert found.notes
    for note in found.notes:
        assert_russian(plain(note, tmp_path / "a.csv"))


def raised(file: Path) -> list[str]:
    """The sentences with which a file of the core refuses another: its own constants in their holes, and a 7 in every other."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    named = [node for node in tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)]
    constants = {ast.unparse(node.targets[0]): str(node.value.value) for node in named}
    calls = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and node.exc.args]
    said = [(ast.unparse(call.func), call.args[0]) for call in calls if re.search("Error|Problem", ast.unparse(call.func))]
    return [
        ("7 " if whose == "_Problem" else "")  # the process that reads MATLAB files does not know its file's name
        + "".join(_part(part, constants) for part in one.values)
        for whose, one in said
        if isinstance(one, ast.JoinedStr)
    ]


def _part(part: ast.expr, constants: Mapping[str, str]) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    assert isinstance(part, ast.FormattedValue)
    return constants.get(ast.unparse(part.value), "7")


def known(said: str) -> bool:
    """Whether a pattern has this sentence, whatever stands in its holes."""
    plainly, patterns = phrases._every()  # noqa: SLF001
    return said in plainly or any(pattern.match(said) is not None for pattern in patterns)


@pytest.mark.parametrize("part", READERS)
def test_every_sentence_with_which_a_reader_refuses_a_file_is_known(part):
    place = SOURCES / "emofuse" / "media" / part
    files = sorted(place.glob("*.py")) if place.is_dir() else [place.with_suffix(".py")]
    sentences = {half for file in files for said in raised(file) for half in re.split(r" (?=Expected )", plain(said))}

    assert sorted(half for half in sentences if half not in PUT_TOGETHER and not known(half)) == []


@pytest.mark.parametrize("name", facts.recognizers())
def test_a_card_is_read_in_russian(name):
    card = facts.recognizers()[name]

    for said in (card.about, card.sentence, card.not_for, card.verdict, *(said for _, said in card.findings)):
        russian = in_russian(said)
        assert russian != said and re.search("[а-я]", russian)
    for label in card.labels:
        with translation.override("ru"):
            assert re.search("[а-я]", translation.gettext(label))


@pytest.mark.parametrize("word", [*Kind.values, *Status.values, "audio", "video", "text", "eeg"])
def test_words_that_stand_alone_are_read_in_russian(word):
    assert re.search("[а-яЭ]", in_russian(word))


def test_a_problem_is_shown_with_its_detail_in_the_readers_language():
    long = problem("EEG_LIMIT", "It lasts 75.5 minutes. Expected at most 60.")

    with translation.override("ru"):
        detail = str(shown(long)["detail"])
        assert "60" in detail and not LATIN.search(detail)
        assert "detail" not in shown({"title": "This file is empty"})


def test_what_is_not_known_is_shown_as_it_stands():
    assert in_russian("Nobody ever said this of 3 files.") == "Nobody ever said this of 3 files."
    assert in_russian("") == ""


def test_numbers_are_written_as_the_language_writes_them():
    assert "3\xa0000,5" in in_russian("The file has 3,000.5 pictures a second.")


def test_what_a_file_makes_its_reader_say_does_not_take_long():
    began = time.process_time()

    for evil in ("The file has " * 90, "a: " * 400, "1, " * 400, " Expected " * 120, "of 3 of 3 " * 120):
        assert in_russian(evil) == evil

    assert time.process_time() - began < 5


def test_a_hole_that_stands_twice_holds_the_same_twice():
    pattern = Pattern.of("%(n)s and %(n)s")

    assert pattern.match("3 and 3") == {"n": "3"}
    assert pattern.match("3 and 4") is None


@pytest.mark.parametrize("address", ["/models/", *(f"/models/{name}/" for name in facts.choices() if name in facts.recognizers())])
def test_pages_of_recognizers_mark_whatever_is_still_english(charlies, address):
    page = charlies.get(address, headers={"accept-language": "ru"}).content.decode()

    main = re.sub(QUOTED, "", page[page.index("<main") : page.index("</main>")])
    others = re.sub(r'<(\w+)[^>]* lang="en"[^>]*>.*?</\1>', "", re.sub(r"<code.*?</code>", "", main, flags=re.DOTALL), flags=re.DOTALL)
    assert LATIN.findall(re.sub(r"<[^>]+>", " | ", others)) == []


@pytest.mark.parametrize("way", MAPS.values(), ids=MAPS)
def test_ways_between_labels_are_told_in_russian(way):
    with translation.override("ru"):
        assert told(way.name) != way.name
