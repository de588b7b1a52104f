"""What the numbers themselves show: each trap planted, and its clean near-twin."""

import numpy as np
import pytest

from emofuse.audit import empty, lagged, normalized, random_features, selected, smoothed
from emofuse.audit.base import Evidence, Grade, NotLooked
from emofuse.core.clip import Clip
from emofuse.core.split import Split

PEOPLE, FILMS, WINDOWS, COLUMNS = 6, 3, 12, 40


def table(values, parts=None, **says):
    """Rows of people who each see films, cut into windows; `parts` says of each clip whether it is judged."""
    clips = [
        Clip(f"{who}-{film}-{w}", f"p{who}", ("calm", "fear", "anger")[film], {}, {"recording": f"{who}-{film}", "place": str(w)})
        for who in range(PEOPLE)
        for film in range(FILMS)
        for w in range(WINDOWS)
    ][: len(values)]
    judged = [parts(clip) for clip in clips] if parts else [clip.subject == "p0" for clip in clips]
    train, test = (tuple(clip for clip, j in zip(clips, judged, strict=True) if j == wanted) for wanted in (False, True))
    return Evidence("planted", tuple(clips), (Split("only", train, (), test),), features=values, says=says)


def by_window(clip):
    """Every third window is judged, whatever its recording."""
    return int(clip.facts["place"]) % 3 == 0


