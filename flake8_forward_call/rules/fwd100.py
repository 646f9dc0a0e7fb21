"""FWD100: a code in a ``# noqa`` comment that silences nothing."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

_PAGE = """\
A `noqa` comment has a code of this tool, but silences no finding. Perhaps the call was fixed and the comment was left
behind. Perhaps the comment is on another line of a long call than the word `forward`. Perhaps the code has a typo. Such
a comment misleads readers, and it would silence the next finding on that line unnoticed.

`forward-call check --report-unused-noqa` reports it. flake8 never does, whatever codes are selected, because its
plugins cannot see which comments were used.

## What is reported

- A code such as `FWD001`, or a prefix such as `FWD00`, if the comment silences no such finding.
- A code that no rule has, such as `FWD01`.
- A code in the second `# noqa` of a line, because flake8 only reads the first. This is also the case if the first one
  is in a string.
- A code in lower case where flake8 requires upper case.

## What is not reported

- A bare `# noqa`, and codes of other tools, because it is not known what else they silence.
- Codes of rules that are not selected, because those rules were not checked. FWD002, FWD003, FWD004 and
  FWD006 need `--extend-select`.
- FWD900, because it depends on the Python version; and FWD100 itself.
- Comments in files with `# flake8: noqa`, and in files that could not be analysed.

Whether a receiver is a module may depend on the installed packages. So look for unused comments in the same environment
in which `check` usually runs.

## How to silence it

Add `# noqa: FWD100` to the same comment, as in `# noqa: FWD001,FWD100`. This keeps a comment that is only needed
elsewhere: with another Python version, or with other packages installed.
"""

_BAD = """\
import torch
from torch import nn

layer = nn.Linear(2, 2)
print(layer(torch.ones(1, 2)))  # noqa: FWD001
"""

RULE = Rule(
    code="FWD100",
    name="unused-noqa",
    title="Unused noqa comment",
    message="unused noqa for {code}: {why}",
    default=False,
    applicability=None,
    page=_PAGE,
    bad=_BAD,
    good=_BAD.replace("  # noqa: FWD001", ""),
)
