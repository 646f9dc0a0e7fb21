"""FWD002: a direct call of ``forward`` where calling the module would mean something else."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

_PAGE = """\
The receiver is a module and `forward` is called directly, so its hooks do not run, as in FWD001. But here the remedy
of FWD001 would be wrong: `x(...)` does not come to the same `forward(...)` with the same arguments and the same result.
The message says why. There is nothing to rewrite blindly, and something to know: this call goes round the hooks.

## When the call means something else

- **The class has a `__call__` of its own.** Somebody gave calling an instance another meaning: GPyTorch's models check
  their training data and return the posterior, its likelihoods take a distribution or a tensor, a generator class makes
  `__call__` the whole sampling loop. An override that only adds something and then returns `super().__call__(...)`
  with the same arguments is no obstacle, and such a call is FWD001. If the override changes gradients, precision, the
  mode of the module or the arguments on the way, its fix is unsafe. The call itself has to fit the override, too: one
  with fewer parameters or other defaults would pass something else to `forward`. An override of `_call_impl`, a
  `__call__` that is set by `setattr`, a metaclass, `__init_subclass__` or a decorator counts in the same way.
- **A subclass in the project has one.** `self.forward(x)` in a base class runs on instances of every subclass. What a
  subclass makes of `__call__` counts where the receiver may be of it: for `self`, and for a parameter annotated with
  the base class. Where the very class was constructed it does not.
- **The call is part of what `__call__` does.** In a class's own `__call__`, or in a method that it leads to,
  `self(x)` would call itself for ever.
- **The call is part of what `forward` does.** `self.forward(x)` in the class's own `forward`, or in a method that only
  `forward` calls: the hooks have run for the outer call and would run again inside it. Where the method is called from
  elsewhere as well, the call is FWD001 with an unsafe fix.
- **The code chooses between the two calls.** In `net.forward(x) if plain else net(x)`, or the same by `if` and
  `return`, the author bypasses the hooks on purpose.
- **The module is never initialised.** A class whose `__init__` does not lead to `Module.__init__` has no hook tables,
  so `x(...)` raises an error. The same is true for `self.forward(x)` before `super().__init__()`.
- **The call passes a keyword argument `self`.** `Module.__call__` has a parameter of that name.
- **The call stands in a hook of the same module.** Calling the module there would run the hook again.
- **The receiver is typed by an interface of TorchScript.** `@torch.jit.interface` has the methods that it declares and
  no call; the compiler would refuse the rewrite.
- **The module came over RPC.** A `RemoteModule` leaves its hook tables behind when it is sent.
- **Somebody says so.** A comment at the call, or on the line above it, tells that hooks or `__call__` are gone round
  on purpose.

## What to do

Look whether the hooks of that module matter: `weight_norm`, pruning, FSDP2, profilers. If they do, the class needs a
way in that runs them. Often that is a method which calls `super().__call__(...)`, so that `Module.__call__` with its
hooks runs round `forward` while `__call__` keeps its other meaning. If they do not, a comment that says so tells the
next reader, and `# noqa: FWD002` tells this tool.

## Why it is off by default

Most of these calls are meant, and nothing can be done about them without knowing the program. It is for a look through
a code base before hooks are put on it: `forward-call check --extend-select FWD002`.

## How to silence it

`# noqa: FWD002` on the line where the word `forward` stands; for whole files, flake8's `per-file-ignores`.
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
    title="Direct call of forward() where calling the module means something else",
    message="{before} skips Module.__call__, so hooks do not run, but {after} is not equivalent: {reason}",
    default=False,
    applicability=None,
    page=_PAGE,
    bad=_BAD,
    good=_GOOD,
)
