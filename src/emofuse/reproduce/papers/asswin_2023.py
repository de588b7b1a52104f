"""Asswin and others 2023, "Multimodal emotion fusion": MELD's text, sound and picture, each by a pretrained model, and their average."""

from collections.abc import Sequence
from pathlib import Path

from emofuse.core.clip import Clip
from emofuse.corpora.meld import MELD
from emofuse.recipes.asswin import SETTINGS, speakers
from emofuse.recipes.meld import HAND, SOUND, TEXT, TOO_LONG
from emofuse.reproduce.averaged import Averaged
from emofuse.reproduce.base import OTHER_DATA, Claim, Row, Way
from emofuse.reproduce.watched import Watched
from emofuse.reproduce.ways import PartOf, Trained
from emofuse.reproduce.weighed import Weighed

PAPER = "asswin_2023"
TEST, VALID = 4_807, 1_112  # as table 1 has them; MELD's parts are of 2,610 and 1,109 utterances
MODELS = {"bert": ("BERT-base", "google-bert/bert-base-uncased"), "roberta": ("RoBERTa-base", "FacebookAI/roberta-base")}
TABLES = {"bert": ("table 3", "table 2"), "roberta": ("table 5", "table 4")}  # test, validation
FIGURES = {
    "bert-8": (0.6145, 0.6325, 0.6355, 0.6517),
    "bert-16": (0.5983, 0.6344, 0.6082, 0.6411),
    "bert-32": (0.6204, 0.6475, 0.5978, 0.6281),
    "roberta-8": (0.6240, 0.6464, 0.6147, 0.6411),
    "roberta-16": (0.6296, 0.6548, 0.6153, 0.6436),
    "roberta-32": (0.6215, 0.6517, 0.6073, 0.6406),
}
"""Weighted F1 and "weighted accuracy" on test, weighted F1 and accuracy on validation."""
PRECISION = {
    "bert-8": 0.6261, "bert-16": 0.5937, "bert-32": 0.5751, "roberta-8": 0.6178, "roberta-16": 0.5922, "roberta-32": 0.5873,
}  # fmt: skip
"""On validation; weighted, as its recall is the accuracy."""
BEST = ("bert-32", "roberta-16")  # by the paper's own F1 on test: taught by person, too

PROTOCOL = "fine-tuned whole, 3 epochs, weight decay .01; the official parts share the six friends"
OFFICIAL = "train learnt from, test's 2,610 utterances judged; last of 3 epochs"
WATCHED = "train learnt from, dev's 1,109 utterances judged, on which nothing is chosen; last of 3 epochs"
BY_FRIENDS = "test by networks that learnt from none of its speakers: three folds, two friends and a third of the guests in each"
STRANGERS = "the same network on those utterances of test whose speakers are not in train"
PARTS = "test is MELD's own 2,610 utterances: the paper counts 4,807, which it does not have (T11)"
DEV = "dev is MELD's own 1,109 utterances: the paper counts 1,112"
MINILM = "MiniLM, a fifth of its size, in place of the paper's model"
HEAD = (
    "a linear layer on the first mark and the mean of the words in place of the model's own head; one cycle of the learning rate; biases "
    "do not decay; bfloat16; 256 pieces of words, which cut nothing, where the paper has 256 or 512"
)
LOSSES = "the paper's losses have no row"


def strangers(answered: Sequence[Clip], data: Path) -> set[str]:
    """Ids of those among the answered clips none of whose speakers is in MELD's train part."""
    known = {name for clip in MELD.clips(MELD.under(data)) if clip.facts["part"] == "train" for name in speakers(clip)}
    return {clip.id for clip in answered if not speakers(clip) & known}


def _system(setting: str) -> str:
    kind, size = setting.split("-")
    return f"{MODELS[kind][0]}, batches of {size}, {SETTINGS[setting][1]:.0e}".replace("e-0", "e-")


def _row(name: str, system: str, claim: Claim, theirs: Way, clean: Way | None, differs: str) -> Row:
    return Row(PAPER, name, system, "MELD, text", claim, PROTOCOL, theirs, clean, differs, "text")


def _setting(name: str, system: str, setting: str, whole: Trained, clean: Way, again: Way, differs: str) -> tuple[Row, ...]:
    """A setting: two figures on test, three on validation, of one network."""
    test, validation = TABLES[setting.split("-")[0]]
    f1, accuracy, valid_f1, valid_accuracy = FIGURES[setting]
    watched = Watched(whole, name, WATCHED)
    judged = f"{differs}{HEAD}; {PARTS}"
    seen = f"{differs}{HEAD}; {DEV}; {LOSSES}"
    on_valid = (
        ("valid", Claim(valid_f1, validation, "weighted_f1", VALID)),
        ("valid-accuracy", Claim(valid_accuracy, validation, n=VALID)),
        ("valid-precision", Claim(PRECISION[setting], validation, "weighted_precision", VALID)),
    )
    return (
        _row(name, system, Claim(f1, test, "weighted_f1", TEST), whole, clean, judged),
        _row(
            f"{name}-accuracy",
            system,
            Claim(accuracy, f"{test}, as weighted accuracy", n=TEST),
            PartOf(whole, None, OFFICIAL, of=name),
            again,
            judged,
        ),
        *(_row(f"{name}-{end}", f"{system}, validation", claim, watched, None, seen) for end, claim in on_valid),
    )


