"""Modules in wrappers for training on many devices: one process, gloo, on the CPU."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
import torch.distributed as dist

from programs import run_both

WRAPPED = """
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel


class Model(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.inner = nn.Linear(3, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.inner.forward(x)


buckets: list[int] = []
seen: list[str] = []


def reduce(state, bucket):
    buckets.append(bucket.index())
    future = torch.futures.Future()
    future.set_result(bucket.buffer())
    return future


ddp = DistributedDataParallel(Model())
ddp.register_comm_hook(None, reduce)
ddp.register_forward_hook(lambda module, args, output: seen.append("wrapper"))
ddp.module.register_forward_hook(lambda module, args, output: seen.append("module"))
x = torch.randn(4, 3)
"""


@pytest.fixture(autouse=True)
def _one_process(tmp_path: Path) -> Iterator[None]:
    dist.init_process_group("gloo", init_method=(tmp_path / "rendezvous").as_uri(), rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def test_a_module_in_ddp_works_after_the_fix(tmp_path: Path) -> None:
    program = WRAPPED + "output = ddp.forward(x)\noutput.sum().backward()\n"
    before, after = run_both(tmp_path, program, 2)
    assert torch.equal(before["output"], after["output"])
    for old, new in zip(before["ddp"].parameters(), after["ddp"].parameters(), strict=True):
        assert torch.equal(old.grad, new.grad)


def test_what_ddp_does_is_in_its_forward(tmp_path: Path) -> None:
    program = WRAPPED + "ddp.forward(x).sum().backward()\n"
    before, after = run_both(tmp_path, program, 2)
    assert before["buckets"] == after["buckets"] == [0]  # Gradients are reduced either way.
    assert before["seen"] == ["module"]
    assert after["seen"] == ["module", "wrapper"]


def test_the_module_inside_goes_round_ddp_before_and_after_the_fix(tmp_path: Path) -> None:
    program = WRAPPED + "ddp.module.forward(x).sum().backward()\n"
    before, after = run_both(tmp_path, program, 2)
    assert before["buckets"] == after["buckets"] == []  # No rewrite brings the synchronisation back.
    assert before["seen"] == []
    assert after["seen"] == ["module"]


def test_fully_shard_gathers_parameters_in_the_call_only(tmp_path: Path) -> None:
    program = """
        import torch
        from torch import nn
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard

        layer = nn.Linear(3, 2)
        x = torch.randn(4, 3)
        expected = nn.functional.linear(x, layer.weight, layer.bias).detach()
        fully_shard(layer, mesh=init_device_mesh("cpu", (1,)))
        output, error = None, None
        try:
            output = layer.forward(x)
        except RuntimeError as caught:
            error = str(caught)
    """
    before, after = run_both(tmp_path, program, 1)
    assert before["output"] is None
    assert "DTensor" in before["error"]
    assert after["error"] is None
    assert torch.allclose(after["output"], after["expected"])


@pytest.mark.filterwarnings("ignore:FSDP is switching to use `NO_SHARD`:UserWarning")
def test_what_fsdp1_does_is_in_its_forward(tmp_path: Path) -> None:
    program = """
        import torch
        from torch import nn
        from torch.distributed.fsdp import FullyShardedDataParallel

        reduced: list[torch.Size] = []
        seen: list[str] = []
        fsdp = FullyShardedDataParallel(nn.Linear(3, 2), device_id=torch.device("cpu"))
        fsdp.register_comm_hook(None, lambda state, gradient: reduced.append(gradient.shape))
        fsdp.register_forward_hook(lambda module, args, output: seen.append("wrapper"))
        output = fsdp.forward(torch.ones(4, 3))
        output.sum().backward()
    """
    before, after = run_both(tmp_path, program, 1)
    assert torch.equal(before["output"], after["output"])
    assert before["reduced"] == after["reduced"] == [(8,)]  # Gradients are reduced either way.
    assert (before["seen"], after["seen"]) == ([], ["wrapper"])
