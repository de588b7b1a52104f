"""What many tests arrange: a seeded generator, toy clips and a recognizer that has learnt from them, the real data where there is any."""

from pathlib import Path

import numpy as np
import pytest

from emofuse.core.clip import Clip
from emofuse.corpora.toy import TOY

ROOT = Path(__file__).resolve().parents[1]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder with one folder a corpus")


@pytest.fixture
def generator() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture(scope="session")
def shared(request: pytest.FixtureRequest) -> Path:
    return _folder(request.config.getoption("--data"), "real data")


@pytest.fixture(scope="session")
def models(request: pytest.FixtureRequest) -> Path:
    return _folder(request.config.getoption("--data").parent / "models", "weights of others")


@pytest.fixture(scope="session")
def toy() -> tuple[Clip, ...]:
    """Clips of 1.5 s with all modalities, made up in memory."""
    return TOY.clips(Path())


@pytest.fixture(scope="session")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run that has learnt sound and faces of the toy corpus: cleo and dan were not learnt from."""
    from emofuse.experiment import train  # torch and Lightning take seconds to import, and most tests need neither

    out = tmp_path_factory.mktemp("toy") / "run"
    train("emofuse.recipes.toy:audio_video", {}, data=out.parent, out=out)
    return out


@pytest.fixture(scope="session")
def toy_recognizer(toy_run: Path):
    """A trained recognizer of sound and faces together: windows of 1 s every 250 ms."""
    from emofuse.run import load

    return load(toy_run)


@pytest.fixture(scope="session")
def small_bert(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as `save_pretrained` leaves it: a BERT of two layers that has learnt nothing, and a vocabulary of a few words."""
    return _small(tmp_path_factory.mktemp("small-bert"), "BertConfig", "BertModel", ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[CLS]", "[SEP]"))


@pytest.fixture(scope="session")
def small_roberta(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same of a RoBERTa: other marks, two of them between texts, and no kinds of pieces."""
    marks = ("<pad>", "<unk>", "<s>", "</s>", "<s>", "</s> </s>")
    return _small(tmp_path_factory.mktemp("small-roberta"), "RobertaConfig", "RobertaModel", marks)


def _small(folder: Path, config: str, model: str, marks: tuple[str, ...]) -> Path:
    import tokenizers
    import torch
    import transformers
    from tokenizers.processors import TemplateProcessing

    padding, unknown, first, last, before, between = marks
    words = [padding, unknown, first, last, *["ann", ":", "bob", "hello", "there", "what", "joy", "no", "why", ".", "!", "?"]]
    reader = tokenizers.Tokenizer(tokenizers.models.WordLevel({word: i for i, word in enumerate(words)}, unk_token=unknown))
    reader.normalizer = tokenizers.normalizers.Lowercase()
    reader.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    reader.post_processor = TemplateProcessing(
        single=f"{first} $A {last}", pair=f"{before} $A {between} $B {last}", special_tokens=[(first, 2), (last, 3)]
    )
    reader.save(str(folder / "tokenizer.json"))
    sizes = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24}
    more = {
        "vocab_size": len(words),
        "max_position_embeddings": 66,
        "pad_token_id": 0,
        "type_vocab_size": 2 if config.startswith("Bert") else 1,
    }
    torch.manual_seed(0)
    getattr(transformers, model)(getattr(transformers, config)(**sizes, **more)).save_pretrained(folder)
    return folder


def _folder(path: Path, what: str) -> Path:
    if not path.is_dir():
        pytest.skip(f"no {what} at {path}; name the data's folder with --data")
    return path
