"""Whisper listens: any of its sizes, from a folder on this machine, through transformers. Nothing is downloaded.

Radford et al. 2022, "Robust Speech Recognition via Large-Scale Weak Supervision", https://arxiv.org/abs/2212.04356.
One difference: a window's words are chosen greedily, without that paper's second tries at higher temperatures.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from emofuse.core.errors import MediaError
from emofuse.media.listen import Heard
from emofuse.media.sound import RATE

if TYPE_CHECKING:
    from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperTokenizer

_STEP = 20  # ms between two time marks (the paper, section 2.3)
_NEEDED = ("config.json", "preprocessor_config.json", "model.safetensors")
_GETTING = "Get one where there is a network (pip install huggingface-hub, hf download openai/whisper-base --local-dir whisper-base)"


class Whisper:
    """Speech recognition by one Whisper.

    Args:
        folder: With its configuration, tokenizer and weights, as the model's publisher gives them.
        language: What is spoken, as Whisper writes it ("en"); None lets it find out, window by window.

    Raises:
        MediaError: transformers is not installed, the folder is not there or holds no Whisper, or it does not know the language.
    """

    def __init__(self, folder: Path, language: str | None = None) -> None:
        self.folder, self.language = Path(folder), language
        _looked_at(self.folder)
        self.model, self.tokenizer, self.extractor = _loaded(self.folder)
        self._speaks()
        self.first = self.tokenizer.get_vocab()["<|notimestamps|>"] + 1  # the token that means 0 ms

    @property
    def name(self) -> str:
        """The folder's name, which says the size where it is called like the model."""
        return self.folder.resolve().name

    @property
    def window(self) -> int:
        """How much it hears at once, in ms: 30,000 in every published size."""
        return int(self.extractor.chunk_length) * 1_000

    def __call__(self, sound: np.ndarray) -> list[Heard]:
        """What is said in sound of at most `window` ms. Shape: (time,) float32 in -1..1 at 16 kHz."""
        import torch

        heard = self.extractor(sound, sampling_rate=RATE, return_tensors="pt", return_attention_mask=True)
        with torch.inference_mode():
            marked = self.model.generate(
                heard.input_features,
                attention_mask=heard.attention_mask,
                language=self.language,
                task=None if self.language is None else "transcribe",
                return_timestamps=True,
                force_unique_generate_call=True,
            )
        said = _stretches(marked[0].tolist(), self.first, frozenset(self.tokenizer.all_special_ids))
        whole = len(sound) * 1_000 // RATE
        return [
            Heard(words, start, None if end is None or end > whole else max(end, start + _STEP))
            for tokens, start, end in said
            if ((words := self.tokenizer.decode(tokens, skip_special_tokens=True).strip()) or end is None) and start < whole
        ]

    def _speaks(self) -> None:
        """Look whether it knows the language it is told.

        Raises:
            MediaError: It does not.
        """
        known = sorted(mark.strip("<|>") for mark in getattr(self.model.generation_config, "lang_to_id", None) or {})
        if self.language is None or self.language in known:
            return
        if not known and self.language == "en":
            self.language = None  # it knows no other, and cannot be asked for this
        elif not known:
            raise MediaError(
                f"{self.name} was trained on English alone, and was asked for {self.language}. Name no language, or take another."
            )
        else:
            raise MediaError(
                f"{self.name} does not know the language {self.language}. Expected one of {', '.join(known)}; name one, or none."
            )


def _stretches(marked: Iterable[int], first: int, special: frozenset[int]) -> list[tuple[list[int], int, int | None]]:
    """Words between time marks: their tokens, when they begin and when they end, in ms; no end where speech goes on.

    Args:
        marked: Tokens as they are generated.
        first: The token that means 0 ms; those above it mean 20 ms more each.
        special: Tokens that are neither words nor times.

    Example:
        >>> _stretches([9, 100, 1, 2, 150, 150, 3], first=100, special=frozenset({9}))
        [([1, 2], 0, 1000), ([3], 1000, None)]
    """
    found: list[tuple[list[int], int, int | None]] = []
    words: list[int] = []
    start, ended, opened = 0, 0, False
    for token in marked:
        if token < first:
            words += [] if token in special else [token]
            continue
        time = (token - first) * _STEP
        if words:
            found.append((words, start, max(time, start)))
            words, ended = [], max(time, start)
            start, opened = ended, False
        else:
            start, opened = max(time, ended), True
    if words or (found and opened):
        found.append((words, start, None))
    return found


def _looked_at(folder: Path) -> None:
    """Look whether a folder holds a Whisper, before anything heavy is imported.

    Raises:
        MediaError: It does not.
    """
    if not folder.is_dir():
        raise MediaError(
            f"There is no folder {folder}. Expected a Whisper model to listen with. {_GETTING}, and name its folder; "
            f"or give a transcript instead."
        )
    missing = [name for name in _NEEDED if not (folder / name).is_file() and not (folder / f"{name}.index.json").is_file()]
    if missing:
        raise MediaError(
            f"{folder} has no {', '.join(missing)}. Expected a Whisper model as its publisher gives it, with weights as safetensors. "
            f"{_GETTING}, and name its folder."
        )
    try:
        kind = json.loads((folder / "config.json").read_text(encoding="utf-8")).get("model_type")
    except (OSError, ValueError, AttributeError) as error:
        raise MediaError(f"{folder}/config.json cannot be read ({error}). Expected a model's settings. {_GETTING}.") from error
    if kind != "whisper":
        raise MediaError(f"{folder} holds a model of the kind {str(kind)[:40]}. Expected whisper. {_GETTING}, and name its folder.")


def _loaded(folder: Path) -> "tuple[WhisperForConditionalGeneration, WhisperTokenizer, WhisperFeatureExtractor]":
    """The model and what goes before and after it; weights only as safetensors, nothing unpickled, nothing fetched.

    Raises:
        MediaError: transformers is not installed, or cannot make a model of the folder.
    """
    import torch

    try:
        from transformers import WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperTokenizer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise MediaError(
            "Recognizing speech needs transformers, which is not installed. Install it with: pip install 'emofuse[text]', "
            "or give a transcript instead."
        ) from error
    disable_progress_bar()  # type: ignore[no-untyped-call]  # of reading weights, which takes a second
    try:
        model = WhisperForConditionalGeneration.from_pretrained(folder, local_files_only=True, use_safetensors=True, dtype=torch.float32)
        model.eval()  # type: ignore[no-untyped-call]  # transformers types most functions, and not this one
        tokenizer = WhisperTokenizer.from_pretrained(folder, local_files_only=True)
        without = tokenizer.get_vocab()["<|notimestamps|>"]
        model.generation_config.no_timestamps_token_id = without  # type: ignore[attr-defined]  # its own; some folders do not say it
        extractor = WhisperFeatureExtractor.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # whatever a broken folder makes of it: transformers raises a dozen kinds
        raise MediaError(f"{folder} cannot be loaded ({str(error)[:200]}). Expected a whole Whisper model. {_GETTING} again.") from error
    return model, tokenizer, extractor
