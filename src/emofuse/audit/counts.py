"""Counts that do not add up, and figures that no whole number of rows can make."""

from collections.abc import Mapping, Sequence

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, held, number, whole

ASKS = "Do stated counts and figures agree with each other and with what was published?"
TRAPS = ("T19",)
PARTS = ("n_train", "n_valid", "n_test")
DIGITS = 5  # of a figure as a share; what has more was computed, not printed


def look(evidence: Evidence) -> Sequence[Finding]:
    """Stated counts by label and by part, figures told in several ways, and how many clips of the corpus are here.

    Raises:
        NotLooked: Nothing is stated, and the corpus' published size is not known.
    """
    says, published = evidence.says, evidence.corpus.published if evidence.corpus else None
    stated = isinstance(says.get("counts"), Mapping) or any(name in says for name in (*PARTS, "n", "accuracy"))
    if not stated and (published is None or not evidence.clips):
        raise NotLooked("stated counts (counts, n, n_train, ...) and figures, or a corpus of published size")
    return [*_by_label(evidence), *_sums(evidence), *_told_twice(evidence), *_impossible(evidence), *_missing(evidence)]


def _by_label(evidence: Evidence) -> list[Finding]:
    said = evidence.says.get("counts")
    if not isinstance(said, Mapping):
        return []
    counts = {str(word): whole(count) or 0 for word, count in said.items()}
    published = evidence.corpus.published if evidence.corpus else None
    wrong = {w: (c, published.labels[w]) for w, c in counts.items() if published and w in published.labels and c != published.labels[w]}
    total, stated = sum(counts.values()), whole(evidence.says.get("n"))
    found = []
    if wrong:
        listed = "; ".join(
            f"{w}: {c:,} said, {r:,} published{' (digits swapped)' if _swapped(c, r) else ''}" for w, (c, r) in wrong.items()
        )
        found.append(_finding("counts that were not published", f"{listed}.", len(wrong)))
    if stated is not None and stated != total:
        found.append(
            _finding("counts that do not add up", f"The stated labels sum to {total:,}, while {stated:,} are said.", abs(total - stated))
        )
    return found


def _sums(evidence: Evidence) -> list[Finding]:
    parts = [whole(evidence.says.get(name)) for name in PARTS]
    stated = whole(evidence.says.get("n"))
    known = [part for part in parts if part is not None]
    found = []
    if stated is not None and len(known) == len(PARTS) and sum(known) != stated:
        says = f"{' + '.join(f'{part:,}' for part in known)} is {sum(known):,}, while {stated:,} are said."
        found.append(_finding("counts that do not add up", says, abs(sum(known) - stated)))
    sizes = {name: [len(getattr(split, name.removeprefix("n_"))) for split in evidence.splits] for name in PARTS}
    off = {n: part for n, part in zip(PARTS, parts, strict=True) if part is not None and len(evidence.splits) == 1 and sizes[n] != [part]}
    if off:
        listed = "; ".join(f"{name}: {part:,} said, {sizes[name][0]:,} listed" for name, part in off.items())
        found.append(_finding("parts of another size than said", f"{listed}.", len(off)))
    return found


def _told_twice(evidence: Evidence) -> list[Finding]:
    """One figure, told with several values: ``"accuracy": [66.90, 66.09]``."""
    found = []
    for name, value in evidence.says.items():
        if name in ("accuracy", "uar", "macro_f1", "weighted_f1", "f1") and isinstance(value, list):
            values = sorted({v for v in map(number, value) if v is not None})
            if len(values) > 1:
                swapped = any(_swapped(round(a * 10_000), round(b * 10_000)) for a, b in zip(values, values[1:], strict=False))
                says = f"{name} is told as {', '.join(f'{v:.4f}' for v in values)}{' (digits swapped)' if swapped else ''}."
                found.append(_finding("one figure, several values", says, len(values)))
    return found


def _impossible(evidence: Evidence) -> list[Finding]:
    """Accuracies that no number of right rows out of `n_test` makes, rounded or cut off."""
    n, value = whole(evidence.says.get("n_test")), evidence.says.get("accuracy")
    share = number(value)
    if n is None or share is None or isinstance(value, list) or "folds" in evidence.says or "seeds" in evidence.says:
        return []
    plain = str(value).rstrip("% ")
    digits = min(len(plain.partition(".")[2]) + (2 if float(plain) > 1 else 0), DIGITS)
    unit = 10.0**-digits
    nearest = min(abs(k / n - share) for k in {int(share * n) + step for step in (-1, 0, 1, 2)})
    if nearest < unit:
        return []
    low = int(share * n)
    says = f"No number of right rows out of {n:,} makes an accuracy of {value}: {low:,} make {low / n:.4f}, one more {(low + 1) / n:.4f}."
    return [_finding("a figure that cannot be", says, 1)]


def _missing(evidence: Evidence) -> list[Finding]:
    size = held(evidence)
    if size is None or not 0 < len(evidence.clips) < size[0]:
        return []
    return [
        Finding(
            "T19",
            Grade.FINE,
            "part of the corpus",
            f"{len(evidence.clips):,} clips of the {size[0]:,} that {size[1]} holds.",
            f"Say which clips were used; emofuse check {size[1].split()[0]} names those that are missing.",
            size[0] - len(evidence.clips),
        )
    ]


def _finding(title: str, says: str, count: int) -> Finding:
    return Finding("T19", Grade.BROKEN, title, says, "Count again, and take counts from the corpus' own publication.", count)


def _swapped(one: int, other: int) -> bool:
    """Whether two neighbouring digits changed places.

    Example:
        >>> _swapped(4593, 4953)
        True
    """
    a, b = str(one), str(other)
    off = [i for i in range(len(a)) if len(a) == len(b) and a[i] != b[i]]
    return len(off) == 2 and off[1] == off[0] + 1 and a[off[0]] == b[off[1]] and a[off[1]] == b[off[0]]
