"""Kanafin, Myrzakhmet, Kuanysh 2024: sound, faces and EEG by themselves, two networks fused late, and a web application."""

from functools import partial

from emofuse.bench.cells import DECISION, FUSION
from emofuse.core.modality import Modality
from emofuse.corpora.affectnet import AFFECTNET
from emofuse.reproduce import apart
from emofuse.reproduce.base import Claim, Row, Way
from emofuse.reproduce.begun import Begun
from emofuse.reproduce.look import Look
from emofuse.reproduce.support_vectors import SupportVectors
from emofuse.reproduce.ways import Fused, PartOf, Trained
from emofuse.reproduce.without_copies import LEFT, without_copies

PAPER = "kanafin_2024"

FACES = "Training learnt from, PublicTest and PrivateTest judged; last epoch"


def _face(
    name: str,
    system: str,
    claim: Claim,
    differs: str,
    protocol: str = "test of 7,178 faces, watched epoch by epoch",
    of: str = "",
    **arguments: object,
) -> Row:
    """A network of single faces; another figure of it where it is `of` another row."""
    trained = Trained("kanafin_faces:faces", arguments, FACES)
    return Row(
        paper="kanafin_2024",
        name=name,
        system=system,
        corpus="FER2013",
        claim=claim,
        protocol=protocol,
        theirs=PartOf(trained, None, FACES, of=of) if of else trained,
        clean=PartOf(trained, without_copies, LEFT, of=of),
        differs=differs,
        section="faces",
    )


LOOKED_AT = "settings were compared on PublicTest, which is half of what is judged here; PrivateTest was not looked at"
TAUGHT = (
    "SGD with momentum at 0.02 in one cycle, label smoothing 0.05, weight decay, bfloat16, and faces mirrored and moved a little are ours: "
    "the paper does not tell its own"
)
WIDTHS = f"widths chosen to come near the paper's sum of parameters, which is all it tells; {TAUGHT}"
CNN = f"{WIDTHS}; {LOOKED_AT}"
CONVIT = (
    "begins with nothing, where the paper's was pretrained; 36 patches of 8 pixels; AdamW at 1e-3 in one cycle, label smoothing 0.1, "
    f"bfloat16, and faces mirrored and moved a little are ours; {LOOKED_AT}; the log of figure 14 calls its figures validation accuracy, "
    "its caption test; it has 37.09 % after the fifth epoch, 42.59 % of what is learnt from after the tenth"
)
WATCHED = "a validation part by the log of figure 14, of how many is not told; 10 epochs"
TABLE_12 = "figure 12 prints .64 as macro F1, .65 as weighted F1 and as macro recall"

FER2013 = (
    _face("cnn1", "CNN-1, 3,796,743 parameters", Claim(0.647, "text under figure 10", n=7_178), CNN, network="cnn1"),
    _face(
        "cnn1_wide",
        "CNN-1 wider, 4,763,143 parameters",
        Claim(0.6621, "text under figure 10, figure 12", n=7_178),
        CNN,
        network="cnn1_wide",
    ),
    *(
        _face(
            f"cnn1_wide_{name}",
            "CNN-1 wider, 4,763,143 parameters",
            Claim(value, "figure 12", metric, 7_178),
            f"{TABLE_12}; {CNN}",
            of="cnn1_wide",
            network="cnn1_wide",
        )
        for name, value, metric in (("f1", 0.64, "macro_f1"), ("weighted_f1", 0.65, "weighted_f1"))
    ),
    _face("cnn1_leaky", "CNN-1 wider, leaky ReLU", Claim(0.6609, "text under figure 10", n=7_178), CNN, network="cnn1_leaky"),
    _face(
        "cnn1_leaky_25",
        "CNN-1 wider, leaky ReLU, 25 epochs",
        Claim(0.6547, "text under figure 10", n=7_178),
        CNN,
        network="cnn1_leaky",
        epochs=25,
    ),
    _face(
        "cnn2",
        "CNN-2, four single convolutions",
        Claim(None, "figure 13, a picture", n=7_178),
        f"widths are ours; {TAUGHT}; {LOOKED_AT}",
        network="cnn2",
    ),
    _face("convit", "convit_tiny, fine-tuned", Claim(0.37, "text under figure 13"), CONVIT, WATCHED, network="convit"),
    _face(
        "convit_best",
        "convit_tiny, fine-tuned, best and last step",
        Claim(0.3783, "figure 14"),
        CONVIT,
        WATCHED,
        of="convit",
        network="convit",
    ),
)


