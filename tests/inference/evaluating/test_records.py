"""A dict whose keys are written out: what is under each key counts, and not what is under the others."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

PROJECTS = {
    "beside a number": """
# --- run.py
from net import *
d = {"net": Net(), "rate": 3, "robot": Robot()}
d["net"].forward(1)  # FWD001
d["robot"].forward(1)
d.get("net").forward(1)  # FWD001
d.get("robot").forward(1)
def f(k): d[k].forward(1)
""",
    "made by dict()": """
# --- run.py
from net import *
d = dict(net=Net(), rate=3)
more = dict(d, robot=Robot())
d["net"].forward(1)  # FWD001
more["net"].forward(1)  # FWD001
more["robot"].forward(1)
""",
    "given back by a function of another file": """
# --- made.py
from net import *
def made(net): return {"net": net, "rate": 3}
# --- run.py
from made import *
made(Net())["net"].forward(1)  # FWD001
made(Robot())["net"].forward(1)
made(Net())["rate"].forward(1)
""",
    "kept in an attribute": """
# --- run.py
from net import *
class Run:
    def __init__(self):
        self.parts = {"net": Net(), "rate": 3}
        self.parts["tail"] = Net()
        self.parts["count"] = 4
    def go(self):
        self.parts["net"].forward(1)  # FWD001 unsafe
        self.parts["tail"].forward(1)  # FWD001 unsafe
        self.parts["count"].forward(1)
""",
    "replaced under its key": """
# --- run.py
from net import *
class Run:
    def __init__(self):
        self.parts = {"net": Net(), "rate": 3}
    def swap(self, name):
        self.parts["net"] = Robot()
    def go(self):
        self.parts["net"].forward(1)
""",
    "replaced by update": """
# --- run.py
from net import *
def go():
    d = {"net": Net(), "rate": 3}
    def inner():
        d["net"].forward(1)
    d.update(net=Robot())
    return inner
""",
    "replaced under a key that is not written out": """
# --- run.py
from net import *
class Run:
    def __init__(self):
        self.parts = {"net": Net(), "rate": 3}
    def swap(self, name):
        self.parts[name] = Robot()
    def go(self):
        self.parts["net"].forward(1)
""",
    "replaced by what a double star holds": """
# --- run.py
from net import *
old = {"net": Robot(), "rate": 3}
first = {"net": Net(), **old}
last = {**old, "net": Net()}
first["net"].forward(1)
last["net"].forward(1)  # FWD001
(last | old)["net"].forward(1)
""",
    "replaced by what is not read": """
# --- run.py
from elsewhere import load
from net import *
first = {"net": Net(), "robot": Robot(), **load()}
first["net"].forward(1)
""",
    "in a nested function": """
# --- run.py
from net import *
def go():
    state = dict(step=0)
    state["net"] = Net()
    async def inner():
        state["net"].forward(1)  # FWD001
        state["step"].forward(1)
    return inner
""",
    "put into a dict from outside, and replaced there under any key": """
# --- run.py
from net import *
def go(options):
    options["net"] = Net()
    def inner(): options["net"].forward(1)
    for name in list(options):
        options[name] = Robot()
    return inner
def named(options):
    options["net"] = Net()
    def inner(): options["net"].forward(1)
    options.update(net=Robot())
    return inner
def beside(options, name):
    options["net"] = Net()
    def inner(): options["net"].forward(1)  # FWD001 unsafe
    options[name] = 3
    options.update(robot=Robot())
    return inner
""",
    "more keys than a record has": f"""
# --- run.py
from net import *
table = {{{", ".join(f'"k{at}": {at}' for at in range(60))}, "net": Net()}}
table["net"].forward(1)
""",
}


@pytest.mark.parametrize("text", PROJECTS.values(), ids=PROJECTS)
def test_entries_of_a_dict(tmp_path: Path, text: str) -> None:
    hold(tmp_path, NET + text)
