"""A data set, described once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality


@dataclass(frozen=True, slots=True)
class Published:
    """What a complete copy holds, as those who published it count it.

    Args:
        clips: How many.
        people: How many; None where they are not told apart.
        labels: Clips of each label; empty where nobody says.
        facts: By fact, clips of each value: ``{"usage": {"Training": 28709, ...}}``.
        each: Clips of each person, where all have as many.
        ids: Every id, where names follow a rule: lets a check name what is missing.
        source: Where these counts stand: a paper's table, a record.
    """

    clips: int
    people: int | None
    labels: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))
    facts: Mapping[str, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    each: int | None = None
    ids: Callable[[], Iterable[str]] | None = None
    source: str = ""


@dataclass(frozen=True, slots=True)
class Download:
    """A file that may be fetched without asking anybody.

    Args:
        url: Where it is.
        name: Where it goes under the corpus' folder.
        size: In bytes; None where the publisher does not say.
        digest: ``sha256:...`` or ``md5:...`` as the publisher gives it; None where none is published.
        unpack: Whether it is an archive that is unpacked into the folder of its name.
    """

    url: str
    name: str
    size: int | None = None
    digest: str | None = None
    unpack: bool = False


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
        getting: How to get it, and whom to ask, in a sentence or two.
        published: What a complete copy holds; None where it has no fixed size.
        downloads: What may be fetched without a form: files, or where a record that lists them stands (``zenodo:1188976``).
        beside: Glob patterns of files that belong to a copy without being a clip's: tables, readme files.
        folder: Where to look under a data root when there is no folder of its name: two corpora may be read from one copy.
    """

    name: str
    labels: LabelSet
    modalities: frozenset[Modality]
    license: str
    citation: str
    layout: str
    find: Callable[[Path], Iterator[Clip]]
    getting: str = ""
    published: Published | None = None
    downloads: tuple[Download | str, ...] = ()
    beside: tuple[str, ...] = ()
    folder: str = ""

    def under(self, data: Path) -> Path:
        """Where its copy lies under a data root, which holds one folder a corpus: that of its name, else `folder`."""
        own = Path(data) / self.name
        return Path(data) / self.folder if self.folder and not own.is_dir() else own

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
