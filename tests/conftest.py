"""What many tests arrange: a seeded generator, and the real data where there is any."""

from pathlib import Path

import numpy as np
import pytest

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


def _folder(path: Path, what: str) -> Path:
    if not path.is_dir():
        pytest.skip(f"no {what} at {path}; name the data's folder with --data")
    return path
