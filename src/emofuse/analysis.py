"""Files in, timelines and exports out: what the shell, Python and the web all call.

Not ``analyze.py``: importing a module of that name would put it in the place of the function `emofuse.analyze`.
"""

import functools
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Self

from emofuse import __version__, catalog
from emofuse.core.clip import Clip
from emofuse.core.errors import EmofuseError, MediaError, MissingModality, RunError, UnknownName
from emofuse.core.labels import EIGHT_TO_SEVEN, LabelSet, label_map
from emofuse.core.modality import Modality
from emofuse.core.progress import Progress, quiet_progress
from emofuse.core.timeline import Timeline
from emofuse.decisions.average import Average
from emofuse.exports.base.picture import figure
from emofuse.media.annotate import annotate
from emofuse.media.files import ALONE, ANNOTATED, LEFT_OUT, Belonging, clip_from_files, media_files
from emofuse.wishes import AS_TAUGHT, Wishes

if TYPE_CHECKING:
    import pandas

    from emofuse.reading import Recognizer

PICTURES = ("png", "svg")  # made on demand (--plot): they take longer than all other formats together
REASONS = ("explanation_png", "explanation_svg")  # made on demand (--explain): finding out why takes some seconds a recording
THEM = "them"  # who all recordings are of, where others of the same person are named
SEEN_AND_HEARD = frozenset({Modality.AUDIO, Modality.VIDEO})  # what is always looked for
WAYS = (EIGHT_TO_SEVEN, label_map("valence"))  # the fused lane's words: the finest that all members can be brought to
ALIASES = {"csv": ("csv_spans", "csv_curves"), "webvtt": ("vtt",), "elan": ("eaf",)}  # what people call them


