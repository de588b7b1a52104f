"""What goes to a child and what is kept of what comes back: by our table, held to its kinds, of the last attempt alone."""

import hashlib
import os
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from emofuse.core.provenance import LIMITS
from emofuse_web.analyses import work
from emofuse_web.analyses.models import Analysis
from emofuse_web.jobs.folder import Strange
from emofuse_web.jobs.models import Job, Status
from emofuse_web.recognition.made import named
from emofuse_web.storage import storage

ANSWER = {"status": "succeeded", "duration": 2_000, "summary": {"label": "calm"}, "warnings": ["no face for 38 % of the time"]}
ANSWER |= {"version": "voice@0123456789ab"}


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in ("in", "out", "tmp"):
        (tmp_path / "job" / name).mkdir(parents=True)
    return tmp_path / "job"


def ended(job: Job, folder: Path, answer: dict | None = None) -> Status:
    effect = work.collect(job, folder, answer or ANSWER)
    with transaction.atomic():
        return effect()


def test_files_go_in_under_our_names_and_the_users_stay_outside(alice, upload, analysis, folder):
    video = upload(alice, content=b"moving", name="../../Alice at the doctor's.MOV", report={"duration": 90_000})
    brain = upload(alice, "eeg", content=b"waves", name="-rf.mat", told={"variable": "EEG", "rate": 200.0})
    row = analysis(
        alice,
        status="running",
        mode="av_eeg",
        video=video,
        eeg=brain,
        label="",
        options={"offsets": {"eeg": 1.5}, "language": "de", "hop_ms": 200},
    )

    asked = work.prepare(row.job, folder)

    assert {file.name: file.read_bytes() for file in (folder / "in").iterdir()} == {"video.mov": b"moving", "eeg.mat": b"waves"}
    assert asked["inputs"] == {"video": "video.mov", "eeg": "eeg.mat"}
    assert asked["told"] == {"variable": "EEG", "rate": 200.0}
    assert asked["options"] == {"offsets": {"eeg": 1.5}, "language": "de", "hop_ms": 200}
    assert (asked["do"], asked["model"], asked["mode"], asked["length_ms"]) == ("analysis", "best", "av_eeg", 90_000)


def test_an_ending_that_we_do_not_know_stays_outside_too(alice, upload, analysis, folder):
    row = analysis(alice, status="running", video=upload(alice, name="clip.mp4;rm -rf"))

    assert work.prepare(row.job, folder)["inputs"] == {"video": "video"}


def test_a_file_whose_bytes_are_gone_is_told_of(alice, upload, analysis, folder):
    video = upload(alice)
    storage().delete(f"uploads/{video.id}")

    assert work.prepare(analysis(alice, status="running", video=video).job, folder)["gone"] is True


def test_what_came_out_is_kept_with_its_hash(alice, analysis, folder, django_capture_on_commit_callbacks):
    row = analysis(alice, status="running")
    (folder / "out" / "timeline.json").write_bytes(b'{"lanes": []}')
    (folder / "out" / "proxy.m4a").write_bytes(b"sound")

    status = ended(row.job, folder)

    row.refresh_from_db()
    kept = {one.kind: one for one in row.artifacts.all()}
    assert status == Status.SUCCEEDED
    assert (row.duration, row.summary, row.warnings) == (2_000, {"label": "calm"}, ["no face for 38 % of the time"])
    assert row.version == "voice@0123456789ab"
    assert {(kind, one.media_type, one.size) for kind, one in kept.items()} == {("json", "application/json", 13), ("proxy", "audio/mp4", 5)}
    assert kept["proxy"].digest == hashlib.sha256(b"sound").hexdigest()
    assert storage().local(f"artifacts/{kept['json'].id}").read_bytes() == b'{"lanes": []}'


def test_an_answer_in_part_is_one(alice, analysis, folder):
    assert ended(analysis(alice, status="running").job, folder, {**ANSWER, "status": "partial"}) == Status.PARTIAL


def test_results_of_an_earlier_attempt_go_with_their_bytes(alice, analysis, artifact, folder, django_capture_on_commit_callbacks):
    row = analysis(alice, status="running")
    old = artifact(row, "json", content=b"old")
    (folder / "out" / "timeline.json").write_bytes(b"new")

    with django_capture_on_commit_callbacks(execute=True):
        ended(row.job, folder)

    (new,) = row.artifacts.all()
    assert storage().local(f"artifacts/{new.id}").read_bytes() == b"new"
    with pytest.raises(FileNotFoundError):
        storage().size(f"artifacts/{old.id}")


