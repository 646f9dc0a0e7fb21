"""A parameter that says nothing of itself is what every call in the project passes for it."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import hold

NET = """
# --- net.py
from torch import nn

class Net(nn.Module):
    def forward(self, x): return x

class Odd(nn.Module):
    def __call__(self, x): return -x

class Robot:
    def forward(self, x): return x
"""

RUN = """
# --- run.py
def run(m, x, *, net=None):
    return m.forward(x)  {mark}
"""


@pytest.mark.parametrize(
    ("calls", "mark"),
    [
        ("run(Net(), 1)", "# FWD001"),
        ("run(m=Net(), x=1)", "# FWD001"),
        ("run(Net(), 1)\nrun(Net(), 2)", "# FWD001"),
        ("run(x=1, **{}, m=Net())", "# FWD001"),
        ("run(Net(), *[1])", "# FWD001"),
        ("again = run\nagain(Net(), 1)", "# FWD001"),
        ("again = run\nagain(Net(), 1)\nrun(Robot(), 2)", ""),
        ("again = run\nload(again)\nrun(Net(), 2)", "# FWD003"),
        ("class C:\n    again = run\nrun(Net(), 2)", "# FWD003"),
        ("", ""),
        ("run(Odd(), 1)", "# FWD002"),
        ("run(Net(), 1)\nrun(Odd(), 2)", "# FWD002"),
        ("run(None, 1)", ""),
        ("run(Net() if load() else None, 1)", "# FWD001"),
        ("run(Robot(), 1)", ""),
        ("run(Net(), 1)\nrun(Robot(), 2)", ""),
        ("run(3, 1)", ""),
        ("run(Net(), 1)\nrun('net', 2)", ""),
        ("run(Net, 1)", ""),
        ("run(load(), 1)", ""),
        ("run(Net(), 1)\nrun(load(), 2)", "# FWD003"),
        ("run(Net(), 1)\nrun(*load())", "# FWD003"),
        ("run(Net(), 1)\nrun(**load())", "# FWD003"),
        ("run(Net(), 1)\nrun(x=2, **load())", "# FWD003"),
        ("run(Net(), 1)\nrun()", "# FWD003"),
        ("run(Net(), 1)\nload(run)", "# FWD003"),
        ("run(Net(), 1)\nload(callback=run)", "# FWD003"),
        ("run(Net(), 1)\nrun.callbacks = [run]", "# FWD003"),
        ("run(Net(), 1)\ncallbacks = {'run': run}", "# FWD003"),
        ("run(Net(), 1)\nload.callback = run", "# FWD003"),
        ("run(Net(), 1)\ncallback: object = run", "# FWD003"),
        ("run(Net(), 1)\nload(lambda: run)", "# FWD003"),
        ("run(Net(), 1)\nload(run if load() else None)", "# FWD003"),
        ("run(Net(), 1)\nload(*[run])", "# FWD003"),
        ("run(Net(), 1)\nload((run, 1))", "# FWD003"),
        ("run(Net(), 1)\nwith load() as f: f(run or load)", "# FWD003"),
        ("run(Net(), 1)\ndef give():\n    yield run", "# FWD003"),
        ("run(Net(), 1)\ndef give(f=run): ...", "# FWD003"),
        ("run(Net(), 1)\nfor f in (run,): f(load(), 1)", "# FWD003"),
        ("run(Net(), 1)\nf = functools.partial(run, load())", "# FWD003"),
        ("run(Net(), 1)\n[f(load(), 1) for f in [run]]", "# FWD003"),
        ("run(Net(), 1)\nprint(run)\nisinstance(run, object)", "# FWD001"),
        ("run(Net(), 1)\nif (f := run): f(load(), 1)", "# FWD003"),
        ("run(Net(), 1)\nload(f'{run}')", "# FWD001"),
        ("run(Net(), 1)\nrun.__wrapped__ = 1", "# FWD001"),
        ("run(Net(), 1)\nlocals()['run'](load())", "# FWD001"),
        ("def other(run): run(Robot(), 1)\nrun(Net(), 1)", "# FWD001"),
        ("class C:\n    def run(self, m): ...\nC().run(Robot())\nrun(Net(), 1)", "# FWD001"),
    ],
)
def test_calls_from_another_file_decide(tmp_path: Path, calls: str, mark: str) -> None:
    use = (
        f"# --- use.py\nimport functools\nfrom elsewhere import load\nfrom net import *\nfrom run import run\n{calls}\n"
    )
    hold(tmp_path, NET + RUN.format(mark=mark) + use)
