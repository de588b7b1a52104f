"""Models of sound, pictures and film, on small ones that the tests make; and what they are fed, against transformers' own."""

import json
import shutil

import numpy as np
import pytest
import torch
import transformers

from emofuse.core.clip import Signal
from emofuse.core.errors import RunError
from emofuse.encoders.base.adapters import Adapted, stacked
from emofuse.encoders.base.pictures import preparation
from emofuse.encoders.pretrained import Pretrained
from emofuse.features.audio import WhisperMel
from emofuse.features.pictures import Picture
from emofuse.features.waveform import Waveform
from emofuse.fusions.early import Early
from emofuse.media.hub import loaded
from emofuse.network import Batch, Network

FAMILY = {
    "wav2vec2": "sound",
    "hubert": "sound",
    "wavlm": "sound",
    "wav2vec2_emotions": "answers",
    "whisper": "mels",
    "vit": "pictures",
    "convnext": "pictures",
    "resnet": "pictures",
    "mobilenet_v2": "pictures",
    "clip": "clip",
    "videomae": "films",
}
ALL = [*FAMILY.items(), ("clip", "pictures")]
WIDTH = {"wav2vec2_emotions": 4, "vit": 32, "mobilenet_v2": 128}


@pytest.fixture(params=ALL, ids=lambda pair: "-".join(pair))
def kind(request):
    return request.param


def made(small_model, name, family=None, **settings):
    torch.manual_seed(0)
    return Pretrained(str(small_model(name)), family or FAMILY[name], **settings).eval()


def numbers(encoder, batch, time, seed=1):
    return torch.rand(batch, time, *encoder.takes, generator=torch.Generator().manual_seed(seed))


def sound(seconds, seed=0):
    values = np.random.default_rng(seed).normal(scale=0.1, size=round(seconds * 16_000)).astype(np.float32)
    return Signal(values + 0.05, 16_000)


@torch.inference_mode()
def test_a_sequence_of_the_width_it_claims_comes_out_whatever_the_time(small_model, kind):
    encoder = made(small_model, *kind)

    for time in (1, 3, 40):
        vectors = encoder.late(encoder.early(numbers(encoder, 2, time)))

        assert (vectors.ndim, vectors.shape[0], vectors.shape[2]) == (3, 2, encoder.dim)
        assert torch.isfinite(vectors).all()
    assert encoder.filler is None


@torch.inference_mode()
def test_who_else_is_in_the_batch_does_not_matter(small_model, kind):
    encoder = made(small_model, *kind)
    x = numbers(encoder, 3, 5)

    torch.testing.assert_close(encoder.early(x[1:2]), encoder.early(x)[1:2], rtol=1e-3, atol=1e-4)


@torch.inference_mode()
def test_what_it_is_given_matters(small_model, kind):
    encoder = made(small_model, *kind)

    assert (encoder.early(numbers(encoder, 1, 40, seed=1)) != encoder.early(numbers(encoder, 1, 40, seed=2))).any()


@torch.inference_mode()
def test_nothing_at_all_is_still_an_input(small_model, kind):
    encoder = made(small_model, *kind)

    assert torch.isfinite(encoder.early(torch.zeros(1, 1, *encoder.takes))).all()


def test_what_rests_is_not_kept_and_the_rest_learns(small_model, kind):
    encoder = made(small_model, *kind, layers=1, rank=2).train()

    (encoder.early(numbers(encoder, 4, 40)) ** 2).sum().backward()

    learnt = {name for name, _ in encoder.named_parameters()}
    assert len(encoder.rests_on) == 64
    assert learnt
    assert set(encoder.state_dict()) - {name for name, _ in encoder.named_buffers()} == learnt
    assert [name for name, p in encoder.named_parameters() if p.grad is not None and p.grad.any()] != []
    whole = sum(p.numel() for p in made(small_model, *kind, layers=None).parameters())
    assert sum(p.numel() for p in encoder.parameters()) < whole


def test_where_nothing_is_learnt_nothing_is_kept_and_nothing_changes(small_model, kind):
    encoder = made(small_model, *kind, layers=0, rank=0)
    x = numbers(encoder, 4, 40)
    with torch.inference_mode():
        before = encoder.early(x)
        encoder.train().early(x)  # batch normalisation would follow what it sees

        assert not encoder.state_dict()
        assert encoder.rests_on == made(small_model, *kind, layers=0, rank=0).rests_on
        torch.testing.assert_close(encoder.eval().early(x), before)


