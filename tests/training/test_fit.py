"""The loop, on rows of numbers whose label can be read off them."""

import logging
import re

import numpy as np
import pytest
import torch
from torch import nn

from emofuse.core.modality import Modality
from emofuse.data import Examples
from emofuse.encoders.mlp import Mlp
from emofuse.fusions.early import Early
from emofuse.network import Batch, Network
from emofuse.training.fit import fit, fit_in_stages

EEG = Modality.EEG
CLASSES, WIDTH = 3, 6
FAST = {"epochs": 5, "learning_rate": 0.02, "batch_size": 8, "optimizer": "adamw"}


def network(seed=0):
    torch.manual_seed(seed)
    return Network({EEG: Mlp(WIDTH, (16, 8))}, Early({EEG: 8}, CLASSES, dropout=0.1))


def rows(count, seed=0, noise=1.5, truth=None):
    """Clips of one variant and two time steps; the label's column is higher than the others."""
    generator = torch.Generator().manual_seed(seed)
    label = torch.arange(count) % CLASSES if truth is None else truth
    values = noise * torch.randn(count, 1, 2, WIDTH, generator=generator) + 2 * nn.functional.one_hot(label, WIDTH)[:, None, None]
    return Examples({EEG: values}, {EEG: torch.ones(count, dtype=torch.bool)}, torch.eye(CLASSES)[label], torch.eye(CLASSES)[label])


TRAIN, VALID = rows(48), rows(30, seed=1)


def weights(taught):
    return {name: tensor.clone() for name, tensor in taught.state_dict().items()}


def equal(first, second):
    return all(tensor.equal(second[name]) for name, tensor in first.items())


@torch.inference_mode()
def judged(taught, part):
    (batch,) = part.batches(1_000)
    logits = taught.eval()(batch).logits
    right = logits.argmax(1) == batch.target.argmax(1)
    recalls = [right[batch.target.argmax(1) == c].float().mean() for c in batch.target.argmax(1).unique()]
    return float(nn.functional.cross_entropy(logits, batch.target)), float(right.float().mean()), float(torch.stack(recalls).mean())


def test_it_learns():
    taught = network()
    _, before, _ = judged(taught, VALID)

    history = fit(taught, TRAIN, VALID, **FAST)

    assert [line.number for line in history] == [1, 2, 3, 4, 5]
    assert history[-1].loss < history[0].loss / 1.5
    assert max(line.valid_accuracy for line in history) > max(before, 0.8)
    assert not taught.training


@pytest.mark.parametrize("averaging", [0.0, 0.9])
@pytest.mark.parametrize("choose", ["accuracy", "uar"])
def test_the_network_ends_with_the_weights_of_its_best_epoch_on_valid(choose, averaging):
    taught, kept = network(), []

    history = fit(
        taught, TRAIN, rows(31, seed=2, noise=3), **FAST, choose=choose, averaging=averaging, kept=lambda n, e: kept.append((e, weights(n)))
    )

    figure = {"accuracy": "valid_accuracy", "uar": "valid_uar"}[choose]
    figures = [getattr(line, figure) for line in history]
    best = history[int(np.argmax(figures))]
    assert kept[-1][0] == best
    assert equal(weights(taught), kept[-1][1])
    np.testing.assert_allclose(judged(taught, rows(31, seed=2, noise=3)), (best.valid_loss, best.valid_accuracy, best.valid_uar), atol=1e-5)


def test_it_is_kept_whenever_it_is_better_than_before_and_only_then():
    kept = []

    history = fit(network(), TRAIN, rows(31, seed=2, noise=3), **FAST, kept=lambda n, e: kept.append(e))

    accuracies = [line.valid_accuracy for line in history]
    assert kept == [line for i, line in enumerate(history) if accuracies[i] > max(accuracies[:i], default=-1)]


@pytest.mark.parametrize(("valid", "choose"), [(None, "accuracy"), (VALID, None)])
def test_without_a_choice_the_last_epoch_is_kept(valid, choose):
    taught, kept = network(), []

    history = fit(taught, TRAIN, valid, **FAST, choose=choose, kept=lambda n, e: kept.append((e, weights(n))))

    assert [line for line, _ in kept] == history
    assert equal(weights(taught), kept[-1][1])
    assert (history[0].valid_loss is None) == (valid is None)


