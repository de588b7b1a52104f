"""A bench on a few clips: to see that something runs."""

from collections import Counter

from emofuse.bench.order import Order, work


def test_two_splits_of_a_few_clips_of_each_label_are_left(tmp_path):
    whole, few = work(Order("toy", tmp_path)), work(Order("toy", tmp_path, few=1))

    assert len(few.splits) == min(2, len(whole.splits))
    for split in few.splits:
        for part in (split.train, split.test):
            assert set(Counter(clip.label for clip in part).values()) == {1}
    assert {clip.id for clip in few.clips} == {
        clip.id for split in few.splits for part in (split.train, split.valid, split.test) for clip in part
    }
    assert len(few.clips) < len(whole.clips)
