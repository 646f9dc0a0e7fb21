"""FWD100: a code in a ``# noqa`` comment that silences nothing."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

_PAGE = """\
A comment names a code of this tool, and nothing that is found here is silenced by it. Perhaps the call was repaired
and the comment stayed; perhaps it stands on another line of a long call than the name `forward`; perhaps the code has a
slip in it. Such a comment tells readers of a danger that is gone, and it will silence the next finding on that line
unseen.

`forward-call check --report-unused-noqa` reports it. flake8 never does, whatever codes are selected there: its plugins
cannot see which comments were used.

## What is reported

- A code such as `FWD001`, or a beginning of one such as `FWD00`, where there is no such finding that the comment
  silences.
- A code that no rule has, such as `FWD01`.
- A code in the second `# noqa` of a line: flake8 reads the first only. So too where the first stands in a string.
- A code in small letters where flake8 wants capitals.

## What is not

- A bare `# noqa`, and codes of other tools: who knows what else they silence.
- Codes of rules that are not selected, for then nobody looked. FWD002, FWD003 and FWD004 need `--extend-select`.
- FWD900, for what one Python cannot read another can; and FWD100 itself.
- Files with `# flake8: noqa`, and those that could not be analysed.

Whether a receiver is a module may hang on what is installed. Look for dead comments where `check` runs otherwise, too.

## How to silence it

`# noqa: FWD100` beside the other code, as in `# noqa: FWD001,FWD100`, keeps a comment that is needed only elsewhere:
with another Python, or where other packages are installed.
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
