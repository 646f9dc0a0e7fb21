"""Until the first release, the commands in the pages install the tool from a clone, and they work."""

from __future__ import annotations

import re
import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from documented import DOCS, Shown, printed, steps
from markdown_it import MarkdownIt

from flake8_forward_call import __version__

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

ROOT = DOCS.parent
PAGES = [ROOT / "README.md", *sorted(DOCS.glob("*.md"))]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# Possible locations of a clone: here, next to the project, or copied into it.
CLONES = (".", "../flake8-forward-call", "./tools/flake8-forward-call")


def fences() -> list[tuple[str, str]]:
    """The code blocks of the pages, each with its page."""
    found = [(page.name, MarkdownIt().parse(page.read_text(encoding="utf-8"))) for page in PAGES]
    return [(name, token.content) for name, tokens in found for token in tokens if token.type == "fence"]


def installs() -> list[tuple[str, str]]:
    """The arguments of `pip install`, each with its page."""
    told = [(name, words) for name, text in fences() for words in re.findall(r"pip install ([^\n&]*)", text)]
    assert {"README.md", "ci.md", "editors.md", "index.md", "start.md", "usage.md"} <= {name for name, _ in told}
    return [(name, word.strip("'")) for name, words in told for word in words.split() if not word.startswith("-")]


def test_there_is_no_release_yet() -> None:
    """Once there is a release, the pages must name it, and these tests must go."""
    assert f"\n## {__version__} - unreleased\n" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "what"), sorted(set(installs())))
def test_the_tool_is_installed_from_a_clone_with_extras_that_there_are(page: str, what: str) -> None:
    path, _, extras = what.removesuffix("'").rstrip("]").partition("[")
    assert path in CLONES or path == "python-lsp-server"
    assert set(filter(None, extras.split(","))) <= PROJECT["optional-dependencies"].keys()


def test_nothing_comes_from_where_nothing_is() -> None:
    for page, text in fences():
        told = re.findall(r"github\.com/flake8-forward-call|flake8-forward-call/[\w-]+@|flake8-forward-call==", text)
        assert (page, told) == (page, [])


def test_the_site_links_to_the_repository_from_the_first_release_on() -> None:
    options = runpy.run_path(str(DOCS / "conf.py"))["theme_options"]
    unreleased, released = f"# Changelog\n\n## {__version__} - unreleased\n", "\n## 0.0.1 - 2026-01-01\n"
    assert options(unreleased) == {}
    for changelog in (unreleased + released, released):
        (link,) = options(changelog)["footer_icons"]
        assert link["url"] == PROJECT["urls"]["Source"]


@pytest.mark.parametrize("page", ["README.md", "docs/ci.md", "docs/editors.md", "docs/index.md", "docs/pre-commit.md"])
def test_each_page_says_that_nothing_is_released(page: str) -> None:
    assert "Nothing is released yet" in (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.slow
def test_copy_for_ci_is_made_from_the_clone_and_holds_the_action_and_the_package(tmp_path: Path) -> None:
    clone, project = tmp_path / "flake8-forward-call", tmp_path / "project"
    clone.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "action.yml"):
        shutil.copy(ROOT / name, clone)
    shutil.copytree(ROOT / "flake8_forward_call", clone / "flake8_forward_call")
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    for folder, *arguments in (
        (clone, "init", "-q"),
        (clone, "add", "--all"),
        (clone, *identity, "commit", "-qm", "A clone"),
        (tmp_path, "init", "-q", "project"),
    ):
        subprocess.run(["git", *arguments], cwd=folder, check=True)
    commands = [one.command for one in steps("ci.md") if isinstance(one, Shown) and "tools/" in one.command]
    assert len(commands) == 3
    for command in commands:
        assert printed(command, project) == ""
    staged = subprocess.run(["git", "ls-files"], cwd=project, check=True, capture_output=True, text=True).stdout.split()
    copy = CLONES[-1].removeprefix("./")
    wanted = {f"{copy}/{name}" for name in ("action.yml", "pyproject.toml", "flake8_forward_call/cli.py")}
    assert wanted <= set(staged)
