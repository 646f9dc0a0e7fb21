"""Notebooks through the command: their cells are one program, and a fix touches nothing but the calls in them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command_line import forward_call, run

NET = """\
from torch import nn


class Net(nn.Module):
    def forward(self, x):
        return x
"""
SETUP = "from net import Net\nmodel = Net()\n"
MESSAGE = "FWD001 model.forward(...) skips Module.__call__, so hooks do not run; call model(...)"


def code(source: str | list[str], **more: object) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": source, **more}


def text(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def notebook(*cells: dict[str, Any], **metadata: object) -> str:
    content = {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(content, indent=1) + "\n"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module in it, and the current one."""
    (tmp_path / "net.py").write_text(NET)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def check(project: Path, *cells: str) -> list[str]:
    """What is said of a notebook with these cells below one that makes the model."""
    (project / "nb.ipynb").write_text(notebook(code(SETUP), *map(code, cells)))
    return forward_call("check", "nb.ipynb").lines


def test_cells_are_one_program_and_places_are_in_cells_counted_as_ruff_does(project: Path) -> None:
    (project / "nb.ipynb").write_text(notebook(text("# T"), code(SETUP), text("then"), code("x = 1\nmodel.forward(x)")))
    result = forward_call("check", "nb.ipynb")
    assert result.lines == [f"nb.ipynb:cell 4:2:7: {MESSAGE}"]
    assert result.status == 1


def test_directories_are_searched_for_notebooks_but_not_for_checkpoints(project: Path) -> None:
    for name in ("sub/nb.ipynb", ".ipynb_checkpoints/nb-checkpoint.ipynb"):
        (project / name).parent.mkdir()
        (project / name).write_text(notebook(code(NET + "Net().forward(1)\n")))
    result = forward_call("check", ".")
    assert [line.partition(" FWD")[0] for line in result.lines] == ["./sub/nb.ipynb:cell 1:7:7:"]


def test_json_has_the_cell_and_places_in_it(project: Path) -> None:
    (project / "nb.ipynb").write_text(notebook(text(""), code(SETUP), code("\nmodel.forward(1)")))
    (project / "file.py").write_text(NET + "Net().forward(1)\n")
    [in_file, in_cell] = json.loads(forward_call("check", ".", "--output-format", "json").out)
    assert in_file["cell"] is None
    assert in_cell["cell"] == 3
    assert in_cell["location"] == {"row": 2, "column": 7}
    assert in_cell["end_location"] == {"row": 2, "column": 14}
    assert in_cell["noqa_row"] == 2
    assert in_cell["fix"]["edits"] == [
        {"content": "", "location": {"row": 2, "column": 6}, "end_location": {"row": 2, "column": 14}}
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nmodel.forward(1)",
        "# note\n\n%load_ext a \\\n  b\nmodel.forward(1)",
        "!pip install 'it\nmodel.forward(1)",
        "?model\nmodel.forward(1)",
        "model??\nmodel.forward(1)",
        "model.forward?  # what?\nmodel.forward(1)",
        "files = !ls\nmodel.forward(1)",
        "d['a'], b = %sql select\nmodel.forward(1)",
        "for i in range(3):\n    !ls {i}\n    model.forward(1)",
        "%%time\nmodel.forward(1)",
        "\n# note\n%%capture out --no-stderr\n!ls\nmodel.forward(1)",
        "%time model.forward(1)",
        "%timeit -n 10 -r3 -q model.forward(1)",
        "%%timeit -n 10 model.forward(1)\npass",
        "    %prun -s cumulative model.forward(1)",
        "y = %time model.forward(1)",
        "pip install torch\nmodel.forward(1)",
        "  x = 1\n  model.forward(1)",
        "model.forward(1);",
        "await model.forward(1)",
        "!ls\n'''\n%not\n!magic\n'''\nmodel.forward(1)",
        "!ls\nx = [\n  5\n  %2, '#('\n]\nmodel.forward(1)",
        "\n\r\n\f\nmodel.forward(1)",
    ],
)
def test_what_is_ipythons_is_passed_over_and_survives_the_fix(project: Path, cell: str) -> None:
    above, _, _ = cell.partition("model.forward(1)")
    row, line = above.count("\n") + 1, above.rpartition("\n")[2]
    assert check(project, cell) == [f"nb.ipynb:cell 2:{row}:{len(line) + 7}: {MESSAGE}"]
    assert forward_call("fix", "nb.ipynb").status == 0
    fixed = notebook(code(SETUP), code(cell.replace("model.forward(1)", "model(1)")))
    assert (project / "nb.ipynb").read_text() == fixed
    assert forward_call("fix", "nb.ipynb").lines == ["Nothing to fix."]


@pytest.mark.parametrize(
    "cell",
    [
        "%%bash\nmodel.forward(1)",
        "# note\n%%writefile net.py\nmodel.forward(1)",
        "%%html\n<b>'",
        "!echo model.forward(1)",
        "%time\\\n  model.forward(1",
        "%timeit (model.forward(1)",
        "y = %timeit -o model.forward(1)",
        "cd folder",
    ],
)
def test_what_is_not_python_is_left_out(project: Path, cell: str) -> None:
    assert check(project, cell) == []


def test_a_cell_that_does_not_parse_is_told_of_and_the_others_are_analysed(project: Path) -> None:
    assert check(project, "x = 1\ny = (", "model.forward(1)") == [
        "nb.ipynb:cell 2:2:5: FWD900 this file could not be analysed: "
        "cell 2 does not parse: '(' was never closed; the other cells were",
        f"nb.ipynb:cell 3:1:7: {MESSAGE}",
    ]
    assert forward_call("fix", "nb.ipynb").status == 1
    assert (project / "nb.ipynb").read_text() == notebook(code(SETUP), code("x = 1\ny = ("), code("model(1)"))


def test_nbqa_shows_what_the_plugin_finds(project: Path) -> None:
    (project / "nb.ipynb").write_text(notebook(text("# T"), code(NET), code("%time 1\nNet().forward(1)")))
    result = run("nbqa", "flake8", "nb.ipynb", "--isolated", "--select", "FWD", cwd=project)
    assert [line.partition(" skips")[0] for line in result.lines] == ["nb.ipynb:cell_2:2:7: FWD001 Net().forward(...)"]


def test_git_takes_the_diff(project: Path) -> None:
    before = notebook(code([*SETUP.splitlines(keepends=True), "model.forward('é')"]))
    (project / "nb.ipynb").write_text(before)
    diff = forward_call("fix", "--diff", "nb.ipynb")
    assert (project / "nb.ipynb").read_text() == before
    subprocess.run(["git", "apply"], input=diff.out_bytes, check=True, cwd=project)
    assert (project / "nb.ipynb").read_text() == before.replace(".forward(", "(")
