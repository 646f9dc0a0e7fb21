"""Programs that no one writes by hand: the answer is never a false alarm.

Without the bounds on steps, depth and alternatives each of them would take minutes, or for ever."""

from __future__ import annotations

import sys

import pytest
from inferring import DIFFERENT, NOT_MODULE, PERHAPS, SAME, UNKNOWN, UNREAD, verdict, verdicts

from flake8_forward_call.analysis import analyse
from flake8_forward_call.explaining import explain
from flake8_forward_call.findings.finding import Finding
from flake8_forward_call.inference import engine
from flake8_forward_call.inference.verdicts.judge import judge
from flake8_forward_call.inference.verdicts.verdict import TOO_FAR, Verdict
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import candidates


@pytest.mark.parametrize(("last", "expected"), [("nn.ReLU()", SAME), ("load()", PERHAPS), ("3", NOT_MODULE)])
def test_name_bound_in_500_branches(last: str, expected: str) -> None:
    branches = "".join(f"    if flag == {i}:\n        a = nn.Linear({i}, 1)\n" for i in range(500))
    assert verdict(f"def f(flag):\n    a = {last}\n{branches}    return a.forward(1)\n") == expected


def test_name_of_500_classes_is_some_module() -> None:
    classes = "".join(f"class C{i}(nn.Module): ...\n" for i in range(500))
    branches = "".join(f"    if flag == {i}:\n        a = C{i}()\n" for i in range(500))
    assert verdict(f"{classes}def f(flag):\n    a = None\n{branches}    return a.forward(1)\n") == UNREAD


def test_long_chain_of_elifs() -> None:
    branches = "".join(f"    elif flag == {i}: a = nn.ReLU()\n" for i in range(300))
    assert verdict(f"def f(flag):\n    if flag is None: a = nn.Tanh()\n{branches}    return a.forward(1)\n") == SAME


@pytest.mark.parametrize(
    "text",
    [
        "class A(A): ...\nA().forward(1)",
        "class A(A, nn.Module): ...\nA().forward(1)",
        "class A(B): ...\nclass B(A): ...\nA().forward(1)",
        "class A(B): ...\nclass B(C): ...\nclass C(A): ...\ndef f(a: A): a.forward(1)",
        "class A(A.B):\n    class B(A): ...\nA().forward(1)",
        "class A(nn.Module): ...\nclass A(A): ...\nclass A(A): ...\nA().nothing.forward(1)",
        "class A(type(A)): ...\nA().forward(1)",
        "class A(A()): ...\nA().forward(1)",
        "class A(f()): ...\ndef f(): return A\nA().forward(1)",
        "class A(metaclass=A): ...\nA().forward(1)",
        "a = a\na.forward(1)",
        "a = b\nb = a\na.forward(1)",
        "a = lambda: a()\na().forward(1)",
        "def f(): return f()\nf().forward(1)",
        "def f(): return g()\ndef g(): return h()\ndef h(): return f()\nf().forward(1)",
        "def f(n): return [f(n - 1)]\nf(3).forward(1)",
        "def f(n): return [f(n - 1)]\nf(3)[0][0].forward(1)",
        "def f(n): return f\nf(3)(2)(1).forward(1)",
        "def f(x=f): return x\nf().forward(1)",
        "x = [x]\nx[0][0].forward(1)",
        "x = []\nx.append(x)\nx[0][0].forward(1)",
        "x = {}\nx['a'] = x\nx['a']['b'].forward(1)",
        "x = x.y\nx.forward(1)",
        "x: x = x\nx.forward(1)",
        "X = 'X'\ndef f(x: X): x.forward(1)",
        "X = 'Y | None'\nY = 'X | None'\ndef f(x: X): x.forward(1)",
        "from typing import TypeVar\nT = TypeVar('T', bound='T')\ndef f(x: T): x.forward(1)",
        "class A:\n    x = x.forward(1)",
        "class A:\n    @property\n    def a(self): return self.a\nA().a.forward(1)",
        "class A:\n    def __enter__(self): return self.__enter__()\nwith A() as a: a.forward(1)",
        "class A:\n    def __iter__(self): return iter(self)\nfor a in A(): a.forward(1)",
        "class A:\n    def __getitem__(self, i): return self[i]\nA()[0].forward(1)",
        "class A:\n    def __init__(self): self.a = self.a\nA().a.forward(1)",
        "class A:\n    def __new__(cls): return cls()\nA().x.forward(1)",
        "def f():\n    global a\n    a = a\n    a.forward(1)",
        "def f():\n    def g():\n        nonlocal a\n        a = a\n        a.forward(1)\n    a = a",
        "for a in a: a.forward(1)",
        "with a as a: a.forward(1)",
        "while a: a = a.next\na.forward(1)",
        "a += a\na.forward(1)",
        "a = 1\nfor _ in x: a += a\na.forward(1)",
        "*a, a = a\na.forward(1)",
        "match a:\n    case a: a.forward(1)",
        "import net\nnet.a.forward(1)",
        "from net import a\na.forward(1)",
        "from . import a\na.forward(1)",
        "from .... import a\na.forward(1)",
        "from net import *\na.forward(1)",
        "try: pass\nexcept a as a: a.forward(1)",
        "type(type)(type).forward(1)",
        "super().x.forward(1)",
        "super(1, 2, 3).x.forward(1)",
        "isinstance(*a).forward(1)",
        "if isinstance(a, a): a.forward(1)",
        "if isinstance(a, (a, (a, [a]))): a.forward(1)",
        "getattr(*a).forward(1)",
        "map().forward(1)",
        "next(map(*a)).forward(1)",
        "dict(**dict(**a))['x'].forward(1)",
        "zip(*zip(*a))[0].forward(1)",
    ],
)
def test_what_leads_back_to_itself_is_no_proof(text: str) -> None:
    assert SAME not in verdicts(text)


