"""Folds that depend on the order in which a file system lists its files."""

from collections.abc import Sequence

import numpy as np

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, NotLooked, words
from emofuse.core.errors import EmofuseError
from emofuse.core.split import Protocol, Split

ASKS = "Would another machine make the same split?"
TRAPS = ("T6",)
UNSORTED = {"directory", "listdir", "glob", "unsorted", "scandir", "walk"}
REMEDY = "Sort clips by their ids before dividing them, and fix the seed; keep the lists (emofuse split)."


def look(evidence: Evidence) -> Sequence[Finding]:
    """What is said of the order, and the split made again by its protocol from clips in other orders.

    Raises:
        NotLooked: Nothing is said, and there is no protocol to make the split again with.
    """
    said = words(evidence.says.get("order"))
    if said & UNSORTED and "sorted" not in said:
        says = f"Clips are said to be divided in the order '{evidence.says['order']}', which differs from machine to machine."
        return [Finding("T6", Grade.BROKEN, "split by the order of a directory", says, REMEDY)]
    if evidence.protocol is None or not evidence.splits:
        if said:
            return []
        raise NotLooked("the protocol that made the split, or what is said about the order of the clips (order)")
    wanted = _parts(evidence.splits)
    for title, order in (
        ("not the split of its protocol", None),
        ("split by the order of the clips", 1),
        ("split by the order of the clips", 2),
    ):
        made = _made(evidence, evidence.protocol, order)
        if made == wanted:
            continue
        moved = sorted({clip for name in wanted for clip, part in wanted[name].items() if made.get(name, {}).get(clip) != part})
        again = "Made again from the same clips" + ("" if order is None else " in another order")
        says = f"{again}, {len(moved):,} of {len(evidence.clips):,} clips are in other parts."
        rows = tuple((clip,) for clip in moved[:ROWS])
        return [Finding("T6", Grade.BROKEN, title, says, REMEDY, len(moved), rows)]
    return []


def _made(evidence: Evidence, protocol: Protocol, order: int | None) -> dict[str, dict[str, str]]:
    clips = list(evidence.clips)
    if order is not None:
        clips = [clips[i] for i in np.random.default_rng(order).permutation(len(clips))]
    try:
        return _parts(tuple(protocol(clips)))
    except EmofuseError:
        return {}


def _parts(splits: Sequence[Split]) -> dict[str, dict[str, str]]:
    return {split.name: {c.id: part for part in ("train", "valid", "test") for c in getattr(split, part)} for split in splits}
