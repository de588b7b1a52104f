"""Programs: with a token that may all, one that only reads, another person's; and bodies that are good."""

import json
import uuid
from collections.abc import Callable

import pytest
from django.test import Client

from emofuse_web.accounts.tokens import token_make


class Program:
    """Asks the interface with a token."""

    def __init__(self, secret: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}"}

    def ask(self, method: str, path: str, body: object = None, **headers: str):
        if path.startswith("/"):
            said = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
            return self.client.generic(method, path, headers={**self.headers, **headers}, **said)
        return self.ask(method, f"/api/v1/{path}", body, **headers)

    def get(self, path: str, **headers: str):
        return self.ask("GET", path, **headers)

    def post(self, path: str, body: object = None, **headers: str):
        return self.ask("POST", path, body, **headers)

    def delete(self, path: str, **headers: str):
        return self.ask("DELETE", path, **headers)


@pytest.fixture
def program(db) -> Callable[..., Program]:
    def made(user, *scopes: str) -> Program:
        return Program(token_make(owner=user, name="a program", scopes=scopes or ("read", "write"))[1])

    return made


@pytest.fixture
def hers(program, alice) -> Program:
    """Alice's program, which may all."""
    return program(alice)


@pytest.fixture
def his(program, bob) -> Program:
    """Bob's."""
    return program(bob)


@pytest.fixture
def wanted() -> Callable[..., dict[str, object]]:
    """A body that asks for an analysis of a film."""

    def body(film, **fields: object) -> dict[str, object]:
        said = {"mode": "av", "inputs": {"video": str(film.id)}, "purpose": "research", "setting": "elsewhere"}
        return {**said, "subject_notice": "1", "consent": True, **fields}

    return body


@pytest.fixture
def key() -> Callable[[], dict[str, str]]:
    return lambda: {"Idempotency-Key": str(uuid.uuid4())}
