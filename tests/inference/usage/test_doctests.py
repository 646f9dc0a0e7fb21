"""Examples in docstrings are callers, like the code of other files."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, found_in, hold, written

EXAMPLES = {
    "that passes a module": (">>> from net import Net\n>>> score(Net(), 1)\n1", "FWD001"),
    "that passes something else": (">>> from net import Robot\n>>> score(Robot(), 1)", ""),
    "that uses names of its module": (">>> score(_robot, 1)", ""),
    "that uses modules of its module": (">>> score(_net, 1)", "FWD001"),
    "that passes what is not read": (">>> import far\n>>> score(far.load(), 1)", "FWD001 unsafe"),
    "on several lines": (">>> score(\n...     _robot,\n...     1,\n... )\n1", ""),
    "in a loop": (">>> for one in [_robot]:\n...     score(one, 1)\n...\n1", ""),
    "beside one that does not parse": (">>> this is no Python\n>>> score(_robot, 1)", ""),
    "that only names the function": (">>> help(len)  # score", "FWD001"),
    "without a prompt": ("score(_robot, 1)", "FWD001"),
    "in what is printed": (">>> 1\nscore(_robot, 1)", "FWD001"),
}


@pytest.mark.parametrize(("example", "expected"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_example(tmp_path: Path, example: str, expected: str) -> None:
    example = "\n".join(f"    {line}" for line in example.splitlines())
    text = f'''{NET}
# --- lib.py
from net import Net, Robot
_net, _robot = Net(), Robot()
def score(net, x):
    """Score.

{example}
    """
    return net.forward(x){expected and f"  # {expected}"}
# --- use.py
from lib import score
from net import Net
score(Net(), 1)
'''
    hold(tmp_path, text)


def test_example_in_another_file_alone(tmp_path: Path) -> None:
    text = '''
# --- lib.py
def score(net, x): return net.forward(x)  # FWD001
# --- other.py
"""Use it.

>>> from lib import score
>>> from net import Net
>>> score(Net(), 1)
"""
'''
    hold(tmp_path, NET + text)


def test_examples_themselves_are_not_reported(tmp_path: Path) -> None:
    text = '''
# --- lib.py
from net import Net
def make():
    """Make.

    >>> make().forward(1)
    """
    return Net()
'''
    hold(tmp_path, NET + text)


@pytest.mark.parametrize(
    "example",
    [
        ">>> score(_robot, 1)\n" * 3_000,
        f">>> score(_robot, '{'x' * 1_000_000}')\n",
        ">>> (" + "(" * 5_000 + "\n",
        ">>>\x00 score(_robot, 1)\n",
        ">>>",
    ],
    ids=["many", "long", "nested", "null", "empty"],
)
def test_odd_examples_are_bounded(tmp_path: Path, example: str) -> None:
    text = NET + "# --- lib.py\ndef score(net, x): return net.forward(x)\n# --- other.py\nfrom lib import score\n"
    written(tmp_path, text + "from net import Net\nscore(Net(), 1)\n")
    (tmp_path / "doc.py").write_text(f"from lib import score\n'''\n{example}'''\n".replace("\x00", "\x01"))
    assert found_in(tmp_path / "lib.py")
