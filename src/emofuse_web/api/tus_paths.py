"""The description of uploads, whose views read bodies themselves and so cannot describe themselves."""

from typing import Any

from emofuse_web.api.described import SECURITY, WORDS
from emofuse_web.api.examples import example
from emofuse_web.api.problems import TYPE
from emofuse_web.api.shapes import ID, Schema, ref
from emofuse_web.uploads.models import Role

TUS: dict[str, Any] = {
    "name": "Tus-Resumable",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "enum": ["1.0.0"]},
}
UPLOAD: dict[str, Any] = {"name": "upload", "in": "path", "required": True, "schema": ID}
BYTES: Schema = {"type": "string", "format": "binary"}
STREAM = "application/offset+octet-stream"
TOLD: Schema = {
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "variable": {"type": "string"},
        "axes": {"type": "string"},
        "channels": {"type": "string"},
        "rate": {"type": "number"},
        "unit": {"enum": ["V", "mV", "uV", "nV"]},
    },
}


def _header(name: str, about: str, *, required: bool = True) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": required, "description": about, "schema": {"type": "string"}}


def _operation(id: str, summary: str, about: str, answers: dict[int, Any], errors: tuple[int, ...], **more: Any) -> dict[str, Any]:
    problems = {str(code): _problem(code) for code in sorted({401, 403, *errors})}
    return {
        "operationId": id,
        "summary": summary,
        "description": about,
        "tags": ["uploads"],
        "security": SECURITY,
        **more,
        "responses": {**{str(code): said for code, said in answers.items()}, **problems},
    }


def _problem(code: int) -> dict[str, Any]:
    words = {**WORDS, 412: "Not the version of tus that is spoken.", 423: "Somebody else is sending it.", 507: "The disk is full."}
    return {"description": words[code], "content": {TYPE: {"schema": ref("Problem")}}}


def _upload() -> dict[str, Any]:
    return {"application/json": {"schema": ref("Upload"), "example": example("Upload")}}


def upload_paths() -> dict[str, Any]:
    """Paths and their operations."""
    form = {
        "type": "object",
        "required": ["role", "file"],
        "properties": {"role": {"enum": Role.values}, "file": BYTES, "sha256": {"type": "string"}},
    }
    return {
        "/api/v1/uploads": {
            "post": _operation(
                "uploads_create",
                "Announce a file",
                "tus 1.0.0, creation. Upload-Metadata holds filename, role (video, audio, eeg, text) and perhaps sha256, each in base64.",
                {201: {"description": "Send its bytes to Location.", "headers": {"Location": {"schema": {"type": "string"}}}}},
                (400, 412, 413, 422, 507),
                parameters=[TUS, _header("Upload-Length", "Its bytes."), _header("Upload-Metadata", "filename dmlzaXQubXA0,role dmlkZW8=")],
            )
        },
        "/api/v1/uploads/plain": {
            "post": _operation(
                "uploads_plain",
                "Send a file in one piece",
                "Up to 100 MB, as a form sends it.",
                {201: {"description": "It is here, and being looked at.", "content": _upload()}},
                (400, 413, 415, 422, 507),
                requestBody={"required": True, "content": {"multipart/form-data": {"schema": form}}},
            )
        },
        "/api/v1/uploads/{upload}": {
            "parameters": [UPLOAD],
            "get": _operation(
                "uploads_state",
                "Look at a file",
                'Ask until state is "ready" or "refused"; problem says why, and how to put it right.',
                {200: {"description": "How it stands.", "content": _upload()}, 304: {"description": "You have it already."}},
                (404,),
            ),
            "head": _operation(
                "uploads_offset",
                "How much is here",
                "Upload-Offset says where the next piece begins.",
                {200: {"description": "Upload-Offset, Upload-Length."}},
                (404, 412, 423),
                parameters=[TUS],
            ),
            "patch": _operation(
                "uploads_piece",
                "Send a piece",
                "It begins where the file ends; after the last one the file is looked at. Upload-Checksum is checked where it is given.",
                {204: {"description": "Upload-Offset says how much is here."}},
                (400, 404, 409, 412, 413, 415, 423, 507),
                parameters=[TUS, _header("Upload-Offset", "Where it begins."), _header("Upload-Checksum", "sha256 BASE64", required=False)],
                requestBody={"required": True, "content": {STREAM: {"schema": BYTES}}},
            ),
            "delete": _operation(
                "uploads_remove",
                "Remove a file",
                "One that no analysis needs.",
                {204: {"description": "It is gone."}},
                (404, 409, 412),
                parameters=[TUS],
            ),
        },
        "/api/v1/uploads/{upload}/told": {
            "parameters": [UPLOAD],
            "post": _operation(
                "uploads_told",
                "Say what EEG does not say of itself",
                "Which array, its axes, channels, samples a second, unit; it is looked at again.",
                {202: {"description": "It is being looked at.", "content": _upload()}},
                (400, 404, 409, 422),
                requestBody={"required": True, "content": {"application/json": {"schema": TOLD, "example": {"rate": 256}}}},
            ),
        },
    }
