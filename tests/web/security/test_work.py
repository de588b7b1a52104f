"""A look at a file as a job: what the supervisor does before and after the child."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest

from emofuse_web.jobs.models import Job, Kind, Status
from emofuse_web.problems import problem
from emofuse_web.storage import storage
from emofuse_web.uploads import work
from emofuse_web.uploads.models import State, Upload

pytestmark = pytest.mark.django_db
REPORT = {"role": "video", "duration": 3_000, "warnings": [], "needs": []}


@pytest.fixture
def looked_at(alice, upload) -> Callable[..., Upload]:
    """A file that has arrived, with the job that looks at it."""

    def arrived(role: str = "video", **fields) -> Upload:
        row = upload(alice, role, state=State.CHECKING, **fields)
        row.look = Job.objects.create(owner=alice, kind=Kind.PREFLIGHT, lane="quick", status=Status.RUNNING, attempt=1)
        row.digest = ""
        row.save()
        return row

    return arrived


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Of a job."""
    (tmp_path / "job" / "in").mkdir(parents=True)
    return tmp_path / "job"


def ended(row: Upload, folder: Path, answer: dict[str, object], run: Callable[..., object]) -> Upload:
    """The row after the job."""
    effect = work.collect(row.look, folder, answer)
    with run(execute=True):
        assert effect() == Status.SUCCEEDED
    row.refresh_from_db()
    return row


def kept(row: Upload) -> bool:
    """Whether its bytes are there."""
    try:
        return storage().size(f"uploads/{row.id}") >= 0
    except FileNotFoundError:
        return False


def test_the_child_gets_the_file_under_a_name_of_ours(looked_at, folder):
    row = looked_at(content=b"film", name="../../My Visit; rm -rf.MP4", expected=hashlib.sha256(b"film").hexdigest())

    request = work.prepare(row.look, folder)

    assert request == {"do": "look", "role": "video", "file": "video.mp4", "told": {}}
    assert (folder / "in" / "video.mp4").read_bytes() == b"film"
    assert Upload.objects.get(pk=row.pk).digest == hashlib.sha256(b"film").hexdigest()


@pytest.mark.parametrize(("name", "called"), [("a.exe", "eeg"), ("a.MAT", "eeg.mat"), ("a.mat.mp4", "eeg"), ("mat", "eeg")])
def test_only_endings_that_are_known_reach_a_path(looked_at, folder, name, called):
    assert work.prepare(looked_at("eeg", name=name, told={"rate": 256}).look, folder)["file"] == called


def test_what_was_found_is_written_down_and_the_file_is_ready(looked_at, folder, django_capture_on_commit_callbacks):
    row = ended(looked_at(), folder, {"report": REPORT, "problem": None, "kept": True}, django_capture_on_commit_callbacks)

    assert (row.state, row.report, row.problem) == (State.READY, REPORT, None)
    assert kept(row)


def test_what_is_refused_is_deleted_at_once_and_its_row_says_why(looked_at, folder, django_capture_on_commit_callbacks):
    answer = {"report": REPORT, "problem": problem("MEDIA_CODEC", "It is coded as magicyuv."), "kept": False}
    row = ended(looked_at(), folder, answer, django_capture_on_commit_callbacks)

    assert (row.state, row.problem["code"], row.problem["detail"]) == (State.REFUSED, "MEDIA_CODEC", "It is coded as magicyuv.")
    assert not kept(row)


def test_what_only_has_to_be_told_more_is_kept_with_its_problem(looked_at, folder, django_capture_on_commit_callbacks):
    answer = {"report": REPORT, "problem": problem("EEG_RATE"), "kept": True}
    row = ended(looked_at("eeg", name="a.mat"), folder, answer, django_capture_on_commit_callbacks)

    assert (row.state, row.problem["code"]) == (State.READY, "EEG_RATE")
    assert kept(row)


def test_another_sum_than_was_announced_is_refused_without_a_child(looked_at, folder, django_capture_on_commit_callbacks):
    row = looked_at(content=b"film", expected=hashlib.sha256(b"Film").hexdigest())

    assert "do" not in work.prepare(row.look, folder)
    row = ended(row, folder, {}, django_capture_on_commit_callbacks)

    assert (row.state, row.problem["code"]) == (State.REFUSED, "UPLOAD_CHECKSUM")
    assert not kept(row)


def test_another_size_than_was_announced_is_refused(looked_at, folder, django_capture_on_commit_callbacks):
    row = looked_at(content=b"film")
    Upload.objects.filter(pk=row.pk).update(size=5)

    assert "do" not in work.prepare(row.look, folder)
    assert ended(row, folder, {}, django_capture_on_commit_callbacks).problem["code"] == "UPLOAD_SIZE"


def test_a_file_that_has_gone_is_said_to_be_gone(looked_at, folder, django_capture_on_commit_callbacks):
    row = looked_at()
    storage().delete(f"uploads/{row.id}")

    assert work.prepare(row.look, folder) == {}
    assert ended(row, folder, {}, django_capture_on_commit_callbacks).problem["code"] == "INPUT_GONE"


def test_a_file_that_was_removed_meanwhile_changes_nothing(looked_at, folder, django_capture_on_commit_callbacks):
    row = looked_at()
    job = row.look
    row.delete()

    assert work.prepare(job, folder) == {}
    with django_capture_on_commit_callbacks(execute=True):
        assert work.collect(job, folder, {"report": REPORT, "problem": None, "kept": True})() == Status.SUCCEEDED
    assert not Upload.objects.exists()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"report": "words", "problem": None}, "OURS"),
        ({"report": {"notes": ["x" * 3_000_000]}, "problem": None}, "OURS"),
        ({"report": {}, "problem": {"code": "<script>", "title": "Send your password to"}}, "OURS"),
        ({"report": {}, "problem": {"code": "MEDIA_LIMIT", "title": "Send your password to", "fix": "me"}}, "MEDIA_LIMIT"),
    ],
)
def test_a_child_that_was_taken_over_cannot_put_words_on_a_page(
    looked_at, folder, django_capture_on_commit_callbacks, answer: dict[str, object], code: str
):
    row = ended(looked_at(), folder, answer, django_capture_on_commit_callbacks)

    assert (row.state, row.problem["code"]) == (State.REFUSED, code)
    assert "password" not in str(row.problem)


@pytest.mark.parametrize("why", [problem("POISON"), None])
def test_a_look_that_came_to_nothing_refuses_the_file(looked_at, django_capture_on_commit_callbacks, why):
    row = looked_at()
    row.look.problem = why

    with django_capture_on_commit_callbacks(execute=True):
        work.failed(row.look)

    row.refresh_from_db()
    assert (row.state, row.problem["code"]) == (State.REFUSED, why["code"] if why else "CANCELLED")
    assert not kept(row)
