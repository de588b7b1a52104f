"""The real look in the real sandbox: what reads files must work there, and what dies there is answered all the same."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from bad_files import BAD, MAT
from files import edf, film, mat, mat73, sheet, voice, words

CASES: dict[str, tuple[str, str, Callable[[Path], object], tuple[str, ...]]] = {
    "a film": ("video", "a.mp4", film, ()),
    "a sound": ("audio", "a.wav", voice, ()),
    "a mat": ("eeg", "a.mat", mat, ()),
    "a mat of version 7.3": ("eeg", "b.mat", mat73, ()),
    "an EDF": ("eeg", "a.edf", edf, ()),
    "a table": ("eeg", "a.csv", sheet, ()),
    "a transcript": ("text", "a.vtt", words, ()),
    "a letter": BAD["a letter"],
    "a crasher": MAT["a crasher (kind 8)"],
    "a bomb": MAT["a bomb of zeros"],
}


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_a_file_is_looked_at_in_the_sandbox(tmp_path: Path, settings, case: str) -> None:
    from emofuse_web.jobs.attempt import walls
    from emofuse_web.jobs.child import Child

    settings.HOME = tmp_path / "home"
    role, name, write, codes = CASES[case]
    for inner in ("in", "out", "tmp"):
        (tmp_path / "job" / inner).mkdir(parents=True)
    write(tmp_path / "job" / "in" / name)
    began = time.monotonic()

    said: list[dict[str, Any]] = list(
        Child(tmp_path / "job", {"do": "look", "role": role, "file": name}, walls("preflight", 300), 300).told()
    )

    print(f"{case}: {time.monotonic() - began:.2f} s")
    answer = said[-1]["done"]
    assert answer["problem"] is None if not codes else answer["problem"]["code"] in codes, answer["problem"]
    assert answer["report"]["role"] == role
