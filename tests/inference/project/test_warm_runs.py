"""A run that uses the results of earlier runs finds exactly what a run without them finds, whatever has changed."""

from __future__ import annotations

import json
import os
import random
import shutil
import sys
from pathlib import Path

import pytest
from warm_runs import (
    BASE,
    NO_MODULE,
    OTHER_CALL,
    USE,
    Look,
    chain,
    codes,
    environments,
    forbid_trees,
    forget,
    found,
    look,
    project,
    put,
)

from flake8_forward_call.checking import check_bytes
from flake8_forward_call.files.cache import VARIABLE
from flake8_forward_call.files.discovery import find_files
from flake8_forward_call.findings.selection import everywhere
from flake8_forward_call.inference import session
from flake8_forward_call.inference.project import disk, texts
from flake8_forward_call.inference.project.facts import Fact, numbers_in
from flake8_forward_call.noqa.silencing import EVERY_RULE
from flake8_forward_call.terminal.trouble import Trouble

__all__ = ["chain", "environments", "look", "project"]


def test_nothing_is_parsed_if_nothing_has_changed(chain: Path, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    first = look()
    assert codes(first) == [("use.py", "FWD001")]
    forbid_trees(monkeypatch)
    monkeypatch.setenv(VARIABLE, str(chain.parent / "cache"))
    assert found(chain, chain.parent / "cache", monkeypatch) == first


def test_touched_file_is_not_a_changed_one(chain: Path, look: Look, monkeypatch: pytest.MonkeyPatch) -> None:
    first = look()
    os.utime(chain / "pkg/base.py", (1, 1))
    forbid_trees(monkeypatch)
    assert found(chain, chain.parent / "cache", monkeypatch) == first


@pytest.mark.parametrize("text", [OTHER_CALL, NO_MODULE, "", "def ("])
def test_class_three_imports_away_is_read_again(chain: Path, look: Look, text: str) -> None:
    assert codes(look()) == [("use.py", "FWD001")]
    put(chain / "pkg/base.py", text)
    assert ("use.py", "FWD001") not in codes(look())
    put(chain / "pkg/base.py", BASE)
    assert codes(look()) == [("use.py", "FWD001")]


def test_new_module_that_hides_another_is_found(chain: Path, look: Look) -> None:
    look()
    put(chain / "torch/__init__.py", "class nn:\n    class Module: pass\n")
    assert look() == []


def test_file_that_is_gone_is_missed(chain: Path, look: Look) -> None:
    look()
    (chain / "pkg/middle.py").unlink()
    assert look() == []


def test_file_that_calls_or_derives_is_found_if_it_is_new(project: Path, look: Look) -> None:
    put(project / "pkg/__init__.py", "")
    put(project / "pkg/base.py", BASE + "\n    def run(model): return model.forward(1)\n")
    assert look() == []
    put(project / "pkg/calls.py", "from pkg.base import Base, run\n\nrun(Base())\n")
    assert codes(look()) == [("pkg/base.py", "FWD001")]
    put(project / "pkg/calls.py", "from pkg.base import Base, run\n\nrun(Base())\nrun(object())\n")
    assert look() == []
    put(project / ".git/HEAD", "")
    put(project / ".gitignore", "calls.py\n")
    assert look() == []
    put(project / ".gitignore", "")
    put(project / "pkg/calls.py", "from pkg.base import Base, run\n\nrun(Base())\n")
    assert codes(look()) == [("pkg/base.py", "FWD001")]
    put(project / ".gitignore", "calls.py\n")
    assert look() == []


def test_setting_is_part_of_what_was_asked(chain: Path, look: Look) -> None:
    look()
    put(chain / "pyproject.toml", '[tool.forward-call]\nnon-module-classes = ["pkg.base.Base"]\n')
    assert look() == []
    put(chain / "pyproject.toml", "")
    assert codes(look()) == [("use.py", "FWD001")]


def test_installed_package_is_looked_at_again(project: Path, look: Look) -> None:
    packages = project / ".venv/lib/python3.11/site-packages"
    put(project / "use.py", "from layers import Base\n\nbase = Base()\nbase.forward(1)\n")
    assert look() == []
    put(packages / "layers/__init__.py", "from layers.base import Base")
    put(packages / "layers/base.py", BASE)
    assert codes(look()) == [("use.py", "FWD001")]
    put(packages / "layers/base.py", NO_MODULE)
    assert look() == []
    shutil.rmtree(packages / "layers")
    put(project / "elsewhere/layers.py", BASE)
    put(packages / "layers.pth", str(project / "elsewhere"))
    assert codes(look()) == [("use.py", "FWD001")]


@pytest.mark.parametrize("changed", ["python", "tool"])
def test_results_are_for_one_python_and_one_tool(
    chain: Path, look: Look, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    from flake8_forward_call.files import cache

    look()
    cache_folder = chain.parent / "cache"
    before = set(cache_folder.iterdir())
    if changed == "python":
        monkeypatch.setattr(sys, "version", "another")
    else:
        monkeypatch.setattr(cache, "tool", lambda: "another")
    found(chain, cache_folder, monkeypatch)
    assert before < set(cache_folder.iterdir())


# Random changes

NOTEBOOK = json.dumps(
    {
        "cells": [
            {
                "cell_type": "code",
                "execution_count": 1,
                "metadata": {},
                "outputs": [],
                "source": ["from pkg.nets import Net\n", "Net().forward(1)"],
            }
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)

VARIANTS: dict[str, tuple[str | None, ...]] = {
    "pyproject.toml": (
        "",
        '[tool.forward-call]\nroots = ["other"]\n',
        '[tool.forward-call]\nnon-module-classes = ["pkg.base.Base"]\n',
        '[tool.forward-call]\nmodule-classes = ["unknown.Thing"]\n',
        '[tool.forward-call]\nexclude = ["pkg/calls.py"]\n',
        "[tool.forward-call]\nnonsense = 1\n",
    ),
    ".gitignore": (None, "calls.py\n", "other/\n", "pkg/*\n!pkg/nets.py\n"),
    ".git/HEAD": (None, ""),
    "pkg/__init__.py": (None, "", "from pkg.nets import *\n", "from pkg.base import Base as Net\n"),
    "pkg/base.py": (BASE, OTHER_CALL, NO_MODULE, None, "def (", BASE + "\n    Base.__call__ = print\n"),
    "pkg/middle.py": (
        "from pkg.base import Base\n\n\nclass Middle(Base):\n    pass\n",
        "from .base import Base\n\n\nclass Middle(Base):\n    def __call__(self, x): return x\n",
        "from layers import Base as Middle\n",
        "from base import Base as Middle\n",
        None,
    ),
    "pkg/nets.py": (
        "from pkg.middle import Middle\n\n\nclass Net(Middle):\n    def run(self, x): return self.forward(x)\n",
        "from pkg.middle import Middle as Net\nNet().register_forward_hook(print)\n",
        "from unknown import Thing as Net\n",
    ),
    "pkg/run.py": (
        "def run(model):\n    return model.forward(1)\n",
        "class Mixin:\n    def run(self): return self.forward(1)\n",
    ),
    "pkg/calls.py": (
        None,
        "from pkg.run import run\nfrom pkg.nets import Net\n\nrun(Net())\n",
        "from pkg.run import run\nfrom pkg.nets import Net\n\nrun(Net())\nrun(1)\n",
        "from pkg.run import Mixin\nfrom pkg.nets import Net\n\nclass Mixed(Mixin, Net): pass\n",
    ),
    "use.py": (
        USE,
        "import pkg\n\npkg.Net().forward(1)\n",
        "from unknown import Thing\n\nThing().forward(1)\n",
        "from layers import Base\n\nBase().forward(1)\n",
    ),
    "deep/er/use.py": (USE, None, "from base import Base\n\nBase().forward(2)\n"),
    "deep/er/base.py": (None, BASE, NO_MODULE),
    "other/unknown.py": (None, BASE.replace("Base", "Thing"), NO_MODULE.replace("Base", "Thing")),
    "other/layers/__init__.py": (None, BASE),
    "torch/__init__.py": (None, None, None, "class nn:\n    class Module: pass\n"),
    ".venv/lib/python3.11/site-packages/layers/__init__.py": (None, "from .base import Base", BASE),
    ".venv/lib/python3.11/site-packages/layers/base.py": (None, BASE, OTHER_CALL),
    ".venv/lib/python3.11/site-packages/unknown.py": (None, BASE.replace("Base", "Thing")),
    "notes.ipynb": (None, NOTEBOOK),
}

MOVES = (("pkg", "pack"), ("pkg/base.py", "pkg/basis.py"), ("other", "src"), ("deep/er", "deep/est"), (".venv", "venv"))


def change(top: Path, chance: random.Random) -> str:
    """Change something in a project. Returns what was changed."""
    if chance.random() < 0.2:
        moves = [(one, to) for pair in MOVES for one, to in (pair, pair[::-1])]
        moves = [(one, to) for one, to in moves if (top / one).exists() and not (top / to).exists()]
        if moves:
            one, to = chance.choice(moves)
            (top / one).rename(top / to)
            return f"{one} -> {to}"
    name = chance.choice(list(VARIANTS))
    text = chance.choice(VARIANTS[name])
    path = top / name
    if text is not None:
        put(path, text)
    elif path.is_file():
        path.unlink()
    return f"{name}: {text!r}"


@pytest.mark.parametrize("seed", range(3))
def test_file_rests_on_the_same_facts_in_every_order(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    for name, variants in VARIANTS.items():
        text = chance.choice([one for one in variants if one is not None])
        if name not in {"pyproject.toml", ".gitignore", "torch/__init__.py"}:
            put(project / name, text)
    names = list(find_files(["."], Trouble(is_quiet=True)))
    known: list[dict[str, set[Fact]]] = []
    for number in range(4):
        monkeypatch.setenv(VARIABLE, str(tmp_path / f"cache{number}"))
        forget()
        chance.shuffle(names)
        for name in names:
            check_bytes(name, Path(name).read_bytes(), everywhere(EVERY_RULE))
        known.append(facts_of_files())
    assert len(known[0]) > 3
    assert known[1:] == [known[0]] * 3


def facts_of_files() -> dict[str, set[Fact]]:
    """The facts that the results of this process rest on, by the path of the file."""
    return {
        path: {results.ledger.facts[number] for number in numbers_in(result.mask)}
        for results in session._SESSIONS._results.values()
        for path, result in results._results.items()
    }


@pytest.mark.parametrize("seed", range(int(os.environ.get("WARM_RUNS", "4"))))
def test_every_change_is_noticed(
    project: Path, look: Look, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    if seed % 2:  # With stamps that are trusted at once, and a record of the words of each text.
        monkeypatch.setattr(disk, "SETTLED", -(10**12))
        monkeypatch.setattr(texts, "MIN_FILES", 1)
    for name in VARIANTS:
        text = VARIANTS[name][0]
        if text is not None:
            put(project / name, text)
    look()
    done: list[str] = []
    for _ in range(8):
        done += [change(project, chance) for _ in range(chance.randint(1, 2))]
        try:
            look()
        except AssertionError as error:
            raise AssertionError("after " + "; ".join(done)) from error
