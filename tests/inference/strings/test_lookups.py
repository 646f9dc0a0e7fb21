"""Classes and modules that are found by a dotted name in a string."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

HELPERS = """
# --- lookup.py
import importlib, pydoc, sys
from importlib import import_module as get_module

DEFAULT = "net.Net"

def parted(text):
    home, _, name = text.rpartition(".")
    return getattr(importlib.import_module(home), name)

def split(text, kind="class"):
    *home, name = text.split(".")
    module = get_module(".".join(home))
    found = getattr(module, name, None)
    if found is None:
        raise ImportError(text)
    return found

def sliced(path):
    parts = path.strip().rsplit(sep=".", maxsplit=1)
    return vars(importlib.import_module(parts[0]))[parts[-1]]

def two(home, name):
    return getattr(__import__(f"{home}", fromlist=[name]), name)

def default(text=DEFAULT):
    return parted(text)

def again(text, *, package=None):
    text = text if package is None else text
    return parted(text)

def onward(spec):
    return default(spec)

def optional(text, fallback=object):
    try:
        home, name = text.rsplit(".", 1)
        return getattr(importlib.import_module(home), name)
    except ImportError:
        return fallback

def made(text, **options):
    return parted(text)(**options)

class Finder:
    def find(self, text):
        return parted(text)

    @staticmethod
    def quick(text):
        return pydoc.locate(text)

# --- use.py
import lookup
from lookup import *
from pydoc import locate
from elsewhere import load

"""

FOUND = [
    "parted('net.{0}')().forward(1)",
    "lookup.parted(text='net.{0}')().forward(1)",
    "split('net.{0}')().forward(1)",
    "sliced(path='net.{0}')().forward(1)",
    "two('net', '{0}')().forward(1)",
    "onward('net.{0}')().forward(1)",
    "made('net.{0}', size=1).forward(1)",
    "Finder().find('net.{0}')().forward(1)",
    "Finder.quick('net.{0}')().forward(1)",
    "locate('net.{0}')().forward(1)",
    "NAME = 'net.' + '{0}'\nparted(NAME)().forward(1)",
    "name = '{0}'\nparted(f'net.{{name}}')().forward(1)",
    "made = parted('net.{0}')\nmade().forward(1)",
    "class Plan:\n    path = 'net.{0}'\n    def cls(self): return parted(self.path)\nPlan().cls()().forward(1)",
    "class Plan:\n    path: str\n    def cls(self): return split(self.path)\n"
    "class One(Plan):\n    path = 'net.{0}'\ndef use(plan: Plan): plan.cls()().forward(1)",
    "def use(path):\n    home, name = path.rsplit('.', 1)\n"
    "    net = getattr(lookup.importlib.import_module(home), name)()\n    net.forward(1){1}\nuse('net.{0}')",
]


@pytest.mark.parametrize("code", FOUND)
def test_a_helper_finds_what_the_string_of_its_call_names(tmp_path: Path, code: str) -> None:
    for name, mark in (("Net", "  # FWD001"), ("Odd", "  # FWD002"), ("Robot", "")):
        text = code.format(name, mark) if "{1}" in code else f"{code.format(name)}{mark}"
        hold(tmp_path / name, f"{NET}{HELPERS}{text}\n")


def test_base_classes_are_found_by_their_names(tmp_path: Path) -> None:
    text = """
class Big(parted("net.Net")):
    def twice(self, x): return self.forward(x)  # FWD001

class Maybe(optional("net.Net")):
    def twice(self, x): return self.forward(x)  # FWD001

class Machine(optional("net.Robot")):
    def twice(self, x): return self.forward(x)
"""
    hold(tmp_path, f"{NET}{HELPERS}{text}")


@pytest.mark.parametrize(
    "code",
    [
        "parted(load())().forward(1)",
        "parted('net.' + load())().forward(1)",
        "parted('nowhere.Net')().forward(1)",
        "parted('net.Nothing')().forward(1)",
        "parted('Net')().forward(1)",
        "parted('')().forward(1)",
        "parted(*['net.Net'])().forward(1)",
        "again('net.Net')().forward(1)",
        "two('net', load())().forward(1)",
        "path = 'net.Net'\nif load(): path = load()\nparted(path)().forward(1)",
        "def use(path):\n    parted(path)().forward(1)\nuse('net.Net')\nuse(load())",
        "class Plan:\n    path = load()\n    def cls(self): return parted(self.path)\nPlan().cls()().forward(1)",
    ],
)
def test_what_the_string_names_must_be_known(tmp_path: Path, code: str) -> None:
    hold(tmp_path, f"{NET}{HELPERS}{code}\n")


def test_several_strings_are_kept_apart(tmp_path: Path) -> None:
    text = """
class Plan:
    path: str = ""
    def cls(self): return parted(self.path)

class One(Plan):
    path = "net.Net"

class Two(Plan):
    path = "other.Net"

def use(plan: Plan): plan.cls()().forward(1)  # FWD001
One().cls()().forward(1)  # FWD001

# --- other.py
from torch import nn
class Net(nn.Linear): ...
"""
    hold(tmp_path, f"{NET}{HELPERS}{text}")


def test_ways_that_lead_nowhere_end(tmp_path: Path) -> None:
    text = """
def endless(text): return endless(text + ".a")
endless("net.Net")().forward(1)
name = "net.Net"
while load(): name = name + name
parted(name)().forward(1)
parted("net.Net".replace("N", "N" * 100))().forward(1)
parted("net.Net".split(".", "x"))().forward(1)
"""
    hold(tmp_path, f"{NET}{HELPERS}{text}")


def test_many_ways_to_a_name_are_each_read_once(tmp_path: Path) -> None:
    ways = "\n".join(f"    if x: m{i + 1} = m{i}\n    else: m{i + 1} = (m{i})" for i in range(60))
    text = f"def use(m0, x):\n{ways}\n    return getattr(m60, x)().forward(x)\n"
    loops = "def go(a, b, x):\n    while x:\n        a = b\n        b = a\n    return getattr(a, x)().forward(x)\n"
    hold(tmp_path, f"{NET}{HELPERS}{text}{loops}")
