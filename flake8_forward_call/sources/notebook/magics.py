"""IPython syntax in the text of a cell, replaced by Python with the same number of rows.

What remains of a row keeps its columns. IPython's own grammar is in its
``core/inputtransformer2.py``: it looks at the first token of a logical line, at what follows an ``=``, and at a ``?``
at the end.
"""

from __future__ import annotations

import re

from flake8_forward_call.sources.source import Source, SourceError

# Cell magics whose cell is Python that runs unchanged, usually in the notebook's own process. ruff checks the cells of
# the first nine as well.
_TRANSPARENT = re.compile(
    r"capture|debug|ipytest|prun|pypy|python|python3|time|timeit|memit|pyinstrument|scalene|snakeviz|wandb"
)
# Magics that run the statement after them, and the letters of their options that take a value.
_RUNNING = {"time": "", "timeit": "nrp", "prun": "DlsT", "memit": "irt", "lprun": "fmDTuz"}

# Magics that IPython allows to be called by their bare name, if the line is not Python.
_BARE = (
    r"(?:cat|cd|conda|config|cp|env|history|ldir|less|ll|load|load_ext|ls|lsmagic|lx|mamba|man|matplotlib|micromamba"
    r"|mkdir|more|mv|pip|popd|prun|pushd|pwd|pylab|reload_ext|rm|rmdir|run|set_env|sx|system|time|timeit|uv|who|whos"
    r"|xmode)"
)

_END = r"(?:\r\n|\r|\n|\Z)"
# A row, and the rows that are joined to it by backslashes.
_JOINED = re.compile(rf"(?:[^\r\n]*\\(?:\r\n|\r|\n))*[^\r\n]*{_END}")
_PIECE = re.compile(
    rf"""
    \#[^\r\n]*
    | \"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\Z) | '''(?:[^\\]|\\.)*?(?:'''|\Z)
    | "(?:[^"\\\r\n]|\\(?:\r\n|.))*" | '(?:[^'\\\r\n]|\\(?:\r\n|.))*'
    | \\(?:\r\n|.)
    | (?P<opened>[(\[{{]) | (?P<closed>[)\]}}])
    | (?P<end>{_END})
    | [^"'\#\\()\[\]{{}}\r\n]+
    | .
    """,
    re.DOTALL | re.VERBOSE,
)

_NO_CODE = re.compile(r"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*")
_CELL_MAGIC = re.compile(r"[ \t]*%%(?P<name>[\w.]+)(?![\w.?])")
_ESCAPED = re.compile(r"[%!?,;/]")
_ASSIGNED = re.compile(
    r"""(?:[^\n=#%!?'"]|'[^'\n]*'|"[^"\n]*")+(?<![<>+*/|&^:@-])=(?!=)[ \t]*(?=[%!])""",
)
_HELP = re.compile(r"[^#'\"\r\n]*[\w*\]]\?{1,2}[ \t]*(?:#.*)?")
_BARE_MAGIC = re.compile(rf"[ \t]*{_BARE}[ \t]+[^ \t=]")
_RUN = re.compile(r"%{1,2}(?P<name>\w+)(?=[ \t])")

_ROW = re.compile(r"[^\r\n]*(\r\n|\r|\n)?")


def python_of(cell: str) -> str | None:
    """The text of a cell as Python, as far as it is Python; None if none of it is.

    To be used only for a cell that does not parse. Invalid Python remains invalid.
    """
    start = _match(_NO_CODE, cell).end()
    magic = _CELL_MAGIC.match(cell, start)
    if magic is not None and not _TRANSPARENT.fullmatch(magic["name"]):
        return None
    pieces, at = [], 0
    while at < len(cell):
        taken = _match(_JOINED, cell, at)[0]
        instead = _instead(taken)
        if instead is None:
            statement = cell[at : _end_of_statement(cell, at)]
            if _BARE_MAGIC.match(taken) and not parses(statement.strip()):
                instead = _passed_over(taken)
            else:
                instead = taken = statement
        pieces.append(instead)
        at += len(taken)
    return "".join(pieces)


def parses(text: str) -> bool:
    """Whether a text is Python."""
    try:
        return Source("", text).tree is not None
    except SourceError:
        return False


def _match(pattern: re.Pattern[str], text: str, at: int = 0) -> re.Match[str]:
    found = pattern.match(text, at)
    assert found is not None, "the pattern takes any text"
    return found


def _end_of_statement(text: str, at: int) -> int:
    """The index after the logical line that starts at an index: brackets and strings may span many rows."""
    depth = 0
    for piece in _PIECE.finditer(text, at):
        if piece["opened"]:
            depth += 1
        elif piece["closed"]:
            depth -= 1
        elif piece["end"] is not None and depth <= 0:
            return piece.end()
    return len(text)


def _instead(rows: str) -> str | None:
    """The replacement of a row, with those joined to it, that IPython translates; None if it is Python."""
    first = _match(_ROW, rows)
    line = first[0][: len(first[0]) - len(first[1] or "")]
    is_whole = first.end() == len(rows)
    replaced = _replaced(line, is_whole)
    return None if replaced is None else replaced + _ends(rows)


def _passed_over(rows: str) -> str:
    return f"{rows[: len(rows) - len(rows.lstrip())]}pass{_ends(rows)}"


def _ends(rows: str) -> str:
    """Only the line endings."""
    return "".join(row[1] or "" for row in _ROW.finditer(rows))


def _replaced(line: str, is_whole: bool) -> str | None:
    code = line.lstrip(" \t\f")
    indent = line[: len(line) - len(code)]
    assigned = _ASSIGNED.match(code)
    if assigned is not None:
        target, magic = assigned[0], code[assigned.end() :]
        kept = _kept(magic) if is_whole and magic.startswith("%time ") else None
        if kept is not None:
            return indent + target + " " * (len(magic) - len(kept)) + kept
        return f"{indent}{target}get_ipython()"
    if _ESCAPED.match(code):
        kept = _kept(code) if is_whole else None
        return f"{indent}pass" if kept is None else indent + "pass;".ljust(len(code) - len(kept)) + kept
    return f"{indent}pass" if _HELP.fullmatch(code) else None


def _kept(magic: str) -> str | None:
    """The statement that a magic runs, which is the end of its line; None if there is none that parses."""
    run = _RUN.match(magic)
    if run is None or run["name"] not in _RUNNING:
        return None
    valued = _RUNNING[run["name"]]
    option = rf"-[{valued}][ \t]*[^ \t]+[ \t]+|" if valued else ""
    options = re.compile(rf"[ \t]*(?:(?:{option}--?[A-Za-z][^ \t]*[ \t]+))*")
    kept = magic[_match(options, magic, run.end()).end() :]
    return kept if kept and parses(f"pass; {kept}") else None
