"""Cells that are all there, gathered into the table."""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from emofuse.bench.answers import Answers, digest
from emofuse.bench.base import subsets
from emofuse.bench.cells import DECISION, FUSION, MEMBER, PROCESSOR, WALL, Cell, as_member
from emofuse.bench.deciding import asks_quality
from emofuse.bench.heard import Heard, heard
from emofuse.bench.kept import Kept
from emofuse.bench.marks import marks
from emofuse.bench.order import Work
from emofuse.bench.results import Line, Results
from emofuse.bench.table import RESAMPLES, Answered, ground, lines
from emofuse.decisions.base import mean_of_present
from emofuse.evaluation.metrics import accuracy, chance, majority
from emofuse.features.baseline import told
from emofuse.training.dropout import going


def gathered(
    made: Work,
    kept: Kept,
    ways: Mapping[str, Sequence[str]],
    given: Mapping[str, Answers],
    said: Mapping[int, Mapping[str, Mapping[str, Heard]]],
    missing: str,
    resamples: int = RESAMPLES,
) -> Results:
    """The table of a bench whose cells are all there.

    Args:
        made: The bench, its clips and splits.
        kept: Its cells.
        ways: Names of the fusions and of the decisions.
        given: Members from elsewhere.
        said: By seed and member, what it says fold by fold.
        missing: One of `table.MISSING`.
        resamples: For the intervals.

    Raises:
        RunError: A cell is not there.
    """
    on = ground(made, len(said), resamples)
    answers = [_network(made, kept, MEMBER, name, {seed: said[seed][name] for seed in said}, given) for name in said[0]]
    for name in ways[FUSION]:
        answers += [_network(made, kept, FUSION, name, {seed: heard(made, kept, FUSION, name, seed, {}) for seed in said}, {})]
    problems = []
    for name in ways[DECISION]:
        one = _decision(made, kept, name, digest(given), list(said), answers)
        if isinstance(one, Line):
            problems.append(one)
        else:
            answers.append(one)
    judged, best = lines(on, answers, made.bench.regime, missing, made.bench.measure)
    *others, ceiling = judged
    tested = [clip for split in made.splits for clip in split.test]
    people = {clip.subject for clip in tested}
    truth = np.array([made.bench.words.index(clip.label or "") for clip in tested])
    return Results(
        name=made.bench.name,
        corpus=made.bench.corpus.name,
        regime=made.bench.regime,
        quick=False,
        measure=made.bench.measure,
        lines=(*others, *problems, ceiling),
        best=best,
        labels=made.bench.words.words,
        n=len(tested),
        people=None if None in people else len(people),
        protocol="the bench's own",
        splits=len(made.splits),
        seeds=len(said),
        drawn=on.drawn,
        drawn_from=len(np.unique(on.owners)),
        majority=float(accuracy(truth, np.full_like(truth, majority(truth)))),
        chance=chance(truth, len(made.bench.words)).uar,
        patterns=tuple("+".join(pattern) for pattern in on.patterns),
        lessons=" ".join(_lessons(made, on.drawn, bool(given))),
        notes=tuple(_notes(made, ways[DECISION])),
    )


def _lessons(made: Work, drawn: str, given: bool) -> Iterator[str]:
    """Who is learnt from, as it is."""
    what = "Decisions and temperatures learn" if made.bench.calibrated else "Decisions learn"
    if len(made.splits) > 1:
        judged = {split.name: {clip.id for clip in split.test} for split in made.splits}
        learnt = {split.name: {clip.id for clip in made.learnt(split)} for split in made.splits}
        crossing = any(judged[one] & learnt[other] for one in judged for other in learnt if one != other)
        crossed = f"; the networks whose answers they learn from there had themselves learnt from {drawn} judged here (cross-fitting)"
        yield f"{what} from other folds' clips alone{crossed if crossing else ''}."
    elif made.splits[0].valid:
        yield f"Networks learn from train; {what.lower()} from the valid clips, on which a network's epoch may have been chosen, too."
    else:
        yield "Networks learn from train; nothing is left that decisions or temperatures could learn from."
    if made.bench.chooses:
        yield "Epochs are chosen on each fold's valid clips."
    if not made.bench.calibrated:
        yield "There are no temperatures: nobody is calibrated."
    if given:
        yield "What members from elsewhere had learnt from is not known here."
    yield "The best way is named after looking at the judged clips."


