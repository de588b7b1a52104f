"""A look at a file as a job: its bytes are summed up here, a child says what it is, and the row is told.

What is refused is deleted at once; its row stays, to say why. What only has to be told more (EEG) is kept, with the problem beside it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping
from pathlib import Path, PurePath
from typing import Any

from django.db import transaction

from emofuse_web.jobs.models import Job, Status
from emofuse_web.problems import CODES, problem
from emofuse_web.recognition.facts import endings
from emofuse_web.storage import storage
from emofuse_web.uploads.models import State, Upload
from emofuse_web.uploads.spool import Part

MOST = 2 << 20  # bytes of a report that are kept; one that lists 200 arrays has 20,000


def prepare(job: Job, folder: Path) -> Mapping[str, object]:
    """Give the child the file under a name of ours, unless it is not what was announced: then no child is needed."""
    upload = _of(job)
    if upload is None or not _brought(upload):
        return {}
    name = _named(upload)
    storage().fetch(_key(upload), folder / "in" / name)
    upload.digest = _sum(folder / "in" / name)
    Upload.objects.filter(pk=upload.pk, look=job).update(digest=upload.digest)
    if _wrong(upload, storage().size(_key(upload))):
        return {}
    return {"do": "look", "role": upload.role, "file": name, "told": upload.told}


def collect(job: Job, folder: Path, answer: Mapping[str, object]) -> Callable[[], Status]:
    """What the child found, as the row keeps it; its words are held to what a look may say."""
    del folder
    report, refusal, kept = _held(answer) if answer else (None, _without_child(job), False)

    def effect() -> Status:
        upload = Upload.objects.select_for_update().filter(look=job).first()
        if upload is None:  # removed meanwhile
            return Status.SUCCEEDED
        upload.report, upload.problem = report, refusal
        _stands(upload, State.REFUSED if refusal and not kept else State.READY)
        return Status.SUCCEEDED

    return effect


def failed(job: Job) -> None:
    """Nobody could look at it: it is refused, since nothing may be analysed unseen."""
    for upload in Upload.objects.select_for_update().filter(look=job, state=State.CHECKING):
        upload.problem = dict(job.problem or problem("CANCELLED"))
        _stands(upload, State.REFUSED)


def _stands(upload: Upload, state: State) -> None:
    """Write down how it stands; within a transaction, after which the bytes of what is refused are gone."""
    upload.state = state
    upload.save(update_fields=["state", "report", "problem", "touched"])
    if state == State.REFUSED:
        key = _key(upload)
        transaction.on_commit(lambda: storage().delete(key))
        transaction.on_commit(Part(upload.id).gone)


def _of(job: Job) -> Upload | None:
    return Upload.objects.filter(look=job).first()


def _key(upload: Upload) -> str:
    return f"uploads/{upload.id}"


def _brought(upload: Upload) -> bool:
    """Whether the bytes are in storage; where storage is far away, they are brought there now and not in a request."""
    part = Part(upload.id).place
    if part.exists():
        storage().take(_key(upload), part)
    try:
        storage().size(_key(upload))
    except FileNotFoundError:
        return False
    return True


def _named(upload: Upload) -> str:
    """Role and an ending that we know: some readers go by it. Nothing else of the user's name reaches a path."""
    ending = PurePath(upload.name).suffix.lower()
    return f"{upload.role}{ending if ending in endings(upload.role) else ''}"


def _sum(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _wrong(upload: Upload, size: int) -> dict[str, object] | None:
    """Why the bytes are not those that were announced; None where they are."""
    if size != upload.size:
        return problem("UPLOAD_SIZE", f"{upload.size:,} bytes were announced, and {size:,} arrived.")
    if upload.expected and upload.digest != upload.expected:
        return problem("UPLOAD_CHECKSUM", "The SHA-256 of what arrived is not the one that was announced.")
    return None


def _without_child(job: Job) -> dict[str, object]:
    """Why no child was asked."""
    upload = _of(job)
    if upload is None:
        return problem("INPUT_GONE")
    try:
        size = storage().size(_key(upload))
    except FileNotFoundError:
        return problem("INPUT_GONE", "Its bytes are not here any longer.")
    return _wrong(upload, size) or problem("OURS")


def _held(answer: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, object] | None, bool]:
    """The report, the problem or None, and whether the file is kept all the same.

    A child that a file took over can say anything: what is no report is not kept, and problems speak the catalogue's words.
    """
    report, found = answer.get("report"), answer.get("problem")
    if not isinstance(report, dict) or len(json.dumps(report)) > MOST:
        return {}, problem("OURS"), False
    if found is None:
        return report, None, True
    if not isinstance(found, dict) or found.get("code") not in CODES:
        return report, problem("OURS"), False
    return report, problem(str(found["code"]), str(found.get("detail", ""))[:1_000]), bool(answer.get("kept"))
