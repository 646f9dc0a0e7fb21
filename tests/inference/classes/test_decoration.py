"""What a class is by its decorators and its metaclass, where its header names no module."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import annotated, as_marks

from flake8_forward_call.analysis import analyse
from flake8_forward_call.explaining import explain
from flake8_forward_call.sources.source import Source

HEAD = """\
import abc
import dataclasses
import functools
import typing
from torch import nn
from elsewhere import magic, REGISTRY, Meta


class Plain:
    def forward(self, x):
        return x


class Layer(nn.Module):
    pass


def either(one):
    return Layer() if flag else one


"""

# A class named `Made`, and what is found where a value is one or a module: if nobody knows what it is, the fix is
# unsafe.
PLAIN = {
    "standard decorators": """
@functools.total_ordering
@typing.final
@dataclasses.dataclass(frozen=True)
class Made(Plain): pass
""",
    "decorator of the project that hands on the class": """
def noted(cls):
    cls.note = 1
    return cls

@noted
class Made(Plain): pass
""",
    "annotated decorator with options": """
T = typing.TypeVar("T")

def named(name: str) -> typing.Callable[[type[T]], type[T]]:
    def wrap(cls: type[T]) -> type[T]:
        NAMES[name] = cls
        return cls
    return wrap

@named("made")
class Made(Plain): pass
""",
    "decorator with and without options": """
def noted(cls=None, *, note=""):
    def wrap(one):
        one.note = note
        return one
    return wrap if cls is None else wrap(cls)

@noted
class First(Plain): pass

@noted(note="x")
class Made(First): pass
""",
    "decorator that makes a subclass": """
def counted(cls):
    class Counted(cls):
        def forward(self, x): return super().forward(x) + 1
    return Counted

@counted
class Made(Plain): pass
""",
    "registry that was not read": """
@REGISTRY.register("made")
class Made(Plain): pass
""",
    "registry of the project": """
class Registry:
    def add(self, cls):
        self.classes.append(cls)
        return cls

ALL = Registry()

@ALL.add
class Made(Plain): pass
""",
    "object that is called": """
class Mark:
    def __call__(self, cls):
        return cls

@Mark()
class Made(Plain): pass
""",
    "standard metaclass": "class Made(Plain, metaclass=abc.ABCMeta): pass",
    "metaclass of the project": """
class Counting(type):
    def __new__(mcs, name, bases, namespace):
        return super().__new__(mcs, name, bases, {**namespace, "count": 0})

class Made(Plain, metaclass=Counting): pass
""",
}
OPEN = {
    "decorator that was not read": """
@magic
class Made(Plain): pass
""",
    "decorator with options that was not read": """
@dataclasses.dataclass
@magic(strong=True)
class Made(Plain): pass
""",
    "base with a decorator that was not read": """
@magic
class Base(Plain): pass

class Made(Base): pass
""",
    "metaclass that was not read": "class Made(Plain, metaclass=Meta): pass",
    "metaclass that changes the bases": """
class Mixing(type):
    def __new__(mcs, name, bases, namespace):
        return super().__new__(mcs, name, (*bases, nn.Module), namespace)

class Made(Plain, metaclass=Mixing): pass
""",
    "decorator that may mix in a module": """
def perhaps(cls):
    if nn is None:
        return cls
    class Mixed(cls, nn.Module): pass
    return Mixed

@perhaps
class Made(Plain): pass
""",
    "decorator that returns what it got from elsewhere": """
def wrapped(cls):
    return magic(cls)

@wrapped
class Made(Plain): pass
""",
    "decorator that mixes in what was not read": """
def mixed(cls):
    class Mixed(cls, REGISTRY.Base): pass
    return Mixed

@mixed
class Made(Plain): pass
""",
}
MODULE = {
    "subclass with a module beside": """
def mixed(cls):
    @functools.wraps(cls, updated=())
    class Mixed(nn.Module, cls): pass
    return Mixed

@mixed
class Made(Plain): pass
""",
    "subclass made on the spot, by options": """
