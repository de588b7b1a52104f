"""Rows and files such that every page has something to show; run beside the site, with its settings. Prints what a test needs, as JSON."""

import hashlib
import json
import sys
import tempfile
import time
import uuid
from datetime import timedelta
from pathlib import Path

import django

django.setup()
sys.path.insert(0, str(Path(__file__).parents[1] / "settings"))

from allauth.mfa.models import Authenticator  # noqa: E402  # all of them need Django set up
from django.conf import settings  # noqa: E402
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.contrib.sessions.backends.db import SessionStore  # noqa: E402
from django.test import RequestFactory  # noqa: E402
from django.utils import timezone  # noqa: E402
from result_said import LABELS, document, kept, lane  # noqa: E402

from emofuse_web.accounts.models import Export, User  # noqa: E402
from emofuse_web.accounts.notices import notice_make  # noqa: E402
from emofuse_web.accounts.services import invitation_make  # noqa: E402
from emofuse_web.accounts.tokens import token_make  # noqa: E402
from emofuse_web.analyses.models import Analysis, Artifact  # noqa: E402
from emofuse_web.config import errors  # noqa: E402
from emofuse_web.jobs.models import TERMINAL, Job  # noqa: E402
from emofuse_web.problems import CODES  # noqa: E402
from emofuse_web.sharing.addresses import SharedAddresses  # noqa: E402
from emofuse_web.sharing.services import share_make, share_revoke  # noqa: E402
from emofuse_web.storage import storage  # noqa: E402
from emofuse_web.uploads.models import Upload  # noqa: E402

NOW = timezone.now()
LATER = NOW + timedelta(days=30)
PASSWORD = "correct horse battery staple"
COPIED = ("proxy", "annotated", "thumbnail", "peaks", "json", "lanes", "csv_spans", "vtt", "png", "explanation")
FOUND = {"role": "video", "duration": 10048, "codec": "h264", "width": 640, "height": 480, "rate": 25.0, "faces": [1, 1, 0], "warnings": []}
BRAIN = {
    "role": "eeg", "variables": [{"name": "EEG", "shape": [4200, 5], "type": "float64"}], "variable": "EEG", "shape": [4200, 5], "axes": [],
    "columns": [{"name": "TP9", "electrode": "TP9"}, {"name": "AUX", "electrode": None}], "channels": [], "needs": ["axes"], "warnings": [],
}  # fmt: skip


def problem(code: str) -> dict[str, str]:
    known = CODES[code]
    return {"code": code, "title": str(known.title), "detail": "What was found in this file, in a sentence.", "fix": str(known.fix)}


def person(name: str, **fields: object) -> User:
    return User.objects.create_user(f"{name}-{uuid.uuid4().hex[:6]}@example.org", PASSWORD, **fields)


