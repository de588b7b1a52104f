import torch

from emofuse.core.modality import Modality
from emofuse.fusions.low_rank import LowRank

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO


def test_it_is_the_product_with_the_whole_tensor_that_its_factors_make():
    """Liu et al. 2018, equations 2 and 4: the outer product of vectors with a one appended, times a weight tensor."""
    torch.manual_seed(0)
    fusion = LowRank({AUDIO: 3, VIDEO: 2}, classes=4, rank=3, width=5).double().eval()
    voice, face = torch.randn(6, 3).double(), torch.randn(6, 2).double()
    factors = {}
    for m, width in ((AUDIO, 3), (VIDEO, 2)):
        layer = fusion.factors[str(m)]
        factors[m] = torch.cat([layer.weight.T, layer.bias[None]]).reshape(width + 1, 3, 5)  # (D + 1, rank, width)
    whole = torch.einsum("arw,vrw,r->avw", factors[AUDIO], factors[VIDEO], fusion.ranks)
    ones = torch.ones(6, 1).double()
    fused = torch.einsum("ba,bv,avw->bw", torch.cat([voice, ones], 1), torch.cat([face, ones], 1), whole)

    there = torch.ones(6, dtype=torch.bool)
    output = fusion({AUDIO: voice[:, None], VIDEO: face[:, None]}, {AUDIO: there, VIDEO: there})

    torch.testing.assert_close(output.logits, fusion.head(fused))
