"""Which assignments reach a use, where fixtures do not reach."""

from __future__ import annotations

import ast
from itertools import pairwise

import pytest
from inferring import NOT_MODULE, PERHAPS, SAME, UNKNOWN, verdict, verdicts

from flake8_forward_call.inference.syntax.file import File
from flake8_forward_call.inference.syntax.flow import flow_of
from flake8_forward_call.inference.syntax.scopes import root_of
from flake8_forward_call.inference.syntax.states import key_of, untested


def reaching(text: str) -> list[int]:
    """The rows of the assignments that reach the last use of `a`."""
    tree = ast.parse(text)
    flow = flow_of(root_of(File("net.py", tree)))
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "a"]
    last = max(
        (node for node in uses if isinstance(node.ctx, ast.Load)), key=lambda node: (node.lineno, node.col_offset)
    )
    return sorted({getattr(one.node, "lineno", 0) for one in untested(flow.uses.get(id(last), ()))})


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("a = 1\na", [1]),
        ("a = 1\na = 2\na", [2]),
        ("a", []),
        ("a = 1\ndel a\na", []),
        ("a = 1\nif x:\n    a = 2\na", [1, 3]),
        ("if x:\n    a = 1\nelse:\n    a = 2\na", [2, 4]),
        ("a = 1\nif x:\n    a = 2\n    raise ValueError\na", [1]),
        ("a = 1\nwhile x:\n    a = 2\na", [1, 3]),
        ("a = 1\nwhile True:\n    a = 2\n    if x: break\na", [3]),
        ("a = 1\nfor y in x:\n    if y: continue\n    a = 2\nelse:\n    a = 3\na", [6]),
        ("a = 1\nfor y in x:\n    if y:\n        a = 2\n        break\nelse:\n    a = 3\na", [4, 7]),
        ("a = 1\nfor y in x:\n    a\n    a = 2\n", [1, 4]),
        ("for a in x: pass\na", [1]),
        ("a = 1\ntry:\n    a = 2\nexcept E:\n    a", [1, 3]),
        ("a = 1\ntry:\n    a = 2\n    a = 3\nexcept E:\n    a", [1, 3, 4]),
        ("a = 1\ntry:\n    a = 2\nexcept E:\n    a = 5\na", [3, 5]),
        ("a = 1\ntry:\n    a = 2\nexcept E:\n    a = 5\nelse:\n    a = 7\na", [5, 7]),
        ("a = 1\ntry:\n    a = 2\nfinally:\n    a", [1, 3]),
        ("a = 1\ntry:\n    a = 2\nfinally:\n    x\na", [3]),
        ("a = 1\ntry:\n    try:\n        a = 2\n    except E:\n        a = 4\nexcept F:\n    a", [1, 4, 6]),
        ("a = 1\nwith x:\n    a = 2\na", [3]),
        ("import contextlib\na = 1\nwith contextlib.suppress(E):\n    a = 4\na", [2, 4]),
        ("a = 1\nwith pytest.raises(E):\n    a = 3\na", [1, 3]),
        ("with x as a: pass\na", [1]),
        ("import a\na", [1]),
        ("import a.b as a\na", [1]),
        ("from x import a\na", [1]),
        ("def a(): pass\na", [1]),
        ("class a: pass\na", [1]),
        ("a = 1\n(a := 2)\na", [2]),
        ("a = 1\nx and (a := 2)\na", [1, 2]),
        ("a = 1\n(a := 2) if x else 3\na", [1, 2]),
        ("a = 1\n[a := y for y in x]\na", [1, 2]),
        ("a = 1\n[a for a in x]\na", [1]),
        ("a = 1\n[a for y in x]", [1]),
        ("a = 1\nlambda a: 2\na", [1]),
        ("a, b = x\na", [1]),
        ("(b, (a, *c)) = x\na", [1]),
        ("*a, b = x\na", [1]),
        ("a: int = 1\na", [1]),
        ("a = 1\na: int\na", [1]),
        ("a: int\na", [1]),
        ("a = 1\na += 2\na", [2]),
        ("a = 1\nif True:\n    a = 3\na", [3]),
        ("a = 1\nif not True:\n    a = 3\na", [1]),
        ("a = 1\nif TYPE_CHECKING:\n    a = 3\na", [3]),
        ("a = 1\nif x:\n    a = 2\n    sys.exit()\na", [1]),
        ("a = 1\nif x:\n    a = 2\n    exit(1)\na", [1]),
        ("a = 1\nassert x, a", [1]),
        ("a = 1\nmatch x:\n    case 1:\n        a = 4\na", [1, 4]),
        ("a = 1\nmatch x:\n    case 1:\n        a = 4\n    case _:\n        a = 6\na", [4, 6]),
        ("match x:\n    case [a, *_]: a", [2]),
        ("match x:\n    case {**a}: a", [2]),
        ("match x:\n    case _:\n        a = 3\n    case 2:\n        a = 5\na", [3]),
        ("try:\n    x\nexcept E as a:\n    a", [3]),
        ("global a\na = 1\na", [2]),
        ("a = 1\nwhile (a := 2):\n    a", [2]),
        ("raise a", []),
    ],
)
def test_assignments_that_reach_a_use(text: str, rows: list[int]) -> None:
    assert reaching(text) == rows


