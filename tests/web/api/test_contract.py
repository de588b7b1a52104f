"""The interface does what its description promises, whatever it is asked: made-up requests, good and bad, as three people.

Each example begins with the same rows and leaves none behind. Half of the addresses name what is there.
"""

import json
import uuid
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import GenerationMode
from schemathesis.config import SchemathesisConfig

from emofuse_web.accounts.models import Token
from emofuse_web.accounts.tokens import token_make
from emofuse_web.analyses.lanes import Lane, packed

FEW, MANY = 2, 100
ROLES = ("owner", "other", "reader")
CHECKS = {  # a good form may ask for what is refused; tus says 411, 412 and 423 to what cannot be
    "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "4xx", "501"]},
    "negative_data_rejection": {"expected-statuses": ["4xx"]},
    "missing_required_header": {"expected-statuses": ["400", "401", "403", "404", "405", "409", "411", "412", "415", "422"]},
    "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", "501"]},  # events, which this server cannot send
}
METHODS = ("get", "head", "post", "patch", "delete")
SPAN = {"start": 0, "end": 1_000, "label": "calm", "probability": 0.8, "uncertain": False, "absent": None}


@schemathesis.serializer("application/offset+octet-stream")
def as_it_is(context: Any, value: Any) -> bytes:
    """A piece of a file."""
    return value if isinstance(value, bytes) else str(value).encode()


def described() -> dict[str, Any]:
    from emofuse_web.api.schema import description

    return description()


OPERATIONS = [(method, path) for path, item in described()["paths"].items() for method in METHODS if method in item]


# A form that breaks off leaves Django's own temporary file to the garbage collector, which says so.
HALF_SENT = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")


class Undone(Exception):
    """Ends an example: nothing of it stays."""


@pytest.fixture
def world(db, alice, bob, upload, analysis, artifact, monkeypatch) -> dict[str, Any]:
    """What is there: tokens of three programs, and the ids of what is Alice's."""
    from rest_framework.settings import api_settings

    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "read", "1000000000/min")
    monkeypatch.setitem(api_settings.DEFAULT_THROTTLE_RATES, "write", "1000000000/min")
    film = upload(alice)
    one = analysis(alice, status="failed", video=film)
    lane = {"name": "fused", "labels": ["calm"], "label": "calm", "pooled": {"calm": 1.0}, "threshold": 0.1, "spans": [SPAN]}
    lane["curves"] = {"start": [0], "end": [1_000], "absent": [None], "p": {"calm": [0.8]}}
    artifact(one, "json", content=json.dumps({"lanes": [lane]}).encode())
    artifact(one, "lanes", content=packed([Lane("fused", ("calm",), np.array([0]), np.array([1_000]), np.ones((1, 1)))]))
    file = artifact(one, "vtt", content=b"WEBVTT", media_type="text/vtt")  # a piece of it is text, too; a piece of JSON is no JSON
    tokens = {
        "owner": token_make(owner=alice, name="all", scopes=("read", "write"))[1],
        "other": token_make(owner=bob, name="his", scopes=("read", "write"))[1],
        "reader": token_make(owner=alice, name="looks", scopes=("read",))[1],
    }
    ids = {"jobs": one.id, "artifacts": file.id, "uploads": film.id, "tokens": Token.objects.get(name="looks").id, "models": "voice"}
    return {
        "tokens": tokens,
        "ids": {name: str(id) for name, id in ids.items()},
        "files": {"video": str(film.id), "text": str(upload(alice, "text").id)},
    }


@pytest.fixture
def interface(world):
    """The description, bound to the application; its requests stay in the test's own transaction."""
    from emofuse_web.config.wsgi import application

    config = SchemathesisConfig.from_dict({"checks": CHECKS})
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    said = described()
    for path, item in said["paths"].items():
        for method in METHODS:
            if method in item:
                said["paths"][path][method]["security"] = [{"token": []}]  # programs come with a token, and never with a cookie
    bound = schemathesis.openapi.from_dict(said, config=config)
    bound.app = application
    yield bound
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def asked(interface, world, method: str, path: str, role: str, examples: int) -> int:
    operation = interface[path][method]
    strategies = [operation.as_strategy(generation_mode=mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]
    seen: list[int] = []

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck), print_blob=False
    )
    @given(case=st.one_of(*strategies), known=st.booleans())
    def one(case: Any, known: bool) -> None:
        if known and case.meta.generation.mode is GenerationMode.POSITIVE:
            real(case, path, world)
        with suppress(Undone), transaction.atomic():
            headers = {"Authorization": f"Bearer {world['tokens'][role]}"}
            response = case.call(headers=headers)
            seen.append(response.status_code)
            case.validate_response(response, headers=headers)
            raise Undone

    one()
    return len(seen)


def real(case: Any, path: str, world: dict[str, Any]) -> None:
    """Name what is there: the id in the address, the film and the words in the body."""
    kind = path.split("/")[3] if "/me/" not in path else path.split("/")[4]
    for name in case.path_parameters or {}:
        case.path_parameters[name] = "vtt" if "exports" in path and name == "name" else world["ids"].get(kind)
        if case.path_parameters[name] is None:
            case.path_parameters[name] = str(uuid.uuid4())
    if isinstance(case.body, dict) and isinstance(case.body.get("inputs"), dict):
        case.body["inputs"].update({role: id for role, id in world["files"].items() if role in case.body["inputs"]})


@HALF_SENT
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_promised_is_kept(interface, world, method, path):
    assert asked(interface, world, method, path, "owner", FEW) >= 1


@HALF_SENT
@pytest.mark.stress
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_what_is_promised_is_kept_a_hundred_times(interface, world, method, path, role):
    assert asked(interface, world, method, path, role, MANY) >= 1


@HALF_SENT
@pytest.mark.stress
@pytest.mark.parametrize("role", ROLES)
def test_what_is_promised_is_kept_one_thing_after_the_other(interface, world, role):
    """What one answer gives, the next request names: places of files, jobs, tokens."""
    headers = {"Authorization": f"Bearer {world['tokens'][role]}"}
    steps = []

    class Machine(interface.as_state_machine()):
        def setup(self) -> None:
            self.around = transaction.atomic()
            self.around.__enter__()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.around.__exit__(None, None, None)

        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers}

        def validate_response(self, response: Any, case: Any, **more: Any) -> None:
            steps.append(response.status_code)
            case.validate_response(response, headers=headers)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=MANY,
            stateful_step_count=8,
            deadline=None,
            database=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert len(steps) > MANY
