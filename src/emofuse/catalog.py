"""What there is to choose from: the folders are the list."""

import importlib
import inspect
from pathlib import Path
from types import ModuleType

from emofuse.core.corpus import Corpus
from emofuse.core.errors import UnknownName

ROOT = Path(__file__).parent
SINGULAR = {"corpora": "corpus"}


def names(kind: str) -> tuple[str, ...]:
    """What a folder holds, by file name.

    Example:
        >>> "early" in names("fusions")
        True
    """
    return tuple(sorted(path.stem for path in (ROOT / kind).glob("*.py") if path.stem not in {"__init__", "base"}))


def module(kind: str, name: str) -> ModuleType:
    """One leaf's module.

    Raises:
        UnknownName: There is no such file; the message lists those there are.
    """
    if name not in names(kind):
        raise UnknownName(f"Unknown {SINGULAR.get(kind, kind.removesuffix('s'))} '{name}'. Known: {', '.join(names(kind))}.")
    return importlib.import_module(f"emofuse.{kind}.{name}")


def named(kind: str, name: str) -> type:
    """The public class that a leaf is about, such as `Early` for ``named("fusions", "early")``.

    Raises:
        UnknownName: There is no such file.
    """
    leaf = module(kind, name)
    wanted = name.replace("_", "")
    classes = [c for n, c in vars(leaf).items() if inspect.isclass(c) and c.__module__ == leaf.__name__ and n.lower() == wanted]
    if len(classes) != 1:
        raise UnknownName(f"{kind}/{name}.py holds no class named like its file. Name it {name.title().replace('_', '')}.")
    found: type = classes[0]
    return found


def corpus(name: str) -> Corpus:
    """A corpus by its name.

    Raises:
        UnknownName: There is none of this name.
    """
    found = next((value for value in vars(module("corpora", name)).values() if isinstance(value, Corpus)), None)
    if found is None:
        raise UnknownName(f"corpora/{name}.py holds no Corpus.")
    return found
