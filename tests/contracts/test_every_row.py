"""What is promised for one row of the papers, tested for all, on small trees in the layout of the corpora.

Where a protocol names people, its tree has them all; where a corpus has no writer here, its own test's small tree is taken.
"""

import importlib.util
import re
import shlex
from functools import cache
from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pyarrow
import pytest
import soundfile
from pyarrow import parquet

from emofuse import catalog, cli
from emofuse.audit.base import Grade
from emofuse.bench.base import Bench
from emofuse.commands import pairs
from emofuse.corpora import affectnet, fer2013, gameemo, meld, meld_embeddings, ravdess, ravdess_au
from emofuse.recipe import call, called
from emofuse.recipes.meld import WIDTH
from emofuse.reproduce.base import NO_WEIGHTS, NOT_HERE
from emofuse.reproduce.reproduce import KEPT, QUICK, papers, reproduce, rows

TESTS = Path(__file__).resolve().parents[1]
EVERY = rows()
QUICKEST = {"lstm"}  # rows that the fast suite measures, too
IDS = [f"{row.paper}-{row.name}" for row in EVERY]
CITED = re.compile(r"\b(table|figure|section|text|abstract|introduction|equation)\b", re.IGNORECASE)


def module(folder: str, name: str):
    """Another test file, for what it writes."""
    spec = importlib.util.spec_from_file_location(f"tree_of_{folder}_{name}", TESTS / folder / f"test_{name}.py")
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


def write_ravdess(root: Path) -> None:
    """Two spoken takes of each emotion by all 24 actors: a sound, a film of four grey pictures, and action units."""
    film, random = module("recipes", "eav").film, np.random.default_rng(0)
    names = [f"01-{code}-01-01-{take}-{actor:02d}" for actor, code, take in product(range(1, 25), ravdess.CODES, ("01", "02"))]
    for i, name in enumerate(names):
        folder = root / f"Actor_{name[-2:]}"
        folder.mkdir(parents=True, exist_ok=True)
        soundfile.write(folder / f"03-{name}.wav", random.normal(size=9_600) * np.hanning(9_600) / (4 + i % 3), 16_000)
        film(folder / f"01-{name}.mp4")
    codes = [int(name[3:5]) - 1 for name in names]
    np.savez(
        root / ravdess_au.FILE,
        clip=np.array([f"01-{name}" for name in names]),
        actor=np.array([int(name[-2:]) for name in names], dtype=np.uint8),
        emotion=np.array(codes, dtype=np.uint8),
        au=random.normal(size=(len(names), len(ravdess_au.COLUMNS))).astype(np.float32),
    )


def write_fer2013(root: Path) -> None:
    """Eight faces of each emotion in each part, all of them noise, so that none is another's copy."""
    root.mkdir(parents=True)
    cells = list(product(range(7), ("Training", "PublicTest", "PrivateTest"), range(8)))
    faces = np.random.default_rng(0).integers(0, 256, size=(len(cells), 48, 48), dtype=np.uint8)
    encoded = [cv2.imencode(".webp", face, [cv2.IMWRITE_WEBP_QUALITY, 101])[1].tobytes() for face in faces]
    table = {"row": list(range(len(cells))), "image_webp": encoded, "emotion": [c[0] for c in cells], "usage": [c[1] for c in cells]}
    table |= {f"ferplus_{word}": [10 * (word == "neutral")] * len(cells) for word in fer2013.VOTED}
    parquet.write_table(pyarrow.table(table), root / "fer2013.parquet")


def write_affectnet(root: Path) -> None:
    """Ten noisy pictures of 96 x 96 in the folder of each emotion."""
    random = np.random.default_rng(0)
    for word, number in product(affectnet.WORDS, range(10)):
        (root / "Train" / word).mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(root / "Train" / word / f"{number}.png"), random.integers(0, 256, size=(96, 96, 3), dtype=np.uint8))


def write_eav(root: Path) -> None:
    """Five spoken trials of each of the 42 people."""
    module("recipes", "eav").small_eav(root.parent, tuple(range(1, 43)))


def write_seed(root: Path) -> None:
    """A day of each of five people, the signal."""
    for person in range(1, 6):
        module("corpora", "seed").raw(root / "Preprocessed_EEG", person)


def write_pme4(root: Path) -> None:
    """What VGG16 makes of the films of the two people whom kanafin_2024 took."""
    root.mkdir(parents=True, exist_ok=True)
    module("corpora", "pme4").small_films(root)


def write_eeg_brainwave(root: Path) -> None:
    """Six recordings of each label, one a fold, with as many columns as are published."""
    module("corpora", "eeg_brainwave").table(
        root / "emotions.csv", dict.fromkeys(("NEGATIVE", "NEUTRAL", "POSITIVE"), [5] * 6), width=1_274
    )