def test_averaged_weights_are_the_running_mean_of_the_steps():
    """With one step an epoch: after step s the mean has moved towards the weights by 1 - min(decay, (1 + s) / (10 + s))."""
    steps, means = [], []
    one_step = {**FAST, "batch_size": 1_000, "choose": None}

    fit(network(), TRAIN, None, **one_step, kept=lambda n, e: steps.append(weights(n)))
    fit(network(), TRAIN, None, **one_step, averaging=0.5, kept=lambda n, e: means.append(weights(n)))

    mean = weights(network())
    for s, (now, found) in enumerate(zip(steps, means, strict=True), start=1):
        decay = min(0.5, (1 + s) / (10 + s))
        mean = {name: decay * mean[name] + (1 - decay) * now[name] for name in mean}
        for name, tensor in found.items():
            torch.testing.assert_close(tensor, mean[name], rtol=1e-4, atol=1e-5)


def test_the_same_seed_gives_the_same_weights_and_another_does_not():
    first, again, other = network(), network(), network()

    histories = [fit(taught, TRAIN, VALID, **FAST, seed=seed) for taught, seed in ((first, 7), (again, 7), (other, 8))]

    assert equal(weights(first), weights(again))
    assert [line.loss for line in histories[0]] == [line.loss for line in histories[1]]
    assert not equal(weights(first), weights(other))


def test_it_does_what_a_bare_loop_does_to_the_last_bit():
    ours, bare = network(), network()

    history = fit(ours, TRAIN, None, **{**FAST, "epochs": 2}, seed=3)

    generator = torch.Generator().manual_seed(3)
    torch.manual_seed(3)
    groups = [{"params": [p for p in bare.parameters() if (p.ndim > 1) is wide], "weight_decay": 5e-4 * wide} for wide in (True, False)]
    stepper = torch.optim.AdamW(groups, FAST["learning_rate"])
    schedule = torch.optim.lr_scheduler.OneCycleLR(stepper, FAST["learning_rate"], total_steps=2 * 6 + 1, pct_start=0.25)
    losses = []
    for batch in [batch for _ in range(2) for batch in TRAIN.drawn(8, generator)]:
        loss = nn.functional.cross_entropy(bare.train()(batch).logits, batch.target)
        stepper.zero_grad()
        loss.backward()
        stepper.step()
        schedule.step()
        losses.append(float(loss.detach()))
    assert equal(weights(ours), weights(bare))
    assert [line.loss for line in history] == [sum(losses[:6]) / 6, sum(losses[6:]) / 6]


