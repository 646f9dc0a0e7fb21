"""The context of a finding, for reports that must recognise it later."""

from __future__ import annotations

import pytest

from flake8_forward_call.analysis import analyse
from flake8_forward_call.findings.finding import Context
from flake8_forward_call.sources.source import Source

HEAD = "from torch import nn\nnet = nn.Linear(1, 1)\n"
CALL = "net.forward(...)"


def contexts(text: str) -> list[Context | None]:
    return [finding.context for finding in analyse(Source("net.py", HEAD + text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("net.forward(1)\n", Context(CALL, "", 3, 3)),
        ("def run(x):\n    return net.forward(\n        x\n    )\n", Context(CALL, "run", 4, 6)),
        ("(\n    net\n    .forward\n    (1)\n)\n", Context(CALL, "", 4, 6)),
        ("class A:\n    async def run(self):\n        def inner():\n            net.forward(1)\n",
         Context(CALL, "A.run.inner", 6, 6)),
        ("class A:\n    x = net.forward(1)\n\n    def run(self): ...\n", Context(CALL, "A", 4, 4)),
        ("@net.forward(1)\ndef run(): ...\n", Context(CALL, "", 3, 3)),
        ("def run(x):\n    match x:\n        case 1:\n            pass\n        case _:\n            net.forward(x)\n",
         Context(CALL, "run", 8, 8)),
        ("def f():\n    try:\n        pass\n    except OSError:\n        net.forward(1)\n", Context(CALL, "f", 7, 7)),
        ("def run(x):\n    return f'''\n{net.forward(x)}'''\n", Context(CALL, "run", 5, 5)),
        ("class A(nn.Module):\n    def __call__(self, x):\n        y = x\n        return y\n",
         Context("__call__", "A.__call__", 4, 6)),
        ("class A(nn.Module):\n    def run(self, x): return x\n    __call__ = run\n", Context("__call__", "A", 5, 5)),
    ],
)  # fmt: skip
def test_context(text: str, expected: Context) -> None:
    assert contexts(text) == [expected]


def test_subject_is_not_shortened() -> None:
    name = "net" * 30
    (context,) = contexts(f"{name} = net\n{name}.forward(1)\n")
    assert context is not None
    assert context.subject == f"{name}.forward(...)"
