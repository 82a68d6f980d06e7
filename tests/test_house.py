"""The house keeps its own rules: what the README says is what runs, what is locked has hashes, nothing names a machine."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

import marktplatz
import marktplatz.matching

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
LOCKS = [ROOT / "requirements" / f"{name}.txt" for name in ("runtime", "semantic", "dev")]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("*.md"))
MODULES = [module.name for module in pkgutil.walk_packages(marktplatz.matching.__path__, "marktplatz.matching.")]

MACHINE_PATH = re.compile(r"(?<![\w.}/~-])/(work|root|home|tmp)/[a-z]")
REGISTRY_HOST = re.compile(r"[\w.-]*\b(pypi|pythonhosted|npmjs|debian)\b\.(org|com)", re.IGNORECASE)
LEFT_FOR_LATER = re.compile(r"\b(TODO|FIXME|XXX)\b")
NOT_RUN = re.compile(r"pytest\.(skip|importorskip)|mark\.(skip|skipif|xfail)")


@cache
def file_names() -> list[str]:
    """Every file that is tracked or about to be, by its path from the root."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(asked, cwd=ROOT, capture_output=True, check=True, text=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive instead of a clone
        listed = [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if not _is_made(path.relative_to(ROOT))]
    return [name for name in listed if (ROOT / name).is_file()]


def _is_made(path: Path) -> bool:
    """Is a file the work of a tool, as `.gitignore` has it?"""
    made = (".git", ".venv", "__pycache__", "build", "dist", ".hypothesis")
    return any(part in made or part.endswith(("_cache", ".egg-info")) for part in path.parts)


@cache
def text_files() -> dict[str, str]:
    contents = {name: (ROOT / name).read_bytes() for name in file_names()}
    return {name: content.decode("utf-8", "replace") for name, content in contents.items() if b"\0" not in content}


def places(pattern: re.Pattern[str], folder: str = "") -> list[str]:
    return [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in text_files().items()
        if name.startswith(folder)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def readme_command(kind: str) -> str:
    """The line between the README's markers of one kind, without its code fence."""
    (block,) = re.findall(rf"<!-- command: {kind} -->\s*```sh\n(.*?)\n```", README.read_text("utf-8"), re.DOTALL)
    return block


def ci_command() -> str:
    (block,) = re.findall(r"# README: tests\n(.*?)\n\s*# README: end", (ROOT / ".ci" / "run").read_text("utf-8"), re.DOTALL)
    return block.strip()


def test_ci_runs_exactly_the_readmes_test_command() -> None:
    assert ci_command() == readme_command("tests")


@pytest.mark.parametrize("kind", ["demo", "tests"])
def test_the_readmes_commands_are_one_line_each_and_name_files_that_exist(kind: str) -> None:
    command = readme_command(kind)
    assert "\n" not in command
    named = re.findall(r" -r (\S+)", command)
    assert named
    assert [name for name in named if not (ROOT / name).is_file()] == []
    assert command.startswith("python3 -m venv .venv && ")


def test_the_readme_comes_to_its_commands_at_once() -> None:
    before = README.read_text("utf-8").split("<!-- command: tests -->")[0]
    assert len(before.splitlines()) < 30


def test_links_between_our_documents_lead_somewhere() -> None:
    broken = []
    for name, text in text_files().items():
        if name.endswith(".md"):
            targets = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", text)
            broken += [f"{name}: {target}" for target in targets if not ((ROOT / name).parent / target).exists()]
    assert broken == []


def test_python_in_the_readme_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        ended = subprocess.run([sys.executable, "-W", "error", "-"], input=block, capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stderr
        promised = re.findall(r"# > (.*)", block)
        assert ended.stdout.splitlines() == promised


@pytest.mark.parametrize("module", MODULES)
def test_examples_in_docstrings_hold(module: str) -> None:
    assert doctest.testmod(importlib.import_module(module)).failed == 0


def test_no_file_names_a_machines_folders() -> None:
    assert places(MACHINE_PATH) == []


def test_no_file_names_a_package_registry() -> None:
    assert places(REGISTRY_HOST) == []


def test_nothing_in_the_source_is_left_for_later() -> None:
    assert places(LEFT_FOR_LATER, "src/") == []


def test_the_dark_changes_nothing_but_colours() -> None:
    """So that in the browser only the rules of colours need to be asked a second time."""
    style = "src/marktplatz/web/static/marktplatz.css"
    asked = places(re.compile(r"prefers-color-scheme|light-dark\("), "src/marktplatz/web/")
    assert [place.partition(":")[0] for place in asked] == [style]
    dark = re.search(r"@media \(prefers-color-scheme: dark\) \{\s*:root \{([^{}]*)\}\s*\}", text_files()[style])
    assert dark is not None
    rules = [rule.strip() for rule in dark[1].split(";") if rule.strip()]
    assert len(rules) > 20
    assert [rule for rule in rules if not re.fullmatch(r"--[\w-]+: #[0-9a-f]{6}|--shadow: none", rule)] == []


def test_every_test_is_run() -> None:
    assert places(NOT_RUN, "tests/") == []


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_every_locked_package_has_one_version_and_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text("utf-8")
    packages = re.split(r"\n(?=\S)", text.strip())
    assert [p.splitlines()[0] for p in packages if not re.match(r"[\w.-]+==[\w.]+( ; [^\\\n]+)? \\\n", p)] == []
    assert [p.splitlines()[0] for p in packages if not re.search(r"--hash=sha256:[0-9a-f]{64}$", p)] == []
    assert re.findall(r"://|--(?:index|extra|find|trusted)\S*|file:", text) == []


def test_the_locks_agree_and_hold_what_the_package_asks_for() -> None:
    runtime, semantic, dev = (re.findall(r"^([\w.-]+)==([\w.]+)", lock.read_text("utf-8"), re.MULTILINE) for lock in LOCKS)
    assert set(runtime) <= set(semantic) & set(dev)
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    asked = declared["project"]["dependencies"] + declared["build-system"]["requires"]
    extras = declared["project"]["optional-dependencies"]
    for locked, lines in ((runtime, asked), (semantic, extras["semantic"]), (dev, extras["dev"])):
        for wanted in map(Requirement, lines):
            versions = [version for name, version in locked if name == canonicalize_name(wanted.name)]
            assert versions, wanted
            assert all(wanted.specifier.contains(version) for version in versions), wanted


def test_the_build_backend_is_locked_as_the_package_asks_for_it() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    lines = (ROOT / "requirements" / "build.in").read_text("utf-8").splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == declared


def test_the_changelog_begins_with_this_version() -> None:
    versions = re.findall(r"^## (\d\S*)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert versions[0] == marktplatz.__version__


@pytest.mark.parametrize("path", DECISIONS, ids=lambda path: path.stem)
def test_a_decision_has_its_four_parts_on_half_a_page(path: Path) -> None:
    text = path.read_text("utf-8")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences", "Not chosen"]
    assert text.startswith(f"# {int(path.stem[:4])}. ")
    assert len(text.splitlines()) <= 45


def test_decisions_are_numbered_without_gaps() -> None:
    assert [int(path.stem[:4]) for path in DECISIONS] == list(range(1, len(DECISIONS) + 1))
