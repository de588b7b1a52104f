from pathlib import Path

import pytest

from emofuse.core.clip import Clip, Source
from emofuse.core.errors import SplitError
from emofuse.core.modality import Modality
from emofuse.core.split import Split
from emofuse.protocols.by_group import grouped, leave_one_out
from emofuse.protocols.by_subject import named
from emofuse.protocols.paired import paired, paired_within

AUDIO, EEG = Modality.AUDIO, Modality.EEG


def read(path):
    raise AssertionError("nothing is read to pair clips")


def clips(prefix, people, labels, modality, takes=1, **facts):
    return [
        Clip(f"{prefix}{who}-{label}-{take}", who, label, {modality: Source(Path(who), read)}, facts)
        for who in people
        for label in labels
        for take in range(takes)
    ]


VOICES = clips("v", "abc", ("anger", "calm"), AUDIO, takes=2, language="English", kind="voice")
BRAINS = clips("e", "xyz", ("anger", "fear"), EEG, takes=1, kind="brain", rate="256")


def test_pairs_have_one_label_and_say_whose_halves_they_are():
    pairs = paired(VOICES, BRAINS)

    assert len(pairs) == 3, "as many as the rarer has, of the one label that both have"
    for pair in pairs:
        voice, brain = pair.facts["clip_audio"], pair.facts["clip_eeg"]
        assert pair.id == f"{voice}+{brain}"
        assert (pair.label, pair.subject, pair.facts["paired"]) == ("anger", None, "label")
        assert (f"v{pair.facts['subject_audio']}", f"e{pair.facts['subject_eeg']}") == (voice[:2], brain[:2])
        assert pair.sources.keys() == {AUDIO, EEG}
        assert (pair.facts["kind"], pair.facts["language"], pair.facts["rate"]) == ("voice", "English", "256")
    assert len({pair.facts["clip_audio"] for pair in pairs}) == len({pair.facts["clip_eeg"] for pair in pairs}) == 3


def test_who_is_paired_depends_on_the_seed_and_not_on_the_order():
    def ids(seed, order=1):
        return [pair.id for pair in paired(VOICES[::order], BRAINS[::order], seed=seed)]

    assert ids(0) == ids(0, -1)
    assert ids(0) != ids(1)


def test_more_pairs_than_the_second_corpus_has_use_its_clips_evenly_again():
    pairs = paired(VOICES, BRAINS, counts={"anger": 5})

    used = [pair.facts["clip_eeg"] for pair in pairs]
    assert len(pairs) == len({pair.id for pair in pairs}) == 5
    assert sorted(used.count(name) for name in set(used)) == [1, 2, 2]


@pytest.mark.parametrize(
    ("counts", "said"),
    [({"anger": 7}, "7 pairs of anger were asked for; the first corpus has 6"), ({"fear": 1}, "No clips of fear are in both")],
)
def test_pairs_that_cannot_be_made_are_refused(counts, said):
    with pytest.raises(SplitError, match=said):
        paired(VOICES, BRAINS, counts=counts)


def test_corpora_without_a_label_or_with_a_modality_in_common_are_refused():
    with pytest.raises(SplitError, match="No clips of one label are in both"):
        paired(VOICES, clips("e", "x", ("surprise",), EEG))
    with pytest.raises(SplitError, match="both have audio"):
        paired(VOICES, clips("w", "x", ("anger",), AUDIO))


def test_a_pair_is_nobody_so_people_cannot_be_kept_apart_but_one_half_can():
    pairs = paired(VOICES, BRAINS)

    with pytest.raises(SplitError, match="do not say who they show"):
        list(leave_one_out()(pairs))
    for split in grouped(3, by="subject_eeg")(pairs):
        assert split.apart == {"subject_eeg"}


def test_pairs_within_parts_keep_both_halves_apart():
    (voices,) = named(valid=["a"], test=["b"])(clips("v", "abc", ("anger", "calm"), AUDIO, takes=2))
    (brains,) = named(valid=["x"], test=["y"])(clips("e", "xyz", ("anger", "calm"), EEG, takes=2))

    split = paired_within(voices, brains)

    assert [len(part) for part in (split.train, split.valid, split.test)] == [4, 4, 4]
    assert split.apart == {"subject_audio", "subject_eeg"}
    assert {clip.facts["subject_eeg"] for clip in split.test} == {"y"}
    assert split.name == "people+people"


def test_parts_that_only_one_split_has_are_refused():
    (voices,) = named(valid=[], test=["b"])(clips("v", "abc", ("anger",), AUDIO))
    (brains,) = named(valid=["x"], test=["y"])(clips("e", "xyz", ("anger",), EEG))

    with pytest.raises(SplitError, match="do not have the same parts"):
        paired_within(voices, brains)


def test_pairs_of_parts_that_promise_nothing_or_do_not_tell_promise_nothing():
    voices = Split("s", tuple(clips("v", "a", ("anger",), AUDIO)), (), tuple(clips("v", "b", ("anger",), AUDIO)))
    nobody = [Clip(f"e{i}", None, "anger", {EEG: Source(Path("e"), read)}) for i in range(2)]

    split = paired_within(voices, Split("t", (nobody[0],), (), (nobody[1],)))

    assert split.apart == frozenset()
    assert "subject_eeg" not in split.test[0].facts
    assert split.test[0].facts["clip_eeg"] == "e1"
