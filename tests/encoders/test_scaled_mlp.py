import torch

from emofuse.encoders.scaled_mlp import ScaledMlp


def test_columns_of_any_size_are_answered_alike_once_it_has_adjusted():
    torch.manual_seed(0)
    x = torch.randn(50, 2, 3, generator=torch.Generator().manual_seed(1))
    encoder, other = ScaledMlp(3, (8, 4)).eval(), ScaledMlp(3, (8, 4)).eval()
    other.load_state_dict(encoder.state_dict())

    encoder.adjust(x)
    other.adjust(1_000 * x + 7)

    torch.testing.assert_close(other.early(1_000 * x + 7), encoder.early(x), rtol=1e-3, atol=1e-4)


def test_what_is_usual_travels_with_the_weights():
    x = 5 + 3 * torch.randn(50, 1, 3, generator=torch.Generator().manual_seed(1))
    encoder, other = ScaledMlp(3, (8, 4)).eval(), ScaledMlp(3, (8, 4)).eval()
    encoder.adjust(x)

    other.load_state_dict(encoder.state_dict())

    torch.testing.assert_close(other.early(x), encoder.early(x), rtol=0, atol=0)


def test_a_column_that_never_changes_is_not_blown_up():
    encoder = ScaledMlp(2, (4, 4)).eval()

    encoder.adjust(torch.ones(10, 1, 2))

    assert encoder.spread.tolist() == [1, 1]
    assert torch.isfinite(encoder.early(torch.ones(1, 1, 2) * 1.001)).all()