def mixed(name):
    def wrap(cls: type):
        return type(name, (cls, Layer), {})
    return wrap

@mixed("x")
class Made(Plain): pass
""",
    "base that gets a module": """
def mixed(cls):
    class Mixed(cls, Layer): pass
    return Mixed

@mixed
class Base(Plain): pass

class Made(Base): pass
""",
}
USE = """

made = Made()
made.forward(1){mark}
either(made).forward(1){mixed}
"""


def check(tmp_path: Path, text: str, mark: str, mixed: str) -> None:
    program = HEAD + text + USE.format(mark=mark, mixed=mixed)
    (tmp_path / "setup.py").touch()
    (tmp_path / "made.py").write_text(program)
    found = analyse(Source(str(tmp_path / "made.py"), program))
    wanted = [(row, line.partition("  # ")[2]) for row, line in enumerate(program.splitlines(), 1) if "  # FWD" in line]
    assert annotated(program, as_marks(found)) == annotated(program, wanted)


@pytest.mark.parametrize("text", PLAIN.values(), ids=PLAIN.keys())
def test_class_that_stays_what_it_is(tmp_path: Path, text: str) -> None:
    check(tmp_path, text, "", "")


@pytest.mark.parametrize("text", OPEN.values(), ids=OPEN.keys())
def test_class_that_nobody_knows_is_neither_reported_nor_taken_for_no_module(tmp_path: Path, text: str) -> None:
    check(tmp_path, text, "", "  # FWD001 unsafe")


@pytest.mark.parametrize("text", MODULE.values(), ids=MODULE.keys())
def test_class_that_is_made_a_module_is_found_and_left_to_a_person(tmp_path: Path, text: str) -> None:
    check(tmp_path, text, "  # FWD001 unsafe", "  # FWD001 unsafe")


def test_class_that_is_made_a_module_with_a_call_of_its_own(tmp_path: Path) -> None:
    text = """
def mixed(cls):
    class Mixed(cls, nn.Module):
        def __call__(self, x): return -x
    return Mixed

@mixed
class Made(Plain): pass
"""
    program = f"{HEAD}{text}\nMade().forward(1)\n"
    found = analyse(Source(str(tmp_path / "made.py"), program))
    assert [one.code for one in found] == ["FWD005", "FWD002"]


def test_header_that_names_a_module_goes_before_decorators(tmp_path: Path) -> None:
    check(tmp_path, "@magic\nclass Made(Layer): pass", "  # FWD001", "  # FWD001")


@pytest.mark.parametrize(
    ("text", "step"),
    [
        (
            "@magic\nclass Made(Plain): pass",
            "the effect of the decorator @magic on class `made.Made` could not be determined",
        ),
        (
            "class Made(Plain, metaclass=Meta): pass",
            "the effect of the metaclass Meta on class `made.Made` could not be determined",
        ),
        (
            "def mixed(cls):\n    return type('X', (cls, nn.Module), {})\n\n@mixed\nclass Made(Plain): pass",
            "the decorator @mixed makes class `made.Made` derive from torch.nn.Module",
        ),
    ],
)
def test_explain_says_what_was_not_understood(tmp_path: Path, text: str, step: str) -> None:
    program = f"{HEAD}{text}\n\nMade().forward(1)\n"
    (tmp_path / "made.py").write_text(program)
    (told,) = explain(Source(str(tmp_path / "made.py"), program), len(program.splitlines()), None)
    assert step in [one.text for one in told.steps]
    assert told.reason != "the receiver is not an nn.Module instance"


def test_doubt_about_what_behaves_like_a_module_names_its_decorator(tmp_path: Path) -> None:
    text = """
@magic
class Made:
    def __init__(self):
        super().__init__()
        self.layer = Layer()

    def forward(self, x): return x
"""
    program = f"{HEAD}{text}\nMade().forward(1)\n"
    (found,) = analyse(Source(str(tmp_path / "made.py"), program))
    assert found.code == "FWD003"
    assert "the effect of the decorator @magic on Made could not be determined" in found.message
