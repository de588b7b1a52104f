import inspect

import pytest

from emofuse.core import errors

ERRORS = [error for _, error in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_can_be_caught_as_one(error):
    assert issubclass(error, errors.EmofuseError)


@pytest.mark.parametrize("error", [error for error in ERRORS if error is not errors.EmofuseError])
def test_every_error_is_also_the_builtin_it_resembles(error):
    assert issubclass(error, (ValueError, LookupError, RuntimeError))


def test_errors_are_few():
    assert len(ERRORS) == 7
