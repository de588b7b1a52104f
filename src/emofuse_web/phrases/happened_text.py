"""The same of transcripts."""

from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("%(file)s has no column with words: it has no header."),
    _("%(file)s has no column with words: it has %(x)s."),
    _("%(file)s is XML, but %(said)s."),
    _("%(file)s, line %(n)s: the XML is broken (%(x)s)."),
    _("%(file)s counts time in %(x)s."),
    _("%(file)s holds %(n)s dialogues."),
    _("%(file)s has %(n)s captions or lines."),
    _("No caption in %(file)s can be read."),
    _("No caption in %(file)s can be read; %(said)s and %(n)s more."),
    _("No caption in %(file)s can be read; %(said)s."),
    _("Nothing in %(file)s lies within the recording: its first words are at %(n)s, and the recording ends at %(n2)s."),
    _("Nothing in %(file)s lies within the recording: its first words are at before its beginning, and the recording ends at %(n)s."),
    _("line %(n)s (%(said)s)"),
    _("line %(n)s: %(said)s"),
    _("'%(x)s' is no language that is known here."),
    _("'%(x)s' is no time"),
    _("it ends before it begins"),
    _("it lasts no time"),
    _("it has no time"),
    _("%(n)s values, and the header names %(n2)s"),
    _("%(n)s of %(n2)s values"),
    _("the annotation %(x)s has no time"),
    _("elements lie in each other %(n)s deep"),
    _("its root is %(x)s, not ANNOTATION_DOCUMENT"),
    _("an annotation lies outside every tier"),
    _("it declares a document type, which transcripts do not need"),
)
