"""What the rules' examples print: the hook is silent in the bad one, and runs in the good one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from flake8_forward_call.rules import fwd001, fwd004, fwd005
from flake8_forward_call.rules.base import Rule


def printed(program: str, tmp_path: Path) -> str:
    (tmp_path / "example.py").write_text(program, encoding="utf-8")
    return subprocess.run([sys.executable, tmp_path / "example.py"], check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (fwd001.RULE, "shapes that the hook saw: []\n", "shapes that the hook saw: [(3, 4)]\n"),
        (fwd004.RULE, "shapes that the hook saw: []\n", "shapes that the hook saw: [(2, 4)]\n"),
        (fwd005.RULE, "the hook ran: False\n", "the hook ran: True\n"),
    ],
    ids=lambda value: value.code if isinstance(value, Rule) else None,
)
def test_the_hook_is_silent_until_the_rule_is_followed(rule: Rule, bad: str, good: str, tmp_path: Path) -> None:
    assert printed(rule.bad, tmp_path) == bad
    assert printed(rule.good, tmp_path) == good


class Energy(nn.Module):  # type: ignore[misc]  # (To mypy, torch is not there.)
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x**3).sum()


X = torch.tensor([1.0, 2.0, 3.0], dtype=torch.float64)


# torch warns of what it does itself: forward mode uses what is deprecated, and linearize traces a constant.
@pytest.mark.filterwarnings("ignore:`torch.jit.script` is deprecated:DeprecationWarning")
@pytest.mark.filterwarnings("ignore:Attempted to insert a get_attr Node:UserWarning")
@pytest.mark.parametrize(
    "hand",
    [
        lambda f: checkpoint(f, X, use_reentrant=False),
        lambda f: torch.vmap(f)(X),
        lambda f: torch.func.grad(f)(X),
        lambda f: torch.func.grad_and_value(f)(X)[0],
        lambda f: torch.func.vjp(f, X)[0],
        lambda f: torch.func.jvp(f, (X,), (X,))[1],
        lambda f: torch.func.linearize(f, X)[0],
        lambda f: torch.func.jacrev(f)(X),
        lambda f: torch.func.jacfwd(f)(X),
        lambda f: torch.func.hessian(f)(X),
        lambda f: torch.autograd.functional.jacobian(f, X),
        lambda f: torch.autograd.functional.hessian(f, X),
        lambda f: torch.autograd.functional.vjp(f, X)[1],
        lambda f: torch.autograd.functional.jvp(f, X, X)[1],
        lambda f: torch.autograd.functional.vhp(f, X, X)[1],
        lambda f: torch.autograd.functional.hvp(f, X, X)[1],
        lambda f: torch.tensor(torch.autograd.gradcheck(f, X.clone().requires_grad_())),
    ],
)
def test_what_calls_the_bound_forward_calls_the_module(hand: object) -> None:
    assert callable(hand)
    module, runs = Energy(), []
    handed_forward = hand(module.forward)
    module.register_forward_hook(lambda *_: runs.append(1))
    handed_module = hand(module)
    assert runs
    assert torch.equal(handed_forward, handed_module)