def _row(
    section: str,
    name: str,
    system: str,
    corpus: str,
    claim: Claim,
    protocol: str,
    theirs: Way | None = None,
    clean: Way | None = None,
    differs: str = "",
) -> Row:
    return Row(PAPER, name, system, corpus, claim, protocol, theirs, clean, differs, section)


PART = Trained("kanafin_faces:affectnet", {"network": "cnn1_wide"}, "a fifth of the pictures judged, at random")
AFFECTNET_PART = (
    _row(
        "faces",
        "affectnet",
        "CNN-1 wider on AffectNet, 8 classes",
        "AffectNet, 29,042 pictures",
        Claim(0.6625, "text under figure 10"),
        "test part not told; 10 epochs",
        PART,
        PartOf(PART, partial(apart.without_learnt_copies, corpus=AFFECTNET), apart.LEFT),
        f"{WIDTHS}; grey in place of colours; settings as on FER2013",
    ),
)

FRAMES = partial(Trained, "kanafin_video:vgg_lstm")
VIDEO = (
    _row(
        "video",
        "vgg_lstm",
        "VGG16 (block 5) and LSTM 128, 30 x 25,088",
        "PME4, s06 and s08",
        Claim(0.60, "section 4, video modal recognition"),
        "validation part not told; 200 epochs, batches of 100",
        FRAMES({"protocol": "paper"}, "a fifth of both people's clips judged, at random"),
        FRAMES({"protocol": "clean"}, "each of the two people judged by what the other taught; last epoch"),
        "how much was held out is taken for a fifth; the paper says 697 clips, and 607",
    ),
)

STATISTICS = partial(Trained, "kanafin_eeg:brainwave")
ROWS_AT_RANDOM = "640 of 2,132 rows judged, at random"
RECORDINGS = "five folds of recordings; who is who is not told; last epoch"
OVERLAP = "the two windows of a row are its two moments; half of each row stands in another, so that a random split repeats what is judged"


def _memory(name: str, system: str, value: float, differs: str) -> Row:
    return _row(
        "EEG",
        name,
        system,
        "EEG Brainwave",
        Claim(value, "section 4, EEG modal recognition"),
        "test part at random, its size not told",
        STATISTICS({"cell": name, "protocol": "paper"}, ROWS_AT_RANDOM),
        STATISTICS({"cell": name, "protocol": "clean"}, RECORDINGS),
        differs,
    )


TRIALS_AT_RANDOM = "a fifth of the trials judged, at random: of people and films that were learnt from"
PEOPLE_OF_SEED = "five folds of three people; last epoch; the films are the same for all"
LENGTHS = "energies and entropies as sums tell a film's length and so its label; clean takes means"
VECTORS = partial(SupportVectors, "kanafin_eeg:seed", PAPER, "seed_svm")
EEG = (
    _memory("gru", "GRU, others' notebooks", 0.98, f"the notebooks' range is 94.5 to 98 %; {OVERLAP}"),
    _memory("lstm", "LSTM", 0.984, OVERLAP),
    _row(
        "EEG",
        "seed_svm",
        "SVM of the repository that the features are from",
        "SEED",
        Claim(None, "section 4, EEG modal recognition: slightly less than the MLP"),
        "645 trials; columns scaled by all rows; test part at random",
        VECTORS({"protocol": "paper"}, f"{TRIALS_AT_RANDOM}; columns scaled by all rows", by_all=True),
        VECTORS({"protocol": "clean"}, PEOPLE_OF_SEED.replace("last epoch", "C and gamma by five folds of what is learnt from")),
        f"{LENGTHS}; the repository prints 69.7 % of 132 trials",
    ),
    _row(
        "EEG",
        "seed_mlp",
        "MLP",
        "SEED",
        Claim(0.74, "section 4, EEG modal recognition"),
        "645 trials, test part at random, its size not told",
        Trained("kanafin_eeg:seed", {"protocol": "paper"}, TRIALS_AT_RANDOM),
        Trained("kanafin_eeg:seed", {"protocol": "clean"}, PEOPLE_OF_SEED),
        LENGTHS,
    ),
)

