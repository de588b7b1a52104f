from emofuse.core.modality import Modality


def test_a_modality_is_a_word():
    assert [f"{m}" for m in Modality] == ["audio", "video", "text", "eeg"]
    assert Modality("eeg") is Modality.EEG
