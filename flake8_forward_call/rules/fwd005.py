"""FWD005: a module class whose ``__call__`` never reaches ``Module.__call__``."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

_PAGE = """\
A subclass of `torch.nn.Module` defines `__call__`, or assigns it in the class body (`__call__ = predict`), and never
reaches `Module.__call__`. So calling an instance never runs a hook: neither the hooks that users register, nor those
that `weight_norm`, pruning, lazy modules, FSDP2 and profilers need. This affects every instance, even if all callers
correctly write `model(x)`.

## What to do

The message says which of these applies:

- **No class below `Module` defines `forward`: rename `__call__` to `forward`.** The method does the work of `forward`,
  but under a name that bypasses the hooks. After renaming, `Module.__call__` runs the hooks and calls it, and callers
  still write `model(x)`. (`super().__call__(...)` would raise `NotImplementedError` here, because there is no
  `forward`.) If the class body has `__call__ = predict`, write `forward = predict`.
- **There is a `forward`: return `super().__call__(...)`.** Let `__call__` do its additional work first. If it computes
  something other than `forward`, give it another name (`predict`, `sample`, `encode`), and leave `__call__` to
  `Module`. Most libraries do that, and readers expect it.

If callers must keep writing `model(x)` for something that is not one run of `forward`, move the work into a submodule.
The submodule is called normally, and its hooks run.

## What counts as reaching it

`super().__call__(...)`, `nn.Module.__call__(self, ...)`, `_call_impl` and `_wrapped_call_impl` count, in `__call__`
itself or in a method that it uses, on any path. The class is skipped in these cases:

- A base class, or a function that gets the instance, could not be read, so the question stays open.
- `__call__` is only declared: it has no body, is abstract, or is under `if TYPE_CHECKING`.
- The class ends up with another `__call__` than its body defines, because a base's `__init_subclass__`, a metaclass, a
  class decorator or an assignment elsewhere replaces or deletes it.

## What this means for calls of forward()

For such a class, `model.forward(x)` cannot simply become `model(x)`. FWD002 reports these calls, and `fix` does not
change them.

## How to silence it

Add `# noqa: FWD005` to the line with `__call__`. For whole files, use `per-file-ignores`.

## Further reading

- [torch.nn.Module](https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html): a subclass defines `forward`,
  and calling the instance runs the hooks.
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

# The remedy if the class or one of its bases has a `forward`, and the remedy if none has.
CALL_PARENT = "return super().__call__(...)"
RENAME = "rename __call__ to forward"

RULE = Rule(
    code="FWD005",
    name="overridden-module-call",
    title="Module class whose __call__ bypasses Module.__call__",
    message="{name}.__call__ never reaches Module.__call__, so its hooks never run; {remedy}",
    default=True,
    applicability=None,
    page=_PAGE,
    bad=_BAD,
    good=_BAD.replace("self.forward(x.float())", "super().__call__(x.float())"),
)
