"""What is written down about pre-commit is what pre-commit takes, and what the tests of the hooks use."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from scratch import OURS, PAGE, ROOT, Scratch, hooks, recipe, recipes

from flake8_forward_call import __version__

MANIFEST = ROOT / ".pre-commit-hooks.yaml"
PAGES = [ROOT / "README.md", ROOT / "docs/usage.md", PAGE]


@pytest.fixture
def anywhere(tmp_path: Path, published: dict[str, str]) -> Scratch:
    return Scratch(tmp_path, published)


def test_manifest_is_valid(anywhere: Scratch) -> None:
    done = anywhere.pre_commit("validate-manifest", str(MANIFEST))
    assert (done.status, done.out) == (0, "")


def test_invalid_manifest_would_be_seen(anywhere: Scratch) -> None:
    (wrong := anywhere.folder / "hooks.yaml").write_text(MANIFEST.read_text().replace("entry:", "entries:"))
    assert anywhere.pre_commit("validate-manifest", str(wrong)).status == 1


@pytest.mark.parametrize("text", [text for page in PAGES for text in recipes(page)])
def test_recipe_is_valid(anywhere: Scratch, text: str) -> None:
    (file := anywhere.folder / ".pre-commit-config.yaml").write_text(text)
    done = anywhere.pre_commit("validate-config", str(file))
    assert (done.status, done.out) == (0, "")


def test_every_recipe_is_used_by_a_test_of_the_hooks() -> None:
    used = [recipe("forward-call-fix"), recipe("forward-call"), recipe("flake8")]
    used += [recipe("forward-call-fix", args=True), recipe("forward-call", folder=True)]
    used += [recipe("forward-call", args=True)]
    assert recipes() == used
    assert [text for page in PAGES[:2] for text in recipes(page)] == [recipe("forward-call-fix")] * 2


def test_recipes_name_the_hooks_that_there_are() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert {name for text in recipes() for name in hooks(text)} == {hook["id"] for hook in manifest} | {"flake8"}
    assert {one["repo"] for text in recipes() for one in yaml.safe_load(text)["repos"]} == {OURS, "local"}


def test_one_version_is_named_everywhere() -> None:
    texts = [text for page in PAGES for text in recipes(page)]
    ours = re.findall(rf"{re.escape(OURS)}\n +rev: v(.*)", "\n".join(texts))
    assert len(ours) == len([text for text in texts if OURS in text])
    tags = [tag for page in PAGES for tag in re.findall(r" tag v([\d.]*\d)", page.read_text(encoding="utf-8"))]
    assert tags
    assert {*ours, *tags} == {__version__}


def test_one_process_fixes() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text(encoding="utf-8"))
    assert {hook["id"]: hook["require_serial"] for hook in manifest} == {
        "forward-call": False,
        "forward-call-fix": True,
    }
