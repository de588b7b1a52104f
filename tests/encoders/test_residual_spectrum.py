import pytest
import torch

from emofuse.encoders.residual_spectrum import ResidualSpectrum


@pytest.fixture
def spectra():
    return torch.randn(2, 100, 80, generator=torch.Generator().manual_seed(0)) * 15 - 40


def test_of_a_long_spectrum_only_the_middle_is_heard_where_that_is_asked_for(spectra):
    encoder = ResidualSpectrum(frames=60).eval()

    whole, middle = encoder.early(spectra), encoder.early(spectra[:, 20:80])

    assert torch.equal(whole, middle)
    assert whole.shape[1] == 4  # a step is sixteen frames


def test_all_of_a_spectrum_is_heard_otherwise(spectra):
    assert ResidualSpectrum().eval().early(spectra).shape[1] == 7


def test_how_much_is_heard_is_no_part_of_the_weights():
    assert list(ResidualSpectrum(frames=60).state_dict()) == list(ResidualSpectrum().state_dict())
