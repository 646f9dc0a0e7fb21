"""Output that only a terminal gets: the summary, the bar, colours and links. None of it goes to a pipe."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import click
import pytest
from command_line import MESSAGE, PLACE, PROGRAM, forward_call, python
from screens import screen, seen

from flake8_forward_call.rules import fwd001

pytestmark = pytest.mark.slow

OVERRIDE = "\n    def __call__(self, x):\n        return x\n"
PROBABLE = """

def run(x, path=None):
    model = load(path) if path else nn.Linear(4, 2)
    return model.forward(x)
"""
LINE = f"./net.py:{PLACE}: {MESSAGE}\n"
SUMMARY = "Found 1 finding in 1 file (2 checked); 1 can be fixed with 'forward-call fix'.\n"

with_terminals = pytest.mark.skipif(sys.platform == "win32", reason="has no such terminals")


@pytest.fixture(autouse=True)
def _two_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(PROGRAM)
    Path("other.py").write_text("pass\n")


@with_terminals
@pytest.mark.parametrize("settings", [{"NO_COLOR": "1"}, {"NO_COLOR": "1", "FORCE_COLOR": "1"}])
def test_summary_and_links_before_a_terminal_without_colours(settings: dict[str, str]) -> None:
    code = f"\x1b]8;;{fwd001.RULE.url}\x1b\\FWD001\x1b]8;;\x1b\\"
    assert seen("check", **settings) == (1, LINE.replace("FWD001", code) + SUMMARY)


@with_terminals
def test_colours_before_a_terminal() -> None:
    status, shown = seen("check")
    assert status == 1
    assert "\x1b[1m./net.py\x1b[0m" in shown
    assert shown.endswith(SUMMARY)


@with_terminals
def test_dumb_terminal_is_shown_text_alone() -> None:
    assert seen("check", TERM="dumb") == (1, LINE)
    status, shown = seen("check", TERM="dumb", FORCE_COLOR="1")
    assert (status, "\x1b[31m" in shown, "\x1b]8" in shown) == (1, True, False)


@with_terminals
def test_report_in_a_file_has_neither_colours_nor_links() -> None:
    status, shown = seen("check", "--output-file", "report.txt")
    assert (status, shown) == (1, "forward-call: 1 finding in 1 file; the report is in report.txt\n")
    assert Path("report.txt").read_text() == LINE


@with_terminals
@pytest.mark.parametrize("output_format", ["json", "github"])
def test_formats_for_programs_are_not_summed_up(output_format: str) -> None:
    assert "Found" not in seen("check", "--output-format", output_format)[1]


@with_terminals
def test_quiet_prints_findings_alone() -> None:
    assert seen("check", "--quiet", TERM="xterm", NO_COLOR="1")[1].count("\n") == 1


@with_terminals
def test_nothing_found_is_told() -> None:
    assert seen("check", "other.py") == (0, "No findings (1 file checked).\n")


RED, GREEN, CYAN, BOLD, OFF = "\x1b[31m", "\x1b[32m", "\x1b[36m", "\x1b[1m", "\x1b[0m"


@with_terminals
@pytest.mark.parametrize("options", [(), ("--summary", "markdown")])
def test_diff_on_a_terminal_has_the_colours_of_git(options: tuple[str, ...]) -> None:
    Path("net.py").write_text(PROGRAM + "\n-- a/b\n")
    status, shown = seen("fix", "--diff", *options)
    assert status == 1
    assert f"{BOLD}--- a/net.py{OFF}\n{BOLD}+++ b/net.py{OFF}\n{CYAN}@@ -8,6 +8,6 @@{OFF}\n" in shown
    assert f"\n{RED}-        return self.stem.forward(x){OFF}\n{GREEN}+        return self.stem(x){OFF}\n \n" in shown


@with_terminals
@pytest.mark.parametrize(
    ("settings", "is_coloured"),
    [
        ({"NO_COLOR": "1"}, False),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
    ],
)
def test_diff_has_colours_only_where_they_are_wanted(settings: dict[str, str], is_coloured: bool) -> None:
    _, shown = seen("fix", "--diff", **settings)
    assert (RED in shown, "\x1b[" in shown) == (is_coloured, is_coloured)
    assert "-        return self.stem.forward(x)\n" in click.unstyle(shown)


def test_diff_in_a_pipe_is_plain_though_the_environment_asks_for_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = forward_call("fix", "--diff").out_bytes
    assert b"\x1b" not in plain
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert forward_call("fix", "--diff").out_bytes == plain


def test_pipe_gets_what_flake8_prints_and_nothing_else() -> None:
    done = forward_call("check")
    assert (done.status, done.out, done.err) == (1, LINE, "")


def test_verbose_tells_of_settings_packages_files_and_time() -> None:
    Path("pyproject.toml").write_text("[tool.forward-call]\nextend-select = ['FWD002']\n")
    done = forward_call("check", "--verbose", "--no-site-packages", "--no-cache")
    assert (done.status, done.out) == (1, LINE)
    lines = done.err.splitlines(keepends=True)
    assert lines[:3] == [
        "forward-call: settings: pyproject.toml\n",
        "forward-call: installed packages: none\n",
        SUMMARY,
    ]
    assert lines[3].startswith("forward-call: 2 files checked in ")
    assert len(lines) == 4


def test_verbose_fix_tells_the_same() -> None:
    done = forward_call("fix", "-v")
    assert (done.status, len(done.lines)) == (0, 3)
    assert done.err.splitlines()[0] == "forward-call: settings: none"
    assert done.err.splitlines()[-1].startswith("forward-call: 2 files checked in ")


def test_summary_tells_safe_fixes_from_others() -> None:
    Path("net.py").write_text(f"from plugins import load\n{PROGRAM}{PROBABLE}")
    for codes, told in (("FWD001", "1 can be fixed with 'forward-call fix'; 1 more with '--unsafe-fixes', which"),):
        assert told in forward_call("check", "--select", codes, "--verbose").err
    Path("net.py").write_text(PROGRAM + OVERRIDE)
    err = forward_call("check", "--select", "FWD005", "--verbose").err
    assert "Found 1 finding in 1 file (2 checked).\n" in err


def test_summary_does_not_hide_that_something_was_not_looked_at() -> None:
    done = forward_call("check", "other.py", "gone.py", "--verbose")
    assert done.status == 2
    assert "No findings (1 file checked; some files could not be checked).\n" in done.err


def test_quiet_fix_prints_what_remains_alone() -> None:
    Path("net.py").write_text(PROGRAM + OVERRIDE)
    done = forward_call("fix", "--quiet")
    assert (done.status, len(done.lines), done.err) == (1, 1, "")
    assert done.lines[0].startswith("./net.py:13:9: FWD005 ")
    assert forward_call("fix", "--quiet", "other.py").out == ""


def test_quiet_still_tells_what_could_not_be_done() -> None:
    Path("empty").mkdir()
    done = forward_call("check", "--quiet", "gone.py", "empty")
    assert (done.status, done.out, done.err) == (2, "", "forward-call: gone.py: no such file or directory\n")


def test_quiet_and_verbose_are_a_contradiction() -> None:
    done = forward_call("check", "-q", "-v")
    assert (done.status, done.out) == (2, "")
    assert "--quiet and --verbose cannot be used together" in done.err


def test_rich_is_imported_for_nobody_at_the_other_end_of_a_pipe() -> None:
    done = python(
        "import sys; from flake8_forward_call.cli import main; assert main(['check', '--output-format', 'full']) == 1; "
        "assert main(['fix']) == 0; print([name for name in sys.modules if name.partition('.')[0] == 'rich'])"
    )
    assert done.lines[-1] == "[]", done.err


# The bar appears at once, and the check of the first file lasts until then.
WAITING = """
import sys, time
from flake8_forward_call import checking, cli
from flake8_forward_call.commands import check
from flake8_forward_call.fixing import proposing
from flake8_forward_call.terminal import progress