FILMS = ("ravdess/video",)
ACTORS = "16, 4 and 4 actors, epoch chosen on the 4; the 4 of the released weights judged"
SIX_FOLDS = "six folds of four actors; last epoch"
SMALL = "48 x 48 grey faces, five a second, under EfficientFace that has learnt nothing before, in place of 15 in colour; sound at 16 kHz"


def _actors(protocol: str, says: str, classes: int = 8, seed: int = 0) -> Trained:
    return Trained("kanafin_av:ravdess", {"classes": classes, "protocol": protocol}, says, seed, needs=FILMS)


def _ia1(name: str, system: str, value: float, where: str, differs: str, classes: int = 8, seed: int = 0) -> Row:
    return _row(
        "sound and picture",
        name,
        system,
        "RAVDESS",
        Claim(value, where),
        "16, 4 and 4 actors, 3.6 s; test",
        _actors("paper", ACTORS, classes, seed),
        _actors("clean", SIX_FOLDS, classes, seed),
        differs,
    )


UNITS = "`ravdess_au` has these actors with action units in place of pictures, which is another row's figure"
RAVDESS = (
    _ia1("ia1", "IA1, 8 classes, as section 4 has it", 0.8158, "section 4", f"{SMALL}; {UNITS}"),
    _ia1("ia1_again", "IA1, 8 classes, as section 6 has it", 0.8524, "section 6", f"{SMALL}; the same system, from another seed", seed=1),
    _ia1("ia1_five", "IA1, 5 classes", 0.92, "section 4, section 6", SMALL, classes=5),
)

QUOTED = "Chumachenko 2022, quoted"
SIX = ",".join(
    f"{name}:heads={heads}" for name in ("late_transformer", "intermediate_transformer", "intermediate_attention") for heads in (1, 4)
)
TABLE = {
    "LT1": ("late_transformer:heads=1", 0.7908, 0.5916, 0.7266),
    "LT4": ("late_transformer:heads=4", 0.7925, 0.5300, 0.7092),
    "IT1": ("intermediate_transformer:heads=1", 0.7733, 0.4841, 0.7375),
    "IT4": ("intermediate_transformer:heads=4", 0.7891, 0.4433, 0.7492),
    "IA1": ("intermediate_attention:heads=1", 0.8158, 0.5808, 0.7283),
    "IA4": ("intermediate_attention:heads=4", 0.7958, 0.5716, 0.7183),
}
THERE: dict[str, tuple[Modality, ...]] = {"AV": (), "A": (Modality.AUDIO,), "V": (Modality.VIDEO,)}
SENTIMENT = {
    "LT1": (0.6711, 0.6362, 0.629),
    "LT4": (0.6447, 0.5371, 0.6491),
    "IT1": (0.6280, 0.6285, 0.6309),
    "IT4": (0.6701, 0.6430, 0.6312),
    "IA1": (0.6719, 0.6452, 0.6491),
    "IA4": (0.6348, 0.6274, 0.6318),
}


def _six(protocol: str, says: str, line: str, there: tuple[Modality, ...]) -> Look:
    folder = f"chumachenko/{protocol}"
    fused = Fused("kanafin_av:chumachenko", line, {"protocol": protocol}, says, fusions=SIX, folder=folder, needs=FILMS)
    return Look(fused, FUSION, there=there)


CHUMACHENKO = tuple(
    _row(
        QUOTED,
        f"{name}_{what}".lower(),
        f"{name}, {what}",
        "RAVDESS",
        Claim(value, "second table 1"),
        "not told in this paper",
        _six("paper", ACTORS, line, THERE[what]),
        _six("clean", SIX_FOLDS, line, THERE[what]),
        SMALL,
    )
    for name, (line, *values) in TABLE.items()
    for what, value in zip(THERE, values, strict=True)
)
FROM_OTHERS = (
    *(
        _row(
            QUOTED, f"{name}_{what}_mosei".lower(), f"{name}, {what}", "CMU-MOSEI", Claim(value, "second table 1"), "not told in this paper"
        )
        for name, values in SENTIMENT.items()
        for what, value in zip(THERE, values, strict=True)
    ),
    _row("video", "chen", "Chen 2022, VGG16 and LSTM, quoted", "PME4", Claim(0.672, "section 3"), "not told in this paper"),
    *(
        _row(
            "faces, quoted", f"fer_{who.split()[0].lower()}", f"{who}, quoted", "FER2013", Claim(value, "table 1"), "not told in this paper"
        )
        for who, value in {
            "Talegaonkar 2019": 0.6012,
            "Agrawal and Mittal 2020": 0.65,
            "Arriaga 2019": 0.66,
            "Mollahosseini 2016": 0.664,
            "Quinn 2017": 0.6667,
            "Negara 2020": 0.694,
            "Minaee and Abdolrashidi 2019": 0.7002,
            "Tang 2013": 0.7303,
        }.items()
    ),
)

