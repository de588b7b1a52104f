"""A result that can be shared, on a site that allows it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from result_said import FACE, FUSED, document, kept, lane

FILM = bytes(range(256)) * 40  # what is played
FILES = {  # all that comes out of an analysis beside the answer
    "proxy": "video/mp4", "annotated": "video/mp4", "thumbnail": "image/jpeg", "peaks": "application/json", "csv_spans": "text/csv",
    "csv_curves": "text/csv", "vtt": "text/vtt", "srt": "application/x-subrip", "eaf": "text/xml", "audacity": "text/plain",
    "png": "image/png", "explanation": "application/json", "explanation_png": "image/png", "curves": "application/json",
}  # fmt: skip
SAID = {"timed": True, "utterances": [{"start": 0, "end": 2000, "speaker": "A", "text": "What a day."}]}


@pytest.fixture(autouse=True)
def _allowed(settings):
    """Unless a test says otherwise."""
    settings.SHARING = True


@pytest.fixture
def finished(analysis, artifact, upload, alice) -> Callable[..., Any]:
    """An analysis of Alice's with an answer and every file."""

    def made(owner=alice, *, label: str = "label-q71", **fields: object):
        film = upload(owner, name="name-q72.mp4") if owner else None
        one = analysis(owner, label=label, video=film, version="face 1.0", **fields)
        kept(artifact, one, document(lane("fused", FUSED), lane("face", FACE)))
        for kind, media_type in FILES.items():
            artifact(one, kind, content=FILM if kind == "proxy" else b"[0.5]" if kind == "peaks" else b"q73", media_type=media_type)
        artifact(one, "transcript", content=json.dumps(SAID).encode())
        return one

    return made


@pytest.fixture
def link(finished, alice) -> Callable[..., tuple[Any, str]]:
    """A link to a result of Alice's: its row, and where it leads."""
    from emofuse_web.sharing.addresses import SharedAddresses
    from emofuse_web.sharing.services import share_make

    def made(one=None, *, days: int = 7, title: str = ""):
        share, secret = share_make(analysis=one or finished(), by=alice, days=days, agreed=True, title=title)
        return share, SharedAddresses(share.pk, secret).page()

    return made
