import torch

from emofuse.core.modality import Modality
from emofuse.fusions.bottleneck import Bottleneck

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO


def told(layers):
    """How much the voice's own answer depends on the face."""
    torch.manual_seed(0)
    fusion = Bottleneck({AUDIO: 3, VIDEO: 2}, 4, layers=layers).eval()
    there = {m: torch.ones(2, dtype=torch.bool) for m in (AUDIO, VIDEO)}
    voice, face = torch.randn(2, 3, 3), torch.randn(2, 4, 2, requires_grad=True)
    fusion({AUDIO: voice, VIDEO: face}, there).members[AUDIO].sum().backward()
    return 0.0 if face.grad is None else float(face.grad.abs().sum())


def test_modalities_meet_in_the_tokens_and_only_from_the_second_layer_on():
    assert told(layers=1) == 0
    assert told(layers=2) > 0
