"""Everything a training needs, returned by a function; and calling that function by its path."""

import importlib
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from emofuse.core.clip import Clip, Signal
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError, UnknownName
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol
from emofuse.data import Target, Variant, one_hot
from emofuse.features.base import Feature
from emofuse.features.baseline import Baseline
from emofuse.features.extraction import as_it_is
from emofuse.network import Network
from emofuse.training.fit import Epoch


def every_clip(clip: Clip) -> bool:
    """All of them."""
    return True


@dataclass(frozen=True, slots=True, eq=False)
class Recipe:
    """Everything a training needs.

    Args:
        name: Of the recognizer it makes, and of its lane in a timeline.
        corpus: Learnt from and judged on.
        labels: What is answered, in the order of the scores.
        protocol: Who is learnt from, who is judged.
        features: What each encoder is fed.
        build: Makes a fresh network; called once a split.
        fit: `emofuse.training.fit.fit` with this recipe's arguments filled in: takes network, train, valid, seed, kept.
        window: What the recognizer looks at, in ms; None for one sample at a time.
        hop: From one window to the next, in ms; not used when the window is None.
        prepare: Brings a training clip's signal to one length.
        target: What a training clip's answer should be.
        variants: How a training clip's signal might also have been.
        ships_everything: After its splits are judged, weights are trained on all clips.
        keep: Which clips of the corpus are learnt from and judged at all.
        elsewhere: Corpora that it has never seen and is also judged on.
        says: For the card: what it is, whom it is for.
        baseline: Modalities whose features are seen against the person's own; without any, a clip is judged alone.
        often: In how many epochs of one a training clip is drawn, 1 at most; None for all in every epoch.
        half: Weights are kept in half precision, and judged so.
        beside: Corpora of which every clip is learnt from as well, where its label is one of `labels`; nobody is judged on them.
    """

    name: str
    corpus: Corpus
    labels: LabelSet
    protocol: Protocol
    features: Mapping[Modality, Feature]
    build: Callable[[], Network]
    fit: Callable[..., list[Epoch]]
    window: int | None = None
    hop: int | None = None
    prepare: Callable[[Signal], Signal] = as_it_is
    target: Target = one_hot
    variants: Sequence[Variant] = ()
    ships_everything: bool = False
    keep: Callable[[Clip], bool] = every_clip
    elsewhere: Sequence[Corpus] = ()
    says: str = ""
    baseline: Mapping[Modality, Baseline] = field(default_factory=lambda: MappingProxyType({}))
    often: Callable[[Clip], float] | None = None
    half: bool = False
    beside: Sequence[Corpus] = ()

    def clips(self, data: Path) -> tuple[Clip, ...]:
        """The corpus' clips under a data root that this recipe keeps.

        Raises:
            CorpusError: The corpus is not there, or none of it is kept.
        """
        found = self.corpus.clips(self.corpus.under(data))
        kept = tuple(clip for clip in found if self.keep(clip))
        if not kept:
            raise CorpusError(
                f"None of the {len(found)} clips of {self.corpus.name} under {self.corpus.under(data)} are of the kind that recipe "
                f"'{self.name}' learns from. Expected a copy that has them; see `emofuse corpora show {self.corpus.name}`."
            )
        return kept


Made = TypeVar("Made")


def call(path: str, arguments: Mapping[str, object], allowed: Sequence[str] = ("emofuse.recipes",)) -> Recipe:
    """The recipe that ``module:function`` makes of these arguments.

    Args:
        path: Such as ``emofuse.recipes.fer2013:face``; ``fer2013:face`` is short for it.
        arguments: By name.
        allowed: Packages that may be imported from; a saved run names a path, and importing is running.

    Raises:
        UnknownName: A module, function or argument that does not exist, or a package that was not allowed.
    """
    return called(path, arguments, allowed, Recipe)


def called(path: str, arguments: Mapping[str, object], allowed: Sequence[str], kind: type[Made]) -> Made:
    """What ``module:function`` makes of these arguments, where its annotation says that it makes such things.

    Raises:
        UnknownName: A module, function or argument that does not exist, or a package that was not allowed.
    """
    what = kind.__name__.lower()
    module_name, _, function_name = path.partition(":")
    if "." not in module_name and module_name not in allowed:
        module_name = f"emofuse.recipes.{module_name}"
    if not any(module_name == package or module_name.startswith(f"{package}.") for package in allowed):
        raise UnknownName(
            f"{what.title()} '{path}' lies outside {', '.join(allowed)}. Importing runs code, so allow its package by name (--allow)."
        )
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        if error.name is None or not module_name.startswith(error.name):
            raise
        raise UnknownName(f"Unknown {what} '{path}'. Expected module:function, such as fer2013:face.") from error
    function = getattr(module, function_name, None)
    own = {name: f for name, f in vars(module).items() if inspect.isfunction(f) and f.__module__ == module_name}
    known = [name for name, f in own.items() if inspect.signature(f).return_annotation is kind]
    if function_name not in known or function is None:
        raise UnknownName(f"Unknown {what} '{function_name}' in {module_name}. Known: {', '.join(known) or 'none'}.")
    takes = inspect.signature(function).parameters
    for name in arguments:
        if name not in takes:
            raise UnknownName(f"{module_name}:{function_name} takes no '{name}'. It takes: {', '.join(takes)}.")
    made = function(**arguments)
    assert isinstance(made, kind)
    return made
