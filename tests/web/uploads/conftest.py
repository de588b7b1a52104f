"""A film that is brought in pieces."""

import base64
from collections.abc import Callable

import pytest

FILM = bytes(range(256)) * 40
STREAM = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


def metadata(**said: str) -> str:
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in said.items())


@pytest.fixture(autouse=True)
def _room(monkeypatch):
    """A disk with room, whatever the machine's has."""
    from types import SimpleNamespace

    from emofuse_web.uploads import room

    monkeypatch.setattr(room.shutil, "disk_usage", lambda _place: SimpleNamespace(total=2**40, free=2**39))


@pytest.fixture
def announced() -> Callable[..., object]:
    """The answer to an announcement."""

    def announce(client, size: int = len(FILM), *, role: str = "video", filename: str = "visit.mp4", address: str = "/uploads/", **headers):
        said = metadata(filename=filename, role=role, **headers.pop("told", {}))
        return client.post(address, headers={**TUS, "Upload-Length": str(size), "Upload-Metadata": said, **headers})

    return announce


@pytest.fixture
def sent() -> Callable[..., object]:
    """The answer to a piece."""

    def send(client, place: str, offset: int, content: bytes, **headers):
        said = {"CONTENT_TYPE": STREAM, "CONTENT_LENGTH": str(len(content))}  # the client leaves them out where there is nothing to send
        return client.generic("PATCH", place, content, STREAM, headers={**TUS, "Upload-Offset": str(offset), **headers}, **said)

    return send
