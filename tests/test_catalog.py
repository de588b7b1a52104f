import pytest

from emofuse import catalog
from emofuse.core.errors import UnknownName
from emofuse.corpora.toy import TOY
from emofuse.fusions.early import Early


@pytest.mark.parametrize("kind", ["corpora", "decisions", "encoders", "exports", "features", "fusions", "protocols", "recipes"])
def test_the_folder_is_the_list(kind):
    names = catalog.names(kind)

    assert names == tuple(sorted(names))
    assert names
    assert not {"base", "__init__"} & set(names)
    assert all(catalog.module(kind, name).__name__ == f"emofuse.{kind}.{name}" for name in names)


@pytest.mark.parametrize("kind", ["decisions", "encoders", "fusions"])
def test_every_leaf_holds_the_class_it_is_named_after(kind):
    for name in catalog.names(kind):
        assert catalog.named(kind, name).__name__.lower() == name.replace("_", "")


def test_a_name_finds_its_class_and_its_corpus():
    assert catalog.named("fusions", "early") is Early
    assert catalog.corpus("toy") is TOY


@pytest.mark.parametrize(
    ("kind", "name", "said"),
    [("fusions", "erly", "Unknown fusion 'erly'. Known: .*early"), ("fusions", "base", "Unknown fusion"), ("fusions", "../run", "Unknown")],
)
def test_a_name_that_nothing_carries_lists_those_that_something_does(kind, name, said):
    with pytest.raises(UnknownName, match=said):
        catalog.module(kind, name)


def test_a_corpus_that_does_not_exist_lists_those_that_do():
    with pytest.raises(UnknownName, match="'ravdes'. Known: .*ravdess"):
        catalog.corpus("ravdes")


def test_a_leaf_without_a_class_of_its_name_says_how_to_name_it():
    with pytest.raises(UnknownName, match="corpora/toy.py holds no class named like its file. Name it Toy"):
        catalog.named("corpora", "toy")
