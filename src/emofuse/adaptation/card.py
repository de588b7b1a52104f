"""The card of what was learnt of one person: what it rests on, what it is worth, what it must not be used for."""

from collections.abc import Sequence

from emofuse.adaptation.gain import FIGURES, Gain, told_p
from emofuse.evaluation.card import MUST_NOT
from emofuse.personal.map import Personal


def card(runs: Sequence[str], personal: Personal, gain: Gain, notes: Sequence[str] = ()) -> str:
    """In Markdown.

    Args:
        runs: What it rests on.
        personal: The map.
        gain: What it is worth.
        notes: What else must be told.
    """
    clips = sum(gain.clips.values())
    figures = [
        f"| {name} | {gain.before[name]} | {gain.after[name]} | {gain.difference[name].signed} | {told_p(gain.p[name]).lstrip('= ')} |"
        for name in FIGURES
    ]
    numbers = [f"temperature {personal.temperature:.3g}"]
    if personal.bias:
        numbers.append("bias " + ", ".join(f"{word} {bias:+.2f}" for word, bias in zip(personal.labels, personal.bias, strict=True)))
    if personal.mix:
        numbers.append(f"{len(personal.labels)} x {len(personal.labels)} numbers of what each label hears of the others")
    if personal.weights:
        numbers.append("members' weights " + ", ".join(f"{name} {weight:.2f}" for name, weight in personal.weights.items()))
    sections = [
        f"# {' + '.join(name.rstrip('/').rpartition('/')[2] for name in runs)}, for one person",
        f"Adapted to one person from {clips} labelled clips of theirs. It is for that person only: of anybody else it knows less than what "
        f"it rests on.",
        "## What was learnt",
        f"{personal.how[0].upper()}{personal.how[1:]}: {'; '.join(numbers)}. No weights of a network were changed.",
        "Clips by label: " + ", ".join(f"{word} {count}" for word, count in gain.clips.items()) + ".",
        "## Figures",
        f"Each clip was answered by what had learnt from the others: outer folds judged, inner folds chose the way. "
        f"Intervals of 95 % by drawing the {gain.files} files anew; p by flipping them.",
        "\n".join(["| figure | before | after | difference | p |", "| --- | --- | --- | --- | --- |", *figures]),
        gain.sentence,
        "They are of recordings of the same days, rooms and sentences as what was learnt from: they are no promise for others.",
        *notes,
        "## What it must not be used for",
        "It was made of one person's recordings, and tells of them: keep it as you keep those, and delete it where they ask for it.",
        MUST_NOT,
    ]
    return "\n\n".join(sections) + "\n"
