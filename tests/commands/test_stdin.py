"""A text from standard input, as an editor sends it, belongs to the folder in its name."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import flake8, forward_call, run

NET = "from torch import nn\n\n\nclass Net(nn.Module):\n    def forward(self, x):\n        return x\n"
USE = "from net import Net\n\nNet().forward(1)\n"
RELATIVE = "from .net import Net\n\nNet().forward(1)\n"
HELPER = "def use(net):\n    return net.forward(1)\n"
MESSAGE = "FWD001 {0}.forward(...) skips Module.__call__, so hooks do not run; call {0}(...)"


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name in ("net.py", "app/__init__.py", "app/net.py", "tools/run.py"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(NET if name.endswith("net.py") else "")
    Path("setup.cfg").write_text("[metadata]\nname = app\n")
    Path("call.py").write_text("from helper import use\nfrom net import Net\n\nuse(Net())\n")
    return tmp_path


def reported(text: str, name: str | None, *, of: Path) -> list[str]:
    """The output of both doors for a text, which must be the same."""
    named = ((), ()) if name is None else (("--stdin-filename", name), ("--stdin-display-name", name))
    command = run("flake8_forward_call", "check", "--no-cache", *named[0], "-", cwd=of, stdin=text.encode())
    plugin = flake8(*named[1], "-", cwd=of, stdin=text.encode())
    assert command.lines == [line for line in plugin.lines if "FWD00" not in line or " FWD001 " in line]
    return command.lines


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "name", "place"),
    [
        (USE, None, "stdin:3:7"),
        (USE, "new.py", "new.py:3:7"),
        (USE, "new", "new:3:7"),
        (RELATIVE, "app/new.py", "app/new.py:3:7"),
        (RELATIVE.replace(".net", "app.net"), "tools/new.py", "tools/new.py:3:7"),
        (RELATIVE.replace(".net", "app.net"), "gone/new.py", "gone/new.py:3:7"),
    ],
)
def test_knows_the_neighbours_and_the_project(project: Path, text: str, name: str | None, place: str) -> None:
    assert reported(text, name, of=project) == [f"{place}: {MESSAGE.format('Net()')}"]


@pytest.mark.slow
def test_without_a_name_belongs_to_the_current_folder(project: Path) -> None:
    assert reported(RELATIVE, None, of=project / "app") == [f"stdin:3:7: {MESSAGE.format('Net()')}"]
    assert reported(USE, None, of=project / "tools") == [f"stdin:3:7: {MESSAGE.format('Net()')}"]


@pytest.mark.slow
def test_is_called_by_files_that_are_saved(project: Path) -> None:
    """`call.py` imports `helper`, which does not exist yet."""
    assert reported(HELPER, "helper.py", of=project) == [f"helper.py:2:16: {MESSAGE.format('net')}"]
    (project / "helper.py").write_text("")
    assert reported(HELPER, "helper.py", of=project) == [f"helper.py:2:16: {MESSAGE.format('net')}"]
    (project / "helper.py").write_text(HELPER)
    assert reported("def other(net):\n    return net.forward(1)\n", "helper.py", of=project) == []


@pytest.mark.parametrize("saved", [None, "", NET])
def test_its_classes_count_where_the_project_is_searched(project: Path, saved: str | None) -> None:
    """A subclass that overrides `__call__` changes the meaning of calling a parameter."""
    if saved is not None:
        (project / "new.py").write_text(saved)
    text = "import net\n\n\nclass Own(net.Net):\n    __call__ = print\n\n\ndef use(one: net.Net):\n    one.forward(1)\n"
    before = forward_call("check", "--select", "FWD002", "--stdin-filename", "new.py", "-", stdin=text.encode())
    (project / "new.py").write_text(text)
    after = forward_call("check", "--select", "FWD002", "new.py")
    assert before.out == after.out != ""


def test_fix_rewrites_what_it_knows_by_its_neighbours() -> None:
    done = forward_call("fix", "-", stdin=USE.encode())
    assert done.out == USE.replace(".forward", "")


def test_notebook_knows_the_neighbours() -> None:
    cell = '{{"cell_type": "code", "execution_count": null, "metadata": {{}}, "outputs": [], "source": {}}}'
    cells = cell.format('["from net import Net\\n", "Net().forward(1)"]')
    text = f'{{"cells": [{cells}], "metadata": {{}}, "nbformat": 4, "nbformat_minor": 5}}'
    done = forward_call("check", "--stdin-filename", "new.ipynb", "-", stdin=text.encode())
    assert done.lines == [f"new.ipynb:cell 1:2:7: {MESSAGE.format('Net()')}"]


def test_name_without_paths_means_standard_input_and_changes_no_file() -> None:
    Path("use.py").write_text(USE)
    for paths in ((), ("-",)):
        done = forward_call("fix", "--stdin-filename", "use.py", *paths, stdin=USE.encode())
        assert (done.status, done.out) == (0, USE.replace(".forward", ""))
        assert Path("use.py").read_text() == USE
    done = forward_call("check", "--stdin-filename", "use.py", stdin=USE.encode())
    assert done.lines == [f"use.py:3:7: {MESSAGE.format('Net()')}"]


@pytest.mark.parametrize("command", ["check", "fix"])
def test_name_for_standard_input_is_refused_beside_files(command: str) -> None:
    Path("use.py").write_text(USE)
    done = forward_call(command, "--stdin-filename", "use.py", "use.py")
    assert (done.status, done.out) == (2, "")
    assert "--stdin-filename is for standard input" in done.err
    assert Path("use.py").read_text() == USE