@pytest.mark.parametrize(
    "text",
    [
        "def f(n): return nn.ReLU() if n else f(n)\nf(3).forward(1)",
        "def f(n): return nn.ReLU() if n else g(n)\ndef g(n): return f(n)\ng(3).forward(1)",
        "class A(nn.Module):\n    def __init__(self): self.next = A()\nA().next.next.next.forward(1)",
        "class A(nn.Module):\n    next: 'A'\nA().next.next.next.forward(1)",
        "a = nn.ReLU()\nfor _ in 'ab': a = nn.Sequential(a)\na.forward(1)",
        "class A(nn.ModuleList):\n    def __init__(self): super().__init__([A()])\nA()[0].forward(1)",
        "x = [nn.ReLU()]\nfor _ in 'ab': x = x + x\nx[0].forward(1)",
        "def f(m, n): return f(m, n - 1) if n else m\nf(nn.ReLU(), 3).forward(1)",
    ],
)
def test_what_leads_back_to_itself_hides_no_proof(text: str) -> None:
    assert verdict(text) == SAME


def test_types_nested_without_end_are_given_up() -> None:
    text = "x = nn.ReLU()\nfor _ in 'ab': x = [x]\nx[0].forward(1)"
    assert verdict(text) != SAME
    assert verdict(f"x = {'[' * 30}nn.ReLU(){']' * 30}\nx{'[0]' * 30}.forward(1)") == UNKNOWN
    assert verdict(f"x = {'[' * 8}nn.ReLU(){']' * 8}\nx{'[0]' * 8}.forward(1)") == UNKNOWN
    assert verdict(f"x = {'[' * 3}nn.ReLU(){']' * 3}\nx{'[0]' * 3}.forward(1)") == SAME


@pytest.mark.parametrize("container", ["nn.ModuleList([a399])", "nn.Sequential(a399)", "nn.ModuleList(a399)"])
def test_container_holds_modules_however_long_the_chain(container: str) -> None:
    names = "".join(f"a{i} = a{i - 1}\n" for i in range(1, 400))
    assert verdict(f"a0 = load()\n{names}{container}[0].forward(1)") == UNREAD


NETS = "class Net(nn.Module):\n    def forward(self, x): return x\n"
MANY = range(1, 31)


@pytest.mark.parametrize(
    "doubled",
    ["[{0}, {0}]", "({0}, {0})", "({0},) * 10", f"({'{0}, ' * 10})", "{{1: {0}, 2: ({0},)}}", "Box({0}, {0})"],
)
def test_types_that_double_with_each_line_stay_small(doubled: str) -> None:
    lines = "".join(f"x{i} = {doubled.format(f'x{i - 1}')}\n" for i in MANY)
    box = "class Box:\n    def __init__(self, a, b): self.a, self.b = a, b\n"
    text = f"{NETS}{box}x0 = Net()\n{lines}x0.forward(1)\nx30[0].forward(1)\nx30.a.forward(1)\n"
    assert verdicts(text)[0] == SAME
    assert SAME not in verdicts(text)[1:]


@pytest.mark.parametrize("step", ["(x, y, [x], {{1: y}})", "Box(x, y)", "[x, y, x]"])
def test_types_that_double_in_a_loop_stay_small(step: str) -> None:
    box = "class Box:\n    def __init__(self, a, b): self.a, self.b = a, b\n"
    text = f"{NETS}{box}x = y = Net()\nfor _ in load():\n    x = {step}\n    y = {step}\nx.forward(1)\n"
    assert SAME not in verdicts(text)


