"""People who signed in by the door, as browsers do."""

from collections.abc import Callable

import pytest
from django.test import Client

PASSWORD = "correct horse battery staple"


@pytest.fixture
def by_the_door() -> Callable[..., Client]:
    """Signs somebody in by the form, and types the password once more, as what is guarded asks for every five minutes."""

    def entered(user) -> Client:
        client = Client()
        assert client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
        assert client.post("/accounts/reauthenticate/", {"password": PASSWORD}).status_code == 302
        return client

    return entered
