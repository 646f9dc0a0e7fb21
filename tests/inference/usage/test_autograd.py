"""Functions of autograd: ``Step.apply(x, block)`` calls ``Step.forward(ctx, x, block)``."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest
from marked import hold

from flake8_forward_call.analysis import analyse
from flake8_forward_call.sources.source import Source

STEP = """
    import torch
    from torch import nn
    from torch.autograd import Function

    class Step(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x, block):
            ctx.block = block
            return block.forward(x)

        @staticmethod
        def backward(ctx, gradient):
            return ctx.block.forward(gradient), None

    class Robot:
        def forward(self, x): ...

    step = Step.apply
    block = nn.Linear(1, 1)
    {applied}
"""


def found(applied: str) -> list[tuple[str, int]]:
    """The code and row of each finding."""
    findings = analyse(Source("step.py", dedent(STEP.format(applied=applied))))
    return [(one.code, one.start.row) for one in findings]


@pytest.mark.parametrize(
    "applied",
    [
        "Step.apply(1, block)",
        "step(1, block)",
        "Step.apply(*[1], *[block]); Step.apply(2, block)",
        "class Deeper(Step): pass\n    Deeper.apply(1, block)",
        "class Net(nn.Module):\n        def forward(self, x): return Step.apply(x, block)",
    ],
)
def test_what_apply_passes_is_what_forward_gets_and_its_context_keeps(applied: str) -> None:
    assert found(applied) == [("FWD001", 10), ("FWD001", 14)]


@pytest.mark.parametrize(
    "applied",
    [
        "",
        "Step.apply(block, Robot())",
        "nn.Linear(1, 1).apply(block)",
        "class Own(Step):\n        @staticmethod\n        def forward(ctx, x, block): ...\n    Own.apply(1, block)",
        "class Other(Robot): apply = print\n    Other.apply(1, block)",
    ],
)
def test_what_is_passed_elsewhere_or_is_no_module_is_not_found(applied: str) -> None:
    assert found(applied) == []


def test_class_with_another_base_is_no_function_of_autograd() -> None:
    text = STEP.replace("(torch.autograd.Function)", "(Robot)").format(applied="Step.apply(1, block)")
    assert analyse(Source("step.py", dedent(text))) == []


def test_calls_in_other_files_count(tmp_path: Path) -> None:
    hold(
        tmp_path,
        """
# --- steps.py
import torch
class Step(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, block):
        ctx.block = block
        return block.forward(x)  # FWD001 unsafe
    @staticmethod
    def backward(ctx, gradient):
        return ctx.block.forward(gradient), None  # FWD001 unsafe
# --- use.py
from torch import nn
from steps import Step as Taken
Taken.apply(1, nn.Linear(1, 1))
""",
    )
