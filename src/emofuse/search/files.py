"""A search as files: HTML that needs nothing else, Markdown, csv, JSON and the picture, all of the same figures."""

import json
import math
from pathlib import Path

from emofuse import __version__
from emofuse.evaluation.markdown import markdown
from emofuse.evaluation.page import page
from emofuse.evaluation.tables import write_csv
from emofuse.media.beside import beside
from emofuse.run import commit
from emofuse.search.drawings import mattered
from emofuse.search.found import Found
from emofuse.search.told import document
from emofuse.search.tried import MEASURES, Tried


def write(folder: Path, found: Found) -> None:
    """Write all of them, each whole or not at all.

    Raises:
        MediaError: They cannot be written there.
    """
    picture = mattered(found.shares, found.over, found.ranked, found.measure)
    told = document(found, picture)
    for name, text in (
        ("search.json", json.dumps(as_dict(found), indent=1, ensure_ascii=False, allow_nan=False) + "\n"),
        ("search.md", markdown(told)),
        ("search.html", page(told)),
        ("search.svg", picture),
    ):
        with beside(folder / name) as unfinished:
            unfinished.write_text(text, encoding="utf-8")
    heads = ("number", "same as", *found.over, *(f"{name}{what}" for name in MEASURES for what in ("", " sd")), "seconds")
    write_csv(folder / "search.csv", heads, [_row(one) for one in found.tried])


def as_dict(found: Found) -> dict[str, object]:
    """For ``search.json``."""
    return {
        **found.question,
        "best": found.best.number,
        "splits": {name: found.chosen(name).number for name in found.best.folds},
        "mattered": {name: round(share, 6) for name, share in found.shares.items()},
        "test clips of one split that another one saw": found.crossed,
        "command": found.command,
        "tried": [
            {
                "number": one.number,
                "arguments": dict(one.arguments),
                "same_as": one.same_as,
                "seconds": one.seconds,
                "splits": {name: figures.as_dict() for name, figures in one.folds.items()},
            }
            for one in found.tried
        ],
        "made": {"version": __version__, "commit": commit()},
    }


def _row(one: Tried) -> list[str | int | float]:
    figures: list[str | int | float] = []
    for name in MEASURES:
        spread = one.spread(name)
        value = one.value(name)
        figures += [value if math.isfinite(value) else "", "" if spread is None else spread]
    written = [json.dumps(value, ensure_ascii=False) for value in one.arguments.values()]
    return [one.number, "" if one.same_as is None else one.same_as, *written, *figures, one.seconds]
