"""What the law asks before anybody's expression is read: a purpose that is allowed, a notice, and consent.

Regulation (EU) 2024/1689, article 5(1)(f), forbids inferring emotions at work and in education, except for medical or safety reasons;
article 50(3) asks that everybody who is exposed be told. Consent does not cure the first.
"""

import re

from django.utils.translation import gettext as _

from emofuse_web.analyses.models import Purpose, Setting
from emofuse_web.analyses.problems import Refused

GUARDED = (Setting.WORKPLACE, Setting.EDUCATION)
EXCEPTED = (Purpose.MEDICAL, Purpose.SAFETY)
REASON_LEAST = 20  # characters: a reason that somebody else can weigh
REASON_MOST = 2_000


def purpose_checked(*, purpose: str, setting: str, reason: str) -> None:
    """Look whether this may be done at all.

    Raises:
        Refused: No such purpose or setting; or work or education, without a medical or safety reason that is told.
    """
    for value, known, what in ((purpose, Purpose, _("purpose")), (setting, Setting, _("setting"))):
        if value not in known.values:
            raise Refused(
                "PURPOSE_MISSING",
                _("What it is for is not told"),
                _("'%(value)s' is no %(what)s. Expected one of: %(known)s.")
                % {"value": value, "what": what, "known": ", ".join(known.values)},
                _("Choose one of them."),
            )
    if len(reason) > REASON_MOST:
        raise Refused(
            "REQUEST_INVALID",
            _("The reason is too long"),
            _("It has %(count)d characters. Expected at most %(most)d.") % {"count": len(reason), "most": REASON_MOST},
            _("Shorten it."),
        )
    if setting not in GUARDED:
        return
    if purpose not in EXCEPTED:
        raise Refused(
            "PURPOSE_REFUSED",
            _("Not at work, and not in education"),
            _(
                "Reading the emotions of people at work or in education is forbidden in the European Union "
                "(Regulation 2024/1689, article 5(1)(f)), except for medical or safety reasons, and their consent does not change that."
            ),
            _("If the purpose is medical or safety, choose it and say why; otherwise do not analyse this recording."),
        )
    if len(reason.strip()) < REASON_LEAST:
        raise Refused(
            "PURPOSE_REFUSED",
            _("The medical or safety reason is not told"),
            _("At work and in education it is needed. Expected at least %(least)d characters that say what it is for.")
            % {"least": REASON_LEAST},
            _("Write the reason; it is kept with the analysis."),
        )


def told_checked(*, notice: str, consent: bool) -> None:
    """Look whether the people shown were told, and agreed.

    Raises:
        Refused: No version of a notice, or no consent.
    """
    if not re.fullmatch(r"[\w.\-]{1,20}", notice):
        raise Refused(
            "NOTICE_MISSING",
            _("Which notice the people were given is not told"),
            _("Everybody who is shown or heard must be told that emotions are read (Regulation 2024/1689, article 50(3)). ")
            + _("Expected the version of that notice: up to 20 letters, digits, dots and dashes."),
            _("Give them the notice, which the privacy pages make for you, and name its version."),
        )
    if consent is not True:
        raise Refused(
            "CONSENT_MISSING",
            _("Nobody said that the people agreed"),
            _("An analysis needs the consent of everybody who is shown or heard."),
            _("Ask them, and then say so; without their consent do not analyse it."),
        )