def test_a_model_that_is_learnt_whole_is_kept_whole(small_model, kind):
    encoder = made(small_model, *kind, layers=None)

    assert encoder.rests_on == ""
    assert {name for name, _ in encoder.named_parameters()} <= set(encoder.state_dict())
    assert not encoder.adapters


@pytest.mark.parametrize("name", ["wav2vec2", "hubert", "wavlm", "whisper", "vit", "videomae"])
def test_adapters_learn_from_the_first_step(small_model, name):
    encoder = made(small_model, name, layers=0, rank=2).train()

    (encoder.early(numbers(encoder, 4, 40)) ** 2).sum().backward()

    # WavLM's keys reach its answer through a softmax that hardly knows them in a model that has learnt nothing.
    assert encoder.adapters
    assert {key.rsplit(".", 1)[1] for key, p in encoder.named_parameters() if p.grad is not None and p.grad.any()} == {"down", "up"}


@torch.inference_mode()
def test_adapters_are_in_what_is_said_where_a_model_takes_weights_without_asking(small_model):
    encoder = made(small_model, "wavlm", layers=0, rank=2)
    x = numbers(encoder, 1, 40)
    for p in encoder.parameters():
        p.copy_(torch.randn(p.shape, generator=torch.Generator().manual_seed(2)) / 4)

    settled = encoder.settled()

    torch.testing.assert_close(settled.early(x), encoder.early(x), atol=1e-5, rtol=1e-4)
    assert not torch.allclose(encoder.early(x), made(small_model, "wavlm", layers=0, rank=0).early(x), atol=1e-3)
    assert not any(isinstance(module, Adapted) for module in settled.modules())


@pytest.mark.parametrize(("name", "count"), [("wav2vec2", 2), ("whisper", 2), ("vit", 2), ("resnet", 2), ("mobilenet_v2", 16), ("clip", 2)])
def test_layers_are_counted_in_the_stack_that_a_model_is(small_model, name, count):
    assert len(stacked(made(small_model, name, layers=None).model)) == count

    with pytest.raises(ValueError, match=f"has {count} layers; {count + 1} of them"):
        made(small_model, name, layers=count + 1)


@torch.inference_mode()
def test_a_network_of_any_family_answers_in_half_precision(small_model, kind):
    encoder = made(small_model, *kind)
    m = WhisperMel().modality if kind[1] in {"sound", "mels", "answers"} else Picture().modality
    network = Network({m: encoder}, Early({m: encoder.dim}, 7)).eval()
    batch = Batch({m: numbers(encoder, 2, 5).bfloat16()}, {m: torch.ones(2, dtype=torch.bool)})

    with torch.autocast("cpu", torch.bfloat16):
        logits = network(batch).logits

    assert torch.isfinite(logits.float()).all()


@pytest.mark.parametrize("name", ["wav2vec2", "hubert", "wavlm"])
@torch.inference_mode()
def test_a_waveform_reaches_the_model_as_transformers_would_bring_it_there(small_model, name):
    folder, heard = str(small_model(name)), sound(1)
    usual = transformers.Wav2Vec2FeatureExtractor(do_normalize=True)(heard.values, sampling_rate=16_000, return_tensors="pt")

    vectors = made(small_model, name, rank=0).early(torch.from_numpy(Waveform(folder)(heard))[None])

    torch.testing.assert_close(vectors, loaded("AutoModel", folder).eval()(usual.input_values).last_hidden_state, atol=2e-3, rtol=1e-3)


def test_a_model_that_wants_the_sound_as_it_is_gets_it(small_model, tmp_path):
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({"do_normalize": False, "sampling_rate": 16_000}))

    np.testing.assert_array_equal(Waveform(str(tmp_path))(sound(0.02)).reshape(-1), sound(0.02).values)


def test_a_model_of_another_rate_is_refused(tmp_path):
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({"sampling_rate": 8_000}))

    with pytest.raises(RunError, match=r"hears sound at 8000 Hz. Expected one that hears 16000 Hz"):
        Waveform(str(tmp_path))(sound(0.1))


