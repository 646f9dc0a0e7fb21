"""The programs under `fixtures/`, and what is marked in them.

`# FWD001` at the end of a line says that the call of `forward()` on that line is found, and rewritten by a safe fix;
`# FWD001 unsafe` that the fix is unsafe; `# FWD001, FWD001` that both calls of the line are. `# FWD002` says that the
call is found and has no fix, `# FWD003` that it is found and its fix is unsafe (`# FWD003 without a fix` that it has
none), `# FWD004` that a `forward` that is handed on is found and has a safe fix, `# FWD005` that the `__call__` is
found. What has no mark is none of the tool's business. `python tests/support/golden.py` writes what the fixer
should make of the programs to `fixtures/fixed/`: from the marks, by replacing text, without the tool.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FIXTURES = Path(__file__).parents[1] / "inference/fixtures"
FIXED = FIXTURES / "fixed"

_ONE = r"FWD00[1-6](?: unsafe| without a fix)?"
_MARK = re.compile(rf"# ({_ONE}(?:, {_ONE})*)$")

_UNMENDED = ("FWD002", "FWD003 without a fix", "FWD004 without a fix", "FWD005")

_CALL = re.compile(r"[ \n\\]*\.forward(?=[(),])")


def marks(text: str) -> Iterator[tuple[int, str]]:
    """Yield the row of each expected finding, with its code and "unsafe" where its fix is so."""
    for row, line in enumerate(text.splitlines(), 1):
        found = _MARK.search(line)
        for mark in found[1].split(", ") if found else ():
            yield row, mark


@dataclass(frozen=True)
class Fixture:
    """One program. Its name begins with `py312_` if older Pythons cannot parse it."""

    name: str

    @property
    def path(self) -> Path:
        return FIXTURES / f"{self.name}.py"

    @property
    def golden(self) -> Path:
        return FIXED / f"{self.name}.py"

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def parses_here(self) -> bool:
        found = re.match(r"py3(\d\d)_", self.name)
        return found is None or sys.version_info >= (3, int(found[1]))

    def marks(self) -> Iterator[tuple[int, str]]:
        return marks(self.text)

    def replaced(self) -> str:
        """The program without `.forward` on the marked lines, nor the blanks and line breaks before it."""
        rows, text, pieces, end = {row for row, mark in self.marks() if mark not in _UNMENDED}, self.text, [], 0
        for found in _CALL.finditer(text):
            if text.count("\n", 0, found.end()) + 1 in rows:
                pieces.append(text[end : found.start()])
                end = found.end()
        return "".join([*pieces, text[end:]])


def fixtures() -> list[Fixture]:
    return [Fixture(path.stem) for path in sorted(FIXTURES.glob("*.py"))]


if __name__ == "__main__":
    FIXED.mkdir(exist_ok=True)
    for fixture in fixtures():
        fixture.golden.write_text(fixture.replaced(), encoding="utf-8")
