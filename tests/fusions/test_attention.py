"""The three fusions of Chumachenko, Iosifidis and Gabbouj 2022: what passes between modalities, and what does not."""

import pytest
import torch

from emofuse.core.modality import Modality
from emofuse.fusions.base import Attention, CrossBlock
from emofuse.fusions.intermediate_attention import IntermediateAttention
from emofuse.fusions.intermediate_transformer import IntermediateTransformer
from emofuse.fusions.late_transformer import LateTransformer

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO
HALFWAY = {AUDIO: 128, VIDEO: 64}  # their widths at the seam, and behind it
BEHIND = {AUDIO: 128, VIDEO: 128}


def steps(generator=0):
    draw = torch.Generator().manual_seed(generator)
    return {AUDIO: torch.randn(3, 9, 128, generator=draw), VIDEO: torch.randn(3, 5, 64, generator=draw)}


def there(voice=True, face=True):
    return {AUDIO: torch.full((3,), voice), VIDEO: torch.full((3,), face)}


@pytest.mark.parametrize("heads", [1, 4])
def test_attention_is_that_of_torch(heads):
    ours = Attention(queries=8, keys=8, heads=heads)
    theirs = torch.nn.MultiheadAttention(8, heads, bias=False, batch_first=True)
    with torch.no_grad():
        theirs.in_proj_weight[:8], theirs.in_proj_weight[8:16] = ours.query.weight, ours.key.weight
    looking, seen = torch.randn(2, 3, 8), torch.randn(2, 5, 8)

    _, weights = theirs(looking, seen, seen, average_attn_weights=False)

    torch.testing.assert_close(ours(looking, seen), weights)


def test_heads_that_do_not_divide_the_width_are_refused():
    with pytest.raises(ValueError, match="3 heads cannot share a width of 8"):
        Attention(queries=8, keys=8, heads=3)


def test_importance_scales_steps_and_is_one_on_average():
    fusion = IntermediateAttention(BEHIND, 8, mid_dims=HALFWAY, heads=4)
    early = steps()

    mixed = fusion.mix(early, there())

    for m in early:
        scale = mixed[m] / early[m]  # (B, T, D)
        torch.testing.assert_close(scale, scale[:, :, :1].expand_as(scale), rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(scale[:, :, 0].mean(dim=1), torch.ones(3), rtol=1e-4, atol=1e-4)
        assert scale.std() > 0


@pytest.mark.parametrize("kind", [IntermediateAttention, IntermediateTransformer])
def test_half_way_who_is_alone_stays_as_it_is(kind):
    early = steps()

    mixed = kind(BEHIND, 8, mid_dims=HALFWAY).mix(early, there(face=False))

    torch.testing.assert_close(mixed[AUDIO], early[AUDIO])


def test_at_the_end_who_is_alone_is_pooled_as_it_is():
    fusion = LateTransformer({AUDIO: 128, VIDEO: 64}, 8)
    late = steps()

    output = fusion(late, there(face=False))

    vector = torch.cat([late[AUDIO].mean(1), torch.zeros(3, 64), torch.tensor([[1.0, 0.0]]).expand(3, -1)], dim=1)
    torch.testing.assert_close(output.logits, fusion.head(vector))


def test_a_block_has_as_many_parameters_as_theirs():
    """Queries, keys and values without bias, an output layer, a network of twice the width, three norms, counted by hand."""
    block = CrossBlock(queries=128, keys=64, heads=1)

    attention = 128 * 128 + 2 * 64 * 128 + 128 * 128 + 128
    network = 128 * 256 + 256 + 256 * 128 + 128
    assert sum(p.numel() for p in block.parameters()) == attention + network + 2 * 128 + 2 * 64 + 2 * 128
