"""Errors as application/problem+json."""

from rest_framework.response import Response
from rest_framework.views import exception_handler


def handler(error: Exception, context: dict[str, object]) -> Response | None:
    """The usual answer."""
    return exception_handler(error, context)