def _notes(made: Work, decisions: Sequence[str]) -> Iterator[str]:
    yield from marks(made)
    yield from made.bench.notes
    yield from told({m: sense.baseline for m, sense in made.bench.senses.items() if sense.baseline is not None})
    if not made.bench.calibrated:
        yield "nobody is calibrated: probabilities are taken as networks say them"
    if made.dropped:
        yield f"{made.dropped} clips were left out: their label has no place among those that can be answered"
    if going(made.bench.missing) is None:
        yield "fusions have learnt with everything there, so that what they say without a modality means little"
    elif isinstance(made.bench.missing, str):
        yield f"modalities go missing for fusions while they learn by the way '{made.bench.missing}'"
    asking = [name for name in decisions if asks_quality(name)]
    if asking and all(sense.quality is None for sense in made.bench.senses.values()):
        yield f"nothing here tells how good a signal is: {', '.join(asking)} saw how sure members are, and no quality"
    if any(split.anonymous for split in made.splits) and not all("paired" in clip.facts for clip in made.clips):
        yield "who is who is not told, so people may be shared by what is learnt from and what is judged"
    if len(made.splits) == 1 and not made.splits[0].valid:
        yield "there is one split without valid clips: nothing is calibrated, and decisions that learn have nothing to learn from"
    if len(made.splits) > 1 and not made.bench.chooses and any(split.valid for split in made.splits):
        yield "valid clips were learnt from, too: nothing is chosen on them, and other folds' clips calibrate"


def _network(
    made: Work, kept: Kept, kind: str, name: str, said: Mapping[int, Mapping[str, Heard]], given: Mapping[str, Answers]
) -> Answered:
    patterns = subsets(made.bench.modalities)
    scores = np.stack(
        [
            np.concatenate([mean_of_present(said[seed][split.name].test[pattern], axis=1) for seed in said for split in made.splits])
            for pattern in patterns
        ]
    )
    if kind == MEMBER and name in given:
        regime = made.bench.regime_of(given[name].modalities)  # by what it takes in: nobody says more of it
        return Answered(name, kind, scores, {"parameters": given[name].parameters} if given[name].parameters else {}, regime)
    facts = [kept.load(Cell(kind, name, split.name, seed)).facts for seed in said for split in made.splits]
    member = as_member(made.bench, kind, name)
    costs = {
        "networks": made.bench.several(member),
        "parameters": int(str(facts[0]["parameters"])),
        "seconds": _mean(facts, "seconds"),
        "clock": PROCESSOR if all(one.get("clock") == PROCESSOR for one in facts) else WALL,
        "threads": _threads(facts),
        "ms": _mean(facts, "ms"),
    }
    return Answered(name, kind, scores, costs, made.bench.regime_of(member.modalities))


def _decision(made: Work, kept: Kept, name: str, among: str, seeds: Sequence[int], answers: Sequence[Answered]) -> "Answered | Line":
    outcomes = [kept.load(Cell(DECISION, name, split.name, seed, among)) for seed in seeds for split in made.splits]
    problem = next((str(outcome.facts["problem"]) for outcome in outcomes if "problem" in outcome.facts), None)
    if problem is not None:
        return Line(name, DECISION, made.bench.regime, problem=problem)
    facts = [outcome.facts for outcome in outcomes]
    members = [one.facts for one in answers if one.kind == MEMBER]
    also: dict[str, object] = {}
    for what in ("networks", "parameters"):
        if all(what in one for one in members):
            also[what] = sum(int(str(one[what])) for one in members)
    for what in ("seconds", "ms"):
        if all(what in one for one in members):  # of a member from elsewhere nobody knows
            also[what] = _mean(facts, what) + sum(float(str(one[what])) for one in members)
    if "seconds" in also:
        also["clock"] = PROCESSOR if all(one.get("clock") == PROCESSOR for one in (*facts, *members)) else WALL
        also["threads"] = _threads([*facts, *members])
    learnt = tuple(dict(one["learnt"]) for one in facts if one["learnt"])  # type: ignore[call-overload]  # read from JSON
    return Answered(name, DECISION, np.concatenate([outcome.arrays["test"] for outcome in outcomes], axis=1), {**also, "learnt": learnt})


def _mean(facts: Sequence[Mapping[str, object]], what: str) -> float:
    return float(np.mean([float(str(one[what])) for one in facts]))


def _threads(facts: Sequence[Mapping[str, object]]) -> tuple[int, ...]:
    """With how many threads cells were done, or those of what they need; old ones of decisions do not say."""
    said = [one.get("threads", ()) for one in facts]
    return tuple(sorted({int(count) for some in said for count in (some if isinstance(some, tuple) else (some,))}))
