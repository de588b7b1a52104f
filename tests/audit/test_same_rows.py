from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from emofuse.audit.base import Evidence, Grade, NotLooked
from emofuse.audit.same_rows import equal_rows, look, near_rows
from emofuse.core.clip import Clip, Signal, Source
from emofuse.core.modality import Modality
from emofuse.core.split import Split


def clips(count: int, people: int = 5) -> tuple[Clip, ...]:
    return tuple(Clip(f"{i:04d}", f"p{i % people}", "fear", {}) for i in range(count))


def made(generator: np.random.Generator, rows: int = 600, columns: int = 40, dimensions: int = 8) -> np.ndarray:
    """Rows that lie near a few dimensions, as features do."""
    lying = generator.normal(size=(rows, dimensions)) @ generator.normal(size=(dimensions, columns))
    return lying + 0.1 * generator.normal(size=lying.shape)


def halves(rows: tuple[Clip, ...]) -> Split:
    """Odd people are learnt from, even ones are judged."""
    return Split("s", tuple(c for c in rows if int(c.subject[1]) % 2), (), tuple(c for c in rows if not int(c.subject[1]) % 2))


def test_rows_that_are_their_own_raise_nothing(generator):
    rows = clips(600)

    assert look(Evidence("x", rows, (halves(rows),), features=made(generator))) == []


def test_the_same_row_under_another_person_is_broken(generator):
    rows, values = clips(600), made(generator)
    values[7] = values[1]  # p2 and p1

    found = look(Evidence("x", rows, features=values))

    assert [(f.grade, f.rows) for f in found] == [(Grade.BROKEN, (("0001", "0007"),))]


def test_equal_rows_across_parts_are_named(generator):
    rows, values = clips(600), made(generator)
    values[[0, 5]] = values[[101, 106]]  # p0 is judged, p1 was learnt from

    across, people = look(Evidence("x", rows, (halves(rows),), features=values))

    assert (across.grade, set(across.rows)) == (Grade.INFLATED, {("0000", "0101"), ("0005", "0106")})
    assert people.grade == Grade.BROKEN


@pytest.mark.parametrize("noise", [1e-6, 0.01, 0.03])
def test_rows_with_a_little_noise_are_found(generator, noise):
    values = made(generator)
    values[:20] = values[300:320] + noise * values.std(axis=0) * generator.normal(size=(20, 40))

    found = {tuple(sorted(pair)) for pair in near_rows(values)}

    assert found == {(i, i + 300) for i in range(20)}


def test_a_table_that_was_multiplied_by_noise_is_seen_through(generator):
    values = made(generator, rows=300)
    values = np.concatenate([values + 0.01 * values.std(axis=0) * generator.normal(size=values.shape) for _ in range(4)])

    found = {tuple(sorted(pair)) for pair in near_rows(values)}

    assert found == {(i + 300 * a, i + 300 * b) for i in range(300) for a in range(4) for b in range(a + 1, 4)}


def test_neighbours_in_time_are_not_copies(generator):
    walks = np.concatenate([np.cumsum(generator.normal(size=(200, 40)), axis=0) for _ in range(5)])

    assert list(near_rows(walks)) == []


def test_columns_of_any_scale_with_holes_and_outliers_are_compared_alike(generator):
    values = made(generator) * 10.0 ** generator.integers(-6, 6, size=40)
    values[5, 3], values[9, 1] = np.nan, 1e300
    values[11] = values[400] * (1 + 1e-7)

    assert [tuple(sorted(pair)) for pair in near_rows(values)] == [(11, 400)]


def test_minus_zero_is_zero_and_a_constant_row_is_no_copy():
    values = np.array([[0.0, 1.0], [-0.0, 1.0], [2.0, 2.0], [2.0, 2.0], [np.nan, 3.0], [np.nan, 3.0]])

    assert equal_rows(values) == [[0, 1]]


def test_modalities_are_looked_at_by_themselves(generator):
    rows, values = clips(600), np.hstack([made(generator), made(generator)])
    values[6, 40:] = values[1, 40:]  # the second modality alone, and of one person

    (finding,) = look(Evidence("x", rows, features=values, blocks={"audio": slice(0, 40), "eeg": slice(40, 80)}))

    assert (finding.grade, finding.rows) == (Grade.FINE, (("0001", "0006"),))


def test_equal_words_are_no_copies(generator):
    values = made(generator)
    values[7] = values[1]

    told = replace(clips(1)[0], sources={Modality.TEXT: Source(Path(), lambda path: Signal(values, 1.0))})

    for evidence in (
        Evidence("x", clips(600), features=values, blocks={"text": slice(0, 40)}),
        Evidence("x", tuple(replace(told, id=str(i)) for i in range(600)), features=values),
    ):
        with pytest.raises(NotLooked, match="text"):
            look(evidence)


def test_without_features_nothing_is_claimed():
    with pytest.raises(NotLooked):
        look(Evidence("x", clips(3)))


def test_codes_are_too_few_to_tell_rows_by(generator):
    with pytest.raises(NotLooked, match="columns"):
        look(Evidence("x", clips(600), features=generator.integers(0, 3, size=(600, 40)).astype(float)))


@pytest.mark.corpus
def test_the_people_of_gameemo_are_there_twice(shared):
    import pandas

    table = pandas.read_csv(shared / "gameemo" / "eeg_bandpower_features_windowed_12.0_0.0.csv")
    values = table.filter(like="_Power").to_numpy()
    names = table["SUBJECT"].to_numpy()
    rows = tuple(Clip(str(i), str(who), None, {}) for i, who in enumerate(names))

    (finding,) = look(Evidence("gameemo", rows, features=values))

    assert finding.grade == Grade.BROKEN
    assert {abs(int(names[int(a)]) - int(names[int(b)])) for a, b in (group[:2] for group in finding.rows)} == {14}


@pytest.mark.slow
def test_a_hundred_thousand_rows_take_less_than_a_minute_of_one_core(generator):
    from time import process_time

    values = made(generator, rows=100_000, columns=200, dimensions=20).astype(np.float32)
    values[:50] = values[50_000:50_050] * np.float32(1.0001)
    began = process_time()

    found = {tuple(sorted(pair)) for pair in near_rows(values)}

    assert found == {(i, i + 50_000) for i in range(50)}
    assert process_time() - began < 60
