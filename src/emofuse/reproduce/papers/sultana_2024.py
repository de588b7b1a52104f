"""Sultana et al. 2024, "Multimodal emotion recognition through deep fusion of audio-visual data": RAVDESS, sound and film."""

from emofuse.reproduce.base import Claim, Row, Way
from emofuse.reproduce.ways import Fused, Trained

PROTOCOL = "random, held out 0.4 and 0.2; n is 0.2 of 1,440"
RANDOM = "clips at random, 60 % learnt from, 20 % judged; last epoch"
ACTORS = "six folds of actors; last epoch"


def _row(name: str, system: str, value: float, theirs: Way, clean: Way, differs: str, where: str = "table III") -> Row:
    return Row(
        paper="sultana_2024",
        name=name,
        system=system,
        corpus="RAVDESS",
        claim=Claim(value, where, n=288),
        protocol=PROTOCOL,
        theirs=theirs,
        clean=clean,
        differs=differs,
        section="sound and film",
    )


def _trained(name: str, system: str, value: float, differs: str) -> Row:
    recipe = f"sultana:{name}"
    return _row(name, system, value, Trained(recipe, {"protocol": "paper"}, RANDOM), Trained(recipe, {}, ACTORS), differs)


def _fused(protocol: str, says: str) -> Fused:
    arguments = {"protocol": protocol}
    return Fused("sultana:fused", "concatenation", arguments, says, fusions="concatenation", folder=f"sultana_2024/fused_{protocol}")


TAUGHT = "AdamW and one cycle of the learning rate are ours"
AT_ONCE = (
    f"taught at once, not after its parts; as sound and film; {TAUGHT}; the paper prints 66.90 % in table III and 66.09 % in its "
    "introduction, for one system"
)
ROWS = (
    _trained(
        "audio",
        "1D CNN, sound",
        0.6409,
        f"180 frames of 20 cepstral coefficients, as we read 180x20, of sound at 16 kHz; widths of convolutions are ours; {TAUGHT}",
    ),
    _trained(
        "video",
        "3D CNN, 30 grey frames of 80x70",
        0.5907,
        f"three seconds from the middle of a film, whose pictures are not looked through for those to leave out; {TAUGHT}",
    ),
    _row("fused", "concatenated layers but one", 0.669, _fused("paper", RANDOM), _fused("clean", ACTORS), AT_ONCE),
    _row(
        "fused_introduction",
        "concatenated layers but one, as the introduction has it",
        0.6609,
        _fused("paper", RANDOM),
        _fused("clean", ACTORS),
        AT_ONCE,
        "introduction",
    ),
)
