"""People who signed in by the door, as browsers do."""

from collections.abc import Callable

import pytest
from django.test import Client

PASSWORD = "correct horse battery staple"


@pytest.fixture
def by_the_door() -> Callable[..., Client]:
    """Signs somebody in by the form, so that what asks for the password again within five minutes does not."""

    def entered(user) -> Client:
        client = Client()
        assert client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}).status_code == 302
        return client

    return entered
