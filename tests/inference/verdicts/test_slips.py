"""Annotations that name a class where an instance comes: a slip only where callers show it."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

PROGRAM = """
# --- use.py
from typing import Type
from elsewhere import load
from net import Net, Odd, Robot

class Stream:
    def __init__(self, net):
        self.net = net

    def step(self, x):
        return self.net.forward(x){mark}

def annotated(net: {annotation}):
    net = net.to("cpu")
    return Stream(net)

"""


@pytest.mark.parametrize("annotation", ["Type[Net]", "type[Net]", "Type['Net']", "None | type[Net]", "Type[Net] | Net"])
@pytest.mark.parametrize("other", ["Stream(Net())", "def more(net: Net): Stream(net=net)"])
def test_an_annotated_class_beside_an_instance_of_it_is_in_doubt(tmp_path: Path, annotation: str, other: str) -> None:
    hold(tmp_path, f"{NET}{PROGRAM.format(annotation=annotation, mark='  # FWD001 unsafe')}{other}\n")


@pytest.mark.parametrize(
    ("annotation", "other"),
    [
        ("Type[Net]", ""),
        ("Type[Net]", "Stream(load())"),
        ("Type[Net]", "Stream(Robot())"),
        ("Type[Net]", "Stream(Net)"),
        ("Type[Net]", "Stream(Net)\nStream(Net())"),
        ("Type[Robot]", "Stream(Robot())"),
        ("int", "Stream(Net())\nStream(3)"),
    ],
)
def test_a_class_that_is_meant_refutes(tmp_path: Path, annotation: str, other: str) -> None:
    hold(tmp_path, f"{NET}{PROGRAM.format(annotation=annotation, mark='')}{other}\n")


def test_a_class_method_passes_its_class(tmp_path: Path) -> None:
    text = PROGRAM.format(annotation="None", mark="")
    maker = "class Made(Net):\n    @classmethod\n    def make(cls): return Stream(cls)\nStream(Net())\n"
    hold(tmp_path, f"{NET}{text}{maker}")
