import torch

from emofuse.core.modality import Modality
from emofuse.fusions.gated import Gated

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO


def test_who_is_alone_passes_whole():
    fusion = Gated({AUDIO: 3, VIDEO: 2}, 4).eval()
    voice = torch.randn(5, 1, 3)

    output = fusion(
        {AUDIO: voice, VIDEO: torch.randn(5, 1, 2)}, {AUDIO: torch.ones(5, dtype=torch.bool), VIDEO: torch.zeros(5, dtype=torch.bool)}
    )

    torch.testing.assert_close(output.logits, fusion.head(fusion.hidden["audio"](voice[:, 0]).tanh()))
