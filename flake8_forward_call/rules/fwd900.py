"""FWD900: a file that could not be analysed."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

_PAGE = """\
A file could not be read as Python. The message says why. The finding is at the location of the error, or at the first
character if the error has no location. Until the error is fixed, the calls in that file are unknown, and
`forward-call fix` does not change the file.

## Possible reasons

- **The file cannot be decoded.** Its bytes do not match the encoding that it declares (UTF-8 if it declares none), or
  the declared encoding does not exist. Save the file in that encoding, or correct the line `# -*- coding: ... -*-` at
  the top.
- **The file cannot be parsed.** It contains a syntax error, Python 2 code or null bytes. Only files that
  contain `forward` or `__call__` are parsed. flake8 itself reports such a file as `E999`.
- **The file needs a newer Python.** The tool parses with the Python that runs it. An older Python cannot read
  `type X = int` (new in 3.12), `class Net[T]` (3.12), an f-string with the same quotes inside (3.12) or `except A, B:`
  (3.14). The message names the Python version and the syntax. Install the tool with the newest Python that your project
  supports: `python3.14 -m pip install ...`, `uv tool install --python 3.14 ...`, `language_version: python3.14` for a
  pre-commit hook, `python-version` for the GitHub Action.
- **It is not a notebook, or one of its cells cannot be parsed.** An `.ipynb` file that is not JSON, or has no list of
  cells, is not checked. A cell that is still invalid without its IPython syntax is skipped: the message names it, and
  the other cells are analysed and fixed.
- **Its settings are not valid.** The `[tool.forward-call]` that applies to the file has an unknown key or an invalid
  value, or its `pyproject.toml` cannot be read. The message names the file and the line. flake8 reports this for each
  such file that contains `forward` or `__call__`. `forward-call check` reports it once, as an error, and skips these
  files.
- **The code is nested too deeply**: thousands of levels, as only generated code has. Python itself cannot run most such
  files. Exclude the file.
- **The rewrite could not be proved.** `forward-call fix` compares the syntax tree of the result with the original. If
  anything except the rewritten calls differs, it keeps the old file and reports this.
- **An internal error.** The tool itself failed on this file, and the message names the error. Please report it, with
  the file if you can.

## Why it is a finding and not a crash

One broken file must not hide the findings in other files. So the run continues, the exit status says that findings
remain, and the broken file is listed like any other finding.

## How to silence it

If a file is broken on purpose, as test data is, leave it out of the paths that you check, or add it to `exclude` or
`per-file-ignores`. `# noqa: FWD900` on the line of the finding works as for other codes.
"""

_BAD = """\
from torch import nn

layer = nn.Linear(2, 2)
print(layer.forward(
"""

_GOOD = """\
import torch
from torch import nn

layer = nn.Linear(2, 2)
print(layer(torch.ones(1, 2)))
"""

RULE = Rule(
    code="FWD900",
    name="unanalysable-file",
    title="File could not be analysed",
    message="cannot {attempt} {what}: {reason}",
    default=True,
    applicability=None,
    page=_PAGE,
    bad=_BAD,
    good=_GOOD,
)
