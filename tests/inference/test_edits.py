"""What is typed is answered without a look at the disk, and a look at the disk tells whether anything on it changed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from flake8_forward_call.analysis import analyse
from flake8_forward_call.inference import session
from flake8_forward_call.inference.places.environment import CHOICE, Choice
from flake8_forward_call.inference.project import results, texts
from flake8_forward_call.sources.opening import read
from flake8_forward_call.sources.source import Source

NET = "from torch import nn\n\nclass Net(nn.Module):\n    def forward(self, x): return x\n"
PLAIN = "class Net:\n    def forward(self, x): return x\n"
USE = "from net import Net\n\nnet = Net()\nnet.forward(1)\n"
HELPER = "def run(m): m.forward(1)\n"
CALLER = "from helper import run\nfrom net import Net\nrun(Net())\n"
HEIR = "from net import Net\nclass Heir(Net):\n    def __call__(self, x): return -x\n"
ANNOTATED = "from net import Net\n\ndef use(net: Net): net.forward(1)\n"


@pytest.fixture(autouse=True)
def _another_process() -> Iterator[None]:
    before = CHOICE.set(Choice())
    session._SESSIONS = session._Sessions()
    yield
    session._SESSIONS = session._Sessions()
    CHOICE.reset(before)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A project with an environment."""
    top = tmp_path.resolve() / "project"
    files = {
        "setup.py": "",
        ".venv/pyvenv.cfg": "",
        ".venv/lib/python3.11/site-packages/installed.py": "",
        "net.py": NET,
        "use.py": USE,
        "helper.py": HELPER,
        "call.py": CALLER,
        "kit/tool.py": "",
    }
    for name, text in files.items():
        write(top / name, text)
    return top


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def found(path: Path, text: str | None = None) -> list[str]:
    return [one.code for one in analyse(Source(str(path), path.read_text() if text is None else text))]


def test_edit_counts_in_every_file(top: Path) -> None:
    use, net = str(top / "use.py"), str(top / "net.py")
    session.look_again({use: USE})
    assert found(top / "use.py") == ["FWD001"]
    session.edit({use: USE, net: NET})
    assert (found(top / "net.py"), found(top / "use.py")) == ([], ["FWD001"])
    for text, codes in ((PLAIN, []), (NET, ["FWD001"]), (f"{PLAIN}# typed\n", [])):
        session.edit({use: USE, net: text})
        assert (found(top / "net.py", text), found(top / "use.py")) == ([], codes)
    session.edit({use: USE})
    assert found(top / "use.py") == ["FWD001"]


def test_edit_counts_where_texts_are_searched(top: Path) -> None:
    """Who calls a function, and which class derives from another."""
    call, heir, use = (str(top / f"{name}.py") for name in ("call", "heir", "use"))
    write(top / "heir.py", "")
    write(top / "use.py", ANNOTATED)
    session.look_again({call: CALLER, heir: ""})
    assert (found(top / "helper.py"), found(Path(use))) == (["FWD001"], ["FWD001"])
    session.edit({call: "", heir: HEIR})
    assert (found(top / "helper.py"), found(Path(use))) == ([], ["FWD002"])
    session.edit({call: CALLER, heir: ""})
    assert (found(top / "helper.py"), found(Path(use))) == (["FWD001"], ["FWD001"])


