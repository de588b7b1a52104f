"""More rows than the corpus has clips: copies were counted, whichever kind they are."""

from collections.abc import Sequence

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, held, number, whole

ASKS = "Are there more rows than the corpus holds clips?"
TRAPS = ("T2", "T3", "T18")
PARTS = ("n_train", "n_valid", "n_test")
NEAR = 0.01  # of the corpus: a k-fold total need not be exact, files get lost


def look(evidence: Evidence) -> Sequence[Finding]:
    """Totals, stated or counted, that are a multiple of what was published; a test share that only a multiple explains.

    Raises:
        NotLooked: The corpus' published size, or any total, is not known.
    """
    here = held(evidence)
    if here is None or evidence.corpus is None or evidence.corpus.published is None:
        raise NotLooked("a corpus of published size")
    size, kind = here
    sizes = {kind: size} | {f"{name} {v}": n for name, values in evidence.corpus.published.facts.items() for v, n in values.items()}
    totals = _totals(evidence)
    if not totals:
        raise NotLooked("how many rows there are: clips, or n_train, n_valid and n_test, or n_test and test_fraction")
    found = []
    for what, total in totals.items():
        if total > size * (1 + NEAR):
            times = {
                of: round(total / n) for of, n in sizes.items() if total / n >= 1.5 and abs(total - round(total / n) * n) <= NEAR * total
            }
            few = min(times, key=lambda of: times[of], default=None)
            found.append(
                Finding(
                    "T2",
                    Grade.INFLATED,
                    "more rows than clips",
                    f"{what}: {total:,} rows, "
                    + (f"{times[few]} times {sizes[few]:,} ({few}), " if few else "")
                    + f"while {kind} holds {size:,}"
                    + ": altered copies (T2), files twice (T3), or one take in several modalities (T18) are counted as clips.",
                    "Count each recording once, and keep its copies in one part.",
                    total - size,
                )
            )
    return found[:1]


def _totals(evidence: Evidence) -> dict[str, int]:
    """By how it is known, how many rows there are in all."""
    says = evidence.says
    totals = {}
    if evidence.clips:
        totals["counted"] = len(evidence.clips)
    if evidence.splits:
        totals["counted in a split"] = max(len(split.train) + len(split.valid) + len(split.test) for split in evidence.splits)
    if whole(says.get("n")) is not None:
        totals["said"] = whole(says["n"]) or 0
    parts = [whole(says.get(part)) for part in PARTS]
    if parts[0] is not None and parts[2] is not None:
        totals["said of the parts"] = sum(part or 0 for part in parts)
    fraction = number(says.get("test_fraction"))
    if parts[2] is not None and fraction:
        totals[f"a test part of {parts[2]:,} that is {fraction:.0%} of all"] = round(parts[2] / fraction)
    return totals
