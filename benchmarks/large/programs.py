"""Programs that are large in one way each: what makes them in any size, and what has to be found in them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass

CODE = "FWD001"

HEAD = "from torch import nn\n\nnet = nn.Linear(1, 1)\n"
CALL = "net.forward(1)\n"
IN_BRACES = "{net.forward(1)} "
IN_STRING = f"f'{IN_BRACES}'"


@dataclass(frozen=True, slots=True)
class Program:
    """A way to be large.

    ``make`` gives the text of a size. In each size ``findings`` says how many FWD001 there are. ``size`` is the
    smallest of three that are measured, each twice the one before, ``tiny`` one for tests. ``seconds`` bounds what the
    largest may take. ``is_fixed``: it is rewritten as well, after which nothing is left.
    """

    name: str
    make: Callable[[int], str]
    size: int
    tiny: int
    findings: Callable[[int], int] = lambda size: 1
    seconds: float = 15.0
    is_fixed: bool = False
    suffix: str = ".py"

    def file_of(self) -> str:
        """The name of its file."""
        return self.name + self.suffix


def _size(size: int) -> int:
    return size


def _inner(lines: str, depth: int = 1) -> str:
    return "".join(f"{' ' * depth}{line}\n" for line in lines.splitlines())


def _nested(head: str, depth: int) -> str:
    """So many blocks in one another, around a call; one blank each."""
    heads = "".join(f"{' ' * level}{head.format(level)}\n" for level in range(depth))
    return f"{heads}{' ' * depth}{CALL}"


def _tried(depth: int) -> str:
    opened = "".join(f"{' ' * level}try:\n" for level in range(depth))
    closed = "".join(f"{' ' * level}except E{level}: net = nn.ReLU()\n" for level in reversed(range(depth)))
    return f"{HEAD}{opened}{' ' * depth}{CALL}{closed}"


def _finally(depth: int) -> str:
    opened = "".join(f"{' ' * level}try: pass\n{' ' * level}finally:\n" for level in range(depth))
    return f"{HEAD}{opened}{' ' * depth}{CALL}"


def _loops(depth: int) -> str:
    loops = "".join(f"{' ' * level}for i{level} in x:\n{' ' * level} a = {level}\n" for level in range(depth))
    return f"{HEAD}{loops}{' ' * depth}{CALL}"


def _whiles(depth: int) -> str:
    loops = "".join(f"{' ' * level}while isinstance(x, C{level}) and x.a{level}:\n" for level in range(depth))
    ends = "".join(f"{' ' * level}if x: break\n{' ' * level}x = y{level}\n" for level in reversed(range(1, depth)))
    return f"{HEAD}{loops}{' ' * depth}{CALL}{ends}"


def _methods(count: int) -> str:
    methods = "".join(f"    def m{index}(self, x):\n        return self.layer.forward(x)\n" for index in range(count))
    start = (
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.layer = nn.ReLU()\n"
    )
    return f"{HEAD}{start}{methods}"


def _layers(count: int) -> str:
    start = "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
    layers = "".join(f"        self.layer{index} = nn.ReLU()\n" for index in range(count))
    calls = "".join(f"        x = self.layer{index}.forward(x)\n" for index in range(count))
    return f"{HEAD}{start}{layers}    def run(self, x):\n{calls}        return x\n"


def _classes(count: int) -> str:
    return HEAD + "".join(
        f"class Net{index}(nn.Module):\n    def forward(self, x):\n        return x\n    def run(self, x):\n"
        f"        return self.forward(x)\n"
        for index in range(count)
    )


def _chain(count: int) -> str:
    classes = "".join(f"class C{index}(C{index - 1}): ...\n" for index in range(1, count))
    return f"{HEAD}class C0(nn.Module): ...\n{classes}C{count - 1}().forward(1)\n"


def _functions(depth: int) -> str:
    return HEAD + _nested("def f{}(x):", depth)


def _branches(count: int) -> str:
    branches = "".join(f"    if x == {index}:\n        a = nn.Linear({index}, 1)\n" for index in range(count))
    return f"{HEAD}def f(x):\n    a = net\n{branches}    return a.forward(x)\n"


def _elifs(count: int) -> str:
    branches = "".join(f"    elif x == {index}: a = nn.ReLU()\n" for index in range(count))
    return f"{HEAD}def f(x):\n    if x is None: a = nn.Tanh()\n{branches}    else: a = net\n    return a.forward(x)\n"


def _elif_calls(count: int) -> str:
    branches = "".join(f"    elif x == {index}: return net.forward({index})\n" for index in range(count))
    return f"{HEAD}def f(x):\n    if x is None: return 1\n{branches}"


def _notebook(count: int) -> str:
    cells = [HEAD, *(f"net.forward({index})\n" for index in range(count))]
    return json.dumps(
        {
            "cells": [
                {"cell_type": "code", "source": cell, "metadata": {}, "outputs": [], "execution_count": None}
                for cell in cells
            ],
            "metadata": {},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    )


PROGRAMS = (
    # Many calls.
    Program("calls-at-the-top", lambda n: HEAD + CALL * n, 5_000, 20, _size, 40, is_fixed=True),
    Program(
        "calls-in-a-function",
        lambda n: f"{HEAD}def f(x):\n" + "    x = net.forward(x)\n" * n,
        5_000,
        20,
        _size,
        40,
        is_fixed=True,
    ),
    Program(
        "calls-of-a-parameter",
        lambda n: f"{HEAD}def f(m: nn.Module):\n" + "    m.forward(1)\n" * n,
        5_000,
        20,
        _size,
        40,
    ),
    Program(
        "calls-of-self",
        lambda n: f"{HEAD}class Net(nn.Module):\n def run(self):\n" + "  self.forward(1)\n" * n,
        5_000,
        20,
        _size,
        40,
    ),
    Program("calls-in-methods", _methods, 1_000, 20, _size, 20),
    Program("calls-of-layers", _layers, 500, 20, _size),
    Program("calls-of-rebound-names", lambda n: HEAD + "net = nn.Linear(1, 1)\nnet.forward(1)\n" * n, 1_000, 20, _size),
    Program(
        "calls-beside-direct-ones",
        lambda n: f"{HEAD}def f(x):\n" + "  net(x)\n  net.forward(1)\n" * n,
        1_000,
        20,
        _size,
    ),
    Program("calls-of-no-module", lambda n: f"{HEAD}{CALL}other = load()\n" + "other.forward(1)\n" * n, 5_000, 20),
    Program("calls-with-noqa", lambda n: f"{HEAD}{CALL}" + "net.forward(1)  # noqa: FWD001\n" * n, 2_500, 20),
    # One line.
    Program(
        "one-line-of-statements", lambda n: f"{HEAD}{'; '.join([CALL.strip()] * n)}\n", 750, 20, _size, is_fixed=True
    ),
    Program(
        "one-line-of-a-list", lambda n: f"{HEAD}[{', '.join([CALL.strip()] * n)}]\n", 750, 20, _size, is_fixed=True
    ),
    Program("one-line-beyond-ascii", lambda n: f"{HEAD}['é', {', '.join([CALL.strip()] * n)}]\n", 750, 20, _size),
    Program("one-line-in-strings", lambda n: f"{HEAD}[{', '.join([IN_STRING] * n)}]\n", 750, 20, _size),
    Program("one-string", lambda n: HEAD + "f'" + IN_BRACES * n + "'\n", 750, 20, _size),
    Program("one-line-of-a-megabyte", lambda n: f"{HEAD}{CALL.strip()}; x = [{'1, ' * n}]\n", 100_000, 20),
    # Many cells.
    Program("cells", _notebook, 1_250, 20, _size, is_fixed=True, suffix=".ipynb"),
    # Nested statements.
    Program("loops", _loops, 10, 4),
    Program("whiles", _whiles, 20, 4),
    Program("functions", _functions, 20, 4),
    Program("withs", lambda n: HEAD + _nested("with x as y{}:", n), 20, 4),
    Program("ifs", lambda n: HEAD + _nested("if x == {}:", n), 20, 4),
    Program("tries", _tried, 20, 4),
    Program("finallies", _finally, 20, 4),
    Program("elifs", _elifs, 600, 20),
    Program("elifs-with-calls", _elif_calls, 600, 20, _size),
    # Nested expressions.
    Program("sum", lambda n: f"{HEAD}net.forward({' + '.join(['x'] * n)})\n", 600, 20),
    Program("sum-of-calls", lambda n: f"{HEAD}y = {' + '.join([CALL.strip()] * n)}\n", 600, 20, _size),
    Program("and", lambda n: f"{HEAD}net.forward({' and '.join(['x'] * n)})\n", 600, 20),
    Program("and-before", lambda n: f"{HEAD}if {' and '.join(f'x{i}' for i in range(n))}: {CALL}", 600, 20),
    Program("or-before", lambda n: f"{HEAD}if {' or '.join(f'x{i}' for i in range(n))}: {CALL}", 600, 20),
    Program("brackets", lambda n: f"{HEAD}net.forward({'[' * n}{']' * n})\n", 45, 10),
    Program("lambdas", lambda n: f"{HEAD}f = {'lambda x: ' * n}{CALL}", 200, 10),
    Program("conditions", lambda n: f"{HEAD}net.forward({'x if y else ' * n}x)\n", 200, 10),
    Program("nots", lambda n: f"{HEAD}net.forward({'not ' * n}x)\n", 200, 10),
    Program("comprehensions", lambda n: f"{HEAD}net.forward({'[' * n}x{' for x in y]' * n})\n", 45, 10),
    Program("nested-calls", lambda n: f"{HEAD}{'net.forward(' * n}1{')' * n}\n", 45, 10, _size, is_fixed=True),
    Program("attributes", lambda n: f"{HEAD}net.forward(x{'.a' * n})\n", 600, 20),
    Program("methods-of-a-receiver", lambda n: f"{HEAD}net{'.eval()' * n}.forward(1)\n", 3, 3),
    Program("methods", lambda n: f"{HEAD}net.forward(x{'.a()' * n})\n", 300, 20),
    Program("chained-calls", lambda n: f"{HEAD}net{'.forward(1)' * n}\n", 300, 20),
    # Many of something, beside a call or before it.
    Program("numbers", lambda n: f"{HEAD}{CALL}x = [\n{'1,' * n}\n]\n", 100_000, 20),
    Program("numbers-passed", lambda n: f"{HEAD}net.forward([\n{'1,' * n}\n])\n", 25_000, 20),
    Program("entries", lambda n: f"{HEAD}{CALL}x = {{{', '.join(f'{i}: {i}' for i in range(n))}}}\n", 25_000, 20),
    Program("modules-in-a-list", lambda n: f"{HEAD}x = [{'nn.ReLU(), ' * n}]\nx[0].forward(1)\n", 1_000, 20),
    Program("strings", lambda n: f"{HEAD}{CALL}x = '{'a' * n}'\n", 1_000_000, 20),
    Program("braces", lambda n: HEAD + CALL + "x = f'" + "{y}" * n + "'\n", 10_000, 20),
    Program("imports", lambda n: HEAD + "".join(f"import m{i}\n" for i in range(n)) + CALL, 1_250, 20),
    Program("imports-from", lambda n: HEAD + "".join(f"from m{i} import x\n" for i in range(n)) + CALL, 1_250, 20),
    Program("stars", lambda n: "".join(f"from m{i} import *\n" for i in range(n)) + HEAD + CALL, 250, 20),
    Program("classes", _classes, 1_250, 20, _size),
    Program("chain-of-classes", _chain, 500, 20),
    Program(
        "bases",
        lambda n: (
            HEAD
            + "".join(f"class C{i}(nn.Module): ...\n" for i in range(n))
            + f"class D({', '.join(f'C{i}' for i in range(n))}): ...\nD().forward(1)\n"
        ),
        15,
        5,
    ),
    Program(
        "defined-functions", lambda n: HEAD + "".join(f"def f{i}(x): return x\n" for i in range(n)) + CALL, 2_500, 20
    ),
    Program("called-functions", lambda n: HEAD + "def f(m):\n    m.forward(1)\n" + "f(net)\n" * n, 5, 20),
    Program("assignments", lambda n: HEAD + "net = nn.Linear(1, 1)\n" * n + CALL, 1_000, 20),
    Program("names", lambda n: HEAD + "".join(f"x{i} = {i}\n" for i in range(n)) + CALL, 5_000, 20),
    Program("branches", _branches, 500, 20),
    Program("branches-of-names", lambda n: HEAD + "".join(f"if x:\n y{i} = 1\n" for i in range(n)) + CALL, 500, 20),
    Program(
        "loops-one-after-another",
        lambda n: HEAD + "".join(f"for i{i} in x: y{i} = 1\n" for i in range(n)) + CALL,
        200,
        20,
    ),
    Program("comments-noqa", lambda n: HEAD + CALL + "x = 1  # noqa: FWD001\n" * n, 2_500, 20),
    Program("comments", lambda n: HEAD + CALL + "# forward(x)\n" * n, 25_000, 20),
    Program("lines", lambda n: HEAD + CALL + "x = 1\n" * n, 25_000, 20),
    Program("blank-lines", lambda n: HEAD + "net\\\n.forward(1)\n" + "\n" * n, 250_000, 20),
    Program("gap", lambda n: HEAD + "(net\n# a\n" + "\n" * n + ".forward(1))\n", 5_000, 20),
)
