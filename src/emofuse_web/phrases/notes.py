"""What an analysis says of its recording and of its lanes."""

from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("the %(lane)s lane tells %(labels)s, which are no emotions: it has no say in the fused lane"),
    _("the fused lane tells %(labels)s: %(labels2)s of the %(lane)s lane has no place in it"),
    _("the %(lane)s lane looks at %(n)s of every %(n2)s ms: what lies between is not judged"),
    _("nobody who answered reads by windows: the hop of %(n)s ms changed nothing"),
    _("%(reason)s for %(share)s %% of the time"),
    _("%(x)s does not listen to %(m)s: %(x2)s was not read"),
    _("%(said)s The %(m)s is left out."),
    _("%(file)s goes on after the recording has ended: what comes then is left out"),
    _("put %(n)s s later by its sound (likeness %(n2)s)"),
    _("put %(n)s s later by its sound (likeness %(n2)s); its clock drifts by %(n3)s ms up to its end"),
    _(
        "faces were found by a simpler method that misses turned heads, because YuNet's weights are not here and could "
        "not be downloaded; put yunet_n_320_320.onnx into EMOFUSE_HOME, or connect to the network"
    ),
    _("faces were found by a simpler method that misses turned heads"),
    _("1 other face was seen, for %(n)s %% of the time; the one seen longest and largest was analysed"),
    _("%(n)s other faces were seen, for %(n2)s %% of the time; the one seen longest and largest was analysed"),
    _("the file is longer than the %(n)s allowed; only that was analysed"),
    _("the file breaks off at %(n)s of %(n2)s; what came before was analysed"),
    _("the file breaks off at %(n)s; what came before was analysed"),
    _("1 damaged piece of the %(m)s was left out"),
    _("%(n)s damaged pieces of the %(m)s were left out"),
    _("damaged pieces that were left out: %(n)s"),
    _("the sound cannot be decoded"),
    _("the picture cannot be decoded"),
    _("what %(x)s was shown could not be read again"),
    _("what %(x)s saw before a moment counts for its answer there; it is not looked at"),
    _("%(x)s is given %(n)s numbers of %(m)s that have no names; they are not looked at"),
    _("Words were heard by %(x)s, not written by a person; it errs, most of all on names, mumbling and noise."),
    _("%(n)s of %(n2)s stretches, in which %(x)s repeated itself, were left out."),
)
