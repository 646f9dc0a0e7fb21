"""Which programs of the proofs against torch are rewritten. What they print is shown there, where torch is."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parents[2] / "with_torch"))

import test_other_calls as calls
import test_places_of_calls as places
import test_reentry as hooks
import test_swapped as swaps

from outcomes import NET, fixed

pytestmark = pytest.mark.slow


def _left() -> Iterator[tuple[str, str]]:
    """Yield the programs that must be left as they are, each with its name."""
    for name, (program, swap, _) in swaps.SWAPPED.items():
        yield f"swap: {name}", swaps._program(program, swap)
    for name, (lib, main, swap, _) in swaps.IN_ANOTHER_FILE.items():
        yield f"other file: {name}", swaps._files(lib, main.replace("SWAP", swap))
    for name, program in hooks.AGAIN.items():
        yield f"hook: {name}", _hooked(program)
    for name, program in calls.OTHERWISE.items():
        yield f"call: {name}", program if program.startswith("# ---") else NET + program
    for name, program in places.LEFT.items():
        yield f"place: {name}", NET + program


def _rewritten() -> Iterator[tuple[str, str]]:
    """Yield their twins, which must be rewritten."""
    for name, (program, _, kept) in swaps.SWAPPED.items():
        yield f"swap: {name}", swaps._program(program, kept)
    for name, (lib, main, _, other) in swaps.IN_ANOTHER_FILE.items():
        if other is not None:
            yield f"other file: {name}", swaps._files(lib, main.replace("SWAP", other))
    for name, program in hooks.ONCE.items():
        yield f"hook: {name}", _hooked(program)
    for name, program in (*calls.SAME.items(), *places.REWRITTEN.items()):
        yield f"call: {name}", NET + program


def _hooked(program: str) -> str:
    text = textwrap.dedent(program)
    return ("" if "# ---" in text else NET) + text + "\nprint(net(X).shape)\n"


@pytest.mark.parametrize("program", [pytest.param(text, id=name) for name, text in _left()])
def test_a_rewrite_that_changes_what_is_printed_is_not_safe(tmp_path: Path, program: str) -> None:
    assert "FWD001 safe" not in fixed(tmp_path, program)


@pytest.mark.parametrize("program", [pytest.param(text, id=name) for name, text in _rewritten()])
def test_a_rewrite_that_changes_nothing_is_safe(tmp_path: Path, program: str) -> None:
    assert "FWD001 safe" in fixed(tmp_path, program)
