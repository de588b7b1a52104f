"""A job as it goes, pushed by an ASGI server."""

import asyncio
import json

import pytest
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.utils import timezone

from emofuse_web.accounts.models import Token
from emofuse_web.api.events import told
from emofuse_web.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


def heard(events: list[str]) -> list[tuple[str, str]]:
    found = []
    for event in events:
        name, data = event.removesuffix("\n\n").split("\n")
        found.append((name.removeprefix("event: "), json.loads(data.removeprefix("data: ")).get("status", "")))
    return found


def test_every_change_is_told_until_it_is_over(alice, analysis):
    one = analysis(alice, status="running")

    async def listen() -> list[str]:
        events = []
        async for event in told(alice, one.id, look=0.01, longest=5):
            events.append(event)
            fields = {"progress": 0.5} if len(events) == 1 else {"status": "succeeded", "progress": 1.0, "finished": timezone.now()}
            await sync_to_async(Job.objects.filter(pk=one.job_id).update)(**fields)
        return events

    assert heard(asyncio.run(listen())) == [("job", "running"), ("job", "running"), ("job", "succeeded")]


@pytest.mark.parametrize("ending", ["removed", "revoked"])
def test_a_stream_ends_when_there_is_nothing_to_tell_any_more(alice, analysis, program, ending):
    one = analysis(alice, status="running")
    program(alice)
    token = Token.objects.get()

    async def listen() -> list[str]:
        events = []
        async for event in told(alice, one.id, token, look=0.01, longest=5):
            events.append(event)
            if ending == "removed":
                await sync_to_async(Job.objects.filter(pk=one.job_id).delete)()
            else:
                await sync_to_async(Token.objects.update)(revoked=timezone.now())
        return events

    assert heard(asyncio.run(listen())) == [("job", "running"), ("gone", "")]


def test_an_asgi_server_streams(alice, analysis, program):
    one, secret = analysis(alice), program(alice).headers["Authorization"]
    path = f"/api/v1/jobs/{one.id}/events"
    headers = [(b"authorization", secret.encode()), (b"host", b"localhost")]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"", "http_version": "1.1"}

    async def ask() -> list[dict[str, object]]:
        sent: list[dict[str, object]] = []
        waiting = [{"type": "http.request", "body": b"", "more_body": False}]

        async def receive() -> dict[str, object]:
            if waiting:
                return waiting.pop()
            await asyncio.sleep(60)
            return {"type": "http.disconnect"}

        async def send(message: dict[str, object]) -> None:
            sent.append(message)

        await ASGIHandler()(scope, receive, send)
        return sent

    start, *body = asyncio.run(ask())

    assert start["status"] == 200
    assert (b"Content-Type", b"text/event-stream") in start["headers"]
    assert b"event: job" in b"".join(part.get("body", b"") for part in body)
