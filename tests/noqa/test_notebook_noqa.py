"""``--add-noqa`` and ``--report-unused-noqa`` in notebooks: a comment is added to a cell, and no other byte changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command_line import forward_call

SETUP = "from torch import nn\nmodel = nn.Linear(8, 4)\n"


def notebook(*sources: str | list[str]) -> str:
    cells: list[dict[str, object]] = [
        {"cell_type": "code", "execution_count": None, "id": f"c{number}", "metadata": {}, "outputs": [], "source": one}
        for number, one in enumerate((SETUP, *sources))
    ]
    return json.dumps({"metadata": {}, "nbformat": 4, "nbformat_minor": 5, "cells": cells}, indent=1)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("model.forward(1)", "model.forward(1)  # noqa: FWD001"),
        ("model.forward(1)\n2", "model.forward(1)  # noqa: FWD001\n2"),
        (["model.forward(1) \n", "2"], ["model.forward(1)  # noqa: FWD001\n", "2"]),
        (["1\n", "model.forward(1)"], ["1\n", "model.forward(1)  # noqa: FWD001"]),
        (["model.forward('''\n", "é''')\n", ""], ["model.forward('''\n", "é''')  # noqa: FWD001\n", ""]),
        ("model.forward(1)  # noqa: E501 \U0001f600", "model.forward(1)  # noqa: E501,FWD001 \U0001f600"),
        ("%time model.forward(1)", "%time model.forward(1)  # noqa: FWD001"),
        ("%%time\nmodel.forward(1);", "%%time\nmodel.forward(1);  # noqa: FWD001"),
        (" model.forward(1)\n", " model.forward(1)  # noqa: FWD001\n"),
    ],
)
def test_comment_is_put_into_the_cell(tmp_path: Path, before: str | list[str], after: str | list[str]) -> None:
    file = tmp_path / "nb.ipynb"
    file.write_text(notebook("%matplotlib inline", before, "é"))
    done = forward_call("check", "--add-noqa", file)
    assert (done.status, done.err) == (0, "")
    assert done.lines == ["Silenced 1 finding in 1 file; no findings remain."]
    assert file.read_text() == notebook("%matplotlib inline", after, "é")
    assert forward_call("check", file).status == 0
    assert forward_call("check", "--add-noqa", file).lines == ["Nothing to silence."]
    assert forward_call("check", "--report-unused-noqa", file).lines == []
    assert file.read_text() == notebook("%matplotlib inline", after, "é")


def test_every_cell_gets_its_comment_and_a_broken_one_none(tmp_path: Path) -> None:
    file = tmp_path / "nb.ipynb"
    file.write_text(notebook("model.forward(1)", "model.forward(1 2)", "model.forward(3)"))
    done = forward_call("check", "--add-noqa", file)
    assert done.status == 1
    assert done.lines[0].startswith(f"{file}:cell 3:1:")
    assert done.lines[1:] == ["Silenced 2 findings in 1 file; 1 finding remains."]
    noqa = "  # noqa: FWD001"
    assert file.read_text() == notebook(f"model.forward(1){noqa}", "model.forward(1 2)", f"model.forward(3){noqa}")


def test_what_is_left_and_what_is_dead_is_told_by_its_cell(tmp_path: Path) -> None:
    file = tmp_path / "nb.ipynb"
    file.write_text(notebook("1\nmodel.forward('# noqa: E501')", "2\nmodel(1)  # noqa: FWD001"))
    left = forward_call("check", "--add-noqa", file)
    assert left.err.startswith(f"forward-call: {file}:cell 2:2:7: FWD001 cannot be silenced: a string before")
    dead = [line for line in forward_call("check", "--report-unused-noqa", file).lines if "FWD100" in line]
    assert [line.partition(": there")[0] for line in dead] == [f"{file}:cell 3:2:19: FWD100 unused noqa for FWD001"]