BOTH, BRAIN = "sound and picture", "EEG"
PEOPLE = "people 1-30 learnt from, epoch chosen on 31-36, 37-42 judged"
SEVEN = "seven folds of six people; last epoch"
DECIDED = "learnt on 31-36; of three decisions the paper takes the one that is best on 37-42"
CROSSED = "decisions learnt from other folds' answers"
DECISIONS = "average,weighted,boosted,stacked_cnn"
WINDOWS = "six windows of 3.6 s a trial, each judged: 58.36 % are 2,101 of 3,600, and no whole number of 600 trials"
POWERS = "four windows a trial, each judged: 39.42 % are 946 of 2,400; band powers and a small network in place of their authors' code"


def _paper(line: str, says: str = PEOPLE) -> Fused:
    return Fused("eav:late", line, {"calibrated": False}, says, decisions=DECISIONS, folder="eav_late/paper")


def _clean(line: str, says: str = SEVEN) -> Fused:
    return Fused("eav:late", line, {"protocol": "seven"}, says, decisions=DECISIONS, folder="eav_late/clean")


def _member(name: str, system: str, line: str, value: float, n: int, where: str, differs: str, valid: bool = False) -> Row:
    return _row(
        "three signals",
        name,
        system,
        "EAV",
        Claim(value, where, n=n),
        f"30, 6 and 6 people; {'validation' if valid else 'test'}",
        Look(_paper(line), windows=True, valid=valid),
        Look(_clean(line), windows=True),
        differs,
    )


def _decision(name: str, system: str, line: str, claim: Claim, differs: str = "", valid: bool = False) -> Row:
    theirs, clean = _paper(line, f"{PEOPLE}; {DECIDED}"), _clean(line, f"{SEVEN}; {CROSSED}")
    again = claim.metric != "accuracy"  # what a bench's table does not have
    return _row(
        "three signals",
        name,
        system,
        "EAV",
        claim,
        f"30, 6 and 6 people; {'validation' if valid else 'test'}",
        Look(theirs, DECISION, valid=valid) if valid or again else theirs,
        Look(clean, DECISION) if again else clean,
        differs,
    )


def _began(name: str, system: str, claim: Claim, frozen: bool) -> Row:
    more = {"eeg": False, "calibrated": False, "frozen": frozen}
    first = _actors("paper", ACTORS, classes=5)
    theirs = Fused("eav:late", BOTH, more, PEOPLE)
    clean = Fused("eav:late", BOTH, {**more, "protocol": "seven"}, SEVEN)
    return _row(
        "three signals",
        name,
        system,
        "EAV",
        claim,
        "30, 6 and 6 people; test",
        Begun(first, "ia1_five", Look(theirs, windows=True)),
        Begun(first, "ia1_five", Look(clean, windows=True)),
        "six windows of 3.6 s a trial, each judged; which layers were frozen is not told: here both encoders" if frozen else WINDOWS,
    )


def _five(name: str, system: str, where: str, protocol: str, says: str) -> Row:
    theirs = Fused("eav:late", BOTH, {"protocol": protocol, "eeg": False, "calibrated": False}, says)
    clean = Fused("eav:late", BOTH, {"protocol": "five, left out", "eeg": False}, "each of the five judged once", folder="eav_five/clean")
    return _row(
        "three signals",
        name,
        system,
        "EAV, 5 people",
        Claim(None, where),
        says,
        Look(theirs, windows=True),
        Look(clean, windows=True),
        "the paper shows curves; it does not tell which five people: here the first",
    )