def write_gameemo(root: Path) -> None:
    """Band powers of three windows of each of the 28 people's four games."""
    random = np.random.default_rng(0)
    root.mkdir(parents=True)
    lines = [",".join(["SUBJECT", "GAME", "WINDOW_INDEX", *gameemo.POWERS])]
    for where in product(range(1, 29), range(1, 5), range(1, 4)):
        lines += [",".join([*map(str, where), *(f"{value:.4f}" for value in random.uniform(size=len(gameemo.POWERS)))])]
    (root / gameemo.TABLE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_meld(root: Path) -> None:
    """Twelve dialogues a part, of each emotion one utterance, said by the six friends and guests; dev's embeddings; one film a part."""
    tree, random = module("corpora", "meld"), np.random.default_rng(0)
    people = ("Chandler", "Joey", "Monica", "Phoebe", "Rachel", "Ross", "Ross and Joey", "Mark")
    for part, folder in meld.FOLDERS.items():
        said = [(d, u, emotion) for d in range(12) for u, emotion in enumerate(meld.WORDS)]
        lines = [
            tree.row(i, f"{emotion}, I say!", people[(d + u) % 8] if part == "train" or d else "Frank", emotion, d, u)
            for i, (d, u, emotion) in enumerate(said)
        ]
        tree.table(root / f"{part}_sent_emo.csv", *lines)
        tree.film(root / folder / "dia0_utt0.mp4")
    rows = {name: random.normal(size=(12 * len(meld.WORDS), WIDTH)).astype(np.float32) for name in meld_embeddings.EMBEDDINGS.values()}
    np.savez(root / meld_embeddings.FILE, **rows)


@cache
def written(root: Path, name: str) -> None:
    """A tree of a corpus, by a writer of this file or by its own test; once."""
    folder = catalog.corpus(name).folder or name
    writer = globals().get(f"write_{folder}") or module("corpora", folder).small_tree
    if not (root / folder).exists():
        writer(root / folder)


@pytest.fixture(scope="session")
def data(tmp_path_factory):
    """A data root, filled as rows ask for corpora."""
    return tmp_path_factory.mktemp("every-row") / "data"


@pytest.fixture(scope="session")
def out(tmp_path_factory):
    """What rows share is made once, as by `emofuse reproduce`."""
    return tmp_path_factory.mktemp("reproduced")


def corpora(row) -> set[str]:
    """Those that a row's ways need, and that are corpora, not folders."""
    return {name.partition("/")[0] for way in row.ways.values() for name in way.corpora} & set(catalog.names("corpora"))


def mark(row):
    """How long its quick reproduction takes: those with films or EAV's three signals take minutes, and are asked for by `-m long`."""
    films = any(name == "eav" or name.endswith("/video") for way in row.ways.values() for name in way.corpora)
    return () if row.name in QUICKEST else pytest.mark.long if films else pytest.mark.slow


@pytest.mark.parametrize("row", [pytest.param(row, marks=mark(row)) for row in EVERY if row.ways], ids=lambda row: row.name)
def test_a_quick_reproduction_finds_something_by_every_way(row, data, out):
    data.mkdir(exist_ok=True)
    for name in sorted(corpora(row)):
        written(data, name)

    (measured,) = reproduce([row], data, out, quick=True)

    assert dict(measured.failures) == {}
    for name in row.ways:
        if measured.problems.get(name, "").startswith(NO_WEIGHTS):
            continue  # pretrained models are on few machines; their ways are tested on small ones
        found = measured.found[name]
        figure = found.figures[row.claim.metric]
        assert found.n > 0
        assert 0 <= figure.interval[0] <= figure.value <= figure.interval[1] <= 1
        assert found.grade in Grade
        assert (out / QUICK / row.paper / row.name / name / KEPT).exists()


def test_every_paper_has_rows_and_no_two_of_a_paper_share_a_name():
    for paper in papers():
        names = [row.name for row in rows(paper)]

        assert names
        assert sorted(set(names)) == sorted(names)
        assert {row.paper for row in rows(paper)} == {paper}


@pytest.mark.parametrize("row", EVERY, ids=IDS)
def test_a_row_says_where_its_figure_stands_and_how_each_figure_of_ours_comes_about(row):
    assert re.fullmatch(r"[A-Za-z0-9_+-]+", row.name)
    assert CITED.search(row.claim.where), row.claim.where
    assert row.system
    assert row.corpus
    assert row.protocol
    for way in row.ways.values():
        assert way.says
        assert way.corpora


@pytest.mark.parametrize("row", EVERY, ids=IDS)
def test_every_command_of_a_row_can_be_typed(row):
    for command in (row.command, *(way.command for way in row.ways.values())):
        program, *words = shlex.split(command)
        options = cli._parser().parse_args(words)

        assert program == "emofuse"
        if words[0] == "train":
            call(options.recipe, pairs(options.settings))
        elif words[0] == "fuse":
            called(options.bench, pairs(options.settings), ("emofuse.recipes",), Bench)
        else:
            assert rows(options.paper, options.row)


def test_rows_whose_data_is_not_here_say_so_and_measure_nothing(tmp_path):
    (tmp_path / "data").mkdir()

    measured = reproduce(EVERY, tmp_path / "data", tmp_path / "out", quick=True)

    for one in measured:
        assert dict(one.found) == {}
        assert set(one.problems) == set(one.row.ways)
        assert all(problem.startswith(f"{NOT_HERE} (") for problem in one.problems.values()), one.problems
    assert list(tmp_path.glob(f"out/**/{KEPT}")) == []


@pytest.mark.slow
def test_a_copy_without_films_is_not_taken_for_one_with_them(tmp_path):
    soundfile_of = module("corpora", "ravdess").sound
    soundfile_of(tmp_path / "data" / "ravdess" / "Actor_01" / "03-01-05-02-01-02-01.wav")

    (measured,) = reproduce(rows("kanafin_2024", ["ia1"]), tmp_path / "data", tmp_path / "out", quick=True)

    assert set(measured.problems.values()) == {"data not here (ravdess/video)"}
