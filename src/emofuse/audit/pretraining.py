"""Encoders that have seen the corpus they are judged on before anybody fine-tuned them.

The table holds what the models' own cards say; a model that is not in it is not thereby clean.
"""

import re
from collections.abc import Mapping, Sequence

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, some

ASKS = "Has a pretrained encoder seen this corpus?"
TRAPS = ("T17",)
EMOBOX = ("cremad", "emodb", "iemocap", "meld", "ravdess", "savee", "tess")
"""Of the 32 corpora that EmoBox lists (Ma et al. 2024), those that have a reader here."""
SEEN: Mapping[str, tuple[str, ...]] = {
    "emotion2vec_plus_seed": EMOBOX,  # card: fine-tuned with academic data from EmoBox
    "emotion2vec_plus_base": EMOBOX,  # card: on what the seed model labelled, from whose weights it is derived; issue 32
    "emotion2vec_plus_large": EMOBOX,
    "ehcalabres/wav2vec2-lg-xlsr-en-speech-emotion-recognition": ("ravdess",),
    "superb/wav2vec2-base-superb-er": ("iemocap",),
    "speechbrain/emotion-recognition-wav2vec2-IEMOCAP": ("iemocap",),
    "j-hartmann/emotion-english-distilroberta-base": ("dairai", "goemotions", "isear", "meld"),
    "j-hartmann/emotion-english-roberta-large": ("dairai", "goemotions", "isear", "meld"),
    "trpakov/vit-face-expression": ("fer2013",),
    "fer2013_mini_XCEPTION": ("fer2013",),
    "fer2013_big_XCEPTION": ("fer2013",),
}
"""Model to corpora that it has learnt labels of."""
CLEAN = frozenset(
    {
        "wav2vec2-base", "wav2vec2-base-960h", "wav2vec2-large", "wav2vec2-large-xlsr-53", "hubert-base-ls960", "hubert-large-ll60k",
        "wavlm-base", "wavlm-base-plus", "wavlm-large", "roberta-base", "roberta-large", "bert-base-uncased", "bert-large-uncased",
        "distilroberta-base", "distilbert-base-uncased", "clip-vit-large-patch14", "vit-base-patch16-224-in21k", "resnet-50",
        "all-minilm-l6-v2",
    }
)  # fmt: skip
"""Models for general use, which were taught no emotions; by what follows the slash of their names."""


def look(evidence: Evidence) -> Sequence[Finding]:
    """Models (``pretrained``) and corpora (``pretrained_on``) that are said to have been begun with, against the corpus that is judged on.

    Raises:
        NotLooked: The corpus is not known, nothing is said, or a model is not in the table and its corpora are not told.
    """
    if evidence.corpus is None:
        raise NotLooked("which corpus is judged on")
    models, corpora = (_list(evidence.says.get(name)) for name in ("pretrained", "pretrained_on"))
    if evidence.says.get("pretrained") is None and evidence.says.get("pretrained_on") is None:
        raise NotLooked("which pretrained models were begun with (pretrained), and what they have seen (pretrained_on)")
    own = _short(evidence.corpus.name)
    guilty = [f"pretraining on {name}" for name in corpora if _short(name) == own]
    guilty += [name for name in models if own in {_short(seen) for seen in _seen(name) or ()}]
    if guilty:
        return [
            Finding(
                "T17",
                Grade.INFLATED,
                "pretrained on what is judged",
                f"{some(guilty)} saw {evidence.corpus.name} with its labels: rows that are judged were learnt from, whatever the split "
                "says.",
                "Begin with a model that has not seen it, or judge on a corpus that it has not seen.",
                len(guilty),
            )
        ]
    unknown = [name for name in models if _seen(name) is None and not corpora]
    if unknown:
        raise NotLooked(f"what {some(unknown)} was pretrained on (pretrained_on): it is not among the models that are known here")
    return []


def _seen(model: str) -> tuple[str, ...] | None:
    """The corpora that a model has learnt labels of; None where nobody here knows."""
    short = _short(model)
    for name, corpora in SEEN.items():
        if _short(name) == short or _short(name.rpartition("/")[2]) == _short(model.rpartition("/")[2]):
            return corpora
    return () if model.rpartition("/")[2].lower() in CLEAN else None


def _list(value: object) -> list[str]:
    if value is None or value is False or value == "none":
        return []
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def _short(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower().replace("+", "plus"))
