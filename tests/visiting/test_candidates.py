"""Calls of an attribute `forward`, in Python's tree."""

from __future__ import annotations

import pytest

from flake8_forward_call.sources.source import Source
from flake8_forward_call.visiting.candidates import candidates


@pytest.mark.parametrize(
    "text",
    [
        "x.forward(1)",
        "x = 1\nif x:\n    pass\nelse:\n    for y in x:\n        y.forward(1)\nz.forward(2)",
        "@x.forward(1)\n@y\nclass A:\n    @z.forward(\n        2\n    )\n    def f(self): ...\n    x = 1",
        "def f(a=x.forward(1), *, b: y.forward(2)): ...\n\n\ndef g(): ...",
        "with x as y:\n    f(\n        a,\n        x  # forward\n        .forward  # so\n        (1),\n    )\n",
        "x\\\n.forward\\\n(1)\r\n\fy.forward(2)\ry.forward(3)",
        "def f():\n    return f'''\n{x.forward(1)!r:{y.forward(2)}}'''\n",
        "try:\n    x\nexcept x.forward(1):\n    lambda: y.forward(2)\nfinally:\n    z.forward",
        "match x.forward(1):\n    case [y] if y.forward(2):\n        pass\n    case _:\n        y.forward(3)",
        "async def f():\n    async with x.forward(1): await y.forward(2); z",
    ],
)
def test_rows_of_the_name_tell_where_to_look(text: str) -> None:
    source = Source("net.py", text)
    everywhere = [one.attribute for one in candidates(source.tree)]
    assert everywhere
    assert [one.attribute for one in candidates(source.tree, source.forward_rows)] == everywhere


def test_statement_without_the_name_is_not_gone_into() -> None:
    source = Source("net.py", "x.forward(1)\ny.forward(2)")
    assert [one.call.lineno for one in candidates(source.tree, [2])] == [2]
