"""A unified diff that ``git apply`` and ``patch`` accept."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from pathlib import Path

from click import style

from flake8_forward_call.terminal.printing import diff_line, one_line

# git's colours for lines with these first characters.
_COLOURS = {"@": "cyan", "-": "red", "+": "green"}

_QUOTED = re.compile(rb'[\x00-\x1f"#\\\x7f-\xff]')


def top(paths: Sequence[str]) -> Path:
    """The folder in which a diff is applied. The names in the diff are relative to it.

    This is the current folder, as ``git apply`` expects for a diff without git's own header. git changes nothing above
    the folder where it runs. A link can lead to a file outside the current folder. Then it is the top of the repository
    that contains all files, or without a repository the nearest folder that does.
    """
    here, real = Path.cwd(), [Path(os.path.realpath(path)) for path in paths]
    if all(path.is_relative_to(here) for path in real):
        return here
    try:
        common = Path(os.path.commonpath(real))
    except ValueError:  # Windows: the files are on several drives.
        return here
    folder = common if common.is_dir() else common.parent
    return next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder)


def render(path: str, before: bytes, after: bytes, folder: Path | None = None) -> bytes:
    """The diff between two contents of a file, in the file's own encoding and with its own line endings.

    The file name is relative to ``folder``, by default the current folder. For a link, it is the name of its target.
    """
    name = _from(folder or Path.cwd(), path)
    lines = difflib.diff_bytes(
        difflib.unified_diff, _lines(before), _lines(after), _name("a", name), _name("b", name), lineterm=b"\n"
    )
    return b"".join(line if line.endswith(b"\n") else line + b"\n\\ No newline at end of file\n" for line in lines)


def visible(data: bytes) -> str:
    """A diff for display: no character controls the terminal or is hidden. It can no longer be applied.

    A line keeps its tabs, and loses the carriage return before its end.
    """
    lines = data.decode(errors="backslashreplace").split("\n")
    return "\n".join(diff_line(line.removesuffix("\r")) for line in lines)


def coloured(text: str) -> str:
    """The diff of one file in git's colours (color.diff in https://git-scm.com/docs/git-config)."""
    lines = text.split("\n")
    return "\n".join((*(style(line, bold=True) for line in lines[:2]), *map(coloured_line, lines[2:])))


def coloured_line(line: str) -> str:
    """A line of a diff, other than its header, in git's colours."""
    colour = _COLOURS.get(line[:1])
    return line if colour is None else style(line, fg=colour)


def _lines(data: bytes) -> list[bytes]:
    return [line for line in re.split(rb"(?<=\n)", data) if line]  # git knows no other line ending.


def _from(folder: Path, path: str) -> str:
    """The file's name relative to a folder, or to the root if it is elsewhere. git does not follow links."""
    real = Path(os.path.realpath(path))
    return (real.relative_to(folder) if real.is_relative_to(folder) else real.relative_to(real.anchor)).as_posix()


def _name(side: str, path: str) -> bytes:
    """The name as in a diff, quoted if git would quote it."""
    name = os.fsencode(f"{side}/{path}")
    if one_line(path) != path or '"' in path or "\\" in path:
        return b'"' + _QUOTED.sub(lambda match: b"\\%03o" % match[0][0], name) + b'"'
    # Without the tab, a space in the name would end the name.
    return name + b"\t" if b" " in name else name
