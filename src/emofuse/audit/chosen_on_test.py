"""The epoch, the model, the fusion or its settings chosen by how well they do on the rows that are judged."""

from collections.abc import Mapping, Sequence

from emofuse.audit.base import Evidence, Finding, Grade, NotLooked, number, whole, words

ASKS = "Was anything chosen by how well it does on test?"
TRAPS = ("T5",)
SAID = ("chosen_on", "stopped_on", "tuned_on", "fused_on", "calibrated_on")
SAME = 5e-4  # figures that agree to this are one figure
REMEDY = "Choose on valid, and look at test once."


def look(evidence: Evidence) -> Sequence[Finding]:
    """What is said, and what a history shows: the chosen epoch is the best of a test curve, or valid is test.

    Raises:
        NotLooked: Neither is there.
    """
    said = {name: evidence.says[name] for name in SAID if evidence.says.get(name) is not None}
    curves = [curve for curve in _curves(evidence.says.get("history")) if curve]
    judging = [curve for curve in curves if any(_of(name) for name in curve)]
    if not said and not judging:
        raise NotLooked(
            "what epochs, models and fusions were chosen on (chosen_on, ...), or a training's curves on valid or test (history)"
        )
    found = [
        Finding(
            "T5", Grade.INFLATED, "chosen on test", f"{name} is said to be '{value}': the best of many tries on test is not a test.", REMEDY
        )
        for name, value in said.items()
        if "test" in words(value)
    ]
    for curve in judging:
        found += _shown(evidence, curve)
    return found


def _of(name: str) -> str:
    """On which part a curve is, as far as its name tells."""
    told = words(name.replace("_", " "))
    return "test" if "test" in told else "valid" if told & {"valid", "val", "validation", "dev"} else ""


def _shown(evidence: Evidence, curve: Mapping[str, list[float]]) -> list[Finding]:
    """What one training's curves show."""
    tests, valids = ({name: values for name, values in curve.items() if _of(name) == part} for part in ("test", "valid"))
    if valids and not tests:
        return _without_test(evidence, valids)
    for name, values in tests.items():
        twin = next((other for other, seen in valids.items() if len(values) > 2 and _same(values, seen)), None)
        if twin is not None:
            says = f"The curves {twin} and {name} are one and the same over {len(values)} epochs: what is chosen on is what is judged."
            return [Finding("T5", Grade.INFLATED, "valid is test", says, REMEDY, len(values))]
    chosen = whole(evidence.says.get("epoch"))
    reported = number(evidence.says.get("accuracy"))
    for name, values in tests.items():
        best = _best(name, values)
        right = {place for other, seen in valids.items() for place in _best(other, seen)}
        if chosen is not None and chosen - 1 in best - right:
            says = f"Epoch {chosen} of {len(values)} was kept: the best on {name}" + (
                ", not on valid." if valids else "; there is no valid."
            )
            return [Finding("T5", Grade.INFLATED, "epoch chosen on test", says, REMEDY, len(values))]
        top = number(values[min(best)]) if best else None
        if chosen is None and reported is not None and top is not None and abs(reported - top) < SAME and not best & right:
            says = f"The figure reported ({reported:.4f}) is the best of {len(values)} epochs on {name}" + (
                ", at an epoch that is not the best on valid." if valids else "; there is no valid to choose on."
            )
            return [Finding("T5", Grade.INFLATED, "best epoch by test reported", says, REMEDY, len(values))]
    if tests and not valids:
        says = f"Test was looked at after each of {len(next(iter(tests.values())))} epochs, and there is no valid part."
        return [Finding("T5", Grade.FINE, "test looked at while learning", says, REMEDY)]
    return []


def _without_test(evidence: Evidence, valids: Mapping[str, list[float]]) -> list[Finding]:
    """A curve on a part that the split does not have, and a figure that is its best point."""
    judging = [split for split in evidence.splits if split.test]
    if judging and not any(split.valid for split in judging):
        says = f"There is a curve {min(valids)}, and no valid part in the split: what is called valid there is what is judged."
        return [Finding("T5", Grade.INFLATED, "valid is test", says, REMEDY)]
    reported = number(evidence.says.get("accuracy"))
    for name, values in valids.items():
        top = number(values[min(_best(name, values))])
        if not judging and "n_test" not in evidence.says and reported is not None and top is not None and abs(reported - top) < SAME:
            says = f"The figure reported ({reported:.4f}) is the best of {len(values)} epochs on {name}: it was chosen by itself."
            return [Finding("T5", Grade.INFLATED, "best epoch on valid reported", says, "Report a part that nothing was chosen on.")]
    return []


def _best(name: str, values: Sequence[float]) -> set[int]:
    """Places of the best value: the lowest of a loss or an error, the highest of anything else."""
    lower = words(name.replace("_", " ")) & {"loss", "error", "nll", "brier", "ece"}
    top = min(values) if lower else max(values)
    return {i for i, value in enumerate(values) if value == top}


def _same(one: Sequence[float], other: Sequence[float]) -> bool:
    return len(one) == len(other) and len(set(one)) > 1 and all(abs(a - b) < 1e-9 for a, b in zip(one, other, strict=True))


def _curves(history: object) -> list[dict[str, list[float]]]:
    """Curves by name, for each training: from a list of epochs, a list of such lists, or curves by name."""
    if isinstance(history, Mapping):
        lists = {str(name): values for name, values in history.items() if isinstance(values, list)}
        return [{name: [float(v) for v in values] for name, values in lists.items() if values and all(map(_number, values))}]
    if not isinstance(history, list) or not history:
        return []
    if isinstance(history[0], list):
        return [curve for part in history for curve in _curves(part)]
    epochs = [epoch for epoch in history if isinstance(epoch, Mapping)]
    names = {str(name) for epoch in epochs for name in epoch}
    complete = [name for name in sorted(names) if all(_number(epoch.get(name)) for epoch in epochs)]
    return [{name: [float(epoch[name]) for epoch in epochs] for name in complete}]


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
