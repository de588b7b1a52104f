"""Every question of this folder, asked of one piece of evidence; and what came out, for people, for machines, and for a card."""

import hashlib
import inspect
import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from types import ModuleType

from emofuse import catalog
from emofuse.audit.base import Evidence, Finding, Grade, NotLooked
from emofuse.core.errors import UnknownName
from emofuse.core.progress import Progress, quiet_progress

log = logging.getLogger(__name__)

GRADES = list(Grade)
STEPS = 1_000  # of each question, in what progress is told
SHOWN = 3  # rows named in the table; all of them are in the JSON
WIDTH = 100  # signs of a line of text
LEFT_OUT = "somebody to ask it: it was left out"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, and why it could not be answered; None where it was.

    Args:
        name: Of its file.
        asks: The question.
        traps: Which traps it is about.
        why: What it would have needed.
    """

    name: str
    asks: str
    traps: tuple[str, ...]
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found, what was looked at, and what could not be.

    Args:
        name: Of what was audited.
        findings: What is wrong, the worst first.
        fine: Questions that found nothing.
        unanswered: Questions that the evidence could not answer.
        rows: How many clips there are.
        splits: Names of the splits.
        asked: How many questions there are.
        digest: SHA-256 of the evidence: who, which label, in which part, features and scores.
    """

    name: str
    findings: tuple[Finding, ...]
    fine: tuple[Asked, ...]
    unanswered: tuple[Asked, ...]
    rows: int
    splits: tuple[str, ...]
    asked: int
    digest: str

    @property
    def verdict(self) -> Grade:
        """The worst that was found: of what could be looked at, and of nothing else."""
        return max((finding.grade for finding in self.findings), key=GRADES.index, default=Grade.FINE)

    @property
    def sentence(self) -> str:
        """The verdict with what it rests on."""
        said = {
            Grade.FINE: "nothing was found",
            Grade.INFLATED: "figures promise too much",
            Grade.BROKEN: "figures do not mean what they say",
        }
        return f"{self.verdict}: {said[self.verdict]}; {self._reach or 'every question was answered'}"

    @property
    def _reach(self) -> str:
        """How many questions are open, and how many were not asked; empty where there is none."""
        left = sum(asked.why == LEFT_OUT for asked in self.unanswered)
        count, rest = self.asked - left, len(self.unanswered) - left
        told = [f"{rest} of {count} question{'' if count == 1 else 's'} could not be answered"] if rest else []
        return ", ".join([*told, *([f"{left} of {self.asked} questions were left out"] if left else [])])

    def text(self) -> str:
        """For a terminal: what is wrong, what is fine, what could not be looked at."""
        lines = [f"{self.name}: {self.rows:,} rows, {len(self.splits)} split{'' if len(self.splits) == 1 else 's'}", self.sentence, ""]
        for finding in self.findings:
            lines.append(f"{_grade(finding):<9} {finding.trap:<4} {finding.title}" + (f" [{finding.split}]" if finding.split else ""))
            lines += _wrapped(finding.says, "  ")
            if finding.rows:
                named = "; ".join(" = ".join(group) for group in finding.rows[:SHOWN])
                more = f" and {finding.count - SHOWN:,} more" if finding.count > SHOWN else ""
                lines += _wrapped(f"rows: {named}{more}", "  ")
            lines += [*_wrapped(f"remedy: {finding.remedy}", "  "), ""]
        if self.fine:
            lines += ["looked at, and nothing found", *(f"  {','.join(asked.traps):<10} {asked.asks}" for asked in self.fine), ""]
        wanting = [asked for asked in self.unanswered if asked.why != LEFT_OUT]
        if wanting:
            lines.append("could not be looked at, for want of")
            for asked in wanting:
                lines += [f"  {','.join(asked.traps):<10} {asked.asks}", *_wrapped(str(asked.why), " " * 13)]
        return "\n".join(lines).rstrip()

    def as_dict(self) -> dict[str, object]:
        """For ``audit.json``: nothing but JSON's own types."""
        return {
            "name": self.name,
            "verdict": str(self.verdict),
            "sentence": self.sentence,
            "rows": self.rows,
            "splits": list(self.splits),
            "sha256": self.digest,
            "findings": [{**asdict(f), "grade": str(f.grade), "rows": [list(group) for group in f.rows]} for f in self.findings],
            "fine": [{"question": a.name, "asks": a.asks, "traps": list(a.traps)} for a in self.fine],
            "not_looked": [{"question": a.name, "asks": a.asks, "traps": list(a.traps), "needs": a.why} for a in self.unanswered],
        }

    def certificate(self, date: str | None = None) -> str:
        """For a model card, in Markdown: the verdict, what it rests on, and what it does not.

        Args:
            date: When, as the card should have it.
        """
        limited = " in what could be looked at" if self.verdict == Grade.FINE and self._reach else ""
        heading = f"Audit: {self.verdict}{limited}" + (f"; {self._reach}" if self._reach else "")
        lines = [f"**{heading}**{f' ({date})' if date else ''}", ""]
        lines.append(f"`{self.name}`: {self.rows:,} rows, {len(self.splits)} splits, evidence SHA-256 `{self.digest[:16]}`.")
        if self.findings:
            lines += ["", "| grade | trap | what |", "| --- | --- | --- |"]
            lines += [f"| {f.grade} | {f.trap} | {f.title}: {f.says.replace('|', '/')} |" for f in self.findings]
        fine = " ".join(asked.asks for asked in self.fine) or "nothing."
        lines += ["", f"Looked at, and nothing found: {fine}"]
        if self.unanswered:
            lines += ["", "Not looked at, for want of evidence: " + " ".join(asked.asks for asked in self.unanswered)]
        return "\n".join([*lines, "", "What each trap is: `docs/traps.md`. Nothing found is not nothing there.", ""])


