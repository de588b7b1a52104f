from dataclasses import replace

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.corpora.toy import TOY
from emofuse.evaluation.card import card
from emofuse.evaluation.evaluate import judged

SAID = {
    "name": "voice",
    "recipe": "emofuse.recipes.toy:voice",
    "arguments": {"epochs": 1},
    "seed": 0,
    "parameters": 46_800,
    "window": 3_000,
    "hop": 1_000,
    "temperature": 1.2,
    "threshold": 0.1,
    "sha256": "abc",
    "commit": "1a2b3c4",
    "split": "official",
    "n_train": 10,
    "n_valid": 5,
    "n_test": 24,
}


def report(*, known=True, folds=False):
    clips = [
        Clip(f"{i:02d}", f"p{i % 4}" if known else None, TOY.labels[i % 4], {}, {"sex": "male" if i % 2 else "female"} if known else {})
        for i in range(48)
    ]
    probabilities = np.tile([0.7, 0.1, 0.1, 0.1], (48, 1))
    return judged(TOY.labels, clips, probabilities, folds=["a", "b"] * 24 if folds else None, resamples=50)


def test_a_card_says_what_it_learnt_from_how_well_it_does_on_whom_and_what_it_is_not_for():
    text = card(SAID, TOY, report(), {}, "Judges a voice.")

    for part in (
        "# voice",
        "Judges a voice.",
        "46,800",
        "3000 ms every 1000 ms",
        TOY.citation,
        f"**{TOY.license}**",
        "Trained on 10 clips, best epoch chosen on 5, judged on 24. 0 of 4 test people were also trained on.",
        "| accuracy | 0.250 |",
        "majority (always anger)",
        "expected calibration error",
        "| sex | female | 24 |",
        "By person, accuracy runs from",
        "must not decide",
    ):
        assert part in text
    assert "never seen" not in text


def test_a_card_of_weights_that_learnt_from_everything_says_whose_figures_it_shows():
    text = card({**SAID, "split": "everything", "window": None}, TOY, report(folds=True), {}, "")

    assert "those of 2 networks of the same recipe" in text
    assert "then learnt from all 10 clips" in text
    assert "Mean over 2 folds: accuracy 0.250, uar 0.250" in text
    assert "one face" in text


def test_a_card_says_how_it_does_on_what_it_has_never_seen():
    text = card(SAID, TOY, report(), {"emodb": report()}, "")

    assert "| emodb | 48 | 0.250 | 0.250 | 0.100 | 0.250 |" in text


@pytest.mark.parametrize("words", ["People unknown", "no figures by group can be given"])
def test_a_card_of_people_unknown_says_so(words):
    assert words in card(SAID, TOY, report(known=False), {}, "")


def test_a_card_of_a_text_run_says_what_it_looks_at_and_what_else_it_learnt_from():
    other = replace(TOY, name="comments", citation="Somebody 2020", license="free")

    text = card({**SAID, "window": None, "modalities": ["text"]}, TOY, report(), {}, "", beside=[other])

    assert "| window | one utterance, with the turns before it |" in text
    assert "comments: Somebody 2020\n\nLicence: **free**" in text


def test_a_card_says_when_nothing_was_chosen_and_what_it_has_not_met_at_all():
    elsewhere = {"goemotions test by Ekman": report(), "emodb": report()}

    text = card(SAID, TOY, report(), elsewhere, "", beside=[replace(TOY, name="goemotions train by Ekman")], chose=False)

    assert "last epoch kept, probabilities calibrated on 5, judged on 24" in text
    related, foreign = text.index("On other clips of what it has learnt from as well"), text.index("On what it has never seen")
    assert related < text.index("| goemotions test") < foreign < text.index("| emodb")
