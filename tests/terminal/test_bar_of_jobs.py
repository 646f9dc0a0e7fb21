"""The progress bar while several processes work: it counts what they have done, and is gone at the end."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from command_line import PROGRAM
from screens import screen

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")]

# The bar appears at once, and each process takes its time.
SLOW = """
import sys, time, warnings
warnings.simplefilter("error")
from flake8_forward_call import analysis, cli
from flake8_forward_call.terminal import progress
progress._PATIENCE = 0
found = analysis._found
def slow(source, **options):
    time.sleep(0.2)
    return found(source, **options)
analysis._found = slow
sys.exit(cli.main(sys.argv[1:]))
"""


@pytest.mark.parametrize("command", ["check", "fix"])
def test_bar_counts_the_files_of_all_processes(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for number in range(8):
        Path(f"net{number}.py").write_text(PROGRAM)
    with screen("-c", SLOW, command, "-j", "2", NO_COLOR="1") as shown:
        assert shown.finish() == (1 if command == "check" else 0)
    before, _, after = shown.shown.rpartition("\x1b[?25h")  # This shows the cursor again.
    assert "Checking files" in before
    assert "8/8" in before
    assert "Warning" not in shown.shown
    assert after.count("net0.py") == 1 or command == "fix"
