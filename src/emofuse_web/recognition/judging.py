"""Who judges, by what was chosen; and what it answers about a clip."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from emofuse.core.clip import Clip
from emofuse.core.progress import Progress
from emofuse.media.stream import FACE_RATE
from emofuse.wishes import Wishes
from emofuse_web.recognition.facts import BEST, LIGHT, choices

if TYPE_CHECKING:
    from emofuse.analysis import Answer


@dataclass(frozen=True, slots=True)
class Chosen:
    """What a choice means.

    Args:
        run: As `emofuse.analysis.recognizer` takes it: None for all that fit, or names.
        most: Sides of the proxy's picture, the longer first; None for the usual.
        face_rate: Looks at the face a second.
    """

    run: tuple[str, ...] | None
    most: tuple[int, int] | None = None
    face_rate: float = FACE_RATE


def chosen(model: str) -> Chosen:
    """The way of "best", of "light", or of one recognizer by its name."""
    if model == BEST:
        return Chosen(None)
    if model == LIGHT:
        return Chosen(choices()[LIGHT].members, (854, 480), 2.0)
    return Chosen((choices()[model].name,))


def worded(model: str) -> Chosen:
    """The same where there are only words: those of the choice that listen to words, so that no other is even loaded."""
    return Chosen(tuple(name for name in choices()[model].members if choices()[name].modalities == {"text"}) or chosen(model).run)


def judged(clip: Clip, way: Chosen, name: str, facts: Mapping[str, object], *, options: Mapping[str, Any], progress: Progress) -> "Answer":
    """The answer, under the name that its user knows.

    Args:
        clip: What is judged.
        way: By whom.
        name: What the user calls it.
        facts: What the answer's own are to hold, too.
        options: Of the request: "explain", "hop_ms", "threshold".
        progress: Told about milliseconds done, and in all.

    Raises:
        MediaError: There is nothing to judge.
        MissingModality: Nobody who was chosen listens to any of it.
        RunError: A recognizer is not what it should be.
    """
    from emofuse.analysis import analyze_clip

    wishes = Wishes(options.get("hop_ms"), options.get("threshold"))
    answer = analyze_clip(clip, run=way.run, explain=bool(options.get("explain")), wishes=wishes, progress=progress)
    return replace(answer, facts={**answer.facts, "source": name, **facts})
