from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emofuse.audit.audit import audit
from emofuse.audit.base import Evidence
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.errors import UnknownName
from emofuse.core.modality import Modality
from emofuse.corpora.ravdess import RAVDESS, expected
from emofuse.leak import protocols
from emofuse.recipes.kanafin_voice import COPIES, PROTOCOLS, SEVEN, WINDOW, cnn, faster, first, mlp, noisier

RATE = 16_000


def tone(hertz=440.0, seconds=1.0):
    return Signal((0.3 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32), RATE)


def pitch(signal):
    spectrum = np.abs(np.fft.rfft(signal.values * np.hanning(len(signal.values))))
    return spectrum.argmax() * signal.rate / len(signal.values)


@pytest.fixture(scope="module")
def everybody():
    """RAVDESS's spoken clips as the recipe counts them, without files."""
    from emofuse.corpora.ravdess import CODES

    whole = Source(Path("none.wav"), lambda path: tone())
    named = [take.split("-") for take in expected() if take.startswith("01")]
    words = {code: "neutral" if word == "calm" else word for code, word in CODES.items()}
    return [Clip("-".join(take), take[5], words[take[1]], {Modality.AUDIO: whole}) for take in named]


def test_the_papers_way_judges_864_of_4320_and_as_many_of_each_label_as_it_printed(everybody):
    (split,) = PROTOCOLS["paper"](everybody)

    assert (len(split.train), len(split.valid), len(split.test)) == (3_456, 0, 864)
    counts = Counter(clip.label for clip in split.test)
    assert max(counts, key=counts.__getitem__) == "neutral"
    assert counts["neutral"] == pytest.approx(172, abs=30)


def test_in_the_papers_way_nearly_all_that_is_judged_was_learnt_from_as_a_copy(everybody):
    (split,) = PROTOCOLS["paper"](everybody)
    learnt = {clip.facts.get("copy_of", clip.id) for clip in split.train}

    judged = [clip.facts.get("copy_of", clip.id) in learnt for clip in split.test]

    assert np.mean(judged) > 0.9


def test_by_actor_no_copy_is_judged_and_nobody_is_shared(everybody):
    splits = tuple(PROTOCOLS["clean"](everybody))

    assert len(splits) == 6
    assert sum(len(split.test) for split in splits) == 1_440
    assert all(not split.shared and not split.valid for split in splits)
    assert not any("copy_of" in clip.facts for split in splits for clip in split.train + split.test)


@pytest.mark.parametrize(("protocol", "traps"), [("paper", {"T1", "T2"}), ("clean", set())])
def test_the_audit_tells_the_leaking_way_from_the_other(everybody, protocol, traps):
    plain = [replace(clip, sources={}) for clip in everybody] if protocol == "clean" else everybody
    splits = tuple(PROTOCOLS[protocol](plain))
    clips = tuple({clip.id: clip for split in splits for clip in split.train + split.test}.values())

    looked = audit(Evidence("ours", clips, splits), only=("people", "augmented"))

    assert {finding.trap for finding in looked.findings if str(finding.grade) != "fine"} == traps


def test_what_is_altered_is_only_learnt_from_by_actor_and_is_among_the_clips_in_the_papers_way():
    assert tuple(mlp().variants) == tuple(cnn().variants) == tuple(COPIES.values())
    assert mlp(protocol="paper").variants == ()


def test_both_ways_learn_from_as_many_rows():
    assert mlp(epochs=6).fit.keywords["epochs"] == 6
    assert mlp(epochs=6, protocol="paper").fit.keywords["epochs"] == 2
    assert mlp(epochs=1, protocol="paper").fit.keywords["epochs"] == 1


def test_a_faster_copy_is_shorter_and_higher():
    copy = faster(tone(440.0))

    assert len(copy.values) == pytest.approx(RATE / 1.05, abs=2)
    assert pitch(copy) == pytest.approx(440 * 1.05, abs=1)


def test_a_noisy_copy_has_noise_25_db_under_the_voice_is_moved_and_is_always_the_same():
    sound = tone(440.0)

    copy, again = noisier(sound), noisier(sound)

    np.testing.assert_array_equal(copy.values, again.values)
    moved = max(range(-3_300, 3_301), key=lambda by: float(np.dot(np.roll(sound.values, by)[:4_000], copy.values[:4_000])))
    noise = copy.values - np.roll(sound.values, moved)
    level = 20 * np.log10(np.std(noise) / np.std(sound.values))
    assert level == pytest.approx(-25, abs=1)


def test_calm_counts_as_neutral_and_songs_are_left_out(tmp_path):
    import soundfile

    for name in ("03-01-02-01-01-01-01.wav", "03-02-03-01-01-01-01.wav", "03-01-05-01-01-01-01.wav"):
        soundfile.write(tmp_path / name, np.zeros(100), RATE)

    assert {clip.label for clip in RAVDESS.clips(tmp_path)} == {"calm", "happiness", "anger"}
    assert {clip.label for clip in SEVEN.clips(tmp_path)} == {"neutral", "anger"}


def test_four_seconds_are_kept_whatever_the_length():
    short, long = first(tone(seconds=1)), first(tone(seconds=5))

    assert len(short.values) == len(long.values) == WINDOW * RATE // 1_000
    assert not short.values[RATE:].any()


def test_it_can_be_asked_what_its_leak_is_worth():
    assert protocols("kanafin_voice:mlp", {}) == ("clean", "paper")


def test_another_protocol_is_refused():
    with pytest.raises(UnknownName, match="clean, paper"):
        cnn(protocol="random")
