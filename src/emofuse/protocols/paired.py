"""Clips of two corpora married by label, where no corpus has all modalities: kept because papers do it, and marked.

A pair is not a person and not a moment: its label is all that its halves have in common, so that a network can add up what each
says of the label, and learns nothing of how voice and brain go together. Accuracy rises with every half that knows the label.
A pair therefore has no subject, and splits by person refuse it; its facts say who is in it, so that one of the two can be kept
apart (`by_group.grouped(k, by="subject_audio")`). To keep both apart, divide each corpus first and marry within the parts.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.core.split import Split


def paired(first: Sequence[Clip], second: Sequence[Clip], *, counts: Mapping[str, int] | None = None, seed: int = 0) -> tuple[Clip, ...]:
    """Clips of `first`, each with the sources of a clip of `second` that has the same label.

    Divided after this, the halves cross: with `counts`, one clip of `second` may be learnt from and judged. **Leaks people.**

    A pair's facts are those of both halves (of `first` where they disagree) and ``paired`` ("label"); for each
    modality m, ``subject_m`` and ``clip_m`` say who and which clip it is of, as far as the corpus tells.

    Args:
        first: Each of them is in one pair at most.
        second: Each of them is in one pair at most, unless `counts` asks for more than there are: then all are used as often,
            or once more.
        counts: Pairs of each label; without it as many as the corpus with fewer of them has.
        seed: Decides who is paired with whom; the order of the clips does not.

    Raises:
        SplitError: A modality that both have, no label in common, or fewer clips of `first` than are asked for.

    Example:
        >>> from emofuse.core.clip import Source; from emofuse.core.modality import Modality; from pathlib import Path
        >>> voice, brain = ({m: Source(Path("x"), read=lambda path: None)} for m in (Modality.AUDIO, Modality.EEG))
        >>> (pair,) = paired([Clip("v1", "ann", "fear", voice)], [Clip("e1", "bob", "fear", brain), Clip("e2", "bob", "calm", brain)])
        >>> pair.id, pair.subject, pair.facts["subject_audio"], pair.facts["subject_eeg"], sorted(pair.sources)
        ('v1+e1', None, 'ann', 'bob', [<Modality.AUDIO: 'audio'>, <Modality.EEG: 'eeg'>])
    """
    generator = np.random.default_rng(seed)
    labels = sorted({clip.label for clip in first if clip.label} & {clip.label for clip in second if clip.label})
    wanted = dict(counts) if counts is not None else {}
    strange = sorted(set(wanted) - set(labels))
    if not labels or strange:
        raise SplitError(
            f"No clips of {', '.join(strange) or 'one label'} are in both corpora. Expected a label that both know; "
            f"they have {', '.join(labels) or 'none'} in common: map their words to the same ones first."
        )
    pairs = []
    for label in labels if counts is None else sorted(wanted):
        ours = _drawn([clip for clip in first if clip.label == label], generator)
        theirs = _drawn([clip for clip in second if clip.label == label], generator)
        count = wanted.get(label, min(len(ours), len(theirs)))
        if count > len(ours):
            raise SplitError(f"{count} pairs of {label} were asked for; the first corpus has {len(ours)} clips of it. Ask for fewer.")
        while len(theirs) < count:
            theirs += theirs
        pairs += [_pair(a, b) for a, b in zip(ours[:count], theirs[:count], strict=True)]
    return tuple(sorted(pairs, key=lambda clip: clip.id))


def paired_within(first: Split, second: Split, *, seed: int = 0) -> Split:
    """Two corpora's splits as one: pairs within train, within valid and within test, so that nobody of either crosses.

    Raises:
        SplitError: As `paired`, part by part, or one split has a part that the other lacks.
    """
    both = [(first.train, second.train), (first.valid, second.valid), (first.test, second.test)]
    if any(bool(a) != bool(b) for a, b in both):
        raise SplitError(
            f"Splits {first.name} and {second.name} do not have the same parts. Expected clips in the same ones; choose protocols alike."
        )
    parts = [paired(a, b, seed=seed) if a else () for a, b in both]
    return Split(f"{first.name}+{second.name}", parts[0], parts[1], parts[2], apart=_kept(parts, first, second))


def _kept(parts: Sequence[Sequence[Clip]], first: Split, second: Split) -> frozenset[str]:
    """What pairs keep apart because each of the splits that they are made from keeps people apart."""
    kept = set()
    for split in (first, second):
        if "subject" in split.apart:
            kept |= {f"subject_{m}" for clip in split.test for m in clip.sources}
    return frozenset(by for by in kept if all(by in clip.facts for part in parts for clip in part))


def _drawn(clips: Sequence[Clip], generator: np.random.Generator) -> list[Clip]:
    known = sorted(clips, key=lambda clip: clip.id)
    return [known[i] for i in generator.permutation(len(known))]


def _pair(a: Clip, b: Clip) -> Clip:
    both = sorted(set(a.sources) & set(b.sources))
    if both:
        raise SplitError(f"Clips {a.id} and {b.id} both have {', '.join(both)}. Expected each modality from one; take it from one of them.")
    facts = {**b.facts, **a.facts, "paired": "label"}
    for clip in (a, b):
        for m in clip.sources:
            facts[f"clip_{m}"] = clip.id
            if clip.subject is not None:
                facts[f"subject_{m}"] = clip.subject
    return Clip(f"{a.id}+{b.id}", None, a.label, {**a.sources, **b.sources}, facts)
