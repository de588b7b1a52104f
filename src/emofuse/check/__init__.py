"""Whether a copy of a corpus is whole: its counts against the published ones, and every file of it read.

Nothing here trains or judges; a copy that is whole may still hold what flatters (`emofuse.audit`).
"""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from emofuse.check import files
from emofuse.check.checked import Checked, Count
from emofuse.check.sources import look
from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus
from emofuse.core.errors import EmofuseError
from emofuse.core.progress import Progress, quiet_progress

_NOBODY = "(nobody says)"


def check(corpus: Corpus, root: Path, progress: Progress = quiet_progress, *, quick: bool = False, workers: int | None = None) -> Checked:
    """Compare a copy with what was published, and read every file of it.

    Args:
        corpus: Which.
        root: Its folder.
        progress: Told of sources read, and in all.
        quick: Whether it is enough to open files.
        workers: How many processes read; None takes as many as there are cores.
    """
    began, root = time.monotonic(), Path(root)
    there = files.listed(root)
    packed = tuple(name for name in there if name.lower().endswith(files.ARCHIVES))
    try:
        clips = corpus.clips(root)
    except EmofuseError as error:
        seconds, is_there = time.monotonic() - began, files.summary(there) if there else "nothing"
        return Checked(corpus.name, str(root), (), seconds, quick, problem=str(error), packed=packed, there=is_there)
    found = look(clips, quick, workers, progress)
    used = _used(clips, root)
    there = there if used else ()  # a corpus that is made up has no folder of its own
    missing, unexpected = _ids(corpus, clips)
    return Checked(
        corpus=corpus.name,
        root=str(root),
        counts=_counts(corpus, clips),
        quick=quick,
        read={
            "sources read whole": found.read,
            "recordings followed from their first packet to their last, not decoded": found.followed,
            "files opened, not read": found.opened,
        },
        missing=missing,
        unexpected=unexpected,
        uneven=_uneven(corpus, clips),
        unreadable={reason: tuple(where) for reason, where in sorted(found.unreadable.items())},
        strange=tuple(sorted(set(found.strange))),
        constant=found.constant,
        duplicates=files.twice(root, [name for name in there if not files.junk(name)], workers),
        strays=files.strays(there, used, corpus.beside),
        packed=tuple(name for name in packed if name not in used) if used else (),
        source=corpus.published.source if corpus.published is not None else "",
        seconds=time.monotonic() - began,
    )


def folder(corpus: Corpus, data: Path) -> Path:
    """A corpus' folder: the one of its name under `data`, or `data` itself where there is none of this name and it holds clips.

    Raises:
        CorpusError: A reader refuses what it finds.
    """
    inside = corpus.under(data)
    if inside.exists() or next(iter(corpus.find(data)), None) is None:
        return inside
    return data


def _counts(corpus: Corpus, clips: Sequence[Clip]) -> tuple[Count, ...]:
    published = corpus.published
    people = {clip.subject for clip in clips} - {None}
    lines = [Count("clips", len(clips), None if published is None else published.clips)]
    if people or (published is not None and published.people):
        lines.append(Count("people", len(people), None if published is None else published.people))
    lines += [Count(f"with {m}", sum(m in clip.sources for clip in clips)) for m in sorted(corpus.modalities) if len(corpus.modalities) > 1]
    lines += _against(
        "label", Counter(clip.label or "(none)" for clip in clips), published.labels if published else {}, list(corpus.labels)
    )
    for fact, values in (published.facts if published else {}).items():
        lines += _against(fact, Counter(clip.facts.get(fact, _NOBODY) for clip in clips), values, list(values))
    return tuple(lines)


def _against(what: str, found: Counter[str], expected: Mapping[str, int], order: Sequence[str]) -> list[Count]:
    """Counts of each value: those expected or found, in their own order, then what nobody expected."""
    values = [value for value in dict.fromkeys((*order, *sorted(found))) if value in found or expected.get(value)]
    return [Count(f"{what} {value}", found[value], expected.get(value, 0) if expected else None) for value in values]


def _ids(corpus: Corpus, clips: Sequence[Clip]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Ids that are missing, and ids too many, where they follow a rule."""
    if corpus.published is None or corpus.published.ids is None:
        return (), ()
    ids, known = {clip.id for clip in clips}, set(corpus.published.ids())
    if not ids & known:  # this copy goes by other names, and counts have to do
        return (), ()
    return tuple(sorted(known - ids)), tuple(sorted(ids - known))


def _uneven(corpus: Corpus, clips: Sequence[Clip]) -> dict[str, int]:
    """People with another number of clips than all should have."""
    each = corpus.published.each if corpus.published is not None else None
    people = Counter(clip.subject for clip in clips if clip.subject is not None)
    return {who: count for who, count in sorted(people.items()) if each is not None and count != each}


def _used(clips: Sequence[Clip], root: Path) -> frozenset[str]:
    """Files of clips, as their paths from the root."""
    paths = {source.path for clip in clips for source in clip.sources.values()}
    return frozenset(path.relative_to(root).as_posix() for path in paths if path.is_relative_to(root))
