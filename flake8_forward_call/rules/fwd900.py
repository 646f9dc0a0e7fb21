"""FWD900: a file that could not be analysed."""

from __future__ import annotations

from flake8_forward_call.rules.base import Rule

_PAGE = """\
A file that was to be checked could not be read as Python. The message says why, and the finding stands where the
trouble is, or on the first character if the trouble has no place. Until it is mended, nothing is known of the calls in
that file, and `forward-call fix` leaves it byte for byte as it is.

## What can be the reason

- **It cannot be decoded.** The bytes are not of the encoding that the file declares (UTF-8 if it declares none), or
  the declared encoding does not exist. Save the file in the encoding that it names, or correct the line
  `# -*- coding: ... -*-` at its top.
- **It does not parse.** Python refused it: a syntax error, code of Python 2, null bytes. In a directory only files that
  mention `forward` are parsed at all; a file that you name, or send to standard input, always is. Under flake8 such a
  file is `E999`, flake8's own.
- **It needs a newer Python.** The tool parses with the Python that runs it. An older one cannot read `type X = int`
  (new in 3.12), `class Net[T]` (3.12), an f-string with the same quotes inside (3.12) or `except A, B:` (3.14). The
  message names that Python and the form. Install the tool with the newest Python that your project supports:
  `python3.14 -m pip install ...`, `uv tool install --python 3.14 ...`, `language_version: python3.14` for a hook of
  pre-commit, `python-version` for the GitHub Action.
- **It is no notebook, or a cell of it does not parse.** What is named `.ipynb` and is not JSON, or has no list of
  cells, is not looked at. A cell that Python refuses, once what is IPython's in it is set aside, is left out: the
  message names it, and the other cells are analysed and fixed.
- **It is nested too deeply**: thousands of levels, as only generated code has. Python itself cannot run most such
  files. Exclude the file.
- **The rewrite could not be proved.** `forward-call fix` compares the tree of its result with the tree it started
  from. If anything besides the rewritten calls differed, it would keep the old file and report this.
- **An internal error.** The tool itself failed on this file. The message names the error; please report it, with the
  file if you can.

## Why it is a finding and not a crash

One broken file must not hide what is wrong in the others. So the run goes on, the exit status says that something
remains, and the broken file is on the list like everything else that needs a person.

## How to silence it

A file that is broken on purpose, as test data is, is best left out of the paths that are checked, or named in flake8's
`exclude` or `per-file-ignores`. `# noqa: FWD900` on the line that the finding names works as it does for other codes.
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
    message="this file could not be analysed: {reason}",
    default=True,
    applicability=None,
    page=_PAGE,
    bad=_BAD,
    good=_GOOD,
)
