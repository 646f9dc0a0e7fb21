"""Syntax that is too new for the Python that runs the tool is not reported as a mistake; real mistakes are."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from command_line import forward_call

from flake8_forward_call.sources.newer_syntax import Version, newer_form

OWN = ".".join(map(str, sys.version_info[:2]))
CALL = "from torch import nn\n\nlayer = nn.Linear(2, 2)\nlayer.forward(1)\n"
RIGHT = {
    "type Size = int\n": (3, 12),
    "type Pair[T] = tuple[T, T]\n": (3, 12),
    "class Box[T]:\n    pass\n": (3, 12),
    "def first[T](items: list[T]) -> T:\n    return items[0]\n": (3, 12),
    "async def run[**P]() -> None: ...\n": (3, 12),
    "class Box[T = int]:\n    pass\n": (3, 13),
    "try:\n    pass\nexcept* ValueError:\n    pass\n": (3, 11),
    "try:\n    pass\nexcept ValueError, OSError:\n    pass\n": (3, 14),
    "import socket\ntry:\n    pass\nexcept ValueError, socket.error:\n    pass\n": (3, 14),
    "shape = size[*batch, 3]\n": (3, 11),
    "def f(*shape: *Ts) -> None: ...\n": (3, 11),
    "name = f\"{names[\"first\"]}\"\n": (3, 12),
    "text = f'{\"\\n\".join(lines)}'\n": (3, 12),
    "text = f'{\n    size\n}'\n": (3, 12),
    "text = f'{size # in bytes\n}'\n": (3, 12),
    "text = f'{size:{width[\'first\']}}'\n": (3, 12),
    "text = t'{size}'\n": (3, 14),
    "lazy import torch\n": (3, 15),
}  # fmt: skip
WRONG = [
    "def f(:\n",
    "x = = 1\n",
    "print 'x'\n",
    "class Box(T]:\n    pass\n",
    "type = = int\n",
    "type(x\n",
    "try:\n    pass\nexcept ValueError, e:\n    pass\n",  # Python 2.
    "try:\n    pass\nexcept (ValueError, OSError), error:\n    raise\n",
    "x = f'{'\n",
    "x = f'{a b}'\n",
    "[*x for x in y]\n",
    "x = 1\x00\n",
    "f'''{\n'#'\n}''' 1\n",
]


def form_of(program: str, running: Version, row: int = 1) -> Version | None:
    form = newer_form(program, program.splitlines(keepends=True)[row - 1], running)
    return None if form is None else form.since


@pytest.mark.parametrize(("program", "since"), RIGHT.items())
def test_form_is_known_with_the_first_python_that_has_it(program: str, since: Version) -> None:
    assert form_of(program, (since[0], since[1] - 1)) == since
    assert form_of(program, since) is None


@pytest.mark.parametrize("program", WRONG)
def test_mistake_is_no_newer_syntax(program: str) -> None:
    assert form_of(program, (3, 10)) is None


@pytest.mark.parametrize("program", [one for one, since in RIGHT.items() if since < (3, 15)])
def test_what_every_python_reads_is_no_reason(program: str) -> None:
    """The same words in strings and comments, and similar old syntax."""
    old = "with (open(a) as b, open(c) as d):\n    x = f'{b[\"#\"]!r:>{w}}' '\\n'\n    y = (*x, 1)\n"
    assert form_of(f"x = '''\n{program}'''\n{old}" if "'''" not in program else old, (3, 10)) is None


@pytest.mark.parametrize(
    "line", ["type Size = int", "class Box[T]:", "def f[T](x):", "async def f[T](x):", "except* A:"]
)
def test_line_that_python_stops_at_tells_where_another_is_wrong(line: str) -> None:
    assert form_of(f"{line}\n  x = = 1\n", (3, 10)) is not None
    assert form_of(f"{line}\n  x = = 1\n", (3, 10), row=2) is None


def test_of_several_forms_the_one_that_needs_the_newest_python_is_told() -> None:
    assert form_of("type A = int\n\n\nclass Box[T = int]:\n    pass\n", (3, 11)) == (3, 13)
    assert form_of("type A = int\n\n\nclass Box[T = int]:\n    pass\n", (3, 12)) == (3, 13)


@pytest.mark.parametrize(("program", "since"), RIGHT.items())
def test_message_names_the_python_that_reads_and_the_remedy(tmp_path: Path, program: str, since: Version) -> None:
    (file := tmp_path / "net.py").write_text(program + CALL)
    done = forward_call("check", file)
    (line,) = done.lines
    assert done.status == 1
    if sys.version_info[:2] >= since:
        assert " FWD001 " in line
        return
    needed = ".".join(map(str, since))
    assert f" needs Python {needed} or newer, but flake8-forward-call runs on Python {OWN}; " in line
    assert line.endswith("; run it with a newer Python")


@pytest.mark.parametrize("program", WRONG)
def test_mistake_keeps_its_message(tmp_path: Path, program: str) -> None:
    (file := tmp_path / "net.py").write_text(program + CALL)
    assert " FWD900 cannot parse file: " in forward_call("check", file).out


def test_cell_of_a_notebook_names_the_python_as_well(tmp_path: Path) -> None:
    lazy: dict[str, object] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": "lazy import torch  # net.forward()\n",
    }
    (file := tmp_path / "nb.ipynb").write_text(json.dumps({"cells": [lazy], "metadata": {}, "nbformat": 4}))
    out = forward_call("check", file).out
    assert " FWD900 cannot parse cell 1: " in out
    assert f" needs Python 3.15 or newer, but flake8-forward-call runs on Python {OWN}; " in out


DEEP = [
    "x = " + "(" * 5_000 + ")" * 5_000,
    "x = = 1\ny = " + "-" * 50_000 + "1",
    "x = = 1\ny = " + "a if b else " * 50_000,
]


@pytest.mark.parametrize("text", DEEP, ids=["brackets", "signs", "choices"])
def test_text_that_is_nested_deep_does_not_end_the_process(text: str) -> None:
    assert form_of(text, (3, 10)) is None
    assert form_of(f"type Size = int\n{text}", (3, 10)) == (3, 12)
