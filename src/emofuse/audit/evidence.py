"""What there is to look at: a corpus and a protocol, somebody's lists, a table of features, or the folder of a run."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from emofuse import catalog
from emofuse.audit.base import Evidence
from emofuse.audit.lists import lists, parts_of
from emofuse.audit.statements import said as checked
from emofuse.core.clip import Clip
from emofuse.core.errors import CorpusError, EmofuseError, RunError, SplitError
from emofuse.core.labels import LabelSet, relabel
from emofuse.core.modality import Modality
from emofuse.core.split import Protocol, Split
from emofuse.splitting import protocol, split_of_run

NOTHING: Mapping[str, object] = MappingProxyType({})
TABLES = {".npz", ".parquet", ".csv", ".tsv"}
FIGURES = ("accuracy", "uar", "macro_f1", "weighted_f1")


def of_corpus(
    name: str, data: Path | None, made: str | None = None, arguments: Mapping[str, object] = NOTHING, says: Mapping[str, object] = NOTHING
) -> Evidence:
    """A corpus as it lies on disk, divided by a protocol where one is named.

    Args:
        name: Of the corpus.
        data: Holds one folder a corpus.
        made: The protocol's name.
        arguments: Of the protocol.
        says: What is said about what was made of it.

    Raises:
        UnknownName: There is no such corpus, protocol, argument or statement.
        CorpusError: It is not there, or no folder is named.
        SplitError: Its clips cannot be divided so.
    """
    corpus = catalog.corpus(name)
    if data is None:
        raise CorpusError(f"No folder is named in which {name} lies. Expected one that holds a folder a corpus; add --data DIR.")
    clips = corpus.clips(corpus.under(data))
    divide = protocol(made, arguments, corpus.name) if made else None
    return Evidence(
        f"{name}, {made}" if made else name,
        clips,
        tuple(divide(clips)) if divide else (),
        corpus,
        features=_features(clips),
        says=checked(says),
        protocol=divide,
    )


def of_lists(path: Path, data: Path | None = None, corpus: str | None = None, says: Mapping[str, object] = NOTHING) -> Evidence:
    """Lists of who is in which part: ours, or anybody's.

    Args:
        path: JSON, as `audit.lists.lists` takes it.
        data: Holds one folder a corpus; clips then tell more than their names do.
        corpus: Whose clips are listed; what the file says, or the names look like, by default.
        says: What is said about what was made of it, beside what the file says.

    Raises:
        SplitError: It holds no lists, or none of the names is a clip of the corpus.
        CorpusError: The corpus is not in `data`.
    """
    read = lists(path)
    name = corpus or read.corpus
    known = catalog.corpus(name) if name in catalog.names("corpora") else None
    found = known.clips(known.under(data)) if known is not None and data is not None else ()
    if found:
        read = lists(path, found)
        total = sum(len(part) for split in read.splits for part in (split.train, split.valid, split.test))
        if len(read.strange) == total:
            raise SplitError(
                f"None of the names in {path} is a clip of {name} under {data}, such as {read.strange[0]}. "
                f"Expected ids like {found[0].id}, or names of its files; say which corpus it is (--corpus)."
            )
    rows = {clip.id: clip for split in read.splits for part in (split.train, split.valid, split.test) for clip in part}
    divide = _protocol(read.protocol, read.arguments, name) if found and not read.strange else None
    return Evidence(
        Path(path).name,
        found if divide else tuple(rows.values()),
        read.splits,
        known,
        says={**checked(read.says, Path(path).name), **checked(says)},
        protocol=divide,
    )


def of_table(
    path: Path,
    columns: Mapping[str, str] = MappingProxyType({}),
    blocks: Mapping[str, Sequence[str]] | None = None,
    corpus: str | None = None,
    made: str | None = None,
    arguments: Mapping[str, object] = NOTHING,
    says: Mapping[str, object] = NOTHING,
) -> Evidence:
    """A table of features, a row a clip or window, divided by its own column of parts, or by a protocol.

    Columns ``p_<label>`` are scores; in an npz file, the array ``scores`` is, with the words of its columns in ``classes``.

    Args:
        path: An npz, parquet or csv file.
        columns: By what it is, the column: subject, label, recording, part, id, start, end; any other is a fact of that name.
        blocks: Modality to its columns.
        corpus: Whose features they are.
        made: The protocol's name; it goes before the column of parts.
        arguments: Of the protocol.
        says: What is said about what was made of it.

    Raises:
        CorpusError: It cannot be read, or lacks a column.
        SplitError: It cannot be divided so.
    """
    from emofuse.corpora.table import rows
    from emofuse.media.tables.roles import ROLES, described

    roles = {role: columns[role] for role in ROLES if role in columns}
    facts = {name: column for name, column in columns.items() if name not in ROLES}
    clips, features = rows(path, **roles, blocks=blocks, facts=tuple(facts.values()))  # type: ignore[arg-type]  # roles are names of columns
    clips = tuple(replace(clip, facts={**clip.facts, **{n: clip.facts[c] for n, c in facts.items() if c in clip.facts}}) for clip in clips)
    told = described(
        path, {role: roles.get(role, "label" if role == "label" else None) for role in ROLES}, blocks, tuple(facts.values()), {}, "ms"
    )
    scores, labels = _scores(path, told.features, features)
    kept = [i for i, column in enumerate(told.features) if not (labels and column.startswith("p_"))] if path.suffix != ".npz" else None
    known = catalog.corpus(corpus) if corpus else None
    divide = protocol(made, arguments, corpus) if made else None
    parts = [clip.facts.get("part") for clip in clips]
    splits = tuple(divide(clips)) if divide else parts_of(parts, clips) if any(parts) else ()
    matrix = features if kept is None else features[:, kept]
    return Evidence(
        f"{path.name}, {made}" if made else path.name,
        clips,
        splits,
        known,
        features=matrix if matrix.shape[1] else None,
        scores=scores,
        labels=labels,
        says=checked(says),
        blocks={str(m): slice(*edges) for m, edges in _edges(told.blocks, path, features).items() if m is not None},
        protocol=divide,
    )


def of_run(
    run: str | Path, data: Path | None = None, allowed: Sequence[str] = ("emofuse.recipes",), says: Mapping[str, object] = NOTHING
) -> Evidence:
    """A run's folder: what it says of itself, its history, its report and its answers; with the data, its clips and split too.

    Args:
        run: A shipped name or a folder.
        data: Holds one folder a corpus.
        allowed: Packages that the run's recipe may come from.
        says: What else is said.

    Raises:
        RunError: There is no such run, or its split is no longer made by its recipe.
        CorpusError: Its corpus is not in `data`.
    """
    from emofuse.run import facts, folder

    where, said = folder(run), facts(run)
    labels = said["labels"]
    assert isinstance(labels, list)
    words = LabelSet(tuple(str(word) for word in labels))
    corpus = catalog.corpus(str(said["corpus"])) if said.get("corpus") in catalog.names("corpora") else None
    answers = _answers(where / "predictions.csv", words)
    clips = tuple(answers[0]) if answers else ()
    splits: tuple[Split, ...] = ()
    divide: Protocol | None = None
    if data is not None:
        clips, splits, divide = _divided(said, data, allowed)
    scores = _aligned(clips, *answers) if answers and clips else None
    return Evidence(
        str(run), clips, splits, corpus, scores=scores, labels=words if scores is not None else None,
        says={**_told(where, said), **checked(says)}, protocol=divide,
    )  # fmt: skip


def evidence(
    what: str,
    *,
    data: Path | None = None,
    corpus: str | None = None,
    made: str | None = None,
    arguments: Mapping[str, object] = NOTHING,
    columns: Mapping[str, str] = MappingProxyType({}),
    blocks: Mapping[str, Sequence[str]] | None = None,
    says: Mapping[str, object] = NOTHING,
    allowed: Sequence[str] = ("emofuse.recipes",),
) -> Evidence:
    """Whatever a user names: a file of lists or features, a run, or a corpus.

    Raises:
        RunError: It is none of these.
        EmofuseError: It cannot be read, or not be divided as asked.
    """
    from emofuse.run import shipped

    path = Path(what)
    if path.suffix == ".json" and path.is_file():
        return of_lists(path, data, corpus, says)
    if path.suffix in TABLES and path.is_file():
        return of_table(path, columns, blocks, corpus, made, arguments, says)
    if (path / "run.json").is_file() or what in shipped():
        return of_run(what, data, allowed, says)
    if what in catalog.names("corpora"):
        return of_corpus(what, data, made, arguments, says)
    raise RunError(
        f"There is nothing to look at in '{what}'. Expected a file of lists (.json) or features (.npz, .parquet, .csv), a run's folder "
        f"or a shipped run ({', '.join(shipped())}), or a corpus ({', '.join(catalog.names('corpora'))}); check the spelling."
    )


def _protocol(name: str | None, arguments: Mapping[str, object], corpus: str | None) -> Protocol | None:
    """The protocol that a file says it was made by; None where nobody here knows it."""
    try:
        return protocol(name, arguments, corpus) if name else None
    except EmofuseError:
        return None


def _features(clips: Sequence[Clip]) -> np.ndarray | None:
    """Signals as features, where each clip has one modality, and one sample of it; None for sound, pictures and words. Shape: (N, D)."""
    rows: list[np.ndarray] = []
    for clip in clips:
        if len(clip.sources) != 1:
            return None
        try:
            values = clip.signal(next(iter(clip.sources))).values
        except EmofuseError:  # a file that cannot be read is what `emofuse check` is for
            return None
        if values.ndim != 2 or len(values) != 1 or values.dtype.kind not in "fiu" or (rows and values.shape[1] != len(rows[0])):
            return None
        rows.append(values[0])
    return np.stack(rows) if rows else None


def _scores(path: Path, names: Sequence[str], matrix: np.ndarray) -> tuple[np.ndarray | None, LabelSet | None]:
    """Scores that stand beside the features, and the words of their columns."""
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            if "scores" not in arrays or "classes" not in arrays:
                return None, None
            return np.asarray(arrays["scores"], dtype=np.float64), LabelSet(tuple(str(word) for word in arrays["classes"]))
    columns = [i for i, name in enumerate(names) if name.startswith("p_")]
    if len(columns) < 2:
        return None, None
    return matrix[:, columns].astype(np.float64), LabelSet(tuple(names[i].removeprefix("p_") for i in columns))


def _edges(blocks: Mapping[Modality | None, Sequence[str]], path: Path, features: np.ndarray) -> dict[Modality | None, tuple[int, int]]:
    """First and last column of each block, which lie side by side."""
    edges: dict[Modality | None, tuple[int, int]] = {}
    start = 0
    for name, columns in blocks.items():
        if path.suffix == ".npz":
            with np.load(path, allow_pickle=False) as arrays:
                width = sum(int(np.prod(arrays[column].shape[1:])) for column in columns)
        else:
            width = len(columns)
        edges[name] = (start, start + width)
        start += width
    return edges if start == features.shape[1] else {}


def _answers(path: Path, labels: LabelSet) -> tuple[list[Clip], np.ndarray] | None:
    """Answers as a report keeps them: a row a clip, a column ``p_<label>`` each.

    Raises:
        RunError: A column is missing, or a value is no number.
    """
    if not path.is_file():
        return None
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    try:
        scores = np.array([[float(row[f"p_{word}"] or "nan") for word in labels] for row in rows]).reshape(len(rows), len(labels))
        return [Clip(row["id"], row.get("subject") or None, row.get("truth") or None, {}) for row in rows], scores
    except (KeyError, ValueError) as error:
        wanted = ", ".join(f"p_{word}" for word in labels)
        raise RunError(
            f"{path} cannot be read: {error!r}. Expected the columns id, subject, truth, {wanted}; judge the run again."
        ) from error


def _aligned(clips: Sequence[Clip], answered: Sequence[Clip], scores: np.ndarray) -> np.ndarray:
    """Scores in the order of the clips; NaN for those that were not answered. Shape: (N, C)."""
    place = {clip.id: i for i, clip in enumerate(answered)}
    lacking = np.full(scores.shape[1], np.nan)
    return np.stack([scores[place[clip.id]] if clip.id in place else lacking for clip in clips])


def _divided(said: Mapping[str, object], data: Path, allowed: Sequence[str]) -> tuple[tuple[Clip, ...], tuple[Split, ...], Protocol]:
    """A run's clips, and the splits its figures are from: its own, or all of them where it has learnt from everything."""
    from emofuse.recipe import call

    arguments = said["arguments"]
    assert isinstance(arguments, dict)
    recipe = call(str(said["recipe"]), arguments, allowed)
    clips = relabel(recipe.clips(data), recipe.labels)
    if said.get("split_file") is not None:
        listed = split_of_run(said, recipe.protocol, clips)
        return clips, (listed,), lambda clips: iter([split_of_run(said, recipe.protocol, clips)])
    splits = tuple(recipe.protocol(clips))
    own = tuple(split for split in splits if said.get("split") in (split.name, "everything"))
    if not own and said.get("split") is not None:
        known = ", ".join(split.name for split in splits)
        raise RunError(
            f"The run was trained on split '{said['split']}'; its recipe now makes {known}. "
            f"Check out commit {said.get('commit')}, or train again."
        )

    def divide(clips: Sequence[Clip]) -> object:
        return (split for split in recipe.protocol(clips) if split.name in {s.name for s in own})

    return clips, own, divide  # type: ignore[return-value]  # a generator is the iterator that a protocol promises


def _told(where: Path, said: Mapping[str, object]) -> dict[str, object]:
    """What a run's files say about how it was made and how well it does."""
    says: dict[str, object] = {}
    history, report = _json(where / "history.json"), _json(where / "report.json")
    if history is not None:
        says["history"] = history
    # `training.fit` is never given test clips: it chooses on valid, or keeps the last epoch.
    says["chosen_on"] = "valid" if said.get("n_valid") else "nothing"
    if said.get("split") != "everything":
        says |= {name: said[name] for name in ("n_train", "n_valid", "n_test") if name in said}
    if isinstance(report, Mapping):
        for name in FIGURES:
            figure = report.get(name)
            if isinstance(figure, Mapping) and isinstance(figure.get("value"), int | float):
                says[name] = figure["value"]
        says |= {name: report[name] for name in ("confusion", "dropped") if report.get(name)}
        says |= {"folds": len(report["folds"])} if report.get("folds") else {}
    return says


def _json(path: Path) -> object:
    try:
        return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
    except ValueError as error:
        raise RunError(f"{path} cannot be read: {error}. Expected the JSON that a training or a judgement wrote; restore it.") from error
