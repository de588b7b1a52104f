"""A folder of recordings, one of them broken, and what analysing it one file after the other writes."""

import numpy as np
import pytest
import soundfile

from emofuse.analysis import analyze_files
from emofuse.cluster.files import Asked
from emofuse.core.modality import Modality

WANTED = ("json", "vtt", "csv_curves")


@pytest.fixture(scope="session")
def folder(tmp_path_factory, toy):
    """Three voices, and a file that is no recording."""
    made = tmp_path_factory.mktemp("recordings")
    for subject, word in (("cleo", "anger"), ("cleo", "sadness"), ("dan", "anger")):
        spoken = [clip.signal(Modality.AUDIO).values for clip in toy if (clip.subject, clip.label) == (subject, word)]
        soundfile.write(made / f"{subject}-{word}.wav", np.concatenate(spoken), 16_000)
    (made / "broken.wav").write_bytes(b"no sound at all")
    return made


@pytest.fixture(scope="session")
def plain(folder, toy_run, tmp_path_factory):
    """The exports as `analyze_files` writes them: name to content."""
    out = tmp_path_factory.mktemp("plain")
    list(analyze_files([folder], out=out, wanted=WANTED, run=str(toy_run)))
    return {path.name: path.read_bytes() for path in out.iterdir()}


@pytest.fixture
def asked(toy_run, tmp_path):
    """The same asked for in a folder of the test's own."""
    return Asked(tmp_path / "out", WANTED, run=str(toy_run))
