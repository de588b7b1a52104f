"""A copy of everything, taken while others write, and everything made from it again.

The database first, as of one moment (SQLite: ``VACUUM INTO``, never a copy of a file that is being written; PostgreSQL: ``pg_dump``), then
each file that its rows name. What is removed while the copy is taken is left out, rows and bytes alike, when it is restored.
The archive is a tar: the database, ``files/<key>``, and last ``manifest.json`` with the number of rows of each table and each file's
SHA-256. One without a manifest broke off, and is refused.
"""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any  # what JSON holds

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.utils import timezone

from emofuse_web.analyses.models import Artifact
from emofuse_web.storage import storage
from emofuse_web.uploads.models import State, Upload

FORM = "emofuse-backup/1"
MANIFEST, SQLITE, POSTGRESQL = "manifest.json", "database.sqlite3", "database.dump"
PIECE = 2**20  # bytes read at a time
Say = Callable[[str], None]


class BackupError(RuntimeError):
    """It cannot be kept or restored; says what happened, what was expected and how to put it right."""


def keep(path: Path, say: Say = lambda text: None) -> Mapping[str, object]:
    """Write an archive of everything; there whole or not at all.

    Raises:
        BackupError: There is one already, the disk is full, or pg_dump is missing or fails.
    """
    if path.exists():
        raise BackupError(f"{path} is there already. Expected a new name, so that no backup is lost; name another, or move it away.")
    beside = path.with_name(f"{path.name}.part")
    try:
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".backup-") as folder, tarfile.open(beside, "w") as archive:
            name = SQLITE if settings.SQLITE else POSTGRESQL
            dumped = Path(folder) / name
            counts = _dump_sqlite(dumped) if settings.SQLITE else _dump_postgresql(dumped)
            archive.add(dumped, name)
            say(f"database: {sum(counts.values())} rows, {dumped.stat().st_size} bytes")
            files = dict(_kept(archive, Path(folder), say))
            manifest = {"form": FORM, "made": timezone.now().isoformat(), "database": name, "rows": counts, "files": files}
            _add(archive, MANIFEST, json.dumps(manifest, indent=1).encode())
        with beside.open("rb") as written:
            os.fsync(written.fileno())
        beside.replace(path)
    except OSError as error:
        raise BackupError(f"{path} cannot be written: {error.strerror}. Expected room and leave to write there; choose another.") from error
    finally:
        beside.unlink(missing_ok=True)
    return manifest


def restore(path: Path, say: Say = lambda text: None, *, replace: bool = False) -> Mapping[str, object]:
    """Make database and files from an archive, check both against its manifest, and bring the tables up to this version.

    Raises:
        BackupError: It is none, broke off, is of another kind of database, does not hold what its manifest says; or there are users here
            already and nobody said that they may be replaced.
    """
    manifest = read(path)
    name = SQLITE if settings.SQLITE else POSTGRESQL
    if manifest["database"] != name:
        raise BackupError(
            f"{path} holds {manifest['database']}. Expected {name}, as DATABASE_URL is here; restore it beside a database of its own kind."
        )
    if not replace and _inhabited():
        raise BackupError("There are users here already. Expected an empty place; add --replace to put the backup in their place.")
    with tempfile.TemporaryDirectory(prefix="restore-", dir=settings.HOME) as folder, tarfile.open(path) as archive:
        dumped = Path(folder) / name
        _taken(archive, name, dumped)
        (_load_sqlite if settings.SQLITE else _load_postgresql)(dumped)
        found = rows()
        wanted = manifest["rows"]
        if found != wanted:
            differ = sorted(table for table in {*found, *wanted} if found.get(table) != wanted.get(table))
            raise BackupError(f"The restored rows differ in {', '.join(differ)}. Expected what the manifest counts; take another backup.")
        say(f"database: {sum(found.values())} rows")
        for key, digest in manifest["files"].items():
            place = Path(folder) / "file"
            if _taken(archive, f"files/{key}", place) != digest:
                raise BackupError(f"{key} differs from what was kept. Expected SHA-256 {digest}; the archive is damaged, take another.")
            storage().put(key, place)
        say(f"files: {len(manifest['files'])}")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    _without_lost(set(manifest["files"]), say)
    return manifest


def read(path: Path) -> dict[str, Any]:
    """What an archive says of itself.

    Raises:
        BackupError: It is none, or broke off.
    """
    try:
        with tarfile.open(path) as archive:
            file = archive.extractfile(MANIFEST)
            manifest: dict[str, Any] = json.load(file) if file else {}
    except (OSError, tarfile.TarError, KeyError, ValueError) as error:
        raise BackupError(f"{path} is no backup, or broke off ({error}). Expected one that `backup` finished; name another.") from error
    if manifest.get("form") != FORM:
        raise BackupError(f"{path} says that it is {manifest.get('form')}. Expected {FORM}; restore it with the version that made it.")
    return manifest


def rows() -> dict[str, int]:
    """How many rows each table has."""
    with connection.cursor() as cursor:
        return _counts(lambda table: _number(cursor.execute, cursor.fetchone, table), connection.introspection.table_names())


