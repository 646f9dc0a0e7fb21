"""Generated programs compute the same to the last bit after the fix, and then each forward() runs its hooks once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from torch import nn

from generated import programs
from programs import fixed, run

Events = list[tuple[str, str]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated")


def listen(net: nn.Module) -> tuple[Events, Events, set[str]]:
    """What enters and leaves the forward() of each module, the same by its hooks, and who is called by a container."""
    ran, heard, called_by_torch = Events(), Events(), set[str]()
    for name, module in net.named_modules():
        module.forward = _noting(module.forward, name, ran)  # type: ignore[method-assign, unused-ignore]
        module.register_forward_pre_hook(lambda _, args, name=name: heard.append(("in", name)))
        module.register_forward_hook(lambda _, args, output, name=name: heard.append(("out", name)))
        if isinstance(module, nn.Sequential):
            called_by_torch |= {f"{name}.{child}" for child, _ in module.named_children()}
    return ran, heard, called_by_torch


def _noting(forward: Callable[..., Any], name: str, ran: Events) -> Callable[..., Any]:
    def noting(*args: Any, **kwargs: Any) -> Any:
        ran.append(("in", name))
        output = forward(*args, **kwargs)
        ran.append(("out", name))
        return output

    return noting


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(program=programs())
def test_outputs_are_equal_and_every_forward_runs_its_hooks_once(folder: Path, program: str) -> None:
    calls = program.count(".forward(")
    result = fixed(program, calls)
    outputs, gradients, notes, every_run = [], [], [], []
    for file, text in (("before.py", program), ("after.py", result)):
        names = run(folder / file, text)
        ran, heard, called_by_torch = listen(names["net"])
        x = torch.randn(2, 4, requires_grad=True)
        output = names["run"](x)
        output.sum().backward()
        outputs.append(output)
        gradients.append([x.grad, *(parameter.grad for parameter in names["net"].parameters())])
        notes.append(names["notes"])
        every_run.append(ran)
        if file == "before.py":
            assert {name for _, name in heard} <= called_by_torch
            assert ("in", "") not in heard
        else:
            assert heard == ran
    assert torch.equal(*outputs)
    assert notes[0] == notes[1]
    assert every_run[0] == every_run[1]
    for old, new in zip(*gradients, strict=True):
        assert (old is None) == (new is None)
        assert old is None or torch.equal(old, new)