def test_functions_that_all_call_each_other_get_what_one_of_them_is_passed() -> None:
    calls = "".join(
        f"def f{i}(net):\n    net.forward(1)\n    f{(i * 7 + 3) % 60}(net)\n    f{(i + 1) % 60}(net)\n"
        for i in range(60)
    )
    assert verdicts(f"{NETS}{calls}f0(Net())\n") == [SAME] * 60
    assert SAME not in verdicts(f"{NETS}{calls}f0(Net())\nf7(3)\n")


def test_attributes_that_are_set_to_each_other_from_outside() -> None:
    text = f"""{NETS}
class A:
    def run(self): self.net.forward(1)
class B:
    def run(self): self.net.forward(1)
def link(a: A, b: B):
    a.net = b.net
    b.net = a.net
"""
    assert verdicts(f"{text}def start(b: B): b.net = Net()\n") == [SAME, SAME]
    assert SAME not in verdicts(f"{text}def start(b: B): b.net = 3\n")
    assert SAME not in verdicts(text)


def test_long_chain_of_classes() -> None:
    classes = "".join(f"class C{i}(C{i - 1}): ...\n" for i in range(1, 40))
    assert verdict(f"class C0(nn.Module): ...\n{classes}C39().forward(1)") == SAME
    longer = "".join(f"class C{i}(C{i - 1}): ...\n" for i in range(1, 300))
    assert verdict(f"class C0(nn.Module): ...\n{longer}C299().forward(1)") == SAME


def test_classes_with_bases_that_contradict_one_another() -> None:
    text = "class A(nn.Module): ...\nclass B(A): ...\nclass C(A, B): ...\nC().forward(1)"
    assert verdict(text) == SAME


def test_wide_lattice_of_classes() -> None:
    classes = "class C0(nn.Module): ...\nclass D0(nn.Module): ...\n"
    classes += "".join(
        f"class C{i}(C{i - 1}, D{i - 1}): ...\nclass D{i}(C{i - 1}, D{i - 1}): ...\n" for i in range(1, 20)
    )
    assert verdict(f"{classes}C19().forward(1)") in (SAME, UNKNOWN)


def test_budget_ends_a_thicket_of_calls() -> None:
    functions = "".join(
        f"def f{i}(a, b):\n    return f{i + 1}(a, b) if a else f{i + 1}(b, a) if b else f{i + 1}(a, a)\n"
        for i in range(40)
    )
    text = f"{functions}def f40(a, b): return a\nf0(nn.ReLU(), nn.Tanh()).forward(1)"
    assert verdict(text) in (SAME, UNKNOWN)


@pytest.mark.slow
def test_function_of_2000_lines_with_nested_loops() -> None:
    lines = ["def f(x, flag):", "    a = b = nn.ReLU()"]
    for block in range(100):
        lines += [
            f"    for i{block} in x:",
            f"        if i{block}:",
            "            a, b = b, a",
            f"        elif flag == {block}:",
            f"            n{block} = nn.Linear(1, 1)",
            "            continue",
            f"        while flag > {block}:",
            "            try:",
            f"                self.m{block} = a",
            "                for j in x:",
            "                    if j: break",
            f"                    t{block} = j",
            "                else:",
            "                    b = nn.Tanh()",
            "            except ValueError:",
            "                b = a",
            f"            with flag as c{block}:",
            f"                c{block}.run()",
            "        x = a.forward(x)",
            "    x = b.forward(x)",
        ]
    found = verdicts("\n".join(lines))
    assert len(found) == 200
    assert set(found) == {SAME}


def test_loops_nested_ten_deep() -> None:
    lines = ["def f(x):", "    a = nn.ReLU()"]
    lines += [f"{'    ' * (level + 1)}for i{level} in x:" for level in range(10)]
    lines += ["    " * 11 + "a = nn.Sequential(a)", "    " * 11 + "a.forward(x)"]
    assert verdict("\n".join(lines)) == SAME


def test_many_calls_of_one_receiver() -> None:
    calls = "    self.a.forward(x)\n" * 1000
    text = f"class A(nn.Module):\n  def __init__(self): self.a = nn.ReLU()\n  def f(self, x):\n{calls}"
    assert set(verdicts(text)) == {SAME}


@pytest.mark.slow
def test_many_classes_and_attributes() -> None:
    text = "".join(
        f"class C{i}(nn.Module):\n    def __init__(self):\n        self.a = C{i - 1 if i else i}()\n"
        f"    def f(self, x): return self.a.forward(x)\n"
        for i in range(300)
    )
    assert set(verdicts(text)) == {SAME}


def test_deep_expressions_are_followed_or_given_up() -> None:
    assert verdict(f"x = nn.ReLU(){'.to(1)' * 15}\nx.forward(1)") == SAME
    assert verdict(f"(nn.ReLU(){'.to(1)' * 80}).forward(1)") in (SAME, UNKNOWN)
    assert verdict(f"({' or '.join(['nn.ReLU()'] * 100)}).forward(1)") == SAME
    assert verdict(f"({'nn.ReLU() if x else ' * 40}nn.ReLU()).forward(1)") in (SAME, UNKNOWN)