def real(generator, rows=PEOPLE * FILMS * WINDOWS, columns=COLUMNS):
    """Columns that go together and know people, as those of real features do."""
    sources = generator.normal(size=(rows, 4)) + np.repeat(generator.normal(size=(PEOPLE, 4)), rows // PEOPLE, axis=0)
    return (sources @ generator.normal(size=(4, columns)) + generator.normal(size=(rows, columns))) * 3 + 5


def chained(generator):
    """Half of each row is the row before it, within a recording."""
    own = generator.normal(size=(PEOPLE * FILMS, WINDOWS + 1, COLUMNS // 2))
    return np.concatenate([own[:, :-1], own[:, 1:]], axis=2).reshape(-1, COLUMNS)


def test_rows_that_carry_one_another_are_found_without_being_told_of_recordings(generator):
    planted = table(chained(generator), by_window)

    (found,) = lagged.look(planted)

    assert (found.trap, found.grade, found.count) == ("T4", Grade.INFLATED, PEOPLE * FILMS * WINDOWS // 3)
    judged, learnt = found.rows[1]
    assert judged.rsplit("-", 1)[0] == learnt.rsplit("-", 1)[0]
    assert abs(int(judged.rsplit("-", 1)[1]) - int(learnt.rsplit("-", 1)[1])) == 1


def test_rows_that_carry_one_another_within_a_part_raise_nothing(generator):
    assert lagged.look(table(chained(generator))) == []
    assert lagged.look(table(real(generator), by_window)) == []
    assert lagged.look(table(np.round(generator.random((216, COLUMNS)), 1), by_window)) == []  # few values, met everywhere


def test_a_large_table_is_looked_at_by_a_share_of_its_values(generator, monkeypatch):
    monkeypatch.setattr(lagged, "MOST", 5_000)

    (found,) = lagged.look(table(chained(generator), by_window))

    assert found.count > 40
    assert lagged.look(table(real(generator), by_window)) == []


def smooth(values, width):
    cut = values.reshape(PEOPLE * FILMS, WINDOWS, COLUMNS)
    wide = np.concatenate([np.repeat(cut[:, :1], width - 1, axis=1), cut], axis=1)
    return np.stack([wide[:, i : i + WINDOWS] for i in range(width)]).mean(axis=0).reshape(-1, COLUMNS)


def own_windows(generator):
    """Windows measured each on its own: a slow drift and noise."""
    drift = np.repeat(generator.normal(size=(PEOPLE * FILMS, 3, COLUMNS)), WINDOWS // 3, axis=1).reshape(-1, COLUMNS)
    return drift + generator.normal(size=drift.shape)


@pytest.mark.parametrize("width", [3, 5, 9])
def test_smoothed_windows_of_a_cut_recording_are_found(generator, width):
    (found,) = smoothed.look(table(smooth(own_windows(generator), width), by_window))

    assert (found.trap, found.grade, found.count) == ("T4", Grade.INFLATED, 72)
    judged, learnt = found.rows[0]
    assert judged.rsplit("-", 1)[0] == learnt.rsplit("-", 1)[0]


def test_smoothed_windows_whose_recording_stays_whole_raise_nothing(generator):
    assert smoothed.look(table(smooth(own_windows(generator), 5))) == []


def test_windows_that_merely_drift_are_not_taken_for_smoothed(generator):
    assert smoothed.look(table(own_windows(generator), by_window)) == []


def test_smoothing_needs_windows_that_follow_each_other(generator):
    with pytest.raises(NotLooked, match="recordings of several windows"):
        smoothed.look(table(real(generator)[:6], lambda clip: clip.id == "0-0-0"))


def standard(values, rows=slice(None)):
    return (values - values[rows].mean(axis=0)) / values[rows].std(axis=0)


def spanned(values, rows=slice(None)):
    low, high = values[rows].min(axis=0), values[rows].max(axis=0)
    return (values - low) / (high - low)


@pytest.mark.parametrize("scale", [standard, spanned, lambda v, rows=slice(None): 2 * spanned(v, rows) - 1], ids=["z", "0 to 1", "-1 to 1"])
def test_normalising_by_all_rows_is_found_and_by_train_alone_is_fine(generator, scale):
    values = real(generator)
    train = slice(WINDOWS * FILMS, None)  # all but the first person

    (found,) = normalized.look(table(scale(values)))

    assert (found.trap, found.grade, found.count, found.split) == ("T16", Grade.INFLATED, len(values), "only")
    assert normalized.look(table(scale(values, train))) == []
    assert normalized.look(table(values)) == []


def test_normalising_person_by_person_is_not_normalising_by_all(generator):
    values = np.concatenate([standard(part) for part in np.split(real(generator), PEOPLE)])

    assert normalized.look(table(values)) == []


def test_what_is_said_of_normalisation_counts(generator):
    assert [f.grade for f in normalized.look(Evidence("a paper", says={"normalized_on": "the entire dataset"}))] == [Grade.INFLATED]
    assert normalized.look(Evidence("a paper", says={"normalized_on": "train"})) == []
    with pytest.raises(NotLooked, match="normalized_on"):
        normalized.look(Evidence("a paper"))


def test_what_is_said_of_selection_counts():
    assert [(f.trap, f.grade) for f in selected.look(Evidence("a paper", says={"selected_on": "all"}))] == [("T16", Grade.INFLATED)]
    assert [f.grade for f in selected.look(Evidence("a paper", says={"reduced_on": "train+test"}))] == [Grade.INFLATED]
    assert selected.look(Evidence("a paper", says={"selected_on": "train"})) == []
    with pytest.raises(NotLooked, match="selected_on"):
        selected.look(Evidence("a paper"))


def test_one_tensor_for_many_clips_is_found(generator):
    values = real(generator)
    values[40:80] = values[0]

    (found,) = empty.look(table(values))

    assert (found.trap, found.grade, found.count) == ("T14", Grade.BROKEN, 41)
    assert ("0-0-0",) in found.rows


def test_the_modality_that_is_the_same_is_named(generator):
    values = np.concatenate([real(generator, columns=20), np.ones((216, 20))], axis=1)
    planted = table(values)
    planted = Evidence("planted", planted.clips, planted.splits, features=values, blocks={"audio": slice(0, 20), "eeg": slice(20, 40)})

    assert {f.title for f in empty.look(planted)} == {"the same eeg for many clips", "eeg does not change"}


def test_rows_without_numbers_are_named(generator):
    values = real(generator)
    values[3, 1] = np.nan
    values[7] = np.nan

    found = {f.title: f for f in empty.look(table(values))}

    assert found["features holds what is no number"].grade == Grade.BROKEN
    assert found["features holds what is no number"].rows == (("0-0-3",),)
    assert found["features is absent"].grade == Grade.FINE


def test_most_rows_absent_breaks_figures(generator):
    values = real(generator)
    values[50:] = np.nan

    assert [f.grade for f in empty.look(table(values))] == [Grade.BROKEN]


def test_features_that_hold_something_raise_nothing(generator):
    values = real(generator)
    values[5] = values[4]  # twins happen
    values[:, 3] = 0  # so does a column that never changes

    assert empty.look(table(values)) == []
    with pytest.raises(NotLooked):
        empty.look(Evidence("nothing"))


@pytest.mark.parametrize("draw", ["normal", "uniform"])
def test_random_numbers_in_the_place_of_features_are_found(generator, draw):
    (found,) = random_features.look(table(getattr(generator, draw)(size=(216, COLUMNS))))

    assert (found.trap, found.grade) == ("T14", Grade.BROKEN)


def test_only_the_random_modality_is_named(generator):
    values = np.concatenate([real(generator), generator.normal(size=(216, COLUMNS))], axis=1)
    clips = table(values)

    found = random_features.look(Evidence("planted", clips.clips, features=values, blocks={"audio": slice(0, 40), "eeg": slice(40, 80)}))

    assert [f.title for f in found] == ["eeg looks like random numbers"]


def test_features_that_go_together_or_know_people_are_not_random(generator):
    independent = generator.normal(size=(216, COLUMNS)) + np.repeat(generator.normal(size=(PEOPLE, COLUMNS)), 36, axis=0)
    whitened = np.linalg.svd(real(generator) - real(generator).mean(axis=0), full_matrices=False)[0]

    assert random_features.look(table(real(generator))) == []
    assert random_features.look(table(independent)) == []
    assert random_features.look(table(whitened)) == []


def test_few_rows_or_columns_cannot_be_told_from_chance(generator):
    with pytest.raises(NotLooked, match="at least"):
        random_features.look(table(generator.normal(size=(20, COLUMNS)), by_window))
