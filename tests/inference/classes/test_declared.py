"""Classes of which the user says what they are."""

from __future__ import annotations

import textwrap

import pytest
from inferring import DIFFERENT, NOT_MODULE, PERHAPS, SAME, UNKNOWN, calls, parsed

from flake8_forward_call.inference.catalogue import Catalogue
from flake8_forward_call.inference.classes.declared import Declared
from flake8_forward_call.inference.evaluating.evaluate import Evaluator
from flake8_forward_call.inference.project.project import File, Project
from flake8_forward_call.inference.verdicts.judge import judge_one
from flake8_forward_call.inference.verdicts.verdict import Standing


def verdict(text: str, declared: Declared, **others: str) -> str:
    """The verdict on the one call of a program, the other files of the project given by their names."""
    files = {name: File(f"{name}.py", parsed(other), name) for name, other in others.items()}
    files["net"] = File("net.py", parsed(text), "net")
    ev = Evaluator(Project(Catalogue(), files.get, declared=declared))
    (candidate,) = calls(files["net"].tree)
    found = judge_one(ev, candidate, files["net"])
    return found.sameness.value if found.standing is Standing.MODULE else found.standing.value


LAYER = Declared(modules=("mylib.Layer",))
NET = "import mylib\nclass Net(mylib.Layer):\n    def run(self, x):\n        return self.forward(x)\n"


def test_class_that_is_declared_a_module_is_one_though_it_is_not_there() -> None:
    assert verdict(NET, Declared()) == UNKNOWN
    assert verdict(NET, LAYER) == SAME


def test_instance_of_such_a_class_is_a_module() -> None:
    assert verdict("from mylib import Layer\nLayer().forward(1)\n", LAYER) == SAME


@pytest.mark.parametrize("base", ["elsewhere.Base", "object", "nn.Module"])
def test_class_of_the_project_that_is_declared_a_module_is_one(base: str) -> None:
    mylib = f"import elsewhere\nclass Layer({base}): pass\n"
    assert verdict(NET, LAYER, mylib=mylib) == SAME


def test_name_that_it_is_imported_by_is_as_good_as_that_of_its_definition() -> None:
    core = "class Layer(load()): pass\n"
    assert verdict(NET, LAYER, mylib="from core import Layer\n", core=core) == SAME
    assert verdict(NET, Declared(modules=("core.Layer",)), mylib="from core import Layer\n", core=core) == SAME


def test_call_of_its_own_is_seen_all_the_same() -> None:
    mylib = "class Layer(load()):\n    def __call__(self, x):\n        return 0\n"
    assert verdict(NET, LAYER, mylib=mylib) == DIFFERENT


def test_other_base_that_was_not_read_leaves_the_doubt_where_it_is() -> None:
    text = "import mylib\nclass Net(load(), mylib.Layer):\n    def run(self, x):\n        return self.forward(x)\n"
    assert verdict(text, LAYER) == PERHAPS


def test_class_that_is_declared_no_module_is_none() -> None:
    text = """\
    class Pipeline(nn.Module): pass
    class Net(Pipeline): pass
    Net().forward(1)
    """
    assert verdict(textwrap.dedent(text), Declared()) == SAME
    assert verdict(textwrap.dedent(text), Declared(others=("net.Pipeline",))) == NOT_MODULE


def test_class_that_is_not_there_can_be_declared_no_module() -> None:
    assert verdict(NET, Declared(others=("mylib.Layer",))) == NOT_MODULE