def test_edit_counts_after_all_words_were_listed(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MANY_SEARCHES", 0)
    call = str(top / "call.py")
    session.look_again({call: "run = None\n"})
    assert found(top / "use.py") == ["FWD001"]
    session.edit({call: CALLER})
    assert found(top / "helper.py") == ["FWD001"]


def test_edit_counts_in_files_that_an_earlier_process_has_checked(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it has found is used as long as no text is another one, and then nobody asks who mentions what."""
    monkeypatch.setenv("FORWARD_CALL_CACHE_DIR", str(top / ".cache"))
    call, heir = str(top / "call.py"), str(top / "heir.py")
    for name, text in {"call": "", "heir": "", "use": ANNOTATED}.items():
        write(top / f"{name}.py", text)
    assert (found(top / "helper.py"), found(top / "use.py")) == ([], ["FWD001"])
    session.keep()
    session._SESSIONS = session._Sessions()
    session.look_again({call: "", heir: ""})
    assert (found(top / "helper.py"), found(top / "use.py")) == ([], ["FWD001"])
    session.edit({call: CALLER, heir: HEIR})
    assert (found(top / "helper.py"), found(top / "use.py")) == (["FWD001"], ["FWD002"])
    session.edit({call: "", heir: ""})
    assert (found(top / "helper.py"), found(top / "use.py")) == ([], ["FWD001"])


def test_cell_that_is_split_is_two_cells(top: Path) -> None:
    """Cells may run in any order. The program of the notebook is the same, because a blank line separates cells."""
    path = str(top / "try.ipynb")
    make, use = f"{NET}net = Net()\n", "net.forward(1)\nnet = 3"
    session.look_again({path: ""})
    for cells, codes in (([f"{make}\n{use}"], ["FWD001"]), ([make, use], []), ([f"{make}\n{use}"], ["FWD001"])):
        text = notebook(cells)
        session.edit({path: text})
        source = read(path, text.encode())
        assert source is not None
        assert [one.code for one in analyse(source)] == codes


def notebook(cells: list[str]) -> str:
    made: list[dict[str, object]] = [
        {"cell_type": "code", "source": one, "metadata": {}, "outputs": [], "execution_count": None} for one in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def test_edit_does_not_look_at_other_files(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use = str(top / "use.py")
    session.look_again({use: USE})
    assert found(top / "use.py") == ["FWD001"]
    seen: list[str] = []
    stat, scandir = os.stat, os.scandir

    def looked_at(path: str | os.PathLike[str], **given: bool) -> os.stat_result:
        seen.append(os.fspath(path))
        return stat(path, **given)

    def listed(path: str) -> Iterator[os.DirEntry[str]]:
        seen.append(path)
        return scandir(path)

    monkeypatch.setattr(os, "stat", looked_at)
    monkeypatch.setattr(os, "scandir", listed)
    text = f"{USE}net.forward(2)\n"
    session.edit({use: text})
    assert found(top / "use.py", text) == ["FWD001", "FWD001"]
    assert not [path for path in seen if path.startswith(f"{top}{os.sep}") and path != use]


def test_nothing_has_changed_on_disk(top: Path) -> None:
    session.look_again({str(top / "use.py"): USE})
    assert found(top / "use.py") == ["FWD001"]
    os.utime(top / "net.py", (1, 1))
    assert all(session.are_as_before())
    session.edit({str(top / "use.py"): f"{USE}\n"})
    assert all(session.are_as_before())
    assert session.is_as_before(str(top / "use.py"))


def test_nothing_has_changed_in_a_project_with_a_dot_in_its_path(tmp_path: Path) -> None:
    """A module without a name of its own goes by its folder, and no folder of stubs is named after that."""
    folder = tmp_path.resolve() / "net-1.2"
    use = "from .gone import Net\nNet().forward(1)\n"
    write(folder / "setup.py", "")
    write(folder / "scripts/use.py", use)
    session.look_again({})
    assert found(folder / "scripts/use.py") == []
    assert all(session.are_as_before())


CHANGES: dict[str, Callable[[Path], object]] = {
    "text": lambda top: write(top / "net.py", PLAIN),
    "text of the same length": lambda top: write(top / "net.py", NET.replace("return x", "return 1")),
    "text that nothing read": lambda top: write(top / "kit/tool.py", "from net import Net\nclass Heir(Net): pass\n"),
    "new file": lambda top: write(top / "kit/new.py", ""),
    "file that is gone": lambda top: (top / "kit/tool.py").unlink(),
    "new module before another": lambda top: write(top / "net/__init__.py", PLAIN),
    "package": lambda top: write(top / "__init__.py", ""),
    "folders of packages": lambda top: write(top / "setup.cfg", "[options]\npackage_dir =\n    = kit\n"),
    "what is excluded": lambda top: write(top / "forward-call.toml", 'exclude = ["kit"]\n'),
    "end of the project": lambda top: (top / "setup.py").unlink(),
    "environment": lambda top: (top / ".venv/pyvenv.cfg").unlink(),
    "installed package": lambda top: write(top / ".venv/lib/python3.11/site-packages/net.py", NET),
    "path file": lambda top: write(top / ".venv/lib/python3.11/site-packages/a.pth", f"{top.parent}\n"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_change_on_disk_is_seen_when_it_is_looked_for(top: Path, change: Callable[[Path], object]) -> None:
    session.look_again({str(top / "use.py"): USE})
    found(top / "use.py")
    found(top / "helper.py")
    text = f"{USE}# typed\n"
    session.edit({str(top / "use.py"): text})
    found(top / "use.py", text)
    change(top)
    assert not all(session.are_as_before())


def test_settings_that_have_changed_give_another_session(top: Path) -> None:
    session.look_again({str(top / "use.py"): USE})
    assert found(top / "use.py") == ["FWD001"]
    write(top / "pyproject.toml", '[tool.forward-call]\nnon-module-classes = ["net.Net"]\n')
    list(session.are_as_before())
    assert not session.is_as_before(str(top / "use.py"))


def test_long_typing_does_not_pile_up_facts(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "FEW_FACTS", 100)
    use = str(top / "use.py")
    session.look_again({use: USE})
    for number in range(400):
        text = f"{USE}x = {number}\n"
        session.edit({use: text})
        assert found(top / "use.py", text) == ["FWD001"]
        facts = [one.ledger.facts for one in session._SESSIONS._now.values()]
        assert max(map(len, facts)) <= 200
