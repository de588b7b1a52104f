"""Imports go one way, and what must stay light stays light."""

import ast
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2] / "src" / "emofuse"

ORDER = [
    ["core"],
    ["media"],
    ["corpora", "protocols", "features"],
    ["encoders", "fusions"],
    ["network"],
    ["data", "graph"],
    ["decisions", "training", "calibration"],
    ["reading", "windows"],
    ["recognizer"],
    ["ensemble"],
    ["wishes"],
    ["explanations", "personal"],
    ["evaluation", "exports"],
    ["catalog"],
    ["check", "fetch", "sheet", "splitting", "client"],
    ["recipe"],
    ["run"],
    ["audit"],
    ["judgement"],
    ["experiment"],
    ["bench"],
    ["recipes"],
    ["analysis", "leak", "search"],
    ["reproduce", "cluster", "demo", "adaptation", "served"],
    ["commands"],
    ["cli", "__init__"],
    ["__main__"],
]
LEVEL = {name: level for level, names in enumerate(ORDER) for name in names}
LEAVES = {"corpora", "protocols", "encoders", "fusions", "decisions", "exports", "recipes"}  # whose files never import each other
WITHOUT_TORCH = [name for level in ORDER[: LEVEL["encoders"]] for name in level]


def imported(file: Path) -> Iterator[tuple[str, ...]]:
    """What a file imports of emofuse, as the parts after ``emofuse.``."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        yield from (tuple(name.split(".")[1:]) for name in names if name.startswith("emofuse."))


def layer(file: Path) -> str:
    return file.relative_to(ROOT).parts[0].removesuffix(".py")


FILES = sorted(ROOT.rglob("*.py"))


def test_every_module_has_a_place_in_the_order():
    assert sorted({layer(file) for file in FILES if "weights" not in file.parts} - set(LEVEL)) == []


def test_imports_go_one_way():
    wrong = [
        f"{file.relative_to(ROOT)} imports emofuse.{'.'.join(parts)}"
        for file in FILES
        for parts in imported(file)
        if {parts[0], layer(file)} <= set(LEVEL) and parts[0] != layer(file) and LEVEL[parts[0]] >= LEVEL[layer(file)]
    ]

    assert wrong == []


def test_leaves_do_not_import_each_other():
    wrong = [
        f"{file.relative_to(ROOT)} imports emofuse.{'.'.join(parts)}"
        for file in FILES
        for parts in imported(file)
        if layer(file) in LEAVES and file.stem != "__init__" and parts[0] == layer(file) and len(parts) > 1 and parts[1] != "base"
    ]

    assert wrong == []


def test_imports_are_absolute():
    wrong = [
        str(file.relative_to(ROOT))
        for file in FILES
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.level
    ]

    assert wrong == []


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "misc", "manager", "handler", "processor"])
def test_no_file_is_named_after_a_noun_that_was_not_found(name):
    assert [str(file) for file in FILES if name in file.stem.split("_")] == []


def loaded_by(statements: str) -> set[str]:
    """Names of the top-level modules that a fresh interpreter has after these statements."""
    code = f"import sys\n{statements}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT.parent)
    return set(done.stdout.split())


def test_importing_emofuse_stays_light():
    assert loaded_by("import emofuse") & {"torch", "cv2", "av", "sklearn", "pandas", "matplotlib", "onnxruntime"} == set()


def test_what_stands_above_encoders_runs_without_torch():
    modules = [
        ".".join(("emofuse", *file.relative_to(ROOT).with_suffix("").parts)).removesuffix(".__init__")
        for file in FILES
        if layer(file) in WITHOUT_TORCH
    ]

    assert loaded_by("\n".join(f"import {module}" for module in modules)) & {"torch", "lightning", "transformers"} == set()


@pytest.mark.skipif(not (ROOT / "cli.py").exists(), reason="there are no commands yet")
def test_help_comes_at_once():
    def seconds() -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "emofuse", "--help"], capture_output=True, check=True, cwd=ROOT.parent)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    # Its processor's time, and the best of several, because others use the machine too.
    assert any(seconds() < 0.3 for _ in range(10))
