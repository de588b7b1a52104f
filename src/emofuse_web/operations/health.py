"""Whether it lives, whether it can work, and figures about it: for machines that watch."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import REGISTRY
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from emofuse_web.operations.standing import depth, oldest, workers
from emofuse_web.storage import storage

OWN = ("127.0.0.1", "::1")


@never_cache
@require_safe
def lives(request: HttpRequest) -> HttpResponse:
    """This process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether requests can be served: the database answers and has this version's tables, files can be written."""
    storage().tidy()  # a machine that serves pages has no worker that would look after copies, and is asked this again and again
    wrong = {name: said for name, said in (("database", _database()), ("tables", _tables()), ("files", _files())) if said}
    return JsonResponse({"ready": not wrong, **wrong}, status=503 if wrong else 200)


@never_cache
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Prometheus' figures, for staff and for whoever asks from this very machine, past any proxy; for others there is no such page."""
    direct = request.META.get("REMOTE_ADDR") in OWN and "HTTP_X_FORWARDED_FOR" not in request.META
    if not (direct or getattr(request.user, "is_staff", False)):
        raise Http404
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_LATEST)


class Jobs(Collector):
    """How many jobs stand where, counted when somebody asks."""

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Nothing beforehand: the tables need not be there when this is imported."""
        return iter(())

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Gauges of this moment."""
        waiting = GaugeMetricFamily("emofuse_jobs", "Jobs by kind and status", labels=["kind", "status"])
        for (kind, status), count in depth().items():
            waiting.add_metric([kind, status], count)
        yield waiting
        since = oldest()
        yield GaugeMetricFamily("emofuse_oldest_waiting_seconds", "How long the first in the queue has waited", since or 0.0)
        alive = [worker for worker in workers() if worker.alive]
        yield GaugeMetricFamily("emofuse_workers", "Workers with a recent heartbeat", len(alive))


REGISTRY.register(Jobs())


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return type(error).__name__
    return ""


def _tables() -> str:
    try:
        executor = MigrationExecutor(connection)
        left = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError as error:
        return type(error).__name__
    return f"{left} migrations are not applied" if left else ""


def _files() -> str:
    if settings.STORAGE.startswith("s3://"):
        return ""
    try:
        Path(settings.STORAGE).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.STORAGE) as file:
            file.write(b"emofuse")
    except OSError as error:
        return error.strerror or type(error).__name__
    return ""
