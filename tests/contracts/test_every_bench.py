"""What is promised for one bench, tested for all: those that recipes describe, and the usual one of the toy corpus."""

import inspect
import json
from pathlib import Path

import pytest
import torch

from emofuse import catalog
from emofuse.bench import usual
from emofuse.bench.base import INDUCTIVE, OWN_BASELINE, Bench
from emofuse.bench.cells import FUSION, MEMBER, as_member, built
from emofuse.bench.order import chosen, told
from emofuse.corpora.toy import TOY
from emofuse.network import Committee

BENCHES = {
    f"{name}:{function.__name__}": function
    for name in catalog.names("recipes")
    for function in vars(catalog.module("recipes", name)).values()
    if inspect.isfunction(function) and inspect.signature(function).return_annotation is Bench
}


@pytest.fixture(params=["toy", *BENCHES])
def bench(request) -> Bench:
    return usual.bench(TOY, Path()) if request.param == "toy" else BENCHES[request.param]()


def test_it_is_told_as_json_that_reads_the_same_again(bench):
    said = json.dumps(told(bench), sort_keys=True)

    assert said == json.dumps(told(bench), sort_keys=True)
    assert "0x" not in said  # an address in memory, which another process would not have


def test_every_member_and_fusion_is_a_network_of_its_modalities(bench):
    for kind, names in ((MEMBER, tuple(bench.team)), (FUSION, chosen("fusions", "all", bench.fusions))):
        for name in names:
            member = as_member(bench, kind, name)
            network = built(bench, member)
            assert network.modalities == tuple(sorted(member.modalities))
            assert sum(p.numel() for p in network.parameters()) > 0
            if kind == FUSION:
                assert member.modalities == bench.modalities


def test_a_quick_one_learns_next_to_nothing_and_is_otherwise_the_same(bench):
    quick = bench.quick()

    assert (quick.name, quick.modalities, quick.words, quick.regime) == (bench.name, bench.modalities, bench.words, bench.regime)
    assert list(quick.team) == list(bench.team)
    assert not isinstance(built(quick, as_member(quick, MEMBER, next(iter(quick.team)))), Committee)


def test_its_regime_is_one_of_two(bench):
    assert bench.regime in (INDUCTIVE, OWN_BASELINE)


def test_the_same_seed_builds_the_same_network(bench):
    def weights():
        torch.manual_seed(3)
        return built(bench, as_member(bench, MEMBER, next(iter(bench.team)))).state_dict()

    first, again = weights(), weights()

    assert all(torch.equal(first[name], again[name]) for name in first)


@pytest.mark.parametrize("name", sorted(BENCHES))
def test_its_docstring_says_what_is_published(name):
    assert BENCHES[name].__doc__
