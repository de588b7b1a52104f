"""What many tests arrange: a seeded generator, toy clips and a recognizer that has learnt from them, the real data where there is any."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.corpora.toy import TOY

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with one folder a corpus")


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Path:
    return _folder(request.config.getoption("--data"), "real data")


@pytest.fixture(scope="session")
def models(request: pytest.FixtureRequest) -> Path:
    return _folder(request.config.getoption("--data").parent / "models", "weights of others")


@pytest.fixture(scope="session")
def toy() -> tuple[Clip, ...]:
    """Clips of 1.5 s with all modalities, made up in memory."""
    return TOY.clips(Path())


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that has learnt sound and faces of the toy corpus: cleo and dan were not learnt from."""
    from emofuse.experiment import train  # torch and Lightning take seconds to import, and most tests need neither

    out = tmp_path_factory.mktemp("toy") / "run"
    train("emofuse.recipes.toy:audio_video", {}, data=out.parent, out=out)
    return out


@pytest.fixture(scope="session")
def toy_recognizer(toy_run: Path):
    """A trained recognizer of sound and faces together: windows of 1 s every 250 ms."""
    from emofuse.run import load

    return load(toy_run)


@pytest.fixture(scope="session")
def small_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `save_pretrained` leaves it: a BERT of two layers that has learnt nothing, and a vocabulary of a few words."""
    return _small(tmp_path_factory.mktemp("small-bert"), "BertConfig", "BertModel", ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[CLS]", "[SEP]"))


@pytest.fixture(scope="session")
def small_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a RoBERTa: other marks, two of them between texts, and no kinds of pieces."""
    marks = ("<pad>", "<unk>", "<s>", "</s>", "<s>", "</s> </s>")
    return _small(tmp_path_factory.mktemp("small-roberta"), "RobertaConfig", "RobertaModel", marks)


def _small(folder: Path, config: str, model: str, marks: tuple[str, ...]) -> Path:
    import torch
    import transformers

    words = _vocabulary(folder, marks)
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
    more = {
        "vocab_size": len(words),
        "max_position_embeddings": 66,
        "pad_token_id": 0,
        "type_vocab_size": 2 if config.startswith("Bert") else 1,
    }
    torch.manual_seed(0)
    getattr(transformers, model)(getattr(transformers, config)(**sizes, **more)).save_pretrained(folder)
    return folder


def _vocabulary(folder: Path, marks: tuple[str, ...]) -> list[str]:
    """Twelve or so words, and how they are cut."""
    import tokenizers
    from tokenizers.processors import TemplateProcessing

    padding, unknown, first, last, before, between = marks
    words = [padding, unknown, first, last, *["ann", ":", "bob", "hello", "there", "what", "joy", "no", "why", ".", "!", "?"]]
    reader = tokenizers.Tokenizer(tokenizers.models.WordLevel({word: i for i, word in enumerate(words)}, unk_token=unknown))
    reader.normalizer = tokenizers.normalizers.Lowercase()
    reader.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    reader.post_processor = TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{before} $A {between} $B {last}", special_tokens=[(first, 2), (last, 3)]
    )
    reader.save(str(folder / "tokenizer.json"))
    return words


SMALL_HEARING = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "conv_dim": (8, 8),
    "conv_kernel": (20, 16),
    "conv_stride": (20, 16),
    "num_feat_extract_layers": 2,
    "num_conv_pos_embeddings": 4,
    "num_conv_pos_embedding_groups": 2,
}
SMALL_SEEING = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "image_size": 32,
    "patch_size": 16,
}
SMALL_WORDS = {"projection_dim": 8, "vocab_size": 16, "max_position_embeddings": 20, "bos_token_id": 2, "eos_token_id": 3}
HEARS = {"feature_size": 1, "sampling_rate": 16_000, "do_normalize": True}
SEES = {"size": {"height": 32, "width": 32}, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.2, 0.3, 0.4], "resample": 2}
CROPS = {**SEES, "size": {"shortest_edge": 40}, "crop_size": {"height": 32, "width": 32}, "do_center_crop": True, "resample": 3}
SMALL = {
    "wav2vec2": ("Wav2Vec2Model", "Wav2Vec2Config", SMALL_HEARING, HEARS),
    "hubert": ("HubertModel", "HubertConfig", SMALL_HEARING, HEARS),
    "wavlm": ("WavLMModel", "WavLMConfig", SMALL_HEARING, HEARS),
    "wav2vec2_emotions": (
        "Wav2Vec2ForSequenceClassification",
        "Wav2Vec2Config",
        {
            **SMALL_HEARING,
            "classifier_proj_size": 8,
            "use_weighted_layer_sum": True,
            "id2label": dict(enumerate(("neu", "hap", "ang", "sad"))),
        },
        HEARS,
    ),
    "whisper": (
        "WhisperModel",
        "WhisperConfig",
        {
            "d_model": 16,
            "encoder_layers": 2,
            "decoder_layers": 1,
            "encoder_attention_heads": 2,
            "decoder_attention_heads": 2,
            "encoder_ffn_dim": 24,
            "decoder_ffn_dim": 24,
            "max_source_positions": 100,
            "vocab_size": 20,
            "pad_token_id": 0,
            "bos_token_id": 0,
            "eos_token_id": 0,
            "decoder_start_token_id": 0,
        },
        {"feature_size": 80, "sampling_rate": 16_000},
    ),
    "vit": ("ViTModel", "ViTConfig", SMALL_SEEING, SEES),
    "convnext": (
        "ConvNextModel",
        "ConvNextConfig",
        {"hidden_sizes": [8, 16], "depths": [1, 1], "num_stages": 2},
        {**SEES, "crop_pct": 0.875, "size": {"shortest_edge": 32}},
    ),
    "resnet": (
        "ResNetModel",
        "ResNetConfig",
        {"embedding_size": 8, "hidden_sizes": [8, 16], "depths": [1, 1], "layer_type": "basic"},
        SEES,
    ),
    "mobilenet_v2": ("MobileNetV2Model", "MobileNetV2Config", {"depth_multiplier": 0.1, "finegrained_output": False}, CROPS),
    "videomae": ("VideoMAEModel", "VideoMAEConfig", {**SMALL_SEEING, "num_frames": 16, "tubelet_size": 2}, CROPS),
    "clip": (
        "CLIPModel",
        "CLIPConfig",
        {
            "vision_config": {**SMALL_SEEING, "projection_dim": 8},
            "text_config": {**SMALL_SEEING, **SMALL_WORDS},
            "projection_dim": 8,
        },
        CROPS,
    ),
}
"""Models that have learnt nothing: transformers' class and configuration, its settings, and what is done to what it is fed."""


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Folders as `save_pretrained` leaves them, of models of `SMALL`; each is made once."""

    @cache
    def made(name: str) -> Path:
        import torch
        import transformers

        folder = tmp_path_factory.mktemp(f"small-{name}")
        model, config, settings, prepared = SMALL[name]
        torch.manual_seed(0)
        getattr(transformers, model)(getattr(transformers, config)(**settings)).save_pretrained(folder)
        (folder / "preprocessor_config.json").write_text(json.dumps(prepared))
        if name == "clip":
            _vocabulary(folder, ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[CLS]", "[SEP]"))
        return folder

    return made


def _folder(path: Path, what: str) -> Path:
    if not path.is_dir():
        pytest.skip(f"no {what} at {path}; name the data's folder with --data")
    return path
