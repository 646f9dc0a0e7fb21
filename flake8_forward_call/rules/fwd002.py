"""FWD002: a direct call of ``forward`` where calling the module is not equivalent."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

_PAGE = """\
The receiver is a module, and its `forward` is called directly. So its hooks do not run, as in FWD001. But here the fix
of FWD001 would be wrong: `x(...)` does not reach the same `forward(...)` with the same arguments and the same result.
The message says why. The call cannot be rewritten automatically, but you should know that it bypasses the hooks.

## When the call is not equivalent

- **The class overrides `__call__`.** Calling an instance has another meaning. GPyTorch's models check their training
  data and return the posterior, its likelihoods take a distribution or a tensor, and a generator class may run a whole
  sampling loop in `__call__`. An override that returns `super().__call__(...)` with the same arguments is different,
  whatever else it does: such a call is FWD001. If that override changes gradients, precision, the module's mode or the
  arguments, or may raise an error of its own, the fix is unsafe. The call must also fit the override: an override with
  fewer parameters or other defaults would pass something else to `forward`. The same applies to an override of
  `_call_impl`, and to a `__call__` that is set by `setattr`, a metaclass, `__init_subclass__` or a decorator.
- **A subclass in the project overrides it.** `self.forward(x)` in a base class runs on instances of every subclass. A
  subclass matters if the receiver may be an instance of it: for `self`, and for a parameter annotated with the base
  class. It does not matter if the receiver was created from the base class itself.
- **The call is part of `__call__`.** In a class's own `__call__`, or in a method that it uses, `self(x)` would recurse
  forever.
- **The call is part of `forward`.** It is `self.forward(x)` in the class's own `forward`, or in a method that only
  `forward` calls. The hooks have run for the outer call and would run again inside it. The same is true for
  `net.forward(x)` in a function or another object that gets `self` from `forward`. If the code is called from elsewhere
  as well, or if `forward` is assigned on an instance, the call is FWD001 with an unsafe fix.
- **The code chooses between the two calls.** In `net.forward(x) if plain else net(x)`, or the same with `if` and
  `return`, the author bypasses the hooks on purpose.
- **The module is not initialised.** If a class's `__init__` does not reach `Module.__init__`, its instances have no
  hook tables, so `x(...)` raises an error. The same is true for `self.forward(x)` before `super().__init__()`.
- **The call passes a keyword argument `self`.** `Module.__call__` has a parameter with that name.
- **The call is in a hook of the same module.** Calling the module there would run the hook again.
- **The receiver is typed as a TorchScript interface.** A `@torch.jit.interface` has the methods that it declares but
  cannot be called, and the compiler would reject the rewrite.
- **The module came over RPC.** A `RemoteModule` loses its hook tables when it is sent.
- **A comment says so.** A comment on the line of the call, or on the line above it, says that it bypasses the hooks or
  `__call__` on purpose.

## What to do

Check whether the hooks of that module matter: `weight_norm`, pruning, FSDP2, profilers. If they do, the class needs an
entry point that runs them. Often this is a method that calls `super().__call__(...)`: `Module.__call__` then runs the
hooks around `forward`, and `__call__` keeps its other meaning. If they do not matter, say so in a comment for the next
reader, and add `# noqa: FWD002`.

## Why it is off by default

Most of these calls are intended, and you need to know the program to change them. The rule is useful for reviewing a
code base before you add hooks: `forward-call check --extend-select FWD002`.

## How to silence it

Add `# noqa: FWD002` to the line with the word `forward`. For whole files, use `per-file-ignores`.
"""

_BAD = """\
import torch
from torch import nn


class Sampler(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.step = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.step(x).tanh()

    def __call__(self, x: torch.Tensor, steps: int = 8) -> torch.Tensor:
        for _ in range(steps):
            x = self.forward(x)
        return x


sample = Sampler()(torch.zeros(1, 4))
"""

_GOOD = """\
import torch
from torch import nn


class Sampler(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.step = nn.Linear(4, 4)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.step(x).tanh()

    def sample(self, x: torch.Tensor, steps: int = 8) -> torch.Tensor:
        for _ in range(steps):
            x = self(x)
        return x


sample = Sampler().sample(torch.zeros(1, 4))
"""

RULE = Rule(
    code="FWD002",
    name="different-forward-call",
    title="Direct call of forward() where calling the module is not equivalent",
    message="{before} skips Module.__call__, so hooks do not run, but {after} is not equivalent: {reason}",
    default=False,
    applicability=None,
    page=_PAGE,
    bad=_BAD,
    good=_GOOD,
)
