"""Runs where jedi is installed: which receivers of the calls on standard input are modules according to jedi?

The input is JSON: the folder, the search path, and per file the locations of the names ``forward``. The output is JSON
too: the locations whose receiver is always an instance of ``torch.nn.Module`` according to jedi. ``jedi.Script.infer``
only works for names, so this does what its completion does, which needs jedi's internals and the pinned version.
"""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path
from typing import Any

import jedi
from jedi.inference.helpers import infer_call_of_leaf

# Seconds for one call. jedi has no limit, and a few receivers make it read all of a large package.
PATIENCE = 20


def main() -> None:
    signal.signal(signal.SIGALRM, _give_up)
    task = json.load(sys.stdin)
    project = jedi.Project(task["folder"], added_sys_path=task["search"])
    found = []
    for file, places in task["files"].items():
        script = jedi.Script(path=Path(task["folder"], file), project=project)
        found += [[file, row, column] for row, column in places if _is_module(script, row, column)]
    json.dump(found, sys.stdout)


def _is_module(script: Any, row: int, column: int) -> bool:
    leaf = script._module_node.get_leaf_for_position((row, column - 1), include_prefixes=True)
    signal.alarm(PATIENCE)
    try:
        context = script._get_module_context().create_context(leaf)
        values = [value for value in infer_call_of_leaf(context, leaf, cut_own_trailer=True) if not _is_none(value)]
        return bool(values) and all(_derives(value) for value in values)
    except Exception as error:  # A call that it cannot answer is not found.
        print(f"{script.path}:{row}:{column}: {error!r}", file=sys.stderr)
        return False
    finally:
        signal.alarm(0)


def _give_up(*_: object) -> None:
    raise TimeoutError(f"no answer in {PATIENCE} seconds")


def _is_none(value: Any) -> bool:
    return bool(value.is_compiled() and value.py__name__() == "NoneType")


def _derives(value: Any) -> bool:
    if not value.is_instance():
        return False
    return any(
        base.py__name__() == "Module" and base.get_root_context().py__name__() == "torch.nn.modules.module"
        for base in value.py__class__().py__mro__()
    )


if __name__ == "__main__":
    main()
