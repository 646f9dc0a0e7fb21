"""Whether the README's first command fixed what it says: `python .ci/fixed.py PRINTED WHEEL FOLDER`.

PRINTED is what it printed, WHEEL what it unpacked, FOLDER where it is now. An exit status of 0 alone would not tell: a
command that looks at nothing and fixes nothing could have that as well.
"""

from __future__ import annotations

import re
import sys
import zipfile
from pathlib import Path

SUMMARY = re.compile(r"^Fixed (\d+) calls? in (\d+) files?; ", re.MULTILINE)
REWRITE = re.compile(r"^\S+\.py:\d+:\d+: .* -> ", re.MULTILINE)
CALL = b".forward("


def fault(printed: str, wheel: Path, folder: Path) -> str | None:
    """What is wrong with the run, None if nothing is."""
    summaries = SUMMARY.findall(printed)
    if len(summaries) != 1:
        return "the command does not say how many calls it fixed"
    calls, files = map(int, summaries[0])
    if not calls:
        return "no call was fixed"
    if (told := len(REWRITE.findall(printed))) != calls:
        return f"{calls} calls are said to be fixed, and {told} are listed"
    with zipfile.ZipFile(wheel) as archive:
        before = {name: archive.read(name) for name in archive.namelist() if name.endswith(".py")}
    after = {name: (folder / name).read_bytes() for name in before}
    gone = sum(before[name].count(CALL) - after[name].count(CALL) for name in before)
    changed = sum(before[name] != after[name] for name in before)
    if (gone, changed) != (calls, files):
        return f"{calls} calls in {files} files are said to be fixed; in fact {gone} calls in {changed} files are gone"
    return None


if __name__ == "__main__":
    output, wheel, folder = map(Path, sys.argv[1:])
    found = fault(output.read_text(encoding="utf-8"), wheel, folder)
    sys.exit(None if found is None else f"The README's first command: {found}.")
