"""The interface's own pages: made on the server from its description, so that no script of a stranger runs and the policy stays strict."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from emofuse_web.api.schema import ABOUT, description

METHODS = ("get", "head", "post", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that can be said in a request."""

    name: str
    where: str
    kind: str
    required: bool
    about: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One endpoint and method, as the page shows it."""

    id: str
    tag: str
    method: str
    path: str
    summary: str
    about: str
    fields: list[Field]
    command: str
    answers: list[tuple[str, str]]
    example: str


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Everything on one page."""
    groups: dict[str, list[Operation]] = {}
    for operation in operations():
        groups.setdefault(operation.tag, []).append(operation)
    return render(request, "api/docs.html", {"groups": groups, "about": ABOUT})


def operations() -> Iterator[Operation]:
    """Every endpoint and method, in the order of the description."""
    said = description()
    for path, item in said["paths"].items():
        for method in METHODS:
            if method in item:
                yield _operation(method, path, item[method], item.get("parameters", []), said["components"]["schemas"])


def _operation(method: str, path: str, said: dict[str, Any], shared: list[Any], schemas: dict[str, Any]) -> Operation:
    body = said.get("requestBody", {}).get("content", {})
    fields = [
        Field(one["name"], one["in"], _kind(one["schema"]), one.get("required", False), one.get("description", ""))
        for one in [*shared, *said.get("parameters", [])]
    ]
    for media in body.values():
        schema = schemas.get(media["schema"].get("$ref", "").rpartition("/")[2], media["schema"])
        needed = schema.get("required", [])
        fields += [
            Field(name, "body", _kind(part), name in needed, part.get("description", ""))
            for name, part in schema.get("properties", {}).items()
        ]
    good: dict[str, Any] = next((answer for code, answer in said["responses"].items() if code.startswith("2")), {})
    shown = next((media["example"] for media in good.get("content", {}).values() if "example" in media), None)
    return Operation(
        id=said["operationId"],
        tag=said["tags"][0],
        method=method.upper(),
        path=path,
        summary=said["summary"],
        about=said.get("description", ""),
        fields=fields,
        command=command(method, path, said, body),
        answers=[(code, answer.get("description", "")) for code, answer in said["responses"].items()],
        example="" if shown is None else json.dumps(shown, indent=2, ensure_ascii=False),
    )


def command(method: str, path: str, said: dict[str, Any], body: dict[str, Any]) -> str:
    """The same by curl."""
    lines = [f"curl -X {method.upper()} {settings.SITE_URL}{path.replace('{', '$').replace('}', '')}"]
    lines.append('-H "Authorization: Bearer $EMOFUSE_TOKEN"')
    headers = [one for one in said.get("parameters", []) if one["in"] == "header" and one.get("required")]
    values = {"Idempotency-Key": "$(uuidgen)", "Tus-Resumable": "1.0.0", "Upload-Length": "$(stat -c %s visit.mp4)"}
    values |= {"Upload-Offset": "0", "Upload-Metadata": "filename dmlzaXQubXA0,role dmlkZW8="}
    lines += [f'-H "{one["name"]}: {values.get(one["name"], "...")}"' for one in headers]
    for kind, media in body.items():
        if kind == "multipart/form-data":
            lines.append("-F role=video -F file=@visit.mp4")
            continue
        lines.append(f'-H "Content-Type: {kind}"')
        lines.append(f"-d '{json.dumps(media['example'])}'" if "example" in media else "--data-binary @visit.mp4")
    if method == "head":
        lines[0] = lines[0].replace("-X HEAD", "--head")
    return " \\\n  ".join(lines)


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    if "const" in schema:
        return json.dumps(schema["const"])
    kind = schema.get("format") or schema.get("type", "")
    return " | ".join(kind) if isinstance(kind, list) else str(kind)
