import builtins
from itertools import pairwise

import numpy as np
import pytest

from emofuse.core.clip import Signal
from emofuse.core.errors import RunError
from emofuse.features.text import Tokens, closing, vocabulary


def said(*rows):
    return Signal(np.array(rows), 1.0)


def read(feature, signal):
    """Rows as words again, without what fills them up."""
    reader = vocabulary(feature.model)
    rows = [[reader.id_to_token(int(number)) for number in row] for row in feature(signal)]
    return [" ".join(word for word in row if word not in ("[PAD]", "<pad>")) for row in rows]


@pytest.fixture
def tokens(small_bert):
    def made(**settings):
        return Tokens(**{"model": str(small_bert), "length": 24, **settings})

    return made


def test_an_utterance_stands_before_the_turns_it_answers_in_the_order_of_time(tokens):
    assert read(tokens(), said(["Ann: Hello!", "Bob: Why?", "Ann: No.", ""])) == [
        "[CLS] ann : hello ! [SEP] ann : no . [SEP] bob : why ? [SEP]"
    ]


def test_marks_are_those_of_the_model(small_roberta):
    assert read(Tokens(str(small_roberta)), said(["Hello", "why", "no"])) == ["<s> hello </s> </s> no </s> why </s>"]
    assert closing(str(small_roberta)) == 3


def test_utterances_without_turns_stand_alone(tokens):
    alone = said("Hello there", "no")

    np.testing.assert_array_equal(tokens()(alone), tokens()(said(["Hello there", ""], ["no", ""])))
    assert read(tokens(), alone) == ["[CLS] hello there [SEP]", "[CLS] no [SEP]"]


def test_as_many_turns_are_read_as_wanted(tokens):
    assert read(tokens(turns=1), said(["no", "why", "what"])) == ["[CLS] no [SEP] why [SEP]"]
    assert read(tokens(turns=0), said(["no", "why", "what"])) == ["[CLS] no [SEP]"]


def test_what_is_too_long_loses_its_oldest_turns_first_and_then_its_own_end(tokens):
    long = said(["joy joy joy", "why why why", "no no no"])

    rows = [read(tokens(length=length), long)[0] for length in (13, 11, 8, 6, 5, 4)]

    assert rows == [
        "[CLS] joy joy joy [SEP] no no no [SEP] why why why [SEP]",
        "[CLS] joy joy joy [SEP] no [SEP] why why why [SEP]",
        "[CLS] joy joy joy [SEP] why why [SEP]",
        "[CLS] joy joy joy [SEP]",
        "[CLS] joy joy joy [SEP]",
        "[CLS] joy joy [SEP]",
    ]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("as they are", "[CLS] ann : no [SEP] ann : hello [SEP] bob : why [SEP]"),
        ("letters", "[CLS] [UNK] : no [SEP] [UNK] : hello [SEP] [UNK] : why [SEP]"),
        ("none", "[CLS] no [SEP] hello [SEP] why [SEP]"),
    ],
)
def test_speakers_are_shown_as_wanted(tokens, names, expected):
    assert read(tokens(names=names), said(["Ann: no", "Bob: why", "Ann: hello"])) == [expected]


def test_letters_begin_with_who_speaks_now(small_bert):
    turns = ["Ann: no", "Bob: why", "Ann: hello", "there: no: joy"]

    assert Tokens(str(small_bert), names="letters")._named(turns) == ("A: no", ("C: no: joy", "A: hello", "B: why"))


def test_words_before_a_colon_in_a_sentence_are_no_speaker(small_bert):
    assert Tokens(str(small_bert), names="none")._named(["No! I said: why", "What:"]) == ("No! I said: why", ("What:",))


def test_no_words_at_all_are_marks_alone(tokens):
    assert read(tokens(), said("", "  ")) == ["[CLS] [SEP]"] * 2


def test_longer_texts_have_longer_rows_up_to_the_end(tokens):
    rows = tokens()(said(*[" ".join(["joy"] * count) for count in range(1, 40)]))

    filled = (rows != 0).sum(axis=1)
    assert rows.shape == (39, 24)
    assert all(a <= b for a, b in pairwise(filled))
    assert filled[-1] == 24


@pytest.mark.parametrize("values", [np.zeros(3), np.zeros((2, 0), dtype=np.str_), np.array([["a"]]), np.array([], dtype=np.str_)])
def test_what_is_not_utterances_is_refused(tokens, values):
    with pytest.raises(ValueError, match="takes utterances"):
        tokens()(Signal(values, 1.0))


def test_another_way_to_show_names_is_refused(tokens):
    with pytest.raises(ValueError, match="as they are, letters, none; not 'initials'"):
        tokens(names="initials")(said("no"))


def test_without_the_extra_it_is_named(monkeypatch, tmp_path):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "tokenizers":
            raise ModuleNotFoundError("No module named 'tokenizers'", name="tokenizers")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(RunError, match=r"not installed \(tokenizers\).*pip install 'emofuse\[text\]'"):
        vocabulary(str(tmp_path))


def test_a_vocabulary_of_an_older_kind_is_read_too(tmp_path):
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "hello", "there"]
    (tmp_path / "vocab.txt").write_text("\n".join(words), encoding="utf-8")
    (tmp_path / "config.json").write_text('{"model_type": "bert"}', encoding="utf-8")

    assert read(Tokens(str(tmp_path)), said("Hello there")) == ["[CLS] hello there [SEP]"]


@pytest.mark.corpus
def test_few_real_utterances_are_cut(shared):
    from emofuse.core.modality import Modality
    from emofuse.corpora.meld import MELD

    clips = [clip for clip in MELD.clips(shared / "meld") if clip.facts["part"] == "dev"]
    rows = np.concatenate([Tokens()(clip.signal(Modality.TEXT)) for clip in clips])

    assert rows.shape == (1_109, 96)
    assert (rows[:, -1] != 0).mean() < 0.1
