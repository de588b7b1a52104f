"""The words of ``uploads/upload.js``, in the reader's language."""

from django import template
from django.utils.html import json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()


@register.simple_tag
def upload_words() -> SafeString:
    """As data that a script reads: ``{% upload_words %}`` once on a page that receives files."""
    words = {
        "began": _("Sending has begun."),
        "share": _("{share} % sent."),
        "numbers": _("{sent} of {size}"),
        "numbers_left": _("{sent} of {size}, {speed}/s, {left} left"),
        "pause": _("Pause"),
        "resume": _("Go on"),
        "paused": _("Paused. What was sent is kept."),
        "resumed": _("Going on where it broke off."),
        "waiting": _("The line was cut. It goes on by itself when it is back."),
        "line": _("The server cannot be reached. What was sent is kept; go on when you are online again."),
        "unread": _("The file cannot be read any longer. Has it been moved or changed? Choose it again."),
        "arrived": _("Everything is here. It is being looked at."),
        "busy": _("A file is still on its way. Wait until it has arrived, or stop it."),
        "one": _("One file at a time. Drop a single one."),
        "ending": _("This kind of file is not read here. Expected one of: {endings}."),
        "empty": _("This file is empty. Copy or export it again."),
        "large": _("This file has {size}. Expected at most {most}; cut it into parts, or save it smaller."),
    }
    return json_script(words, "upload-words")
