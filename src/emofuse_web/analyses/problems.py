"""A request that is not done, in words for whoever made it."""

from django.utils.translation import gettext

from emofuse_web.problems import CODES


class Refused(Exception):
    """What was asked cannot be done: nothing was changed.

    Args:
        code: One of the catalogue (docs/errors.md).
        title: What happened, in a few words.
        detail: What was found, and what was expected.
        fix: How to put it right.
        status: Of the answer over HTTP.
    """

    def __init__(self, code: str, title: str, detail: str, fix: str, status: int = 422) -> None:
        super().__init__(f"{title}. {detail} {fix}")
        self.code, self.title, self.detail, self.fix, self.status = code, str(title), str(detail), str(fix), status


def refused(code: str, detail: str, fix: str = "") -> Refused:
    """A refusal in the catalogue's words, and what was found this time; how to put it right where more is known than the catalogue says."""
    kind = CODES[code]
    return Refused(code, gettext(kind.title), detail, fix or gettext(kind.fix), kind.status)
