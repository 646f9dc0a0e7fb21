"""Programs that are each large in one way are checked like any other: completely and in a limited time.

``benchmarks/resources.py`` measures the time of each.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from flake8_forward_call.analysis import analyse
from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import Flow
from flake8_forward_call.inference.syntax.scopes import root_of
from flake8_forward_call.sources.outline import Outline
from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.intent import Intent

HEAD = "from torch import nn\nnet = nn.Linear(1, 1)\n"


def found(text: str) -> list[str]:
    return [f"{one.code} {one.start}" for one in analyse(Source("large.py", HEAD + text))]


@pytest.mark.slow
def test_the_benchmark_finds_in_small_programs_what_it_should() -> None:
    script = Path(__file__).parents[2] / "benchmarks" / "resources.py"
    done = subprocess.run([sys.executable, str(script), "--smoke"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 0 bounds missed" in done.stdout


def test_the_last_of_900_branches_is_judged() -> None:
    branches = "".join(f"    elif x == {index}: return net.forward({index})\n" for index in range(900))
    rows = found(f"def f(x):\n    if x is None: return 1\n{branches}")
    assert rows == [f"FWD001 {row}:{len(f'    elif x == {row - 5}: return net.') + 1}" for row in range(5, 905)]


@pytest.mark.parametrize("operator", [" + ", " and ", " or ", ", "])
def test_a_call_with_900_operands_is_judged(operator: str) -> None:
    assert found(f"net.forward({operator.join(['x'] * 900)})\n") == ["FWD001 3:5"]


@pytest.mark.slow
def test_the_last_of_2000_classes_is_judged() -> None:
    classes = "".join(f"class C{index}(C{index - 1}): ...\n" for index in range(1, 2_000))
    assert found(f"class C0(nn.Module): ...\n{classes}C1999().forward(1)\n") == ["FWD001 2003:9"]


def test_a_call_in_twenty_loops_is_judged() -> None:
    loops = "".join(f"{' ' * level}for i{level} in x:\n{' ' * level} a{level} = {level}\n" for level in range(20))
    assert found(f"{loops}{' ' * 20}net.forward(1)\n") == ["FWD001 43:25"]


@pytest.mark.parametrize(
    ("head", "tail"),
    [
        ("for i{0} in x:\n{1} a = {0}\n", ""),
        ("while isinstance(x, C{0}) and x.a{0}:\n", "{1} if x: break\n{1} x = y{0}\n"),
        ("for i{0} in x:\n{1} if a: a = {0}; break\n", "{1}else: a = 7\n"),
        ("try: a = {0}\n{1}finally:\n", ""),
    ],
    ids=["loops", "tests", "breaks", "finally"],
)
def test_each_level_of_nesting_adds_work_and_does_not_double_it(head: str, tail: str) -> None:
    def visited(depth: int) -> int:
        heads = "".join(" " * level + head.format(level, " " * level) for level in range(depth))
        tails = "".join(tail.format(level, " " * level) for level in reversed(range(depth)))
        flow = Counting(root_of(File("a.py", ast.parse(f"a = 1\n{heads}{' ' * depth}net.forward(1)\n{tails}"))))
        return flow.visited

    assert visited(24) < 8 * visited(8)


class Counting(Flow):
    visited = 0

    def _statement(self, node, state):  # type: ignore[no-untyped-def]
        self.visited += 1
        return super()._statement(node, state)


def test_tests_nested_in_turns_are_worked_out_once() -> None:
    test = "x"
    for level in range(60):
        test = f"(y{level} {'and' if level % 2 else 'or'} {test})"
    assert found(f"if {test}: net.forward(1)\n") == [f"FWD001 3:{len(test) + 10}"]


def test_a_loop_in_a_finally_keeps_apart_what_comes_of_an_exception() -> None:
    text = "def f(x):\n  m = 3\n  try:\n    m = net\n  finally:\n    for i in x: print(m)\n  m.forward(x)\n"
    assert found(text) == ["FWD001 9:5"]


def test_an_index_of_thousands_of_digits_is_one_like_any_other() -> None:
    index = f"0x{'f' * 5_000}"
    assert found(f"x = {{}}\nx[{index}] = net\nx[{index}].forward(1)\nnet.forward({index})\nnet({index})\n") == [
        f"FWD001 5:{len(index) + 5}",
        "FWD001 6:5",
    ]


@pytest.mark.parametrize("separator", ["\n", "; ", ", "])
def test_each_of_many_calls_is_found_once(separator: str) -> None:
    calls = separator.join(["net.forward(1)"] * 300)
    rows = found(calls + "\n")
    assert len(set(rows)) == len(rows) == 300


def test_a_choice_among_many_calls_is_told_from_the_others() -> None:
    calls = "".join(f"    net({index})\n    net.forward({index})\n" for index in range(50))
    choice = "    if x:\n        return net(7)\n    return net.forward(7)\n"
    rows = found(f"def f(x):\n{calls}{choice}")
    assert len(rows) == 51
    assert [one for one in rows if one.startswith("FWD002")] == ["FWD002 106:16"]


def test_a_word_of_intent_counts_for_its_line_and_the_next() -> None:
    intent = Intent(Source("a.py", "x  # without hooks\nx\nx\n'without hooks'\nx\n"))
    assert [intent.is_deliberate(row) for row in range(1, 6)] == [True, True, False, False, False]


def test_rows_have_the_function_or_class_around_them() -> None:
    text = "x\nclass A:\n  y\n  @d\n  def f():\n    if x:\n      def g(): pass\n    z\n  y\nx\ndef h(): pass\nx\n"
    outline = Outline(ast.parse(text))
    names = [outline.scope_at(row) for row in range(1, 13)]
    assert names == ["", "A", "A", "A", "A.f", "A.f", "A.f.g", "A.f", "A", "", "h", ""]
    inner = [type(one).__name__ for one in outline.statements_at(7)]
    assert inner == ["ClassDef", "FunctionDef", "If", "FunctionDef", "Pass"]
