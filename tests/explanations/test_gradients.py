"""Integrated gradients: known answers, and what they promise for any network."""

import numpy as np
import pytest
import torch

from emofuse.core.modality import Modality
from emofuse.explanations.gradients import NUMBERS, STEPS, TOGETHER, even, integrated_gradients, score_of, way, weighed

EEG, AUDIO, VIDEO = Modality.EEG, Modality.AUDIO, Modality.VIDEO


def test_the_weights_of_a_linear_score_are_its_own(generator):
    weights = generator.normal(size=(3, 5)).astype(np.float32)

    def linear(x):
        return (x[EEG] * torch.from_numpy(weights)).sum(dim=(1, 2))

    found = integrated_gradients(linear, {EEG: np.ones((3, 5))}, {EEG: np.zeros((3, 5))})

    np.testing.assert_allclose(found[EEG], weights, rtol=1e-4)


def test_the_weights_of_a_square_are_squares(generator):
    shown = generator.normal(size=(2, 4))

    found = integrated_gradients(lambda x: (x[EEG] ** 2).sum(dim=(1, 2)), {EEG: shown}, {EEG: np.zeros((2, 4))})

    np.testing.assert_allclose(found[EEG], shown**2, rtol=1e-3)


def test_what_stays_where_it_began_weighs_nothing(generator):
    shown, start = generator.normal(size=(2, 4)), np.zeros((2, 4))
    start[:, 1] = shown[:, 1]

    found = integrated_gradients(lambda x: x[EEG].prod(dim=2).sum(dim=1), {EEG: shown}, {EEG: start})

    assert (found[EEG][:, 1] == 0).all()
    assert (found[EEG][:, 0] != 0).all()


def test_two_modalities_share_the_difference(generator):
    inputs = {EEG: generator.normal(size=(2, 4)), AUDIO: generator.normal(size=(3, 2))}
    starts = {m: np.zeros_like(x) for m, x in inputs.items()}

    def score(x):
        return torch.tanh(x[EEG].sum(dim=(1, 2)) * x[AUDIO].mean(dim=(1, 2)))

    found = integrated_gradients(score, inputs, starts)

    expected = np.tanh(inputs[EEG].sum() * inputs[AUDIO].mean())
    np.testing.assert_allclose(sum(w.sum() for w in found.values()), expected, atol=1e-2)


@pytest.mark.parametrize("m", [AUDIO, VIDEO])
def test_weights_sum_to_what_the_network_says_less_what_it_says_of_nothing(untaught, toy, m):
    (member,) = (one for one in untaught.members if m in one.modalities)
    signal = toy[0].signal(m)
    rows = member.features[m](signal)[: 1 if m is VIDEO else None]
    wanted = np.array([True, False, True, False])

    def said(x):
        return float(member.probabilities({m: x[None]}, {m: np.ones(1, dtype=bool)})[0] @ wanted)

    start, end = way(m, rows, said)
    found = integrated_gradients(score_of(member, wanted, {}), {m: end}, {m: start})[m]

    assert found.shape == rows.shape
    assert abs(said(end) - said(start)) > 1e-3
    np.testing.assert_allclose(found.sum(), said(end) - said(start), atol=5e-3)


def test_scores_in_torch_are_those_of_the_recognizer(toy_recognizer, toy):
    inputs = {m: toy_recognizer.features[m](toy[0].signal(m))[: 16 if m is AUDIO else 4] for m in (AUDIO, VIDEO)}
    wanted = np.array([False, True, False, False])

    for there in ((AUDIO, VIDEO), (AUDIO,)):
        given = {m: inputs[m][None] if m in there else toy_recognizer.network.blank(m)[None] for m in inputs}
        expected = toy_recognizer.probabilities(given, {m: np.array([m in there]) for m in inputs})[0] @ wanted
        rest = {VIDEO: inputs[VIDEO]} if VIDEO in there else {}

        with torch.no_grad():
            score = score_of(toy_recognizer, wanted, rest)({AUDIO: torch.from_numpy(inputs[AUDIO][None])})

        np.testing.assert_allclose(score.numpy(), [expected], atol=1e-5)


def test_explaining_leaves_a_network_as_it_was(untaught, toy):
    voice = untaught.members[0]
    before = {name: tensor.clone() for name, tensor in voice.network.state_dict().items()}
    rows = voice.features[AUDIO](toy[0].signal(AUDIO))

    integrated_gradients(score_of(voice, np.eye(4, dtype=bool)[0], {}), {AUDIO: rows}, {AUDIO: np.zeros_like(rows)})

    assert all(torch.equal(before[name], tensor) for name, tensor in voice.network.state_dict().items())
    assert all(p.grad is None for p in voice.network.parameters())


def test_the_way_to_a_sound_begins_at_its_quietest_and_passes_over_what_is_not_heard():
    sound = np.array([[-90.0, -20.0], [-70.0, 0.0]], dtype=np.float32)

    deaf = way(AUDIO, sound, lambda rows: float(np.maximum(rows, rows.max() - 60).sum()))
    keen = way(AUDIO, sound, lambda rows: float(rows.sum()))

    np.testing.assert_array_equal(deaf[0], np.full((2, 2), -60))
    np.testing.assert_array_equal(deaf[1], np.maximum(sound, -60))
    np.testing.assert_array_equal(keen[0], np.full((2, 2), -90))
    np.testing.assert_array_equal(keen[1], sound)


def test_the_way_to_a_face_begins_at_grey():
    start, end = way(VIDEO, np.ones((1, 4, 4), dtype=np.float32), lambda rows: 0.0)

    assert not start.any()
    assert end.all()


def test_an_even_sound_has_a_level_and_no_colour():
    coefficients = np.array([[-20.0, 3.0, 1.0], [-90.0, -2.0, 0.5]], dtype=np.float32)

    assert even(coefficients).tolist() == [[-90, 0, 0], [-90, 0, 0]]


@pytest.mark.parametrize(("numbers", "together"), [(4, TOGETHER), (NUMBERS // 3, 3), (NUMBERS + 1, 1)])
def test_the_larger_an_input_the_fewer_steps_go_together(numbers, together):
    asked = []

    def score(x):
        asked.append(len(x[EEG]))
        return x[EEG].sum(dim=(1, 2))

    found = integrated_gradients(score, {EEG: np.ones((1, numbers))}, {EEG: np.zeros((1, numbers))}, steps=2 * TOGETHER)

    assert max(asked) == together
    assert sum(asked) == 2 * TOGETHER
    np.testing.assert_allclose(found[EEG][0, :3], 1.0, rtol=1e-3)


def test_as_many_steps_are_taken_as_the_sum_needs():
    asked = []

    def score(x):
        asked.append(len(x[EEG]))
        return torch.sigmoid(80 * (x[EEG].mean(dim=(1, 2)) - 0.5))

    one, zero = np.ones((1, 2), dtype=np.float32), np.zeros((1, 2), dtype=np.float32)

    found = weighed(score, {EEG: one}, {EEG: zero})
    hard = sum(asked)
    easy = weighed(lambda x: x[EEG].mean(dim=(1, 2)), {EEG: one}, {EEG: zero})

    assert hard > 2 + STEPS[0]
    assert found[EEG].sum() == pytest.approx(1.0, abs=0.02)
    np.testing.assert_allclose(easy[EEG], 0.5, rtol=1e-4)
