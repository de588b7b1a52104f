import pytest

from emofuse.core.clip import Clip
from emofuse.core.errors import SplitError
from emofuse.core.split import Split, told


def clips(*names: str | None) -> tuple[Clip, ...]:
    return tuple(Clip(str(name), name[0] if name else None, "calm", {}) for name in names)


def test_people_in_test_who_were_learnt_from_or_chosen_on_are_shared():
    split = Split("s", clips("a1", "b1"), clips("c1"), clips("a2", "c2", "d1"))

    assert split.shared == {"a", "c"}
    assert not split.anonymous


def test_unknown_people_are_not_shared_but_nobody_can_know():
    split = Split("s", clips("a1", None), (), clips("b1"))

    assert split.shared == frozenset()
    assert split.anonymous


def test_a_clip_in_two_parts_is_refused_by_name():
    with pytest.raises(SplitError, match="more than one part, such as a1"):
        Split("s", clips("a1", "b1"), clips("a1"), ())


def test_nothing_to_learn_from_is_refused():
    with pytest.raises(SplitError, match="nothing to learn from"):
        Split("s", (), clips("a1"), clips("b1"))


def spoken(name, sentence):
    facts = {} if sentence is None else {"sentence": sentence}
    return Clip(name, name[0], "calm", {}, facts)


def test_a_clip_is_asked_for_its_person_or_a_fact():
    assert (told(spoken("a1", "kids"), "subject"), told(spoken("a1", "kids"), "sentence")) == ("a", "kids")
    assert told(spoken("a1", None), "sentence") is None


def test_values_that_cross_into_test_are_told():
    split = Split("s", (spoken("a1", "kids"),), (spoken("b1", "dogs"),), (spoken("c1", "dogs"), spoken("d1", "cats"), spoken("e1", None)))

    assert split.crossing("sentence") == {"dogs"}


def test_a_promise_is_held_to_its_word():
    Split("s", clips("a1"), clips("b1"), clips("c1"), apart=frozenset({"subject"}))

    with pytest.raises(SplitError, match="promises to keep test apart by subject, but shares a"):
        Split("s", clips("a1"), (), clips("a2"), apart=frozenset({"subject"}))
    with pytest.raises(SplitError, match="by sentence, but has clips that do not say, such as b1"):
        Split("s", (spoken("a1", "kids"),), (), (spoken("b1", None),), apart=frozenset({"sentence"}))
