"""Who answered, and how far that is to be believed: what every file that leaves carries."""

from collections.abc import Mapping

from emofuse.core.timeline import Timeline

LIMITS = (
    "This shows expression as recognizers read it, not what a person feels; they err, more often on faces, voices and languages "
    "unlike those they learnt from. Do not decide about people with it."
)
_HASHED = 12  # digits of a hash that name weights: two of the same beginning are not to be expected


def recognizers(timeline: Timeline) -> str:
    """Names and the beginnings of hashes of the weights that were asked, in one line; empty where nobody told.

    Example:
        >>> import numpy as np
        >>> from emofuse.core.labels import COMMON_SEVEN
        >>> from emofuse.core.segment import Segment
        >>> made = {"models": [{"name": "voice", "sha256": "ab" * 32}]}
        >>> recognizers(Timeline("voice", COMMON_SEVEN, (Segment(0, 500),), np.full((1, 7), 1 / 7), 500, facts=made))
        'voice@abababababab'
    """
    models = timeline.facts.get("models")
    told = [model for model in models if isinstance(model, dict) and model.get("name")] if isinstance(models, (list, tuple)) else []
    return ", ".join(" ".join(f"{model['name']}{_hashed(model.get('sha256'))}".split()) for model in told)


def _hashed(digest: object) -> str:
    return f"@{str(digest)[:_HASHED]}" if digest else ""


def order(timeline: Timeline) -> int:
    """Milliseconds that stand for one sentence where words have no times, and their places are an order; 0 where there are times."""
    media = timeline.facts.get("media")
    said = str(media.get("text_order", "")) if isinstance(media, Mapping) else ""
    return int(said) if said.isdecimal() else 0


def limits(timeline: Timeline) -> str:
    """How far it is to be believed; of words without times also that places are no times."""
    each = order(timeline)
    return f"{LIMITS} The words have no times: each sentence was given {each} ms." if each else LIMITS


def answered(timeline: Timeline) -> str:
    """Who was asked, in a line: "Recognizers: voice@abababababab; emofuse 0.1.0."; empty where nobody told."""
    by, version = recognizers(timeline), timeline.facts.get("emofuse")
    told = [part for part in (f"Recognizers: {by}" if by else "", f"emofuse {version}" if version else "") if part]
    return f"{'; '.join(told)}." if told else ""


def provenance(timeline: Timeline) -> str:
    """Who answered, and the sentence of limits, in one line."""
    return f"{answered(timeline)} {limits(timeline)}".lstrip()
