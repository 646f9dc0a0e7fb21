"""All GitHub Actions that a workflow, the action or a page uses run on a supported version of Node."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]

# The first major version of each with `using: node24` in its action.yml, or without Node. Runners warn about Node 20
# and will remove it:
# https://github.blog/changelog/2025-09-19-deprecation-of-node-20-on-github-actions-runners/
OLDEST = {
    "actions/checkout": 5,
    "actions/setup-python": 6,
    "github/codeql-action/upload-sarif": 4,
    "reviewdog/action-setup": 1,  # A script.
}


def texts() -> Iterator[tuple[str, str]]:
    """Each YAML text of the repository and of the pages, with the name of its file."""
    for file in (*ROOT.glob("*.y*ml"), *(ROOT / ".github").rglob("*.y*ml")):
        yield file.name, file.read_text(encoding="utf-8")
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
            if token.type == "fence" and token.info.strip() in ("yaml", "yml"):
                yield page.name, token.content


def uses(value: Any) -> Iterator[str]:
    """Each value of a key ``uses`` at any depth."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "uses":
                yield inner
            else:
                yield from uses(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from uses(inner)


def fault(used: str) -> str | None:
    """What is wrong with a use of an action, or None. Actions of this repository are checked separately."""
    if used.startswith("./"):
        return None
    name, _, version = used.partition("@")
    if name not in OLDEST:
        return f"{name} is not in the table: look which version of it runs on a supported Node"
    major = re.fullmatch(r"v(\d+)(?:\.\d+)*", version)
    if major is None:
        return f"{used} names no version"
    return None if int(major[1]) >= OLDEST[name] else f"{used} is older than v{OLDEST[name]}"


USED = sorted({(name, used) for name, text in texts() for used in uses(yaml.safe_load(text))})


@pytest.mark.parametrize(("name", "used"), USED)
def test_each_runs_on_a_supported_node(name: str, used: str) -> None:
    assert fault(used) is None


def test_all_are_looked_at() -> None:
    assert {"action.yml", "ci.yml", "ci.md"} <= {name for name, _ in USED}
    written = {
        line.partition("uses:")[2].strip() for _, text in texts() for line in text.splitlines() if "uses:" in line
    }
    assert written == {used for _, used in USED}


def test_a_table_row_that_nothing_needs_is_gone() -> None:
    assert set(OLDEST) == {used.partition("@")[0] for _, used in USED if not used.startswith("./")}


@pytest.mark.parametrize(
    ("used", "said"),
    [
        ("actions/checkout@v4", "is older than v5"),
        ("actions/setup-python@v5.6.0", "is older than v6"),
        ("github/codeql-action/upload-sarif@v3", "is older than v4"),
        ("actions/cache@v5", "is not in the table"),
        ("actions/checkout@main", "names no version"),
        ("actions/checkout", "names no version"),
    ],
)
def test_others_are_told(used: str, said: str) -> None:
    assert said in (fault(used) or "")
