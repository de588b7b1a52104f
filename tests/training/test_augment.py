import numpy as np
import pytest
import torch

from emofuse.core.modality import Modality
from emofuse.network import Batch
from emofuse.training.augment import chained, covered_faces, heard_otherwise, masked_spectrum, mixed, moved_faces, relit_faces

AUDIO, VIDEO = Modality.AUDIO, Modality.VIDEO
ROWS, CLASSES = 16, 4


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def faces():
    """Smooth faces of 48x48, one a clip, with a mean of about 0."""
    y, x = torch.meshgrid(torch.linspace(-1, 1, 48), torch.linspace(-1, 1, 48), indexing="ij")
    pictures = torch.stack([x + 0.1 * i * y for i in range(ROWS)])[:, None]
    return Batch({VIDEO: pictures}, {VIDEO: torch.ones(ROWS, dtype=torch.bool)}, torch.eye(CLASSES)[torch.arange(ROWS) % CLASSES])


@pytest.fixture
def spectra():
    """Decibels, from -80 to about 0."""
    values = torch.rand(ROWS, 100, 80, generator=seeded(9)) * 80 - 80
    return Batch({AUDIO: values}, {AUDIO: torch.ones(ROWS, dtype=torch.bool)}, torch.eye(CLASSES)[torch.arange(ROWS) % CLASSES])


VISUAL = {"moved": moved_faces(), "relit": relit_faces(), "covered": covered_faces(), "mixed": mixed()}
AUDIBLE = {"heard otherwise": heard_otherwise(frames=60), "masked": masked_spectrum(), "mixed": mixed()}
EVERY = [("faces", step) for step in VISUAL.values()] + [("spectra", step) for step in AUDIBLE.values()]
NAMES = [*(f"faces {name}" for name in VISUAL), *(f"spectra {name}" for name in AUDIBLE)]


@pytest.mark.parametrize(("kind", "step"), EVERY, ids=NAMES)
def test_the_same_generator_does_the_same_and_another_does_not(kind, step, request):
    batch = request.getfixturevalue(kind)
    (m,) = batch.inputs

    once, again, other = (step(batch, seeded(seed)).inputs[m] for seed in (1, 1, 2))

    assert once.equal(again)
    assert not once.equal(other)


@pytest.mark.parametrize(("kind", "step"), EVERY, ids=NAMES)
def test_the_batch_that_was_given_is_left_as_it_was(kind, step, request):
    batch = request.getfixturevalue(kind)
    (m,) = batch.inputs
    inputs, target = batch.inputs[m].clone(), batch.target.clone()

    made = step(batch, seeded())

    assert batch.inputs[m].equal(inputs)
    assert batch.target.equal(target)
    assert len(made) == len(batch)
    assert torch.isfinite(made.inputs[m]).all()


def test_a_face_that_is_only_mirrored_is_itself_or_its_mirror_image(faces):
    made = moved_faces(degrees=0, scale=0, shift=0)(faces, seeded()).inputs[VIDEO]

    kept = [torch.allclose(a, b, atol=1e-4) for a, b in zip(made, faces.inputs[VIDEO], strict=True)]
    mirrored = [torch.allclose(a, b.flip(-1), atol=1e-4) for a, b in zip(made, faces.inputs[VIDEO], strict=True)]
    assert all(a != b for a, b in zip(kept, mirrored, strict=True))
    assert 0 < sum(mirrored) < ROWS


def test_moved_faces_may_be_cropped_at_the_same_scale(faces):
    made = moved_faces(degrees=0, scale=0, shift=0, crop=40)(faces, seeded()).inputs[VIDEO]

    middle = faces.inputs[VIDEO][..., 4:44, 4:44]
    assert made.shape == (ROWS, 1, 40, 40)
    for a, b in zip(made, middle, strict=True):
        assert torch.allclose(a, b, atol=1e-4) or torch.allclose(a, b.flip(-1), atol=1e-4)


def test_light_is_a_gain_and_an_offset_within_their_ranges(faces):
    made = relit_faces(contrast=0.2, brightness=0.3)(faces, seeded()).inputs[VIDEO]

    for before, after in zip(faces.inputs[VIDEO].flatten(1).numpy(), made.flatten(1).numpy(), strict=True):
        gain, offset = np.polyfit(before, after, 1)
        assert 0.8 <= gain <= 1.2
        assert abs(offset) <= 0.3 + 1e-4
        np.testing.assert_allclose(after, gain * before + offset, atol=1e-4)


