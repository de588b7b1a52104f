"""A site over HTTP with a stand-in for its worker, asked by the Python client and by the shell."""

import hashlib
import json
import re
from pathlib import Path

import pytest

pytest.importorskip("django")
import emofuse
from emofuse.cli import main
from emofuse.client import Client, ServerError
from emofuse.core.errors import MediaError, RunError, UnknownName

DOCS = Path(__file__).parents[1] / "docs" / "api.md"
ASKED = {"purpose": "research", "setting": "elsewhere", "notice": "1", "consent": True}
SPAN = {"start": 0, "end": 1_000, "label": "calm", "probability": 0.8, "uncertain": False, "absent": None}
FILM = bytes(range(256)) * 100
FILES = {
    "json": (
        json.dumps({"lanes": [{"name": "fused", "spans": [SPAN]}], "notes": ["no face for 38 % of the time"]}).encode(),
        "application/json",
    ),
    "vtt": (b"WEBVTT\n", "text/vtt"),
    "csv_spans": (b"lane\n", "text/csv"),
    "annotated": (b"a film with words in it", "video/mp4"),
}


@pytest.fixture
def worker(transactional_db, monkeypatch, settings, tmp_path):
    """Does every job the moment it is there: files with "bad" in them are refused, analyses get the answer above."""
    from django.core.cache import cache
    from django.db import transaction

    from emofuse_web.analyses.models import Analysis, Artifact
    from emofuse_web.jobs import queue
    from emofuse_web.jobs.models import Status
    from emofuse_web.problems import problem
    from emofuse_web.storage import storage
    from emofuse_web.uploads.models import State, Upload

    settings.STORAGE = str(tmp_path / "files")
    settings.JOB_ATTEMPTS = 1
    storage.cache_clear()
    cache.clear()

    def looked(upload: Upload) -> Status:
        bad = b"bad" in storage().local(f"uploads/{upload.id}").read_bytes()
        found = {"state": State.REFUSED, "problem": problem("MEDIA_UNREADABLE")} if bad else {"state": State.READY}
        Upload.objects.filter(pk=upload.pk).update(**found)
        return Status.SUCCEEDED

    def judged(analysis: Analysis) -> Status:
        for kind, (content, media) in FILES.items():
            digest = hashlib.sha256(content).hexdigest()
            row = Artifact.objects.create(analysis=analysis, kind=kind, media_type=media, size=len(content), digest=digest, attempt=1)
            (tmp_path / "made").write_bytes(content)
            storage().put(f"artifacts/{row.id}", tmp_path / "made")
        return Status.SUCCEEDED

    def work(*lanes: str) -> None:
        while job := queue.job_claim(worker="stand-in", lanes=["quick", "cpu"]):
            upload = Upload.objects.filter(look=job).first()
            if upload is not None:
                queue.job_finish(job=job, attempt=job.attempt, effect=lambda upload=upload: looked(upload))
            elif job.analysis.label == "broken":
                queue.job_fail(job=job, attempt=job.attempt, problem=problem("NOTHING_TO_JUDGE", "no face, no voice"), ours=False)
            else:
                queue.job_finish(job=job, attempt=job.attempt, effect=lambda job=job: judged(job.analysis))

    monkeypatch.setattr(queue, "wake", lambda lane: transaction.on_commit(work))
    yield
    storage.cache_clear()


@pytest.fixture
def token(worker) -> str:
    from emofuse_web.accounts.models import User
    from emofuse_web.accounts.tokens import token_make

    return token_make(owner=User.objects.create_user("alice@example.org", "a long password"), name="t", scopes=("read", "write"))[1]


@pytest.fixture
def clip(tmp_path) -> Path:
    place = tmp_path / "clip.mp4"
    place.write_bytes(FILM)
    return place


@pytest.fixture
def site(live_server, token, monkeypatch) -> Client:
    monkeypatch.setattr("emofuse.client.LOOK", 0.02)
    return emofuse.Client(live_server.url, token, piece=10_000)


