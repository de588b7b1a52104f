"""Members from elsewhere: what is refused, and how it is said."""

import csv

import numpy as np
import pytest

from emofuse.bench.answers import Answers, brought
from emofuse.core.errors import RunError, UnknownName
from emofuse.core.labels import MAPS, LabelSet
from emofuse.core.modality import Modality

WORDS = LabelSet(("anger", "calm", "neutral"))
FACE = (Modality.VIDEO,)


def answers(scores, labels=WORDS, ids=None) -> Answers:
    return Answers("trees", FACE, labels, tuple(ids or (f"clip-{i}" for i in range(len(scores)))), np.array(scores, dtype=float))


def test_the_same_words_in_another_order_are_put_in_order():
    other = answers([[0.5, 0.3, 0.2]], LabelSet(("neutral", "anger", "calm")))

    assert other.into(WORDS).scores.tolist() == [[0.3, 0.2, 0.5]]
    assert other.into(WORDS).labels == WORDS


def test_other_words_go_by_a_named_map():
    three = LabelSet(("negative", "neutral", "positive"))

    mapped = answers([[0.5, 0.3, 0.2]]).into(three, MAPS["valence"])

    np.testing.assert_allclose(mapped.scores, [[0.5, 0.5, 0.0]])
    assert mapped.labels == three


def test_other_words_without_a_map_are_refused_and_the_map_that_leads_there_is_named():
    with pytest.raises(UnknownName, match=r"'trees' answers in anger, calm, neutral; .*name the map that leads there: valence"):
        answers([[0.5, 0.3, 0.2]]).into(LabelSet(("negative", "neutral", "positive")))
    with pytest.raises(UnknownName, match="no map that is known leads there"):
        answers([[0.5, 0.3, 0.2]]).into(LabelSet(("left", "right")))
    with pytest.raises(UnknownName, match="by 'the five of EAV'.*the bench answers in left, right"):
        answers([[0.5, 0.3, 0.2]]).into(LabelSet(("left", "right")), MAPS["five"])


def test_more_clips_than_are_asked_for_do_not_matter_and_missing_ones_are_named():
    two = answers([[1, 0, 0], [0, 1, 0]])

    assert two.on(["clip-1"]).tolist() == [[0, 1, 0]]
    with pytest.raises(RunError, match=r"not to 2 of the 3 of the bench, such as a, b\. Expected a row for each"):
        two.on(["clip-1", "a", "b"])


def test_a_row_without_an_answer_is_fine():
    assert np.isnan(answers([[1, 0, 0], [np.nan] * 3]).on(["clip-1"])).all()


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ([[0.5, np.nan, 0.5]], "of which some are no numbers"),
        ([[0.5, 0.5, 0.5]], "no probabilities"),
        ([[2.0, -1.0, 0.0]], "no probabilities"),
        ([[3.1, -2.0, 4.0]], "Logits need a softmax"),
        ([[np.inf, 0.0, 0.0]], "no probabilities"),
        ([[0.5, 0.5]], r"shape \(1, 2\) for 1 clips and 3 labels"),
    ],
)
def test_scores_that_are_no_probabilities_are_refused(scores, said):
    with pytest.raises(RunError, match=said):
        answers(scores)


def test_a_clip_twice_is_refused():
    with pytest.raises(RunError, match="1 clips twice"):
        answers([[1, 0, 0], [1, 0, 0]], ids=["a", "a"])


def test_a_table_of_predictions_is_a_member(tmp_path):
    table(tmp_path / "p.csv", WORDS, [("a", "anger", [0.6, 0.2, 0.2]), ("b", "calm", [0.1, 0.8, 0.1])])

    member = brought(f'trees:file="{tmp_path}/p.csv",modalities="audio+video",parameters=12', WORDS)

    assert member.parameters == 12
    assert (member.name, member.modalities, member.ids) == ("trees", (Modality.AUDIO, Modality.VIDEO), ("a", "b"))
    assert member.scores.tolist() == [[0.6, 0.2, 0.2], [0.1, 0.8, 0.1]]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('trees:file="p.csv"', "does not say its modalities"),
        ('trees:modalities="video"', "does not say its file"),
        ('trees:file="p.csv",modalities="vision"', "names the modality 'vision'. Known: "),
        ('trees:file="p.csv",modalities="video",weight=2', "takes no weight"),
        ("trees:file", "cannot be read"),
        ('trees:file="p.csv",modalities="video",parameters="many"', "many parameters. Expected a whole number"),
    ],
)
def test_a_member_that_is_not_described_is_refused(text, said, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table(tmp_path / "p.csv", WORDS, [("a", "anger", [0.6, 0.2, 0.2])])

    with pytest.raises(UnknownName, match=said):
        brought(text, WORDS)


def table(path, labels, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["id", "subject", "truth", "answer", *(f"p_{word}" for word in labels)])
        for name, truth, scores in rows:
            gone = scores is None
            best = "" if gone else labels[int(np.argmax(scores))]
            lines.writerow([name, "", truth, best, *([""] * len(labels) if gone else scores)])
