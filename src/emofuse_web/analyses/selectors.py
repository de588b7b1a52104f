"""Whatever is read of analyses. Another user's is not there at all; the sample is everybody's."""

import json
from typing import Any
from uuid import UUID

import numpy as np
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.http import Http404

from emofuse_web.accounts.models import User
from emofuse_web.analyses.lanes import read_lane, thinned
from emofuse_web.analyses.models import Analysis, Artifact
from emofuse_web.analyses.segments import segments_of
from emofuse_web.jobs.models import Status
from emofuse_web.storage import storage

POINTS = 2_000  # of a series at most: more than a screen has columns
DIGITS = 4  # of a probability, as exports have it


def analyses_of(user: User) -> QuerySet[Analysis]:
    """A user's own, the newest first."""
    return Analysis.objects.filter(owner=user, sample=False).select_related("job").order_by("-created", "-id")


def analysis_of(user: User | AnonymousUser, id: UUID | str) -> Analysis:
    """One to be read: the user's own, or the sample.

    Raises:
        Http404: There is none that this user may see.
    """
    return _one(Analysis.objects.select_related("job").filter(_readable(user)), id)


def own_analysis_of(user: User, id: UUID | str) -> Analysis:
    """One to be changed: the user's own, never the sample.

    Raises:
        Http404: There is none of this user.
    """
    return _one(analyses_of(user), id)


def sample_answered() -> Analysis | None:
    """The sample, once it has an answer: found by its own index, whatever else there is."""
    samples = Analysis.objects.filter(sample=True).select_related("job")
    return next((one for one in samples if one.job.status in (Status.SUCCEEDED, Status.PARTIAL)), None)


def artifact_of(user: User | AnonymousUser, id: UUID | str) -> Artifact:
    """A file of an analysis that the user may see.

    Raises:
        Http404: There is none.
    """
    found = Artifact.objects.select_related("analysis").filter(_readable(user, "analysis__"), id=_id(id)).first()
    if found is None:
        raise Http404
    return found


def artifact_of_kind(analysis: Analysis, kind: str) -> Artifact | None:
    """The file of that kind that came out of an analysis."""
    return analysis.artifacts.filter(kind=kind).first()


def document(analysis: Analysis) -> dict[str, Any]:
    """The whole answer (docs/timeline.schema.json); empty before there is one."""
    artifact = artifact_of_kind(analysis, "json")
    if artifact is None:
        return {}
    try:
        said: dict[str, Any] = json.loads(storage().local(f"artifacts/{artifact.id}").read_bytes())
    except FileNotFoundError:  # it is being removed: bytes go first
        return {}
    return said


def segments(analysis: Analysis, lane: str | None = None, min_conf: float = 0.0) -> list[dict[str, object]]:
    """The stretches with one answer of a lane, the first without a name.

    Raises:
        Http404: It has no such lane, or no answer.
    """
    for found in document(analysis).get("lanes", []):
        if lane in (None, "", found["name"]):
            return segments_of(found, min_conf)
    raise Http404


def curves(
    analysis: Analysis, lane: str | None = None, from_ms: int = 0, to_ms: int | None = None, points: int = POINTS
) -> dict[str, object]:
    """A lane's probabilities between two times, at most `points` of a series: ``{"lane", "labels", "t": [ms], "p": {label: [...]}}``.

    Times are the middles of windows; null is where there is no answer. What is left out is neither a peak nor a dip (`thinned`).

    Raises:
        Http404: It has no such lane, or no answer.
    """
    artifact = artifact_of_kind(analysis, "lanes")
    try:
        found = None if artifact is None else read_lane(storage().local(f"artifacts/{artifact.id}"), lane or None)
    except FileNotFoundError:  # as above
        found = None
    if found is None:
        raise Http404
    times = (found.start + found.end) // 2
    until = np.inf if to_ms is None else to_ms
    within = (times >= from_ms) & (times <= until)
    t, p = thinned(times[within], found.p[within], min(points, POINTS))
    columns = np.round(p.astype(np.float64), DIGITS).T.tolist()
    return {
        "lane": found.name,
        "labels": list(found.labels),
        "t": [int(ms) for ms in t],
        "p": {label: [None if value != value else value for value in column] for label, column in zip(found.labels, columns, strict=True)},
    }


def _readable(user: User | AnonymousUser, before: str = "") -> Q:
    sample = Q(**{f"{before}sample": True})
    return sample | Q(**{f"{before}owner": user}) if isinstance(user, User) else sample


def _one(found: QuerySet[Analysis], id: UUID | str) -> Analysis:
    analysis = found.filter(id=_id(id)).first()
    if analysis is None:
        raise Http404
    return analysis


def _id(value: UUID | str) -> UUID:
    try:
        return UUID(str(value))
    except ValueError:
        raise Http404 from None
