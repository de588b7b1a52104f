"""An analysis as a job: files go in under names of ours, and what comes out is kept with its hash, of the last attempt alone.

A child that was taken over can say and write anything: its files are taken by our own table, and its words are held to their kinds.
"""

import hashlib
import json
import stat
import zipfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction

from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.jobs.folder import Strange
from emofuse_web.jobs.models import Job, Status
from emofuse_web.recognition.facts import endings
from emofuse_web.recognition.made import KINDS
from emofuse_web.storage import storage

ROLES = ("video", "audio", "eeg", "text")
SUMMARY_MOST = 1 << 20  # bytes of a summary that a row keeps; one of an hour has some 20,000
WARNINGS_MOST, WARNING_MOST = 100, 500  # warnings, and characters of one
VERSION_MOST = 200
READ = ("json", "lanes", "curves", "peaks", "transcript", "explanation")  # kinds that pages read at once
READ_MOST = 128 * 2**20  # bytes of one of them: a page must not take the site's memory
DURATION_MOST = 24 * 3_600_000  # ms


def prepare(job: Job, folder: Path) -> Mapping[str, object]:
    """Give the child the files, called by their roles; of the user's names only endings that we know come along."""
    analysis = Analysis.objects.select_related(*ROLES).get(job=job)
    asked: dict[str, object] = {
        "do": "sample" if analysis.sample else "analysis",
        "mode": analysis.mode,
        "model": analysis.model,
        "name": _called(analysis),
        "options": analysis.options,
        "threads": settings.WORKER_THREADS,
    }
    inputs: dict[str, str] = {}
    for role in ROLES:
        upload = getattr(analysis, role)
        if upload is None:
            continue
        inputs[role] = f"{role}{_ending(upload.name, role)}"
        try:
            storage().fetch(f"uploads/{upload.id}", folder / "in" / inputs[role])
        except FileNotFoundError:
            asked["gone"] = True
    asked["inputs"] = inputs
    if analysis.eeg is not None:
        asked["told"] = analysis.eeg.told
    lengths = [length for role in ROLES if (length := _length(getattr(analysis, role))) is not None]
    return {**asked, **({"length_ms": max(lengths)} if lengths else {})}


def collect(job: Job, folder: Path, answer: Mapping[str, object]) -> Callable[[], Status]:
    """Put what came out into storage; give what writes the rows."""
    held = _held(answer)
    rows = [_kept(job, kind, file, media_type) for kind, file, media_type in _found(folder / "out")]

    def effect() -> Status:
        analysis = Analysis.objects.select_for_update().filter(job=job).first()
        if analysis is None:  # removed meanwhile; bytes without a row are swept
            return Status.SUCCEEDED
        _away(analysis)
        for row in rows:
            row.analysis = analysis
        Artifact.objects.bulk_create(rows)
        analysis.duration, analysis.summary = held["duration"], held["summary"]
        analysis.warnings, analysis.version = held["warnings"], held["version"]
        analysis.save(update_fields=["duration", "summary", "warnings", "version"])
        return Status.PARTIAL if held["partial"] else Status.SUCCEEDED

    return effect


def failed(job: Job) -> None:
    """Keep nothing of attempts before."""
    analysis = Analysis.objects.select_for_update().filter(job=job).first()
    if analysis is not None:
        _away(analysis)


def _away(analysis: Analysis) -> None:
    """Rows of earlier attempts go now, and their bytes when that is certain."""
    old = [row.id for row in analysis.artifacts.all()]
    analysis.artifacts.all().delete()

    def delete() -> None:
        for id in old:
            storage().delete(f"artifacts/{id}")

    transaction.on_commit(delete)


def _called(analysis: Analysis) -> str:
    """What exports call it: as the user does, or as the first of its files is called."""
    names = [upload.name for role in ROLES if (upload := getattr(analysis, role)) is not None]
    return str(analysis.label or next(iter(names), "sample"))


def _ending(name: str, role: str) -> str:
    ending = PurePath(name).suffix.lower()
    return ending if ending in endings(role) else ""


def _length(upload: Any) -> int | None:
    """ms, as the look at a file found them."""
    length = (upload.report or {}).get("duration") if upload is not None else None
    return length if isinstance(length, int) else None


def _found(out: Path) -> Sequence[tuple[str, Path, str]]:
    """The plain files that came out: kind, file, media type."""
    found = []
    for kind, names in KINDS.items():
        for name, media_type in names:
            file = out / name
            try:
                there = file.lstat()
            except FileNotFoundError:
                continue
            if kind in READ and there.st_size and _whole(file) > READ_MOST:
                raise Strange(f"The child left more than {READ_MOST // 2**20} MB for pages to read at once. Expected a tenth of that.")
            if stat.S_ISREG(there.st_mode) and there.st_nlink == 1 and there.st_size:
                found.append((kind, file, media_type))
                break
    return found


def _whole(file: Path) -> int:
    """Bytes that reading it takes; an archive says that of itself, and gives no more than it says."""
    size = file.lstat().st_size
    if file.suffix != ".npz" or size > READ_MOST:
        return size
    with zipfile.ZipFile(file) as packed:
        return sum(one.file_size for one in packed.infolist())


def _kept(job: Job, kind: str, file: Path, media_type: str) -> Artifact:
    """Take a file over into storage; its row is not written yet."""
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    row = Artifact(id=uuid4(), kind=kind, media_type=media_type, size=file.stat().st_size, digest=digest, attempt=job.attempt)
    storage().take(f"artifacts/{row.id}", file)
    return row


def _held(answer: Mapping[str, object]) -> dict[str, Any]:
    """The child's words as rows keep them.

    Raises:
        ValueError: They are not what an analysis answers.
    """
    duration, summary, warnings = answer.get("duration"), answer.get("summary"), answer.get("warnings")
    good = isinstance(duration, int) and 0 < duration <= DURATION_MOST and isinstance(summary, dict) and isinstance(warnings, list)
    if not good or len(json.dumps(summary)) > SUMMARY_MOST:
        raise ValueError("An analysis answered something that is none. Expected a duration, a summary and warnings.")
    return {
        "duration": duration,
        "summary": summary,
        "warnings": [str(warning)[:WARNING_MOST] for warning in warnings[:WARNINGS_MOST]],  # type: ignore[index]  # a list, as was seen
        "version": str(answer.get("version", ""))[:VERSION_MOST],
        "partial": answer.get("status") == "partial",
    }
