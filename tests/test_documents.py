"""What the documents say must be there: links, commands, dependencies; and nothing of one machine in any file."""

import ast
import json
import re
import shlex
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from studio.cli import _parser
from studio.styles import genres

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
MAKEFILE = (ROOT / "Makefile").read_text()
PINNED = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?==", re.MULTILINE)


def tracked_files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def anchors(document: Path) -> set[str]:
    """The fragment identifiers of a document's headings, as code hosts make them."""
    headings = re.findall(r"^#+ +(.+?) *$", document.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def is_for_developers(path: Path) -> bool:
    """Whether a file runs only where requirements-dev.txt is installed."""
    return path.is_relative_to(ROOT / "tests") or path == ROOT / "scripts" / "balance.py"


def normalised(package: str) -> str:
    return re.sub(r"[-_.]+", "-", package).lower()


def pinned(*files: str) -> set[str]:
    return {normalised(name) for file in files for name in PINNED.findall((ROOT / file).read_text())}


def imported_by(path: Path) -> set[str]:
    """The top-level names that a module imports from elsewhere."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(document: Path) -> None:
    missing = []
    for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        linked = (document.parent / name).resolve() if name else document
        if not linked.exists() or (fragment and fragment not in anchors(linked)):
            missing.append(target)
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_commands_named_in_code_exist(document: Path) -> None:
    text = document.read_text()
    snippets = re.findall(r"`([^`\n]+)`", text) + re.findall(r"^(?: {4})?(\S.*)$", text, re.MULTILINE)
    commands = "\n".join(re.sub(r"^(?:[A-Z_]+=\S* )+", "", snippet) for snippet in snippets)
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE))
    assert set(re.findall(r"^make ([a-z][a-z-]*)", commands, re.MULTILINE)) - targets == set()
    assert set(re.findall(r"manage\.py ([a-z_0-9]+)", commands)) - set(get_commands()) == set()
    scripts = set(re.findall(r"\bscripts/[\w.-]+\w", commands))
    assert {name for name in scripts if not (ROOT / name).exists()} == set()


def test_what_the_readme_tells_a_newcomer_to_type_is_right() -> None:
    readme = (ROOT / "README.md").read_text()
    commands = re.findall(r"^ {4}\S+python -m studio (.+)$", readme, re.MULTILINE)
    asked = [_parser().parse_args(shlex.split(command, comments=True)) for command in commands]
    assert asked[0].genre in genres()
    assert json.dumps({"email": settings.DEMO_EMAIL, "password": settings.DEMO_PASSWORD}) in readme


def test_the_makefile_calls_what_exists() -> None:
    assert {name for name in re.findall(r"scripts/[\w.-]+\w", MAKEFILE) if not (ROOT / name).exists()} == set()


def test_every_make_target_has_a_line_of_help() -> None:
    targets = set(re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)) - {"check-machine"}
    assert set(re.findall(r"^([a-z-]+):.*## \w", MAKEFILE, re.MULTILINE)) == targets


def test_every_direct_dependency_is_pinned_and_explained() -> None:
    explained = (ROOT / "docs" / "dependencies.md").read_text()
    constraints = pinned("constraints.txt")
    for file in ("requirements.txt", "requirements-words.txt", "requirements-dev.txt"):
        lines = [line for line in (ROOT / file).read_text().splitlines() if line and line[0] not in "#-"]
        names = [name for line in lines for name in PINNED.findall(line)]
        assert len(names) == len(lines), f"{file}: a line without =="
        for name in names:
            assert re.search(rf"\b{re.escape(name)}\b", explained), f"docs/dependencies.md does not explain {name}"
            assert normalised(name) in constraints, f"constraints.txt lacks {name}"
    for name in json.loads((ROOT / "package-lock.json").read_text())["packages"]:
        assert name.removeprefix("node_modules/") in explained


def test_every_import_is_a_direct_dependency() -> None:
    packages = packages_distributions()
    runtime, everything = pinned("requirements.txt"), pinned("requirements.txt", "requirements-dev.txt")
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in tracked_files()
        if path.suffix == ".py"
        for name in sorted(imported_by(path))
        if not (ROOT / name).exists()
        and (everything if is_for_developers(path) else runtime).isdisjoint(map(normalised, packages.get(name, [])))
    ]
    assert missing == []


def test_no_file_holds_a_path_of_one_machine_or_a_registry() -> None:
    ours = re.compile(r"(?<![\w.:/-])/(?:work|root|home|Users)/\w")
    registry = re.compile(r"\"resolved\":|--(?:extra-)?index-url|--find-links|registry\s*=\s*http")
    found = []
    for path in tracked_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if ours.search(text):
            found.append(f"{path.relative_to(ROOT)}: a path of one machine")
        if path != Path(__file__) and registry.search(text):
            found.append(f"{path.relative_to(ROOT)}: a package registry")
    assert found == []
