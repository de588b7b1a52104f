"""The words of the cards of the recognizers that ship."""

from django.utils.translation import gettext_noop as _

SENTENCES = (
    _("Emotion on a face from one picture of it: photographs found on the web, in seven emotions."),
    _(
        "Emotion in the voice from three seconds of speech: acted English sentences in eight emotions. Whatever is loud "
        "enough is taken for a voice: music, noise or a tone gets an answer too, sometimes a sure one."
    ),
    _(
        "Emotion in what is said: English utterances, judged with the turns before them where there are any. It has "
        "learnt from scripts of a comedy and from comments on the web."
    ),
    _(
        "What four people were asked to do, from a Muse headband: relax, nothing in particular, or concentrate. States of "
        "attention, no emotions: it cannot tell how anybody feels, and its 'neutral' is not that of other recognizers. A "
        "demonstration of the way from a raw recording to an answer: 24 recordings of 4 people, of one state each, so "
        "that states differ by whatever else differed between recordings. Three of the four people had a loose electrode "
        "(AF8) while they concentrated, and hardly otherwise; where it spreads by more than 250 microvolts it is not "
        "looked at, but below that it may be what is recognized. Figures are of whole recordings, each the mean over up "
        "to a minute; a window of four seconds by itself is right less often, and four people say little about a fifth."
    ),
    _(
        "It reads expressions, not inner states: people show what they do not feel, and feel what they do not show. It "
        "must not decide, or help to decide, about a person: not in hiring, at work, in education, in policing, in border "
        "control, in insurance or credit, and not as a diagnosis. It must not be used on people who have not been told "
        "and asked. In the European Union emotion recognition at work and in education is prohibited but for medical and "
        "safety reasons (Regulation (EU) 2024/1689, article 5). Recordings unlike those it has learnt from (other "
        "languages, ages, cultures, cameras, microphones, everyday instead of acted speech) lower its figures, and nobody "
        "has measured by how much for yours."
    ),
    _("Of 100 clips of people it has never heard, it gets %(n)s right; always saying %(label)s gets %(n2)s."),
    _("Of 100 clips of people it has never seen, it gets %(n)s right; always saying %(label)s gets %(n2)s."),
    _("Of 100 clips of people it has never measured, it gets %(n)s right; always saying %(label)s gets %(n2)s."),
    _("Of 100 clips of people it knows in part, it gets %(n)s right; always saying %(label)s gets %(n2)s."),
    _("Of 100 clips it has not seen before, it gets %(n)s right; always saying %(label)s gets %(n2)s."),
    _("for research; pictures from the web, rights with their owners"),
    _("none is named where it is published"),
    _("GPL-3.0 for the tables; the films are cut from a television series, rights with their owners"),
    _("Data"),
    _("On what it has never seen"),
    _("On other clips of what it has learnt from as well"),
    _("This is nearer to what a user meets than the figures above."),
    _("Licence: %(licence)s. Weights learnt from it are for the same uses."),
    _("corpus"),
    _("clips"),
    _("majority"),
    _("accuracy"),
    _("macro F1"),
    _("weighted F1"),
    _("always the commonest"),
    _("expected calibration error"),
    _("fine"),
    _("inflated"),
    _("broken"),
    _(
        "nearly the same picture in train and test: %(n)s of %(n2)s test clips are nearly the same picture as one that "
        "was learnt from, such as %(x)s and %(x2)s; %(n3)s of them are labelled otherwise there."
    ),
    _(
        "nearly the same picture twice in one part: %(n)s pictures in %(n2)s groups are nearly the same picture as "
        "another, such as %(x)s and %(x2)s; %(n3)s groups carry several labels: no split here parts them."
    ),
    _(
        "the same file twice in one part: %(n)s files in %(n2)s groups are byte for byte the file of another, such as "
        "%(x)s and %(x2)s: no split here parts them."
    ),
    _(
        "the same recording twice in one part: %(n)s recordings in %(n2)s groups are the same recording as another, such "
        "as %(x)s and %(x2)s: no split here parts them."
    ),
    _(
        "sentences in train and test: %(n)s of %(n2)s test clips in %(n3)s of %(n4)s splits are of one of %(n5)s "
        "sentences that were also learnt from (%(x)s). Guessing by the sentence alone is right in %(n6)s%%, always saying "
        "the commonest label in %(n7)s%%. The figure holds for these sentences."
    ),
    _("people in train and test: %(n)s of %(n2)s test clips are of people who were also learnt from: %(n3)s people (%(x)s)."),
    _(
        "the same text in train and test: %(n)s of %(n2)s test clips have a text of %(n3)s words or more that was also "
        "learnt from, such as '%(x)s'."
    ),
    _("part of the corpus: %(n)s clips of the %(n2)s that %(x)s holds."),
    _("intensity"),
    _("normal"),
    _("strong"),
    _("repetition"),
    _("sentence"),
    _("sex"),
    _("female"),
    _("male"),
    _("sentiment"),
)