@pytest.mark.parametrize(("seconds", "bands"), [(0.5, 80), (1.99, 80), (1, 128)])
def test_log_mels_are_whispers_own(seconds, bands, tmp_path):
    (tmp_path / "preprocessor_config.json").write_text(json.dumps({"feature_size": bands}))
    heard = sound(seconds)
    usual = transformers.WhisperFeatureExtractor(feature_size=bands, chunk_length=2)(heard.values, sampling_rate=16_000).input_features[0].T

    mels = WhisperMel(str(tmp_path))(heard)

    assert mels.shape == (int(np.ceil(seconds * 100)), bands)
    np.testing.assert_allclose(mels, usual[: len(mels)], atol=2e-4)


@torch.inference_mode()
def test_whisper_hears_short_sound_as_if_silence_followed(small_model):
    heard = sound(0.5)
    usual = transformers.WhisperFeatureExtractor(chunk_length=2)(heard.values, sampling_rate=16_000, return_tensors="pt")
    encoder = made(small_model, "whisper", layers=0, rank=0)

    vectors = encoder.early(torch.from_numpy(WhisperMel()(heard))[None])

    assert vectors.shape == (1, 25, 16)
    # The last vector reaches beyond the sound's end, where Whisper still has a little of it.
    torch.testing.assert_close(vectors[:, :24], encoder.model(usual.input_features).last_hidden_state[:, :24], atol=2e-3, rtol=1e-2)


@torch.inference_mode()
def test_whisper_hears_long_sound_in_stretches(small_model):
    encoder = made(small_model, "whisper", layers=0, rank=0)
    x = numbers(encoder, 2, 250)

    vectors = encoder.early(x)

    assert vectors.shape == (2, 125, 16)
    torch.testing.assert_close(vectors[:, :100], encoder.early(x[:, :200]))


@pytest.mark.parametrize(
    ("processor", "said"),
    [
        ("ViTImageProcessorPil", {"size": {"height": 64, "width": 64}, "resample": 2}),
        (
            "ViTImageProcessorPil",
            {"size": {"height": 32, "width": 32}, "resample": 3, "image_mean": [0.4, 0.5, 0.6], "image_std": [0.2] * 3},
        ),
        ("CLIPImageProcessorPil", {"size": {"shortest_edge": 64}, "crop_size": {"height": 64, "width": 64}, "resample": 3}),
        ("ConvNextImageProcessorPil", {"size": {"shortest_edge": 64}, "crop_pct": 0.875, "resample": 3}),
        ("MobileNetV2ImageProcessorPil", {"size": {"shortest_edge": 72}, "crop_size": {"height": 64, "width": 64}, "resample": 2}),
    ],
)
def test_pictures_are_brought_to_a_model_as_its_own_file_says(processor, said, tmp_path):
    own = getattr(transformers, processor)(**said)
    own.save_pretrained(tmp_path)
    y, x = np.mgrid[:48, :60]  # smooth, since Pillow cuts what overshoots between its two passes
    pictures = np.stack([[127 + 100 * np.sin(x / 9 + i) * np.cos(y / (7 + c)) for c in range(3)] for i in range(2)])
    pictures = pictures.transpose(0, 2, 3, 1).astype(np.uint8)
    usual = torch.stack([torch.as_tensor(np.asarray(own(p)["pixel_values"][0])) for p in pictures])

    x = torch.from_numpy(Picture()(Signal(pictures, 5.0)))
    seen = preparation(str(tmp_path))(x.permute(0, 3, 1, 2))

    assert seen.shape == usual.shape
    # Pillow rounds to 256 levels twice; a level is 0.008 to 0.02 after division by the spread.
    assert (seen - usual).abs().mean() < 0.01
    assert (seen - usual).abs().max() < 0.05


@torch.inference_mode()
def test_grey_is_given_to_all_colours(small_model):
    encoder = made(small_model, "vit")
    grey = numbers(encoder, 1, 2)

    torch.testing.assert_close(encoder.early(grey), encoder.early(grey[..., None].expand(-1, -1, -1, -1, 3)))


@torch.inference_mode()
def test_a_picture_is_its_mark_or_the_mean_of_its_places_or_both(small_model):
    x = torch.rand(1, 2, 48, 48, generator=torch.Generator().manual_seed(1))

    first, mean, both = (made(small_model, "vit", pool=pool, rank=0).early(x) for pool in ("first", "mean", "both"))

    torch.testing.assert_close(torch.cat([first, mean], dim=2), both)


