"""libcst gets the innermost statement that holds a call, and nothing around it."""

from __future__ import annotations

import pytest

from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.parts import parts_of
from flake8_forward_call.visiting.visitor import find_sites, locate


def rows(text: str) -> list[tuple[int, int]]:
    """The first and last row of each part."""
    return [(part.first_row, part.last_row) for part in parts_of(Source("net.py", text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.forward(x)\n", [(1, 1)]),
        ("class A:\n    def f(self):\n        b = 1\n        return a.forward(\n            b)\n", [(4, 5)]),
        ("def f():\n    a.forward(x)\n    b.forward(x)\n", [(2, 2), (3, 3)]),
        ("def f():\n    a = 1; b.forward(x); c = 2\n    d\n", [(2, 2)]),
        ("def f():\n    if c: a.forward(x)\n    return 1\n", [(2, 2)]),
        ("def f():\n    for y in a.forward(x):\n        b.forward(y)\n    return 1\n", [(2, 3)]),
        ("def f():\n    @a.forward(x)\n    def g():\n        pass\n", [(2, 4)]),
        ("if a:\n    pass\nelif b:\n    c.forward(x)\nelse:\n    d.forward(x)\n", [(4, 4), (6, 6)]),
        ("def f():\n    if a:\n        pass\n    elif b.forward(x):\n        c\n    d\n", [(2, 5)]),
        ("try:\n    a\nexcept b:\n    c.forward(x)\nfinally:\n    d.forward(x)\n", [(4, 4), (6, 6)]),
        ("match a:\n    case 1:\n        b.forward(x)\n    case 2:\n        c\n", [(3, 3)]),
        ("async def f():\n\tasync with g:\n\t\tawait a.forward(x)\n", [(3, 3)]),
    ],
)
def test_a_part_is_the_innermost_statement_on_rows_of_its_own(text: str, expected: list[tuple[int, int]]) -> None:
    assert rows(text) == expected


@pytest.mark.parametrize(
    "statement",
    [
        "return a.forward(x)",
        "yield a.forward(x)",
        "await a.forward(x)",
        "async for y in a.forward(x): pass",
        "x = '''\n  text\n''' + a.forward(x)",
        "y = f'''{a.forward(x)}\n'''",
        "y = (\n# aside\n a\n  .forward (x))",
        "é = a.forward(x)  # é",
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_sites_are_where_they_are_in_the_file(statement: str, end: str) -> None:
    lines = statement.replace("\n", end)
    text = f"class A:{end}\tasync def f(self):{end}\t\tif b:{end}\t\t\t{lines}{end}"
    source = Source("net.py", text)
    (site,) = find_sites(source)
    assert text[source.offset(site.start) : source.offset(site.end)] == "forward"
    assert site.receiver == "a"


def test_libcst_reads_only_the_lines_of_the_part_and_a_head_for_them() -> None:
    text = "class A:\r\n    x = 1\r\n    def f(self):\r\n        return a.forward(b)\r\n"
    (located,) = locate(Source("net.py", text))
    assert located.source.text == "if 1:\r\n        return a.forward(b)\r\n"
    assert located.rows_above == 2
