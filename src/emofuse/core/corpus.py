"""A data set, described once."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from emofuse.core.clip import Clip
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality


@dataclass(frozen=True, slots=True)
class Corpus:
    """A data set as a value: what is shared between corpora are functions of it.

    Args:
        name: Name of its file here, and of its folder under a data root.
        labels: Its own words, in the order of its own codes.
        modalities: What it can have.
        license: Under which it is published.
        citation: Whom to cite.
        layout: The folder tree, as one would draw it.
        find: The only part that differs in code: yields the clips under a root; none where there is no such folder.
    """

    name: str
    labels: LabelSet
    modalities: frozenset[Modality]
    license: str
    citation: str
    layout: str
    find: Callable[[Path], Iterator[Clip]]

    def clips(self, root: Path) -> tuple[Clip, ...]:
        """Every clip under `root`, in the order of their ids, whatever the file system's order.

        Raises:
            CorpusError: Nothing there, or two clips with one id.
        """
        clips = tuple(sorted(self.find(Path(root)), key=lambda clip: clip.id))
        if not clips:
            raise CorpusError(
                f"No {self.name} clips under {root}. Expected a folder like\n{self.layout.rstrip()}\n"
                f"See docs/corpora.md for where to get it."
            )
        ids = {clip.id for clip in clips}
        if len(ids) != len(clips):
            raise CorpusError(
                f"{len(clips) - len(ids)} clips of {self.name} under {root} carry an id twice. Expected each once; remove the copies."
            )
        return clips
