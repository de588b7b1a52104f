from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MissingModality, SplitError, UnknownName
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.data import Examples, Rows, examples, one_hot
from emofuse.features.cache import Cache

LABELS = LabelSet(("anger", "calm", "fear"))
AUDIO, EEG = Modality.AUDIO, Modality.EEG


class Plain:
    """The samples themselves, as one column."""

    modality = AUDIO

    def __call__(self, signal):
        return signal.values[:, None].astype(np.float32)


def counted(path, start):
    return Signal(np.arange(start, start + 4.0), rate=4)


def clip(number, label="anger", modalities=(AUDIO,)):
    return Clip(str(number), "ann", label, {m: Source(Path(str(number)), partial(counted, start=10.0 * number)) for m in modalities})


def louder(signal):
    return Signal(signal.values + 1_000, signal.rate)


def halved(signal):
    return Signal(signal.values[:2], signal.rate)


def rows(batches, m=AUDIO):
    return [batch.inputs[m][:, 0, 0].tolist() for batch in batches]


def test_clips_are_stacked_in_their_order_with_their_targets():
    made = examples([clip(1), clip(2, "fear")], {AUDIO: Plain()}, LABELS)

    assert made.inputs[AUDIO].shape == (2, 1, 4, 1)
    assert made.inputs[AUDIO][1, 0, :, 0].tolist() == [20, 21, 22, 23]
    assert made.targets.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert made.targets.dtype == made.inputs[AUDIO].dtype == torch.float32
    assert len(made) == 2


def test_a_word_that_the_labels_lack_is_named():
    with pytest.raises(UnknownName, match="Unknown label 'awe'"):
        one_hot(clip(1, "awe"), LABELS)


def test_a_clip_without_a_modality_is_flagged_and_zeros_keep_its_place():
    made = examples([clip(1, modalities=(AUDIO, EEG)), clip(2)], {AUDIO: Plain(), EEG: Plain()}, LABELS)

    assert made.present[AUDIO].tolist() == [True, True]
    assert made.present[EEG].tolist() == [True, False]
    assert made.inputs[EEG][:, 0, :, 0].tolist() == [[10, 11, 12, 13], [0, 0, 0, 0]]
    (batch,) = made.batches(5)
    assert batch.present[EEG].tolist() == [True, False]


def test_a_modality_that_all_clips_lack_is_refused():
    with pytest.raises(MissingModality, match="no eeg; it has audio"):
        examples([clip(1)], {AUDIO: Plain(), EEG: Plain()}, LABELS)


def test_no_clips_are_refused():
    with pytest.raises(SplitError, match="no clips to make examples of"):
        examples([], {AUDIO: Plain()}, LABELS)


def test_every_variant_is_prepared_and_kept_beside_the_clip_as_it_is():
    made = examples([clip(1)], {AUDIO: Plain()}, LABELS, prepare=halved, variants=(louder,))

    assert made.inputs[AUDIO][0, :, :, 0].tolist() == [[10, 11], [1_010, 1_011]]


def test_batches_are_all_clips_in_order_as_they_are():
    made = examples([clip(i) for i in range(5)], {AUDIO: Plain()}, LABELS, variants=(louder,))

    assert rows(made.batches(2)) == [[0, 10], [20, 30], [40]]


def test_drawn_batches_are_full_and_draw_nobody_twice():
    made = examples([clip(i) for i in range(7)], {AUDIO: Plain()}, LABELS)

    drawn = rows(made.drawn(3, torch.Generator().manual_seed(0)))

    assert [len(batch) for batch in drawn] == [3, 3]
    assert len({row for batch in drawn for row in batch}) == 6


def test_fewer_clips_than_a_batch_make_one():
    made = examples([clip(i) for i in range(3)], {AUDIO: Plain()}, LABELS)

    assert [sorted(batch) for batch in rows(made.drawn(128, torch.Generator().manual_seed(0)))] == [[0, 10, 20]]


