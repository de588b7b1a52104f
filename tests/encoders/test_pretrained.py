"""On small models that the tests make; what is tested of the real one is that it is a model like these."""

import copy

import pytest
import torch

from emofuse.encoders.base.adapters import Adapted
from emofuse.encoders.base.words import longest
from emofuse.encoders.pretrained import Pretrained

FIRST, LAST, NO, WHY = 2, 3, 11, 12  # numbers of the small vocabulary


def made(folder, **settings):
    torch.manual_seed(0)
    return Pretrained(str(folder), **{"length": 12, "rank": 2, **settings}).eval()


def row(*ids, length=12, filler=0):
    return torch.tensor([*ids, *[filler] * (length - len(ids))], dtype=torch.float32)[None, None]


def learnt(encoder):
    return {name.split("model.")[-1] for name, _ in encoder.named_parameters()}


@pytest.fixture(params=["small_bert", "small_roberta"])
def folder(request):
    return request.getfixturevalue(request.param)


@torch.inference_mode()
def test_a_vector_an_utterance_comes_out(folder):
    encoder = made(folder)

    vectors = encoder.early(torch.cat([row(FIRST, NO, LAST), row(FIRST, WHY, NO, LAST)], dim=1))

    assert vectors.shape == (1, 2, 32)
    assert (encoder.mid_dim, encoder.dim) == (32, 32)
    assert not torch.allclose(vectors[0, 0], vectors[0, 1])


@torch.inference_mode()
def test_what_fills_a_row_up_changes_nothing(folder):
    encoder = made(folder)

    short, long = encoder.early(row(FIRST, NO, LAST, length=3)), encoder.early(row(FIRST, NO, LAST, length=12))

    torch.testing.assert_close(short, long)


@torch.inference_mode()
def test_turns_before_count_without_being_averaged_into_the_utterance(small_bert):
    mean = made(small_bert, pool="mean")
    alone, turns = row(FIRST, NO, LAST), row(FIRST, NO, LAST, WHY, LAST)

    hidden = mean.model(
        input_ids=turns[0, :, :5].long(), attention_mask=torch.ones(1, 5, dtype=torch.long), token_type_ids=torch.tensor([[0, 0, 0, 1, 1]])
    ).last_hidden_state

    torch.testing.assert_close(mean.early(turns)[0], hidden[:, :3].mean(dim=1))
    assert not torch.allclose(mean.early(turns), mean.early(alone), atol=1e-4)


@torch.inference_mode()
def test_an_utterance_is_its_first_piece_or_the_mean_of_its_pieces_or_both(folder):
    x = row(FIRST, NO, WHY, LAST)

    first, mean, both = (made(folder, pool=pool).early(x) for pool in ("first", "mean", "both"))

    torch.testing.assert_close(torch.cat([first, mean], dim=2), both)


def test_adapters_alone_are_learnt_and_kept_and_the_rest_is_named_by_its_hash(small_bert):
    encoder = made(small_bert)

    assert {name.rsplit(".", 1)[1] for name in learnt(encoder)} == {"down", "up"}
    assert set(encoder.state_dict()) == {name for name, _ in encoder.named_parameters()}
    assert len(learnt(encoder)) == 2 * 2 * 6
    assert len(encoder.rests_on) == 64
    assert encoder.rests_on == made(small_bert, rank=4).rests_on


def test_another_model_has_another_hash(small_bert, small_roberta):
    assert made(small_bert).rests_on != made(small_roberta).rests_on


def test_a_model_that_is_learnt_whole_is_kept_whole(folder):
    encoder = made(folder, layers=None)

    assert encoder.rests_on == ""
    assert {name for name, _ in encoder.named_parameters()} <= set(encoder.state_dict())
    assert any("word_embeddings" in name for name in learnt(encoder))


def test_its_last_layers_are_learnt_and_the_others_are_not(folder):
    encoder = made(folder, layers=1, rank=0)

    assert learnt(encoder)
    assert all(name.startswith("encoder.layer.1.") for name in learnt(encoder))


def test_adapters_stand_beside_the_layers_that_are_not_learnt_only(small_bert):
    encoder = made(small_bert, layers=1, rank=2)

    assert {name.rsplit(".", 1)[1] for name in learnt(encoder) if name.startswith("encoder.layer.0.")} == {"down", "up"}
    assert not [name for name in learnt(encoder) if name.startswith("encoder.layer.1.") and name.endswith((".down", ".up"))]


@torch.inference_mode()
def test_before_anything_is_learnt_it_says_what_the_model_says(small_bert):
    x = row(FIRST, NO, WHY, LAST)

    torch.testing.assert_close(made(small_bert).early(x), made(small_bert, layers=None).early(x), atol=2e-2, rtol=0)


def test_everything_that_is_learnt_learns_from_the_first_step(folder):
    encoder = made(folder).train()
    x = torch.cat([row(FIRST, NO, LAST, WHY, LAST), row(FIRST, WHY, NO, LAST)])

    (encoder.early(x) * torch.randn(2, 1, 32, generator=torch.Generator().manual_seed(1))).sum().backward()

    assert [name for name, p in encoder.named_parameters() if p.grad is None or not p.grad.any()] == []


@torch.inference_mode()
def test_settled_it_says_the_same_without_adapters(small_bert):
    encoder, x = made(small_bert), row(FIRST, NO, WHY, LAST)
    for p in encoder.parameters():
        p.copy_(torch.randn(p.shape, generator=torch.Generator().manual_seed(2)) / 8)
    before = encoder.early(x)

    settled = encoder.settled()

    torch.testing.assert_close(settled.early(x), before, atol=1e-5, rtol=1e-4)
    assert not any(isinstance(module, Adapted) for module in settled.modules())
    torch.testing.assert_close(encoder.early(x), before)


@torch.inference_mode()
def test_a_copy_keeps_what_rests(small_bert):
    encoder, x = made(small_bert), row(FIRST, NO, WHY, LAST)

    torch.testing.assert_close(copy.deepcopy(encoder).early(x), encoder.early(x))


def test_other_families_ways_to_pool_and_layers_are_refused(small_bert):
    with pytest.raises(ValueError, match="not 'smell' and 'both'"):
        made(small_bert, family="smell")
    with pytest.raises(ValueError, match="not 'text' and 'last'"):
        made(small_bert, pool="last")
    with pytest.raises(ValueError, match="has 2 layers; 3 of them"):
        made(small_bert, layers=3)


def test_the_longest_row_decides_and_one_column_is_left():
    assert longest(torch.tensor([[1, 0, 0], [1, 2, 0]]), 0) == 2
    assert longest(torch.zeros(2, 3), 0) == 1