@dataclass(frozen=True, eq=False, repr=False)
class Answer(Timeline):
    """A Timeline that can be kept, drawn and put into a table."""

    @classmethod
    def of(cls, timeline: Timeline) -> Self:
        """The same timeline, as an answer."""
        return cls(**{field.name: getattr(timeline, field.name) for field in fields(timeline)})

    def __repr__(self) -> str:
        spans = self.spans()
        return "\n".join([f"{self.lane}: {self.label}, {len(spans)} spans over {self.duration} ms", *map(str, spans), *self.notes])

    def save(self, path: str | Path) -> Path:
        """Write it in the format that the end of the name asks for.

        Raises:
            UnknownName: No format ends like this; the message lists those there are.
            MediaError: The disk is full, or the folder cannot be written.
        """
        path = Path(path)
        endings = {catalog.module("exports", name).SUFFIX: name for name in formats()}
        endings |= {".csv": "csv_spans"}  # the shorter of the two tables, where the name does not say which
        fits = [ending for ending in endings if path.name.endswith(ending)]
        if not fits:
            raise UnknownName(f"No format ends like '{path.name}'. Known endings: {', '.join(sorted(endings))}.")
        catalog.module("exports", endings[max(fits, key=len)]).save(self, path)
        return path

    def plot(self) -> object:
        """The lanes and curves as a matplotlib Figure, which a notebook shows."""
        return figure(self)

    def plot_explanation(self) -> object:
        """Why, as a matplotlib Figure: who added what, and the moments looked at closely; how to ask for it where nobody did."""
        return catalog.module("exports", "explanation_png").figure(self)

    def to_frame(self) -> "pandas.DataFrame":
        """A row a segment and lane: lane, start, end (ms), why it is absent; then a column a label."""
        import pandas as pd

        rows = []
        for lane in (self, *self.members):
            frame = pd.DataFrame(lane.scores, columns=list(lane.labels))
            frame.insert(0, "absent", list(lane.absent))
            frame.insert(0, "end", [segment.end for segment in lane.segments])
            frame.insert(0, "start", [segment.start for segment in lane.segments])
            frame.insert(0, "lane", lane.lane)
            rows.append(frame)
        return pd.concat(rows, ignore_index=True)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file.

    Args:
        path: The file.
        answer: Its timeline; None where it failed.
        written: What was written for it.
        problem: Why it failed; None where it did not.
    """

    path: Path
    answer: Answer | None
    written: tuple[Path, ...] = ()
    problem: EmofuseError | None = None


def formats() -> tuple[str, ...]:
    """Every format that an answer can be kept in.

    Example:
        >>> "json" in formats()
        True
    """
    return catalog.names("exports")


def recognizer(run: str | Sequence[str] | None = None, having: frozenset[Modality] = SEEN_AND_HEARD) -> "Recognizer":
    """What answers: every shipped run that can, fused; or those that are named, by their names or folders.

    Args:
        run: One, or several that are fused; without it those that come with the package.
        having: What the recording has. Runs of text and EEG, which need packages of their own, are only asked where there is any.

    Raises:
        RunError: There is no such run, or what it needs is not installed.
        MissingModality: None that ships listens to any of it.
    """
    from emofuse.run import shipped

    if run is not None:
        asked = named(run)
        return _loaded(asked, fused=len(asked) > 1)
    names = [name for name in shipped() if _listens_to(name) <= having | SEEN_AND_HEARD]
    if not names:
        raise RunError("No recognizer comes with this installation. Expected voice and face; install the package anew, or name a run.")
    if having and not any(_listens_to(name) & having for name in names):
        has, known = " and ".join(sorted(having)), ", ".join(f"{name} ({', '.join(sorted(_listens_to(name)))})" for name in shipped())
        raise MissingModality(
            f"There is only {has}, which no recognizer that comes with this installation listens to: {known}. Expected a recording that "
            f"one of them does; name it beside, or name a run that listens to {has} (--run, run=)."
        )
    answering = [name for name in names if _listens_to(name) & having]
    if len(answering) == 1 and not any(way.starts_from(_words(answering[0])) for way in WAYS):
        return _loaded((answering[0],), fused=False)  # attention alone: nothing to fuse
    return _loaded(tuple(names), fused=True)


def named(run: str | Sequence[str]) -> tuple[str, ...]:
    """Runs that somebody names, each once.

    Example:
        >>> named("voice"), named(["voice", "face", "voice"])
        (('voice',), ('voice', 'face'))
    """
    return tuple(dict.fromkeys((run,) if isinstance(run, str) else run))


@functools.lru_cache(maxsize=4)
def _loaded(names: tuple[str, ...], *, fused: bool) -> "Recognizer":
    """Runs by name or folder, as one that answers."""
    from emofuse.ensemble import Ensemble  # torch comes with it: a file that is refused must not wait for that
    from emofuse.run import load, load_fusion

    if not fused:
        return load_fusion(names[0], WAYS) or load(names[0])
    members = [load(name) for name in names]
    twice = [name for name, count in Counter(member.name for member in members).items() if count > 1]
    if twice:
        raise RunError(
            f"Two of the runs {', '.join(names)} call themselves '{twice[0]}'. Expected a lane for each, by its name; leave one out."
        )
    return Ensemble(members, Average(), WAYS)


def _listens_to(name: str) -> frozenset[Modality]:
    from emofuse.run import facts

    said = facts(name)["modalities"]
    assert isinstance(said, list)
    return frozenset(map(Modality, said))


def _words(name: str) -> LabelSet:
    from emofuse.run import facts

    words = facts(name)["labels"]
    assert isinstance(words, list)
    return LabelSet(tuple(words))


def acquainted(judge: "Recognizer", others: Sequence[str | os.PathLike[str]]) -> "Recognizer":
    """The same recognizer, having met somebody in other recordings of theirs, who may show whatever emotions.

    One that bears the name of a recording that is judged is taken for it, and is no part of what that is seen against.

    Raises:
        MediaError: One of them is missing, refused or unreadable, or holds nothing that the recognizer listens to.
        RunError: The recognizer judges every recording alone, or beside its own past.
    """
    from emofuse.evaluation.evaluate import Comparing

    if not others:
        return judge
    clips = [_of_theirs(clip_from_files(Path(path))) for path in others]
    met = judge.beside(clips) if isinstance(judge, Comparing) else judge
    if met is judge:
        raise RunError(
            f"'{judge.name}' does not judge a recording beside others of the same person. Expected a run of a recipe with such a baseline; "
            f"name one with --run, or leave the other recordings out."
        )
    for clip in clips:
        if not judge.modalities & set(clip.sources):
            needs = " or ".join(sorted(judge.modalities))
            raise MediaError(f"{clip.id} has no {needs}, and tells '{judge.name}' nothing of its person. Expected some; leave it out.")
    return met


def _of_theirs(clip: Clip) -> Clip:
    return replace(clip, subject=THEM)


def analyze_file(
    path: str | os.PathLike[str],
    *,
    run: str | Sequence[str] | None = None,
    explain: bool = False,
    beside: Sequence[str | os.PathLike[str]] = (),
    belonging: Belonging = ALONE,
    wishes: Wishes = AS_TAUGHT,
    progress: Progress = quiet_progress,
) -> Answer:
    """One recording to a timeline: the fused lane, and its members.

    Args:
        path: A video, a sound file, a transcript or EEG.
        run: A shipped name or a run's folder, or several that are fused; without it the fusion of those that come with the package.
        explain: Whether to find out why, too, which takes some seconds more.
        beside: Other recordings of the same person, for a run that wants such (`acquainted`).
        belonging: Sound, transcript and EEG of the same moment, in files of their own.
        wishes: How often there is an answer, and how sure it must be, where somebody wants that otherwise than recognizers were taught.
        progress: Told about milliseconds done, and in all.

    Raises:
        MediaError: The file is missing, refused, unreadable, or holds nothing to judge; or something is told of a file that is not named.
        RunError: There is no such run, or it judges every recording alone although others were named.

    Example:
        ``analyze_file("clip.mp4").spans()``
    """
    belonging.needed([Path(path)])
    return analyze_clip(belonging.clip(Path(path)), run=run, explain=explain, beside=beside, wishes=wishes, progress=progress)


def analyze_clip(
    clip: Clip,
    *,
    run: str | Sequence[str] | None = None,
    explain: bool = False,
    beside: Sequence[str | os.PathLike[str]] = (),
    wishes: Wishes = AS_TAUGHT,
    progress: Progress = quiet_progress,
) -> Answer:
    """The same with a clip that is made already, as `emofuse.media.files.clip_from_files` makes one.

    Args:
        clip: A recording.
        run: As in `analyze_file`, like all that follows.
        explain: Whether to find out why, too.
        beside: Other recordings of the same person.
        wishes: How often there is an answer, and how sure it must be.
        progress: Told about milliseconds done, and in all.

    Raises:
        MediaError: It is unreadable, or holds nothing to judge.
        RunError: As `analyze_file`.
    """
    judged = _explained if explain else _answer
    return judged(_of_theirs(clip) if beside else clip, acquainted(recognizer(run, frozenset(clip.sources)), beside), wishes, progress)


def _answer(clip: Clip, judge: "Recognizer", wishes: Wishes, progress: Progress) -> Answer:
    timeline = wishes.of(judge)(clip, progress)
    if not any(lane.present.any() for lane in (timeline, *timeline.members)):
        reasons = [reason for lane in timeline.members or (timeline,) for reason in lane.absent if reason]
        why = ", ".join(note.rstrip(".") for note in dict.fromkeys([*reasons, *timeline.notes]))
        raise MediaError(
            f"{clip.id} holds nothing to judge ({why}). Expected a face, a voice, words or EEG in it; "
            f"give a recording in which one is seen for at least one frame, or heard, or what belongs to it."
        )
    deaf = [
        f"{judge.name} does not listen to {m}: {clip.facts.get(m, m)} was not read" for m in sorted(set(clip.sources) - judge.modalities)
    ]
    if set(clip.sources) - judge.modalities - SEEN_AND_HEARD:  # somebody named it, and expects something of it
        timeline = replace(timeline, notes=(*timeline.notes, *deaf))
    from emofuse.ensemble import overall

    timeline = wishes.said(judge, replace(timeline, overall=overall(judge, timeline)))
    left = [f"{problem} The {name.removesuffix(LEFT_OUT)} is left out." for name, problem in clip.facts.items() if name.endswith(LEFT_OUT)]
    timeline = replace(timeline, notes=(*left, *timeline.notes))
    said = {"source": clip.id, "media": dict(clip.facts), "emofuse": __version__, **timeline.facts}
    return Answer.of(replace(timeline, facts=said))


def _explained(clip: Clip, judge: "Recognizer", wishes: Wishes, progress: Progress) -> Answer:
    """The same answer, with what it rests on."""
    from emofuse.explanations.explain import explain
    from emofuse.explanations.remembered import remembered

    with remembered(clip) as (first, again):
        answer = _answer(first, judge, wishes, progress)
        return replace(answer, explanation=explain(wishes.of(judge), again, answer))


def analyze_files(
    paths: Sequence[str | os.PathLike[str]],
    *,
    out: Path | None = None,
    wanted: Sequence[str] = (),
    annotated: bool = False,
    explain: bool = False,
    run: str | Sequence[str] | None = None,
    beside: Sequence[str | os.PathLike[str]] = (),
    belonging: Belonging = ALONE,
    wishes: Wishes = AS_TAUGHT,
    bar: Callable[[Path], Progress] = lambda path: quiet_progress,
) -> Iterator[Outcome]:
    """Many files, one after the other; one that fails does not keep the others from being done.

    Args:
        paths: Files and folders.
        out: Where exports go; nothing is written without it.
        wanted: Formats by name.
        annotated: Whether videos are also copied with the answer burnt in.
        explain: Whether to find out why, too.
        run: As in `analyze_file`.
        beside: Likewise: all files are of the same person then.
        belonging: Likewise; only one recording may be named then.
        wishes: As in `analyze_file`.
        bar: Makes the progress of one file.

    Raises:
        MediaError: A folder holds no media, `out` cannot be written, a recording that is named in `beside` cannot be read, or something
            is told of a file that is not named.
        UnknownName: A format that does not exist.
        RunError: There is no such run.
    """
    _exporters(wanted)
    if out is not None:
        ready(out)
    files, refused = recordings(paths)
    yield from refused
    if replace(belonging, listener=None).anything and len(files) > 1:
        raise MediaError(
            f"Sound, text or EEG was named beside {len(files)} recordings. Expected one recording that it belongs to; name only that one."
        )
    if files:
        belonging.needed(list(files))
    judge = functools.cache(lambda having: acquainted(recognizer(run, having), beside))
    if files and beside:
        judge(SEEN_AND_HEARD)  # a run that does not judge beside others says so before anything is done
    for path, name in files.items():
        yield analyze_one(
            path,
            name,
            judge,
            out=out,
            wanted=wanted,
            annotated=annotated,
            explain=explain,
            theirs=bool(beside),
            belonging=belonging,
            wishes=wishes,
            bar=bar,
        )


def recordings(paths: Sequence[str | os.PathLike[str]]) -> tuple[dict[Path, str], tuple[Outcome, ...]]:
    """Every recording among files and folders, with the name that its exports get; and the folders that hold none.

    Raises:
        MediaError: Nothing was named.
    """
    files = list(media_files([])) if not paths else []  # which says that nothing was named
    refused = []
    for path in map(Path, paths):
        try:
            files += media_files([path])
        except MediaError as problem:
            refused.append(Outcome(path, None, problem=problem))
    return _named(files), tuple(refused)


def analyze_one(
    path: Path,
    name: str,
    judge: "Callable[[frozenset[Modality]], Recognizer]",
    *,
    out: Path | None = None,
    wanted: Sequence[str] = (),
    annotated: bool = False,
    explain: bool = False,
    theirs: bool = False,
    belonging: Belonging = ALONE,
    wishes: Wishes = AS_TAUGHT,
    bar: Callable[[Path], Progress] = lambda path: quiet_progress,
) -> Outcome:
    """One recording and its exports, as `analyze_files` does each: all of its exports, or none.

    Args:
        path: The file.
        name: Of its exports, before their endings.
        judge: Gives who answers to what there is, and is only asked where the file can be read: loading a recognizer takes seconds.
        out: As in `analyze_files`, like all that follows; it is there.
        wanted: Formats by name.
        annotated: Whether a video is also copied with the answer burnt in.
        explain: Whether to find out why, too.
        theirs: Whether it is of the person whose other recordings the judge has met.
        belonging: What belongs to it in other files.
        wishes: How often there is an answer, and how sure it must be; the judge itself is as it was taught.
        bar: Makes its progress.

    Raises:
        UnknownName: A format that does not exist.
        RunError: There is no such run.
    """
    exporters = _exporters(wanted)
    try:
        clip = belonging.clip(path)
        asked = judge(frozenset(clip.sources))
    except RunError:
        raise  # there is no such run: no file would fare better
    except EmofuseError as problem:
        return Outcome(path, None, problem=problem)
    written: list[Path] = []
    try:
        answer = (_explained if explain else _answer)(_of_theirs(clip) if theirs else clip, asked, wishes, bar(path))
        if out is not None:
            for exporter in exporters.values():
                exporter.save(answer, out / f"{name}{exporter.SUFFIX}")
                written.append(out / f"{name}{exporter.SUFFIX}")
            if annotated and Modality.VIDEO in clip.sources:
                annotate(path, out / f"{name}{ANNOTATED}", answer)
                written.append(out / f"{name}{ANNOTATED}")
            elif annotated:
                answer = replace(answer, notes=(*answer.notes, "no picture: there is nothing to annotate"))
    except EmofuseError as problem:
        for path_ in written:  # all of a file's exports, or none
            path_.unlink(missing_ok=True)
        return Outcome(path, None, problem=problem)
    return Outcome(path, answer, tuple(written))


def in_short(answer: Timeline) -> tuple[str, str]:
    """The one word for a file with its probability, and how long it is; a question mark where the two best are close."""
    spans, best = answer.spans(), sorted(answer.pooled)
    doubt = "?" if best[-1] - best[-2] < answer.threshold else ""
    return f"{answer.label}{doubt} {best[-1]:.2f}", f"{answer.duration / 1_000:.1f} s, {len(spans)} span{'s' if len(spans) > 1 else ''}"


def in_whole(answer: Timeline) -> str:
    """The second form of an answer in a line: what windows of each lane come to, each lane counting alike; empty where to nothing."""
    whole = answer.overall
    if whole is None or whole.label is None:
        return ""
    best = sorted(whole.pooled)
    doubt = "?" if len(best) > 1 and best[-1] - best[-2] < whole.threshold else ""
    deciding = whole.facts.get("decides")
    rows = [f"{lane.lane} {len(lane.segments)}" for lane in whole.members if isinstance(deciding, list) and lane.lane in deciding]
    how = f"{whole.facts.get('decision')} of {', '.join(rows)}"
    return f"overall by windows, lanes counting alike: {whole.label}{doubt} {best[-1]:.2f} ({how})"


def _exporters(wanted: Sequence[str]) -> dict[str, ModuleType]:
    """The formats that are asked for."""
    return {name: catalog.module("exports", name) for asked in wanted for name in ALIASES.get(asked, (asked,))}


def ready(out: Path) -> None:
    """Make a folder to write to.

    Raises:
        MediaError: It cannot be made, or not be written to.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MediaError(f"{out} cannot be made: {error.strerror}. Expected a folder to write to; choose another --out.") from error
    if not os.access(out, os.W_OK):
        raise MediaError(f"{out} cannot be written. Expected a folder of yours; change its permissions, or choose another --out.")


def _named(files: Sequence[Path]) -> dict[Path, str]:
    """A name for each file's exports: its stem; where stems meet, its name, and where names meet, its folders' too."""
    unique = tuple(dict.fromkeys(files))
    names = {path: path.stem for path in unique}
    for longer in (lambda p: p.name, lambda p: "_".join(p.parts[-2:]), lambda p: "_".join(p.resolve().parts[1:])):
        counts = Counter(names.values())
        names = {path: name if counts[name] == 1 else longer(path) for path, name in names.items()}
    return names
