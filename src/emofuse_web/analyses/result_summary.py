"""What stands beside the player: the one answer, how sure it is, who had how much of the time, and what a reader must be told."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from operator import itemgetter
from typing import Any


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the time one label had."""

    label: str
    ms: int
    share: float  # of the recording
    uncertain: float  # of the recording, too: the part of its share that the lane is not sure of


@dataclass(frozen=True, slots=True)
class Summary:
    """A lane in a few figures.

    Args:
        label: The one word for all of it; None where nothing could be judged.
        probability: Mean probability of that word.
        lead: By how much that word leads the next best; None where there is no other.
        doubtful: The two best words are closer than the lane's threshold.
        shares: By label, the longest first.
        uncertain: Share of the time.
        absent: Share of the time.
        changes: How often the label became another.
        longest: The longest span with its length in milliseconds, or None.
    """

    label: str | None
    probability: float | None
    lead: float | None
    doubtful: bool
    shares: tuple[Share, ...]
    uncertain: float
    absent: float
    changes: int
    longest: Mapping[str, Any] | None = field(default=None)


def summary(lane: Mapping[str, Any], duration: int) -> Summary:
    """Of one lane of the JSON export."""
    spans: Sequence[Mapping[str, Any]] = lane["spans"]
    held, unsure = Counter[str](), Counter[str]()
    absent = 0
    for span in spans:
        length = span["end"] - span["start"]
        if span["label"] is None:
            absent += length
            continue
        held[span["label"]] += length
        unsure[span["label"]] += length if span["uncertain"] else 0
    named = [span for span in spans if span["label"] is not None]
    pooled = lane["pooled"] or {}
    best = sorted(pooled.values(), reverse=True)
    lead = best[0] - best[1] if len(best) > 1 else None
    return Summary(
        label=lane["label"],
        probability=pooled.get(lane["label"]),
        lead=lead,
        doubtful=lead is not None and lead < lane["threshold"],
        shares=tuple(Share(label, ms, ms / duration, unsure[label] / duration) for label, ms in held.most_common()),
        uncertain=unsure.total() / duration,
        absent=absent / duration,
        changes=sum(a["label"] != b["label"] for a, b in pairwise(named)),
        longest=max(({**span, "length": span["end"] - span["start"]} for span in named), key=itemgetter("length"), default=None),
    )


def grid(overall: Mapping[str, Any]) -> dict[str, Any]:
    """The windows that the file-level label was decided from: a row a window, a column a label of any member.

    Of six windows of sound and picture and four of EEG over five labels this is Kanafin's 10 x 5.
    """
    labels = list(dict.fromkeys(label for part in overall["grid"] for label in part["labels"]))
    rows = []
    for part in overall["grid"]:
        columns = part["curves"]
        if all(columns["absent"]):
            absent = ", ".join(dict.fromkeys(columns["absent"]))
            rows.append({"name": part["name"], "decides": False, "count": 1, "start": columns["start"][0], "absent": absent})
            continue
        for i, (start, end) in enumerate(zip(columns["start"], columns["end"], strict=True)):
            cells = [columns["p"][label][i] if label in part["labels"] else None for label in labels]
            known = [p for p in cells if p is not None]
            rows.append(
                {
                    "name": part["name"],
                    "decides": part["decides"],
                    "count": len(columns["start"]) if i == 0 else 0,
                    "start": start,
                    "end": end,
                    "absent": columns["absent"][i],
                    "cells": [
                        {
                            "p": p,
                            "known": label in part["labels"],
                            "shade": None if p is None else round(p * 10),
                            "best": p is not None and p == max(known),
                        }
                        for label, p in zip(labels, cells, strict=True)
                    ],
                }
            )
    return {"labels": labels, "rows": rows}


def reasons(explanation: Mapping[str, Any], label: str) -> list[dict[str, Any]]:
    """What each player added to the label over the whole recording, the most first."""
    added = [{"name": player["name"], "added": player["mean"].get(label)} for player in explanation["players"]]
    most = max((abs(row["added"]) for row in added if row["added"]), default=1.0)
    rows = [{**row, "of_most": None if row["added"] is None else row["added"] / most} for row in added]
    return sorted(rows, key=lambda row: -(row["added"] or 0.0))
