import torch

from emofuse.core.modality import Modality
from emofuse.fusions.hybrid import Hybrid

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO


def asked(fusion, voice=True, face=True):
    late = {AUDIO: torch.randn(3, 2, 5, generator=torch.Generator().manual_seed(0)), VIDEO: torch.ones(3, 4, 6)}
    return fusion(late, {AUDIO: torch.full((3,), voice), VIDEO: torch.full((3,), face)})


def test_the_answer_is_the_mean_of_what_the_heads_say():
    output = asked(Hybrid({AUDIO: 5, VIDEO: 6}, 4).eval())

    mean = (output.members[AUDIO].softmax(1) + output.members[VIDEO].softmax(1)) / 2
    torch.testing.assert_close(output.logits.exp(), mean)


def test_heads_count_by_their_weights():
    output = asked(Hybrid({AUDIO: 5, VIDEO: 6}, 4, weights={AUDIO: 3.0, VIDEO: 1.0}).eval())

    torch.testing.assert_close(output.logits.exp(), 0.75 * output.members[AUDIO].softmax(1) + 0.25 * output.members[VIDEO].softmax(1))


def test_the_head_of_who_is_absent_is_not_asked():
    output = asked(Hybrid({AUDIO: 5, VIDEO: 6}, 4).eval(), face=False)

    torch.testing.assert_close(output.logits.exp(), output.members[AUDIO].softmax(1))


def test_the_loss_is_that_of_the_summed_scores():
    fusion = Hybrid({AUDIO: 5, VIDEO: 6}, 4).eval()
    output, target = asked(fusion), torch.eye(4)[:3]

    summed = output.members[AUDIO].softmax(1) + output.members[VIDEO].softmax(1)
    torch.testing.assert_close(fusion.loss(output, target), -(target * (summed / 2).log()).sum(1).mean())
