"""Only one folder imports emofuse, and no page waits for torch."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[3] / "src" / "emofuse_web"
HEAVY = ("torch", "cv2", "av", "onnxruntime", "sklearn", "transformers", "matplotlib", "mne")
LIGHT = ("emofuse_web.recognition.facts", "emofuse_web.recognition.made", "emofuse_web.recognition.cards")
MOST = 150  # MB that a web process may take


def imported(file: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{name.name}" for name in node.names)}
    return found


@pytest.mark.parametrize("file", sorted(WEB.rglob("*.py")), ids=lambda file: str(file.relative_to(WEB)))
def test_only_recognition_imports_emofuse(file):
    inside = file.is_relative_to(WEB / "recognition")

    assert inside or not [name for name in imported(file) if name == "emofuse" or name.startswith("emofuse.")]


@pytest.mark.parametrize("file", sorted((WEB / "recognition").rglob("*.py")), ids=lambda file: file.name)
def test_recognition_knows_neither_django_nor_rows(file):
    names = imported(file)

    assert not [name for name in names if name.split(".")[0] in ("django", "rest_framework")]
    assert not [
        name for name in names if name.startswith("emofuse_web.") and name.split(".")[1] not in ("recognition", "problems", "analyses")
    ]
    # what a child may share with pages: the form of the file of curves
    assert all(name.startswith("emofuse_web.analyses.lanes") for name in names if name.startswith("emofuse_web.analyses"))


def ran(code: str) -> str:
    environment = {"PYTHONPATH": str(WEB.parent), "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings", "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.slow
def test_every_page_is_there_without_torch_in_less_than_150_megabytes(tmp_path):
    views = [file for file in WEB.rglob("*views*.py") if "migrations" not in file.parts]
    names = sorted(".".join(file.relative_to(WEB.parent).with_suffix("").parts) for file in views)
    code = f"""
import os, sys
os.environ["EMOFUSE_WEB_HOME"] = {str(tmp_path)!r}
import django
django.setup()
import importlib
for name in ["emofuse_web.config.urls", "emofuse_web.config.wsgi", *{names!r}, *{LIGHT!r}]:
    importlib.import_module(name)
from django.urls import get_resolver
get_resolver().url_patterns
from emofuse_web.recognition import facts
facts.choices()
facts.file_limits()
print([name for name in {HEAVY!r} if name in sys.modules])
print(next(int(line.split()[1]) // 1024 for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
    heavy, size = ran(code).splitlines()[-2:]

    assert heavy == "[]"
    assert int(size) < MOST


@pytest.mark.slow
def test_a_child_that_looks_at_a_file_does_not_wait_for_torch():
    code = "import sys, emofuse_web.recognition.child, emofuse_web.recognition.preflight"

    assert ran(f"{code}; print([name for name in ('torch', 'django') if name in sys.modules])") == "[]"
