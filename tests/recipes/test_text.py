"""The shipped run's recipe and asswin_2023's, on small models and a few made-up utterances."""

import json

import numpy as np
import pytest
import torch

from emofuse.core.clip import Clip
from emofuse.core.errors import RunError, UnknownName
from emofuse.core.labels import COMMON_SEVEN
from emofuse.core.modality import Modality
from emofuse.corpora.meld import MELD
from emofuse.data import Examples, examples
from emofuse.encoders.pretrained import Pretrained
from emofuse.experiment import train
from emofuse.recipe import call
from emofuse.recipes import asswin, text
from emofuse.run import facts, load

HEAD = "Sr No.,Utterance,Speaker,Emotion,Sentiment,Dialogue_ID,Utterance_ID,Season,Episode,StartTime,EndTime"
SAID = (("joy", "what joy !"), ("anger", "no ! no !"), ("neutral", "hello there ."), ("surprise", "why ? what ?"))


@pytest.fixture
def data(tmp_path):
    """MELD and GoEmotions as they are published, with a few rows each."""
    (tmp_path / "meld").mkdir()
    for part in ("train", "dev", "test"):
        rows = [
            f'{i},"{words}",{("Ann", "Bob")[i % 2]},{emotion},neutral,{i // 4},{i % 4},1,1,"00:00:{i:02d},000","00:00:{i + 1:02d},000"'
            for i, (emotion, words) in enumerate(SAID * 4)
        ]
        (tmp_path / "meld" / f"{part}_sent_emo.csv").write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
        comments = [f"joy joy\t17\t{part}a", f"no\t2\t{part}b", f"joy no\t2,17\t{part}c", f"why\t26\t{part}d"]
        (tmp_path / "goemotions" / "original").mkdir(parents=True, exist_ok=True)
        (tmp_path / "goemotions" / "original" / f"{part}.tsv").write_text("\n".join(comments) + "\n", encoding="utf-8")
    return tmp_path


@pytest.fixture
def small(small_bert, monkeypatch, tmp_path):
    """MiniLM's place is taken by a model that tests can afford, and no graphs are made."""
    monkeypatch.setattr("emofuse.media.hub.located", lambda name: str(small_bert) if name == "minilm" else name)
    monkeypatch.setattr("emofuse.features.text.located", lambda name: str(small_bert) if name == "minilm" else name)
    monkeypatch.setattr("emofuse.graph.Quantized._opened", lambda self: None)
    from emofuse.features.text import vocabulary

    vocabulary.cache_clear()
    yield small_bert
    vocabulary.cache_clear()


def made(data, out, **arguments):
    return train("text:text", {"epochs": 2, "rank": 2, "length": 16, "batch_size": 4, **arguments}, data=data, out=out)


@pytest.mark.slow
def test_it_learns_from_both_corpora_is_judged_on_meld_and_beside_it_on_comments(small, data, tmp_path):
    report = made(data, tmp_path / "run")

    said = facts(tmp_path / "run")
    card = (tmp_path / "run" / "card.md").read_text(encoding="utf-8")
    assert report.n == 16
    assert (said["n_train"], said["n_valid"], said["n_test"]) == (16 + 3, 16, 16)
    assert said["labels"] == list(COMMON_SEVEN)
    assert "goemotions test by Ekman | 3 |" in card
    assert "one utterance, with the turns before it" in card
    assert "Demszky" in card


@pytest.mark.slow
def test_what_is_kept_is_small_halved_and_rests_on_weights_that_are_not_in_it(small, data, tmp_path):
    made(data, tmp_path / "run")

    from safetensors.torch import load_file

    kept = load_file(tmp_path / "run" / "weights.safetensors")
    assert {tensor.dtype for tensor in kept.values()} == {torch.float16}
    assert {name.rsplit(".", 1)[1] for name in kept} == {"up", "down", "weight", "bias"}
    assert set(facts(tmp_path / "run")["rests_on"]) == {"text"}
    assert not (tmp_path / "run" / "network.onnx").exists()


@pytest.mark.slow
def test_other_pretrained_weights_than_those_it_was_trained_on_are_refused(small, data, tmp_path):
    made(data, tmp_path / "run")
    said = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    (tmp_path / "run" / "run.json").write_text(json.dumps({**said, "rests_on": {"text": "0" * 64}}), encoding="utf-8")

    with pytest.raises(RunError, match="does not fit the pretrained weights that are installed for its text"):
        load(tmp_path / "run")


@pytest.mark.slow
def test_the_run_that_comes_back_judges_an_utterance_with_its_turns(small, data, tmp_path):
    made(data, tmp_path / "run")
    clip = MELD.clips(data / "meld")[0]

    timeline = load(tmp_path / "run")(clip)

    assert timeline.lane == "text"
    assert len(timeline.segments) == 1
    assert timeline.present.all()
    assert timeline.scores.sum() == pytest.approx(1)


