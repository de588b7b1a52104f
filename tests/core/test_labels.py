import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import UnknownName
from emofuse.core.labels import COMMON_SEVEN, EIGHT_TO_SEVEN, MAPS, LabelMap, LabelSet, label_map, relabel

EIGHT = LabelSet((*COMMON_SEVEN, "calm"))


def test_a_label_set_is_an_order():
    labels = LabelSet(("fear", "anger"))

    assert (list(labels), len(labels), labels[1], labels.index("fear")) == (["fear", "anger"], 2, "anger", 0)


@pytest.mark.parametrize("words", [(), ("anger", "anger")])
def test_a_label_set_has_words_each_once(words):
    with pytest.raises(ValueError, match="each once"):
        LabelSet(words)


def test_an_unknown_word_is_answered_with_the_known_ones():
    with pytest.raises(UnknownName, match="Unknown label 'rage'. Known: fear, anger"):
        LabelSet(("fear", "anger")).index("rage")


def test_words_without_a_place_are_dropped():
    assert [EIGHT_TO_SEVEN.word(word) for word in ("calm", "fear", "boredom")] == ["neutral", "fear", None]


def test_probabilities_are_summed_where_words_meet_and_rows_still_sum_to_one(generator):
    scores = generator.dirichlet(np.ones(8), size=3)
    scores[1] = np.nan

    mapped = EIGHT_TO_SEVEN.scores(scores, EIGHT)

    neutral = COMMON_SEVEN.index("neutral")
    assert mapped[0, neutral] == pytest.approx(scores[0, EIGHT.index("neutral")] + scores[0, EIGHT.index("calm")])
    np.testing.assert_allclose(mapped[[0, 2]].sum(axis=1), 1)
    assert np.isnan(mapped[1]).all()


def test_probabilities_of_a_word_without_a_place_are_refused():
    with pytest.raises(UnknownName, match="no place for 'boredom'"):
        EIGHT_TO_SEVEN.scores(np.ones((1, 1)), LabelSet(("boredom",)))


@pytest.mark.parametrize("way", [LabelMap("renamed", LabelSet(("anger", "calm"))), LabelSet(("anger", "calm"))])
def test_clips_are_relabelled_and_those_without_a_place_left_out(way):
    clips = [Clip(str(i), None, word, {}) for i, word in enumerate(("anger", "fear", None, "calm"))]

    assert [(clip.id, clip.label) for clip in relabel(clips, way)] == [("0", "anger"), ("3", "calm")]


def test_answers_without_a_place_are_shared_out_among_the_others(generator):
    scores = generator.dirichlet(np.ones(7), size=4)
    scores[1] = np.nan
    scores[2] = np.eye(7)[COMMON_SEVEN.index("surprise")]

    within = MAPS["valence"].within(scores, COMMON_SEVEN)

    negative = scores[0, [COMMON_SEVEN.index(word) for word in ("anger", "disgust", "fear", "sadness")]].sum()
    assert within[0, 0] == pytest.approx(negative / (1 - scores[0, COMMON_SEVEN.index("surprise")]))
    assert np.isnan(within[1:3]).all()
    np.testing.assert_allclose(within[[0, 3]].sum(axis=1), 1)


def test_where_nothing_has_a_place_nothing_can_be_answered():
    with pytest.raises(UnknownName, match=r"no place for boredom. It knows: negative, neutral, positive"):
        MAPS["valence"].within(np.ones((1, 1)), LabelSet(("boredom",)))


@pytest.mark.parametrize("name", MAPS)
def test_every_named_map_leads_only_to_words_of_its_target_and_keeps_those(name):
    way = label_map(name)

    assert set(way.renamed.values()) <= set(way.target)
    assert [way.word(word) for word in way.target] == list(way.target)


def test_an_unknown_map_is_answered_with_the_known_ones_and_their_words():
    with pytest.raises(UnknownName, match=r"Unknown label map 'six'. Known: seven \(anger, .*\); five .*; valence \(negative, neutral"):
        label_map("six")