def test_a_share_of_the_faces_is_covered_by_one_rectangle_of_zeros():
    faces = Batch({VIDEO: torch.ones(400, 1, 48, 48)}, {VIDEO: torch.ones(400, dtype=torch.bool)})

    made = covered_faces(share=0.5, largest=20)(faces, seeded()).inputs[VIDEO][:, 0]

    hidden = made == 0
    assert 100 < int(hidden.any(dim=(1, 2)).sum()) < 220  # of the half that are covered some fall between two pixels
    for mask in hidden[hidden.any(dim=(1, 2))][:20]:
        rows, columns = mask.any(dim=1), mask.any(dim=0)
        assert mask.equal(rows[:, None] & columns[None])
        assert max(int(rows.sum()), int(columns.sum())) <= 20


def test_mixed_examples_are_a_blend_of_two_and_so_are_their_targets(faces):
    made = mixed(strength=1.0)(faces, seeded(3))

    x, y = faces.inputs[VIDEO], faces.target
    np.testing.assert_allclose(made.target.sum(dim=1), 1, atol=1e-6)
    for i in range(ROWS):
        weights = [(j, _weight(made.inputs[VIDEO][i], x[i], x[j])) for j in range(ROWS) if j != i]
        assert i == _whole(made, x, i) or any(_fits(made, x, y, i, j, weight) for j, weight in weights), f"row {i} is no blend of two"


def _whole(made, x, i):
    """The row itself, where it was blended with itself."""
    return i if torch.allclose(made.inputs[VIDEO][i], x[i], atol=1e-5) else None


def _weight(blend, a, b):
    difference = (a - b).flatten()
    return float((blend - b).flatten() @ difference / (difference @ difference))


def _fits(made, x, y, i, j, weight):
    inputs = torch.allclose(made.inputs[VIDEO][i], weight * x[i] + (1 - weight) * x[j], atol=1e-4)
    return inputs and torch.allclose(made.target[i], weight * y[i] + (1 - weight) * y[j], atol=1e-3)


def test_a_share_of_batches_is_not_mixed(faces):
    generator = seeded()

    untouched = sum(mixed(strength=1.0, share=0.5)(faces, generator) is faces for _ in range(100))

    assert 30 < untouched < 70


def test_a_blend_with_somebody_who_lacks_a_modality_lacks_it_too(faces):
    faces.present[VIDEO][::2] = False

    made = mixed(strength=1.0)(faces, seeded())

    assert not made.present[VIDEO][::2].any()
    assert int(made.present[VIDEO].sum()) < ROWS // 2


def test_a_cut_elsewhere_in_time_keeps_the_frames_that_were_asked_for(spectra):
    same_room = heard_otherwise(frames=60, jitter=10, noise=(300, 300), colour=0.0, warp=0.0, shift=0.0)

    made = same_room(spectra, seeded()).inputs[AUDIO]

    assert made.shape == (ROWS, 60, 80)
    starts = []
    for before, after in zip(spectra.inputs[AUDIO], made, strict=True):
        starts += [start for start in range(41) if torch.allclose(before[start : start + 60], after, atol=0.1)]
    assert len(starts) == ROWS
    assert set(starts) <= set(range(10, 31))
    assert len(set(starts)) > 3


def test_noise_lifts_what_is_quiet_and_leaves_what_is_loud(spectra):
    noisy = heard_otherwise(frames=100, jitter=0, noise=(40, 40), colour=0.0, warp=0.0, shift=0.0)

    made = noisy(spectra, seeded()).inputs[AUDIO]

    loudest = spectra.inputs[AUDIO].amax(dim=(1, 2))
    assert (made.amin(dim=(1, 2)) >= loudest - 40 - 1e-3).all()
    np.testing.assert_allclose(made.amax(dim=(1, 2)), loudest, atol=0.01)


def test_masks_hide_at_most_their_share_behind_the_mean(spectra):
    made = masked_spectrum(masks=1, bands=0.2, frames=0.1)(spectra, seeded()).inputs[AUDIO]

    floor = spectra.inputs[AUDIO].amax(dim=(1, 2), keepdim=True) - 60
    heard = torch.maximum(spectra.inputs[AUDIO], floor)
    hidden = (made - heard).abs() > 1e-4
    assert hidden.any()
    for row, mask in zip(heard, hidden, strict=True):
        frames, bands = mask.float().mean(dim=1) > 0.9, mask.float().mean(dim=0) > 0.9
        assert float(frames.float().mean()) <= 0.1 + 0.01
        assert float(bands.float().mean()) <= 0.2 + 0.0125
        assert mask.equal((frames[:, None] | bands[None]) & ((row - row.mean()).abs() > 1e-4))


def test_steps_are_taken_one_after_the_other(faces):
    def twice(batch, generator):
        return Batch({VIDEO: 2 * batch.inputs[VIDEO]}, batch.present, batch.target)

    def one_more(batch, generator):
        return Batch({VIDEO: batch.inputs[VIDEO] + 1}, batch.present, batch.target)

    made = chained(twice, one_more)(faces, seeded())

    assert made.inputs[VIDEO].equal(2 * faces.inputs[VIDEO] + 1)