def _own(setting: str) -> tuple[Row, ...]:
    """A setting with the paper's own model, for whoever has it."""
    weights = MODELS[setting.split("-")[0]][1]
    whole = Trained("asswin:text", {"model": weights, "setting": setting}, OFFICIAL, weights=(weights,))
    clean = Trained("asswin:text", {"model": weights, "setting": setting, "protocol": "clean"}, BY_FRIENDS, weights=(weights,))
    return _setting(setting, _system(setting), setting, whole, clean, PartOf(clean, None, BY_FRIENDS, beside="clean", of=setting), "")


def _small(setting: str) -> tuple[Row, ...]:
    """The same with MiniLM in its place."""
    name = f"{setting}-minilm"
    whole = Trained("asswin:text", {"setting": setting}, OFFICIAL)
    clean: Way = PartOf(whole, strangers, STRANGERS)
    again: Way = PartOf(whole, strangers, STRANGERS, of=name)
    if setting in BEST:
        clean = taught = Trained("asswin:text", {"setting": setting, "protocol": "clean"}, BY_FRIENDS)
        again = PartOf(taught, None, BY_FRIENDS, beside="clean", of=name)
    return _setting(name, f"MiniLM for {_system(setting)}", setting, whole, clean, again, f"{MINILM}; ")


WAV2VEC2, CLIP = "superb/wav2vec2-base-superb-er", "openai/clip-vit-large-patch14"
UNTAUGHT = "test's 2,610 utterances judged; nothing is learnt from MELD"


REPORTED = (
    ("", "accuracy"),
    ("-f1", "weighted_f1"),
    ("-macro-f1", "macro_f1"),
    ("-precision", "weighted_precision"),
    ("-macro-precision", "macro_precision"),
    ("-recall", "weighted_recall"),
    ("-macro-recall", "uar"),
)
"""What tables 8 and 9 print."""


def _untaught(name: str, system: str, corpus: str, whole: Trained, differs: str, table: str, *shares: float) -> tuple[Row, ...]:
    """A model as it comes: figures of one run, as `REPORTED`. Nobody is learnt from, so that it is clean as it is."""
    return tuple(
        Row(
            PAPER,
            f"{name}{end}",
            system,
            corpus,
            Claim(share, table, metric, TEST),
            "as it comes; not taught on MELD",
            whole if not end else PartOf(whole, None, UNTAUGHT, of=name),
            PartOf(whole, None, UNTAUGHT, of=name),
            f"{differs}; {PARTS}",
            "as they come",
        )
        for (end, metric), share in zip(REPORTED, shares, strict=True)
    )


AUDIO = Trained("asswin:audio", {}, UNTAUGHT, short={}, needs=("meld/audio",), weights=(WAV2VEC2,))
VIDEO = Trained("asswin:clip", {}, UNTAUGHT, short={}, needs=("meld/video",), weights=(CLIP,))
AS_THEY_COME = (
    *_untaught(
        "audio",
        "wav2vec2, not taught on MELD",
        "MELD, sound",
        AUDIO,
        "which wav2vec2 is not told: one that knows four of the seven emotions; windows of 4 s",
        "table 8",
        *(0.34, 0.25, 0.10, 0.59, 0.52, 0.34, 0.15),
    ),
    *_untaught(
        "clip",
        "CLIP ViT-L/14, zero-shot, every 10th frame",
        "MELD, films",
        VIDEO,
        "its sentences are not told, nor by what it weighs pictures, which are averaged here",
        "table 9",
        *(0.24, 0.25, 0.17, 0.34, 0.31, 0.24, 0.20),
    ),
)


DEV_ONLY = "MELD's dev part in ten folds by dialogue, never test; small networks on embeddings of RoBERTa and wav2vec2"
EMBEDDED = (
    "dev's embeddings, by dialogue, in place of test and the paper's networks; the six friends are in all folds; printed as F1, which by "
    "tables 5, 8 and 9 is accuracy (T10)"
)
SURE = {"sound_epochs": TOO_LONG}
HEAVIEST = 0.6  # of the text: the paper says that it weighs most, and no number
CHOICE = f"the text weighs {HEAVIEST:g}, which is our choice: the paper says that it weighs most, and no number"


