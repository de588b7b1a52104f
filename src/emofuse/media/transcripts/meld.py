"""Tables as MELD and EmoryNLP publish them: utterances of many dialogues, each timed within its episode.

Source: https://github.com/declare-lab/MELD
"""

from dataclasses import replace

from emofuse.core.timeline import clock
from emofuse.media.transcripts.base import Written
from emofuse.media.transcripts.csv import Columns, cues
from emofuse.media.transcripts.rows import column, header, rows

_DIALOGUE = ("dialogueid", "sceneid")


def is_one(text: str, suffix: str) -> bool:
    """Whether the header is theirs."""
    del suffix
    names = header(text)
    return column(names, ("utterance",)) is not None and column(names, _DIALOGUE) is not None


def read(text: str, name: str) -> Written:
    """A cue a row; where all are of one dialogue its first utterance begins at 0, else there are no times."""
    del name
    names = header(text)
    said = column(names, ("utterance",))
    assert said is not None
    who = column(names, ("speaker",))
    apart = [place for place in (column(names, (usual,)) for usual in ("season", "episode", *_DIALOGUE)) if place is not None]
    read = list(rows(text))[1:]
    several = len({tuple(row.values[place] for place in apart if place < len(row.values)) for row in read}) > 1
    if several:  # their times count from the start of each one's episode
        columns = Columns(said, speaker=who)
    else:
        columns = Columns(said, column(names, ("starttime",)), column(names, ("endtime",)), speaker=who)
    written = cues(read, columns, len(names), apart)
    return _from_nought(
        replace(written, cues=tuple(replace(cue, speaker=(cue.speaker or "").strip("[]'\"") or None) for cue in written.cues))
    )


def _from_nought(written: Written) -> Written:
    """The same utterances, the first of which begins at 0."""
    starts = [cue.start for cue in written.cues if cue.start is not None]
    if not starts:
        return written
    first = min(starts)
    moved = tuple(
        replace(cue, start=None if cue.start is None else cue.start - first, end=None if cue.end is None else cue.end - first)
        for cue in written.cues
    )
    note = f"The table counts from the start of the episode; the first utterance, at {clock(first)} there, is taken to begin at 0."
    return replace(written, cues=moved, notes=(*written.notes, note))
