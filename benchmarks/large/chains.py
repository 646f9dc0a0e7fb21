"""Chains: a module at one end, so many steps of one kind, and a call at the other end that has to be found.

The expected findings are marked in the programs: ``# far`` at the call that all steps lie before, ``# middle`` halfway,
``# near`` at the call next to the module. Each is FWD001, in whichever order the calls are in the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TypeAlias

Files: TypeAlias = Mapping[str, str]
_Make: TypeAlias = Callable[[int, bool], Files]

HEAD = "from torch import nn\n\n"
MODULE = "nn.Linear(1, 1)"

# The file with the calls, unless they are where the steps are.
ASKING = "asking.py"

MUST = ("far", "middle", "near", "found")
OPEN = "open"

_MARKED = re.compile(r"# (\w+)$")


@dataclass(frozen=True, slots=True)
class Chain:
    """A kind of step.

    ``make`` gives the files of a chain with so many steps; the flag says whether the far end is first in the text.
    ``links`` is the length that has to have its answer, ``tiny`` one for tests.
    """

    name: str
    make: Callable[[int, bool], Files]
    links: int = 120
    tiny: int = 3


def marked(files: Files, marks: Collection[str] = MUST) -> dict[tuple[str, int], str]:
    """The mark of each call with one of the marks, by file and row: by default, of what has to be FWD001."""
    return {
        (name, row): found[1]
        for name, text in sorted(files.items())
        for row, line in enumerate(text.splitlines(), start=1)
        if (found := _MARKED.search(line)) and found[1] in marks
    }


def _asked(value: Callable[[int], str], links: int, far_first: bool) -> str:
    """The calls of the values after all steps, after half of them and after none."""
    places = [(links, "far"), (links // 2, "middle"), (0, "near")]
    return "".join(
        f"{value(step)}.forward(1)  # {mark}\n" for step, mark in (places if far_first else reversed(places))
    )


def _lines(step: str, *, prelude: str = "", first: str = f"x0 = {MODULE}\n", value: str = "x{n}") -> _Make:
    """Steps that follow one another in a file; ``{n}`` is the step's number, ``{b}`` that of the one before."""

    def make(links: int, far_first: bool) -> Files:
        steps = "".join(_numbered(step, number) for number in range(1, links + 1))
        calls = _asked(lambda number: _numbered(value, number), links, far_first)
        return {"chain.py": f"{HEAD}{prelude}{first}{steps}{calls}"}

    return make


