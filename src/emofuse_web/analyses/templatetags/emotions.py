"""Tags of emotions: a word with its colour and pattern, and a strip that shows which came when. Colour never says it alone."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from emofuse_web.analyses.result_words import emotion, slot

register = template.Library()
WIDE, HIGH = 240, 14  # of a strip, in units of its own
MOST = 3  # words beside a strip
register.filter("emotion", emotion)
register.filter("slot", slot)


@register.simple_tag
def emotion_key(label: str | None) -> SafeString:
    """A word beside a piece of its colour and pattern (the page must hold `analyses/_patterns.html`)."""
    return format_html(
        '<span class="emotion-key"><svg class="emotion-swatch" width="13" height="13" viewBox="0 0 13 13" aria-hidden="true">'
        '<rect class="emotion emotion-{0}" width="13" height="13" rx="3"></rect>'
        '<rect width="13" height="13" rx="3" fill="url(#pattern-{0})"></rect>'
        "</svg>{1}</span>",
        slot(label),
        emotion(label) or _("no answer"),
    )


@register.simple_tag
def strip(summary: Mapping[str, Any] | None) -> SafeString:
    """A picture of an answer's stretches, side by side as long as they are; it says in words which took most of the time."""
    pieces = [(int(start), int(end), label) for start, end, label in (summary or {}).get("strip", []) if end > start]
    if not pieces:
        return SafeString("")
    first, last = pieces[0][0], pieces[-1][1]
    scale = WIDE / max(1, last - first)
    paths: dict[str, str] = {}  # one for each label: a history of a hundred pieces a row is read by browsers, too
    for start, end, label in pieces:
        left, wide = round((start - first) * scale, 1), round((end - start) * scale, 1)
        paths[slot(label)] = paths.get(slot(label), "") + f"M{left:g} 0h{wide:g}v{HIGH}h-{wide:g}z"
    drawn = format_html_join(
        "",
        '<path class="emotion emotion-{0}" d="{1}"></path><path fill="url(#pattern-{0})" d="{1}"></path>',
        paths.items(),
    )
    words = ", ".join(f"{emotion(label) or _('no answer')} {share} %" for label, share in top(summary))
    return format_html(
        '<svg class="strip" viewBox="0 0 {0} {1}" width="{0}" height="{1}" preserveAspectRatio="none" role="img" aria-label="{2}">'
        "{3}</svg>",
        WIDE,
        HIGH,
        words,
        drawn,
    )


@register.filter
def top(summary: Mapping[str, Any] | None) -> list[tuple[str | None, int]]:
    """The labels that took most of the time, with their shares in percent."""
    lengths: Counter[str | None] = Counter()
    for start, end, label in (summary or {}).get("strip", []):
        lengths[label] += int(end) - int(start)
    whole = lengths.total() or 1
    return [(label, round(100 * length / whole)) for label, length in lengths.most_common(MOST)]


@register.filter
def clock(ms: float | None) -> str:
    """Milliseconds as 3:07 or 1:02:03; a dash where it is not known."""
    return "—" if ms is None else span(ms / 1_000)


@register.filter
def span(seconds: float | None) -> str:
    """Seconds as 0:07 or 1:02:03."""
    if seconds is None:
        return ""
    whole = timedelta(seconds=round(seconds))
    hours, rest = divmod(int(whole.total_seconds()), 3_600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"
