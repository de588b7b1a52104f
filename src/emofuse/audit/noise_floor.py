"""Differences as small as those between two runs of the same thing."""

from collections.abc import Sequence

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, number, systems, whole

ASKS = "Are differences larger than those between seeds and threads?"
TRAPS = ("T20",)
NOISE = 0.01  # one point: the same seed gave 62.3 to 64.5 on another number of threads
SEEDS = 3  # below which a spread cannot be given


def look(evidence: Evidence) -> Sequence[Finding]:
    """Differences to the best system under a point, from fewer than three seeds.

    Raises:
        NotLooked: Fewer than two systems are compared.
    """
    figures = {name: value for name, row in systems(evidence.says).items() if (value := number(row.get("accuracy"))) is not None}
    if len(figures) < 2:
        raise NotLooked("figures of several systems (systems)")
    seeds = evidence.says.get("seeds")
    count = len(seeds) if isinstance(seeds, list) else whole(seeds) or 0
    best = max(figures, key=lambda name: figures[name])
    near = [name for name, value in figures.items() if name != best and figures[best] - value < NOISE]
    if not near or count >= SEEDS:
        return []
    threads = evidence.says.get("threads")
    return [
        Finding(
            "T20",
            Grade.INFLATED,
            "differences under one point",
            f"{best} ({figures[best]:.4f}) is less than a point above {', '.join(f'{name} ({figures[name]:.4f})' for name in near)}, "
            f"from {count or 'an untold number of'} seed{'' if count == 1 else 's'}"
            + ("" if threads else " and with threads that nobody fixed")
            + ": running the same again moves a figure by as much.",
            f"Give mean and spread over {SEEDS} seeds or more, with threads fixed (OMP_NUM_THREADS=1).",
            len(near),
        )
    ]
