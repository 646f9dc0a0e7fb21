"""FWD004: the bound ``forward`` of a module passed to a function that calls it."""

from __future__ import annotations

from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.rules.base import Rule

_PAGE = """\
`checkpoint(self.block.forward, h)` does not call `forward` itself, but passes it to a function that will. The effect is
the same as in FWD001: the module's hooks do not run. A module can be called like a function, so you can also pass it
like one: `checkpoint(self.block, h)`.

## What is reported

- **Functions that are documented to call their argument**: `torch.utils.checkpoint.checkpoint`, `torch.vmap`, the
  transforms of `torch.func`, `torch.autograd.functional`, `gradcheck`; `map`, `filter`, the `key` of `sorted`, `min`
  and `max`, `functools.partial` and `reduce`, `itertools.starmap`; threads, processes, timers; `submit` and `map` of
  an executor or a pool; `pytest.raises`.
- **Functions of the project** that call the parameter and do nothing else with it, directly or by passing it on.
- **Methods with an unambiguous name**, such as `submit`, on an object of unknown type. The fix is then unsafe.

## What is not reported

Some functions need the method itself, because they only inspect it: `inspect.signature(model.forward)`, `hasattr`,
`functools.wraps`, `types.MethodType`, `mock.patch.object`. The same applies to code that stores or compares the method.
`torch.compile(model.forward)` and `torch.jit.trace(model.forward, x)` return something else if they get the module, so
they are skipped.

Code that replaces `forward` is skipped too, as in `model.forward = partial(model.forward, flag=True)`: with the module
instead, the replacement would call itself forever. As with FWD001, `super().forward` is skipped because it is how a
subclass extends its parent, and so is a class that overrides `__call__` with another meaning.

## What to know before you fix it

`checkpoint` runs the function a second time in the backward pass. If you pass the module, its hooks run a second time
as well. PyTorch's own examples do this. A hook that counts or accumulates sees both runs.

## Why it is off by default

There is no direct call to point at, and often the module has no hooks. To find these calls, run
`forward-call check --extend-select FWD004`.

## How to silence it

Add `# noqa: FWD004` to the line with the word `forward`. For whole files, use `per-file-ignores`.

## Further reading

- [torch.utils.checkpoint](https://docs.pytorch.org/docs/stable/checkpoint.html): `function` can be anything that can be
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
    title="Module's forward() passed to a function that calls it",
    message="{callee} calls {before}, bypassing Module.__call__, so hooks do not run{hanging}; pass {after}",
    default=False,
    applicability=Applicability.SAFE,
    page=_PAGE,
    bad=_BAD,
    good=_BAD.replace("self.block.forward", "self.block"),
)