def _counts(count: Callable[[str], int], tables: "list[str]") -> dict[str, int]:
    return {table: count(table) for table in sorted(tables) if table != "cache"}


def _number(execute: Callable[[str], object], fetch: Callable[[], "tuple[int, ...] | None"], table: str) -> int:
    execute(f'SELECT COUNT(*) FROM "{table}"')  # noqa: S608  # a table's own name
    row = fetch()
    assert row is not None
    return row[0]


def _dump_sqlite(into: Path) -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(into)])
    copy = sqlite3.connect(into)
    try:
        tables = [name for (name,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return _counts(lambda table: int(copy.execute(f'SELECT COUNT(*) FROM "{table}"').fetchone()[0]), tables)  # noqa: S608  # own name
    finally:
        copy.close()


def _load_sqlite(dumped: Path) -> None:
    connections.close_all()
    place = Path(str(settings.DATABASES["default"]["NAME"]))
    check = sqlite3.connect(dumped)
    try:
        said = check.execute("PRAGMA integrity_check").fetchone()[0]
    finally:
        check.close()
    if said != "ok":
        raise BackupError(f"The database in the archive is damaged: {said}. Expected a whole one; restore another backup.")
    for ending in ("-wal", "-shm"):
        place.with_name(place.name + ending).unlink(missing_ok=True)
    beside = place.with_name(place.name + ".restored")
    shutil.copyfile(dumped, beside)
    beside.replace(place)


def _dump_postgresql(into: Path) -> dict[str, int]:
    """The dump and the counts are of the same moment: pg_dump reads the snapshot of the transaction that counts."""
    from django.db import transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        (snapshot,) = cursor.fetchone()
        _postgresql("pg_dump", "--format=custom", f"--snapshot={snapshot}", "--no-owner", f"--file={into}")
        return rows()


def _load_postgresql(dumped: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
    _postgresql("pg_restore", "--no-owner", "--exit-on-error", "--dbname=", str(dumped))
    connections.close_all()


def _postgresql(program: str, *arguments: str) -> None:
    """One of PostgreSQL's own programs; the password travels in the environment, not in a list that everybody reads."""
    said: Mapping[str, object] = dict(settings.DATABASES["default"])
    known = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    variables = {name: str(said[key]) for name, key in known.items() if said.get(key)}
    arguments = tuple(f"--dbname={said['NAME']}" if argument == "--dbname=" else argument for argument in arguments)
    if not shutil.which(program):
        raise BackupError(f"There is no {program} here. Expected PostgreSQL's client programs; install postgresql-client.")
    done = subprocess.run([program, *arguments], env={**os.environ, **variables}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()[-500:]}. Expected a server of the same version or older.")


def _keys() -> Iterator[str]:
    """Every file that rows name."""
    for row in apps.get_models():
        if hasattr(row, "storage_keys"):  # models of other parts that keep files say which
            yield from row.storage_keys()
    yield from (f"artifacts/{id_}" for id_ in Artifact.objects.values_list("id", flat=True).iterator())
    yield from (f"uploads/{id_}" for id_ in Upload.objects.filter(state__in=WHOLE).values_list("id", flat=True).iterator())


WHOLE = (State.CHECKING, State.READY)  # uploads whose bytes lie in storage


def _kept(archive: tarfile.TarFile, folder: Path, say: Say) -> Iterator[tuple[str, str]]:
    done = 0
    for key in _keys():
        place = folder / "file"
        try:
            storage().fetch(key, place)
        except FileNotFoundError:
            continue  # removed since the database was read; restoring leaves its row out
        with place.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        archive.add(place, f"files/{key}")
        place.unlink()
        done += 1
        yield key, digest
    say(f"files: {done}")


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size = len(content)
    archive.addfile(info, io.BytesIO(content))


def _taken(archive: tarfile.TarFile, name: str, into: Path) -> str:
    """One member as a file, and its SHA-256; names never become paths."""
    try:
        source = archive.extractfile(name)
    except KeyError:
        source = None
    if source is None:
        raise BackupError(f"The archive lacks {name}, which its manifest names. Expected a whole one; restore another backup.")
    return _copied(source, into)


def _copied(source: IO[bytes], into: Path) -> str:
    digest = hashlib.sha256()
    with into.open("wb") as file:
        while piece := source.read(PIECE):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _inhabited() -> bool:
    from django.contrib.auth import get_user_model

    users = get_user_model()
    return users._meta.db_table in connection.introspection.table_names() and users.objects.exists()


def _without_lost(there: set[str], say: Say) -> None:
    """Rows whose files were removed while the backup was taken."""
    lost = [row for row in Artifact.objects.all() if f"artifacts/{row.id}" not in there]
    gone = [row for row in Upload.objects.filter(state__in=WHOLE) if f"uploads/{row.id}" not in there]
    for row in (*lost, *gone):
        row.delete()
    if lost or gone:
        say(f"left out, as it was removed while the backup was taken: {len(lost)} artifacts, {len(gone)} uploads")