def test_wide_adapters_end_as_thin_ones_that_say_nearly_the_same(small, data):
    recipe = call("text:text", {"epochs": 1, "rank": 16, "length": 16, "batch_size": 4, "members": 1, "lean": 0})
    part = examples(MELD.clips(data / "meld")[:16], recipe.features, recipe.labels)
    torch.manual_seed(0)
    network = recipe.build()
    seen = {}

    def kept(judged, line):
        seen["adapters"] = {type(a.change) for a in judged.encoders["text"].adapters}
        (batch,) = part.batches(16)
        with torch.inference_mode():
            seen["logits"] = judged.eval()(batch).logits

    recipe.fit(network, part, None, seed=0, kept=kept)

    (batch,) = part.batches(16)
    with torch.inference_mode():
        logits = network(batch).logits
    assert seen["adapters"] == {torch.nn.Parameter}
    assert all(a.change is None and a.up is not None for a in network.encoders["text"].adapters)
    torch.testing.assert_close(logits, seen["logits"], atol=1e-3, rtol=1e-3)  # rank 16 is the whole of these layers


def taught(part, **arguments):
    recipe = call("text:text", {"epochs": 1, "rank": 16, "length": 16, "batch_size": 4, **arguments})
    torch.manual_seed(0)
    network = recipe.build()
    states = []
    history = recipe.fit(
        network, part, None, seed=0, kept=lambda judged, line: states.append(judged.fusion.head[1].weight.detach().clone())
    )
    return network, states, history


def test_members_begin_alike_and_are_averaged_weight_by_weight(small, data):
    part = examples(MELD.clips(data / "meld")[:16], call("text:text", {"length": 16}).features, COMMON_SEVEN)

    network, states, history = taught(part, members=2, lean=0)
    alone, first, _ = taught(part, members=1, lean=0)

    assert [line.number for line in history] == [1, 2]
    torch.testing.assert_close(states[0], first[0], atol=0, rtol=0)
    assert not states[0].equal(states[1])
    torch.testing.assert_close(network.fusion.head[1].weight, (states[0] + states[1]) / 2)
    assert not network.fusion.head[1].weight.equal(alone.fusion.head[1].weight)


def test_labels_are_moved_by_how_rare_they_are_among_what_is_drawn(small, data):
    part = examples(MELD.clips(data / "meld")[:16], call("text:text", {"length": 16}).features, COMMON_SEVEN)
    part = Examples(part.inputs, part.present, part.targets, part.labels, often=torch.tensor([1.0] * 8 + [0.5] * 8))

    (plain, *_), (leaning, *_) = (taught(part, members=1, lean=lean) for lean in (0.0, 0.5))

    moved = leaning.fusion.head[1].bias - plain.fusion.head[1].bias
    frequency = (part.targets * part.often[:, None]).sum(dim=0) / part.often.sum()
    torch.testing.assert_close(moved, -0.5 * frequency.clamp(min=1e-6).log(), atol=1e-5, rtol=1e-5)


def test_comments_are_drawn_now_and_then_and_utterances_always(small):
    recipe = call("text:text", {"comments": 0.25})
    utterance = Clip("a", None, "anger", {}, {"dialogue": "train-0001", "part": "train"})
    comment = Clip("b", None, "anger", {}, {"part": "train"})

    assert (recipe.often(utterance), recipe.often(comment)) == (1.0, 0.25)
    assert call("text:text", {"comments": 0}).beside == ()


def test_the_papers_settings_are_its_own(small):
    assert list(asswin.SETTINGS.values()) == [(8, 2e-4), (16, 1e-4), (32, 2e-5), (8, 1e-5), (16, 1e-5), (32, 1e-5)]
    for setting, (size, rate) in asswin.SETTINGS.items():
        said = call("asswin:text", {"setting": setting}).fit.keywords
        assert (said["batch_size"], said["learning_rate"], said["epochs"], said["weight_decay"]) == (size, rate, 3, 0.01)


def test_a_setting_that_the_paper_has_not_is_refused():
    with pytest.raises(UnknownName, match="bert-8, bert-16, bert-32, roberta-8"):
        asswin.text(setting="bert-64")


@pytest.mark.parametrize("folder", ["small_bert", "small_roberta"])
def test_a_local_folder_is_fine_tuned_whole_on_utterances_alone(folder, data, request):
    where = str(request.getfixturevalue(folder))
    recipe = call("asswin:text", {"model": where, "epochs": 1, "length": 12, "learning_rate": 1e-3, "batch_size": 4})
    clips = MELD.clips(data / "meld")[:8]
    part = examples(clips, recipe.features, recipe.labels)
    network = recipe.build()
    before = {name: tensor.clone() for name, tensor in network.state_dict().items()}

    recipe.fit(network, part, None, seed=0)

    moved = {name for name, tensor in network.state_dict().items() if not tensor.equal(before[name])}
    assert any("word_embeddings" in name for name in moved)
    assert any("layer.1.output" in name for name in moved)
    (words,) = clips[1].signal(Modality.TEXT).values[:, 0]
    assert words.startswith("Bob: ")
    assert np.array_equal(part.inputs[Modality.TEXT][1, 0, 0].numpy()[:4] != 0, [True] * 4)


def test_the_encoder_of_both_is_the_one_way(small):
    assert isinstance(text.text(rank=2).build().encoders["text"], Pretrained)
    assert isinstance(call("asswin:text", {}).build().encoders["text"], Pretrained)
