"""Who judges, by what was chosen; and what it answers about a clip."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from emofuse.core.clip import Clip
from emofuse.core.progress import Progress
from emofuse.media.stream import FACE_RATE
from emofuse_web.recognition.facts import BEST, LIGHT, choices
from emofuse_web.recognition.proxy import MOST

if TYPE_CHECKING:
    from emofuse.analysis import Answer


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a choice means.

    Args:
        run: As `emofuse.analysis.recognizer` takes it: None for all that fit, or names.
        most: Sides of the proxy's picture, the longer first.
        face_rate: Looks at the face a second.
    """

    run: tuple[str, ...] | None
    most: tuple[int, int] = MOST
    face_rate: float = FACE_RATE


def chosen(model: str) -> Chosen:
    """The way of "best", of "light", or of one recognizer by its name."""
    if model == BEST:
        return Chosen(None)
    if model == LIGHT:
        return Chosen(choices()[LIGHT].members, (854, 480), 2.0)
    return Chosen((choices()[model].name,))


def judged(clip: Clip, model: str, name: str, facts: Mapping[str, object], *, explain: bool, progress: Progress) -> "Answer":
    """The answer, under the name that its user knows.

    Raises:
        MediaError: There is nothing to judge.
        MissingModality: Nobody who was chosen listens to any of it.
        RunError: A recognizer is not what it should be.
    """
    from emofuse.analysis import analyze_clip

    answer = analyze_clip(clip, run=chosen(model).run, explain=explain, progress=progress)
    return replace(answer, facts={**answer.facts, "source": name, "model": model, **facts})
