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
    assert "done" in said[-1], said[-1]
    answer = said[-1]["done"]
    assert answer["problem"] is None if not codes else answer["problem"]["code"] in codes, answer["problem"]
    assert answer["report"]["role"] == role


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("case", "state", "code"), [("a film", "ready", None), ("a mat", "ready", None), ("a letter", "refused", "MEDIA_REFUSED_FORMAT")]
)
def test_an_upload_is_looked_at_from_the_queue_to_the_row(
    tmp_path: Path, settings, alice, upload, django_capture_on_commit_callbacks, case: str, state: str, code: str | None
) -> None:
    from emofuse_web.jobs.attempt import Attempt
    from emofuse_web.jobs.queue import job_add, job_claim
    from emofuse_web.uploads.models import Upload

    settings.HOME = tmp_path / "home"
    role, name, write, _ = CASES[case]
    write(tmp_path / name)
    row = upload(alice, role, content=(tmp_path / name).read_bytes(), name=name, state="checking")
    row.look = job_add(owner=alice, kind="preflight", lane="quick")
    row.save()

    with django_capture_on_commit_callbacks(execute=True):
        Attempt(job_claim(worker="here", lanes=["quick"])).through()

    seen = Upload.objects.get(pk=row.pk)
    assert (seen.state, seen.problem and seen.problem["code"]) == (state, code), seen.problem
    assert seen.look.status == "succeeded"
    assert (seen.report["duration"] > 0) if code is None else (seen.report["role"] == role)
