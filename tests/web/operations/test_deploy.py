"""What is written for those who run it is so."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
ELSEWHERE = {"EMOFUSE_DOMAIN", "EMOFUSE_WORKERS", "EMOFUSE_HOME"}  # read by Compose and Caddy; by emofuse itself


def asked() -> set[str]:
    """Variables that the application reads."""
    found = set()
    for file in (ROOT / "src" / "emofuse_web").rglob("*.py"):
        found |= set(re.findall(r'(?:text|flag|number|words|secret)\(\s*"([A-Z][A-Z0-9]*_[A-Z0-9_]+)"', file.read_text(encoding="utf-8")))
    return found - {"EMOFUSE_DEBUG"}


def test_every_variable_that_is_read_is_described():
    assert sorted(name for name in asked() if f"`{name}`" not in PAGE) == []


def test_every_variable_that_is_described_or_set_is_read():
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    said = set(re.findall(r"`([A-Z][A-Z0-9]*_[A-Z0-9_]+)`", PAGE)) | set(compose["x-emofuse"]["environment"])

    assert sorted(said - asked() - ELSEWHERE) == []


def test_compose_starts_what_the_page_says():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]

    assert {"caddy", "web", "worker", "postgres", "redis"} <= set(services)
    for service in services.values():
        for word in re.findall(r"emofuse_web (\w+)", str(service.get("command", ""))):
            help_ = subprocess.run(
                [sys.executable, "-m", "emofuse_web", word, "--help"], env=production(), capture_output=True, check=False
            )
            assert help_.returncode == 0, word


@pytest.mark.slow
def test_nothing_is_wrong_with_a_production_environment():
    done = subprocess.run(
        [sys.executable, "-m", "emofuse_web", "check", "--deploy", "--fail-level", "WARNING"],
        env=production(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


def production() -> dict[str, str]:
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "DJANGO_SETTINGS_MODULE": "emofuse_web.config.settings",
        "EMOFUSE_HTTPS": "1",
        "EMOFUSE_HOSTS": "emofuse.example.org",
        "EMOFUSE_SECRET_KEY": "".join(chr(97 + i % 26) + str(i % 10) for i in range(40)),
    }