def test_a_clip_goes_there_in_pieces_and_its_answer_comes_back(site, clip, tmp_path):
    told = []

    answer = site.analyze(clip, **ASKED, label="visit 12", progress=lambda stage, share: told.append((stage, share)))

    assert [str(span) for span in answer.spans()] == ["00:00.0–00:01.0 calm 0.80"]
    assert answer.notes == ("no face for 38 % of the time",)
    assert [stage for stage, _ in told[:3]] == ["upload"] * 3, "25 600 bytes by 10 000"
    assert told[-1] == ("succeeded", 1.0)
    assert answer.save(tmp_path / "clip.vtt").read_bytes() == FILES["vtt"][0]
    assert answer.download("annotated", tmp_path / "a.mp4").read_bytes() == FILES["annotated"][0]
    assert site.job(answer.id).said["label"] == "visit 12"

    answer.remove()

    with pytest.raises(ServerError, match="no such thing") as problem:
        site.job(answer.id)
    assert (problem.value.code, problem.value.status) == ("NOT_FOUND", 404)


def test_a_line_that_is_cut_costs_one_piece(site, clip, monkeypatch):
    from emofuse_web.uploads.models import Upload

    monkeypatch.setattr("emofuse.client.WAITS", (0.0,))
    sent, once = [], site._once

    def cut(method, path, data, headers):
        if method == "PATCH":
            sent.append(len(data))
            if len(sent) in (2, 3):
                raise ConnectionResetError("the line was cut")
        return once(method, path, data, headers)

    monkeypatch.setattr(site, "_once", cut)

    id = site.upload(clip, "video")

    assert sent == [10_000] * 4 + [5_600]
    assert Upload.objects.get(id=id).size == len(FILM)


def test_a_file_that_is_refused_is_told_with_how_to_put_it_right(site, tmp_path):
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"bad")

    with pytest.raises(MediaError, match="damaged or incomplete.*Play it"):
        site.analyze(bad, **ASKED)
    with pytest.raises(MediaError, match="cannot be read"):
        site.analyze(tmp_path / "none.mp4", **ASKED)


@pytest.mark.parametrize(
    ("fields", "code"),
    [({"consent": False}, "CONSENT_MISSING"), ({"setting": "workplace"}, "PURPOSE_REFUSED"), ({"model": "oracle"}, "MODEL_UNKNOWN")],
)
def test_what_the_site_refuses_is_said(site, clip, fields, code):
    with pytest.raises(ServerError) as problem:
        site.analyze(clip, **(ASKED | fields))
    assert problem.value.code == code


def test_the_language_of_the_words_is_told_to_the_site(site, clip, tmp_path, monkeypatch):
    (tmp_path / "said.txt").write_text("Hm.")

    answer = site.analyze(clip, **ASKED, text=tmp_path / "said.txt", language="de")

    assert answer.said["options"]["language"] == "de"
    monkeypatch.setattr(site, "upload", lambda *args, **more: pytest.fail("nothing is sent"))
    with pytest.raises(MediaError, match="Which language the words are in is told, and there are none. Expected a text"):
        site.analyze(clip, **ASKED, language="de")
    with pytest.raises(UnknownName, match="'xx' is no language"):
        site.analyze(clip, **ASKED, text=tmp_path / "said.txt", language="xx")


def test_a_hop_and_a_threshold_are_told_to_the_site(site, clip, monkeypatch):
    options = site.analyze(clip, **ASKED, hop=200, threshold=0).said["options"]

    assert (options["hop_ms"], options["threshold"]) == (200, 0)
    monkeypatch.setattr(site, "upload", lambda *args, **more: pytest.fail("nothing is sent"))
    with pytest.raises(RunError, match="No answer can be given every 50 ms"):
        site.analyze(clip, **ASKED, hop=50)
    with pytest.raises(RunError, match="No label can lead another by 20"):
        site.analyze(clip, **ASKED, threshold=20)


def test_an_analysis_that_fails_says_why(site, clip):
    with pytest.raises(ServerError, match="nothing to judge.*no face, no voice"):
        site.analyze(clip, **ASKED, label="broken")


def test_what_cannot_be_saved_or_fetched_is_said(site, clip, tmp_path):
    answer = site.analyze(clip, **ASKED)

    for call, words in (
        (lambda: answer.save(tmp_path / "clip.doc"), "No format"),
        (lambda: answer.save(tmp_path / "clip.png"), "no png"),
        (lambda: answer.download("proxy"), "no 'proxy'"),
        (lambda: answer.spans("brow"), "no lane"),
    ):
        with pytest.raises(ServerError, match=words):
            call()
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize("url", ["", "emofuse.example.org", "ftp://example.org", "https://"])
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ServerError, match="no address"):
        Client(url, "emo_x")