def _fused(name: str, system: str, value: float, line: str, differs: str = EMBEDDED) -> Row:
    """A row of table 10."""
    alone = line in (TEXT, SOUND)
    as_it_is, calibrated = (None, None) if alone else (False, True)
    says = line if alone else f"{line}, sound {1 - HEAVIEST:g}"
    theirs = Weighed(line, as_it_is, f"{DEV_ONLY}: {says}{'' if alone else ', members as they come'}", SURE)
    clean = None if alone else Weighed(line, calibrated, f"{DEV_ONLY}: {says}, members calibrated on other folds", SURE)
    claim = Claim(value, "table 10, printed as F1", n=TEST)
    return Row(PAPER, name, system, "MELD, dev embeddings", claim, "weights of the average not told, the text's the largest", theirs, clean,
               differs, "fusion", stand_in=OTHER_DATA)  # fmt: skip


ROBERTA = Trained(
    "asswin:text", {"model": MODELS["roberta"][1], "setting": "roberta-16"}, OFFICIAL, weights=(MODELS["roberta"][1],)
)  # of the row roberta-16
SHARES = {"roberta-16": (ROBERTA, HEAVIEST), "audio": (AUDIO, (1 - HEAVIEST) / 2), "clip": (VIDEO, (1 - HEAVIEST) / 2)}
THREE = f"test's utterances that have all three: text {HEAVIEST:g}, sound and picture {(1 - HEAVIEST) / 2:g} each"
AS_F1 = "printed as F1, which by tables 5, 8 and 9 is accuracy (T10)"


def _real(name: str, system: str, corpus: str, value: float, theirs: Way, clean: Way, differs: str) -> Row:
    """A row of table 10 of the paper's own models on MELD's films, for whoever has both."""
    claim, protocol = Claim(value, "table 10, printed as F1", n=TEST), "weights of the average not told, the text's the largest"
    return Row(PAPER, name, system, corpus, claim, protocol, theirs, clean, f"{differs}; {PARTS}; {AS_F1}", "fusion")


REAL = (
    _real(
        "fusion-roberta",
        "fusion: RoBERTa alone",
        "MELD, text",
        0.6547,
        PartOf(ROBERTA, None, OFFICIAL, of="roberta-16"),
        PartOf(ROBERTA, strangers, STRANGERS, of="roberta-16"),
        HEAD,
    ),
    _real(
        "fusion-wav2vec2",
        "fusion: wav2vec2 alone",
        "MELD, sound",
        0.3375,
        PartOf(AUDIO, None, UNTAUGHT, of="audio"),
        PartOf(AUDIO, None, UNTAUGHT, of="audio"),
        "which wav2vec2 is not told",
    ),
    _real(
        "fusion-three",
        "fusion: RoBERTa, wav2vec2 and CLIP, weighted average",
        "MELD, films",
        0.45,
        Averaged(PAPER, SHARES, False, f"{THREE}; probabilities as models say them"),
        Averaged(PAPER, SHARES, True, f"{THREE}; each calibrated on dev; speakers who are not in train", strangers),
        f"{CHOICE}; which wav2vec2 and which sentences are not told",
    ),
)

FUSION = (
    _fused("fusion-text", "fusion: text alone", 0.6547, TEXT),
    _fused("fusion-audio", "fusion: sound alone", 0.3375, SOUND, f"{EMBEDDED}; a sound that was taught until it is sure of everything"),
    Row(
        PAPER,
        "fusion-video",
        "fusion: picture alone",
        "MELD, films",
        Claim(0.2479, "table 10, printed as F1", n=TEST),
        "as it comes; not taught on MELD",
        PartOf(VIDEO, None, UNTAUGHT, of="clip"),
        PartOf(VIDEO, None, UNTAUGHT, of="clip"),
        f"its sentences are not told; {PARTS}; {AS_F1}",
        "fusion",
    ),
    _fused(
        "fusion-average",
        "late fusion, weighted average of text, sound and picture",
        0.45,
        HAND.format(HEAVIEST),
        f"{EMBEDDED}; {CHOICE}; text and sound alone; a sound that was taught until it is sure of everything",
    ),
    *REAL,
)


def _quoted(name: str, system: str, value: float, table: str) -> Row:
    claim = Claim(value, table, "weighted_f1")
    return Row(PAPER, name, system, "MELD", claim, "another paper's figure, for comparison", None, None, "not this paper's", "quoted")


QUOTED = (
    _quoted("rgat", "RGAT", 0.6091, "table 6"),
    _quoted("bert-mtl", "BERT+MTL", 0.6190, "table 6"),
    _quoted("trmsm-att", "TRMSM-Att", 0.6236, "table 6"),
    _quoted("ermc-disgcn", "ERMC-DisGCN", 0.6422, "table 6"),
    _quoted("sacl-lstm", "SACL-LSTM", 0.6686, "table 7"),
    _quoted("compm", "CoMPM", 0.6652, "table 7"),
    _quoted("cosmic", "COSMIC", 0.6521, "table 7"),
    _quoted("dag-erc", "DAG-ERC", 0.6365, "table 7"),
)

ROWS = (
    *(row for setting in FIGURES for row in (*_own(setting), *_small(setting))),
    *AS_THEY_COME,
    *FUSION,
    *QUOTED,
)
