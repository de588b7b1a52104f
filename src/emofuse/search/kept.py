"""What was tried, in a search's SQLite file, so that a search that was killed goes on where it stood.

The file is Optuna's own, with one study in it, and its tools read it, too. A setting is written when it is finished, whole or not at
all: one that was killed has left nothing, and is done again.
"""

import json
import logging
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from emofuse.core.errors import EmofuseError, RunError
from emofuse.search.space import Axis, Choices, Space
from emofuse.search.tried import Figures, Tried

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

FILE, STUDY = "search.db", "emofuse search"


class Kept:
    """Settings that were tried, in the order of trying.

    Args:
        study: Optuna's, on a file.
        over: Where is searched.
        measure: What is best: the highest accuracy or UAR, or the lowest loss.
        path: Of the file.
    """

    def __init__(self, study: "Study", over: Space, measure: str, path: Path) -> None:
        self.study, self.over, self.measure, self.path = study, over, measure, path

    def trials(self) -> "list[FrozenTrial]":
        """As Optuna has them."""
        return sorted(self.study.get_trials(deepcopy=False), key=lambda trial: trial.number)

    def tried(self) -> list[Tried]:
        """Every setting so far."""
        found = []
        for number, trial in enumerate(self.trials(), start=1):
            said = json.loads(trial.user_attrs["tried"])
            folds = {name: _figures(row) for name, row in said["folds"].items()}
            found.append(Tried(number, decoded(trial.params, self.over), folds, said["seconds"], said["same_as"]))
        return found

    def add(self, tried: Tried) -> None:
        """Write one, whole or not at all.

        Raises:
            RunError: It cannot be written.
        """
        from optuna.trial import create_trial

        folds = {name: figures.as_dict() for name, figures in tried.folds.items()}
        told = {"folds": folds, "seconds": round(tried.seconds, 2), "same_as": tried.same_as}
        made = create_trial(
            params=encoded(tried.arguments, self.over),
            distributions=distributions(self.over),
            value=tried.value(self.measure),
            user_attrs={"tried": json.dumps(told)},
        )
        with _told(self.path):
            self.study.add_trial(made)


@contextmanager
def kept(folder: Path, question: Mapping[str, object], over: Space, measure: str) -> Iterator[Kept]:
    """The search of a folder: what is there already, and what will be.

    Args:
        folder: Made where it is missing.
        question: What all settings of a search have in common, for JSON.
        over: Where is searched.
        measure: "uar", "accuracy" or "loss".

    Raises:
        EmofuseError: Optuna is not installed.
        RunError: The folder holds another search, or its file cannot be read or written.
    """
    library()
    from optuna import create_study
    from optuna.storages import RDBStorage
    from optuna.study import StudyDirection

    path = Path(folder) / FILE
    storage = None
    try:
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            # The file is opened by its path, as a URL would trip over question marks and braces in it.
            storage = RDBStorage(f"sqlite:///{FILE}", engine_kwargs={"creator": lambda: sqlite3.connect(path, check_same_thread=False)})
            direction = StudyDirection.MINIMIZE if measure == "loss" else StudyDirection.MAXIMIZE
            study = create_study(storage=storage, study_name=STUDY, direction=direction, load_if_exists=True)
            _same(folder, study, json.loads(json.dumps(question)))
        yield Kept(study, over, measure, path)
    finally:
        if storage is not None:
            storage.remove_session()
            storage.engine.dispose()


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the library says of a file, said so that a user can put it right."""
    from optuna.exceptions import OptunaError
    from sqlalchemy.exc import SQLAlchemyError

    try:
        yield
    except (SQLAlchemyError, OptunaError, OSError) as error:
        why = str(getattr(error, "orig", None) or error.__cause__ or error).partition("\n")[0]
        raise RunError(
            f"{path} cannot be used: {why}. Expected an earlier search, or a folder that can be written to; choose another --out."
        ) from error


def library() -> None:
    """Look whether Optuna is there, and quieten it.

    Raises:
        EmofuseError: It is not installed.
    """
    try:
        import optuna
    except ModuleNotFoundError as error:
        raise EmofuseError(
            f"Searching needs {error.name}, which is not installed. Expected the extra 'train'; run: pip install 'emofuse[train]'."
        ) from error
    optuna.logging.set_verbosity(logging.WARNING)


def distributions(over: Space) -> "dict[str, BaseDistribution]":
    """Where is searched, as Optuna says it; a choice is its JSON, as it may be a list."""
    return {name: _distribution(axis) for name, axis in over.items()}


def encoded(arguments: Mapping[str, object], over: Space) -> dict[str, object]:
    """Arguments as Optuna keeps them."""
    return {name: json.dumps(value) if isinstance(over[name], Choices) else value for name, value in arguments.items()}


def decoded(params: Mapping[str, object], over: Space) -> dict[str, object]:
    """Arguments of a recipe, in the order of `over`."""
    return {name: json.loads(str(params[name])) if isinstance(axis, Choices) else params[name] for name, axis in over.items()}


def _distribution(axis: Axis) -> "BaseDistribution":
    from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

    if isinstance(axis, Choices):
        return CategoricalDistribution(tuple(json.dumps(value) for value in axis.values))
    if axis.whole:
        return IntDistribution(int(axis.low), int(axis.high), log=axis.log)
    return FloatDistribution(axis.low, axis.high, log=axis.log)


def _figures(row: Mapping[str, float | None]) -> Figures:
    accuracy, uar, loss, n = (row[name] for name in ("accuracy", "uar", "loss", "n"))
    assert accuracy is not None
    assert uar is not None
    assert n is not None
    return Figures(accuracy, uar, float("inf") if loss is None else loss, int(n))


def _same(folder: Path, study: "Study", question: Mapping[str, object]) -> None:
    """Whether the file holds this very search; a new one is told what it is.

    Raises:
        RunError: It holds another.
    """
    said = study.user_attrs.get("question")
    if said is None:
        study.set_user_attr("question", dict(question))
        return
    other = next((name for name in question if said.get(name) != question[name]), None)
    if other is not None:
        raise RunError(
            f"{folder} holds another search: its {other} is {_shown(said.get(other))}, not {_shown(question[other])}. "
            f"Expected the same question, so that all settings may stand in one table; choose another --out, or ask what was asked there."
        )


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) < 120 else f"{text[:117]}..."
