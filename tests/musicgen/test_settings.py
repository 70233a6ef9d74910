"""musicgen.settings: strict parsing, and a page that lists every knob."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from musicgen import settings

ROOT = Path(__file__).resolve().parents[2]


def knobs() -> set[str]:
    """Return the names of the environment variables that the settings read."""
    tree = ast.parse((ROOT / "musicgen" / "settings.py").read_text())
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant)
        and ast.unparse(node.func) in {"switch", "number", "env.str", "env.list"}
        and isinstance(node.args[0].value, str)
    }  # fmt: skip


def test_every_knob_is_on_the_page_and_nothing_else_is() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    site = page.partition("## Read by")[0]
    assert set(re.findall(r"^\| `([A-Z0-9_]+)` \|", site, re.MULTILINE)) == knobs()
    assert len(knobs()) > 25


def test_the_settings_read_the_environment_in_no_other_way() -> None:
    source = (ROOT / "musicgen" / "settings.py").read_text()
    assert "os.environ" not in source
    assert "getenv" not in source


def test_a_switch_is_on_or_off_or_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for text, value in (("1", True), ("Yes", True), ("on", True), ("0", False), ("false", False), ("", False)):
        monkeypatch.setenv("A_SWITCH", text)
        assert settings.switch("A_SWITCH", default=True) is value
    monkeypatch.setenv("A_SWITCH", "ture")
    with pytest.raises(ImproperlyConfigured, match="A_SWITCH='ture'"):
        settings.switch("A_SWITCH", default=True)


def test_a_number_is_whole_and_in_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_NUMBER", "12")
    assert settings.number("A_NUMBER", 1) == 12
    for text in ("1.5", "many", "", "-1"):
        monkeypatch.setenv("A_NUMBER", text)
        with pytest.raises(ImproperlyConfigured, match="A_NUMBER"):
            settings.number("A_NUMBER", 1)


def read_settings(**environment: str) -> subprocess.CompletedProcess[str]:
    code = "from musicgen import settings as s; print(s.DEBUG, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)"
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=kept | environment, capture_output=True, text=True, check=False
    )


def test_production_needs_a_secret_and_is_closed_by_default(tmp_path: Path) -> None:
    without = read_settings(VAR_DIR=str(tmp_path))
    assert without.returncode != 0
    assert "SECRET_KEY is required" in without.stderr
    assert read_settings(VAR_DIR=str(tmp_path), SECRET_KEY="x" * 50).stdout.split() == ["False", "True", "31536000"]


def test_a_secret_may_be_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("x" * 50)
    assert read_settings(VAR_DIR=str(tmp_path), SECRET_KEY_FILE=str(tmp_path / "key")).returncode == 0
