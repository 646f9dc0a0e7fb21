"""Long chains of every kind of step: the answer is the same as for a short one, from both ends and in between.

A chain is given by its first lines, by a line for each link, and by an expression that is a module at each link. In
each, ``{}`` is the number of the link and ``{-}`` that of the link before.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from inferring import HEAD, SAME, verdict, verdicts
from marked import found_in, written

LENGTH = 120

NET = "class Net(nn.Module):\n    def forward(self, x): return x\n"

CHAINS = {
    "alias": ("a0 = Net()", "a{} = a{-}", "a{}"),
    "function": ("def f0(): return Net()", "def f{}(): return f{-}()", "f{}()"),
    "lambda": ("f0 = lambda: Net()", "f{} = lambda: f{-}()", "f{}()"),
    "identity": ("def same(x): return x\na0 = Net()", "a{} = same(a{-})", "a{}"),
    "many identities": ("def f0(x): return x", "def f{}(x): return f{-}(x)", "f{}(Net())"),
    "list": ("a0 = [Net()]", "a{} = [a{-}[0]]", "a{}[0]"),
    "dict": ("a0 = {'a': Net()}", "a{} = {'a': a{-}['a']}", "a{}['a']"),
    "tuple": ("a0 = (1, Net())", "a{} = (2, a{-}[1])", "a{}[1]"),
    "appending": ("a0 = [Net()]", "a{} = []\na{}.append(a{-}[0])", "a{}[0]"),
    "loop": ("a0 = [Net()]", "for b{} in a{-}: a{} = [b{}]", "a{}[0]"),
    "comprehension": ("a0 = [Net()]", "a{} = [one for one in a{-}]", "a{}[0]"),
    "dict comprehension": ("a0 = {1: Net()}", "a{} = {k: one for k, one in a{-}.items()}", "a{}[1]"),
    "zip": ("a0 = [Net()]", "a{} = [one for one, _ in zip(a{-}, a{-})]", "a{}[0]"),
    "enumerate": ("a0 = [Net()]", "a{} = [one for _, one in enumerate(a{-})]", "a{}[0]"),
    "unpacking": ("a0 = Net()", "a{}, b{} = a{-}, 1", "a{}"),
    "starred": ("a0 = [Net()]", "_, *a{} = a{-}", "a{}[0]"),
    "walrus": ("a0 = Net()", "print(a{} := a{-})", "a{}"),
    "condition": ("a0 = Net()", "a{} = a{-} if load() else Net()", "a{}"),
    "narrowing": ("a0 = load()\nassert isinstance(a0, Net)", "a{} = a{-}\nassert a{} is not None", "a{}"),
    "isinstance": (
        "def f0(): return Net()",
        "def f{}():\n    a = f{-}() or 1\n    if isinstance(a, Net): return a",
        "f{}()",
    ),
    "with": (
        "from contextlib import contextmanager\n@contextmanager\ndef f0(): yield Net()",
        "@contextmanager\ndef f{}():\n    with f{-}() as a: yield a",
        "with f{}() as a{}: a{}",
    ),
    "generator": ("def f0(): yield Net()", "def f{}():\n    for a in f{-}(): yield a", "next(f{}())"),
    "box": (
        "class Box:\n    def __init__(self, held): self.held = held\na0 = Box(Net())",
        "a{} = Box(a{-}.held)",
        "a{}.held",
    ),
    "wrapper": (
        "class Wrap(nn.Module):\n    def __init__(self, held):\n        super().__init__()\n        self.held = held\n"
        "a0 = Wrap(Net())",
        "a{} = Wrap(a{-})",
        "a{}.held",
    ),
    "generic": (
        "from typing import Generic, TypeVar\nT = TypeVar('T')\n"
        "class Box(Generic[T]):\n    def __init__(self, held: T): self.held = held\n"
        "    def get(self) -> T: return load()\n"
        "a0 = Box(Net())",
        "a{} = Box(a{-}.get())",
        "a{}.get()",
    ),
    "attribute of a class each": (
        "class C0:\n    def __init__(self): self.net = Net()",
        "class C{}:\n    def __init__(self): self.net = C{-}().net",
        "C{}().net",
    ),
    "class attribute": ("class C0:\n    a = Net()", "class C{}:\n    a = C{-}.a", "C{}.a"),
    "property": (
        "class C0:\n    @property\n    def a(self): return Net()",
        "class C{}:\n    @property\n    def a(self): return C{-}().a",
        "C{}().a",
    ),
    "method": (
        "class C0:\n    def make(self): return Net()",
        "class C{}:\n    def make(self): return C{-}().make()",
        "C{}().make()",
    ),
    "methods of one class": (
        "class C:\n    def m0(self): return Net()",
        "    def m{}(self): return self.m{-}()",
        "C().m{}()",
    ),
    "attributes of one class": (
        "class C:\n    def __init__(self):\n        self.a0 = Net()",
        "        self.a{} = self.a{-}",
        "C().a{}",
    ),
    "super": (
        "class C0:\n    def make(self): return Net()",
        "class C{}(C{-}):\n    def make(self): return super().make()",
        "C{}().make()",
    ),
    "partial": (
        "from functools import partial\ndef f0(): return Net()",
        "f{} = partial(f{-})",
        "f{}()",
    ),
    "annotated": ("def f0() -> Net: return load()", "def f{}(): return f{-}()", "f{}()"),
    "alias of a class": ("A0 = Net", "A{} = A{-}", "A{}()"),
    "alias in annotations": (
        "A0 = Net\ndef f0() -> A0: return load()",
        "A{} = A{-}\ndef f{}() -> 'A{}': return load()",
        "f{}()",
    ),
    "closure": (
        "def f0():\n    a = Net()\n    def inner(): return a\n    return inner",
        "def f{}():\n    a = f{-}()()\n    def inner(): return a\n    return inner",
        "f{}()()",
    ),
    "function handed on": ("def f0(): return Net()", "f{} = f{-}", "f{}()"),
    "container of modules": ("a0 = nn.ModuleList([Net()])", "a{} = nn.ModuleList(list(a{-}))", "a{}[0]"),
    "moved": ("a0 = Net()", "a{} = a{-}.to('cpu').eval()", "a{}"),
    "copied": ("import copy\na0 = Net()", "a{} = copy.deepcopy(a{-})", "a{}"),
    "awaited": ("async def f0(): return Net()", "async def f{}(): return await f{-}()", "(await f{}())"),
}


def _filled(line: str, index: int) -> str:
    return line.replace("{-}", str(index - 1)).replace("{}", str(index))


def _chain(name: str) -> tuple[str, str]:
    first, link, module = CHAINS[name]
    lines = [first, *(_filled(link, index) for index in range(1, LENGTH))]
    return NET + "\n".join(lines) + "\n", module


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("ends", [(LENGTH - 1, 0, LENGTH // 2), (0, LENGTH // 2, LENGTH - 1)])
def test_every_link_of_a_chain_is_a_module(name: str, ends: tuple[int, ...]) -> None:
    text, module = _chain(name)
    calls = "".join(f"    {_filled(module, index)}.forward(1)\n" for index in ends)
    assert verdicts(f"{text}async def use():\n{calls}") == [SAME] * len(ends)


def test_parameter_is_what_callers_of_callers_pass() -> None:
    links = "".join(f"def f{index}(net): return f{index - 1}(net)\n" for index in range(1, LENGTH))
    text = f"{NET}def f0(net): return net.forward(1)\n{links}f{LENGTH - 1}(Net())\n"
    assert verdict(text) == SAME
    assert verdict(text.replace("(Net())", "(3)")) != SAME


def test_attribute_is_what_constructors_of_constructors_are_passed() -> None:
    links = "".join(
        f"class C{index}:\n    def __init__(self, net): self.inner = C{index - 1}(net)\n" for index in range(1, LENGTH)
    )
    text = f"{NET}class C0:\n    def __init__(self, net): self.net = net\n    def run(self): self.net.forward(1)\n"
    assert verdict(f"{text}{links}C{LENGTH - 1}(Net())\n") == SAME


@pytest.mark.parametrize("depth", [1, 50, 200])
def test_attributes_of_attributes(depth: int) -> None:
    links = "".join(
        f"class C{index}:\n    def __init__(self): self.a = C{index - 1}()\n" for index in range(1, depth + 1)
    )
    text = f"{NET}class C0:\n    def __init__(self): self.a = Net()\n{links}"
    assert verdict(f"{text}C{depth}(){'.a' * (depth + 1)}.forward(1)\n") == SAME
    assert verdict(f"{text}def f(c: C{depth}): c{'.a' * (depth + 1)}.forward(1)\n") == SAME


@pytest.mark.parametrize("depth", [500])
def test_hierarchy_of_many_classes(depth: int) -> None:
    classes = "".join(f"class C{index}(C{index - 1}): ...\n" for index in range(1, depth + 1))
    ends = f"C{depth}().forward(1)\nC1().forward(1)\nC{depth // 2}().forward(1)\n"
    text = NET.replace("Net", "C0") + classes
    assert verdicts(text + ends) == [SAME] * 3
    assert verdict(f"{text}class Last(C{depth}):\n    def f(self): self.forward(1)\n") == SAME


def test_helpers_over_300_files(tmp_path: Path) -> None:
    files = [f"# --- pyproject.toml\n# --- h0.py\n{HEAD}{NET}def make(): return Net()\nmake().forward(1)\n"]
    files += [
        f"# --- h{index}.py\nfrom h{index - 1} import make as before\ndef make(): return before()\nmake().forward(1)\n"
        for index in range(1, 300)
    ]
    written(tmp_path, "".join(files))
    for index in (299, 150, 0, 1, 298):
        assert [mark for _, mark in found_in(tmp_path / f"h{index}.py")] == ["FWD001"]


@pytest.mark.parametrize("start", [0, 150, 299])
def test_helpers_that_call_each_other_over_300_files(tmp_path: Path, start: int) -> None:
    files = [
        f"# --- h{index}.py\n{HEAD}{NET}from h{(index + 1) % 300} import make as after\n"
        f"def make(n): return after(n - 1) if n else {'Net()' if index == 7 else 'None'}\nmake(3).forward(1)\n"
        for index in range(300)
    ]
    written(tmp_path, f"# --- pyproject.toml\n{''.join(files)}")
    assert [mark for _, mark in found_in(tmp_path / f"h{start}.py")] == ["FWD001"]


def test_names_imported_through_300_files(tmp_path: Path) -> None:
    files = [f"# --- pyproject.toml\n# --- h0.py\n{HEAD}{NET}net = Net()\n"]
    files += [
        f"# --- h{index}.py\nfrom h{index - 1} import net\n# --- s{index}.py\nfrom {before}{index - 1} import *\n"
        for index, before in enumerate(["h", *"s" * 298], 1)
    ]
    files += [f"# --- {name}.py\nfrom {name[0]}299 import net\nnet.forward(1)\n" for name in ("hop", "star")]
    written(tmp_path, "".join(files))
    for name in ("hop.py", "star.py"):
        assert [mark for _, mark in found_in(tmp_path / name)] == ["FWD001"]
