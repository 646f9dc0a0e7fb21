"""Repositories that are made for a test: those that hooks come from, and a project that uses them."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from markdown_it import MarkdownIt

from flake8_forward_call import __version__

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs/pre-commit.md"
# Where the page expects the clone that the hooks come from: beside the project.
CLONE = "flake8-forward-call"
OURS = f"../{CLONE}"


@dataclass(frozen=True)
class Done:
    """What a command left behind: exit status, and all that it printed."""

    status: int
    out: str


@dataclass(frozen=True)
class Scratch:
    """A git repository in a folder, and the environment that its commands run in."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *command: str) -> Done:
        done = subprocess.run(
            command,
            cwd=self.folder,
            env=dict(self.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        return Done(done.returncode, done.stdout)

    def git(self, *args: str) -> str:
        done = self.run("git", *args)
        assert done.status == 0, done.out
        return done.out

    def pre_commit(self, *args: str) -> Done:
        return self.run(sys.executable, "-m", "pre_commit", *args)

    def commit(self, message: str = "A change") -> Done:
        """Commit what is staged, as a person does, with the hooks."""
        return self.run("git", "commit", "--quiet", "--message", message)

    def write(self, **programs: str) -> None:
        """Write programs: the name of each, with two underscores for a folder's slash, and its text."""
        for name, program in programs.items():
            path = self.folder / f"{name.replace('__', '/')}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(program, encoding="utf-8")

    def text(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def staged(self, name: str) -> str:
        return self.git("show", f":{name}")


def made(folder: Path, environment: Mapping[str, str]) -> Scratch:
    """A new repository in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    scratch = Scratch(folder, environment)
    scratch.git("init", "--quiet", "--initial-branch", "main")
    return scratch


def surroundings(folder: Path) -> dict[str, str]:
    """The environment of a user who has nothing set, and who has this environment's programs."""
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PRE_COMMIT", "VIRTUAL_ENV"))
    }
    configuration = {"user.name": "A", "user.email": "a@example.org"}
    environment |= {f"GIT_CONFIG_KEY_{number}": name for number, name in enumerate(configuration)}
    environment |= {f"GIT_CONFIG_VALUE_{number}": value for number, value in enumerate(configuration.values())}
    return environment | {
        "GIT_CONFIG_COUNT": str(len(configuration)),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_SYSTEM": os.devnull,
        "PRE_COMMIT_HOME": str(folder / "home"),
        "FORWARD_CALL_CACHE_DIR": str(folder / "cache"),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    }


def publish(folder: Path, environment: Mapping[str, str]) -> None:
    """Commit what hooks are made of, this working tree as it is, and tag it as the page says."""
    ours = made(folder / CLONE, environment)
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, ours.folder)
    package = "flake8_forward_call"
    shutil.copytree(ROOT / package, ours.folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    ours.git("add", "--all")
    ours.git("commit", "--quiet", "--message", "A clone")
    user = made(folder / "user", environment)
    (command,) = re.findall(r"^\$ (git -C .* tag .*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    user.git(*shlex.split(command)[1:])
    assert ours.git("tag") == f"v{__version__}\n"


def recipes(page: Path = PAGE) -> list[str]:
    """The configurations of pre-commit that a page shows."""
    tokens = MarkdownIt().parse(page.read_text(encoding="utf-8"))
    return [token.content for token in tokens if token.type == "fence" and "hooks:" in token.content]


def recipe(*wanted: str, args: bool = False, folder: bool = False) -> str:
    """The configuration on the page that has exactly these hooks, with arguments or without, or for a folder."""
    fitting = (text for text in recipes() if ("pass_filenames: false" in text) is folder)
    (found,) = (text for text in fitting if hooks(text) == list(wanted) and ("args:" in text) is (args or folder))
    return found


def hooks(text: str) -> list[str]:
    """The hooks in a configuration of pre-commit, in their order."""
    return [hook["id"] for repository in yaml.safe_load(text)["repos"] for hook in repository["hooks"]]


def notebook(*cells: str) -> str:
    """A notebook of code cells."""
    common: dict[str, object] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    all_cells = [common | {"id": str(number), "source": text} for number, text in enumerate(cells)]
    return json.dumps({"cells": all_cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1) + "\n"