def test_a_token_that_opens_nothing_is_said(live_server, site):
    with pytest.raises(ServerError) as problem:
        Client(live_server.url, "emo_wrong").job("3f6a2b0e-4c1d-4e8a-9b7e-2d5c8a1e0f33")
    assert problem.value.status == 401
    with pytest.raises(ServerError, match="token is empty"):
        Client(live_server.url, " ")


def test_nobody_there_is_said(monkeypatch):
    monkeypatch.setattr("emofuse.client.WAITS", (0.0,))

    with pytest.raises(ServerError, match="cannot be reached"):
        Client("http://127.0.0.1:9", "emo_x").job("x")


def test_a_token_goes_nowhere_else(site):
    with pytest.raises(ServerError, match="sends us elsewhere"):
        site._ask("GET", "https://evil.example/", None, {})


def test_the_ten_lines_of_the_documentation_work(site, clip, live_server, token, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(import os\n.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.S)
    assert len(code.strip().splitlines()) <= 11, "ten, and an empty one"
    monkeypatch.setenv("EMOFUSE_TOKEN", token)
    monkeypatch.chdir(clip.parent)

    exec(code.replace("https://emofuse.example.org", live_server.url), {})

    assert "calm 0.80" in capsys.readouterr().out
    assert (clip.parent / "clip.vtt").read_bytes() == FILES["vtt"][0]
    assert (clip.parent / "clip.annotated.mp4").read_bytes() == FILES["annotated"][0]


def test_the_documented_check_of_a_signature_is_true():
    from emofuse_web.api.webhooks import signature

    (code,) = re.findall(r"```python\n(def genuine.*?)```", DOCS.read_text(encoding="utf-8"), flags=re.S)
    known: dict[str, object] = {}
    exec(code, known)

    assert known["genuine"]("whs_1", signature("whs_1", 5, b"{}"), b"{}")
    assert not known["genuine"]("whs_2", signature("whs_1", 5, b"{}"), b"{}")


def test_the_shell_asks_a_site_and_assumes_nothing(site, clip, live_server, token, monkeypatch, capsys, tmp_path):
    from emofuse_web.analyses.models import Analysis

    monkeypatch.setenv("EMOFUSE_TOKEN", token)
    told = ["--purpose", "research", "--setting", "elsewhere", "--notice", "1"]

    assert main(["analyze", str(clip), "--server", live_server.url, *told]) == 2
    assert "--consent" in capsys.readouterr().err
    assert main(["analyze", str(clip), "--server", live_server.url, *told, "--consent"]) == 0
    assert "calm 0.80" in capsys.readouterr().out
    assert main(["analyze", str(clip), "--server", live_server.url, *told, "--consent", "--hop", "200", "--threshold", "0.25"]) == 0
    options = Analysis.objects.latest("created").options
    assert (options["hop_ms"], options["threshold"]) == (200, 0.25)
    capsys.readouterr()
    assert main(["analyze", str(clip), "--server", live_server.url, *told, "--consent", "--language", "de"]) == 1
    assert "Which language the words are in is told, and there are none." in capsys.readouterr().err
    files = ["--format", "vtt", "--annotate", "--out", str(tmp_path / "out")]
    assert main(["analyze", str(clip), "--server", live_server.url, *told, "--consent", *files]) == 0
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"clip.vtt", "clip.annotated.mp4"}


def test_the_shell_says_what_is_missing(site, clip, live_server, monkeypatch, capsys, tmp_path):
    monkeypatch.delenv("EMOFUSE_TOKEN", raising=False)
    told = ["--purpose", "research", "--setting", "elsewhere", "--notice", "1", "--consent", "--server", live_server.url]

    assert main(["analyze", str(clip), *told]) == 2
    assert "No token" in capsys.readouterr().err
    assert main(["analyze", str(clip), *told, "--format", "svg"]) == 2
    assert main(["analyze", str(tmp_path), *told]) == 2
    (tmp_path / "token").write_text("emo_wrong\n")
    assert main(["analyze", str(clip), *told, "--token-file", str(tmp_path / "token")]) == 1
