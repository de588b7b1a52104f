from dataclasses import replace

from emofuse.core.clip import Clip, Source
from emofuse.core.modality import Modality
from emofuse.evaluation.hashes import EDGE, fingerprint, stored


def read(path):
    raise AssertionError("a hash reads bytes, not signals")


def clips(folder, contents):
    """A clip for each content, in a file of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for i, content in enumerate(contents):
        (folder / f"{i}.wav").write_bytes(content)
        made.append(Clip(str(i), "ann", "calm", {Modality.AUDIO: Source(folder / f"{i}.wav", read)}))
    return made


def test_who_and_which_label_is_hashed_and_nothing_else():
    rows = [Clip("1", "ann", "calm", {}), Clip("2", None, "fear", {})]

    assert fingerprint(rows) == fingerprint([replace(clip, facts={"sex": "female"}) for clip in rows[::-1]])
    for changed in (replace(rows[0], label="fear"), replace(rows[0], subject="bob"), replace(rows[0], id="3")):
        assert fingerprint([changed, rows[1]]) != fingerprint(rows)


def test_the_same_files_elsewhere_are_the_same(tmp_path):
    here, there = clips(tmp_path / "here", [b"one", b"two"]), clips(tmp_path / "there", [b"one", b"two"])

    assert stored(here) == stored(there[::-1])


def test_a_changed_file_is_another(tmp_path):
    long = bytes(3 * EDGE)
    plain = stored(clips(tmp_path / "a", [b"one", long]))

    assert stored(clips(tmp_path / "b", [b"One", long])) != plain
    assert stored(clips(tmp_path / "c", [b"one", long + b"0"])) != plain
    assert stored(clips(tmp_path / "d", [b"one", long[:-1] + b"1"])) != plain


def test_a_table_that_many_clips_stand_in_is_read_once_and_what_has_no_file_counts(tmp_path):
    (clip,) = clips(tmp_path, [b"one"])
    both = [clip, replace(clip, id="other")]
    made_up = Clip("9", None, "calm", {Modality.EEG: Source(tmp_path / "nowhere", read)})

    assert stored(both) != stored([clip])
    assert stored([made_up]) != stored([])
