"""FWD003: a direct call of ``forward`` on what is probably a module."""

from __future__ import annotations

from flake8_forward_call.finding import Applicability
from flake8_forward_call.rules.base import Rule

_PAGE = """\
`x.forward(...)` is called directly, and `x` is probably a module: something in the source says so, and something that
could say otherwise was not to be read. The message names what is in doubt. If `x` is a module, the call has the same
trouble as in FWD001: no hook of it runs.

## What is in doubt

- **One of several values was not read.** On one path the receiver is a module, on another it comes from a function
  whose source is not there.
- **A caller passes something unknown.** The receiver is a parameter without annotation. Every call of the function
  that was found passes a module, or something that nobody can tell, and at least one passes a module.
- **The function is handed on.** Somebody stores it, registers it or passes it to something else, so it may have
  callers that were not found.
- **A base class was not read.** The class behaves like a module: it has a `forward`, calls `super().__init__()`, and
  keeps modules in its attributes; but one of its bases stands in a package that is neither installed nor known.
- **Its `__call__` was not read.** The receiver is a module for certain, but of a class that nobody can tell, in a
  project where some modules give their call another meaning.

`forward-call explain PATH:ROW:COLUMN` shows the whole trail, and where it is lost.

## What to do

Say what the receiver is: an annotation (`def run(model: nn.Module)`) or an `isinstance` test turns the doubt into
FWD001, or into silence. Installing the missing package beside the tool, or pointing `--python` to an environment that
has it, often does the same.

`forward-call fix --select FWD003 --unsafe-fixes` rewrites these calls too. Look at the diff before you keep it: where
the receiver turns out to be no module, the call will fail or mean something else.

## Why it is off by default

A false alarm costs more than a missed one: a linter that cries wolf is switched off. So what is not proven is only told
to those who ask: `forward-call check --extend-select FWD003`.

## How to silence it

`# noqa: FWD003` on the line where the word `forward` stands; for whole files, flake8's `per-file-ignores`.
"""

_BAD = """\
from torch import nn

from plugins import load


def run(x, path=None):
    model = load(path) if path else nn.Linear(4, 2)
    return model.forward(x)
"""

_GOOD = """\
from torch import nn

from plugins import load


def run(x, path=None):
    model = load(path) if path else nn.Linear(4, 2)
    return model(x)
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
