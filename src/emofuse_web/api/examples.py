"""An example of everything: what is sent, and what comes back. Those that say little are made of their schema."""

from typing import Any

from emofuse_web.api.shapes import COMPONENTS, Schema

ONE, TWO, THREE = (f"{n}f6a2b0e-4c1d-4e8a-9b7e-2d5c8a1e0f3{n}" for n in (1, 2, 3))
WHEN = "2026-05-04T10:15:00Z"
JOB_REQUEST: dict[str, Any] = {
    "mode": "av",
    "inputs": {"video": ONE, "text": TWO},
    "model": "best",
    "options": {"annotate_video": True, "language": "en", "hop_ms": 200, "threshold": 0.2},
    "purpose": "research",
    "setting": "elsewhere",
    "subject_notice": "1",
    "consent": True,
    "label": "visit 12",
    "retention_days": 30,
}
SEGMENT = {
    "start_ms": 9_000,
    "end_ms": 11_000,
    "label": "happiness",
    "p": 0.71,
    "margin": 0.22,
    "lane": "fused",
    "n_windows": 4,
    "abstain": False,
    "absent": None,
}
EXAMPLES: dict[str, Any] = {
    "JobRequest": JOB_REQUEST,
    "Segments": {"lane": "fused", "segments": [SEGMENT]},
    "Curves": {
        "lane": "fused",
        "labels": ["happiness", "neutral"],
        "t": [500, 1_000, 1_500],
        "p": {"happiness": [0.62, 0.71, None], "neutral": [0.2, 0.14, None]},
    },
    "Upload": {"id": ONE, "role": "video", "name": "visit.mp4", "size": 5_242_880, "offset": 5_242_880, "state": "ready"},
    "Problem": {
        "type": "/problems/#consent_missing",
        "title": "Consent is not confirmed",
        "status": 422,
        "code": "CONSENT_MISSING",
        "detail": "'consent' is missing.",
        "fix": "Confirm that the people in the recording agreed to this analysis. Without that it may not be made.",
        "request_id": "0b0f6d6e7c9a4d4f8f6f0b5b7b7d2c11",
    },
}


def example(name: str) -> Any:
    """Of one component."""
    return EXAMPLES[name] if name in EXAMPLES else made(COMPONENTS[name])


def made(schema: Schema) -> Any:
    """Something that fits."""
    if "$ref" in schema:
        return example(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return made(schema["anyOf"][0])
    if "enum" in schema or "const" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kinds = schema.get("type")
    kind = kinds[0] if isinstance(kinds, list) else kinds
    if kind == "object":
        return {name: made(part) for name, part in schema.get("properties", {}).items()}
    if kind == "array":
        return [made(schema["items"])] if schema["items"] else []
    if kind == "string":
        return {"uuid": TWO, "date-time": WHEN}.get(schema.get("format", ""), "text")
    return {"integer": schema.get("minimum", 1), "number": 0.5, "boolean": True}.get(str(kind))
