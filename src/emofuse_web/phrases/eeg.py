"""What is said of how a file of EEG was read."""

from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("%(x)s is taken for the EEG"),
    _("%(x)s is read as %(x2)s"),
    _("%(x)s is taken for the rate: %(n)s samples a second"),
    _("no electrodes of the 10-20 system, left out: %(x)s"),
    _("its channels have no names; a recognizer that looks for electrodes finds none"),
    _("its channels have no 10-20 names: %(x)s; a recognizer that looks for electrodes finds none"),
    _("the file names no unit: taken as microvolts, as they spread by %(n)s in a second"),
    _("%(n)s epochs are laid end to end: times are not those of the recording"),
    _("channels share names, which are left out"),
    _("marked as bad in the file: %(x)s"),
    _("%(n)s s are marked as bad in the file"),
    _("recorded with breaks, which are left out: times after the first are too early"),
    _("the header promises %(n)s s, and %(n2)s s are there"),
    _("its times make %(n)s samples a second, taken as %(n2)s"),
    _("%(n)s s are missing in it"),
    _("it seems to be a Muse's, which makes %(n)s or %(n2)s samples a second, and not %(n3)s"),
    _("nothing"),
    _("flat"),
    _("artefact"),
    _("no contact"),
    _("no emotion"),
    _("nothing to decide by"),
)