MEAN = "windows' probabilities are averaged; nobody is calibrated under the paper's protocol"
ALIKE = "of 120 clips a label, whose weighted F1, which the paper prints too, is the macro F1"
EAV = (
    _member("ia1_eav", "IA1 from scratch", BOTH, 0.5836, 3_600, "section 6", WINDOWS),
    _member("ia1_eav_valid", "IA1 from scratch, validation", BOTH, 0.61, 3_600, "section 4, figure 19", WINDOWS, valid=True),
    _began("ia1_transfer", "IA1 from RAVDESS, encoders frozen", Claim(None, "figure 22"), frozen=True),
    _began("ia1_tuned", "IA1 from RAVDESS, fine-tuned", Claim(0.405, "section 6, figure 23", n=3_600), frozen=False),
    _five("five_apart", "5 people: 3, 1 and 1", "figure 20", "five, 3-1-1", "people 1-3 learnt from, epoch chosen on 4, 5 judged"),
    _five("five_within", "5 people: 60, 20 and 20 % of each", "figure 21", "five, within", "the same five people in all three parts"),
    _member("eeg_eav", "EEG model", BRAIN, 0.3942, 2_400, "section 6", POWERS),
    _member("eeg_eav_valid", "EEG model, validation", BRAIN, 0.39, 2_400, "section 4, figure 24", f"{POWERS}; 59 % on train", valid=True),
    _decision("aver", "AVER, the mean", "average", Claim(None, "figure 3"), "described and not measured in the paper"),
    _decision("waver_valid", "WAVER, validation", "weighted", Claim(0.72, "figure 25", n=600), MEAN, valid=True),
    _decision("waver_valid_f1", "WAVER, validation", "weighted", Claim(0.72, "figure 25", "macro_f1", 600), f"{MEAN}; {ALIKE}", valid=True),
    _decision("waver", "WAVER", "weighted", Claim(0.65, "section 6, figure 26", n=600), MEAN),
    _decision("waver_f1", "WAVER", "weighted", Claim(0.64, "figure 26", "macro_f1", 600), f"{MEAN}; {ALIKE}"),
    _decision("xgboost", "XGBoost on probabilities", "boosted", Claim(0.6733, "section 6, figure 27", n=600), MEAN),
    _decision("xgboost_f1", "XGBoost on probabilities", "boosted", Claim(0.67, "figure 27", "macro_f1", 600), f"{MEAN}; {ALIKE}"),
    _decision("cnn_fusion", "CNN on 10 x 5 logits, 27,237 parameters", "stacked_cnn", Claim(0.6833, "section 6, figure 30", n=600)),
    _decision("cnn_fusion_f1", "CNN on 10 x 5 logits", "stacked_cnn", Claim(0.68, "figure 30", "macro_f1", 600), ALIKE),
)

HEARD = ("copies made first, then a fifth of all at random: 864 of 4,320; last epoch", "six folds of actors, altered copies in train alone")
NOT_TOLD = (
    "networks, how they are taught, and which copy has which of the four alterations, are ours: the paper tells none of these; speed and "
    "pitch change together; the first four seconds, at 16 kHz"
)


def _sound(name: str, system: str, network: str, claim: Claim, of: str = "") -> Row:
    paper, clean = Trained(f"kanafin_voice:{network}", {"protocol": "paper"}, HEARD[0]), Trained(f"kanafin_voice:{network}", {}, HEARD[1])
    return Row(
        paper="kanafin_2024",
        name=name,
        system=system,
        corpus="RAVDESS, 7 classes",
        claim=claim,
        protocol="augmented, then divided at random; 864 judged",
        theirs=PartOf(paper, None, HEARD[0], of=of) if of else paper,
        clean=PartOf(clean, None, HEARD[1], beside="clean", of=of) if of else clean,
        differs=NOT_TOLD,
        section="sound",
    )


SOUND = (
    _sound("audio_mlp", "audio MLP on MFCC", "mlp", Claim(0.8472, "text above figure 8 (the table: 0.86)", n=864)),
    _sound("audio_mlp_f1", "audio MLP on MFCC", "mlp", Claim(0.86, "figure 8", "macro_f1", 864), of="audio_mlp"),
    _sound("audio_cnn", "audio CNN on MFCC", "cnn", Claim(0.68, "text above figure 8", n=864)),
)

ROWS = (*SOUND, *FER2013, *AFFECTNET_PART, *VIDEO, *EEG, *RAVDESS, *EAV, *CHUMACHENKO, *FROM_OTHERS)
