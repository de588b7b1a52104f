"""A site of the first release, filled, becomes today's: ``first_release.py ROWS``. Prints what was there before and after, as JSON."""

import hashlib
import json
import sys
import time
from datetime import timedelta

import django

django.setup()
from django.apps import apps  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.migrations.executor import MigrationExecutor  # noqa: E402
from django.utils import timezone  # noqa: E402

OURS = ("accounts", "jobs", "uploads", "analyses", "api")
SINCE = ("sharing",)  # what the first release did not have
FIRST = "0001_initial"
SHOWN = 20  # rows of a table that are compared word by word


def first_release():
    """Tables as they were first; the models of then."""
    executor = MigrationExecutor(connection)
    others = [node for node in executor.loader.graph.leaf_nodes() if node[0] not in OURS + SINCE]
    targets = [*others, *((app, FIRST) for app in OURS)]
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


def filled(then) -> object:
    """A row of everything, by the models of then; the analysis."""
    now = timezone.now()
    later = now + timedelta(days=30)
    model = then.get_model
    user = model("accounts.User").objects.create(email="alice@example.org", password="!", quota_bytes=9)
    model("accounts.Invitation").objects.create(digest="a" * 64, made_by=user, expires=later)
    model("accounts.Token").objects.create(owner=user, name="script", prefix="emo_1234", digest="b" * 64, scopes=["read"])
    model("accounts.Event").objects.create(actor=user, verb="analysis.created", detail={"mode": "av"})
    job = model("jobs.Job").objects.create(owner=user, kind="analysis", status="succeeded", stages=[{"name": "probe"}], finished=now)
    model("jobs.Worker").objects.create(name="host:1:1", host="host", lanes=["cpu"], beat=now)
    film = model("uploads.Upload").objects.create(owner=user, role="video", name="визит.mp4", size=9, report={"duration": 9}, expires=later)
    said = {"purpose": "research", "setting": "elsewhere", "notice": "1", "consent": now, "retention_days": 30, "expires": later}
    said |= {"owner": user, "job": job, "video": film, "label": "visit 12", "mode": "av", "model": "best", "summary": {"strip": []}}
    analysis = model("analyses.Analysis").objects.create(**said)
    model("analyses.Artifact").objects.create(
        analysis=analysis, kind="json", media_type="application/json", size=2, digest="c" * 64, attempt=1
    )
    model("analyses.IdempotencyKey").objects.create(owner=user, key=film.id, body="d" * 64, analysis=analysis)
    model("api.Delivery").objects.create(analysis=analysis, ended=now, due=now)
    return analysis


def many(count: int, analysis) -> None:
    """So many rows more in the two tables that grow most."""
    if connection.vendor == "postgresql":
        series, id, owned = f"generate_series(1, {count}) AS s(n)", "gen_random_uuid()", str(analysis.id)
    else:
        numbers = f"WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count}) SELECT n FROM s"
        series, id, owned = f"({numbers})", "lower(hex(randomblob(16)))", analysis.id.hex
    number = "CAST(n AS TEXT)"
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO accounts_event ("when", verb, subject, detail) '
            f"SELECT CURRENT_TIMESTAMP, 'upload.announced', {number}, '{{}}' FROM {series}"
        )
        cursor.execute(
            "INSERT INTO analyses_artifact (id, analysis_id, kind, media_type, size, digest, attempt, created) "
            f"SELECT {id}, '{owned}', 'k' || {number}, 'image/png', 9, {number}, 1, CURRENT_TIMESTAMP FROM {series}"
        )


def counted(models) -> dict[str, int]:
    """Rows of each table."""
    return {model._meta.db_table: model.objects.count() for model in models}


def words(models, fields) -> str:
    """The first rows of each table, as one sum."""
    rows = [list(model.objects.order_by("pk").values_list(*fields[model._meta.db_table])[:SHOWN]) for model in models]
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def main(count: int) -> None:
    then = first_release()
    analysis = filled(then)
    many(count, analysis)
    old = [model for app in OURS for model in then.get_app_config(app).get_models()]
    fields = {model._meta.db_table: [field.attname for field in model._meta.concrete_fields] for model in old}
    before, said = counted(old), words(old, fields)
    began = time.monotonic()
    call_command("migrate", verbosity=0)
    took = time.monotonic() - began
    now = [apps.get_model(model._meta.label) for model in old]
    executor = MigrationExecutor(connection)
    left = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    same = words(now, fields) == said
    print(json.dumps({"before": before, "after": counted(now) if same else {}, "left": left, "took": took}))


if __name__ == "__main__":
    main(int(sys.argv[1]))
