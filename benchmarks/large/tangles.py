"""Tangles: programs that lead back to themselves, or whose types are far larger than their text.

The cost of each is bounded, nothing in it may be lost, and the findings must be the same in any order. The calls that
have to be found are marked with ``# found``. In each there is one that has nothing to do with the tangle. A call with
``# open`` is a module too, but only for who follows the loop to its fixpoint; the table says where it is not found.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from large.chains import HEAD, MODULE, Files

# A call that has to be found, whatever else there is in the program.
PLAIN = f"net = {MODULE}\nnet.forward(1)  # found\n"

_GENERIC = 'from typing import Generic, TypeVar\n\nT = TypeVar("T")\n\n\n'


@dataclass(frozen=True, slots=True)
class Tangle:
    """``make`` gives the files of a tangle of a size. ``size`` is the one that is measured, ``tiny`` one for tests."""

    name: str
    make: Callable[[int], Files]
    size: int
    tiny: int = 3


def _one(text: Callable[[int], str]) -> Callable[[int], Files]:
    """A tangle in a single file."""
    return lambda size: {"tangle.py": f"{HEAD}{PLAIN}{text(size)}"}


def _ring(step: str) -> Callable[[int], Files]:
    """Files in a ring: ``{n}`` is the number of the file, ``{a}`` that of the one after it."""

    def make(size: int) -> Files:
        files = {
            f"step{number}.py": step.replace("{n}", str(number)).replace("{a}", str((number + 1) % size))
            for number in range(size)
        }
        return files | {"asking.py": f"{HEAD}{PLAIN}"}

    return make


def _lines(step: str, size: int) -> str:
    return "".join(
        step.replace("{n}", str(number)).replace("{b}", str(number - 1)).replace("{a}", str((number + 1) % size))
        for number in range(1, size)
    )


def _numbers(step: str, size: int) -> str:
    return "".join(step.replace("{n}", str(number)).replace("{a}", str((number + 1) % size)) for number in range(size))


def _of_itself(step: str) -> Callable[[int], Files]:
    """A name that a loop binds to something made of the name, so many times in one another."""
    return _one(lambda size: f"x = {MODULE}\nfor i in range(9):\n{f'    {step}{chr(10)}' * size}x.forward(1)\n")


def _diamonds(size: int) -> str:
    layers = "".join(
        f"class A{number}(B{number - 1}, C{number - 1}): ...\nclass B{number}(A{number}): ...\n"
        f"class C{number}(A{number}): ...\n"
        for number in range(1, size // 3)
    )
    last = max(size // 3 - 1, 0)
    return (
        f"class A0(nn.Module): ...\nclass B0(A0): ...\nclass C0(A0): ...\n{layers}"
        f"B0().forward(1)  # found\nA{last}().forward(1)\n"
    )


def _wide_diamonds(size: int) -> str:
    classes = "".join(f"class D{number}(Left, Right): ...\n" for number in range(size))
    return (
        "class Top(nn.Module): ...\nclass Left(Top): ...\nclass Right(Top): ...\n"
        f"{classes}D0().forward(1)  # found\nD{size - 1}().forward(1)  # found\n"
        "def f(x: Top):\n    x.forward(1)  # found\n"
    )


def _long_file(size: int) -> str:
    """Five lines for each call."""
    return "".join(
        f"def f{number}(x):\n    layer = nn.Linear({number}, 1)\n    x = x + {number}\n"
        "    x = layer.forward(x)  # found\n    return x\n"
        for number in range(size)
    )


TANGLES = (
    # Rings.
    Tangle(
        "classes-in-a-ring", _one(lambda n: _numbers("class C{n}(C{a}):\n    def run(self): self.forward(1)\n", n)), 300
    ),
    Tangle(
        "classes-in-a-ring-of-files",
        _ring("from step{a} import C as Base\n\n\nclass C(Base):\n    def run(self):\n        self.forward(1)\n"),
        300,
    ),
    Tangle("a-class-of-itself", _one(lambda n: "class C(C): ...\nC().forward(1)\n" * n), 300),
    Tangle("imports-in-a-ring", _ring("from step{a} import net\n\nnet.forward(1)\n"), 300),
    Tangle("stars-in-a-ring", _ring("from step{a} import *\n\nnet.forward(1)\n"), 300),
    Tangle(
        "imports-in-a-ring-with-a-fallback",
        _ring(
            f"try:\n    from step{{a}} import net\nexcept ImportError:\n    {HEAD.strip()}\n\n    net = {MODULE}\n\n"
            "net.forward(1)\n"
        ),
        300,
    ),
    Tangle(
        "aliases-in-a-ring",
        _one(lambda n: _numbers("def f{n}():\n    global x{n}\n    x{n} = x{a}\n", n) + "x0.forward(1)\n"),
        300,
    ),
    Tangle(
        "aliases-of-types-in-a-ring",
        _one(lambda n: _numbers('A{n} = "A{a}"\n', n) + "def f(x: A0): x.forward(1)\n"),
        300,
    ),
    Tangle(
        "recursion",
        _one(
            lambda n: (
                _numbers(f"def f{{n}}(x):\n    if x: return {MODULE}\n    return f{{a}}(x)\n", n)
                + "f0(1).forward(1)  # found\n"
            )
        ),
        300,
    ),
    Tangle(
        "recursion-over-files",
        lambda size: {
            **_ring(
                f"{HEAD}import step{{a}}\n\n\ndef make(x):\n    if x:\n        return {MODULE}\n"
                "    return step{a}.make(x)\n"
            )(size),
            "asking.py": f"{HEAD}import step0\n\n{PLAIN}step0.make(1).forward(1)  # found\n",
        },
        300,
    ),
    Tangle(
        "callers-in-a-ring",
        _one(
            lambda n: (
                "def f0(x):\n    x.forward(1)  # open\n    f1(x)\n"
                + _lines("def f{n}(x):\n    f{a}(x)\n", n)
                + f"f0({MODULE})\n"
            )
        ),
        300,
    ),
    Tangle(
        "attributes-in-a-ring",
        _one(
            lambda n: (
                _numbers("class C{n}:\n    def __init__(self):\n        self.inner = C{a}()\n", n)
                + f"C0(){'.inner' * n}.forward(1)\n"
            )
        ),
        300,
    ),
    # Generics.
    Tangle(
        "generics-in-a-ring",
        _one(
            lambda n: (
                _GENERIC
                + _numbers('class C{n}(Generic[T]):\n    inner: "C{a}[C{n}[T]]"\n    value: T\n', n)
                + f"def f(x: C0[nn.Linear]):\n    x{'.inner' * n}.value.forward(1)\n"
            )
        ),
        100,
    ),
    Tangle(
        "a-generic-that-grows",
        _one(
            lambda n: (
                f'{_GENERIC}class Node(Generic[T]):\n    value: T\n    next: "Node[Node[T]]"\n'
                "def f(x: Node[nn.Linear]):\n    while x:\n" + "        x = x.next\n" * n + "    x.value.forward(1)\n"
            )
        ),
        50,
    ),
    # Made of themselves.
    Tangle("a-list-of-itself", _of_itself("x = [x]"), 30),
    Tangle("a-tuple-of-itself", _of_itself("x = (x, x)"), 30),
    Tangle("a-dict-of-itself", _of_itself("x = {'key': x}"), 30),
    Tangle("a-lambda-of-itself", _of_itself("x = lambda: x"), 30),
    Tangle("an-element-of-itself", _of_itself("x = x[0]"), 30),
    Tangle("an-attribute-of-itself", _of_itself("x = x.inner"), 30),
    Tangle("a-list-that-holds-itself", _one(lambda n: "xs = []\n" + "xs.append(xs)\n" * n + "xs[0].forward(1)\n"), 100),
    Tangle(
        "a-box-of-itself",
        _one(
            lambda n: (
                f"class Box:\n    def __init__(self, value):\n        self.value = value\nx = Box({MODULE})\n"
                "for i in range(9):\n" + "    x = Box(x)\n" * n + "x.value.forward(1)\n"
            )
        ),
        30,
    ),
    Tangle(
        "an-attribute-set-from-itself",
        _one(
            lambda n: (
                f"class C:\n    def __init__(self):\n        self.net = {MODULE}\n"
                + _numbers("    def m{n}(self):\n        self.net = self.net.eval()\n", n)
                + "    def run(self):\n        self.net.forward(1)  # found\n"
            )
        ),
        100,
    ),
    # Types that double with each line.
    Tangle(
        "doubled-lists",
        _one(lambda n: f"x0 = {MODULE}\n{_lines('x{n} = [x{b}, x{b}]' + chr(10), n)}x{n - 1}.forward(1)\n"),
        30,
    ),
    Tangle(
        "doubled-tuples",
        _one(lambda n: f"x0 = {MODULE}\n{_lines('x{n} = (x{b}, x{b})' + chr(10), n)}x{n - 1}.forward(1)\n"),
        30,
    ),
    Tangle(
        "doubled-kinds",
        _one(lambda n: f"x0 = {MODULE}\n{_lines('x{n} = (x{b}, [x{b}])' + chr(10), n)}x{n - 1}.forward(1)\n"),
        30,
    ),
    Tangle(
        "doubled-dicts",
        _one(lambda n: f"x0 = {MODULE}\n{_lines('x{n} = dict(a=x{b}, b=[x{b}])' + chr(10), n)}x{n - 1}.forward(1)\n"),
        30,
    ),
    Tangle(
        "doubled-results",
        _one(
            lambda n: (
                f"def f0():\n    return {MODULE}\n"
                + _lines("def f{n}():\n    return f{b}(), f{b}()\n", n)
                + f"f{n - 1}().forward(1)\n"
            )
        ),
        30,
    ),
    Tangle(
        "doubled-unions",
        _one(lambda n: f"x0 = {MODULE}\n" + _lines("x{n} = x{b} if x0 else [x{b}]\n", n) + f"x{n - 1}.forward(1)\n"),
        30,
    ),
    Tangle(
        "doubled-calls",
        _one(
            lambda n: (
                f"def f0(x):\n    return {MODULE}\n"
                + _lines("def f{n}(x):\n    return f{b}(f{b}(x))\n", n)
                + f"f{n - 1}(1).forward(1)\n"
            )
        ),
        30,
    ),
    # Many alternatives, many classes, many calls.
    Tangle(
        "a-union",
        _one(
            lambda n: (
                _numbers("class C{n}(nn.Module): ...\n", n)
                + "def f(i):\n    x = net\n"
                + _numbers("    if i == {n}: x = C{n}()\n", n)
                + "    x.forward(1)\n"
            )
        ),
        500,
    ),
    Tangle(
        "a-union-of-callers",
        _one(
            lambda n: (
                _numbers("class C{n}(nn.Module): ...\n", n)
                + "def f(x):\n    x.forward(1)\n"
                + _numbers("f(C{n}())\n", n)
            )
        ),
        500,
    ),
    Tangle(
        "a-union-in-an-annotation",
        _one(
            lambda n: (
                _numbers("class C{n}(nn.Module): ...\n", n)
                + f"def f(x: {' | '.join(f'C{number}' for number in range(n))}):\n    x.forward(1)\n"
            )
        ),
        500,
    ),
    Tangle("diamonds-on-diamonds", _one(_diamonds), 5_000, 9),
    Tangle("diamonds-beside-diamonds", _one(_wide_diamonds), 5_000, 9),
    Tangle("a-long-file", _one(_long_file), 20_000, 9),
)
