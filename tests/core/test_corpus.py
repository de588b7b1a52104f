from dataclasses import replace
from pathlib import Path

import pytest

from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality


def corpus(*ids: str) -> Corpus:
    return Corpus(
        name="made_up",
        labels=LabelSet(("calm",)),
        modalities=frozenset({Modality.TEXT}),
        license="none",
        citation="nobody",
        layout="    a/b.txt\n",
        find=lambda root: (Clip(name, None, "calm", {}) for name in ids),
    )


def test_clips_come_in_the_order_of_their_ids(tmp_path):
    assert [clip.id for clip in corpus("b", "c", "a").clips(tmp_path)] == ["a", "b", "c"]


def test_nothing_found_shows_the_layout(tmp_path):
    with pytest.raises(CorpusError, match=r"No made_up clips under .*\n    a/b.txt\n.*corpora.md"):
        corpus().clips(tmp_path)


def test_an_id_twice_is_refused():
    with pytest.raises(CorpusError, match="1 clips of made_up under .* carry an id twice"):
        corpus("a", "b", "a").clips(Path("x"))


def test_a_copy_lies_in_the_folder_of_its_name_unless_it_is_another_corpus_too():
    assert corpus("a").under(Path("data")) == Path("data/made_up")
    assert replace(corpus("a"), folder="meld").under(Path("data")) == Path("data/meld")
