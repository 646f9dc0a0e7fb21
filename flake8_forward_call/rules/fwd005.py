"""FWD005: a class of modules whose own ``__call__`` never reaches ``Module.__call__``."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

_PAGE = """\
A subclass of `torch.nn.Module` defines `__call__` itself, or assigns it in the class body (`__call__ = predict`), and
nothing that it does comes to `Module.__call__`. So calling an instance never runs a hook: not those that users
register, and not those that `weight_norm`, pruning, lazy modules, FSDP2 and profilers live on. Every instance is
concerned, however carefully its callers write `model(x)`.

## What to do

The message names the remedy that fits the class:

- **No class below `Module` defines a `forward`: rename `__call__` to `forward`.** The method does what `forward` is
  for, under a name that takes the hooks away. `Module.__call__` then runs the hooks and calls it, and callers still
  write `model(x)`. (`super().__call__(...)` would raise `NotImplementedError` here, because it finds no `forward`.)
  For `__call__ = predict` in the class body, write `forward = predict`.
- **There is a `forward`: return `super().__call__(...)`.** Let `__call__` do its additional work first. If it computes
  something else than `forward`, give it a name of its own (`predict`, `sample`, `encode`), and leave `__call__` to
  `Module`. Most libraries do that, and readers expect it.

Where callers must keep writing `model(x)` for something that is not one run of `forward`, let the work be done by a
submodule: that one is called properly, and its hooks run.

## What counts as reaching it

`super().__call__(...)`, `nn.Module.__call__(self, ...)`, `_call_impl` and `_wrapped_call_impl`, in `__call__` itself
or in a method that it uses, on any path. Where that cannot be read, because a base class or a function that is handed
the instance was not, nothing is reported. Nor is a `__call__` that is only declared: without a body, abstract, or
under `if TYPE_CHECKING`. And nothing is reported where the class ends up with another call than its body defines:
where a base's `__init_subclass__`, a metaclass, a class decorator or an assignment from outside replaces or deletes
`__call__`.

## What follows for the calls of forward()

Such a class is why `model.forward(x)` cannot simply become `model(x)`: FWD002 tells of these calls, and `fix` leaves
them alone.

## How to silence it

`# noqa: FWD005` on the line where `__call__` stands; for whole files, flake8's `per-file-ignores`.

## Further reading

- [torch.nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html): `forward` is what a subclass
  defines; calling the instance takes care of the hooks.
"""

_BAD = """\
import torch
from torch import nn


class Sampler(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.step = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.step(x)

    def __call__(self, x: torch.Tensor) -> torch.Tensor:
        return self.forward(x.float())


seen = []
sampler = Sampler()
sampler.register_forward_hook(lambda module, args, output: seen.append("hook"))
sampler(torch.ones(1, 4))
print("the hook ran:", bool(seen))
"""

# What to do, where the class or one around it has a `forward`, and where none has.
CALL_PARENT = "return super().__call__(...)"
RENAME = "rename __call__ to forward"

RULE = Rule(
    code="FWD005",
    name="overridden-module-call",
    title="__call__ of a module that never reaches Module.__call__",
    message="{name}.__call__ never reaches Module.__call__, so its hooks never run; {remedy}",
    default=True,
    applicability=None,
    page=_PAGE,
    bad=_BAD,
    good=_BAD.replace("self.forward(x.float())", "super().__call__(x.float())"),
)
