"""``check --diff-base``: which rows of a file a change touches, and which rows a finding has."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, forward_call
from diff_base import METHOD, commit, enter, made, places
from documents import code, notebook, text

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _in_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    enter(tmp_path, monkeypatch)


def test_any_row_of_the_call_counts() -> None:
    call = (
        "\n    def b(self, x):\n        return (\n            self.stem\n            .forward(\n{0}"
        "                x\n            )\n        )\n"
    )
    commit(net=PROGRAM + call.format("                0,\n") + METHOD.format("c"))
    assert places("net.py", base="HEAD") == []
    for rows in ("                1,\n", "                0,\n                1,\n", ""):
        made("net.py", PROGRAM + call.format(rows) + METHOD.format("c"))
        assert places("net.py", base="HEAD") == ["net.py:16"]


def test_row_taken_out_beside_a_call_is_not_of_it() -> None:
    commit(net=PROGRAM + "\n    def b(self, x):\n        x = 1\n        y = self.stem.forward(x)\n        return y\n")
    made("net.py", PROGRAM + "\n    def b(self, x):\n        y = self.stem.forward(x)\n")
    assert places("net.py", base="HEAD") == []


def test_override_counts_by_its_whole_body() -> None:
    method = "\n    def __call__(self, x):\n        x = {0}\n        return x\n"
    commit(net=FIXED + method.format(1))
    made("net.py", FIXED + method.format(2))
    assert places("net.py", base="HEAD") == ["net.py:13"]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_rows_are_counted_as_python_counts_them(end: str) -> None:
    old = (PROGRAM + METHOD.format("b")).replace("\n", end)
    Path("net.py").write_bytes(old.encode())
    commit()
    assert places("net.py", base="HEAD") == []
    Path("net.py").write_bytes((PROGRAM + METHOD.format("a") + METHOD.format("b")).replace("\n", end).encode())
    assert places("net.py", base="HEAD") == ["net.py:14"]


def test_line_end_inside_a_line_of_git_shifts_no_row() -> None:
    commit(net=PROGRAM)
    Path("net.py").write_bytes(b"# One.\r# Two.\r" + (PROGRAM + METHOD.format("b")).encode())
    assert places("net.py", base="HEAD") == ["net.py:16"]


ESCAPED = {"unicode_escape": r"# One.\n# Two.\n", "utf-7": "# One.+AAo-# Two.+AAo-"}


@pytest.mark.parametrize(("encoding", "rows"), ESCAPED.items(), ids=list(ESCAPED))
def test_line_end_that_only_the_encoding_has_shifts_no_row(encoding: str, rows: str) -> None:
    program = f"# coding: {encoding}\n{rows}\n{PROGRAM}"
    commit(net=program)
    assert places("net.py", base="HEAD") == []
    made("net.py", program + METHOD.format("b"))
    assert places("net.py", base="HEAD") == ["net.py:18"]


def test_file_that_cannot_be_decoded_counts_if_it_is_touched() -> None:
    commit(net="# coding: nonsense\nx.forward()\n")
    assert places("net.py", base="HEAD") == []
    made("net.py", "# coding: other\nx.forward()\n")
    assert places("net.py", base="HEAD") == ["net.py:1"]


def test_other_line_ends_touch_nothing() -> None:
    commit(net=PROGRAM)
    Path("net.py").write_bytes(PROGRAM.replace("\n", "\r\n").encode())
    assert places("net.py", base="HEAD") == []


SETUP = code(["from torch import nn\n", "model = nn.Linear(8, 4)\n"])


def cell_places(*args: str) -> list[str]:
    done = forward_call("check", "--diff-base", "HEAD", *args)
    assert (done.status, done.err) == (1 if done.out else 0, "")
    return [line.partition(": FWD")[0] for line in done.lines]


def test_finding_in_a_cell_counts_if_its_rows_of_the_json_are_touched() -> None:
    old = code(["x = 1\n", "model.forward(x)\n", "model.forward(2)"])
    made("nb.ipynb", notebook(SETUP, old))
    commit()
    assert cell_places("nb.ipynb") == []
    made("nb.ipynb", notebook(SETUP, text("New."), old, code("model.forward(3)")))
    assert cell_places("nb.ipynb") == ["nb.ipynb:cell 4:1:7"]
    made("nb.ipynb", notebook(SETUP, code(["x = 1\n", "model.forward(x)\n", "model.forward( 2)"], outputs=[{}])))
    assert cell_places("nb.ipynb") == ["nb.ipynb:cell 2:3:7"]


def test_every_row_of_a_call_in_a_cell_counts() -> None:
    lines = ["y = model.forward(\n", "    1,\n", ")\n", "model.forward(2)"]
    made("nb.ipynb", notebook(SETUP, code(lines)))
    commit()
    made("nb.ipynb", notebook(SETUP, code([lines[0], "    2,\n", *lines[2:]])))
    assert cell_places("nb.ipynb") == ["nb.ipynb:cell 2:1:11"]


def test_cell_in_one_string_is_touched_as_a_whole() -> None:
    made("nb.ipynb", notebook(SETUP, code("model.forward(1)\n2"), code("model.forward(1)\n2")))
    commit()
    made("nb.ipynb", notebook(SETUP, code("model.forward(1)\n2"), code("model.forward(1)\n3")))
    assert cell_places("nb.ipynb") == ["nb.ipynb:cell 3:1:7"]


def test_notebook_from_standard_input_counts_as_it_is_there() -> None:
    made("nb.ipynb", notebook(SETUP, code("model.forward(1)")))
    commit()
    changed = notebook(SETUP, code("model.forward(1)"), code("model.forward(2)"))
    done = forward_call("check", "--diff-base", "HEAD", "-", "--stdin-filename", "nb.ipynb", stdin=changed.encode())
    assert [line.partition(": FWD")[0] for line in done.lines] == ["nb.ipynb:cell 3:1:7"]


def test_dead_noqa_comment_counts_where_its_line_is_touched() -> None:
    program = "{}a = 1  # noqa: FWD001\nb = [\n    {},  # noqa: FWD001\n]\n"
    commit(net=program.format("", 1))
    made("net.py", program.format("\n", 2))
    assert places("--report-unused-noqa", "net.py", base="HEAD") == ["net.py:4"]
