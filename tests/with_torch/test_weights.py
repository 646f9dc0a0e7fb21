"""What PyTorch itself builds on hooks: weights that are computed, pruned or created in a forward pre-hook."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from programs import run_both

pytestmark = pytest.mark.filterwarnings("ignore:.*weight_norm.*:FutureWarning")


def _program(wrapped: str, changed: str) -> str:
    return f"""
        import torch
        from torch import nn
        from torch.nn.utils import prune, spectral_norm, weight_norm


        class Model(nn.Module):
            def __init__(self) -> None:
                super().__init__()
                self.layer = {wrapped}

            def forward(self, x: torch.Tensor) -> torch.Tensor:
                return self.layer.forward(x)


        model = Model().eval()
        x = torch.randn(2, 3)
        first = model(x).detach()
        with torch.no_grad():
            model.layer.{changed}.mul_(2)
        second = model(x).detach()
    """


@pytest.mark.parametrize(
    ("wrapped", "changed"),
    [
        pytest.param("weight_norm(nn.Linear(3, 3, bias=False))", "weight_g", id="weight_norm"),
        pytest.param(
            "prune.random_unstructured(nn.Linear(3, 3, bias=False), 'weight', amount=0.5)", "weight_orig", id="prune"
        ),
    ],
)
def test_a_direct_call_works_with_a_stale_weight(tmp_path: Path, wrapped: str, changed: str) -> None:
    before, after = run_both(tmp_path, _program(wrapped, changed), 1)
    assert torch.equal(before["first"], after["first"])
    assert torch.equal(before["second"], before["first"])  # The parameter doubled, and nobody noticed.
    assert torch.allclose(after["second"], after["first"] * 2)


def test_a_direct_call_never_divides_by_the_spectral_norm(tmp_path: Path) -> None:
    program = _program("spectral_norm(nn.Linear(3, 3, bias=False), n_power_iterations=50)", "weight_orig")
    before, after = run_both(tmp_path, program.replace("Model().eval()", "Model()"), 1)
    norms = [torch.linalg.matrix_norm(names["model"].layer.weight.detach(), 2) for names in (before, after)]
    assert not torch.isclose(norms[0], torch.tensor(1.0), atol=1e-3)
    assert torch.isclose(norms[1], torch.tensor(1.0), atol=1e-3)
    assert torch.allclose(after["second"], after["first"], atol=1e-4)  # Twice the weight over twice the norm.


def test_a_weight_norm_trained_through_direct_calls_cannot_take_a_second_step(tmp_path: Path) -> None:
    program = """
        import torch
        from torch import nn
        from torch.nn.utils import weight_norm

        layer = weight_norm(nn.Linear(3, 1))
        optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
        losses, error = [], None
        try:
            for _ in range(3):
                optimizer.zero_grad()
                loss = layer.forward(torch.ones(1, 3)).square().sum()
                loss.backward()
                optimizer.step()
                losses.append(loss.item())
        except RuntimeError as caught:
            error = str(caught)
    """
    before, after = run_both(tmp_path, program, 1)
    assert len(before["losses"]) == 1
    assert "backward through the graph a second time" in before["error"]
    assert after["error"] is None
    assert after["losses"] == sorted(after["losses"], reverse=True)
    assert len(set(after["losses"])) == 3


def test_the_newer_parametrizations_do_not_depend_on_the_call(tmp_path: Path) -> None:
    program = _program("nn.utils.parametrizations.weight_norm(nn.Linear(3, 3, bias=False))", "X")
    before, after = run_both(tmp_path, program.replace(".layer.X", ".layer.parametrizations.weight.original0"), 1)
    assert torch.equal(before["second"], after["second"])
    assert torch.allclose(before["second"], before["first"] * 2)


def test_a_lazy_module_creates_its_parameters_in_the_call(tmp_path: Path) -> None:
    program = """
        import torch
        from torch import nn

        layer = nn.LazyLinear(2)
        error, shape = None, None
        try:
            shape = layer.forward(torch.ones(1, 5)).shape
        except ValueError as caught:
            error = str(caught)
    """
    before, after = run_both(tmp_path, program, 1)
    assert "uninitialized parameter" in before["error"]
    assert after["error"] is None
    assert after["shape"] == (1, 2)
    assert after["layer"].weight.shape == (2, 5)