def test_an_answer_that_was_too_dear_is_not_kept_as_a_wrong_one() -> None:
    names = "".join(f"a{i} = a{i - 1}\n" for i in range(1, 60))
    text = f"""
a0 = nn.Module
{names}
class Net(a59): ...
class Odd(nn.Module):
    def __call__(self, x): return x
a40.forward(1)
def f(net: Net): net.forward(1)
a20().forward(1)
a40().forward(1)
a59().forward(1)
Net().forward(1)
Odd().forward(1)
"""
    assert verdicts(text)[2:] == [SAME, SAME, SAME, SAME, DIFFERENT]


CHAIN = (
    "from torch import nn\nclass C0(nn.Module): ...\n"
    + "".join(f"class C{i}(C{i - 1}): ...\n" for i in range(1, 600))
    + "class Last(C599):\n    def __call__(self, x): return 1\n"
    + "class Near(nn.Module):\n    def __call__(self, x): return 1\n"
    + "nn.ReLU().forward(1)\nLast().forward(1)\nnn.Tanh().forward(1)\n"
)
SUM = (
    "from torch import nn\ndef long(x):\n    y = x" + " + x" * 700 + "\n    return nn.ReLU().forward(y)\n"
    "def short(x):\n    return nn.Tanh().forward(x)\n"
)


STEPS = (
    "from torch import nn\n"
    + "".join(f"def step{i}(): return step{i + 1}()\n" for i in range(120))
    + "def step120(): return nn.ReLU()\nnn.ReLU().forward(1)\nstep0().forward(1)\nstep110().forward(1)\n"
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (CHAIN, ["FWD005 603", "FWD005 605", "FWD001 606", "FWD002 607", "FWD001 608"]),
        (SUM, ["FWD001 4", "FWD001 6"]),
        (STEPS, ["FWD001 123", "FWD001 124", "FWD001 125"]),
    ],
    ids=["classes", "sum", "steps"],
)
def test_no_call_leads_too_deep(text: str, found: list[str]) -> None:
    findings = analyse(Source("net.py", text))
    assert [f"{one.code} {one.start.row}" for one in findings] == found


@pytest.mark.parametrize("text", [CHAIN, SUM, STEPS], ids=["classes", "sum", "steps"])
def test_what_is_found_does_not_depend_on_who_asks(text: str) -> None:
    def deeper(levels: int) -> list[Finding]:
        return analyse(Source("net.py", text)) if levels == 0 else deeper(levels - 1)

    limit = sys.getrecursionlimit()
    assert deeper(0) == deeper(150)
    assert sys.getrecursionlimit() == limit


def test_a_call_that_takes_too_long_costs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_WORK", 100)
    findings = analyse(Source("net.py", STEPS))
    assert [one.start.row for one in findings] == [123, 125]


def test_explain_says_that_a_call_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "MAX_WORK", 100)
    row = STEPS.splitlines().index("step0().forward(1)") + 1
    (explanation,) = explain(Source("net.py", STEPS), row)
    assert explanation.finding is None
    assert explanation.reason == TOO_FAR.reason


# Calls that share most of what is asked about them: hooks, one of which may lead to them, what is stored in `__class__`
# or in place of the module, and how it is created.
ALIKE = """\
import torch
from torch import nn
from torch.nn.utils import weight_norm

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = weight_norm(nn.Linear(1, 1))
    def forward(self, x):
        return self.inner(x)

class Other(Net):
    def __call__(self, x):
        return super().__call__(x, x)

def watch(module, given):
    return help_with(module, given)

def help_with(module, given):
    return one(given[0])

net = Net()
net.inner.register_forward_pre_hook(watch)
net.register_forward_hook(lambda module, given, made: two(made))
some = nn.Tanh()
some.__class__ = Other

def one(x):
    return net.forward(x) + net.inner.forward(x)

def two(x):
    return net.inner.forward(x) - net.forward(x)

def three(x):
    return net.forward(x) * net.inner.forward(x)
"""


def test_which_of_the_calls_that_take_too_long_does_not_depend_on_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits lie close to each other, so that each of them cuts off something else."""

    def judged(first: int) -> list[Verdict]:
        source = Source("net.py", ALIKE)
        found = candidates(source.tree, source.forward_rows)
        verdicts = judge(source, [*found[first:], *found[:first]])
        return [*verdicts[len(found) - first :], *verdicts[: len(found) - first]]

    seen = set[str]()
    for limit in range(1, 160, 8):
        monkeypatch.setattr(engine, "MAX_WORK", limit)
        verdicts = judged(0)
        assert all(judged(first) == verdicts for first in range(1, len(verdicts))), limit
        seen.add(repr(verdicts))
    assert len(seen) > 5