def _grade(finding: Finding) -> str:
    """A grade as the table has it; what moves no figure is a note."""
    return "NOTE" if finding.grade == Grade.FINE else finding.grade.upper()


def questions() -> Mapping[str, ModuleType]:
    """The files of this folder that ask something, by name, in the order of the traps.

    Example:
        >>> "people" in questions()
        True
    """
    modules = {name: catalog.module("audit", name) for name in catalog.names("audit")}
    asking = {name: module for name, module in modules.items() if hasattr(module, "ASKS")}
    return dict(sorted(asking.items(), key=lambda item: (int(item[1].TRAPS[0].strip("T")), item[0])))


def audit(evidence: Evidence, progress: Progress = quiet_progress, only: Collection[str] = ()) -> Audit:
    """Ask every question.

    An error inside a question leaves it unanswered, with what went wrong; the others are asked all the same.

    Args:
        evidence: What there is.
        progress: Called with questions asked, and questions in all, both in thousandths.
        only: Names of the questions to ask; the others are then said not to have been asked. All where it is empty.

    Raises:
        UnknownName: There is no such question.
    """
    findings: list[Finding] = []
    fine, unanswered = [], []
    asked = questions()
    unknown = sorted(set(only) - set(asked))
    if unknown:
        raise UnknownName(f"Unknown question '{unknown[0]}'. Known: {', '.join(asked)}.")
    for i, (name, question) in enumerate(asked.items()):
        try:
            if only and name not in only:
                raise NotLooked(LEFT_OUT)
            found = _found(question, evidence, partial(_within, progress, i, len(asked)))
        except NotLooked as need:
            unanswered.append(Asked(name, question.ASKS, tuple(question.TRAPS), str(need)))
            continue
        except Exception as error:  # a question that breaks must neither hide the others nor pass for an answer
            log.warning("%s could not be answered", name, exc_info=True)
            unanswered.append(Asked(name, question.ASKS, tuple(question.TRAPS), f"an error inside: {type(error).__name__}: {error}"))
            continue
        findings += found
        if not found:
            fine.append(Asked(name, question.ASKS, tuple(question.TRAPS)))
    progress(len(asked) * STEPS, len(asked) * STEPS)
    ordered = sorted(findings, key=lambda f: (-GRADES.index(f.grade), int(f.trap.strip("T")), f.title))
    names = tuple(split.name for split in evidence.splits)
    return Audit(evidence.name, tuple(ordered), tuple(fine), tuple(unanswered), len(evidence.clips), names, len(asked), digest(evidence))


def _found(question: ModuleType, evidence: Evidence, progress: Progress) -> Sequence[Finding]:
    """What a question finds; those that read many files say how far they are."""
    found: Sequence[Finding]
    if "progress" in inspect.signature(question.look).parameters:
        found = question.look(evidence, progress=progress)
    else:
        found = question.look(evidence)
    progress(1, 1)
    return found


def _within(progress: Progress, place: int, questions: int, done: int, total: int) -> None:
    """How far along all questions are, when one of them is `done` of `total`."""
    progress(place * STEPS + STEPS * done // max(total, 1), questions * STEPS)


def digest(evidence: Evidence) -> str:
    """SHA-256 of who is who and in which part, of features and scores; not of files, which would have to be read for it."""
    seen = hashlib.sha256()
    for clip in evidence.clips:
        seen.update(json.dumps([clip.id, clip.subject, clip.label, sorted(clip.facts.items())], ensure_ascii=False).encode())
    for split in evidence.splits:
        parts = [[clip.id for clip in part] for part in (split.train, split.valid, split.test)]
        seen.update(json.dumps([split.name, *parts], ensure_ascii=False).encode())
    for matrix in (evidence.features, evidence.scores):
        if matrix is not None:
            seen.update(memoryview(matrix.tobytes()))
    return seen.hexdigest()


def _wrapped(text: str, indent: str) -> list[str]:
    from textwrap import wrap

    return wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent)
