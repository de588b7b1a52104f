"""What the documents say is so: the README's tree and commands, the glossary's nouns, the data sets, no machine's own paths."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from emofuse import catalog, cli

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "emofuse"
WEB = ROOT / "src" / "emofuse_web"
DJANGOS = {"__init__.py", "apps.py"}  # files that Django wants of every part and that say nothing of their own
DOCS = ROOT / "docs"
README = (ROOT / "README.md").read_text(encoding="utf-8")

TEXTS = {".py", ".md", ".toml", ".txt", ".yml", ".json", ".css", ""}
GENERATED = {".git", ".venv", ".coverage", "site", "results", "runs", "build", "dist", ".hypothesis"}


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def tree() -> Iterator[Path]:
    """The paths that the README's tree draws, four signs of indentation a level."""
    above: list[str] = []
    drawn = README.split("## The tree")[1]
    for line in blocks(drawn, "")[0].splitlines()[1:]:  # the first line is the root
        found = re.match(r"([│├└─\s]*)([\w./-]+)", line)
        assert found, line
        above = [*above[: len(found[1]) // 4 - 1], found[2]]
        yield Path(*above)


def test_the_readmes_tree_is_the_tree():
    drawn = {str(path) for path in tree()}
    modules = {str(file.relative_to(ROOT)) for file in PACKAGE.rglob("*.py") if file.name != "__init__.py"}
    modules |= {str(file.relative_to(ROOT)) for file in WEB.rglob("*.py") if file.name not in DJANGOS and "migrations" not in file.parts}

    assert sorted(modules - drawn) == [], "draw these in README.md"
    assert sorted(path for path in drawn if not (ROOT / path).exists()) == [], "README.md draws what is not there"


def test_every_line_of_the_readmes_tree_is_half_a_line():
    lines = blocks(README.split("## The tree")[1], "")[0].splitlines()

    assert [line for line in lines if len(line) > 120] == []


@pytest.mark.parametrize("line", [line for block in blocks(README, "sh") for line in block.splitlines() if line.startswith("emofuse")])
def test_the_readmes_commands_are_understood(line):
    words = shlex.split(line, comments=True)[1:]

    options = cli._parser().parse_args(words)

    assert callable(options.command)


@pytest.mark.parametrize("target", re.findall(r"^make (\w+)", README, re.MULTILINE))
def test_the_readmes_make_targets_exist(target):
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_readmes_python_is_python():
    for block in blocks(README, "python"):
        ast.parse(block)


def test_every_link_of_the_documents_leads_to_a_file():
    pages = [ROOT / "README.md", *DOCS.rglob("*.md")]
    wrong = [
        f"{page.relative_to(ROOT)}: {link}"
        for page in pages
        for link in re.findall(r"\]\(([^)#]+)", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL))
        if not link.startswith("http") and not (page.parent / link).exists()
    ]

    assert wrong == []


def test_every_noun_of_core_is_in_the_glossary():
    nouns = {
        node.name
        for file in (PACKAGE / "core").glob("*.py")
        if file.name != "errors.py"
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }
    nouns |= {"Protocol", "Feature", "Encoder", "Fusion", "Decision", "Recognizer", "Report", "Recipe", "Run"}

    assert nouns - set(re.findall(r"^### (\w+)", (DOCS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)) == set()


@pytest.mark.parametrize("name", catalog.names("corpora"))
def test_every_corpus_is_documented_as_the_code_has_it(name):
    text = (DOCS / "corpora.md").read_text(encoding="utf-8")
    corpus = catalog.corpus(name)

    assert f"\n## {name}\n" in text
    row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    assert set(re.sub(r"\(.*?\)", "", cells[2]).replace(" ", "").split(",")) == set(corpus.modalities)
    assert cells[3] == str(len(corpus.labels))
    assert cells[5] == corpus.license


def test_no_corpus_is_documented_that_is_not_there():
    documented = re.findall(r"^## (\w+)$", (DOCS / "corpora.md").read_text(encoding="utf-8"), re.MULTILINE)

    assert set(documented) == set(catalog.names("corpora"))


def test_every_page_is_in_the_sites_navigation():
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")

    assert [page.name for page in DOCS.glob("*.md") if f": {page.name}" not in navigation] == []


def test_every_bar_is_shown_by_what_is_there():
    bars = {
        line.split("|")[1].strip(): line.split("|")[3]
        for line in (DOCS / "bars.md").read_text(encoding="utf-8").splitlines()
        if re.match(r"\| [URS]\d", line)
    }
    measured = set(
        re.findall(r"\(([UR]\d+)\b", " ".join(re.findall("^## (.*)$", (DOCS / "benchmarks.md").read_text(encoding="utf-8"), re.MULTILINE)))
    )

    assert [len([name for name in bars if name[0] == kind]) for kind in "URS"] == [14, 14, 15]
    for name, shown in bars.items():
        assert (files := re.findall(r"`(tests/[^`]*)`", shown)) or "benchmark" in shown, name
        assert all(Path(ROOT, file).is_file() for file in files), name
        assert set(re.findall(r"benchmark (\w+)", shown)) <= measured & {name}, name


def test_nothing_names_a_machine_or_a_package_index():
    # Put together here, so that this file does not find itself.
    ours = re.compile(
        r"(?<![\w.$~*-])/(?:{})/|{}".format("|".join(["work", "root", "tmp", "opt/wheels"]), "pypi" + r"\.org|index" + "-url")
    )
    tops = [path for path in sorted(ROOT.iterdir()) if path.name not in GENERATED and not path.name.endswith("_cache")]
    files = [path for top in tops for path in ([top] if top.is_file() else sorted(top.rglob("*"))) if path.suffix in TEXTS]
    wrong = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in files
        if path.is_file()
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        if ours.search(line)
    ]

    assert wrong == []
