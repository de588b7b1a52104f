"""From a person's clips to a folder that answers for them: read, asked, adapted, judged, kept or refused."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from emofuse.adaptation.answers import Answers
from emofuse.adaptation.card import card
from emofuse.adaptation.clips import Labelled, read_clips
from emofuse.adaptation.folds import enough, nested
from emofuse.adaptation.gain import Gain, gain
from emofuse.analysis import THEM, recognizer
from emofuse.core.clip import Clip
from emofuse.core.errors import CorpusError, EmofuseError, RunError
from emofuse.core.labels import LabelMap
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.timeline import Timeline, clock
from emofuse.media.files import Belonging
from emofuse.personal.folder import PERSONAL
from emofuse.personal.map import Personal

if TYPE_CHECKING:
    from emofuse.reading import Recognizer

NOTE = "adapted to one person from {} clips; for that person only"


@dataclass(frozen=True, slots=True, eq=False)
class Study:
    """What adapting to a person came to.

    Args:
        runs: What answers, by name or folder: one, or a fusion's.
        personal: The map that all clips give.
        gain: What it is worth.
        notes: What else must be told.
    """

    runs: tuple[str, ...]
    personal: Personal
    gain: Gain
    notes: tuple[str, ...] = ()

    def text(self) -> str:
        """For a terminal."""
        return "\n".join([*self.notes, self.gain.text()])

    def save(self, out: Path) -> Path:
        """Write the folder that every command takes for a run.

        Raises:
            RunError: It does not help, and nothing is written; or a run would be written over.
        """
        from emofuse.run import save_personal

        if self.gain.refusal is not None:
            raise RunError(self.gain.refusal)
        free(out)
        told = self.gain.as_dict()
        save_personal(out, self.personal, self.runs, {"note": NOTE.format(sum(self.gain.clips.values())), "gain": told})
        (out / "card.md").write_text(card(self.runs, self.personal, self.gain, self.notes), encoding="utf-8")
        return out


def study(
    runs: Sequence[str],
    table: Path,
    *,
    eeg_as: Mapping[str, object] = MappingProxyType({}),
    progress: Progress = quiet_progress,
) -> Study:
    """Adapt to the person of a table of clips, and find out what that is worth; nothing is written.

    Args:
        runs: One run by its shipped name or folder, or several, which are fused.
        table: A row a clip, see `emofuse.adaptation.clips`.
        eeg_as: What the files of EEG do not say of themselves.
        progress: Told about recordings read, and in all.

    Raises:
        RunError: No such run, or one that is a person's already.
        CorpusError: The table, or a recording of it, cannot be read.
        UnknownName: A label that the runs do not know.
        SplitError: Too few clips.
    """
    from emofuse.run import facts

    for run in runs:
        if PERSONAL in facts(run):
            raise RunError(f"{run} is adapted to a person already. Expected what it rests on; name that.")
    judge = recognizer(runs[0] if len(runs) == 1 else list(runs))
    way = _words(judge)
    rows = read_clips(Path(table), way)
    clips, left = _asked(judge, way, rows, Path(table), eeg_as, progress)
    answers = Answers(
        way.target,
        tuple(member.name for member in _members(judge)),
        tuple(scores for _, scores in clips),
        np.array([way.target.index(row.label) for row, _ in clips], dtype=int),
        tuple(_of_file(row, Path(table)) for row, _ in clips),
    )
    enough(answers)
    found = nested(answers)
    return Study(tuple(runs), found.final(answers), gain(answers, found), left)


def calibrate(
    runs: Sequence[str],
    table: Path,
    out: Path,
    *,
    eeg_as: Mapping[str, object] = MappingProxyType({}),
    progress: Progress = quiet_progress,
) -> Study:
    """`study`, and its folder.

    Raises:
        RunError: Likewise; or it does not help, and nothing is written.
        CorpusError: As `study`.
        UnknownName: As `study`.
        SplitError: As `study`.
    """
    free(out)
    found = study(runs, table, eeg_as=eeg_as, progress=progress)
    found.save(out)
    return found


def free(out: Path) -> None:
    """Refuse to write over a run.

    Raises:
        RunError: There is something in the folder.
    """
    if out.is_file() or (out.is_dir() and any(out.iterdir())):
        raise RunError(f"{out} is there already, and is not empty. Expected a folder of its own for this person; choose another --out.")


def _members(judge: "Recognizer") -> "Sequence[Recognizer]":
    from emofuse.ensemble import Ensemble

    return judge.members if isinstance(judge, Ensemble) else (judge,)


def _words(judge: "Recognizer") -> LabelMap:
    """How labels of the table become those of the answer: as they are, or by the finest way that starts from all members' labels.

    Raises:
        RunError: There is none.
    """
    from emofuse.ensemble import Ensemble

    if not isinstance(judge, Ensemble):
        return LabelMap("as they are", judge.labels)
    for way in judge.ways:
        if all(way.starts_from(member.labels) for member in judge.members):
            return way
    told = "; ".join(f"{member.name}: {', '.join(member.labels)}" for member in judge.members)
    raise RunError(
        f"The labels of these runs cannot be brought together ({told}). Expected runs that tell emotions; adapt the others one by one."
    )


def _asked(
    judge: "Recognizer", way: LabelMap, rows: Sequence[Labelled], table: Path, eeg_as: Mapping[str, object], progress: Progress
) -> tuple[list[tuple[Labelled, np.ndarray]], tuple[str, ...]]:
    """What is answered to each clip, (M, W, C); and what must be told of those without an answer. A recording is read once."""
    from emofuse.evaluation.evaluate import Comparing

    recordings = {row.recording: _clip(row, table, eeg_as) for row in rows}
    if isinstance(judge, Comparing):  # which looks at no label
        judge = judge.beside(list(recordings.values()))
    lanes: dict[object, Timeline] = {}
    for i, (key, clip) in enumerate(recordings.items()):
        progress(i, len(recordings))
        line = next(row.line for row in rows if row.recording == key)
        lanes[key] = _read(judge, clip, line, table)
    progress(len(recordings), len(recordings))
    found: list[tuple[Labelled, np.ndarray]] = []
    silent: list[int] = []
    for row in rows:
        scores = _stretch(judge, lanes[row.recording], way, row, table)
        if np.isnan(scores).any(axis=2).all():
            silent.append(row.line)
        else:
            found.append((row, scores))
    told = f"{len(silent)} of {len(rows)} clips have no answer and are left out: line {', '.join(map(str, silent))} of {table.name}"
    return found, (told,) if silent else ()


def _clip(row: Labelled, table: Path, eeg_as: Mapping[str, object]) -> Clip:
    """The recording of a row, and what belongs to it, as somebody's."""
    (first, path), *others = row.files.items()
    try:
        clip = Belonging(**dict(others), eeg_as=eeg_as).clip(path)  # type: ignore[arg-type]  # files by name
    except EmofuseError as error:
        raise _unreadable(row.line, table, error) from error
    return replace(clip, id="|".join(str(path) for path in row.files.values()), subject=THEM)


