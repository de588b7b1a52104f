"""Rankings that the number of judged rows cannot carry."""

from collections.abc import Mapping, Sequence
from math import sqrt

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, judged, number, systems, whole

ASKS = "Are systems ranked by differences that are larger than chance?"
TRAPS = ("T7",)
Z = 1.96  # of a normal distribution, 95 %


def look(evidence: Evidence) -> Sequence[Finding]:
    """Differences to the best system within the 95 % interval of an unpaired comparison, where no paired test is given (``p``).

    Raises:
        NotLooked: No figures of two systems, or nobody knows on how many rows.
    """
    said = systems(evidence.says)
    figures = {name: value for name, row in said.items() if (value := number(row.get("accuracy"))) is not None}
    if len(figures) < 2:
        raise NotLooked("figures of several systems (systems)")
    n = whole(evidence.says.get("n_test")) or len(judged(evidence))
    sizes = {name: whole(row.get("n")) or n for name, row in said.items()}
    if not all(sizes[name] for name in figures):
        raise NotLooked("how many rows the systems were judged on (n_test)")
    best = max(figures, key=lambda name: figures[name])
    near = {}
    for name, value in figures.items():
        needed = Z * sqrt(sum(figures[which] * (1 - figures[which]) / sizes[which] for which in (best, name)))
        if name != best and figures[best] - value < needed and not _tested(said[name]):
            near[name] = needed
    if not near:
        return []
    half = Z * sqrt(figures[best] * (1 - figures[best]) / sizes[best])
    listed = "; ".join(f"{figures[name]:.3f} ({name}) would have to be {100 * near[name]:.1f} points away" for name in near)
    return [
        Finding(
            "T7",
            Grade.INFLATED,
            "ranking within chance",
            f"{best} has {figures[best]:.3f}, plus or minus {100 * half:.1f} points on {sizes[best]:,} rows. {listed}, "
            "and no paired test is given. People being fewer than rows, true intervals are wider.",
            "Compare on the same rows with a paired test over people (emofuse compare), or call them equal.",
            len(near),
        )
    ]


def _tested(row: Mapping[str, object]) -> bool:
    p = row.get("p")
    return isinstance(p, int | float) and p < 0.05