def _modules(step: str, first: str, value: str) -> _Make:
    """Steps of which each is in a file of its own, and the calls in another one."""

    def make(links: int, far_first: bool) -> Files:
        files = {"step0.py": HEAD + first}
        files |= {f"step{number}.py": _numbered(step, number) for number in range(1, links + 1)}
        asked = sorted({0, links // 2, links})
        imports = "".join(f"import step{number}\n" for number in asked)
        calls = _asked(lambda number: _numbered(f"step{{n}}.{value}", number), links, far_first)
        return {ASKING: f"{imports}\n{calls}"} | files

    return make


def _numbered(text: str, number: int) -> str:
    return text.replace("{n}", str(number)).replace("{b}", str(number - 1))


def _attributes(links: int, far_first: bool) -> Files:
    """``C3().inner.inner.inner``: as many attributes in one expression as there are classes."""
    classes = "".join(
        f"class C{number}:\n    def __init__(self):\n        self.inner = C{number - 1}()\n"
        for number in range(1, links + 1)
    )
    calls = _asked(lambda number: f"C{number}(){'.inner' * number}", links, far_first)
    return {"chain.py": f"{HEAD}class C0(nn.Module): ...\n{classes}{calls}"}


def _callers(links: int, far_first: bool) -> Files:
    """A parameter without an annotation, whose value a caller's caller's caller gives."""
    functions = [f"def f{number}(x):\n    f{number + 1}(x)\n" for number in range(links)]
    places = {links: "far", links // 2: "middle", 0: "near"}
    for number, mark in places.items():
        head = f"def f{number}(x):\n    x.forward(1)  # {mark}\n"
        functions[number : number + 1] = [head + (f"    f{number + 1}(x)\n" if number < links else "")]
    return {"chain.py": f"{HEAD}{''.join(reversed(functions) if far_first else functions)}f0({MODULE})\n"}


def _callers_over_files(links: int, far_first: bool) -> Files:
    """The same, each function in a file of its own; the files' names decide which end is asked first."""
    places = {links: "far", links // 2: "middle", 0: "near"}
    names = [f"step{links - number if far_first else number:04}" for number in range(links + 1)]
    files = {}
    for number, name in enumerate(names):
        call = f"    x.forward(1)  # {places[number]}\n" if number in places else ""
        following = f"    {names[number + 1]}.f{number + 1}(x)\n" if number < links else ""
        imports = f"import {names[number + 1]}\n\n" if number < links else ""
        files[f"{name}.py"] = f"{imports}def f{number}(x):\n{call}{following}"
    return files | {"starting.py": f"{HEAD}import {names[0]}\n\n{names[0]}.f0({MODULE})\n"}


def _nested_lists(links: int, far_first: bool) -> Files:
    """A list in a list in a list, and as many subscripts."""
    places = {links: "far", links // 2: "middle", 0: "near"}
    steps = "".join(f"x{number} = [x{number - 1}]\n" for number in range(1, links + 1))
    calls = [f"x{number}{'[0]' * number}.forward(1)  # {mark}\n" for number, mark in places.items()]
    return {"chain.py": f"{HEAD}x0 = {MODULE}\n{steps}{''.join(calls if far_first else reversed(calls))}"}


_GENERIC = """\
from typing import Generic, TypeVar

T = TypeVar("T")


class Box(Generic[T]):
    def __init__(self, value: T) -> None:
        self.value = value

    def get(self) -> T:
        return self.value


"""
_BOX = "class Box:\n    def __init__(self, value):\n        self.value = value\n\n\n"
_HOLD = "from contextlib import contextmanager\n\n\n@contextmanager\ndef hold(value):\n    yield value\n\n\n"
_HOLDER = """\
class Holder:
    def __init__(self, value):
        self.value = value

    def __enter__(self):
        return self.value

    def __exit__(self, *_):
        return None


"""
_RECORD = "from dataclasses import dataclass\n\n\n@dataclass\nclass Record:\n    value: nn.Module\n\n\n"

CHAINS = (
    # Functions.
    Chain(
        "helpers",
        _lines("def f{n}():\n    return f{b}()\n", first=f"def f0():\n    return {MODULE}\n", value="f{n}()"),
        300,
    ),
    Chain(
        "helpers-over-files",
        _modules(
            "from step{b} import make as inner\n\n\ndef make():\n    return inner()\n",
            f"def make():\n    return {MODULE}\n",
            "make()",
        ),
        300,
    ),
    Chain(
        "helpers-with-an-argument",
        _lines("def f{n}(x):\n    return f{b}(x)\n", first="def f0(x):\n    return x\n", value=f"f{{n}}({MODULE})"),
    ),
    Chain(
        "helpers-that-name-the-result",
        _lines(
            "def f{n}():\n    x = f{b}()\n    return x\n", first=f"def f0():\n    return {MODULE}\n", value="f{n}()"
        ),
    ),
    Chain("identity", _lines("x{n} = same(x{b})\n", prelude="def same(x):\n    return x\n\n\n")),
    Chain(
        "identity-of-a-type-variable",
        _lines(
            "x{n} = same(x{b})\n",
            prelude='from typing import TypeVar\n\nT = TypeVar("T")\n\n\ndef same(x: T) -> T:\n    return x\n\n\n',
        ),
    ),
    Chain("lambdas", _lines("f{n} = lambda: f{b}()\n", first=f"f0 = lambda: {MODULE}\n", value="f{n}()")),
    Chain("lambda-around-a-name", _lines("x{n} = (lambda: x{b})()\n")),
    Chain("functions-as-values", _lines("f{n} = f{b}\n", first=f"def f0():\n    return {MODULE}\n", value="f{n}()")),
    Chain(
        "generators",
        _lines("def f{n}():\n    yield from f{b}()\n", first=f"def f0():\n    yield {MODULE}\n", value="next(f{n}())"),
    ),
    Chain("callers", _callers),
    Chain("callers-over-files", _callers_over_files),
    # Names.
    Chain("aliases", _lines("x{n} = x{b}\n")),
    Chain("aliases-over-files", _modules("from step{b} import net as net\n", f"net = {MODULE}\n", "net")),
    Chain("stars-over-files", _modules("from step{b} import *\n", f"net = {MODULE}\n", "net")),
    Chain("aliases-of-classes", _lines("C{n} = C{b}\n", first="class C0(nn.Module): ...\n", value="C{n}()")),
    Chain("walrus", _lines("(x{n} := x{b})\n")),
    Chain("conditions", _lines("x{n} = x{b} if flag else x{b}\n", prelude="from m import flag\n\n")),
    Chain("branches", _lines("x{n} = x{b}\nif flag:\n    x{n} = nn.ReLU()\n", prelude="from m import flag\n\n")),
    Chain("fallbacks", _lines("try:\n    x{n} = x{b}\nexcept ValueError:\n    x{n} = nn.ReLU()\n")),
    Chain("or", _lines("x{n} = x{b} or nn.ReLU()\n")),
    Chain(
        "narrowing",
        _lines(
            "x{n} = x{b} if flag else None\nassert x{n} is not None\n",
            prelude="from m import flag\n\n",
        ),
    ),
    Chain(
        "narrowing-by-class",
        _lines("x{n} = x{b} if flag else 1\nassert isinstance(x{n}, nn.Module)\n", prelude="from m import flag\n\n"),
    ),
    # Containers.
    Chain("lists", _lines("x{n} = [x{b}][0]\n")),
    Chain("lists-of-lists", _nested_lists, 5),  # A type in a type in a type is limited, however it came about.
    Chain("filled-lists", _lines("xs{n} = []\nxs{n}.append(x{b})\nx{n} = xs{n}[0]\n")),
    Chain("dicts", _lines('x{n} = {"key": x{b}}["key"]\n')),
    Chain("loops", _lines("for x{n} in [x{b}]:\n    pass\n")),
    Chain("comprehensions", _lines("x{n} = [one for one in [x{b}]][0]\n")),
    Chain("zips", _lines("for x{n}, _ in zip([x{b}], [1]):\n    pass\n")),
    Chain("enumerations", _lines("for _, x{n} in enumerate([x{b}]):\n    pass\n")),
    Chain("unpackings", _lines("x{n}, _ = x{b}, 1\n")),
    Chain("starred", _lines("*_, x{n} = 1, x{b}\n")),
    Chain("module-lists", _lines("x{n} = nn.ModuleList([x{b}])[0]\n")),
    # Contexts.
    Chain("withs", _lines("with hold(x{b}) as x{n}:\n    pass\n", prelude=_HOLD)),
    Chain("withs-of-a-class", _lines("with Holder(x{b}) as x{n}:\n    pass\n", prelude=_HOLDER)),
    # Methods that return their owner, and functions that return their argument.
    Chain("methods-of-modules", _lines("x{n} = x{b}.eval()\n")),
    Chain("copies", _lines("x{n} = copy.deepcopy(x{b})\n", prelude="import copy\n\n")),
    # Classes.
    Chain("boxes", _lines("x{n} = Box(x{b}).value\n", prelude=_BOX)),
    Chain("generics", _lines("x{n} = Box(x{b}).get()\n", prelude=_GENERIC)),
    Chain("records", _lines("x{n} = Record(x{b}).value\n", prelude=_RECORD)),
    Chain("attributes", _attributes, 200),
    Chain(
        "attributes-of-attributes",
        _lines(
            "class C{n}:\n    def __init__(self):\n        self.net = C{b}().net\n",
            first=f"class C0:\n    def __init__(self):\n        self.net = {MODULE}\n",
            value="C{n}().net",
        ),
    ),
    Chain(
        "attributes-of-classes",
        _lines("class C{n}:\n    net = C{b}.net\n", first=f"class C0:\n    net = {MODULE}\n", value="C{n}.net"),
    ),
    Chain(
        "methods",
        _lines(
            "class C{n}:\n    def make(self):\n        return C{b}().make()\n",
            first=f"class C0:\n    def make(self):\n        return {MODULE}\n",
            value="C{n}().make()",
        ),
    ),
    Chain(
        "properties",
        _lines(
            "class C{n}:\n    @property\n    def net(self):\n        return C{b}().net\n",
            first=f"class C0:\n    @property\n    def net(self):\n        return {MODULE}\n",
            value="C{n}().net",
        ),
    ),
    Chain(
        "super",
        _lines(
            "class C{n}(C{b}):\n    def make(self):\n        return super().make()\n",
            first=f"class C0:\n    def make(self):\n        return {MODULE}\n",
            value="C{n}().make()",
        ),
    ),
    Chain(
        "methods-of-self",
        _lines(
            "    def m{n}(self):\n        return self.m{b}()\n",
            first=f"class C:\n    def m0(self):\n        return {MODULE}\n",
            value="C().m{n}()",
        ),
    ),
    Chain("hierarchy", _lines("class C{n}(C{b}): ...\n", first="class C0(nn.Module): ...\n", value="C{n}()"), 500),
    Chain(
        "hierarchy-over-files",
        _modules("from step{b} import C as Base\n\n\nclass C(Base): ...\n", "class C(nn.Module): ...\n", "C()"),
        300,
    ),
    # Annotations.
    Chain(
        "type-aliases",
        _lines(
            "A{n} = A{b}\ndef made{n}() -> A{n}: ...\n",
            first="class A0(nn.Module): ...\ndef made0() -> A0: ...\n",
            value="made{n}()",
        ),
    ),
)
