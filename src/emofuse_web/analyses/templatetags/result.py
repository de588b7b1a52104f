"""How the result page's templates say times, shares and words."""

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString

from emofuse_web.analyses import result_words as words
from emofuse_web.analyses.result_order import first, last

register = template.Library()
register.filter("emotion_word", words.emotion)
register.filter("emotion_slot", words.slot)
register.filter("lane_word", words.lane)
register.filter("absence", words.reason)


@register.filter
def clock(ms: int) -> str:
    """Milliseconds as people read them: 01:23.4, or 1:01:23.4 from an hour on."""
    minutes, rest = divmod(int(ms), 60_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 1_000:02d}.{rest % 1_000 // 100}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes:02d}:{seconds}"


@register.filter
def begins(ms: int, order: int) -> str:
    """When something begins; of words without times, with which sentence."""
    return str(first(ms, order)) if order else clock(ms)


@register.filter
def ends(ms: int, order: int) -> str:
    """When something ends; of words without times, with which sentence."""
    return str(last(ms, order)) if order else clock(ms)


@register.filter
def seconds(ms: int) -> str:
    """Milliseconds as seconds, for addresses and media fragments."""
    return f"{int(ms) / 1_000:.3f}".rstrip("0").rstrip(".")


@register.filter
def percent(share: float | None) -> str:
    """A share of one in whole per cent; what is little but there is not nothing."""
    if share is None:
        return "–"
    return "< 1 %" if 0 < share < 0.005 else f"{int(share * 100 + 0.5)} %"  # as `percent` of result_words.js


@register.filter
def two(p: float | None) -> str:
    """A probability with two digits; rounded first, since Django would cut it off."""
    return "–" if p is None else number_format(round(p, 2), 2)


@register.filter
def points(added: float | None) -> str:
    """What somebody added to a probability, in points of a hundred."""
    return "–" if added is None else f"{added * 100:+.0f}".replace("-", "−")


@register.simple_tag
def bar_from_middle(share: float) -> SafeString:
    """A bar to the right of the middle for what is added, to the left for what is taken away; from -1 to 1."""
    width = min(50.0, abs(share) * 50)
    return format_html(
        '<svg class="bar bar-why {}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-ground" width="100" height="10"></rect><rect class="bar-share" x="{}" width="{}" height="10"></rect>'
        '<rect class="bar-middle" x="49.6" width="0.8" height="10"></rect></svg>',
        "bar-less" if share < 0 else "bar-more",
        f"{50 - width if share < 0 else 50:.2f}",
        f"{width:.2f}",
    )


@register.simple_tag
def bar(share: float, kind: str = "", unsure: float = 0.0) -> SafeString:
    """A bar without inline style: a drawing that is stretched, said aloud by the words beside it.

    Args:
        share: How long it is, up to 1.
        kind: A class of its own.
        unsure: The part of it, at its end, that is paler; up to 1, too.
    """
    width, pale = (max(0.0, min(100.0, part * 100)) for part in (share, unsure))
    return format_html(
        '<svg class="bar {}" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="bar-ground" width="100" height="10"></rect><rect class="bar-share" width="{}" height="10"></rect>'
        '<rect class="bar-unsure" x="{}" width="{}" height="10"></rect></svg>',
        kind,
        f"{width:.2f}",
        f"{width - pale:.2f}",
        f"{pale:.2f}",
    )
