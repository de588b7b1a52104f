"""What is said of how a transcript was read."""

from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("Captions roll: each line stands in the file twice or more, and is read once."),
    _("The transcript's header does not say in what it counts time; taken as ms."),
    _("The transcript's header does not say in what it counts time; taken as seconds."),
    _("ELAN begins this recording %(n)s ms late (TIME_ORIGIN); the transcript's times are taken as they stand."),
    _("Of the tiers, %(x)s was read; %(x2)s was left out."),
    _("Of the tiers, %(x)s was read; %(x2)s were left out."),
    _("Of the tiers, %(x)s were read; %(x2)s was left out."),
    _("Of the tiers, %(x)s were read; %(x2)s were left out."),
    _("Every tier holds words of a list (a controlled vocabulary), which is how codings are kept, not what was said."),
    _("The transcript looks like %(what)s; recognizers of text that learnt English are not to be believed on it."),
    _("The transcript was said to be in %(what)s; recognizers of text that learnt English are not to be believed on it."),
    _("The transcript was said to be in %(what)s, and looks like %(what2)s; %(what)s is believed."),
    _(
        "The transcript was said to be in English, and looks like %(what)s; if it is, recognizers of text that learnt English are not "
        "to be believed on it."
    ),
    _("The transcript is not in UTF-8; it was read as %(x)s. Save it as UTF-8 if its words look wrong."),
    _("1 character of the transcript could not be read and was replaced."),
    _("%(n)s characters of the transcript could not be read and were replaced."),
    _("The table counts from the start of the episode; the first utterance, at %(n)s there, is taken to begin at 0."),
    _("1 caption out of order, the first in line %(n)s: put in order of time."),
    _("%(n)s captions out of order, the first in line %(n2)s: put in order of time."),
    _("%(n)s of %(n2)s captions begin before the one before them ends; where they do, all of them count."),
    _("%(n)s of %(n2)s caption begin before the one before them ends; where they do, all of them count."),
    _("The transcript has no times: its answer is one for the whole recording, the mean over what was said in it."),
    _("The transcript has no times: each sentence or row is given a second, and places on the timeline are the order, not times."),
    _("1 caption without an end: until the next begins, and %(n)s s at most."),
    _("%(n)s captions without an end: until the next begins, and %(n2)s s at most."),
    _("The transcript goes on until %(n)s, and %(what)s ends at %(n2)s: 1 caption after that left out."),
    _("The transcript goes on until %(n)s, and %(what)s ends at %(n2)s: %(n3)s captions after that left out."),
    _("The last caption goes on after the end of %(what)s (%(n)s) and was cut there."),
    _("1 caption before the beginning of the recording left out."),
    _("%(n)s captions before the beginning of the recording left out."),
    _("The transcript describes sounds and holds no words."),
    _("%(n)s of %(n2)s utterances are signs without words, such as emoji; recognizers of text that do not know them answer all the same."),
    _("1 place of the transcript could not be read and was left out: %(said)s."),
    _("%(n)s places could not be read and were left out: %(said)s and %(n2)s more."),
    _("%(n)s places could not be read and were left out: %(said)s."),
    _("%(n)s lines begin with a time, which plain text is not read for; save it as srt or csv to have them used."),
)
