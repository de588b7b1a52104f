"""Reports of every shape that a page, a table or a comparison has to stand."""

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.evaluation.about import About
from emofuse.evaluation.evaluate import judged
from emofuse.evaluation.predictions import Predictions

LABELS = LabelSet(("anger", "calm", "fear"))
VOID = {"meta", "img", "br", "link", "input", "hr"}


def answered(n: int = 60, people: int = 6, seed: int = 0, sure: float = 1.5, unanswered: int = 1) -> Predictions:
    """Answers of a recognizer that is often right: `n` clips of so many people, in three folds."""
    random = np.random.default_rng(seed)
    truth = np.arange(n) % 3
    logits = random.normal(size=(n, 3)) + sure * np.eye(3)[truth]
    probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    probabilities[:unanswered] = np.nan
    clips = [
        Clip(f"c{i:03d}", f"p{i % people}", LABELS[int(truth[i])], {}, {"sex": "male" if i % 2 else "female", "dialogue": f"d{i // 5}"})
        for i in range(n)
    ]
    return Predictions(LABELS, tuple(clips), probabilities, tuple(f"fold-{i % people % 3}" for i in range(n)))


def report_of(told: Predictions, **more: object):
    """Its report, with few resamples."""
    return judged(told.labels, told.clips, told.probabilities, folds=told.folds or None, resamples=50, **more)


class Read(HTMLParser):
    """A page as a browser takes it apart: every tag with its attributes, and the cells of every table."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []
        self.tables: dict[str, list[list[str]]] = {}
        self._caption: str | None = None
        self.feed(text)
        self.close()
        assert self.open == [], "every tag is closed"

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self._caption = ""
        if tag == "tr":
            self.tables.setdefault(self._caption or "", []).append([])
        if tag in ("td", "th"):
            self.tables[self._caption or ""][-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"{tag} is closed where it was opened"

    def handle_data(self, data):
        if "style" in self.open:
            return
        self.text.append(data)
        if self.open and self.open[-1] == "caption":
            self._caption = data
        if self.open and self.open[-1] in ("td", "th"):
            self.tables[self._caption or ""][-1][-1] += data


@pytest.fixture(scope="module")
def told() -> Predictions:
    return answered()


@pytest.fixture(scope="module")
def report(told):
    """Everything that a report can have."""
    whole = report_of(told, smallest=20)
    part = replace(whole, folds={}, groups={})
    return replace(
        whole,
        dropped=3,
        unreadable=2,
        notes=("labels: as they are",),
        few={"language": {"Dutch": 4}},
        without={Modality.AUDIO: part, Modality.VIDEO: part},
    )


@pytest.fixture(scope="module")
def about(report):
    certificate = {
        "verdict": "inflated",
        "sentence": "inflated: figures promise too much; 1 of 3 questions could not be answered",
        "findings": [
            {"trap": "T8", "grade": "inflated", "title": "sentences <shared>", "says": "two | three", "remedy": "Split.", "rows": []},
            {"trap": "T3", "grade": "fine", "title": "a copy", "says": "in one part", "remedy": "None.", "rows": []},
        ],
        "fine": [{"question": "people", "asks": "Are people shared?", "traps": ["T1"]}],
        "not_looked": [{"question": "rows", "asks": "The same rows?", "traps": ["T3", "T14"], "needs": "features"}],
    }
    return About(
        name="voice",
        corpus="ravdess",
        modalities=("audio",),
        elsewhere={"emodb": report},
        run={"recipe": "ravdess:voice", "arguments": {}, "seed": 0, "commit": "1a2b3c4", "sha256": "ab" * 32, "split": "fold-1"},
        certificate=certificate,
        made={"seconds": 1.5, "commit": "5d6e7f8", "files": "cd" * 32},
    )


SHAPES: dict[str, Callable[[], Predictions]] = {
    "one class": lambda: replace(answered(), clips=tuple(replace(clip, label="calm") for clip in answered().clips)),
    "one person": lambda: answered(people=1),
    "one clip": lambda: answered(n=1, people=1, unanswered=0),
    "no answers": lambda: answered(unanswered=60),
    "people unknown": lambda: replace(answered(), clips=tuple(replace(clip, subject=None) for clip in answered().clips), folds=()),
    "nothing right": lambda: replace(answered(), probabilities=np.eye(3)[(np.arange(60) + 1) % 3]),
    "everything right": lambda: replace(answered(), probabilities=np.eye(3)[np.arange(60) % 3]),
}
"""Reports at the edge, by what is odd about them."""
