"""What a bench is: a corpus, how each modality is taken in, who its members are, and who is judged.

Nothing here trains. N: clips, V: variants of a clip, T: time steps.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import combinations
from pathlib import Path
from types import MappingProxyType

from emofuse.core.clip import Clip, Signal
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError, UnknownName
from emofuse.core.labels import LabelMap, LabelSet, relabel
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol
from emofuse.encoders.base import Encoder
from emofuse.features.base import Feature
from emofuse.features.baseline import Baseline
from emofuse.features.extraction import as_it_is
from emofuse.recipe import every_clip
from emofuse.training.augment import Augment
from emofuse.training.fit import Epoch

Fit = Callable[..., list[Epoch]]
"""`emofuse.training.fit.fit` with its arguments filled in but for network, train, valid, seed and augment."""

INDUCTIVE, OWN_BASELINE = "inductive", "with the person's own baseline"
"""The two regimes: a clip is judged alone, or beside other clips of its person. Never to be compared."""
QUICK = 2  # epochs of a quick bench, which says that everything works and nothing else


@dataclass(frozen=True, slots=True, eq=False)
class Sense:
    """How one modality is taken in.

    Args:
        feature: What its encoder is fed.
        encoder: Makes a fresh one.
        fit: Teaches a network of this modality alone.
        prepare: Brings a signal to one length.
        variants: How a signal might also have been: learnt from, too.
        windows: So many of a clip's variants, the signal itself being the first, are stretches of it which are each judged.
        augment: What happens to training batches, of fusions, too.
        baseline: What features are seen against, of the person's own, in units of those who are learnt from; None for a clip alone.
        quality: How good a signal was, a feature of one number from 0 to 1; decisions that ask for it are told.
        networks: How many are taught, whose probabilities are averaged, where it is alone.
    """

    feature: Feature
    encoder: Callable[[], Encoder]
    fit: Fit
    prepare: Callable[[Signal], Signal] = as_it_is
    variants: tuple[Callable[[Signal], Signal], ...] = ()
    windows: int = 1
    augment: Augment | None = None
    baseline: Baseline | None = None
    quality: Feature | None = None
    networks: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """A network whose probabilities decisions see; most have one modality.

    Args:
        modalities: What it listens to.
        fusion: By name, in which they meet.
        settings: Of the fusion.
        fit: Teaches it; None for that of its sense, or of the bench where it has several.
        networks: How many are averaged; None for as many as its sense, or the bench, says.
    """

    modalities: tuple[Modality, ...]
    fusion: str = "early"
    settings: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({"dropout": 0.2}))
    fit: Fit | None = None
    networks: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """Everything that comparing ways to fuse needs.

    Args:
        name: Of the table.
        corpus: Learnt from and judged on.
        protocol: Who is learnt from, who is judged.
        senses: How each modality is taken in.
        fit: Teaches a fusion.
        labels: What is answered; None for the corpus' own words.
        way: From the corpus' words to the labels.
        members: Whose probabilities are decided between, by name; none for one a modality.
        missing: Share of the modalities of a training clip that go missing while a fusion learns, so that it can be judged without them;
            or a way by which they do: one of `emofuse.training.dropout.WAYS`, or what happens to batches.
        networks: How many are averaged in a fusion.
        settings: By fusion, arguments of its constructor.
        fusions: What "all" stands for; None for all there are.
        chooses: Epochs are chosen on valid; without it, valid clips are learnt from where several splits judge everybody.
        calibrated: Whether members are calibrated before anybody decides between them; without, to show what that costs.
        measure: What ways are ranked by and gains are of, as the corpus is usually judged: "uar", "accuracy" or "weighted_f1".
        units: The fact whose values succeed and fail together, where it is not people: a dialogue.
        keep: Which clips are learnt from and judged at all.
        gather: Finds the clips under a data root, where they are not one corpus' alone: pairs.
        notes: What a reader must be told.
    """

    name: str
    corpus: Corpus
    protocol: Protocol
    senses: Mapping[Modality, Sense]
    fit: Fit
    labels: LabelSet | None = None
    way: LabelMap | None = None
    members: Mapping[str, Member] = field(default_factory=lambda: MappingProxyType({}))
    missing: float | str | Augment = 0.3
    networks: int = 1
    settings: Mapping[str, Mapping[str, object]] = field(default_factory=lambda: MappingProxyType({}))
    fusions: tuple[str, ...] | None = None
    chooses: bool = False
    calibrated: bool = True
    measure: str = "uar"
    units: str | None = None
    keep: Callable[[Clip], bool] = every_clip
    gather: Callable[[Path], Sequence[Clip]] | None = None
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> LabelSet:
        """What is answered, in the order of the scores."""
        return self.labels or (self.way.target if self.way else self.corpus.labels)

    @property
    def modalities(self) -> tuple[Modality, ...]:
        """What is fused, in a fixed order."""
        return tuple(sorted(self.senses))

    @property
    def team(self) -> Mapping[str, Member]:
        """The members by name."""
        return self.members or {str(m): Member((m,)) for m in self.modalities}

    @property
    def regime(self) -> str:
        """Whether clips are judged alone by whatever has all modalities."""
        return self.regime_of(self.modalities)

    def regime_of(self, modalities: Sequence[Modality]) -> str:
        """Whether clips are judged alone by what has these modalities only."""
        return OWN_BASELINE if any(self.senses[m].baseline for m in modalities) else INDUCTIVE

    def several(self, member: Member) -> int:
        """How many networks are averaged in a member."""
        return member.networks or (self.senses[member.modalities[0]].networks if len(member.modalities) == 1 else self.networks)

    def clips(self, data: Path) -> tuple[tuple[Clip, ...], int]:
        """The clips that are learnt from and judged, in the order of their ids, and how many have a label without a place.

        Raises:
            CorpusError: There are none.
        """
        found = self.gather(data) if self.gather else self.corpus.clips(self.corpus.under(data))
        kept = [clip for clip in found if self.keep(clip) and set(clip.sources) & set(self.modalities)]
        known = relabel(kept, self.way or self.words)
        if not known:
            raise CorpusError(
                f"None of the {len(found)} clips of {self.corpus.name} under {data} has {' or '.join(self.modalities)} and a label among "
                f"{', '.join(self.words)}. Expected some; look at the corpus, its label map and --modalities."
            )
        return tuple(sorted(known, key=lambda clip: clip.id)), len(kept) - len(known)

    def of(self, modalities: Sequence[Modality]) -> "Bench":
        """The same with these modalities alone, and the members that need no other.

        Raises:
            UnknownName: One that it does not take in.
        """
        strange = sorted(set(modalities) - set(self.senses))
        if strange:
            raise UnknownName(f"{self.name} takes in {', '.join(self.modalities)}, not {', '.join(strange)}. Name some of these.")
        kept = {m: self.senses[m] for m in self.modalities if m in modalities}
        members = {name: member for name, member in self.members.items() if set(member.modalities) <= set(kept)}
        if self.members and not members:
            raise UnknownName(f"No member of {self.name} needs {', '.join(kept)} alone. Name more modalities.")
        return replace(self, senses=kept, members=members)

    def quick(self) -> "Bench":
        """The same, taught for next to nothing: to see that everything works."""
        senses = {
            m: replace(sense, fit=partial(sense.fit, epochs=QUICK), networks=1, variants=sense.variants[: sense.windows - 1])
            for m, sense in self.senses.items()
        }
        members = {
            name: replace(member, networks=1, fit=partial(member.fit, epochs=QUICK) if member.fit else None)
            for name, member in self.members.items()
        }
        return replace(self, senses=senses, members=members, fit=partial(self.fit, epochs=QUICK), networks=1)


def subsets(modalities: Sequence[Modality]) -> tuple[tuple[Modality, ...], ...]:
    """What may be there, all of it first, single modalities last.

    Example:
        >>> ["+".join(pattern) for pattern in subsets((Modality.AUDIO, Modality.VIDEO))]
        ['audio+video', 'audio', 'video']
    """
    order = sorted(modalities)
    return tuple(pattern for count in range(len(order), 0, -1) for pattern in combinations(order, count))