progress._PATIENCE = 0
made = []
class Seen(progress.Progress):
    def __init__(self, **options):
        super().__init__(**options)
        made.append(self)

def wait(*args, **options):
    while made[0]._bar is None or {for_ever}:
        time.sleep(0.01)
    return checking.check_bytes(*args, **options)

check.Progress = Seen
check.check_bytes = proposing.check_bytes = wait
from flake8_forward_call.noqa import adopting
from flake8_forward_call.commands import fix, noqa
fix.Progress = noqa.Progress = Seen
adopting.check_bytes = wait
sys.exit(cli.main(sys.argv[1:]))
"""


@with_terminals
def test_bar_shows_while_work_lasts_and_leaves_no_trace() -> None:
    with screen("-c", WAITING.format(for_ever=False), "check", NO_COLOR="1") as shown:
        assert shown.finish() == 1
    before, _, after = shown.shown.rpartition("\x1b[?25h")  # This shows the cursor again.
    assert "\x1b[?25l" in before
    assert "Checking files" in before
    assert "1/2" in before  # Nothing has to be found out about the other file.
    assert "\x1b[32m" not in before
    assert "\x1b[2K" in after
    assert after.endswith(SUMMARY)
    assert "Looking" not in after


@with_terminals
def test_lines_of_fix_have_the_screen_to_themselves() -> None:
    with screen("-c", WAITING.format(for_ever=False), "fix", NO_COLOR="1") as shown:
        assert shown.finish() == 0
    start = shown.shown.index("./net.py:11:26: self.stem.forward(...) -> self.stem(...)")
    assert shown.shown[:start].endswith("\x1b[2K")
    assert shown.shown.endswith("Fixed 1 call in 1 file; no findings remain.\n")


@with_terminals
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("command", ["check", "fix", "check --add-noqa"])
def test_whoever_ends_the_work_gets_a_clean_terminal(name: str, command: str) -> None:
    with screen("-c", WAITING.format(for_ever=True), *command.split()) as shown:
        shown.read_until("Checking files")
        shown.process.send_signal(getattr(signal, name))
        assert shown.finish() == 2
    _, _, after = shown.shown.rpartition("\x1b[?25h")
    assert "forward-call: Interrupted: " in after
    assert "Looking" not in after


@with_terminals
def test_quiet_has_no_bar() -> None:
    waiting = WAITING.format(for_ever=False).replace("made[0]._bar is None", "made[0]._timer.is_alive()")
    with screen("-c", waiting, "check", "--quiet") as shown:
        assert shown.finish() == 1
    assert "Looking" not in shown.shown