def test_keys_of_chains() -> None:
    def key(text: str) -> str | None:
        return key_of(ast.parse(text, mode="eval").body)

    assert [key(text) for text in ("a", "a.b", "a['b']", "a[0].b", "a.b[c]", "a().b", "a[()]")] == [
        "a", "a.b", "a['b']", "a[0].b", None, None, None,
    ]  # fmt: skip


def test_attributes_are_forgotten_with_their_owner() -> None:
    text = """
        def f(a, b, flag):
            a.net.inner = nn.ReLU()
            a["x"].net = nn.ReLU()
            a.net.inner.forward(1)
            a["x"].net.forward(1)
            a.net = b
            a.net.inner.forward(1)
            a["x"] = b
            a["x"].net.forward(1)
            a.one = nn.ReLU()
            if flag:
                a = b
            a.one.forward(1)
            a.two = nn.ReLU()
            del a.two
            a.two.forward(1)
            del a
            a.one.forward(1)
        """
    assert verdicts(text) == [SAME, SAME, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN]


def test_values_that_wander_through_names_in_a_loop() -> None:
    names = "abcdefghij"
    moves = "".join(f"        {left} = {right}\n" for left, right in pairwise(names))
    start = "    " + " = ".join(names) + " = nn.ReLU()\n"
    for last, expected in (("load()", PERHAPS), ("nn.Tanh()", SAME), ("1", NOT_MODULE)):
        text = f"def f(x):\n{start}    for _ in x:\n        a.forward(x)\n{moves}        j = {last}\n"
        assert verdict(text) == expected


def test_values_that_wander_through_nested_loops() -> None:
    depth = 8
    lines = ["def f(x):", "    a0 = " + " = ".join(f"a{i}" for i in range(1, depth + 1)) + " = nn.ReLU()"]
    for level in range(depth):
        indent = "    " * (level + 1)
        lines += [f"{indent}for _ in x:", f"{indent}    a{level}.forward(x)"]
    for level in reversed(range(depth)):
        lines.append("    " * (level + 2) + f"a{level} = a{level + 1}")
    lines.append(f"        a{depth} = load()")
    assert set(verdicts("\n".join(lines))) == {PERHAPS}


def test_both_sides_of_a_test_come_together_again() -> None:
    tests = "".join(f"    if a{'.x' * (i % 3)}: print({i})\n" for i in range(60))
    assert verdict(f"def f(flag):\n    a = nn.ReLU()\n{tests}    a.forward(1)\n") == SAME
    assert verdict(f"def f(flag):\n    a = load()\n{tests}    a.forward(1)\n") == UNKNOWN
    kinds = "".join(f"    if isinstance(a, C{i}): print({i})\n" for i in range(60))
    assert verdict(f"def f(a):\n{kinds}    a.forward(1)\n") == UNKNOWN