def test_the_same_seed_draws_the_same_and_another_does_not():
    made = examples([clip(i) for i in range(8)], {AUDIO: Plain()}, LABELS, variants=(louder,))

    once, again, other = (rows(made.drawn(4, torch.Generator().manual_seed(seed))) for seed in (0, 0, 1))

    assert once == again != other


def test_all_variants_are_drawn_and_a_row_keeps_its_target():
    made = examples([clip(i, LABELS[i % 3]) for i in range(6)], {AUDIO: Plain()}, LABELS, variants=(louder,))
    generator = torch.Generator().manual_seed(0)

    seen = set()
    for _ in range(10):
        for batch in made.drawn(6, generator):
            for value, target in zip(batch.inputs[AUDIO][:, 0, 0].tolist(), batch.target.argmax(1).tolist(), strict=True):
                assert target == int(value % 1_000) // 10 % 3
                seen.add(value)
    assert seen == {10 * i for i in range(6)} | {1_000 + 10 * i for i in range(6)}


def test_two_modalities_of_a_clip_are_the_same_variant():
    made = examples([clip(i, modalities=(AUDIO, EEG)) for i in range(4)], {AUDIO: Plain(), EEG: Plain()}, LABELS, variants=(louder,))

    for batch in made.drawn(4, torch.Generator().manual_seed(3)):
        assert batch.inputs[AUDIO].equal(batch.inputs[EEG])


@dataclass(frozen=True)
class Named:
    """As `Plain`, and with a name that lasts."""

    modality: Modality = AUDIO

    def __call__(self, signal):
        return signal.values[:, None].astype(np.float32)


def numbers(path):
    return Signal(np.array(path.read_text().split(), dtype=np.float32), rate=4)


def test_examples_out_of_a_cache_are_the_same(tmp_path):
    clips = []
    for i in range(3):
        path = tmp_path / f"{i}.txt"
        path.write_text(f"{i} {i} {i} 7")
        clips.append(Clip(str(i), "ann", LABELS[i], {AUDIO: Source(path, numbers)}))
    clips.append(clip(9, modalities=(EEG,)))

    def made(cache):
        return examples(clips, {AUDIO: Named()}, LABELS, prepare=halved, variants=(louder,), cache=cache)

    plain, kept, again = made(None), made(Cache(tmp_path / "cache")), made(Cache(tmp_path / "cache"))

    assert plain.inputs[AUDIO][:].equal(kept.inputs[AUDIO][:])
    assert plain.inputs[AUDIO][:].equal(again.inputs[AUDIO][:])
    assert again.present[AUDIO].tolist() == [True, True, True, False]


def test_examples_tell_how_far_they_are():
    told = []

    examples([clip(i) for i in range(3)], {AUDIO: Plain()}, LABELS, progress=lambda done, total: told.append((done, total)))

    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_what_is_remembered_is_not_made_again():
    remembered = {}
    first = examples([clip(1), clip(2)], {AUDIO: Plain()}, LABELS, remembered=remembered)

    gone = Clip("2", "ann", "anger", {AUDIO: Source(Path("2"), numbers)})  # a file that is no longer there
    again = examples([gone, clip(1), clip(1, modalities=()), clip(3)], {AUDIO: Plain()}, LABELS, remembered=remembered)

    assert set(remembered) == {("1", AUDIO, 0), ("2", AUDIO, 0), ("3", AUDIO, 0)}
    assert again.inputs[AUDIO][:2].tolist() == first.inputs[AUDIO][:].flip(0).tolist()
    assert again.present[AUDIO].tolist() == [True, True, False, True]


def test_rows_are_indexed_as_a_tensor_is():
    values = np.arange(4 * 3 * 5 * 2, dtype=np.float32).reshape(4, 3, 5, 2)
    rows, whole = Rows(list(values)), torch.from_numpy(values)
    mask, some, variants = torch.tensor([True, False, True, True]), torch.tensor([3, 0]), torch.tensor([1, 2])

    for index in (
        1,
        slice(None),
        slice(1, 3),
        mask,
        some,
        (1, 2),
        (0, slice(None), slice(None), 1),
        (slice(None), 0, slice(None), 0),
        (mask, 0),
        (some, variants),
        (some, slice(0, 2)),
        torch.zeros(4, dtype=torch.bool),
        (torch.zeros(4, dtype=torch.bool), 0),
    ):
        assert rows[index].equal(whole[index]), index
    assert (rows.shape, len(rows), rows.dtype) == (whole.shape, 4, whole.dtype)


