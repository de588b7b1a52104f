"""ISEAR: students of 37 countries write down when they last felt each of seven emotions.

Recorded: 7,666 situations in English, mostly one to three sentences.
Of whom: nearly 3,000 students, psychologists and others, one situation an emotion each; told apart by number, with sex and country.
Labels: the emotion that was asked for: joy (happiness here), fear, anger, sadness, disgust, shame, guilt; about 1,096 each.
  How strong it was (1 to 4) travels along as the fact ``intensity``.
Published by: Scherer and Wallbott, Swiss center for affective sciences, Geneva.
Odd: not what is said in an emotion but what is told of one; many texts give their label away ("I felt guilty"). Some are no
  answers: "[ No response.]", "[ Same as in anger.]". Columns are divided by | and nothing is quoted: some texts hold a | of
  their own, and readers that go by the number of columns lose those rows; here such a text is put together again. The usual
  copy was read in the wrong code page: line breaks became "á", an ö became "÷"; it is mended here.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from emofuse.core.clip import Clip
from emofuse.core.corpus import Corpus, Download, Published
from emofuse.core.errors import CorpusError
from emofuse.core.labels import LabelSet
from emofuse.core.modality import Modality
from emofuse.media.transcript import Row, said

CODES = {"1": "happiness", "2": "fear", "3": "anger", "4": "sadness", "5": "disgust", "6": "shame", "7": "guilt"}
SEXES = {"1": "male", "2": "female"}
FACTS = {"country": "COUN", "age": "AGE", "intensity": "INTS", "sex": "SEX"}
LAST = ("SIT", "STATE", "")  # the text, one more column, and nothing after the | that ends each line

CITATION = (
    "Scherer KR, Wallbott HG (1994). Evidence for universality and cultural variation of differential emotion response patterning. "
    "Journal of Personality and Social Psychology 66(2): 310-328. https://doi.org/10.1037/0022-3514.66.2.310"
)
LAYOUT = """\
    isear.csv   (ID|CITY|COUN|SUBJ|SEX| ... |MYKEY|SIT|STATE|)
"""


def find(root: Path) -> Iterator[Clip]:
    """One clip a situation; its id is the person's number and that of the emotion. Who wrote nothing has a clip without text.

    Raises:
        CorpusError: The table is not as it was published.
    """
    path = next((path for name in ("isear.csv", "ISEAR.csv", "Isear.csv") if (path := root / name).is_file()), None)
    if path is None:
        return
    seen: Counter[str] = Counter()
    for row in _rows(path):
        person = f"{row.number('ID'):06d}"
        name = f"{person}-{row.text('EMOT')}"
        seen[name] += 1
        told = {fact: row.values[column].strip() for fact, column in FACTS.items()}
        told["sex"] = SEXES.get(told["sex"], "")
        words = row.values["SIT"].strip()
        yield Clip(
            id=name if seen[name] == 1 else f"{name}-{seen[name]}",
            subject=f"isear-{person}",
            label=row.word("EMOT", CODES),
            sources={Modality.TEXT: said(path, words)} if words else {},
            facts={fact: value for fact, value in told.items() if value},
        )


def _rows(path: Path) -> Iterator[Row]:
    """Rows by column, with each text in one piece.

    Raises:
        CorpusError: It is not UTF-8, or a column or a part of a row is missing.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CorpusError(
            f"{path} is not UTF-8 (byte {error.object[error.start]:#04x}). Expected the table in UTF-8; "
            f"open it as Windows-1252 and save it as UTF-8, or get it again."
        ) from error
    header, *lines = text.split("\n")
    names = header.strip("\r").split("|")
    missing = {"ID", "EMOT", *FACTS.values()} - set(names)
    if missing or tuple(names[-3:]) != LAST:
        raise CorpusError(
            f"{path} has the columns {'|'.join(names)[:200]}. Expected {LAYOUT.strip()}; get the published table with all its columns."
        )
    fixed = len(names) - len(LAST)
    garbled = "á" in text  # no English text has one, and the garbled copy has one in nearly every row
    for number, line in enumerate(lines, 2):
        values = line.strip("\r").split("|")
        if len(values) < len(names) and line.strip():
            raise CorpusError(
                f"{path}, line {number}: {len(values)} values. Expected {len(names)} or more, as a text may hold a |; "
                f"the row was cut: get the table again."
            )
        if line.strip():
            words = "|".join(values[fixed:-2])
            yield Row(path, number, dict(zip(names, values[:fixed], strict=False)) | {"SIT": _mended(words) if garbled else words})


def _mended(text: str) -> str:
    """A text whose Latin-1 was read as code page 850, with its line breaks as blanks.

    Example:
        >>> _mended("When I spoke to Jan-Erik Wikstr÷m á|on the telephone.")
        'When I spoke to Jan-Erik Wikström on the telephone.'
    """
    text = text.replace("á|", "á").replace("\\", "")
    try:
        text = text.encode("cp850").decode("latin-1")  # á becomes a blank that does not break
    except UnicodeEncodeError:
        text = text.replace("á", " ")
    return " ".join(text.split())


ISEAR = Corpus(
    name="isear",
    labels=LabelSet(tuple(CODES.values())),
    modalities=frozenset({Modality.TEXT}),
    license="free for research, no formal licence",
    citation=CITATION,
    layout=LAYOUT,
    find=find,
    getting=(
        "unige.ch/cisa, research material, has it as a database; the table above was made from that "
        "and lies at github.com/sinmaniphel/py_isear_dataset."
    ),
    published=Published(
        clips=7_666,
        people=None,
        labels={"happiness": 1_094, "fear": 1_095, "anger": 1_096, "sadness": 1_096, "disgust": 1_096, "shame": 1_096, "guilt": 1_093},
        source="others, in the same table",
    ),
    downloads=(Download("https://raw.githubusercontent.com/sinmaniphel/py_isear_dataset/master/isear.csv", "isear.csv"),),
    beside=("README*", "*.doc", "*.mdb"),
)
