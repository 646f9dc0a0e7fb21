"""Values in the modules of a program that run code when they are only looked at."""

from __future__ import annotations

from pathlib import Path

from observed_runs import calls_in, start, write

STRANGE = """\
import sys
import types
from torch import nn


class Proxy:
    @property
    def __class__(self):
        raise RuntimeError("outside of a request")


class Robot:
    def forward(self, x):
        return x


proxy = sys.modules["strange_too"] = Proxy()
without = sys.modules["without"] = types.ModuleType("without")
without.__file__ = __file__
del without.__spec__


def run(proxy):
    nn.Linear().forward(1)
    Robot().forward(1)
"""


def test_objects_that_must_not_be_asked_for_their_class(tmp_path: Path) -> None:
    write(tmp_path, {"strange.py": STRANGE, "test_it.py": "import strange\n\ndef test_it():\n    strange.run(1)\n"})
    done = start(tmp_path, "-m", "pytest", "-q", "-p", "flake8_forward_call.pytest_plugin", "--forward-call")
    assert done.returncode == 0, done.stdout
    assert "internal error" not in done.stdout
    assert sorted(calls_in(tmp_path).values()) == [
        "called strange.Robot=1",
        "called torch.nn.modules.module.Linear=1",
    ]
