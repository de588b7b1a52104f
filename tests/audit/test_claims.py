"""What is said, beside what the scores show: each trap planted, and its clean near-twin."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emofuse.audit import (
    best_of_several,
    chosen_on_test,
    counts,
    label_order,
    label_space,
    majority,
    married,
    metric_names,
    noise_floor,
    official_test,
    order,
    pretraining,
    ranking,
    stacked,
)
from emofuse.audit.base import Evidence, Grade, NotLooked
from emofuse.core.clip import Clip, Source
from emofuse.core.corpus import Corpus, Published
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.split import Split
from emofuse.corpora.fer2013 import FER2013
from emofuse.corpora.meld import MELD
from emofuse.corpora.ravdess import RAVDESS
from emofuse.evaluation.metrics import accuracy, macro_f1, uar, weighted_f1
from emofuse.protocols.by_clip import shuffled

SEVEN = LabelSet(("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"))


def answered(generator, right=0.6, labels=SEVEN, n=420, shares=None, **says):
    """Judged rows and answers of which a share is right, the rest anything."""
    target = generator.choice(len(labels), size=n, p=shares) if shares is not None else np.arange(n) % len(labels)
    answers = np.where(generator.random(n) < right, target, generator.integers(len(labels), size=n))
    scores = np.full((n, len(labels)), 0.1)
    scores[np.arange(n), answers] = 1
    clips = tuple(Clip(f"{i:04d}", f"p{i % 10}", labels[t], {}) for i, t in enumerate(target))
    return Evidence("scores", clips, scores=scores / scores.sum(axis=1, keepdims=True), labels=labels, says=says)


def claim(corpus=None, **says):
    return Evidence("a paper", corpus=corpus, says=says)


def grades(found):
    return [finding.grade for finding in found]


# T5


@pytest.mark.parametrize("name", ["chosen_on", "stopped_on", "tuned_on", "fused_on"])
def test_what_is_said_to_be_chosen_on_test_inflates(name):
    (found,) = chosen_on_test.look(claim(**{name: "best test accuracy"}))

    assert (found.trap, found.grade) == ("T5", Grade.INFLATED)
    assert chosen_on_test.look(claim(**{name: "valid"})) == []


VALID = [0.40, 0.52, 0.55, 0.54, 0.53]
TEST = [0.38, 0.47, 0.49, 0.56, 0.50]


def history(test=TEST, valid=VALID):
    return [
        {"number": i + 1, "loss": 1.0 / (i + 1), "valid_accuracy": v, "test_accuracy": t}
        for i, (v, t) in enumerate(zip(valid, test, strict=True))
    ]


def test_an_epoch_that_is_the_best_on_test_and_not_on_valid_is_found():
    (found,) = chosen_on_test.look(claim(history=history(), epoch=4))

    assert (found.trap, found.grade) == ("T5", Grade.INFLATED)
    assert "Epoch 4 of 5" in found.says
    assert chosen_on_test.look(claim(history=history(), epoch=3)) == []


def test_the_best_epoch_of_test_reported_is_found_without_being_told_the_epoch():
    assert grades(chosen_on_test.look(claim(history=history(), accuracy="56.0 %"))) == [Grade.INFLATED]
    assert chosen_on_test.look(claim(history=history(), accuracy=0.49)) == []


def test_the_lowest_test_loss_counts_as_best():
    losses = {"test_loss": [1.0, 0.7, 0.9], "valid_loss": [0.8, 0.9, 0.7]}

    assert grades(chosen_on_test.look(claim(history=losses, epoch=2))) == [Grade.INFLATED]
    assert chosen_on_test.look(claim(history=losses, epoch=3)) == []


def test_valid_that_is_test_is_found():
    (found,) = chosen_on_test.look(claim(history=history(valid=TEST)))

    assert found.title == "valid is test"


def test_a_history_without_test_raises_nothing():
    ours = [
        [
            {"number": 1, "loss": 1.2, "valid_accuracy": 0.5, "valid_loss": None},
            {"number": 2, "loss": 1.0, "valid_accuracy": 0.6, "valid_loss": None},
        ]
    ]

    assert chosen_on_test.look(claim(history=ours, accuracy=0.58)) == []
    with pytest.raises(NotLooked, match="history"):
        chosen_on_test.look(claim())


def test_a_valid_curve_without_a_valid_part_is_found(generator):
    clips = answered(generator).clips
    curve = {"val_accuracy": VALID, "loss": [5.0, 4.0, 3.0, 2.0, 1.0]}

    without, beside = (Split("only", clips[:200], valid, clips[300:]) for valid in ((), clips[200:300]))

    assert [f.title for f in chosen_on_test.look(Evidence("planted", clips, (without,), says={"history": curve}))] == ["valid is test"]
    assert chosen_on_test.look(Evidence("clean", clips, (beside,), says={"history": curve, "accuracy": 0.55})) == []


def test_the_best_of_a_valid_curve_reported_as_the_figure_is_found():
    assert grades(chosen_on_test.look(claim(history={"val_accuracy": VALID}, accuracy=55.0))) == [Grade.INFLATED]
    assert chosen_on_test.look(claim(history={"val_accuracy": VALID}, accuracy=0.52, n_test=300)) == []


def test_a_curve_of_train_alone_says_nothing():
    with pytest.raises(NotLooked, match="curves on valid or test"):
        chosen_on_test.look(claim(history={"accuracy": VALID, "loss": TEST}))


def test_looking_at_test_while_learning_is_a_note():
    assert grades(chosen_on_test.look(claim(history={"test_accuracy": TEST}))) == [Grade.FINE]


KANAFIN = {"WAVER": 0.65, "XGBoost": 0.6733, "CNN": 0.6833}


def test_the_best_of_several_on_test_is_found():
    (found,) = best_of_several.look(claim(systems=KANAFIN, n_test=600))

    assert (found.trap, found.grade, found.count) == ("T5", Grade.INFLATED, 3)
    assert "CNN" in found.says
    assert "1.6 points" in found.says  # 0.846 standard errors of 1.9 points: the largest of three


@pytest.mark.parametrize(
    "says",
    [
        {"chosen_on": "valid"},
        {"reported": "WAVER"},
        {"systems": {"WAVER": {"accuracy": 0.65, "valid": 0.70}, "CNN": {"accuracy": 0.68, "valid": 0.72}}},
    ],
    ids=["chosen on valid", "another is reported", "valid agrees"],
)
def test_several_systems_chosen_otherwise_raise_nothing(says):
    assert best_of_several.look(claim(**({"systems": KANAFIN, "n_test": 600} | says))) == []


def test_one_system_is_not_the_best_of_several():
    with pytest.raises(NotLooked, match="systems"):
        best_of_several.look(claim(systems={"CNN": 0.68}))


# T6


def test_a_split_by_the_order_of_clips_is_found():
    clips = tuple(Clip(f"{i:02d}", None, "calm", {}) for i in range(20))

    def first_come(listed):
        yield Split("listed", tuple(listed[:12]), (), tuple(listed[12:]))

    unsorted = Evidence("planted", clips, tuple(first_come(clips)), protocol=first_come)
    honest = Evidence("planted", clips, tuple(shuffled(seed=3)(clips)), protocol=shuffled(seed=3))
    changed = replace(honest, protocol=shuffled(seed=4))

    (found,) = order.look(unsorted)
    assert (found.trap, found.grade, found.title) == ("T6", Grade.BROKEN, "split by the order of the clips")
    assert found.count == len(found.rows) > 0
    assert [f.title for f in order.look(changed)] == ["not the split of its protocol"]
    assert order.look(honest) == []


def test_what_is_said_of_the_order_counts():
    assert [(f.trap, f.grade) for f in order.look(claim(order="os.listdir"))] == [("T6", Grade.BROKEN)]
    assert order.look(claim(order="sorted glob")) == []
    with pytest.raises(NotLooked, match="protocol"):
        order.look(claim())


# T7 and T20


def test_a_ranking_within_chance_is_found():
    (found,) = ranking.look(claim(systems=KANAFIN, n_test=600))

    assert (found.trap, found.grade, found.count) == ("T7", Grade.INFLATED, 2)
    assert "plus or minus 3.7 points" in found.says
    assert ranking.look(claim(systems={"a": 0.55, "b": 0.683}, n_test=600)) == []
    assert ranking.look(claim(systems={"a": {"accuracy": 0.65, "p": 0.003}, "b": 0.683}, n_test=600)) == []


def test_a_ranking_needs_two_systems_and_their_rows():
    with pytest.raises(NotLooked, match="how many rows"):
        ranking.look(claim(systems=KANAFIN))
    with pytest.raises(NotLooked, match="several systems"):
        ranking.look(claim(n_test=600))


def test_differences_under_a_point_from_one_seed_are_found():
    (found,) = noise_floor.look(claim(systems={"a": 0.641, "b": 0.645}, seeds=1))

    assert (found.trap, found.grade) == ("T20", Grade.INFLATED)
    assert noise_floor.look(claim(systems={"a": 0.641, "b": 0.645}, seeds=[0, 1, 2])) == []
    assert noise_floor.look(claim(systems={"a": 0.60, "b": 0.645})) == []


# T9


def shuffled_columns(evidence, to):
    """The same answers, whose columns stand for the labels in another order than they are said to."""
    order = [evidence.labels.index(word) for word in to]
    return replace(evidence, scores=evidence.scores[:, order])


@pytest.mark.parametrize(
    ("to", "name"),
    [
        (sorted(SEVEN), "alphabetical"),
        (("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear"), "FERPlus'"),
        (("disgust", "anger", "fear", "happiness", "sadness", "surprise", "neutral"), "no order that has a name"),
    ],
)
def test_another_order_of_the_columns_is_found_and_named(generator, to, name):
    evidence = answered(generator)

    (found,) = label_order.look(shuffled_columns(evidence, to))

    assert (found.trap, found.grade) == ("T9", Grade.BROKEN)
    assert f"({name})" in found.says
    assert ", ".join(to) in found.says
    assert found.count >= len(found.rows) > 50
    assert {len(row) for row in found.rows} == {1}


@pytest.mark.parametrize("right", [1.0, 0.6, 0.2, 0.0])
def test_columns_in_their_order_raise_nothing_however_bad_the_answers(generator, right):
    assert label_order.look(answered(generator, right)) == []


def test_always_the_same_answer_is_no_other_order(generator):
    evidence = answered(generator, shares=[0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1])
    always = np.zeros_like(evidence.scores)
    always[:, 0] = 1

    assert label_order.look(replace(evidence, scores=always)) == []


def test_a_class_that_is_taken_for_another_is_no_other_order(generator):
    evidence = answered(generator)
    scores = evidence.scores.copy()
    scores[:, 1] = 0  # disgust is never answered: anger is, as in many recognizers

    assert label_order.look(replace(evidence, scores=scores)) == []


def test_few_rows_do_not_make_another_order(generator):
    assert label_order.look(shuffled_columns(answered(generator, 0.5, n=21), sorted(SEVEN))) == []


def test_columns_without_words_are_not_looked_at(generator):
    with pytest.raises(NotLooked, match="LABEL_0"):
        label_order.look(replace(answered(generator), labels=LabelSet(tuple(f"LABEL_{i}" for i in range(7)))))


def test_supports_of_other_labels_are_found(generator):
    evidence = answered(generator, shares=[0.10, 0.05, 0.2, 0.3, 0.14, 0.09, 0.12])
    true = {word: sum(clip.label == word for clip in evidence.clips) for word in SEVEN}
    printed = dict(zip(sorted(SEVEN), (true[word] for word in SEVEN), strict=True))

    (found,) = label_order.look(replace(evidence, scores=None, says={"support": printed}))

    assert (found.trap, found.grade, found.title) == ("T9", Grade.BROKEN, "supports of other labels")
    assert label_order.look(replace(evidence, says={"support": true})) == []


def test_labels_that_no_column_stands_for_are_found(generator):
    eight = answered(generator, labels=LabelSet((*SEVEN, "calm")), n=160)
    seven = replace(eight, scores=eight.scores[:, :7], labels=SEVEN)

    (found,) = label_space.look(seven)

    assert (found.trap, found.grade, found.count) == ("T9", Grade.BROKEN, 20)
    assert found.rows[0] == ("0007",)
    assert grades(label_space.look(replace(seven, says={"dropped": 20}))) == [Grade.FINE]
    assert label_space.look(eight) == []


def test_columns_that_are_never_true_are_a_note(generator):
    evidence = answered(generator)
    wider = replace(evidence, labels=LabelSet((*SEVEN, "contempt")), scores=np.pad(evidence.scores, ((0, 0), (0, 1))))

    assert [(f.grade, f.title) for f in label_space.look(wider)] == [(Grade.FINE, "columns that are never true")]


def test_another_number_of_classes_than_said_is_found(generator):
    assert [(f.trap, f.grade) for f in label_space.look(answered(generator, classes=8))] == [("T10", Grade.BROKEN)]
    assert label_space.look(answered(generator, classes=7)) == []


# T10


UNEVEN = [0.05, 0.05, 0.05, 0.6, 0.1, 0.05, 0.1]


def figures(evidence):
    target = np.array([evidence.labels.index(clip.label) for clip in evidence.clips])
    answers = evidence.scores.argmax(axis=1)
    return {
        name: float(metric(target, answers))
        for name, metric in {"accuracy": accuracy, "uar": uar, "macro_f1": macro_f1, "weighted_f1": weighted_f1}.items()
    }


@pytest.mark.parametrize(
    ("name", "metric"), [("f1", "accuracy"), ("f1", "uar"), ("accuracy", "uar"), ("UAR", "accuracy"), ("weighted F1", "accuracy")]
)
def test_a_figure_under_another_ones_name_is_found(generator, name, metric):
    evidence = answered(generator, shares=UNEVEN, n=2_000)

    (found,) = metric_names.look(replace(evidence, says={name: round(100 * figures(evidence)[metric], 2)}))

    assert (found.trap, found.grade) == ("T10", Grade.BROKEN)
    assert f"that is {metric}" in found.says


def test_figures_under_their_own_names_raise_nothing(generator):
    evidence = answered(generator, shares=UNEVEN, n=2_000)
    true = figures(evidence)

    assert metric_names.look(replace(evidence, says={**true, "WAR": true["accuracy"], "f1": true["weighted_f1"]})) == []


def test_a_figure_that_nothing_gives_is_found_and_micro_f1_is_a_note(generator):
    evidence = answered(generator, shares=UNEVEN, n=2_000)

    assert [f.title for f in metric_names.look(replace(evidence, says={"macro_f1": 0.999}))] == ["macro_f1 cannot be computed again"]
    assert grades(metric_names.look(replace(evidence, says={"micro_f1": figures(evidence)["accuracy"]}))) == [Grade.FINE]


def test_figures_are_computed_from_a_confusion_matrix_too():
    table = [[8, 2, 0], [1, 1, 0]]  # 12 rows; a last column for no answer

    assert metric_names.look(claim(accuracy=0.75, uar=0.65, confusion=table)) == []
    assert grades(metric_names.look(claim(uar=0.75, confusion=table))) == [Grade.BROKEN]
    with pytest.raises(NotLooked, match="confusion"):
        metric_names.look(claim(accuracy=0.75))


# T11


def test_a_stated_test_part_of_another_size_is_found():
    (found,) = official_test.look(claim(MELD, n_test=4_807))

    assert (found.trap, found.grade) == ("T11", Grade.BROKEN)
    assert "4,807 test rows are said; meld publishes 2,610" in found.says
    assert official_test.look(claim(MELD, n_test=2_610)) == []


def test_both_test_parts_of_fer2013_together_are_found():
    (said,) = official_test.look(claim(FER2013, n_test=7_178))
    assert "7,178 is PublicTest + PrivateTest" in said.says


def parted(corpus, fact, **parts):
    """A split of clips that carry their official part."""
    got = {
        part: tuple(Clip(f"{part}-{value}-{i}", None, "anger", {}, {fact: value}) for value, n in values.items() for i in range(n))
        for part, values in parts.items()
    }
    split = Split(parts.get("name", "listed"), got["train"], (), got["test"])
    return Evidence("planted", (*got["train"], *got["test"]), (split,), corpus)


SMALL = Corpus(
    "fer2013", SEVEN, frozenset(), "", "", "", lambda root: iter(()),
    published=Published(30, None, facts={"usage": {"Training": 20, "PublicTest": 5, "PrivateTest": 5}}),
)  # fmt: skip


def test_a_widened_test_part_is_found_and_its_rows_named():
    (found,) = official_test.look(parted(SMALL, "usage", train={"Training": 20}, test={"PublicTest": 5, "PrivateTest": 5}))

    assert (found.trap, found.grade, found.count) == ("T11", Grade.BROKEN, 5)
    assert found.rows[0] == ("test-PublicTest-0",)


def test_the_official_test_part_raises_nothing_and_another_split_is_a_note():
    official = parted(SMALL, "usage", train={"Training": 20}, test={"PrivateTest": 5})
    own = parted(SMALL, "usage", train={"Training": 15, "PrivateTest": 3}, test={"Training": 5, "PrivateTest": 2})
    short = parted(SMALL, "usage", train={"Training": 20}, test={"PrivateTest": 4})

    assert official_test.look(official) == []
    assert grades(official_test.look(own)) == [Grade.FINE]
    assert grades(official_test.look(short)) == [Grade.FINE]
    with pytest.raises(NotLooked, match="publishes its own"):
        official_test.look(claim(RAVDESS, n_test=300))


# T12


def labelled(*labels):
    return Evidence("rows", tuple(Clip(f"{i}", None, label, {}) for i, label in enumerate(labels)))


def test_one_label_in_all_rows_is_nothing_to_tell_apart():
    (found,) = majority.look(labelled("calm", "calm", "calm"))

    assert (found.trap, found.grade, found.title, found.count) == ("T12", Grade.BROKEN, "one label in all rows", 3)


@pytest.mark.parametrize("labels", [("calm", "anger"), ("calm", None), ("calm",)])
def test_two_labels_an_untold_one_and_a_single_row_are_not_said_to_be_one_label(labels):
    with pytest.raises(NotLooked, match="stated accuracy"):
        majority.look(labelled(*labels))


def test_rows_without_labels_are_not_said_to_have_one():
    silent = Evidence("rows", labelled(None, None).clips, says={"support": {"calm": 3, "anger": 1}, "accuracy": 0.99})

    assert [found.title for found in majority.look(silent)] != ["one label in all rows"]


def test_figures_under_the_majority_baseline_are_found(generator):
    njoku = claim(systems={"early": 0.4458, "hybrid": 0.575}, support={"neutral": 48, "negative": 128, "positive": 64}, accuracy=0.4458)

    (below, near) = majority.look(njoku)

    assert (below.trap, below.grade) == ("T12", Grade.BROKEN)
    assert "early 0.446" in below.says
    assert "always saying negative is right in 0.533" in below.says
    assert (near.grade, near.count) == (Grade.INFLATED, 1)  # 57.5 +- 6.3 holds 53.3


def test_figures_above_the_majority_baseline_raise_nothing(generator):
    assert majority.look(answered(generator, 0.6)) == []
    assert majority.look(claim(accuracy=0.7875, support={"neutral": 48, "negative": 128, "positive": 64})) == []


def test_rare_labels_found_at_the_cost_of_common_ones_are_a_note(generator):
    evidence = answered(generator, 0.0, shares=[0.02, 0.02, 0.02, 0.88, 0.02, 0.02, 0.02], n=4_000)
    target = np.array([SEVEN.index(clip.label) for clip in evidence.clips])
    rare = np.where((target != 3) | (generator.random(4_000) < 0.8), target, 0)  # all that is rare, and most of the rest

    assert grades(majority.look(replace(evidence, scores=np.eye(7)[rare] * 0.9 + 0.01))) == [Grade.FINE]


def test_without_an_accuracy_nothing_is_said():
    with pytest.raises(NotLooked):
        majority.look(claim(accuracy=0.4))
    with pytest.raises(NotLooked):
        majority.look(claim(support={"a": 3, "b": 4}))


# T13


def pair(name, **facts):
    return Clip(
        name, None, "anger", {m: Source(Path(f"{name}.{m}"), read=lambda path: None) for m in (Modality.AUDIO, Modality.EEG)}, facts
    )


@pytest.mark.parametrize("facts", [{"paired": "label"}, {"subject_audio": "ann", "subject_eeg": "bob"}], ids=["said", "two people"])
def test_clips_paired_by_label_are_found(facts):
    (found,) = married.look(Evidence("planted", (pair("a", **facts), pair("b", subject_audio="cleo", subject_eeg="cleo"))))

    assert (found.trap, found.grade, found.rows) == ("T13", Grade.BROKEN, (("a",),))


def test_modalities_of_one_person_raise_nothing():
    assert married.look(Evidence("clean", (pair("a", subject_audio="ann", subject_eeg="ann"),))) == []
    assert married.look(Evidence("clean", (Clip("a", "ann", "anger", {}),))) == []
    assert grades(married.look(claim(paired="by label"))) == [Grade.BROKEN]


def test_files_that_are_named_after_two_people_are_found():
    sources = {
        Modality.VIDEO: Source(Path("01-01-05-02-01-02-24.mp4"), read=lambda path: None),
        Modality.AUDIO: Source(Path("03-01-05-02-01-02-11.wav"), read=lambda path: None),
    }

    assert grades(married.look(Evidence("planted", (Clip("a", "24", "anger", sources),)))) == [Grade.BROKEN]


def test_several_modalities_of_nobody_knows_whom_are_not_looked_at():
    with pytest.raises(NotLooked, match="of whom"):
        married.look(Evidence("unknown", (pair("a"),)))


# T15


@pytest.mark.parametrize("said", ["train", "in-sample", "test"])
def test_a_fusion_that_learns_from_what_its_members_know_is_found(said):
    assert [(f.trap, f.grade) for f in stacked.look(claim(stacked_on=said))] == [("T15", Grade.INFLATED)]


@pytest.mark.parametrize("said", ["valid", "train, out of fold"])
def test_a_fusion_that_learns_from_what_its_members_have_not_seen_raises_nothing(said, generator):
    evidence = answered(generator)
    split = Split("only", evidence.clips[:200], evidence.clips[200:300], evidence.clips[300:])

    assert stacked.look(replace(evidence, splits=(split,), says={"stacked_on": said})) == []


@pytest.mark.parametrize("said", ["valid", "train, out of fold"])
def test_scores_that_are_far_better_where_the_fusion_learns_are_found_whatever_is_said(said, generator):
    evidence = answered(generator)
    split = Split("only", evidence.clips[:200], evidence.clips[200:300], evidence.clips[300:])
    target = np.array([SEVEN.index(clip.label) for clip in evidence.clips])
    scores = np.where(np.arange(420)[:, None] < 300, np.eye(7)[target], evidence.scores)

    (found,) = stacked.look(replace(evidence, splits=(split,), scores=scores, says={"stacked_on": said}))

    assert (found.trap, found.grade, found.split) == ("T15", Grade.INFLATED, "only")


def test_without_a_fusion_nothing_is_said():
    with pytest.raises(NotLooked, match="stacked_on"):
        stacked.look(claim())


# T17


@pytest.mark.parametrize(
    "says",
    [
        {"pretrained": "emotion2vec_plus_large"},
        {"pretrained": "emotion2vec+ seed"},
        {"pretrained": ["wav2vec2-base", "ehcalabres/wav2vec2-lg-xlsr-en-speech-emotion-recognition"]},
        {"pretrained": "somebody/some-model", "pretrained_on": ["CREMA-D", "RAVDESS"]},
    ],
)
def test_encoders_that_have_seen_the_corpus_are_found(says):
    assert [(f.trap, f.grade) for f in pretraining.look(claim(RAVDESS, **says))] == [("T17", Grade.INFLATED)]


@pytest.mark.parametrize(
    "says",
    [
        {"pretrained": "facebook/wav2vec2-base"},
        {"pretrained": "trpakov/vit-face-expression"},
        {"pretrained": "x", "pretrained_on": "IEMOCAP"},
    ],
)
def test_encoders_that_have_not_seen_it_raise_nothing(says):
    assert pretraining.look(claim(RAVDESS, **says)) == []


def test_an_encoder_that_nobody_knows_is_not_said_to_be_clean():
    with pytest.raises(NotLooked, match="somebody/new"):
        pretraining.look(claim(RAVDESS, pretrained="somebody/new"))
    with pytest.raises(NotLooked, match="pretrained"):
        pretraining.look(claim(RAVDESS))
    with pytest.raises(NotLooked, match="which corpus"):
        pretraining.look(claim(pretrained="emotion2vec_plus_large"))


# T19


FACES = {"anger": 4_953, "disgust": 547, "fear": 5_121, "happiness": 8_989, "sadness": 6_077, "surprise": 4_002, "neutral": 6_198}


def test_counts_that_were_not_published_and_do_not_add_up_are_found():
    wrong, sums = counts.look(claim(FER2013, counts=FACES | {"anger": 4_593}, n=35_887))

    assert {(f.trap, f.grade) for f in (wrong, sums)} == {("T19", Grade.BROKEN)}
    assert "anger: 4,593 said, 4,953 published (digits swapped)" in wrong.says
    assert "sum to 35,527, while 35,887" in sums.says
    assert counts.look(claim(FER2013, counts=FACES, n=35_887)) == []


def test_parts_that_do_not_add_up_are_found():
    assert grades(counts.look(claim(n=1_440, n_train=1_000, n_valid=200, n_test=200))) == [Grade.BROKEN]
    assert counts.look(claim(n=1_400, n_train=1_000, n_valid=200, n_test=200)) == []


def test_one_figure_with_two_values_is_found():
    (found,) = counts.look(claim(accuracy=[66.90, 66.09]))

    assert found.title == "one figure, several values"
    assert "digits swapped" in found.says
    assert counts.look(claim(accuracy=[66.90, 0.669])) == []


@pytest.mark.parametrize(("accuracy", "n"), [(58.33, 240), (57.91, 240), (57.92, 240), ("68.33 %", 600), (0.45, 20), (55 / 77, 77)])
def test_a_figure_that_some_number_of_rows_makes_raises_nothing(accuracy, n):
    assert counts.look(claim(accuracy=accuracy, n_test=n)) == []


@pytest.mark.parametrize(("accuracy", "n"), [(68.33, 250), (0.456, 20), ("58.30", 240)])
def test_a_figure_that_no_number_of_rows_makes_is_found(accuracy, n):
    assert grades(counts.look(claim(accuracy=accuracy, n_test=n))) == [Grade.BROKEN]


def test_part_of_a_corpus_is_a_note_and_all_of_one_kind_is_not():
    corpus = replace(SMALL, name="made_up")
    some = tuple(Clip(f"{i}", None, "anger", {}, {"usage": "PrivateTest"}) for i in range(5))
    other = Clip("x", None, "anger", {}, {"usage": "Training"})

    assert counts.look(Evidence("all of a kind", some, corpus=corpus)) == []
    assert grades(counts.look(Evidence("some", (*some, other), corpus=corpus))) == [Grade.FINE]
    with pytest.raises(NotLooked, match="published size"):
        counts.look(Evidence("nothing", some))
