"""What the law asks before anybody's expression is read: a purpose that is allowed, a notice, and consent.

Regulation (EU) 2024/1689, article 5(1)(f), forbids inferring emotions at work and in education, except for medical or safety reasons;
article 50(3) asks that everybody who is exposed be told. Consent does not cure the first.
"""

import re

from django.utils.translation import gettext as _

from emofuse_web.analyses.models import Purpose, Setting
from emofuse_web.analyses.problems import refused

GUARDED = (Setting.WORKPLACE, Setting.EDUCATION)
EXCEPTED = (Purpose.MEDICAL, Purpose.SAFETY)
REASON_LEAST = 20  # characters: a reason that somebody else can weigh
REASON_MOST = 2_000


def purpose_checked(*, purpose: str, setting: str, reason: str) -> None:
    """Look whether this may be done at all.

    Raises:
        Refused: No such purpose or setting; or work or education, without a medical or safety reason that is told.
    """
    for value, known in ((purpose, Purpose), (setting, Setting)):
        if value not in known.values:
            raise refused("PURPOSE_MISSING", _("Expected one of: %(known)s.") % {"known": ", ".join(known.values)})
    if len(reason) > REASON_MOST or not all(c.isprintable() or c in "\r\n\t" for c in reason):
        raise refused("OPTION_INVALID", _("Expected a reason of at most %(most)d characters that can be read.") % {"most": REASON_MOST})
    if setting not in GUARDED:
        return
    if purpose not in EXCEPTED:
        raise refused(
            "PURPOSE_REFUSED",
            _(
                "Reading the emotions of people at work or in education is forbidden in the European Union "
                "(Regulation 2024/1689, article 5(1)(f)), except for medical or safety reasons, and their consent does not change that."
            ),
        )
    if not (length := len(reason.strip())):
        raise refused(
            "REASON_MISSING", _("At work and in education it is needed, in at least %(least)d characters.") % {"least": REASON_LEAST}
        )
    if length < REASON_LEAST:
        said = {"length": length, "least": REASON_LEAST, "more": REASON_LEAST - length}
        raise refused(
            "REASON_SHORT",
            _("It has %(length)d characters; expected are at least %(least)d, so that somebody else can weigh it: %(more)d more.") % said,
        )


def told_checked(*, notice: str, consent: bool) -> None:
    """Look whether the people shown were told, and agreed.

    Raises:
        Refused: No version of a notice, or no consent.
    """
    if not re.fullmatch(r"[A-Za-z0-9_.\-]{1,20}", notice):
        raise refused(
            "NOTICE_MISSING",
            _("Everybody who is shown or heard must be told that emotions are read (Regulation 2024/1689, article 50(3)). ")
            + _("Expected the version of that notice: up to 20 letters, digits, dots and dashes."),
        )
    if consent is not True:
        raise refused("CONSENT_MISSING", _("An analysis needs the consent of everybody who is shown or heard."))
