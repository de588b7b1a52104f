"""Rows as programs read them."""

from collections.abc import Mapping

from django.urls import reverse

from emofuse_web.analyses.models import Analysis
from emofuse_web.api.kinds import EXPORTS
from emofuse_web.jobs.outlook import place_in_queue, time_left
from emofuse_web.problems import shown
from emofuse_web.recognition.facts import limits_sentence

ROLES = ("video", "audio", "eeg", "text")
ACTS = ("cancel", "retry", "segments", "curves", "events")


def job_row(analysis: Analysis, *, secret: str | None = None) -> dict[str, object]:
    """An analysis and how far it is."""
    job = analysis.job
    return {
        "id": analysis.id,
        "status": job.status,
        "stage": job.stage,
        "stages": job.stages,
        "progress": round(job.progress, 4),
        "place": place_in_queue(job),
        "eta_s": None if job.terminal else time_left(job),
        "attempt": job.attempt,
        "error": _problem(job.problem),
        "mode": analysis.mode,
        "label": analysis.label,
        "model": analysis.model,
        "version": analysis.version,
        "options": analysis.options,
        "inputs": {role: getattr(analysis, f"{role}_id") for role in ROLES},
        "purpose": analysis.purpose,
        "setting": analysis.setting,
        "subject_notice": analysis.notice,
        "consent": analysis.consent,
        "retention_days": analysis.retention_days,
        "created": analysis.created,
        "started": job.started,
        "finished": job.finished,
        "expires": analysis.expires,
        "duration_ms": analysis.duration,
        "summary": analysis.summary,
        "warnings": analysis.warnings,
        "limits": limits_sentence(),
        "artifacts": _artifacts(analysis),
        "links": _links(analysis),
        "webhook_secret": secret,
    }


def _problem(problem: Mapping[str, object] | None) -> dict[str, object] | None:
    return {name: value for name, value in shown(problem).items() if name != "ours"} if problem else None


def _artifacts(analysis: Analysis) -> list[dict[str, object]]:
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "media_type": row.media_type,
            "size": row.size,
            "sha256": row.digest,
            "href": reverse("api:artifact", args=[row.id]),
        }
        for row in sorted(analysis.artifacts.all(), key=lambda row: row.kind)
    ]


def _links(analysis: Analysis) -> dict[str, str]:
    there = {row.kind for row in analysis.artifacts.all()}
    links = {"self": reverse("api:job", args=[analysis.id])}
    links |= {act: reverse(f"api:{act}", args=[analysis.id]) for act in ACTS}
    return links | {f"exports/{name}": reverse("api:export", args=[analysis.id, name]) for name, kind in EXPORTS.items() if kind in there}
