"""Notebooks are callers, and users of what they import, like any other file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from marked import NET, as_marks, found_in, written

from flake8_forward_call.analysis import analyse
from flake8_forward_call.inference.project.disk import MAX_BYTES
from flake8_forward_call.sources.opening import read

TOOL = "# --- tool.py\ndef score(net, x): return net.forward(x)\n"


def notebook(
    path: Path, *cells: str | list[str], language: str = "python", outputs: list[object] | None = None
) -> None:
    content: list[dict[str, object]] = [
        {"cell_type": "code", "metadata": {}, "outputs": outputs or [], "source": cell} for cell in cells
    ]
    metadata = {"language_info": {"name": language}}
    path.write_text(json.dumps({"cells": content, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}))


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["from net import Net\nimport tool\ntool.score(Net(), 1)"], ["FWD001"]),
        ([["from net import Net\n", "from tool import score"], ["%time score(Net(), 1)"]], ["FWD001"]),
        (["from net import Net\n%matplotlib inline\n!ls", "from tool import score as s\ns(Net(), 1)"], ["FWD001"]),
        (["from net import Net, Robot\nimport tool\ntool.score(Net(), 1)\ntool.score(Robot(), 1)"], []),
        (["# score(Net(), 1)"], []),
        (["import tool", "this is no Python", "from net import Net\ntool.score(Net(), 1)"], ["FWD001"]),
    ],
)
def test_calls_in_a_notebook(tmp_path: Path, cells: list[str], found: list[str]) -> None:
    written(tmp_path, NET + TOOL)
    notebook(tmp_path / "use.ipynb", *cells)
    assert [mark for _, mark in found_in(tmp_path / "tool.py")] == found


def test_subclass_in_a_notebook_may_override_call(tmp_path: Path) -> None:
    written(
        tmp_path, "# --- base.py\nfrom torch import nn\nclass Base(nn.Module):\n    def go(self): self.forward(1)\n"
    )
    assert [mark for _, mark in found_in(tmp_path / "base.py")] == ["FWD001"]
    notebook(tmp_path / "use.ipynb", "from base import Base\nclass Own(Base):\n    def __call__(self, x): return 3")
    (tmp_path / "other").mkdir()
    written(
        tmp_path / "other",
        "# --- base.py\nfrom torch import nn\nclass Base(nn.Module):\n    def go(self): self.forward(1)\n",
    )
    notebook(
        tmp_path / "other/use.ipynb", "from base import Base\nclass Own(Base):\n    def __call__(self, x): return 3"
    )
    assert [mark for _, mark in found_in(tmp_path / "other/base.py")] == ["FWD002"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"cells": 3}',
        '{"cells": [{"cell_type": "code", "source": "score("}]}',
        "score" * 9,
        "[" * 99_999,
    ],
)
def test_notebook_that_is_none_is_passed_over(tmp_path: Path, text: str) -> None:
    written(tmp_path, f"{NET}{TOOL}# --- use.py\nfrom net import Net\nfrom tool import score\nscore(Net(), 1)\n")
    (tmp_path / "use.ipynb").write_text(f"{text} score forward __call__" if text else "")
    assert [mark for _, mark in found_in(tmp_path / "tool.py")] == ["FWD001"]


def test_notebook_in_another_language_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, NET + TOOL)
    notebook(tmp_path / "use.ipynb", "from net import Net\nfrom tool import score\nscore(Net(), 1)", language="julia")
    assert found_in(tmp_path / "tool.py") == []


def test_notebook_that_is_too_large_is_passed_over(tmp_path: Path) -> None:
    written(tmp_path, f"{NET}{TOOL}# --- use.py\nfrom net import Net\nfrom tool import score\nscore(Net(), 1)\n")
    notebook(tmp_path / "use.ipynb", "from tool import score\nscore(3, 1)", outputs=["x" * MAX_BYTES])
    assert [mark for _, mark in found_in(tmp_path / "tool.py")] == ["FWD001"]


OTHER_ORDERS = {
    "name that a later cell binds again": (["net = Net()", "net.forward(1)", "net = Robot()"], []),
    "name that a later cell binds to a module": (["net = Net()", "net.forward(1)", "net = nn.ReLU()"], ["FWD001"]),
    "name that a later cell binds to what is not read": (
        ["net = Net()", "net.forward(1)", "import far\nnet = far.load()"],
        ["FWD001 unsafe"],
    ),
    "name that its own cell binds": (["net = Robot()", "net = Net()\nnet.forward(1)", "net = Robot()"], ["FWD001"]),
    "name that a cell binds for good": (["net = Robot()\nnet = Net()", "net.forward(1)"], ["FWD001"]),
    "name that only a later cell binds": (["net.forward(1)", "net = Net()"], ["FWD001"]),
    "cell that runs twice": (["net = Net()", "net.forward(1)\nnet = Robot()"], []),
    "loop over what a later cell binds": (
        ["nets = [Net()]", "for one in nets: one.forward(1)", "nets = [Robot()]"],
        [],
    ),
    "cell after one that fails": (["net = Net()", "raise ValueError", "net.forward(1)"], ["FWD001"]),
    "attribute of another object": (
        ["class Pair: pass\na = Pair()\na.net = Net()", "a.net.forward(1)", "class Other: net = Robot()\na = Other()"],
        [],
    ),
    "attribute that a later cell sets": (
        ["import far\na = far.load()\na.net = Net()", "a.net.forward(1)", "a.net = Robot()"],
        [],
    ),
    "attribute that its own cell sets": (
        ["import far\na = far.load()", "a.net = Net()\na.net.forward(1)", "a.net = Robot()"],
        ["FWD001"],
    ),
}


@pytest.mark.parametrize(("cells", "found"), OTHER_ORDERS.values(), ids=OTHER_ORDERS.keys())
def test_cells_run_in_any_order(tmp_path: Path, cells: list[str], found: list[str]) -> None:
    written(tmp_path, NET)
    notebook(tmp_path / "use.ipynb", "from torch import nn\nfrom net import Net, Robot", *cells)
    path = tmp_path / "use.ipynb"
    source = read(str(path), path.read_bytes())
    assert source is not None
    assert [mark for _, mark in as_marks(analyse(source))] == found