def test_a_link_that_a_child_left_is_not_followed(alice, analysis, folder, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("another's")
    (folder / "out" / "timeline.json").symlink_to(secret)
    os.link(secret, folder / "out" / "timeline.vtt")
    (folder / "out" / "timeline.srt").mkdir()
    row = analysis(alice, status="running")

    ended(row.job, folder)

    assert not row.artifacts.exists()
    assert secret.exists()


@pytest.mark.parametrize("name", ["timeline.json", "lanes.npz"])
def test_what_would_take_the_memory_of_pages_is_not_kept(alice, analysis, folder, monkeypatch, name):
    monkeypatch.setattr(work, "READ_MOST", 10_000)
    row = analysis(alice, status="running")
    with zipfile.ZipFile(folder / "out" / "lanes.npz", "w", zipfile.ZIP_DEFLATED) as packed:  # small as a file, large as arrays
        packed.writestr("names.npy", bytes(9_000 if name == "timeline.json" else 20_000))
    (folder / "out" / "timeline.json").write_bytes(bytes(20_000 if name == "timeline.json" else 9_000))

    with pytest.raises(Strange):
        work.collect(row.job, folder, ANSWER)

    assert list(storage().keys("artifacts/")) == []


def test_files_that_are_none_of_ours_are_left_behind(alice, analysis, folder):
    (folder / "out" / "page.html").write_text("<script>")
    row = analysis(alice, status="running")

    ended(row.job, folder)

    assert not row.artifacts.exists()


@pytest.mark.parametrize(
    "said",
    [{}, {"duration": "long"}, {"duration": -1}, {"summary": []}, {"summary": {"x": "y" * (1 << 21)}}, {"warnings": "many"}],
)
def test_an_answer_that_is_none_is_not_kept(alice, analysis, folder, said):
    row = analysis(alice, status="running")

    with pytest.raises(ValueError, match="answered something that is none"):
        work.collect(row.job, folder, {**ANSWER, **said} if said else {})


def test_an_analysis_that_was_removed_meanwhile_is_not_brought_back(alice, analysis, folder):
    row = analysis(alice, status="running")
    job = row.job
    effect = work.collect(job, folder, ANSWER)
    Analysis.objects.filter(pk=row.pk).delete()

    with transaction.atomic():
        effect()

    assert not Analysis.objects.exists()


def test_nothing_is_kept_of_what_failed(alice, analysis, artifact, django_capture_on_commit_callbacks):
    row = analysis(alice, status="failed")
    left = artifact(row)

    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        work.failed(row.job)

    assert not row.artifacts.exists()
    with pytest.raises(FileNotFoundError):
        storage().size(f"artifacts/{left.id}")


# --- the sample -------------------------------------------------------------------------------------------------------------------------
def test_the_sample_is_asked_for_once_and_is_nobodys(db, folder):
    call_command("sample", verbosity=0)
    call_command("sample", verbosity=0)

    (row,) = Analysis.objects.all()
    assert (row.sample, row.owner, row.job.status, row.job.lane) == (True, None, "queued", "cpu")
    assert row.expires > timezone.now() + timedelta(days=3_650)
    assert work.prepare(row.job, folder)["do"] == "sample"


def test_a_sample_that_failed_is_tried_again(db):
    call_command("sample", verbosity=0)
    Job.objects.update(status="failed")

    call_command("sample", verbosity=0)

    assert Job.objects.get().status == "queued"


@pytest.mark.slow
def test_the_sample_is_made_and_analysed_like_any_other(db, folder, asked):
    pytest.importorskip("skimage")
    call_command("sample", verbosity=0)
    row = Analysis.objects.get()

    told = asked(folder, work.prepare(row.job, folder))
    for kind in ("explanation", "explanation_png"):  # the other exports: test_analysis.py
        said = (folder / "out" / named(kind)).read_bytes().decode("utf-8", errors="replace")
        assert LIMITS in said, kind
        assert told[-1]["done"]["version"] in said, kind
    ended(row.job, folder, told[-1]["done"])

    kinds = set(row.artifacts.values_list("kind", flat=True))
    assert {"proxy", "annotated", "thumbnail", "peaks", "lanes", "curves", "json", "png", "explanation", "eaf"} <= kinds
    row.refresh_from_db()
    assert 9_900 < row.duration < 10_200
