"""Modules that were compiled, traced or scripted."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from programs import run_both

BACKEND = """
import torch
from torch import nn

graphs: list[torch.fx.GraphModule] = []


def backend(graph, inputs):
    graphs.append(graph)
    return graph.forward


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner(x).relu()


model = Model()
x = torch.randn(4, 3)
"""


def test_a_direct_call_goes_round_the_compilation_in_place(tmp_path: Path) -> None:
    program = BACKEND + "model.compile(backend=backend)\noutput = model.forward(x)\n"
    before, after = run_both(tmp_path, program, 1)
    assert before["graphs"] == []
    assert len(after["graphs"]) == 1
    assert torch.allclose(before["output"], after["output"])


@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_a_compiled_module_works_after_the_fix(tmp_path: Path, backend: str) -> None:
    program = f"""
        import torch
        from torch import nn


        class Model(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.inner = nn.Linear(3, 3)

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return self.inner.forward(x).relu()


        seen: list[str] = []
        model = Model()
        compiled = torch.compile(model, backend="{backend}")
        compiled.register_forward_hook(lambda module, args, output: seen.append("wrapper"))
        x = torch.randn(4, 3, requires_grad=True)
        output = compiled.forward(x)
        output.sum().backward()
        reference = model.inner.forward(x).relu()
    """
    before, after = run_both(tmp_path, program, 3)
    assert torch.equal(before["output"], after["output"])
    assert torch.equal(before["output"], before["reference"])
    assert torch.equal(before["x"].grad, after["x"].grad)
    assert (before["seen"], after["seen"]) == ([], ["wrapper"])


def test_forward_of_what_torch_compile_returned_runs_compiled_and_hears_inner_hooks(tmp_path: Path) -> None:
    # The page of FWD001 says so: only hooks on the wrapper itself are lost.
    program = BACKEND + (
        "seen: list[str] = []\n"
        "model.register_forward_hook(lambda module, args, output: seen.append('inner'))\n"
        "compiled = torch.compile(model, backend=backend)\n"
        "with torch.no_grad():\n"
        "    output = compiled.forward(x)\n"
    )
    before, after = run_both(tmp_path, program, 1)
    assert len(before["graphs"]) == len(after["graphs"]) > 0
    assert before["seen"] == after["seen"] == ["inner"]
    assert torch.equal(before["output"], after["output"])


TRACED = """
import torch
from torch import nn


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner.forward(x) + 1


x = torch.randn(2, 3)
"""


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_a_trace_names_the_submodule_only_after_the_fix(tmp_path: Path) -> None:
    program = TRACED + "traced = torch.jit.trace(Model(), x)\noutput = traced.forward(x)\n"
    before, after = run_both(tmp_path, program, 2)
    assert _scopes(before["traced"]) == {""}
    assert _scopes(after["traced"]) == {"__module.inner"}
    assert torch.equal(before["output"], after["output"])


def _scopes(traced: torch.jit.ScriptModule) -> set[str]:
    return {node.scopeName() for node in traced.inlined_graph.nodes() if node.kind() == "aten::linear"}


@pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning")
def test_a_scripted_module_works_after_the_fix(tmp_path: Path) -> None:
    program = TRACED + "scripted = torch.jit.script(Model())\noutput = scripted.forward(x)\n"
    before, after = run_both(tmp_path, program, 2)
    assert isinstance(after["scripted"], torch.jit.ScriptModule)
    assert torch.equal(before["output"], after["output"])