@torch.inference_mode()
def test_clips_vectors_are_those_it_compares_with_words(small_model):
    folder = str(small_model("clip"))
    x = torch.rand(3, 1, 32, 32, generator=torch.Generator().manual_seed(1))
    model = loaded("CLIPModel", folder).eval()
    pixels = preparation(folder)(x.flatten(0, 1)[:, None])
    ids = torch.tensor([[2, 7, 3], [2, 8, 3]])

    vectors = made(small_model, "clip", layers=0, rank=0).early(x)[:, 0]

    said = model(input_ids=ids, pixel_values=pixels)
    torch.testing.assert_close(vectors, said.image_embeds / said.image_embeds.norm(dim=1, keepdim=True))
    torch.testing.assert_close(model.logit_scale.exp() * vectors @ said.text_embeds.T, said.logits_per_image)


@torch.inference_mode()
def test_a_film_of_any_length_is_seen_in_sixteen_pictures_spread_over_it(small_model):
    encoder = made(small_model, "videomae", layers=0, rank=0)
    x = torch.rand(1, 64, 48, 48, generator=torch.Generator().manual_seed(1))

    vectors = encoder.early(x)

    assert vectors.shape == (1, 8, 16)
    torch.testing.assert_close(vectors, encoder.early(x[:, 2::4]))
    torch.testing.assert_close(encoder.early(x[:, :16]), encoder.early(x[:, :16].repeat_interleave(3, dim=1)))


@torch.inference_mode()
def test_a_classifier_answers_with_its_own_probabilities(small_model):
    encoder = made(small_model, "wav2vec2_emotions", layers=0, rank=0)
    x = numbers(encoder, 2, 40)
    whole = loaded("AutoModelForAudioClassification", str(small_model("wav2vec2_emotions"))).eval()

    answers = encoder.early(x)

    assert answers.shape == (2, 1, 4)
    torch.testing.assert_close(answers[:, 0].exp(), whole(x.flatten(1)).logits.softmax(dim=1))
    assert encoder.model.config.id2label == {0: "neu", 1: "hap", 2: "ang", 3: "sad"}


@pytest.mark.parametrize(
    ("family", "name"),
    [
        ("sound", "facebook/wav2vec2-base"),
        ("mels", "openai/whisper-base"),
        ("answers", "superb/wav2vec2-base-superb-er"),
        ("pictures", "google/vit-base-patch16-224"),
        ("clip", "openai/clip-vit-large-patch14"),
        ("films", "MCG-NJU/videomae-base"),
    ],
)
def test_without_a_network_each_family_says_what_to_do(family, name, monkeypatch):
    def unreachable(*args, **kwargs):
        raise OSError("We couldn't connect to 'https://huggingface.co' to load the files")

    for kind in ("AutoModel", "AutoModelForAudioClassification", "CLIPVisionModelWithProjection"):
        monkeypatch.setattr(getattr(transformers, kind), "from_pretrained", unreachable)

    with pytest.raises(RunError, match=rf"'{name}' cannot be loaded .*couldn't connect.*`hf download {name} --local-dir DIR`.*in place of"):
        Pretrained(name, family)


@pytest.mark.parametrize("family", ["sound", "mels", "answers", "pictures", "clip", "films"])
def test_a_folder_without_a_model_says_what_belongs_there(family, tmp_path):
    with pytest.raises(RunError, match=r"cannot be loaded.*config.json, model.safetensors\); restore it, or name another"):
        Pretrained(str(tmp_path), family)


@pytest.mark.parametrize("feature", [Waveform, WhisperMel])
def test_a_feature_whose_models_file_cannot_be_had_says_what_to_do(feature, monkeypatch, tmp_path):
    import huggingface_hub

    def unreachable(*args, **kwargs):
        raise OSError("We couldn't connect to 'https://huggingface.co'")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", unreachable)

    with pytest.raises(RunError, match=r"couldn't connect.*`hf download someone/model --local-dir DIR`"):
        feature("someone/model")(sound(0.1))
    with pytest.raises(RunError, match=r"does not say how it is fed.*preprocessor_config.json.*put it there"):
        feature(str(tmp_path))(sound(0.1))


def test_a_model_that_does_not_say_how_large_its_pictures_are_is_refused(small_model, tmp_path):
    shutil.copytree(small_model("vit"), tmp_path / "vit")
    (tmp_path / "vit" / "preprocessor_config.json").write_text("{}")

    with pytest.raises(RunError, match="does not say to what size pictures are brought. Expected a 'size'"):
        Pretrained(str(tmp_path / "vit"), "pictures")
