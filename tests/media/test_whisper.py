"""A small Whisper that the tests make: whether it is loaded, fed and read as the published ones are."""

import json
import sys

import numpy as np
import pytest

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MediaError
from emofuse.core.modality import Modality
from emofuse.media.listen import listen
from emofuse.media.sound import RATE
from emofuse.media.whisper import Whisper

SECONDS = 2  # of sound at once, for speed; the published ones hear 30
MARKS = SECONDS * 50 + 1


@pytest.fixture(scope="module", params=[(), ("<|en|>", "<|de|>")], ids=["english", "multilingual"])
def folder(request, tmp_path_factory):
    """A Whisper of random weights with a vocabulary of single bytes."""
    transformers = pytest.importorskip("transformers", reason="needs the extra `text`")
    import torch
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    path = tmp_path_factory.mktemp("models") / "whisper-toy"
    path.mkdir()
    words = list(bytes_to_unicode().values())
    (path / "vocab.json").write_text(json.dumps({word: i for i, word in enumerate(words)}))
    (path / "merges.txt").write_text("#version: 0.2\n")
    special = ["<|endoftext|>", "<|startoftranscript|>", *request.param, "<|translate|>", "<|transcribe|>", "<|startoflm|>",
               "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>"]  # fmt: skip
    tokenizer = transformers.WhisperTokenizer(str(path / "vocab.json"), str(path / "merges.txt"))
    tokenizer.add_special_tokens({"additional_special_tokens": special})
    tokenizer.add_tokens([f"<|{i * 0.02:.2f}|>" for i in range(MARKS)])
    tokenizer.save_pretrained(path)
    ids = {word: tokenizer.convert_tokens_to_ids(word) for word in special}
    config = transformers.WhisperConfig(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=1, encoder_attention_heads=2, decoder_attention_heads=2,
        encoder_ffn_dim=16, decoder_ffn_dim=16, max_source_positions=SECONDS * 50, max_target_positions=24, max_length=24,
        bos_token_id=ids["<|endoftext|>"], eos_token_id=ids["<|endoftext|>"], pad_token_id=ids["<|endoftext|>"],
        decoder_start_token_id=ids["<|startoftranscript|>"], suppress_tokens=None, begin_suppress_tokens=None,
    )  # fmt: skip
    torch.manual_seed(0)
    model = transformers.WhisperForConditionalGeneration(config)
    end = ids["<|endoftext|>"]
    model.generation_config = transformers.GenerationConfig(
        no_timestamps_token_id=ids["<|notimestamps|>"], is_multilingual=bool(request.param), max_length=24, bos_token_id=end,
        eos_token_id=end, pad_token_id=end, decoder_start_token_id=ids["<|startoftranscript|>"],
        lang_to_id={language: ids[language] for language in request.param},
        task_to_id={"transcribe": ids["<|transcribe|>"], "translate": ids["<|translate|>"]},
    )  # fmt: skip
    model.save_pretrained(path)
    transformers.WhisperFeatureExtractor(chunk_length=SECONDS).save_pretrained(path)
    return path


@pytest.mark.slow
def test_a_whisper_of_a_folder_hears_something_within_the_sound(folder, generator):
    listener = Whisper(folder)

    heard = listener(generator.normal(0, 0.1, RATE).astype(np.float32))

    assert (listener.name, listener.window) == ("whisper-toy", 2_000)
    assert all(0 <= one.start < 1_000 and (one.end is None or one.start < one.end <= 1_000) for one in heard)


@pytest.mark.slow
def test_who_knows_the_language_says_it(folder, generator, monkeypatch):
    asked = []
    sound = generator.normal(0, 0.1, RATE).astype(np.float32)
    if "<|de|>" not in (folder / "tokenizer.json").read_text():
        with pytest.raises(MediaError, match="whisper-toy was trained on English alone, and was asked for de"):
            Whisper(folder, language="de")
        assert Whisper(folder, language="en").language is None
        return

    german = Whisper(folder, language="de")
    monkeypatch.setattr(
        german.model, "generate", lambda *args, generate=german.model.generate, **said: asked.append(said) or generate(*args, **said)
    )
    assert isinstance(german(sound), list)
    assert [(said["language"], said["task"]) for said in asked] == [("de", "transcribe")]
    with pytest.raises(MediaError, match=r"whisper-toy does not know the language klingon\. Expected one of de, en"):
        Whisper(folder, language="klingon")


@pytest.mark.slow
def test_a_recording_is_transcribed_by_it(folder, generator, tmp_path):
    sound = generator.normal(0, 0.1, 5 * RATE).astype(np.float32)
    clip = Clip("noise", None, None, {Modality.AUDIO: Source(tmp_path, lambda path: Signal(sound, RATE))})

    transcript = listen(clip, Whisper(folder))

    starts = [one.segment.start for one in transcript.utterances]
    assert starts == sorted(starts)
    assert transcript.utterances[-1].segment.end <= 5_000
    assert "heard by whisper-toy" in transcript.notes[0]


def test_a_folder_that_is_not_there_says_how_to_get_one(tmp_path):
    with pytest.raises(MediaError, match=r"There is no folder .*whisper\. Expected a Whisper model .*hf download openai/whisper-base"):
        Whisper(tmp_path / "whisper")


@pytest.mark.parametrize(
    ("files", "problem"),
    [
        ({"config.json": "{}"}, r"has no preprocessor_config\.json, model\.safetensors\. Expected .* safetensors"),
        ({"config.json": '{"model_type": "bert"}'}, "holds a model of the kind bert. Expected whisper"),
        ({"config.json": "[]"}, "config.json cannot be read"),
        ({"config.json": "{"}, "config.json cannot be read"),
    ],
)
def test_a_folder_that_holds_no_whisper_is_refused(tmp_path, files, problem):
    if "has no" not in problem:
        files = {"preprocessor_config.json": "{}", "model.safetensors": "", **files}
    for name, content in files.items():
        (tmp_path / name).write_text(content)

    with pytest.raises(MediaError, match=problem):
        Whisper(tmp_path)


@pytest.mark.slow
def test_a_whisper_that_is_damaged_is_refused(folder, tmp_path):
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").write_bytes(b"nothing")

    with pytest.raises(MediaError, match=r"cannot be loaded .*Expected a whole Whisper model"):
        Whisper(tmp_path)


def test_without_transformers_it_is_said_how_to_install_it(tmp_path, monkeypatch):
    for name, content in {"config.json": '{"model_type": "whisper"}', "preprocessor_config.json": "{}", "model.safetensors": ""}.items():
        (tmp_path / name).write_text(content)
    monkeypatch.setitem(sys.modules, "transformers", None)

    with pytest.raises(MediaError, match=r"needs transformers, which is not installed\. Install it with: pip install 'emofuse\[text\]'"):
        Whisper(tmp_path)
