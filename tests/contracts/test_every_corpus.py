"""What is promised for one corpus, tested for all.

Each corpus' own test file has a ``small_tree(root)``, which writes a few real-format files and returns one of them,
or None where the corpus needs no files.
"""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from emofuse import catalog
from emofuse.core.errors import EmofuseError
from emofuse.core.modality import Modality
from emofuse.sheet import sheet

ROOT = Path(__file__).resolve().parents[2]
NAMES = catalog.names("corpora")
RECORDED = [name for name in NAMES if name != "toy"]
FEATURES = {"ravdess_au": {Modality.VIDEO}, "meld_embeddings": set(Modality), "mosei": set(Modality), "pme4": {Modality.VIDEO}}
"""What is published as features of sound and picture, not as sound and picture."""


def small_tree(name: str, root: Path) -> Path | None:
    spec = importlib.util.spec_from_file_location(f"tree_of_{name}", ROOT / "tests" / "corpora" / f"test_{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.small_tree(root)


@pytest.mark.parametrize("name", NAMES)
def test_a_corpus_is_named_like_its_file_and_says_what_it_is(name):
    corpus = catalog.corpus(name)

    assert corpus.name == name
    assert getattr(catalog.module("corpora", name), name.upper()) is corpus
    assert all(text.strip() for text in (corpus.license, corpus.citation, corpus.layout))
    assert corpus.modalities <= frozenset(Modality)
    assert corpus.modalities


@pytest.mark.parametrize("name", NAMES)
def test_a_data_sheet_answers_the_same_questions(name):
    sheet = catalog.module("corpora", name).__doc__

    assert [question for question in ("Recorded:", "Of whom:", "Labels:", "Published by:", "Odd:") if question not in sheet] == []


@pytest.mark.parametrize("name", NAMES)
def test_clips_have_ids_of_their_own_labels_of_the_set_and_readable_signals(name, tmp_path):
    corpus = catalog.corpus(name)
    small_tree(name, tmp_path)

    clips = corpus.clips(tmp_path)

    assert len({clip.id for clip in clips}) == len(clips) > 1
    assert [clip.id for clip in clips] == sorted(clip.id for clip in clips)
    assert {clip.label for clip in clips} <= set(corpus.labels)
    for clip in clips[:5]:
        assert set(clip.sources) <= corpus.modalities
        for m in clip.sources:
            signal = clip.signal(m)
            assert signal.rate > 0
            assert signal.values.ndim >= 1
            assert len(signal.values) > 0
            assert signal.duration > 0
        assert all(isinstance(value, str) for value in clip.facts.values())


@pytest.mark.parametrize("name", sorted(set(NAMES) & set(FEATURES)))
def test_features_come_in_the_agreed_form(name, tmp_path):
    small_tree(name, tmp_path)

    for clip in catalog.corpus(name).clips(tmp_path)[:3]:
        signals = [clip.signal(m) for m in clip.sources if m in FEATURES[name]]
        assert {(signal.values.dtype, signal.values.ndim) for signal in signals} == {(np.dtype(np.float32), 2)}
        assert all(np.isfinite(signal.values).all() for signal in signals)


@pytest.mark.parametrize("name", NAMES)
def test_sound_and_faces_come_in_the_agreed_form(name, tmp_path):
    small_tree(name, tmp_path)

    for clip in catalog.corpus(name).clips(tmp_path)[:3]:
        given = set(clip.sources) - FEATURES.get(name, set())
        if Modality.AUDIO in given:
            sound = clip.signal(Modality.AUDIO)
            assert (sound.rate, sound.values.dtype, sound.values.ndim) == (16_000, np.float32, 1)
        if Modality.VIDEO in given:
            faces = clip.signal(Modality.VIDEO)
            assert (faces.values.dtype, faces.values.ndim) == (np.uint8, 3)


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("folder", ["", "there is no such folder"])
def test_where_there_is_nothing_the_error_shows_the_layout(name, folder, tmp_path):
    corpus = catalog.corpus(name)

    with pytest.raises(EmofuseError) as error:
        corpus.clips(tmp_path / folder)

    assert corpus.layout.strip() in str(error.value)
    assert "docs/corpora.md" in str(error.value)


@pytest.mark.parametrize("name", RECORDED)
def test_a_file_that_has_gone_is_reported_by_name(name, tmp_path):
    file = small_tree(name, tmp_path)
    assert file is not None
    clips = [clip for clip in catalog.corpus(name).clips(tmp_path) if any(source.path == file for source in clip.sources.values())]
    file.unlink()

    with pytest.raises(EmofuseError) as error:
        clips[0].signal(next(iter(clips[0].sources)))

    assert file.name in str(error.value)


@pytest.mark.parametrize("name", NAMES)
def test_the_page_of_all_corpora_says_what_the_corpus_says_of_itself(name):
    said = (ROOT / "docs" / "corpora.md").read_text(encoding="utf-8")

    assert sheet(name).markdown() in said, "docs/corpora.md is stale: make it again with `make record`"
    assert sheet(name).row() in said, "docs/corpora.md is stale: make it again with `make record`"
