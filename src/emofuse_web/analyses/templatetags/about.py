"""Tags that say what an analysis is called, what it was made of, and what went wrong with it."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from emofuse_web.analyses.models import Analysis
from emofuse_web.analyses.progress import NAMES
from emofuse_web.phrases import told
from emofuse_web.problems import shown
from emofuse_web.uploads.models import Upload

ROLES = ("video", "audio", "eeg", "text")
register = template.Library()
register.filter("told", told)


@register.filter
def files(analysis: Analysis) -> list[Upload]:
    """What it was made of, as far as it is still there."""
    return [file for role in ROLES if (file := getattr(analysis, role)) is not None]


@register.filter
def named(analysis: Analysis) -> str:
    """What the user calls it, else what its first file was called."""
    return analysis.label or next((file.name for file in files(analysis)), "") or _("Analysis without a name")


@register.filter
def stage_words(stage: str) -> Promise | str:
    """What is being done."""
    return NAMES.get(stage) or _("Getting ready")


@register.filter
def percent(share: float) -> int:
    """A share in whole percent; 100 only when it is all."""
    return min(99, int(100 * share)) if share < 1 else 100


@register.filter("shown")
def shown_problem(problem: Mapping[str, Any] | None) -> Mapping[str, object]:
    """A problem in the language of who looks at it."""
    return shown(problem) if problem else {}


@register.filter
def problem_link(code: str) -> str:
    """Where the page of problems tells of it."""
    return f"{reverse('analyses:problems')}#{code.lower()}"


@register.filter
def told_language(said: str) -> SafeString:
    """The attribute that says that these words are English, where the page's language does not have them."""
    return mark_safe(' lang="en"') if told(said) == said else SafeString("")  # noqa: S308  # nothing of anybody's is in it
