"""A test part that is not the one that the corpus publishes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

from emofuse.audit.base import ROWS, Evidence, Finding, Grade, NotLooked, whole, words
from emofuse.core.split import Split
from emofuse.splitting import OFFICIAL

ASKS = "Is the test part the corpus' own?"
TRAPS = ("T11",)
REMEDY = "Judge on the official test part, and on nothing else; report any other part beside it."


def look(evidence: Evidence) -> Sequence[Finding]:
    """Stated and actual test parts against the published ones.

    Raises:
        NotLooked: The corpus is not known, or publishes no parts; nobody says how large the test part is.
    """
    parts = _parts(evidence)
    if evidence.corpus is None or parts is None:
        raise NotLooked("a corpus that publishes its own test part")
    name, sizes, test = parts
    splits = [split for split in evidence.splits if split.test]
    stated = whole(evidence.says.get("n_test"))
    if not splits and stated is None:
        raise NotLooked("a split with a test part, or how many rows it is said to have (n_test)")
    found = []
    if stated is not None and stated != sizes[test] and not _counted(evidence, stated):
        found.append(
            Finding(
                "T11",
                Grade.BROKEN,
                "not the official test part",
                f"{stated:,} test rows are said; {evidence.corpus.name} publishes {sizes[test]:,} ({test})"
                + _sum(sizes, stated, test)
                + ".",
                REMEDY,
                abs(stated - sizes[test]),
            )
        )
    for split in splits:
        found += _compared(evidence, split, name, sizes, test)
    return found


def _compared(evidence: Evidence, split: Split, name: str, sizes: Mapping[str, int], test: str) -> list[Finding]:
    held = Counter(clip.facts.get(name) for clip in split.test)
    others = sorted(str(value) for value in held if value != test)
    official = held.get(test, 0)
    claimed = "official" in split.name or words(evidence.says.get("test_set")) & {"official"}
    if others:
        learnt = {clip.facts.get(name) for clip in split.train}
        widened = official == sizes[test] and not learnt & {*others, test}
        listed = ", ".join(f"{n:,} of {value}" for value, n in sorted(held.items(), key=str))
        says = f"Split {split.name} judges {len(split.test):,} rows: {listed}"
        return [
            Finding(
                "T11",
                Grade.BROKEN if widened or claimed else Grade.FINE,
                "not the official test part",
                f"{says}, while {sizes[test]:,} of {test} are official: the figure cannot stand beside published ones.",
                REMEDY,
                sum(held[value] for value in held if value != test),
                tuple((clip.id,) for clip in split.test if clip.facts.get(name) != test)[:ROWS],
                split.name,
            )
        ]
    if official != sizes[test]:
        return [
            Finding(
                "T11",
                Grade.BROKEN if claimed and official < 0.9 * sizes[test] else Grade.FINE,
                "part of the official test part",
                f"Split {split.name} judges {official:,} of the {sizes[test]:,} official test rows.",
                "Say which rows are missing, and why.",
                sizes[test] - official,
                split=split.name,
            )
        ]
    return []


def _counted(evidence: Evidence, stated: int) -> bool:
    """Whether the statement is simply how many rows a split here has: the comparison of the split says the rest."""
    return any(len(split.test) == stated for split in evidence.splits)


def _parts(evidence: Evidence) -> tuple[str, Mapping[str, int], str] | None:
    """The fact that tells official parts, their sizes, and which of them is test; None where the corpus has none."""
    corpus = evidence.corpus
    if corpus is None or corpus.published is None or corpus.name not in OFFICIAL:
        return None
    own = OFFICIAL[corpus.name]
    sizes = corpus.published.facts.get(own["fact"], {})
    return (own["fact"], sizes, own["test"]) if own["test"] in sizes else None


def _sum(sizes: Mapping[str, int], stated: int, test: str) -> str:
    """Which of the official parts make up the stated size."""
    for count in range(1, len(sizes) + 1):
        for some in combinations(sizes, count):
            if sum(sizes[value] for value in some) == stated and some != (test,):
                return f"; {stated:,} is {' + '.join(some)}"
    return ""
