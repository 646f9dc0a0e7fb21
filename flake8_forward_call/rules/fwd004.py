"""FWD004: the bound ``forward`` of a module handed to something that calls it."""

from __future__ import annotations

from flake8_forward_call.finding import Applicability
from flake8_forward_call.rules.base import Rule

_PAGE = """\
`checkpoint(self.block.forward, h)` does not call `forward` where it stands, but hands it to something that will. The
effect is that of FWD001: the module's hooks do not run. A module can be called like a function, so it can be handed
on like one: `checkpoint(self.block, h)`.

## What counts as handing on

- **What PyTorch and Python document to call its argument**: `torch.utils.checkpoint.checkpoint`, `torch.vmap`, the
  transforms of `torch.func`, `torch.autograd.functional`, `gradcheck`; `map`, `filter`, the `key` of `sorted`, `min`
  and `max`, `functools.partial` and `reduce`, `itertools.starmap`; threads, processes, timers; `submit` and `map` of
  an executor or a pool; `pytest.raises`.
- **Functions of the project** that call the parameter and do nothing else with it, directly or by handing it to the
  next.
- **Methods of a name that can mean nothing else**, such as `submit`, on an object that nobody can tell. There the fix
  is unsafe.

## What does not

What only looks at the method wants the method: `inspect.signature(model.forward)`, `hasattr`, `functools.wraps`,
`types.MethodType`, `mock.patch.object`. So does what stores or compares it. `torch.compile(model.forward)` and
`torch.jit.trace(model.forward, x)` give something else when they are given the module, and are left alone. So is
every place where `forward` itself is being replaced, as in `model.forward = partial(model.forward, flag=True)`: with
the module in its place the replacement would call itself for ever. And as with FWD001, `super().forward` is how a
subclass extends its parent, and a class that gives its call another meaning keeps its `forward`.

## What to know before you follow it

`checkpoint` runs the function a second time in the backward pass, and with the module in its place the hooks run a
second time as well. That is what PyTorch's own examples do. A hook that counts or accumulates sees both.

## Why it is off by default

There is no direct call to point at, and the hooks that do not run are often those of a block that nobody has attached
any to. To look for them: `forward-call check --extend-select FWD004`.

## How to silence it

`# noqa: FWD004` on the line where the word `forward` stands; for whole files, flake8's `per-file-ignores`.

## Further reading

- [torch.utils.checkpoint](https://docs.pytorch.org/docs/stable/checkpoint.html): `function` is anything that can be
  called.
- [torch.func](https://docs.pytorch.org/docs/stable/func.api.html): the transforms.
"""

_BAD = """\
import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.block = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return checkpoint(self.block.forward, x, use_reentrant=False)


net = Net()
shapes = []
net.block.register_forward_hook(lambda module, args, output: shapes.append(tuple(output.shape)))
net(torch.ones(2, 4))
print("shapes that the hook saw:", shapes)
"""

RULE = Rule(
    code="FWD004",
    name="handed-forward",
    title="forward() of a module handed to something that calls it",
    message="{callee} calls {before}, bypassing Module.__call__, so hooks do not run{hanging}; pass {after}",
    default=False,
    applicability=Applicability.SAFE,
    page=_PAGE,
    bad=_BAD,
    good=_BAD.replace("self.block.forward", "self.block"),
)
