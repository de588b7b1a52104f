"""Every error a user can cause.

A message answers three questions in one or two sentences:
what happened, what was expected, how to put it right.
"""


class EmofuseError(Exception):
    """Anything a user can cause and put right."""


class CorpusError(EmofuseError, ValueError):
    """A data set is not where, or not what, it should be."""


class MediaError(EmofuseError, ValueError):
    """A file cannot be read, is refused, or holds nothing to analyse."""


class MissingModality(EmofuseError, LookupError):
    """A clip lacks what a recognizer needs."""


class UnknownName(EmofuseError, LookupError):
    """A name that nothing here carries; the message lists those that something does."""


class SplitError(EmofuseError, ValueError):
    """Clips cannot be divided as asked."""


class RunError(EmofuseError, RuntimeError):
    """A saved run cannot be loaded, or not be called as asked."""
