import numpy as np
import pytest

from emofuse.core.modality import Modality
from emofuse.graph import GRAPH, open_graph

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO


@pytest.fixture
def asked(toy_recognizer, toy):
    """What the recognizer asks about a clip: inputs and present, six windows of 1 s."""
    clip = toy[0]
    window = {m: clip.signal(m) for m in (AUDIO, VIDEO)}
    rows = {m: toy_recognizer.features[m](signal)[: {AUDIO: 16, VIDEO: 4}[m]] for m, signal in window.items()}
    return {m: np.stack([row] * 6) for m, row in rows.items()}, {m: np.ones(6, dtype=bool) for m in rows}


@pytest.mark.parametrize("count", [1, 2, 6])
def test_it_answers_any_number_of_rows_as_the_network_does(toy_recognizer, asked, count):
    inputs, present = ({m: values[:count] for m, values in part.items()} for part in asked)

    logits = toy_recognizer.answer(inputs, present)

    assert logits.shape == (count, 4)
    np.testing.assert_allclose(logits, toy_recognizer._logits(inputs, present), atol=1e-4)


def test_what_is_missing_may_be_of_any_length(toy_recognizer, asked):
    inputs, present = asked
    present = {**present, VIDEO: np.zeros(6, dtype=bool)}

    whole, blank = (toy_recognizer.answer({**inputs, VIDEO: inputs[VIDEO][:, :steps]}, present) for steps in (4, 1))

    np.testing.assert_array_equal(whole, blank)


def test_it_is_small_and_says_nothing_of_the_machine_it_was_made_on(toy_run):
    content = (toy_run / GRAPH).read_bytes()

    assert len(content) < 100_000
    assert b"site-packages" not in content
    assert b"/emofuse/" not in content
    assert b"weights.safetensors" in content


def test_a_run_without_a_graph_has_none(tmp_path):
    assert open_graph(tmp_path, (AUDIO,)) is None
