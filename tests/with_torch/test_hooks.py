"""What hangs on a module's hooks is silent while forward() is called directly, and works once the tool was there."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from programs import run_both

MODEL = """
import torch
from torch import nn


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.Linear(4, 3)
        self.head = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.head.forward(self.encoder.forward(x).relu())


model = Model()
x = torch.randn(5, 4, requires_grad=True)
seen: list[str] = []
"""
CALLS_IN_MODEL = 2


def test_without_hooks_outputs_and_gradients_are_equal(tmp_path: Path) -> None:
    program = MODEL + "output = model.forward(x)\noutput.sum().backward()\n"
    before, after = run_both(tmp_path, program, CALLS_IN_MODEL + 1)
    assert torch.equal(before["output"], after["output"])
    assert torch.equal(before["x"].grad, after["x"].grad)
    for old, new in zip(before["model"].parameters(), after["model"].parameters(), strict=True):
        assert torch.equal(old, new)
        assert torch.equal(old.grad, new.grad)


def test_keyword_arguments_reach_the_same_forward(tmp_path: Path) -> None:
    program = """
        import torch
        from torch import nn

        attention = nn.MultiheadAttention(4, 2, batch_first=True)
        x = torch.randn(1, 3, 4)
        options = {"need_weights": True, "average_attn_weights": False}
        output, weights = attention.forward(x, x, value=x, **options)
    """
    before, after = run_both(tmp_path, program, 1)
    assert torch.equal(before["output"], after["output"])
    assert torch.equal(before["weights"], after["weights"])


def test_a_deepcopy_behaves_as_its_original(tmp_path: Path) -> None:
    program = MODEL + (
        "import copy\n"
        "model.register_forward_hook(lambda module, args, output: seen.append('forward'))\n"
        "twin = copy.deepcopy(model)\n"
        "output = twin.forward(x)\n"
    )
    before, after = run_both(tmp_path, program, CALLS_IN_MODEL + 1)
    assert (before["seen"], after["seen"]) == ([], ["forward"])
    assert torch.equal(before["output"], after["output"])


@pytest.mark.parametrize(
    ("registration", "heard"),
    [
        pytest.param(
            "model.encoder.register_forward_pre_hook(lambda module, args: seen.append('pre'))",
            ["pre"],
            id="forward pre-hook",
        ),
        pytest.param(
            "model.encoder.register_forward_pre_hook(lambda m, args, kwargs: seen.append('pre'), with_kwargs=True)",
            ["pre"],
            id="forward pre-hook with keyword arguments",
        ),
        pytest.param(
            "model.encoder.register_forward_hook(lambda module, args, output: seen.append('post'))",
            ["post"],
            id="forward hook",
        ),
        pytest.param(
            "model.encoder.register_forward_hook(lambda m, args, output: seen.append('post'), always_call=True)",
            ["post"],
            id="always called forward hook, without an error",
        ),
        pytest.param(
            "model.encoder.register_full_backward_pre_hook(lambda module, grad: seen.append('backward pre'))",
            ["backward pre"],
            id="full backward pre-hook",
        ),
        pytest.param(
            "model.encoder.register_full_backward_hook(lambda module, grad, out: seen.append('backward'))",
            ["backward"],
            id="full backward hook",
        ),
    ],
)
def test_a_hook_of_a_submodule_is_silent_until_the_call_is_fixed(
    tmp_path: Path, registration: str, heard: list[str]
) -> None:
    program = f"{MODEL}{registration}\noutput = model(x)\noutput.sum().backward()\n"
    before, after = run_both(tmp_path, program, CALLS_IN_MODEL)
    assert before["seen"] == []
    assert after["seen"] == heard
    assert torch.equal(before["output"], after["output"])
    assert torch.equal(before["x"].grad, after["x"].grad)


def test_hooks_replace_arguments_and_result(tmp_path: Path) -> None:
    program = MODEL + (
        "model.register_forward_pre_hook(lambda module, args: (torch.zeros_like(args[0]),))\n"
        "model.register_forward_hook(lambda module, args, output: output * 0 + 7)\n"
        "output = model.forward(x)\n"
    )
    before, after = run_both(tmp_path, program, CALLS_IN_MODEL + 1)
    assert not torch.equal(before["output"], torch.full((5, 2), 7.0))
    assert torch.equal(after["output"], torch.full((5, 2), 7.0))


def test_an_always_called_hook_runs_when_forward_raises(tmp_path: Path) -> None:
    program = MODEL + (
        "model.register_forward_hook(lambda module, args, output: seen.append('cleaned up'), always_call=True)\n"
        "try:\n"
        "    model.forward(torch.ones(1, 99))\n"
        "except RuntimeError as error:\n"
        "    reason = str(error)\n"
    )
    before, after = run_both(tmp_path, program, CALLS_IN_MODEL + 1)
    assert before["reason"] == after["reason"]
    assert before["seen"] == []
    assert after["seen"] == ["cleaned up"]


def test_global_module_hooks_hear_every_module_in_order(tmp_path: Path) -> None:
    program = MODEL + (
        "from torch.nn.modules import module as hooks\n"
        "note = lambda what: lambda module, *rest: seen.append(f'{what} {type(module).__name__}')\n"
        "handles = [\n"
        "    hooks.register_module_forward_pre_hook(note('before')),\n"
        "    hooks.register_module_forward_hook(note('after')),\n"
        "    hooks.register_module_full_backward_pre_hook(note('backward before')),\n"
        "    hooks.register_module_full_backward_hook(note('backward after')),\n"
        "]\n"
        "try:\n"
        "    output = model.forward(x)\n"
        "    output.sum().backward()\n"
        "finally:\n"
        "    for handle in handles:\n"
        "        handle.remove()\n"
    )
    before, after = run_both(tmp_path, program, CALLS_IN_MODEL + 1)
    assert before["seen"] == []
    assert after["seen"][:6] == [
        "before Model",
        "before Linear",
        "after Linear",
        "before Linear",
        "after Linear",
        "after Model",
    ]
    assert sorted(after["seen"][6:]) == [
        "backward after Linear",
        "backward after Linear",
        "backward after Model",
        "backward before Linear",
        "backward before Linear",
        "backward before Model",
    ]
    assert torch.equal(before["output"], after["output"])


def test_an_observer_of_quantization_sees_the_activations(tmp_path: Path) -> None:
    program = MODEL + (
        "from torch.ao.quantization.observer import MinMaxObserver\n"
        "observer = MinMaxObserver()\n"
        "model.encoder.register_forward_hook(lambda module, args, output: observer(output) * 1)\n"
        "model.forward(x)\n"
        "low, high = observer.min_val, observer.max_val\n"
    )
    before, after = run_both(tmp_path, program, CALLS_IN_MODEL + 1)
    assert (before["low"], before["high"]) == (float("inf"), float("-inf"))
    assert after["low"] < after["high"]
