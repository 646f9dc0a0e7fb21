"""Running a program as Python does, while it is observed."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
import types
from collections.abc import Sequence
from pathlib import Path

from flake8_forward_call.files.reading import read_bytes
from flake8_forward_call.observing import storing, summary
from flake8_forward_call.observing.listening import ListeningError
from flake8_forward_call.observing.observation import Observation
from flake8_forward_call.observing.record import Record

RECORD = "forward-call-observed.json"

_DESCRIPTION = """\
Run a program and record which calls of a PyTorch module's forward() bypass its hooks, for
'forward-call check --observed FILE'. The program gets all arguments after its name.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program that the arguments name. Returns the exit status: that of the program, or 2 if it cannot run."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not (options.module or options.rest):
        parser.error("name a script, or a module with -m")
    try:
        script = None if options.module else read_bytes(options.rest[0])
    except OSError as error:
        parser.error(f"{options.rest[0]}: {error.strerror or error}")
    path = os.path.abspath(options.record)  # noqa: PTH100 (The program may change the current folder.)
    if (hindrance := storing.hindrance(path, appends=options.append)) is not None:
        parser.error(f"--record: {path} cannot be written: {hindrance}")
    try:
        observation = Observation(str(Path.cwd()), path)
    except ListeningError as error:
        parser.error(str(error))
    status: int | str | None = 0
    try:
        if script is None:
            _run_module(options.module)
        else:
            _run_script(script, options.rest)
    except SystemExit as end:
        status = end.code if end.code is None or isinstance(end.code, int) else _said(end.code)
    except Exception as error:
        shown = error.with_traceback(_without_ours(error))
        sys.excepthook(type(shown), shown, shown.__traceback__)
        status = 1
    finally:
        record = observation.stop()
        if not observation.is_part:  # As in a process that the program has forked.
            fault = storing.finish(path, record, appends=options.append)
            _sum_up(record, path, fault)
    own = 0 if observation.is_part else int(fault is not None or summary.fails(record, options.fail))
    return int(status or 0) or own


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flake8_forward_call.observe",
        usage="%(prog)s [OPTION]... [-m MODULE | SCRIPT] [ARG]...",
        description=_DESCRIPTION,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--record", metavar="FILE", default=RECORD, help="where to write the record (default: %(default)s)"
    )
    parser.add_argument(
        "--append", action="store_true", help="add to the record of earlier runs instead of replacing it"
    )
    parser.add_argument(
        "--fail",
        choices=summary.FAILS,
        default=summary.NEVER,
        help="exit with 1 if a direct call skipped hooks, or at any direct call (default: never)",
    )
    parser.add_argument(
        "-m", dest="module", metavar="MODULE", nargs=argparse.REMAINDER, help="run a module, as python -m"
    )
    parser.add_argument("rest", metavar="SCRIPT", nargs=argparse.REMAINDER, help="the script to run, and its arguments")
    return parser


def _run_module(arguments: Sequence[str]) -> None:
    """Run a module as ``__main__``, with its arguments. Raises what it raises."""
    sys.argv = list(arguments)
    _come_first(os.getcwd())  # noqa: PTH109
    runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)


def _run_script(text: bytes, arguments: Sequence[str]) -> None:
    """Run the text of a script as ``__main__``, with its name and arguments. Raises what it raises."""
    name = arguments[0]
    sys.argv = list(arguments)
    _come_first(os.path.dirname(os.path.realpath(name)))  # noqa: PTH120
    code = compile(text, name, "exec", dont_inherit=True)
    # A module that stays, unlike that of runpy: what the program pickles or does at its end needs it.
    main_module = types.ModuleType("__main__")
    vars(main_module).update(__file__=name, __builtins__=__builtins__, __cached__=None)
    sys.modules["__main__"] = main_module
    exec(code, vars(main_module))  # This is what the user asked for.


def _come_first(folder: str) -> None:
    """Put the folder of the program first on the path, in place of that of this one, unless Python is told not to."""
    if not (getattr(sys.flags, "safe_path", False) or sys.flags.isolated):
        sys.path[0] = folder


def _without_ours(error: BaseException) -> types.TracebackType | None:
    """The traceback of an error without the frames of this module."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code.co_filename == __file__:
        traceback = traceback.tb_next
    return traceback or error.__traceback__


def _said(reason: object) -> int:
    """The exit status of a program that ends with a text, which Python prints."""
    print(reason, file=sys.stderr)
    return 1


def _sum_up(record: Record, path: str, fault: str | None) -> None:
    print(f"forward-call: {summary.headline(record)}", file=sys.stderr)
    for line in summary.lines(record):
        print(f"forward-call: {line}", file=sys.stderr)
    print(f"forward-call: {fault or f'the record is in {path}'}", file=sys.stderr)
