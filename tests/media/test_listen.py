"""Speech recognition behind one interface: who listens is a stand-in here."""

import numpy as np
import pytest

from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import MediaError, MissingModality, UnknownName
from emofuse.core.modality import Modality
from emofuse.core.segment import Segment
from emofuse.media.listen import Heard, listen
from emofuse.media.sound import RATE


class Spelling:
    """Hears a word a second: the number that is the sound's loudness there, in hundredths."""

    name = "a stand-in"

    def __init__(self, window, cut=False):
        self.window, self.cut = window, cut
        self.lengths = []

    def __call__(self, sound):
        self.lengths.append(len(sound) * 1_000 // RATE)
        seconds = -(-len(sound) // RATE)
        found = [Heard(f"w{round(float(sound[i * RATE]) * 100)}", i * 1_000, i * 1_000 + 1_000) for i in range(seconds)]
        if self.cut and len(found) > 1:
            found[-1] = Heard(found[-1].words, found[-1].start, None)
        return found


def spoken(loudness, path, duration=None):
    sound = np.repeat(np.array(loudness, dtype=np.float32), RATE)
    source = Source(path, lambda path: Signal(sound, RATE))
    return Clip("talk", None, None, {Modality.AUDIO: source}, {"duration": str(duration or 0)})


LOUD = [0.1, 0.2, 0.3, 0.4, 0.5]


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("window", [2_000, 3_000, 30_000])
def test_windows_side_by_side_hear_every_second_once(tmp_path, window, cut):
    transcript = listen(spoken(LOUD, tmp_path), Spelling(window, cut))

    assert [one.words for one in transcript.utterances] == ["w10", "w20", "w30", "w40", "w50"]
    assert [one.segment for one in transcript.utterances] == [Segment(i * 1_000, i * 1_000 + 1_000) for i in range(5)]


def test_speech_that_goes_on_is_heard_again_whole(tmp_path):
    listener = Spelling(3_000, cut=True)

    listen(spoken(LOUD, tmp_path), listener)

    assert listener.lengths == [3_000, 3_000]  # the second begins at 2 s, where the word that was cut begins


def test_silence_is_not_listened_to(tmp_path):
    listener = Spelling(2_000)

    transcript = listen(spoken([0, 0, 0.3, 0.4, 0], tmp_path), listener)

    assert listener.lengths == [2_000]
    assert [one.segment.start for one in transcript.utterances] == [2_000, 3_000]


def test_memory_does_not_grow_with_the_recording(tmp_path):
    listener = Spelling(30_000)

    listen(spoken([0.1] * 200, tmp_path), listener)

    assert listener.lengths == [30_000] * 6 + [20_000]


def test_how_far_it_is_and_that_nobody_wrote_it_is_said(tmp_path):
    steps = []

    transcript = listen(spoken(LOUD, tmp_path, 5_000), Spelling(2_000), lambda done, total: steps.append((done, total)))

    assert steps[-1] == (4_000, 5_000)
    assert transcript.duration == 5_000
    assert transcript.notes == (
        "Words were heard by a stand-in, not written by a person; it errs, most of all on names, mumbling and noise.",
    )


def test_a_recognizer_that_goes_round_in_circles_is_not_believed(tmp_path):
    class Round(Spelling):
        def __call__(self, sound):
            return [Heard("Thank you. " * 30, 0, 900), Heard("Go away!", 900, 1_000)]

    transcript = listen(spoken([0.1], tmp_path), Round(2_000))

    assert [one.words for one in transcript.utterances] == ["Go away!"]
    assert transcript.notes[1] == "1 of 2 stretches, in which a stand-in repeated itself, were left out."


def test_a_recording_in_which_nobody_speaks_is_said(tmp_path):
    with pytest.raises(MediaError, match=r"a stand-in heard no words in talk\. Expected somebody who speaks\. Give a transcript instead"):
        listen(spoken([0, 0], tmp_path), Spelling(2_000))


def test_a_clip_without_sound_cannot_be_transcribed():
    with pytest.raises(MissingModality, match="has no audio to transcribe; it has nothing"):
        listen(Clip("a", None, None, {}), Spelling(2_000))


def test_a_language_that_is_told_is_believed_of_speech_too(tmp_path):
    transcript = listen(spoken(LOUD, tmp_path), Spelling(2_000), language="de")

    assert (transcript.language, transcript.told) == ("German", True)
    assert transcript.notes[-1].startswith("The transcript was said to be in German; recognizers of text that learnt English")


def test_a_language_that_nobody_knows_is_refused_before_anything_is_heard(tmp_path):
    listener = Spelling(2_000)

    with pytest.raises(UnknownName, match="'xx' is no language"):
        listen(spoken(LOUD, tmp_path), listener, language="xx")

    assert listener.lengths == []