def by_hand(taught, epochs, rate, valid=None, patience=None, seed=3):
    """Adam with an L2 penalty of matrices in its loss; the rate falls to a tenth after too many epochs without a lower loss."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    stepper = torch.optim.Adam(taught.parameters(), rate)
    rates, best, waited = [], float("inf"), 0
    for _ in range(epochs):
        rates.append(stepper.param_groups[0]["lr"])
        losses = []
        for batch in TRAIN.drawn(8, generator):
            loss = nn.functional.cross_entropy(taught.train()(batch).logits, batch.target)
            penalty = sum((p**2).sum() for p in taught.parameters() if p.ndim > 1) * 0.01 / 2
            stepper.zero_grad()
            (loss + penalty).backward()
            stepper.step()
            losses.append(float(loss.detach()))
        now = sum(losses) / len(losses) if valid is None else judged(taught, valid)[0]
        best, waited = (now, 0) if now < best * (1 - 1e-4) else (best, waited + 1)
        if patience is not None and waited > patience:
            stepper.param_groups[0]["lr"] *= 0.1
            waited = 0
    return rates


L2 = {**FAST, "optimizer": "adam", "weight_decay": 0.01, "choose": None, "seed": 3}


def test_a_constant_learning_rate_and_adam_with_a_penalty_are_what_their_names_say():
    ours, bare = network(), network()

    fit(ours, TRAIN, None, **L2, schedule="constant")

    assert by_hand(bare, 5, FAST["learning_rate"]) == [FAST["learning_rate"]] * 5
    for name, tensor in bare.named_parameters():
        torch.testing.assert_close(dict(ours.named_parameters())[name], tensor, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("valid", "patience"), [("contrary", 0), ("contrary", 1), (None, 0)])
def test_on_a_plateau_the_learning_rate_falls(valid, patience):
    part = None
    if valid:
        part = Examples(VALID.inputs, VALID.present, VALID.targets.roll(1, dims=1), VALID.labels.roll(1, dims=1))
    ours, bare = network(), network()

    fit(ours, TRAIN, part, **L2, schedule="plateau", patience=patience)

    rates = by_hand(bare, 5, FAST["learning_rate"], valid=part, patience=patience)
    if valid:
        assert rates[-1] < rates[0] / 5  # its loss on what contradicts all that it learns never falls
    for name, tensor in bare.named_parameters():
        torch.testing.assert_close(dict(ours.named_parameters())[name], tensor, rtol=1e-4, atol=1e-5)


def test_a_cycle_is_what_is_used_when_nothing_is_said():
    said, unsaid, other = network(), network(), network()

    fit(said, TRAIN, None, **FAST, schedule="cycle")
    fit(unsaid, TRAIN, None, **FAST)
    fit(other, TRAIN, None, **FAST, schedule="constant")

    assert equal(weights(said), weights(unsaid))
    assert not equal(weights(said), weights(other))


def test_valid_never_changes_what_is_learnt():
    one, two = network(), network()

    fit(one, TRAIN, VALID, **FAST, choose=None)
    fit(two, TRAIN, rows(12, seed=5), **FAST, choose=None)

    assert equal(weights(one), weights(two))


def test_training_batches_are_augmented_and_valid_ones_are_not():
    seen = []

    def augment(batch, generator):
        seen.append(len(batch))
        return Batch({EEG: batch.inputs[EEG] * 0}, batch.present, batch.target)

    taught = network()
    history = fit(taught, TRAIN, VALID, **{**FAST, "epochs": 2}, augment=augment)

    assert seen == [8] * 12
    assert history[-1].loss > 1.0  # nothing can be learnt from zeros
    assert history[0].valid_loss == pytest.approx(judged_at_first_epoch(), abs=1e-5)


def judged_at_first_epoch():
    kept = []
    zeros = Examples({EEG: TRAIN.inputs[EEG] * 0}, TRAIN.present, TRAIN.targets, TRAIN.labels)
    fit(network(), zeros, VALID, **{**FAST, "epochs": 2}, choose=None, kept=lambda n, e: kept.append(e))
    return kept[0].valid_loss


def test_smoothed_targets_cannot_be_met_exactly():
    smooth, sharp = (fit(network(), TRAIN, None, **FAST, label_smoothing=share)[-1].loss for share in (0.3, 0.0))

    assert smooth > sharp + 0.2


def test_rare_labels_weigh_more_when_balanced():
    """Of 40 clips 4 are of the last label, and nothing tells them apart: what is said of them is how much they weigh."""
    label = torch.tensor([0] * 36 + [2] * 4)
    values = torch.ones(40, 1, 2, WIDTH)
    lopsided = Examples({EEG: values}, {EEG: torch.ones(40, dtype=torch.bool)}, torch.eye(CLASSES)[label], torch.eye(CLASSES)[label])

    said = []
    for balance in (None, 3.0):
        taught = network()
        fit(taught, lopsided, None, epochs=40, learning_rate=0.05, batch_size=40, optimizer="adamw", balance=balance, weight_decay=0.0)
        (batch,) = lopsided.batches(40)
        said.append(float(taught(batch).logits.detach().softmax(1)[0, 2]))

    assert said[0] == pytest.approx(0.1, abs=0.04)
    assert said[1] == pytest.approx(3 * 4 / (3 * 4 + 36 * (40 / 3) / 36), abs=0.06)  # at most 3 times, and 13.3 to 36


def test_a_gradient_may_be_clipped():
    free, clipped = network(), network()

    fit(free, TRAIN, None, **{**FAST, "epochs": 1, "optimizer": "sgd"})
    fit(clipped, TRAIN, None, **{**FAST, "epochs": 1, "optimizer": "sgd"}, clip=1e-6, weight_decay=0.0)

    start = weights(network())
    moved = [max(float((w[name] - start[name]).abs().max()) for name in start) for w in (weights(free), weights(clipped))]
    assert moved[1] < 1e-5 < moved[0]


def test_half_precision_learns_too_and_leaves_whole_weights():
    taught = network()

    history = fit(taught, TRAIN, VALID, **FAST, precision="bf16-mixed")

    assert history[-1].loss < history[0].loss
    assert {p.dtype for p in taught.parameters()} == {torch.float32}


@pytest.mark.parametrize(("filler", "kept"), [(None, torch.bfloat16), (0.0, torch.float32)])
def test_half_precision_rounds_features_but_never_numbers_of_words_pieces(filler, kept):
    seen = []

    class Noting(Mlp):
        def early(self, x):
            seen.append((self.training, x.dtype))
            return super().early(x.float())

    encoder = Noting(WIDTH, (16, 8))
    encoder.filler = filler
    taught = Network({EEG: encoder}, Early({EEG: 8}, CLASSES))
    losses = []
    taught.fusion.loss = lambda output, target: losses.append(output.logits.dtype) or nn.functional.cross_entropy(output.logits, target)

    fit(taught, TRAIN, None, **{**FAST, "epochs": 1}, precision="bf16-mixed")

    assert set(seen) == {(True, kept)}
    assert set(losses) == {torch.float32}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"choose": "loss"}, "'accuracy', 'uar' or None"),
        ({"optimizer": "lion"}, "'sgd', 'adamw' and 'adam'"),
        ({"schedule": "stairs"}, "cycle, plateau, constant, not 'stairs'"),
    ],
)
def test_what_does_not_exist_is_refused_before_the_first_epoch(wrong, said):
    with pytest.raises(ValueError, match=said):
        fit(network(), TRAIN, None, **{**FAST, **wrong})


def test_a_line_of_history_is_json():
    line = fit(network(), TRAIN, VALID, **{**FAST, "epochs": 1})[0]

    assert set(line.as_dict()) == {"number", "loss", "valid_loss", "valid_accuracy", "valid_uar", "seconds"}


def test_own_labels_are_taught_instead_of_targets_when_asked():
    other = Examples(TRAIN.inputs, TRAIN.present, TRAIN.labels.roll(1, dims=1), TRAIN.labels)

    misled, right = network(), network()
    fit(misled, other, None, **FAST)
    fit(right, other, None, **FAST, own_labels=True)

    assert judged(misled, VALID)[1] < 0.3
    assert judged(right, VALID)[1] > 0.7


def test_stages_go_on_from_one_another_and_are_counted_through():
    once, twice = network(), network()

    fit(once, TRAIN, None, **FAST)
    history = fit_in_stages(twice, TRAIN, None, stages=(FAST, {**FAST, "epochs": 1, "learning_rate": 1e-9}))

    assert [line.number for line in history] == [1, 2, 3, 4, 5, 6]
    for name, tensor in once.named_parameters():
        torch.testing.assert_close(dict(twice.named_parameters())[name], tensor)


def test_a_schedule_may_be_broken_off():
    assert len(fit(network(), TRAIN, None, **FAST, stop=2)) == 2


def test_a_cycle_whose_rise_is_over_with_the_first_step_is_gone_through():
    history = fit(network(), rows(8), None, epochs=3, learning_rate=0.02, batch_size=8, optimizer="adamw")  # a quarter of four steps

    assert len(history) == 3


def test_kernels_over_space_and_time_learn_too():
    from emofuse.encoders.spatiotemporal_convolutions import SpatiotemporalConvolutions

    torch.manual_seed(0)
    m = Modality.VIDEO
    encoder = SpatiotemporalConvolutions(size=(8, 8), frames=4, channels=(2, 2), dense=4, dropout=0.0)
    taught = Network({m: encoder}, Early({m: encoder.dim}, 2))
    label = torch.arange(16) % 2
    films = label[:, None, None, None, None] * torch.ones(16, 1, 4, 8, 8) + 0.1 * torch.randn(16, 1, 4, 8, 8)
    part = Examples({m: films}, {m: torch.ones(16, dtype=torch.bool)}, torch.eye(2)[label], torch.eye(2)[label])

    history = fit(taught, part, None, epochs=12, learning_rate=0.02, batch_size=8, optimizer="adamw")

    assert history[-1].loss < 0.5  # a guess has 0.69


def test_an_epoch_is_told_in_a_line_to_be_read_and_other_packages_keep_quiet(caplog):
    caplog.set_level(logging.INFO)

    fit(network(), TRAIN, VALID, **{**FAST, "epochs": 2, "precision": "bf16-mixed"})

    said = [record.getMessage() for record in caplog.records]
    number = r"\d[.]\d{3}"
    assert len(said) == 2
    assert re.fullmatch(rf"epoch 1 of 2: loss {number}, on valid {number}, accuracy {number}, UAR {number}, \d+[.]\d s", said[0])
    assert logging.getLogger("lightning.fabric").isEnabledFor(logging.INFO)
