"""FWD006: a method that runs a module is called on the module inside a wrapper such as DDP or FSDP."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

_PAGE = """\
`DistributedDataParallel`, `FullyShardedDataParallel` and similar wrappers do their work when the wrapper is called.
`ddp.module.predict(x)` calls a method of the module inside, so the wrapper does not take part, and you get no error:
gradients are not synchronised, sharded parameters are not gathered, or only one device works. It is the same fault as a
direct call of `forward()`, with another method.

## What is lost, and what helps

- **`DistributedDataParallel`**: gradients of this call are not synchronised, so the processes diverge. Let `forward` do
  the work, perhaps chosen by an argument, and call the wrapper.
- **`DataParallel`**: the call runs on one device. The same helps.
- **`FullyShardedDataParallel` (FSDP1)**: the parameters that the method uses are shards. Use `summon_full_params()`, or
  FSDP2's `fully_shard()` with `register_fsdp_forward_method(module, "predict")`.
- **`DeepSpeedEngine`**: under ZeRO-3, parameters of the module itself are not gathered. Let `forward` do the work, or
  use `deepspeed.zero.GatheredParameters`.
- **What `Accelerator.prepare()` returns**: one of the above, depending on the configuration. Let `forward` do the work.
  With FSDP2, `register_fsdp_forward_method` helps.

With FSDP2, `register_fsdp_forward_method` makes a method gather the parameters as `forward` does. On a module that
FSDP2 has not sharded it does nothing, so you can always call it. It does not help with DDP. In Lightning Fabric,
`mark_forward_method` does the same for every strategy.

## What is reported

A call is reported if both are proven:

- **The receiver is the module inside a wrapper**: `.module` or `._fsdp_wrapped_module` of one of the classes above, the
  result of `Accelerator.unwrap_model(...)`, `.module` of what `Accelerator.prepare(...)` returned, or a name for one of
  these. `ddp.module if distributed else ddp` and `getattr(ddp, "module", ddp)` count as well.
- **The method runs the module**: it calls the module, its `forward`, or a submodule, or it computes with a parameter.
  It may do so through other methods. `generate` of transformers' models counts because it is documented to do so.

## What is not reported

- Methods of `Module` itself, such as `state_dict`, `parameters`, `to`, `eval` and `train`, and methods that only look
  at the module.
- `ddp.module.forward(x)`: that is FWD001. `ddp.module(x)`: the code says that it means the module.
- DDP and `DataParallel` under `no_grad` or `inference_mode`: nothing is lost that matters.
- Calls inside `no_sync`, `summon_full_params` or `GatheredParameters`, and methods that the same file passes to
  `register_fsdp_forward_method` or `mark_forward_method`.
- `self.module` in a subclass of a wrapper: such a class is a wrapper of its own.
- Calls with a comment that says that they bypass hooks on purpose.

## Why it is off by default

Whether something is lost depends on how the program is run, which the source does not show: `model.module.generate(x)`
is right on a single device, and in evaluation it often is on several. To review a program before it runs on several
devices, run `forward-call check --extend-select FWD006`.

## How to silence it

Add `# noqa: FWD006` to the line with the name of the method. For whole files, use `per-file-ignores`.

## Further reading

- [DistributedDataParallel](https://docs.pytorch.org/docs/stable/generated/torch.nn.parallel.DistributedDataParallel.html):
  its `forward` prepares the synchronisation of gradients.
- [fully_shard (FSDP2)](https://docs.pytorch.org/docs/stable/distributed.fsdp.fully_shard.html): also describes
  `register_fsdp_forward_method`.
- [FullyShardedDataParallel (FSDP1)](https://docs.pytorch.org/docs/stable/fsdp.html): also describes
  `summon_full_params`.
"""

_BAD = """\
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x)

    def loss(self, x: torch.Tensor) -> torch.Tensor:
        return self.layer(x).square().mean()


def step(x: torch.Tensor) -> None:
    ddp = DistributedDataParallel(Net())
    ddp.module.loss(x).backward()
"""

_GOOD = """\
import torch
from torch import nn
from torch.nn.parallel import DistributedDataParallel


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor, as_loss: bool = False) -> torch.Tensor:
        y = self.layer(x)
        return y.square().mean() if as_loss else y


def step(x: torch.Tensor) -> None:
    ddp = DistributedDataParallel(Net())
    ddp(x, as_loss=True).backward()
"""

RULE = Rule(
    code="FWD006",
    name="bypassed-wrapper",
    title="Method called on the module inside a wrapper",
    message="{call} bypasses {wrapper}, so {loss}; {remedy}",
    default=False,
    applicability=None,
    page=_PAGE,
    bad=_BAD,
    good=_GOOD,
)
