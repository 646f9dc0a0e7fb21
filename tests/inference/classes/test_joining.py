"""A union of many classes, as an instance of the base that they share."""

from __future__ import annotations

import pytest
from inferring import UNKNOWN, verdict

from flake8_forward_call.inference.types import MAX_GATHERED

MANY = 30


def of_table(classes: list[str], head: str = "") -> str:
    """The verdict on an instance of a class that a table of these classes gives."""
    names = [f"C{i}" for i in range(len(classes))]
    text = "".join(f"class {name}({base}): ...\n" for name, base in zip(names, classes, strict=True))
    table = ", ".join(f"'{name}': {name}" for name in names)
    return verdict(f"{head}{text}ALL = {{{table}}}\ndef f(name, x):\n    return ALL[name]().forward(x)\n")


BASE = "class Base(nn.Module): ...\n"
ODD = "class Odd(nn.Module):\n    def __call__(self, x): return -x\n"
PLAIN = "class Plain:\n    def forward(self, x): return x\n"


def test_many_classes_with_one_base_are_instances_of_it() -> None:
    assert of_table(["Base"] * MANY, BASE) == "same"


def test_many_classes_with_only_module_in_common_are_modules_of_an_unknown_class() -> None:
    assert of_table([f"Base, M{i}" for i in range(MANY)] + ["nn.Module"], BASE) != "same"


@pytest.mark.parametrize("odd_one", ["Plain", "Odd"])
def test_one_that_is_different_is_not_lost_among_many(odd_one: str) -> None:
    found = of_table(["nn.Module"] * MANY + [odd_one], PLAIN + ODD)
    assert found not in ("same", "unread", "perhaps")


def test_a_table_that_is_larger_than_any_is_unknown() -> None:
    assert of_table(["nn.Module"] * (MAX_GATHERED + 1)) == UNKNOWN
