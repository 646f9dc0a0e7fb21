"""What the tool says hangs on hooks does so in torch, and what it says does not, does not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
import torch.distributed as dist
from torch import nn
from torch.nn.utils import parametrizations, prune, spectral_norm, weight_norm

from flake8_forward_call.inference.hooks.attaching import function, method


def hooks_of(module: nn.Module) -> int:
    """How many hooks a call of the module runs."""
    kinds = (module._forward_pre_hooks, module._forward_hooks, module._backward_pre_hooks, module._backward_hooks)
    return sum(map(len, kinds))


@pytest.fixture
def process_group(tmp_path: Path) -> Iterator[None]:
    dist.init_process_group("gloo", init_method=f"file://{tmp_path / 'store'}", rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def linear() -> nn.Linear:
    return nn.Linear(3, 3)


ATTACHING: dict[str, Callable[[nn.Module], object]] = {
    "torch.nn.utils.weight_norm.weight_norm": weight_norm,
    "torch.nn.utils.spectral_norm.spectral_norm": spectral_norm,
    "torch.nn.utils.prune.identity": lambda m: prune.identity(m, "weight"),
    "torch.nn.utils.prune.random_unstructured": lambda m: prune.random_unstructured(m, "weight", 0.5),
    "torch.nn.utils.prune.l1_unstructured": lambda m: prune.l1_unstructured(m, "weight", 0.5),
    "torch.nn.utils.prune.random_structured": lambda m: prune.random_structured(m, "weight", 0.5, 0),
    "torch.nn.utils.prune.ln_structured": lambda m: prune.ln_structured(m, "weight", 0.5, 2, 0),
    "torch.nn.utils.prune.custom_from_mask": lambda m: prune.custom_from_mask(m, "weight", torch.ones(3, 3)),
    "torch.nn.utils.prune.global_unstructured": lambda m: prune.global_unstructured(
        [(m, "weight")], prune.L1Unstructured, amount=0.5
    ),
}


@pytest.mark.filterwarnings("ignore::FutureWarning")
@pytest.mark.parametrize("dotted", ATTACHING)
def test_the_functions_of_the_table_register_hooks_on_the_module(dotted: str) -> None:
    assert function(dotted) is not None
    module = linear()
    ATTACHING[dotted](module)
    assert hooks_of(module) > 0


HOOKS: dict[str, Callable[[nn.Module], object]] = {
    "register_forward_pre_hook": lambda m: m.register_forward_pre_hook(print),
    "register_forward_hook": lambda m: m.register_forward_hook(print),
    "register_full_backward_pre_hook": lambda m: m.register_full_backward_pre_hook(print),
    "register_full_backward_hook": lambda m: m.register_full_backward_hook(print),
    "register_backward_hook": lambda m: m.register_backward_hook(print),
}


@pytest.mark.parametrize("name", HOOKS)
def test_the_methods_of_the_table_register_hooks_on_the_module(name: str) -> None:
    assert method(name) is not None
    module = linear()
    HOOKS[name](module)
    assert hooks_of(module) == 1


def test_lazy_modules_create_their_parameters_in_a_hook() -> None:
    assert hooks_of(nn.LazyLinear(3)) == 1


def test_compile_replaces_what_the_call_runs() -> None:
    assert method("compile") is not None
    module = linear()
    module.compile(backend="eager")
    assert module._compiled_call_impl is not None
    assert "forward" not in vars(module)


@pytest.mark.usefixtures("process_group")
@pytest.mark.filterwarnings("ignore")
def test_fully_shard_gathers_in_a_hook() -> None:
    from torch.distributed.device_mesh import init_device_mesh
    from torch.distributed.fsdp import fully_shard

    assert function("torch.distributed.fsdp.fully_shard") is not None
    module = linear()
    fully_shard(module, mesh=init_device_mesh("cpu", (1,)))
    assert hooks_of(module) > 0


@pytest.mark.filterwarnings("ignore")
def test_quantisation_puts_observers_below_the_model() -> None:
    from torch.ao import quantization

    assert function("torch.ao.quantization.quantize.prepare") is not None
    model = nn.Sequential(linear())
    model.qconfig = quantization.default_qconfig
    prepared = quantization.prepare(model)
    assert (hooks_of(prepared), hooks_of(prepared[0])) == (0, 1)


@pytest.mark.parametrize(
    ("attach", "dotted"),
    [
        (parametrizations.weight_norm, "torch.nn.utils.parametrizations.weight_norm"),
        (parametrizations.spectral_norm, "torch.nn.utils.parametrizations.spectral_norm"),
        (parametrizations.orthogonal, "torch.nn.utils.parametrizations.orthogonal"),
    ],
)
def test_parametrizations_hang_on_no_hook(attach: Callable[[nn.Module], object], dotted: str) -> None:
    assert function(dotted) is None
    module = linear()
    attach(module)
    assert hooks_of(module) == 0


@pytest.mark.usefixtures("process_group")
def test_data_parallel_wrappers_hang_on_no_hook_of_what_they_wrap() -> None:
    module = linear()
    wrapped = nn.parallel.DistributedDataParallel(module)
    assert (hooks_of(wrapped), hooks_of(module)) == (0, 0)
