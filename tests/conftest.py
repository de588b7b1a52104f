"""What many tests arrange: a seeded generator, toy clips and a recognizer that has learnt from them, the real data where there is any."""

from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.corpora.toy import TOY

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with one folder a corpus")


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Path:
    return _folder(request.config.getoption("--data"), "real data")


@pytest.fixture(scope="session")
def models(request: pytest.FixtureRequest) -> Path:
    return _folder(request.config.getoption("--data").parent / "models", "weights of others")


@pytest.fixture(scope="session")
def toy() -> tuple[Clip, ...]:
    """Clips of 1.5 s with all modalities, made up in memory."""
    return TOY.clips(Path())


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that has learnt sound and faces of the toy corpus: cleo and dan were not learnt from."""
    from emofuse.experiment import train  # torch and Lightning take seconds to import, and most tests need neither

    out = tmp_path_factory.mktemp("toy") / "run"
    train("emofuse.recipes.toy:audio_video", {}, data=out.parent, out=out)
    return out


@pytest.fixture(scope="session")
def toy_recognizer(toy_run: Path):
    """A trained recognizer of sound and faces together: windows of 1 s every 250 ms."""
    from emofuse.run import load

    return load(toy_run)


def _folder(path: Path, what: str) -> Path:
    if not path.is_dir():
        pytest.skip(f"no {what} at {path}; name the data's folder with --data")
    return path
