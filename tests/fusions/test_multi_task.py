import pytest
import torch
from torch.nn import functional as F

from emofuse.core.modality import Modality
from emofuse.fusions.multi_task import MultiTask

AUDIO, EEG = Modality.AUDIO, Modality.EEG


@pytest.mark.parametrize("auxiliary", [0.0, 0.5])
def test_tasks_are_taught_beside_the_head_as_much_as_is_asked(auxiliary):
    fusion = MultiTask({AUDIO: 5, EEG: 6}, 3, auxiliary=auxiliary)
    there = torch.ones(4, dtype=torch.bool)
    output = fusion({AUDIO: torch.randn(4, 1, 5), EEG: torch.randn(4, 1, 6)}, {AUDIO: there, EEG: there})
    target = torch.eye(3)[[0, 1, 2, 0]]

    tasks = (F.cross_entropy(output.members[AUDIO], target) + F.cross_entropy(output.members[EEG], target)) / 2
    torch.testing.assert_close(fusion.loss(output, target), F.cross_entropy(output.logits, target) + auxiliary * tasks)
