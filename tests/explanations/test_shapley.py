"""Shapley values: the axioms for random decisions, and answers known by hand."""

import numpy as np
import pytest

from emofuse import catalog
from emofuse.decisions.average import Average
from emofuse.decisions.product import Product
from emofuse.explanations.shapley import MOST, contributions, shares

CLIPS, CLASSES = 90, 4
NAMES = ("eeg", "face", "text", "voice")


@pytest.fixture
def members(generator):
    """Four members with segments of their own, each absent in some clips; all of them in the last."""
    scores = {
        name: generator.dirichlet(np.ones(CLASSES), size=(CLIPS, segments)) for name, segments in zip(NAMES, (4, 1, 2, 3), strict=True)
    }
    for i, values in enumerate(scores.values()):
        values[i::7] = np.nan
        values[-1] = np.nan
    return scores


def game(generator, players, shape=(5, 3)):
    """A random answer for every set of players."""
    answers = {}

    def worth(some):
        return answers.setdefault(some, generator.normal(size=shape))

    return worth


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5])
def test_shares_sum_to_the_answer_less_that_of_nobody(generator, count):
    players = [f"player {i}" for i in range(count)]
    worth = game(generator, players)

    shared = shares(worth, players)

    np.testing.assert_allclose(shared.sum(axis=0), worth(frozenset(players)) - worth(frozenset()), atol=1e-12)


def test_shares_are_the_mean_over_all_orders_of_joining(generator):
    from itertools import permutations

    players = ["a", "b", "c", "d"]
    worth = game(generator, players)
    added = {player: [] for player in players}
    for order in permutations(players):
        for i, player in enumerate(order):
            added[player].append(worth(frozenset(order[: i + 1])) - worth(frozenset(order[:i])))

    np.testing.assert_allclose(shares(worth, players), [np.mean(added[player], axis=0) for player in players], atol=1e-12)


def test_players_that_add_the_same_everywhere_get_the_same(generator):
    by_size = generator.normal(size=(5, 3))

    shared = shares(lambda some: by_size[len(some)], ["a", "b", "c"])

    np.testing.assert_allclose(shared, np.repeat(((by_size[3] - by_size[0]) / 3)[None], 3, axis=0), atol=1e-12)


def test_a_player_that_changes_nothing_gets_nothing(generator):
    inner = game(generator, ["a", "b"])

    shared = shares(lambda some: inner(some - {"idle"}), ["a", "idle", "b"])

    np.testing.assert_allclose(shared[1], 0.0, atol=1e-12)
    np.testing.assert_allclose(shared[[0, 2]], shares(inner, ["a", "b"]), atol=1e-12)


def test_shares_of_a_sum_of_games_are_sums_of_shares(generator):
    players = ["a", "b", "c"]
    one, other = game(generator, players), game(generator, players)

    both = shares(lambda some: one(some) + other(some), players)

    np.testing.assert_allclose(both, shares(one, players) + shares(other, players), atol=1e-12)


@pytest.mark.parametrize("players", [[], ["a", "a"], [str(i) for i in range(MOST + 1)]])
def test_nobody_twins_and_a_crowd_are_refused(players):
    with pytest.raises(ValueError, match="Expected one to"):
        shares(lambda some: np.zeros(2), players)


def test_the_average_of_two_gives_each_half_of_what_it_changes():
    voice, face = np.array([[[0.7, 0.2, 0.1]]]), np.array([[[0.1, 0.1, 0.8]]])
    prior = np.full(3, 1 / 3)

    found = contributions(Average(), {"voice": voice, "face": face})

    # Half of what it says alone against nobody, half of what it moves the other by.
    np.testing.assert_allclose(found["voice"][0], (voice[0, 0] - prior) / 2 + (voice[0, 0] - face[0, 0]) / 4)
    np.testing.assert_allclose(found["voice"][0] - found["face"][0], voice[0, 0] - face[0, 0])


@pytest.mark.parametrize("decision", [Average(), Product()])
@pytest.mark.parametrize("prior", [None, np.array([0.4, 0.3, 0.2, 0.1])])
def test_contributions_sum_to_the_answer_less_the_prior(members, decision, prior):
    found = contributions(decision, members, prior)

    start = np.full(CLASSES, 1 / CLASSES) if prior is None else prior
    answer = np.where(np.isnan(decision(members)), start, decision(members))
    np.testing.assert_allclose(sum(found.values()), answer - start, atol=1e-9)
    np.testing.assert_allclose([values.sum(axis=1) for values in found.values()], 0.0, atol=1e-9)


TAUGHT_SLOWLY = {"boosted", "stacked_cnn"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in TAUGHT_SLOWLY else ()) for name in catalog.names("decisions")]
)
def test_every_decision_is_explained_whatever_is_absent(members, name):
    decision = catalog.named("decisions", name)().fit(members, np.arange(CLIPS) % CLASSES)

    found = contributions(decision, members)

    answer = decision(members)
    there = ~np.isnan(answer).any(axis=1)
    np.testing.assert_allclose(sum(found.values())[there], answer[there] - 1 / CLASSES, atol=1e-6)
    assert all((found[member][np.isnan(values).all(axis=(1, 2))] == 0).all() for member, values in members.items())


def test_absent_members_added_nothing_and_where_all_are_absent_nobody_did(members):
    found = contributions(Product(), members)

    for i, name in enumerate(members):
        assert (found[name][i::7] == 0).all()
        assert (found[name][-1] == 0).all()
        assert np.abs(found[name]).max() > 0.01


def test_a_member_alone_added_everything(members):
    alone = {"voice": members["voice"]}

    found = contributions(Average(), alone)

    there = ~np.isnan(Average()(alone)).any(axis=1)
    np.testing.assert_allclose(found["voice"][there], Average()(alone)[there] - 1 / CLASSES, atol=1e-12)


def test_equal_members_added_the_same(generator):
    scores = generator.dirichlet(np.ones(CLASSES), size=(CLIPS, 1))

    found = contributions(Product(), {"one": scores, "twin": scores})

    np.testing.assert_allclose(found["one"], found["twin"], atol=1e-12)


@pytest.mark.parametrize("prior", [np.full(3, 1 / 3), np.full(4, 0.3), np.array([1.5, -0.5, 0, 0])])
def test_a_prior_that_is_none_is_refused(members, prior):
    with pytest.raises(ValueError, match="Expected 4 probabilities that sum to one"):
        contributions(Average(), members, prior)


def test_no_members_are_refused():
    with pytest.raises(ValueError, match="no members to explain"):
        contributions(Average(), {})


def test_ten_thousand_clips_of_four_members_take_no_time(generator):
    import time

    scores = {name: generator.dirichlet(np.ones(8), size=(10_000, 1)) for name in NAMES}

    begin = time.process_time()
    contributions(Average(), scores)

    assert time.process_time() - begin < 2.0