def _read(judge: "Recognizer", clip: Clip, line: int, table: Path) -> Timeline:
    try:
        return judge(clip)
    except EmofuseError as error:
        raise _unreadable(line, table, error) from error


def _unreadable(line: int, table: Path, error: EmofuseError) -> CorpusError:
    return CorpusError(f"Line {line} of {table.name} cannot be judged: {error} Mend it, or take the line out.")


def _stretch(judge: "Recognizer", lane: Timeline, way: LabelMap, row: Labelled, table: Path) -> np.ndarray:
    """What members said in a stretch. Shape: (M, W, C).

    Raises:
        CorpusError: It lies outside the recording.
    """
    from emofuse.ensemble import FUSED_STEP, Ensemble

    start, end = row.start or 0, row.end if row.end is not None else lane.duration
    if start >= lane.duration or end > lane.duration + 1_000:  # whose clock is finer than a second?
        raise CorpusError(
            f"Line {row.line} of {table.name} is {clock(start)} to {clock(end)} of a recording that lasts {clock(lane.duration)}. "
            f"Expected a stretch of it; mend start and end."
        )
    if isinstance(judge, Ensemble):
        cells = [one.on(FUSED_STEP) for one in lane.members]
        scores = np.stack([way.within(one.scores, one.labels) for one in cells])
        segments = cells[0].segments
    else:
        scores, segments = lane.scores[None], lane.segments
    inside = np.array([start <= segment.middle < end for segment in segments])
    if not inside.any():  # shorter than what is answered at a time: whatever lies over its middle
        inside = np.array([segment.start <= (start + end) // 2 < segment.end for segment in segments])
    return scores[:, inside].astype(np.float64) if inside.any() else np.full((len(scores), 1, len(way.target)), np.nan)


def _of_file(row: Labelled, table: Path) -> str:
    """Which recording a clip is of, the same on every machine."""
    first = next(iter(row.files.values()))
    return Path(os.path.relpath(first.resolve(), table.parent.resolve())).as_posix()
