"""Wrappers hold a module, whatever nobody knows of it: DDP, FSDP, compiled and checkpointed modules, engines."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import NET, hold

USE = """
# --- use.py
import deepspeed, torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.distributed.algorithms._checkpoint import checkpoint_wrapper as saving
from torch.distributed.algorithms._checkpoint.checkpoint_wrapper import checkpoint_wrapper, ActivationWrapper
from torch.distributed.fsdp import FullyShardedDataParallel as FSDP
from torch.optim.swa_utils import AveragedModel
from elsewhere import load
from net import Net, Odd, Robot

"""


@pytest.mark.parametrize(
    "code",
    [
        "FSDP(Net()).module.forward(1)",
        "FSDP(module=Net())._fsdp_wrapped_module.forward(1)",
        "nn.DataParallel(Net()).module.forward(1)",
        "AveragedModel(Net()).module.forward(1)",
        "torch.compile(Net())._orig_mod.forward(1)",
        "getattr(torch.compile(Net()), '_orig_mod').forward(1)",
        "checkpoint_wrapper(Net())._checkpoint_wrapped_module.forward(1)",
        "saving.offload_wrapper(Net()).forward(1)",
        "ActivationWrapper(Net())._checkpoint_wrapped_module.forward(1)",
        "engine, *_ = deepspeed.initialize(model=Net(), config='c.json')\nengine.module.forward(1)",
        "deepspeed.initialize(None, Net())[0].module.forward(1)",
        "net = torch.compile(Net())\n(net._orig_mod if hasattr(net, '_orig_mod') else net).forward(1)",
        "def wrap(net):\n    return FSDP(net)\nwrap(Net()).module.forward(1)",
        "def use(net):\n    DDP(net).module.forward(1){mark}\nuse(Net())",
    ],
)
def test_what_is_known_of_the_inner_module_is_kept(tmp_path: Path, code: str) -> None:
    marked = code.format(mark="  # FWD001") if "{mark}" in code else f"{code}  # FWD001"
    hold(tmp_path, f"{NET}{USE}{marked}\n")
    hold(tmp_path / "odd", f"{NET}{USE}{marked.replace('Net()', 'Odd()').replace('FWD001', 'FWD002')}\n")


@pytest.mark.parametrize(
    "code",
    [
        "DDP(load()).module.forward(1)",
        "def use(net):\n    if isinstance(net, (DDP, nn.DataParallel)): net = net.module\n    else: net = Net()\n    "
        "return net.forward(1)",
        "def use(net: DDP): return net.module.forward(1)",
        "def use(net): DDP(net).module.forward(1)",
        "def use(net: torch._dynamo.eval_frame.OptimizedModule): net._orig_mod.forward(1)",
        "def use(net: nn.Module): (net.module if isinstance(net, DDP) else net).forward(1)",
        "class Box:\n    def __init__(self, net: nn.Module): self.net = net\n"
        "    def inner(self): return self.net.module if isinstance(self.net, FSDP) else self.net\n"
        "    def use(self): self.inner().forward(1)",
        "deepspeed.initialize(model=load())[0].module.forward(1)",
        "def bare(net):\n    return net.module if isinstance(net, DDP) else net\nbare(DDP(Net())).forward(1)",
    ],
)
def test_an_unknown_inner_module_is_a_module(tmp_path: Path, code: str) -> None:
    hold(tmp_path, f"{NET}{USE}{code}  # FWD001 unsafe\n")


def test_an_unknown_inner_module_may_have_another_call(tmp_path: Path) -> None:
    odd = "\nclass Other(nn.Module):\n    def __call__(self, x): return -x\n    def forward(self, x): return x\n"
    hold(tmp_path, f"{NET}{odd}{USE}def use(net: DDP): return net.module.forward(1)  # FWD003 without a fix\n")


@pytest.mark.parametrize(
    "code",
    [
        "class Box:\n    def __init__(self, net): self.module = net\nBox(load()).module.forward(1)",
        "class Box:\n    _orig_mod = Robot()\nBox()._orig_mod.forward(1)",
        "class Box(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self._orig_mod = Robot()\n"
        "Box()._orig_mod.forward(1)",
        "torch.compile(Robot())._orig_mod.forward(1)",
        "load()._orig_mod.forward(1)",
        "def use(net): (net.module if hasattr(net, 'module') else net).forward(1)",
        "deepspeed.initialize(model=Net())[1].forward(1)",
        "DDP(Robot()).module.forward(1)",
    ],
)
def test_other_objects_with_such_attributes_are_no_wrappers(tmp_path: Path, code: str) -> None:
    hold(tmp_path, f"{NET}{USE}{code}\n")
