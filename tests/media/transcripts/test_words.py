"""From what is written to what was said."""

import pytest

from emofuse.media.transcripts.base import Cue
from emofuse.media.transcripts.words import parted, said, sentences, speakers


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("<i>Hi</i>, <font color=red>you</font>", [("Hi, you", None)]),
        ("I <3 you & 5 < 6", [("I <3 you & 5 < 6", None)]),
        ("{\\an8}Up\\Nhere", [("Up here", None)]),
        ("Rock &amp; roll &lt;3&nbsp;you", [("Rock & roll <3 you", None)]),
        ("<v Anna>Hi.</v>\n<v.loud Bob Ross>No!", [("Hi.", "Anna"), ("No!", "Bob Ross")]),
        ("we<00:00:01.000><c> go</c><00:00:02.000><c> on</c>", [("we go on", None)]),
        ("- Coming?\n- [sighs] No.", [("Coming?", None), ("No.", None)]),
        ("Coming?\n– No,\nnot now.", [("Coming?", None), ("No, not now.", None)]),
        (">> ANNA: Hi.\n>> BOB: Hello.", [("Hi.", "ANNA"), ("Hello.", "BOB")]),
        ("[ANNA]: Hi.", [("Hi.", "ANNA")]),
        ("ANNA (laughing): Hi.", [("Hi.", "ANNA")]),
        ("ANNA:\nHi there.", [("Hi there.", "ANNA")]),
        ("One line\nand another", [("One line and another", None)]),
        ("It is 12:30: late", [("It is 12:30: late", None)]),
        ("See http://example.org/a", [("See http://example.org/a", None)]),
        ("(the small one) I like", [("(the small one) I like", None)]),
        ("Well (laughs), fine.", [("Well, fine.", None)]),
        ("[door\nslams] Who?", [("Who?", None)]),
        ("♪ Happy birthday ♪", [("Happy birthday", None)]),
        ("(lacht)\nJa.", [("Ja.", None)]),
        ("*sighs*", [("", None)]),
        ("♪♪", [("", None)]),
        ("[Musik]", [("", None)]),
        ("- ...", [("", None)]),
        ("\u200b", [("", None)]),
        ("😀", [("😀", None)]),
        ("👩\u200d👧 ok", [("👩\u200d👧 ok", None)]),
        ("?!", [("?!", None)]),
    ],
)
def test_markup_descriptions_and_speakers_are_told_from_words(written, heard):
    assert said(Cue(written, 1), frozenset({"ANNA", "BOB"})) == heard


def test_a_speaker_that_the_file_names_beside_the_words_stays():
    assert said(Cue("Hi.", 1, speaker="Ann"), frozenset()) == [("Hi.", "Ann")]
    assert said(Cue("[sighs]", 1, speaker="Ann"), frozenset()) == [("", "Ann")]


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["ANNA: Hi.", "x", "y"], ["ANNA"]),
        (["Anna: Hi.", "x", "Anna: Oh.", "y", "z"], ["Anna"]),
        (["Anna: Hi.", "Bob: Oh."], ["Anna", "Bob"]),
        (["Listen: I mean it.", "x", "y", "z"], []),
        (["one thing: no.", "one thing: yes."], []),
        (["- SPEAKER_01: Hi.", "- DR. O'NEIL: Oh."], ["DR. O'NEIL", "SPEAKER_01"]),
        (["АННА: Да."], ["АННА"]),
    ],
)
def test_a_name_before_a_colon_is_a_speaker_where_it_looks_like_one(lines, names):
    assert sorted(speakers(Cue(line, 1) for line in lines)) == names


def test_sentences_end_where_the_next_begins():
    assert sentences('He said "No." Then he left... and came back! ¿Qué? 你好。再见。') == [
        'He said "No."', "Then he left... and came back!", "¿Qué?", "你好。", "再见。",
    ]  # fmt: skip


def test_long_words_are_parted_without_losing_a_letter():
    assert parted("x" * 25, longest=10) == ["x" * 10, "x" * 10, "x" * 5]
    assert parted("one two three", longest=8) == ["one two", "three"]
