"""asswin_2023's models of sound and of pictures, which learn nothing from MELD; on small ones that the tests make."""

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
import torch

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import RunError
from emofuse.core.modality import Modality
from emofuse.corpora.meld import MELD
from emofuse.encoders.base.pictures import preparation
from emofuse.experiment import train
from emofuse.features.pictures import Picture
from emofuse.features.text import vocabulary
from emofuse.features.waveform import Waveform
from emofuse.media.hub import loaded
from emofuse.network import Batch
from emofuse.recipe import call
from emofuse.recipes.asswin import PROMPT, UNHEARD, beginning, untaught_split
from emofuse.run import load

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path):
    spec = importlib.util.spec_from_file_location("tree_of_meld_for_asswin", ROOT / "tests" / "corpora" / "test_meld.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.small_tree(tmp_path / "data" / "meld")
    module.small_films(tmp_path / "data" / "meld")
    return tmp_path / "data"


@torch.inference_mode()
def test_pictures_are_compared_with_sentences_as_clip_compares_them(small_model):
    folder = str(small_model("clip"))
    network = call("asswin:clip", {"model": folder, "prompt": "what {} why", "says": {"anger": "no joy"}}).build().eval()
    pictures = Picture()(Signal(np.random.default_rng(0).integers(0, 256, size=(3, 40, 60, 3), dtype=np.uint8), 2.5))
    x = torch.from_numpy(pictures)

    logits = network(Batch({Modality.VIDEO: x[:, None]}, {Modality.VIDEO: torch.ones(3, dtype=torch.bool)})).logits

    model, pixels = loaded("CLIPModel", folder).eval(), preparation(folder)(x.permute(0, 3, 1, 2))
    ids = vocabulary(folder).encode("what no joy why").ids
    usual = model(input_ids=torch.tensor([ids]), pixel_values=pixels).logits_per_image[:, 0]
    torch.testing.assert_close(logits[:, MELD.labels.index("anger")], usual)
    assert PROMPT.format("fear") == "a photo of a person whose face shows fear"


@torch.inference_mode()
def test_a_classifiers_own_words_become_melds(small_model):
    folder = str(small_model("wav2vec2_emotions"))
    network = call("asswin:audio", {"model": folder}).build().eval()
    x = torch.from_numpy(Waveform(folder)(Signal(np.random.default_rng(0).normal(size=16_000).astype(np.float32), 16_000)))[None]

    scores = network(Batch({Modality.AUDIO: x}, {Modality.AUDIO: torch.ones(1, dtype=torch.bool)})).logits.softmax(dim=1)[0]

    own = network.encoders["audio"].early(x)[0, 0].exp()  # neu, hap, ang, sad
    for word, probability in zip(("neutral", "happiness", "anger", "sadness"), own, strict=True):
        assert float(scores[MELD.labels.index(word)]) == pytest.approx(float(probability), abs=1e-4)
    assert float(scores[MELD.labels.index("fear")]) == pytest.approx(UNHEARD, rel=0.01)


def test_other_words_can_be_named_and_what_is_called_alike_is_added_up(small_model):
    folder = str(small_model("wav2vec2_emotions"))
    words = {"neu": "neutral", "hap": "neutral", "ang": "frustration", "sad": "fear"}

    table = call("asswin:audio", {"model": folder, "words": words}).build().fusion.table

    assert table.sum(dim=0)[MELD.labels.index("neutral")] == 2
    assert table[2].sum() == 0
    assert table[3, MELD.labels.index("fear")] == 1


def test_a_model_whose_labels_have_no_names_is_refused(small_model):
    with pytest.raises(RunError, match=r"None of the labels of .* is known: LABEL_0, LABEL_1. Expected some of neutral.*--with words="):
        call("asswin:audio", {"model": str(small_model("wav2vec2"))}).build()


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "model", "m"), [("clip", "clip", Modality.VIDEO), ("audio", "wav2vec2_emotions", Modality.AUDIO)])
def test_it_is_judged_on_melds_films_without_having_learnt_anything(recipe, model, m, data, small_model, tmp_path):
    out, folder = tmp_path / "run", str(small_model(model))

    report = train(f"asswin:{recipe}", {"model": folder}, data=data, out=out)

    assert report.n == 2
    said = json.loads((out / "run.json").read_text())
    assert said["n_train"] == 2
    assert len(said["rests_on"][str(m)]) == 64
    assert (out / "weights.safetensors").stat().st_size < 10_000
    before = call(f"asswin:{recipe}", {"model": folder}).build().state_dict()
    assert all(tensor.equal(before[name]) for name, tensor in load(out).network.state_dict().items())


@pytest.mark.slow
def test_a_recording_that_is_analysed_later_is_seen_by_its_faces(data, small_model, tmp_path):
    train("asswin:clip", {"model": str(small_model("clip"))}, data=data, out=tmp_path / "run")
    faces = np.random.default_rng(0).integers(0, 256, size=(3, 48, 48), dtype=np.uint8)

    timeline = load(tmp_path / "run")(Clip("x", None, None, {Modality.VIDEO: Source(Path("x"), lambda path: Signal(faces, 5.0))}))

    assert timeline.scores.shape == (3, 7)
    assert timeline.present.all()


def test_only_a_clip_a_label_is_left_to_learn_from_and_the_others_stay(data):
    (split,) = untaught_split(MELD.clips(data / "meld"))

    assert sorted(clip.label for clip in split.train) == ["happiness", "neutral"]
    assert (len(split.valid), len(split.test)) == (1, 2)


def test_what_teaches_nothing_is_cut_to_one_size():
    sound = beginning(Signal(np.ones(1_000, dtype=np.float32), 16_000))
    picture = beginning(Signal(np.zeros((5, 72, 128, 3), dtype=np.uint8), 2.5))

    assert (sound.values.shape, sound.values.sum()) == ((64_000,), 1_000)
    assert picture.values.shape == (1, 48, 48, 3)
