"""FWD003: a direct call of ``forward`` on what is probably a module."""

from __future__ import annotations

from flake8_forward_call.findings.finding import Applicability
from flake8_forward_call.rules.base import Rule

_PAGE = """\
`x.forward(...)` is called directly, and `x` is probably a module: the source contains evidence that it is one, but part
of the source could not be resolved. The message says which part. If `x` is a module, the call has the same effect as in
FWD001: its hooks do not run.

## What can be unresolved

- **A base class.** The class behaves like a module: it has a `forward`, calls `super().__init__()`, and has modules as
  attributes. But one of its base classes is in a package that is neither installed nor known.
- **`__call__`.** The receiver is certainly a module, but its class is unresolved, and some modules in the project
  override `__call__` with another meaning.

If one of several possible values is proven to be a module, and the others could not be resolved, the call bypasses the
hooks of that module. This is FWD001, with a fix that is only applied with `--unsafe-fixes`.

`forward-call explain PATH:ROW:COLUMN` shows the chain of evidence, and where it ends.

## What to do

Say what the receiver is: with an annotation (`def run(model: nn.Module)`) or an `isinstance` test, the call is either
FWD001 or not reported at all. Often it is enough to install the missing package next to the tool, or to pass `--python`
with an environment that has it.

`forward-call fix --select FWD003 --unsafe-fixes` rewrites these calls too. Review the diff before you keep it: if the
receiver is not a module, the call will fail or do something else.

## Why it is off by default

A false alarm costs more than a missed call, because nobody keeps a linter that reports too much. So findings without
proof are only reported on request: `forward-call check --extend-select FWD003`.

## How to silence it

Add `# noqa: FWD003` to the line with the word `forward`. For whole files, use `per-file-ignores`.
"""

_BAD = """\
from torch import nn

from plugins import Base


class Net(Base):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, x):
        return self.layer(x)


def run(x):
    return Net().forward(x)
"""

_GOOD = """\
from torch import nn

from plugins import Base


class Net(Base):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(4, 2)

    def forward(self, x):
        return self.layer(x)


def run(x):
    return Net()(x)
"""

RULE = Rule(
    code="FWD003",
    name="probable-forward-call",
    title="Direct call of forward() on what is probably a module",
    message="{before} probably skips Module.__call__, so hooks do not run: {reason}; if it is a module, call {after}",
    default=False,
    applicability=Applicability.UNSAFE,
    page=_PAGE,
    bad=_BAD,
    good=_GOOD,
)
