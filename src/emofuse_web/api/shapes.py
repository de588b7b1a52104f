"""What is sent and what comes back, as JSON Schema: the description shows them, requests are held against them."""

from typing import Any

from django.conf import settings

from emofuse_web.analyses.asked import LABEL_MOST, OFFSET_MOST
from emofuse_web.analyses.gate import REASON_MOST
from emofuse_web.analyses.models import Mode, Purpose, Setting
from emofuse_web.analyses.selectors import POINTS
from emofuse_web.jobs.models import Status
from emofuse_web.recognition.facts import hops, languages
from emofuse_web.uploads.models import Role, State

Schema = dict[str, Any]
UUID_PATTERN = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
LONGEST = 48 * 3_600_000  # ms; longer than anything that is analysed

TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
COUNT: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
TIME: Schema = {"type": "string", "format": "date-time"}
ID: Schema = {"type": "string", "format": "uuid", "pattern": UUID_PATTERN}
OPEN: Schema = {"type": "object", "additionalProperties": True}


def ref(name: str) -> Schema:
    """One of `COMPONENTS`."""
    return {"$ref": f"#/components/schemas/{name}"}


def maybe(schema: Schema) -> Schema:
    """That, or null."""
    return {**schema, "type": [schema["type"], "null"]} if "type" in schema else {"anyOf": [schema, {"type": "null"}]}


def some(schema: Schema) -> Schema:
    """A list of that."""
    return {"type": "array", "items": schema}


def thing(**fields: Schema) -> Schema:
    """An object that has exactly these fields."""
    return {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}