def test_what_is_asked_for_is_a_copy_that_may_be_changed():
    values = np.zeros((2, 1, 3), dtype=np.float32)
    values.setflags(write=False)  # as what a cache has mapped

    rows = Rows(list(values))
    for index in (0, slice(None), (torch.tensor([0]), torch.tensor([0]))):
        rows[index].add_(1)

    assert values.sum() == 0


def test_features_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="2 clips have features of 2 shapes, such as .*Expected one; let the recipe's `prepare`"):
        Rows([np.zeros((1, 3)), np.zeros((1, 4))])


def filled(lengths, width=8):
    """Rows of ones of these lengths, filled up with zeros; what each is called stands before its target."""
    values = torch.zeros(len(lengths), 1, 1, width)
    for row, length in zip(values, lengths, strict=True):
        row[0, 0, :length] = 1
    target = torch.arange(len(lengths))[:, None].float()
    return Examples({AUDIO: values}, {AUDIO: torch.ones(len(lengths), dtype=torch.bool)}, target, target)


def test_rows_of_about_one_length_stand_together_and_each_is_drawn_once():
    lengths = [1 + i % 8 for i in range(64)]
    part = filled(lengths)

    batches = [batch.target[:, 0].int().tolist() for batch in part.drawn_alike(8, torch.Generator().manual_seed(0))]

    assert sorted(i for batch in batches for i in batch) == list(range(64))
    assert all(len({lengths[i] for i in batch}) == 1 for batch in batches)
    assert [lengths[batch[0]] for batch in batches] != sorted(lengths[batch[0]] for batch in batches)


def test_each_epoch_puts_other_rows_of_one_length_together():
    part, generator = filled([1 + i % 2 for i in range(64)]), torch.Generator().manual_seed(0)

    first, second = ({tuple(sorted(batch.target[:, 0].tolist())) for batch in part.drawn_alike(8, generator)} for _ in range(2))

    assert not first & second


def test_a_last_batch_that_is_not_full_is_left_out_of_rows_of_one_length_too():
    assert [len(batch) for batch in filled([1] * 19).drawn_alike(8, torch.Generator().manual_seed(0))] == [8, 8]
    assert [len(batch) for batch in filled([1] * 3).drawn_alike(8, torch.Generator().manual_seed(0))] == [3]


@pytest.mark.parametrize("way", ["drawn", "drawn_alike"])
def test_what_is_drawn_less_often_comes_in_some_epochs_and_all_the_rest_in_every_one(way):
    often = torch.tensor([1.0] * 20 + [0.25] * 40)
    part = replace(filled([1 + i % 8 for i in range(60)]), often=often)
    generator = torch.Generator().manual_seed(0)

    epochs = [[i for batch in getattr(part, way)(10, generator) for i in batch.target[:, 0].int().tolist()] for _ in range(12)]

    assert part.epoch == 30
    assert all(len(set(epoch)) == len(epoch) == 30 for epoch in epochs)
    assert sum(i < 20 for epoch in epochs for i in epoch) >= 12 * 19  # one at most falls to the rounding of an epoch's size
    assert len({i for epoch in epochs for i in epoch}) >= 55  # by chance, three quarters to the twelfth of forty are still waiting


def test_how_often_a_clip_is_drawn_is_asked_of_the_clip():
    made = examples([clip(1), clip(2)], {AUDIO: Plain()}, LABELS, often=lambda one: 1.0 if one.id == "1" else 0.5)

    assert made.often.tolist() == [1.0, 0.5]
    assert examples([clip(1)], {AUDIO: Plain()}, LABELS).often is None
