"""What is promised for one feature, tested for all, on toy clips, on silence and on a single sample."""

import dataclasses
import inspect
import pickle

import numpy as np
import pytest

from emofuse import catalog
from emofuse.core.clip import Signal
from emofuse.features.base import key

FEATURES = {
    f"{name}.{cls.__name__}": cls
    for name in catalog.names("features")
    for cls in vars(catalog.module("features", name)).values()
    if inspect.isclass(cls) and cls.__module__ == f"emofuse.features.{name}" and "__call__" in vars(cls) and hasattr(cls, "modality")
}
NAMES = sorted(FEATURES)


@pytest.fixture
def feature(request):
    return FEATURES[request.param]()


@pytest.fixture
def signal(feature, toy):
    return toy[0].signal(feature.modality)


def another(value):
    """A value of the same kind that is not the same."""
    return value + type(value)(1) if isinstance(value, int | float) else f"{value}?"


def test_there_are_features():
    assert NAMES


@pytest.mark.parametrize("feature", NAMES, indirect=True)
def test_numbers_come_out_with_time_first(feature, signal):
    numbers = feature(signal)

    assert numbers.dtype == np.float32
    assert numbers.ndim >= 2
    assert len(numbers) >= 1
    assert np.isfinite(numbers).all()


@pytest.mark.parametrize("feature", NAMES, indirect=True)
def test_twice_as_long_a_signal_gives_about_twice_as_many_steps_of_the_same_shape(feature, signal):
    long = dataclasses.replace(signal, values=np.concatenate([signal.values] * 4))

    once, four_times = feature(signal), feature(long)

    assert four_times.shape[1:] == once.shape[1:]
    assert len(four_times) == pytest.approx(4 * len(once), abs=4)


@pytest.mark.parametrize("feature", NAMES, indirect=True)
def test_the_same_signal_gives_the_same_numbers_and_is_left_as_it_was(feature, signal):
    before = signal.values.copy()

    once, again = feature(signal), feature(signal)

    np.testing.assert_array_equal(once, again)
    np.testing.assert_array_equal(signal.values, before)


@pytest.mark.parametrize("feature", NAMES, indirect=True)
def test_it_travels_between_processes(feature, signal):
    travelled = pickle.loads(pickle.dumps(feature))

    assert travelled == feature
    np.testing.assert_array_equal(travelled(signal), feature(signal))


@pytest.mark.parametrize("feature", NAMES, indirect=True)
def test_the_key_names_every_parameter(feature):
    names = [field.name for field in dataclasses.fields(feature)]

    keys = {name: key(dataclasses.replace(feature, **{name: another(getattr(feature, name))})) for name in names}

    assert len({key(feature), *keys.values()}) == len(names) + 1
    assert key(feature) == key(type(feature)())


@pytest.mark.parametrize("feature", NAMES, indirect=True)
def test_it_cannot_be_changed(feature):
    with pytest.raises(dataclasses.FrozenInstanceError):
        feature.modality = None


@pytest.mark.parametrize("count", [1, 1_000])
@pytest.mark.parametrize("feature", NAMES, indirect=True)
def test_silence_and_a_single_sample_give_numbers_too(feature, signal, count):
    nothing = Signal(np.zeros((count, *signal.values.shape[1:]), dtype=signal.values.dtype), signal.rate)

    numbers = feature(nothing)

    assert len(numbers) >= 1
    assert np.isfinite(numbers).all()


@pytest.mark.parametrize("feature", NAMES, indirect=True)
def test_a_signal_that_it_does_not_take_is_refused(feature, signal):
    with pytest.raises(ValueError, match="takes"):
        feature(dataclasses.replace(signal, values=signal.values[..., None]))
