"""Runs that use the results of earlier runs, each like a new process."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flake8_forward_call import checking
from flake8_forward_call.checking import check_bytes
from flake8_forward_call.configuration import files
from flake8_forward_call.files.cache import VARIABLE
from flake8_forward_call.files.inputs import STDIN_NAME, read_inputs
from flake8_forward_call.files.skipping import Skipped
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.findings.glances import Glances
from flake8_forward_call.findings.selection import everywhere
from flake8_forward_call.inference import session
from flake8_forward_call.inference.places import apart, environment
from flake8_forward_call.inference.places.environment import CHOICE, Choice
from flake8_forward_call.noqa.silencing import EVERY_RULE
from flake8_forward_call.sources.source import Source
from flake8_forward_call.terminal.trouble import Trouble

BASE = """
    from torch import nn


    class Base(nn.Module):
        def forward(self, x):
            return x
"""
OTHER_CALL = f"""{BASE}
        def __call__(self, *given):
            return self.forward(*given, 1)
"""
NO_MODULE = """
    class Base:
        def forward(self, x):
            return x
"""
USE = """
    from pkg.nets import Net

    net = Net()
    net.forward(1)
"""


@pytest.fixture
def environments() -> Iterator[None]:
    before = CHOICE.set(Choice())
    yield
    CHOICE.reset(before)
    forget()


@pytest.fixture
def project(environments: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project in the current folder."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.delenv("CONDA_PREFIX", raising=False)
    top = tmp_path / "project"
    put(top / "pyproject.toml", "")
    put(top / ".venv/pyvenv.cfg", "version = 3.11.7")
    (top / ".venv/lib/python3.11/site-packages").mkdir(parents=True)
    monkeypatch.chdir(top)
    return top


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(textwrap.dedent(text), encoding="utf-8")


def forget() -> None:
    """Begin as a new process does."""
    session._SESSIONS = session._Sessions()
    environment.look_again()
    apart.look_again()
    files.forget()


def found(top: Path, cache: Path | None, monkeypatch: pytest.MonkeyPatch) -> list[Finding]:
    """All findings in a project, as a new process with this cache finds them."""
    monkeypatch.setenv(VARIABLE, "" if cache is None else str(cache))
    forget()
    findings: list[Finding] = []
    selects, trouble = everywhere(EVERY_RULE), Trouble(is_quiet=True)
    glances = Glances(["."], selects)
    inputs = read_inputs(["."], STDIN_NAME, trouble, Skipped(), need_not_be_read=glances.tell_nothing)
    for each in glances.noting(inputs):
        findings += check_bytes(each.name, each.data, selects).findings
    checking.keep()
    glances.keep()
    return findings


Look = Callable[[], list[Finding]]


@pytest.fixture
def look(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Look:
    """A run with the cache, which must find what a run without one finds."""

    def both() -> list[Finding]:
        warm = found(project, tmp_path / "cache", monkeypatch)
        assert warm == found(project, None, monkeypatch)
        return warm

    return both


@pytest.fixture
def chain(project: Path) -> Path:
    """A call in a script, and the class of its receiver three imports away."""
    put(project / "pkg/__init__.py", "")
    put(project / "pkg/base.py", BASE)
    put(project / "pkg/middle.py", "from pkg.base import Base\n\n\nclass Middle(Base):\n    pass\n")
    put(project / "pkg/nets.py", "from pkg.middle import Middle\n\n\nclass Net(Middle):\n    pass\n")
    put(project / "use.py", USE)
    return project


def forbid_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(source: Source) -> None:
        raise AssertionError(f"{source.path} was parsed")

    monkeypatch.setattr(Source, "_parsed", parsed)


def codes(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(one.path.removeprefix("./"), one.code) for one in findings]