ROLE_IDS: Schema = {
    "type": "object",
    "properties": {role: maybe(ID) for role in Role.values},
    "additionalProperties": False,
    "description": "Ids of your uploads by role.",
}
OFFSET: Schema = {"type": "number", "minimum": -OFFSET_MOST, "maximum": OFFSET_MOST}
JOB_REQUEST: Schema = {
    "type": "object",
    "required": ["mode", "inputs", "purpose", "setting", "subject_notice", "consent"],
    "additionalProperties": False,
    "properties": {
        "mode": {"enum": Mode.values, "description": "av: a video. av_eeg: a video and EEG. text: words alone."},
        "inputs": ROLE_IDS,
        "model": {"type": "string", "maxLength": 100, "default": "best", "description": "best, light, or a name out of GET /models."},
        "options": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "explain": {"type": "boolean", "default": False, "description": "Also find out why; takes longer."},
                "annotate_video": {"type": "boolean", "default": True, "description": "Also make a video with the answer in it."},
                "offsets": {
                    "type": "object",
                    "additionalProperties": False,
                    "properties": {"audio": maybe(OFFSET), "eeg": OFFSET, "text": OFFSET},
                    "description": "Seconds by which a file is later; null for audio: to be found by ear.",
                },
                "language": {
                    "type": ["string", "null"],
                    "maxLength": 20,
                    "default": None,
                    "examples": ["en", "ru"],
                    "description": "What the text is in, by ISO 639-1; null: it is noticed. Recognizers of words learnt English. One of: "
                    f"{', '.join(languages())}.",
                },
                "hop_ms": {
                    "type": ["integer", "null"],
                    "default": None,
                    "examples": [200, 1_000],
                    "description": "An answer every so many ms, {} to {}, of recognizers that read by windows (voice, EEG); null: as they "
                    "were taught. A shorter one gives a finer curve, not a better answer. Face and words keep their own pace.".format(
                        *hops()
                    ),
                },
                "threshold": {
                    "type": ["number", "null"],
                    "default": None,
                    "examples": [0.2],
                    "description": "The lead of the first label over the second, 0 to 1, below which a span is uncertain, in every lane; "
                    "null: as it was measured for each recognizer.",
                },
            },
        },
        "purpose": {"enum": Purpose.values},
        "setting": {
            "enum": Setting.values,
            "description": "Where people were recorded. Work and education need a medical or safety purpose.",
        },
        "reason": {
            "type": "string",
            "maxLength": REASON_MOST,
            "description": "The medical or safety reason; needed at work and in education.",
        },
        "subject_notice": {
            "type": "string",
            "pattern": r"^[A-Za-z0-9_.\-]{1,20}$",
            "description": "Version of the notice people were given.",
        },
        "consent": {"const": True, "description": "That everybody who is shown or heard agreed."},
        "label": {"type": "string", "maxLength": LABEL_MOST},
        "retention_days": {"type": "integer", "minimum": 1, "maximum": settings.RETENTION_MOST, "default": settings.RETENTION_DAYS},
        "webhook": {"type": ["string", "null"], "maxLength": 500, "description": "An https address that is told when it is over."},
    },
}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "code", "detail", "request_id"],
    "properties": {
        "type": TEXT,
        "title": TEXT,
        "status": {"type": "integer"},
        "code": TEXT,
        "detail": TEXT,
        "fix": TEXT,
        "request_id": TEXT,
    },
}
JOB: Schema = thing(
    id=ID,
    status={"enum": Status.values},
    stage={"type": "string", "description": "While it runs: probe, decode, face, voice, eeg, text, fuse or render; else empty."},
    stages=some(OPEN),
    progress={"type": "number", "minimum": 0, "maximum": 1},
    place={**maybe(COUNT), "description": "In the queue; 1 is next."},
    eta_s={**maybe(COUNT), "description": "Seconds that are left, where they can be told."},
    attempt=COUNT,
    error=maybe(OPEN),
    mode={"enum": Mode.values},
    label=TEXT,
    model=TEXT,
    version=TEXT,
    options=OPEN,
    inputs={"type": "object", "additionalProperties": maybe(ID)},
    purpose=TEXT,
    setting=TEXT,
    subject_notice=TEXT,
    consent=TIME,
    retention_days=COUNT,
    created=TIME,
    started=maybe(TIME),
    finished=maybe(TIME),
    expires=TIME,
    duration_ms=maybe(COUNT),
    summary=maybe(OPEN),
    warnings=some({}),
    limits={"type": "string", "description": "What must be kept in mind whenever an answer is shown."},
    artifacts=some(thing(id=ID, kind=TEXT, media_type=TEXT, size=COUNT, sha256=TEXT, href=TEXT)),
    links={"type": "object", "additionalProperties": TEXT},
    webhook_secret={**maybe(TEXT), "description": "Signs what the webhook is told; only in the answer to the request itself."},
)
SEGMENT: Schema = thing(
    start_ms=COUNT,
    end_ms=COUNT,
    label={**maybe(TEXT), "description": "null where there is nothing to judge"},
    p=maybe(NUMBER),
    margin={**maybe(NUMBER), "description": "by which the label leads the next best"},
    lane=TEXT,
    n_windows=COUNT,
    abstain={"type": "boolean", "description": "the two best are too close to tell, or there is no answer"},
    absent={**maybe(TEXT), "description": "why there is no answer"},
)
CURVES: Schema = thing(
    lane=TEXT,
    labels=some(TEXT),
    t={**some({"type": "integer"}), "description": "ms, ascending"},
    p={"type": "object", "additionalProperties": some(maybe(NUMBER)), "description": "a column a label; null where there is no answer"},
)
UPLOAD: Schema = {
    "type": "object",
    "required": ["id", "role", "name", "size", "offset", "state"],
    "properties": {
        "id": ID,
        "role": {"enum": Role.values},
        "name": TEXT,
        "size": COUNT,
        "offset": COUNT,
        "state": {"enum": State.values},
        "report": maybe(OPEN),
        "problem": maybe(OPEN),
    },
}
MODEL: Schema = thing(
    id=TEXT,
    title=TEXT,
    about=TEXT,
    modalities=some(TEXT),
    labels=some(TEXT),
    members=some(TEXT),
    card={**maybe(OPEN), "description": "Left out of the list (null): what href gives has it, for the fusions, too."},
    page={"type": "string", "description": "The page that shows it to people; everybody may read it."},
    href=TEXT,
)
QUOTA: Schema = thing(**{part: thing(used=COUNT, most=COUNT) for part in ("bytes", "files", "running", "waiting")})
TOKEN: Schema = thing(
    id=ID, name=TEXT, prefix=TEXT, scopes=some(TEXT), created=TIME, expires=maybe(TIME), last_used=maybe(TIME), revoked=maybe(TIME)
)
SESSION: Schema = thing(id=ID, agent=TEXT, ip=maybe(TEXT), began=TIME, last_seen=TIME, this=FLAG)
EXPORT: Schema = thing(id=ID, status={"enum": Status.values}, size=COUNT, created=TIME, expires=TIME, href=maybe(TEXT))
ME: Schema = thing(id=ID, email=TEXT, language=TEXT, created=TIME, scopes=some(TEXT))
COMPONENTS: dict[str, Schema] = {
    "JobRequest": JOB_REQUEST,
    "Job": JOB,
    "Jobs": thing(items=some(ref("Job")), next={**maybe(TEXT), "description": "The cursor of the next page; null on the last."}),
    "Segments": thing(lane=maybe(TEXT), segments=some(SEGMENT)),
    "Curves": CURVES,
    "Upload": UPLOAD,
    "Model": MODEL,
    "Models": thing(items=some(ref("Model"))),
    "Me": ME,
    "Quota": QUOTA,
    "Tokens": thing(items=some(TOKEN)),
    "Sessions": thing(items=some(SESSION)),
    "Exports": thing(items=some(EXPORT)),
    "Export": EXPORT,
    "Problem": PROBLEM,
}
QUERIES: dict[str, dict[str, Schema]] = {
    "jobs": {
        "status": {"enum": Status.values},
        "mode": {"enum": Mode.values},
        "q": {"type": "string", "maxLength": 200, "description": "Part of the label."},
        "cursor": {"type": "string", "maxLength": 200, "description": "What the page before gave as next."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    },
    "segments": {
        "lane": {"type": "string", "maxLength": 100, "description": "The first one without it."},
        "min_conf": {"type": "number", "minimum": 0, "maximum": 1, "default": 0},
    },
    "export": {
        "lane": {"type": "string", "maxLength": 100, "description": "One alone: of csv, curves.csv, vtt, srt and audacity."},
    },
    "curves": {
        "lane": {"type": "string", "maxLength": 100, "description": "The first one without it."},
        "from_ms": {"type": "integer", "minimum": 0, "maximum": LONGEST, "default": 0},
        "to_ms": {"type": "integer", "minimum": 0, "maximum": LONGEST},
        "points": {"type": "integer", "minimum": 2, "maximum": POINTS, "default": POINTS},
    },
}
