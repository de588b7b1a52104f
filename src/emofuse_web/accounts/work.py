"""How an export is made: by the supervisor itself, since it reads rows and copies files, and decodes nothing."""

import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path, PurePosixPath

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.utils import timezone

from emofuse_web.accounts.exports import KEPT, key_of
from emofuse_web.accounts.models import Export, User
from emofuse_web.accounts.rows import rows_of
from emofuse_web.analyses.models import Artifact
from emofuse_web.jobs.models import TERMINAL, Job, Status
from emofuse_web.storage import storage
from emofuse_web.uploads.models import Upload
from emofuse_web.uploads.spool import Part

BLOCK = 2**20  # bytes at a time: a recording never lies in memory
README = """Everything that this site keeps of your account.

rows/      one JSON file for each table, with every row that is yours; secrets (hashes of passwords and tokens, second factors) are
           held back, and say so
files/     every file: uploads/ as you brought them, artifacts/ as they came out; rows/uploads.upload.json and
           rows/analyses.artifact.json say which is which
index.json what is in here, with sizes and SHA-256; "gone" lists files whose row is there and whose bytes are not (an upload that never
           arrived, or one removed while this file was made)
"""


def prepare(job: Job, folder: Path) -> Mapping[str, object]:
    """Nothing for a child to do."""
    return {}


def collect(job: Job, folder: Path, answer: Mapping[str, object]) -> Callable[[], Status]:
    """Write the file and bring it into storage."""
    export = Export.objects.select_related("owner").get(job=job)
    packed = folder / "out" / "export.zip"
    packed.parent.mkdir(parents=True, exist_ok=True)
    pack(export.owner, packed)
    size, digest = packed.stat().st_size, _digest(packed)
    storage().take(key_of(export), packed)

    def effect() -> Status:
        Export.objects.filter(pk=export.pk).update(size=size, digest=digest, expires=timezone.now() + KEPT)
        _earlier_gone(export)
        return Status.SUCCEEDED

    return effect


def _earlier_gone(export: Export) -> None:
    """One file of everything is enough: whoever asks again and again does not fill the disk."""
    for earlier in Export.objects.filter(owner=export.owner_id, job__status__in=TERMINAL).exclude(pk=export.pk).select_related("job"):
        transaction.on_commit(partial(storage().delete, key_of(earlier)))
        earlier.job.delete()  # and its row with it


def failed(job: Job) -> None:
    """No file, no bytes: the row stays for the page to say so."""
    for export in Export.objects.filter(job=job):
        storage().delete(key_of(export))


def pack(user: User, into: Path) -> None:
    """Every row and every file of an account."""
    index: dict[str, object] = {"account": str(user.pk), "made": timezone.now(), "rows": {}, "files": [], "gone": []}
    counts, files, gone = {}, [], []
    with zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as packed:
        packed.writestr("README.txt", README)
        for table, rows in rows_of(user):
            counts[table] = len(rows)
            packed.writestr(f"rows/{table}.json", json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
        for key, named, part in _files(user):
            try:
                place = part if part is not None and part.exists() else storage().local(key)
                files.append({"name": named, **_copied(packed, place, named)})
            except FileNotFoundError:
                gone.append(key)
        index |= {"rows": counts, "files": files, "gone": gone}
        packed.writestr("index.json", json.dumps(index, cls=DjangoJSONEncoder, indent=1))


def _files(user: User) -> Iterator[tuple[str, str, Path | None]]:
    """Keys of bytes; their names in the file, ours, with the ending that says what it is; where they lie while they arrive."""
    for upload in Upload.objects.filter(owner=user).order_by("created"):
        yield f"uploads/{upload.pk}", f"files/uploads/{upload.pk}{_ending(upload.name)}", Part(upload.pk).place
    for artifact in Artifact.objects.filter(analysis__owner=user).order_by("created"):
        yield f"artifacts/{artifact.pk}", f"files/artifacts/{artifact.analysis_id}/{artifact.kind}-{artifact.pk}", None


def _ending(name: str) -> str:
    ending = PurePosixPath(name).suffix
    return ending if ending[1:].isascii() and ending[1:].isalnum() and len(ending) <= 6 else ""


def _copied(packed: zipfile.ZipFile, place: Path, named: str) -> dict[str, object]:
    """Stored as it is, since films are packed already; its size and SHA-256 as they went in."""
    told = zipfile.ZipInfo(named, date_time=timezone.now().timetuple()[:6])
    size, sum_ = 0, hashlib.sha256()
    with place.open("rb") as read, packed.open(told, "w", force_zip64=True) as out:
        while piece := read.read(BLOCK):
            out.write(piece)
            sum_.update(piece)
            size += len(piece)
    return {"size": size, "sha256": sum_.hexdigest()}


def _digest(file: Path) -> str:
    with file.open("rb") as read:
        return hashlib.file_digest(read, "sha256").hexdigest()
