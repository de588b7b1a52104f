import logging
from functools import partial

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from emofuse.core.modality import Modality
from emofuse.encoders.mlp import Mlp
from emofuse.encoders.pretrained import Pretrained
from emofuse.fusions.early import Early
from emofuse.graph import GRAPH, WEIGHTS, Quantized, open_graph, write_graph
from emofuse.network import Batch, Network
from emofuse.recipes import kanafin_faces, li

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


@pytest.mark.slow
@pytest.mark.parametrize("made", [partial(kanafin_faces.faces, network="convit"), partial(li.faces, network="mobilenet_v2")])
def test_one_face_is_answered_where_two_were_shown(made, tmp_path):
    network = made().build().eval()
    save_file({name: tensor.contiguous() for name, tensor in network.state_dict().items()}, tmp_path / WEIGHTS)
    write_graph(network, Batch({VIDEO: torch.rand(2, 1, 48, 48)}, {VIDEO: torch.ones(2, dtype=torch.bool)}), tmp_path)
    face, there = torch.rand(1, 1, 48, 48), torch.ones(1, dtype=torch.bool)

    logits = open_graph(tmp_path, (VIDEO,))({VIDEO: face.numpy()}, {VIDEO: there.numpy()})

    with torch.no_grad():
        np.testing.assert_allclose(logits, network(Batch({VIDEO: face}, {VIDEO: there})).logits, atol=1e-4)


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


@pytest.fixture
def words(small_bert):
    """A network over words that rests on a pretrained model; adapters are given something to say."""
    torch.manual_seed(0)
    encoder = Pretrained(str(small_bert), length=12, rank=2)
    with torch.no_grad():
        for p in encoder.parameters():
            p.normal_(0, 0.2)
    return Network({Modality.TEXT: encoder}, Early({Modality.TEXT: encoder.dim}, 3)).eval()


def rows(*lengths):
    """Numbers of pieces, filled up with zeros, and that they are there."""
    values = np.zeros((len(lengths), 1, 12), dtype=np.float32)
    for i, length in enumerate(lengths):
        values[i, 0, :length] = [2, *(5 + (i + j) % 8 for j in range(length - 2)), 3][:length]
    return {Modality.TEXT: values}, {Modality.TEXT: np.ones(len(lengths), dtype=bool)}


@pytest.mark.slow
def test_eight_bits_say_nearly_what_the_network_says_whoever_else_is_asked_about(words, tmp_path, caplog):
    quick = Quantized(words, "abc", tmp_path / "graphs")
    inputs, present = rows(3, 12, 7)

    together = quick(inputs, present)
    assert [said.message for said in caplog.records if said.levelname not in ("DEBUG", "INFO")] == []
    alone = quick({Modality.TEXT: inputs[Modality.TEXT][1:2]}, {Modality.TEXT: present[Modality.TEXT][1:2]})

    assert together.shape == (3, 3)
    np.testing.assert_allclose(together, quick._asked(inputs, present), atol=0.15)
    np.testing.assert_array_equal(alone, together[1:2])


@pytest.mark.slow
def test_a_graph_is_made_once_kept_and_made_again_where_it_was_changed(words, tmp_path):
    inputs, present = rows(3)
    first = Quantized(words, "abc", tmp_path)(inputs, present)
    (file,) = tmp_path.glob("*.onnx")
    made, content = file.stat().st_mtime_ns, file.read_bytes()

    again = Quantized(words, "abc", tmp_path)(inputs, present)
    assert file.stat().st_mtime_ns == made
    file.write_bytes(content[:-7])
    mended = Quantized(words, "abc", tmp_path)(inputs, present)

    np.testing.assert_array_equal(first, again)
    np.testing.assert_array_equal(first, mended)
    assert file.read_bytes()[-7:] == content[-7:]
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".onnx", ".sha256"]


def test_other_weights_have_another_graph(words, tmp_path):
    assert Quantized(words, "abc", tmp_path).name != Quantized(words, "abd", tmp_path).name


def test_where_no_graph_can_be_kept_the_network_itself_answers_and_says_so(words, tmp_path, caplog):
    (tmp_path / "graphs").write_text("a file where a folder is wanted", encoding="utf-8")
    inputs, present = rows(3, 9)

    quick = Quantized(words, "abc", tmp_path / "graphs")

    np.testing.assert_allclose(quick(inputs, present), quick._asked(inputs, present), atol=1e-6)
    assert "the network itself answers" in caplog.text


def test_the_exporter_gives_no_advice_and_nobody_else_is_kept_from_speaking(tmp_path, caplog, monkeypatch):
    def speaking(*what, **how):
        logging.getLogger("torch.onnx._internal.exporter._registration").warning("torchvision is not installed")
        logging.getLogger("torch.onnx._internal.exporter._registration").error("no such operation")
        logging.getLogger("elsewhere").warning("the disk is nearly full")
        raise RuntimeError("enough")

    monkeypatch.setattr(torch.onnx, "export", speaking)
    taught = Network({AUDIO: Mlp(3, (4,))}, Early({AUDIO: 4}, 2)).eval()

    with pytest.raises(RuntimeError, match="enough"):
        write_graph(taught, Batch({AUDIO: torch.rand(2, 5, 3)}, {AUDIO: torch.ones(2, dtype=torch.bool)}), tmp_path)

    assert [record.message for record in caplog.records] == ["no such operation", "the disk is nearly full"]
    assert logging.getLogger("torch.onnx").isEnabledFor(logging.WARNING)
