"""What somebody says of EEG, the whole way: from the field of the page, or from a program, to what the look at the file reports."""

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import numpy as np
import pytest
from django.db import transaction
from django.urls import reverse

from emofuse_web.jobs.models import Job
from emofuse_web.uploads import work
from emofuse_web.uploads.models import State, Upload

SOURCES = Path(__file__).parents[3] / "src"
SAMPLES = np.random.default_rng(0).normal(scale=20, size=(900, 6))


@pytest.fixture
def brain(tmp_path) -> Path:
    """An array whose axes could be taken either way only by their lengths, and whose rate nothing says."""
    np.save(tmp_path / "recA.npy", SAMPLES)
    return tmp_path / "recA.npy"


def looked(job: Job, folder: Path) -> Upload:
    """The row, after its file was looked at by a child as a worker starts it."""
    (folder / "in").mkdir(parents=True)
    (folder / "tmp").mkdir()
    (folder / "request.json").write_text(json.dumps(work.prepare(job, folder)))
    how = {"PYTHONPATH": str(SOURCES), "HOME": str(folder), "TMPDIR": str(folder / "tmp"), "OMP_NUM_THREADS": "1", "PATH": "/usr/bin:/bin"}
    child = [sys.executable, "-m", "emofuse_web.recognition.child"]
    said = subprocess.run(child, cwd=folder, env=how, stdout=subprocess.PIPE, text=True, check=True, timeout=60).stdout
    effect = work.collect(job, folder, json.loads(said.splitlines()[-1])["done"])
    with transaction.atomic():
        effect()
    return Upload.objects.get(look=job)


def field(page: str, name: str) -> str:
    """What a field of the form holds: the value of an input, or of what is selected."""
    if found := re.search(rf'<input [^>]*name="{name}"[^>]*>', page):
        return re.search(r'value="([^"]*)"', found[0])[1]
    chosen = re.search(rf'<select [^>]*name="{name}".*?</select>', page, re.DOTALL)[0]
    return next(iter(re.findall(r'<option value="([^"]*)" selected', chosen)), "")


def test_axes_that_are_told_in_the_page_are_those_it_is_read_by(alice, alices, upload, brain, tmp_path):
    report = {"role": "eeg", "variables": [], "axes": [], "shape": [900, 6], "needs": ["rate"], "warnings": []}
    row = upload(alice, "eeg", content=brain.read_bytes(), name=brain.name, report=report, problem={"code": "EEG_RATE"})
    offered = re.findall(r'<option value="(time,channel|channel,time)"', unescape(alices.get(reverse("analyses:new")).content.decode()))

    answer = alices.post(reverse("analyses:file", args=[row.id]), {"axes": offered[0], "rate": "128", "unit": "", "channels": ""})

    row = looked(Upload.objects.get().look, tmp_path / "job")
    assert answer.status_code == 302
    assert (row.state, row.problem) == (State.READY, None)
    assert (row.report["axes"], row.report["shape"], row.report["rate"]) == (["time", "channel"], [900, 6], 128.0)


def test_axes_that_cannot_be_are_refused_in_words(alice, alices, upload, brain, tmp_path):
    row = upload(alice, "eeg", content=brain.read_bytes(), name=brain.name)

    alices.post(reverse("analyses:file", args=[row.id]), {"axes": "time,channel,1", "rate": "128"})

    row = looked(Upload.objects.get().look, tmp_path / "job")
    assert row.problem["code"] == "EEG_AXES"
    assert "[" not in row.problem["detail"].partition("do not fit")[0]


@pytest.mark.parametrize("axes", ["time,channel", ("time", "channel")])
@pytest.mark.django_db(transaction=True)
def test_axes_that_a_program_tells_are_those_it_is_read_by(live_server, monkeypatch, people, brain, tmp_path, axes):
    import emofuse
    from emofuse_web.accounts.tokens import token_make
    from emofuse_web.jobs import queue

    jobs = iter(range(9))

    def worked(*_lanes: str) -> None:
        while job := queue.job_claim(worker="w", lanes=["quick"]):
            queue.job_finish(job=job, attempt=job.attempt, effect=lambda job=job: looked(job, tmp_path / str(next(jobs))) and "succeeded")

    monkeypatch.setattr("emofuse.client.LOOK", 0.02)
    monkeypatch.setattr(queue, "wake", lambda _lane: transaction.on_commit(worked))
    token = token_make(owner=people("alice"), name="lab", scopes=("read", "write"))[1]

    site = emofuse.Client(live_server.url, token)
    site.upload(brain, "eeg", told={"axes": axes, "rate": 128})

    row = Upload.objects.get()
    assert (row.state, row.problem) == (State.READY, None)
    assert (row.report["axes"], row.report["rate"]) == (["time", "channel"], 128.0)


def test_what_was_found_is_shown_in_words_and_not_told_for_the_user(alice, alices, upload):
    arrays = [{"name": "eeg", "shape": [6, 900], "type": "float64"}]
    found = {"variable": "eeg", "axes": ["channel", "time"], "shape": [6, 900], "rate": 128.0, "unit": "µV", "channels": ["Fp1", "Fp2"]}
    row = upload(alice, "eeg", report={"role": "eeg", "variables": arrays, **found, "needs": [], "warnings": []}, told={"unit": "mV"})

    page = unescape(alices.get(reverse("analyses:file", args=[row.id])).content.decode())

    assert {name: field(page, name) for name in ("variable", "axes", "rate", "channels")} == dict.fromkeys(
        ("variable", "axes", "rate", "channels"), ""
    )
    assert "<option selected>mV</option>" in page
    for words in ("channel × time", "eeg 6 × 900", "Fp1, Fp2", "<dd>128</dd>", "<dd>µV</dd>"):
        assert words in page


def test_what_was_told_stands_in_the_form_again(alice, alices, upload):
    row = upload(
        alice,
        "eeg",
        report={"role": "eeg", "variables": [], "axes": ["time", "channel"], "shape": [900, 6], "needs": [], "warnings": []},
        told={"axes": ["time", "channel"], "rate": 128.0},
    )

    page = unescape(alices.get(reverse("analyses:file", args=[row.id])).content.decode())

    assert (field(page, "axes"), field(page, "rate")) == ("time,channel", "128.0")
