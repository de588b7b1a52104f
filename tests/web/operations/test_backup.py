"""In processes of their own: a backup is of a database that others use."""

import hashlib
import os
import sqlite3
import subprocess
import sys
import tarfile

import pytest

pytestmark = pytest.mark.slow

FILL = """
import django; django.setup()
from datetime import timedelta
from pathlib import Path
from django.utils import timezone
from emofuse_web.accounts.models import User
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.jobs.models import Job
from emofuse_web.storage import storage
alice = User.objects.create_user("alice@example.org", "correct horse battery staple")
now = timezone.now()
for i in range(20):
    job = Job.objects.create(owner=alice, kind="analysis", status="succeeded")
    row = Analysis.objects.create(owner=alice, job=job, mode="av", model="best", purpose="research", setting="elsewhere", notice="1",
        consent=now, retention_days=30, expires=now + timedelta(days=30))
    file = Artifact.objects.create(analysis=row, kind="json", media_type="application/json", size=9, digest="", attempt=1)
    Path("made").write_bytes(b"%08d\\n" % i)
    storage().put(f"artifacts/{file.id}", Path("made"))
"""
WRITE = """
import django; django.setup()
from django.utils import timezone
from emofuse_web.accounts.models import Event
from emofuse_web.analyses.models import Artifact
from emofuse_web.storage import storage
print("writing", flush=True)
removed = 0
while True:
    Event.objects.create(verb="tested")
    if removed < 2 and Event.objects.count() % 20 == 0:
        file = Artifact.objects.order_by("id").first()
        storage().delete(f"artifacts/{file.id}")
        file.delete()
        removed += 1
"""


def manage(folder, *arguments, check=True, url=""):
    variables = {**os.environ, "EMOFUSE_WEB_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings"}
    variables |= {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)} | ({"DATABASE_URL": url} if url else {})
    folder.mkdir(exist_ok=True)
    done = subprocess.run([sys.executable, *arguments], env=variables, cwd=folder, capture_output=True, text=True, check=False)
    if check and done.returncode:
        raise AssertionError(done.stderr)
    return done


def django(folder, *arguments, **how):
    return manage(folder, "-m", "emofuse_web", *arguments, **how)


def writers(folder, count):
    variables = {**os.environ, "EMOFUSE_WEB_HOME": str(folder), "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings"}
    variables["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    started = [
        subprocess.Popen([sys.executable, "-c", WRITE], env=variables, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        for _ in range(count)
    ]
    for process in started:
        assert process.stdout.readline() == b"writing\n"
    return started


@pytest.fixture
def filled(tmp_path):
    home = tmp_path / "home"
    django(home, "migrate", "-v0")
    manage(home, "-c", FILL)
    return home


def test_what_was_kept_while_four_wrote_is_restored_row_by_row_and_byte_by_byte(filled, tmp_path):
    busy = writers(filled, 4)
    try:
        kept = django(filled, "backup", str(tmp_path / "all.tar"))
    finally:
        for process in busy:
            process.kill()
            process.communicate()

    restored = django(tmp_path / "other", "restore", str(tmp_path / "all.tar"))

    assert "rows" in kept.stdout
    assert "files: " in restored.stdout
    database = sqlite3.connect(tmp_path / "other" / "emofuse.sqlite3")
    files = list((tmp_path / "other" / "files" / "artifacts").iterdir())
    rows = [row for (row,) in database.execute("SELECT id FROM analyses_artifact")]
    database.close()
    assert sorted(rows) == sorted(file.name.replace("-", "") for file in files)
    assert len(rows) >= 12  # each writer removes two at most, perhaps before the backup began
    with tarfile.open(tmp_path / "all.tar") as archive:
        for file in files:
            assert file.read_bytes() == archive.extractfile(f"files/artifacts/{file.name}").read()


def test_a_place_with_users_is_not_overwritten_unless_somebody_says_so(filled, tmp_path):
    django(filled, "backup", str(tmp_path / "all.tar"))

    refused = django(filled, "restore", str(tmp_path / "all.tar"), check=False)

    assert refused.returncode
    assert "There are users here already" in refused.stderr
    django(filled, "restore", str(tmp_path / "all.tar"), "--replace")


def test_a_backup_that_broke_off_or_was_changed_is_refused(filled, tmp_path):
    django(filled, "backup", str(tmp_path / "all.tar"))
    whole = (tmp_path / "all.tar").read_bytes()
    (tmp_path / "short.tar").write_bytes(whole[: len(whole) // 2])
    digest = hashlib.sha256(b"%08d\n" % 7).hexdigest()
    assert digest.encode() in whole
    (tmp_path / "changed.tar").write_bytes(whole.replace(b"00000007\n", b"00000008\n"))

    short = django(tmp_path / "a", "restore", str(tmp_path / "short.tar"), check=False)
    changed = django(tmp_path / "b", "restore", str(tmp_path / "changed.tar"), check=False)

    assert "broke off" in short.stderr
    assert "differs from what was kept" in changed.stderr


def test_a_backup_never_replaces_another(filled, tmp_path):
    (tmp_path / "all.tar").write_bytes(b"yesterday's")

    refused = django(filled, "backup", str(tmp_path / "all.tar"), check=False)

    assert "is there already" in refused.stderr
    assert (tmp_path / "all.tar").read_bytes() == b"yesterday's"