def session(user: User) -> str:
    """The cookie of somebody who typed the password just now, and, so that slow tests are not asked again, a while from now."""
    made = SessionStore()
    made[SESSION_KEY], made[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    made[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    typed = {"method": "password", "at": time.time() + 3600, "email": user.email}
    made["account_authentication_methods_user"] = str(user.pk)
    made["account_authentication_methods"] = [typed, typed | {"reauthenticated": True}]
    made.save()
    return made.session_key


def brought(owner: User, role: str, name: str, **fields: object) -> Upload:
    said = {"state": "ready", "offset": 1_700_000, "report": FOUND, "expires": LATER, **fields}
    return Upload.objects.create(owner=owner, role=role, name=name, size=1_700_000, **said)


def asked(owner: User, label: str, status: str = "succeeded", mode: str = "av", **fields: object) -> Analysis:
    """An analysis that no worker claims: its lane is nobody's."""
    over = status in TERMINAL
    began = {"started": NOW - timedelta(seconds=40), "beat": NOW + timedelta(days=1)} if status != "queued" else {}
    stages = [("probe", 1), ("decode", 9), ("face", None)]
    told = [{"name": name, "began": NOW.isoformat(), "ended": NOW.isoformat() if took else None} for name, took in stages]
    running = {"stage": "face", "progress": 0.42, "stages": told, "attempt": 1} if status in ("running", "failed") else {}
    job = Job.objects.create(
        owner=owner, kind="analysis", lane="nobody", status=status, finished=NOW if over else None,
        problem=problem("NOTHING_TO_JUDGE") if status == "failed" else None, **began, **running,
    )  # fmt: skip
    said = {"model": "best", "purpose": "research", "setting": "elsewhere", "notice": "1", "consent": NOW, "retention_days": 30}
    return Analysis.objects.create(owner=owner, job=job, mode=mode, label=label, **{**said, "expires": LATER, **fields})


def artifact(analysis: Analysis, kind: str, *, content: bytes, media_type: str = "application/json") -> None:
    digest = hashlib.sha256(content).hexdigest()
    row = Artifact.objects.create(analysis=analysis, kind=kind, media_type=media_type, size=len(content), digest=digest, attempt=1)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "made"
        file.write_bytes(content)
        storage().put(f"artifacts/{row.id}", file)


def like_the_sample(owner: User, label: str) -> Analysis:
    """One with the sample's answer and files."""
    sample = Analysis.objects.get(sample=True)
    one = asked(owner, label, summary=sample.summary, warnings=sample.warnings, duration=sample.duration, version=sample.version)
    for file in sample.artifacts.filter(kind__in=COPIED):
        with tempfile.TemporaryDirectory() as folder:
            copy = Path(folder) / "copy"
            storage().fetch(f"artifacts/{file.id}", copy)
            artifact(one, file.kind, content=copy.read_bytes(), media_type=file.media_type)
    return one


def read(owner: User) -> Analysis:
    """One of words alone."""
    spans = [(0, 2000, "happiness", 0.8, False), (2000, 4000, "anger", 0.45, True)]
    one = asked(owner, "interview", mode="text")
    kept(artifact, one, document(lane("fused", spans), lane("text", spans)))
    words = [
        {"start": 0, "end": 2000, "speaker": "A", "text": "What a day."},
        {"start": 2000, "end": 4000, "speaker": "B", "text": "Stop it."},
    ]
    artifact(one, "transcript", content=json.dumps({"timed": True, "utterances": words}).encode())
    return one


def shared(analysis: Analysis, title: str) -> str:
    """A link to it, and one that opens nothing any more."""
    gone, _secret = share_make(analysis=analysis, by=analysis.owner, days=1, agreed=True)
    share_revoke(share=gone, by=analysis.owner)
    share, secret = share_make(analysis=analysis, by=analysis.owner, days=7, agreed=True, title=title)
    return SharedAddresses(share.pk, secret).page()


def filled() -> dict[str, object]:
    """Everything; the ids that addresses name, cookies, and pages that only trouble shows."""
    ada, root = person("ada"), person("root", is_staff=True, is_superuser=True)
    guarded = person("guarded")
    Authenticator.objects.create(user=guarded, type="totp", data={"secret": "JBSWY3DPEHPK3PXP"})
    Authenticator.objects.create(user=guarded, type="recovery_codes", data={"seed": "0" * 40, "used_mask": 0})
    done, words = like_the_sample(ada, "visit 12"), read(ada)
    part = asked(
        ada, "visit 13, of which only the sound could be used, with a long name that has to break", "partial", warnings=["no face"]
    )
    kept(artifact, part, document(lane("fused", [(0, 4000, "happiness", 0.8, False), (4000, 9000, None, None, False)], LABELS)))
    film = brought(ada, "video", "visit 14.mp4")
    uploads = {
        "ready": film,
        "asks": brought(ada, "eeg", "brain.mat", report=BRAIN, problem=problem("EEG_VARIABLE")),
        "refused": brought(ada, "audio", "voice.wav", state="refused", report=None, problem=problem("MEDIA_UNREADABLE")),
        "arriving": brought(ada, "text", "words.srt", state="receiving", offset=600_000, report=None),
    }
    made = {
        "who": "Clinic of the North",
        "contact": "clinic@example.org",
        "purpose": "research",
        "setting": "elsewhere",
        "why": "To learn.",
    }
    notice = notice_make(owner=ada, language="en", said=made | {"analysed": ["face", "voice"], "days": 30})
    token_make(owner=ada, name="laptop", scopes=("read",))
    export = Job.objects.create(owner=ada, kind="export", lane="nobody", status="succeeded", finished=NOW)
    Export.objects.create(owner=ada, job=export, size=9, expires=LATER)
    invitation, link = invitation_make(by=root, email="bob@example.org")
    request = RequestFactory().get("/")
    troubled = {str(status): errors.page(request, status).content.decode() for status in errors.PAGES}
    troubled["csrf"] = errors.no_sign(request).content.decode()
    troubled["closed"] = errors.page(request, 503, "maintenance.html").content.decode()
    return {
        "cookie": settings.SESSION_COOKIE_NAME,
        "cookies": {"ada": session(ada), "root": session(root), "guarded": session(guarded)},
        "guarded": guarded.email,
        "done": str(done.id), "part": str(part.id), "text": str(words.id), "notice": str(notice.id), "join": link,
        **{status: str(asked(ada, f"visit {status}", status, video=film).id) for status in ("queued", "running", "failed", "cancelled")},
        "uploads": {name: str(upload.id) for name, upload in uploads.items()},
        "invitation": str(invitation.pk),
        "shared": {"done": shared(done, "For the board"), "text": shared(words, "")},
        "troubled": troubled,
    }  # fmt: skip


if __name__ == "__main__":
    print(json.dumps(filled()))
