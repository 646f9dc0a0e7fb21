"""The output about skipped files. A run that checked no files does not count as a success."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import FIXED, PROGRAM, Result, forward_call

from flake8_forward_call.configuration import files
from flake8_forward_call.files import skipping

GIT = "ignored by git (--no-respect-gitignore)"
SETTINGS = "excluded (exclude in the settings)"
COMMANDS = ("check", "fix", "check --add-noqa", "check --show-files")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository with a clean file, three files ignored by git and one excluded file."""
    (tmp_path / ".git").mkdir()
    write("net.py", "made/a.py", "made/deep/b.ipynb", "old_net.py", "vendor/a.py", folder=tmp_path, program="x = 1\n")
    (tmp_path / "made/notes.txt").touch()
    (tmp_path / ".gitignore").write_text("made/\nold_*\n")
    (tmp_path / "pyproject.toml").write_text('[tool.forward-call]\nexclude = ["vendor/"]\n')
    monkeypatch.chdir(tmp_path)
    files.forget()
    yield tmp_path
    files.forget()


def write(*names: str, folder: Path = Path(), program: str = PROGRAM) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(program if name.endswith(".py") else "{}")


def forward(command: str, *paths: str) -> Result:
    name, *options = command.split()
    return forward_call(name, *options, *paths)


@pytest.mark.parametrize("command", COMMANDS)
def test_skipped_files_are_counted_by_the_reason(command: str) -> None:
    done = forward(command)
    assert (done.status, done.err) == (
        0,
        f"forward-call: 3 files skipped: {GIT}; 1 file skipped: {SETTINGS}\n",
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_quiet_says_nothing_of_them(command: str) -> None:
    assert forward(f"{command} --quiet").err == ""


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_is_said_where_nothing_is_skipped(command: str) -> None:
    assert forward(command, "net.py").err == ""
    write(".venv/a.py", "node_modules/b.py", "clean/a.py")
    Path("clean/a.py").write_text("x = 1\n")
    assert forward(command, "clean").err == ""


def test_person_at_a_terminal_is_told_after_the_summary() -> None:
    done = forward_call("check", "--exclude", "vendor/", terminal=True)
    assert done.err == (
        f"No findings (1 file checked).\nforward-call: 3 files skipped: {GIT}; 1 file skipped: excluded (--exclude)\n"
    )


def test_what_both_leave_out_is_not_said_to_come_back_without_git() -> None:
    Path(".gitignore").write_text("vendor/\nmade/\n")
    write("made/vendor/c.py", "made/vendor/d.py")
    assert forward_call("check").err == (f"forward-call: 2 files skipped: {GIT}; 3 files skipped: {SETTINGS}\n")


def test_what_another_path_leads_to_is_not_skipped() -> None:
    """Whichever path comes first."""
    for paths in ((".", "made", "vendor/a.py"), ("made", "vendor/a.py", ".")):
        assert forward_call("check", *paths, "--exit-zero").err == f"forward-call: 1 file skipped: {GIT}\n"


def test_environments_and_caches_in_an_ignored_folder_are_not_counted() -> None:
    write("made/venv/lib/a.py", "made/__pycache__/a.py", "made/node_modules/a.py")
    (Path("made/venv") / "pyvenv.cfg").touch()
    assert f"3 files skipped: {GIT}" in forward_call("check").err


def test_so_many_files_are_counted_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipping, "MAX_COUNTED", 20)
    monkeypatch.setattr(skipping, "_TURN", 10)
    write(*(f"made/{number}.py" for number in range(30)))
    said = forward_call("check").err
    assert said.startswith("forward-call: at least ")
    assert f" files skipped: {GIT}; at least 1 file skipped: {SETTINGS}\n" in said


def test_reports_for_programs_are_the_same() -> None:
    write("net.py")
    before = forward_call("check", "--output-format", "json", "net.py")
    after = forward_call("check", "--output-format", "json")
    assert [one["code"] for one in json.loads(after.out)] == [one["code"] for one in json.loads(before.out)]
    assert GIT in after.err


@pytest.mark.parametrize("command", COMMANDS)
def test_folder_whose_files_are_all_skipped_is_a_failure(command: str) -> None:
    Path(".gitignore").write_text("made/*\n")
    done = forward(command, "made")
    assert (done.status, done.out) == (2, "")
    assert done.err == f"forward-call: no files were checked: 2 files skipped: {GIT}\n"


@pytest.mark.parametrize("command", COMMANDS)
def test_folder_without_programs_is_a_failure_quiet_or_not(command: str) -> None:
    Path("docs").mkdir()
    Path("texts").mkdir()
    for each in (command, f"{command} --quiet"):
        done = forward(each, "docs", "texts")
        assert (done.status, done.out) == (2, "")
        assert done.err == (
            "forward-call: no files were checked: no Python files or notebooks found in 'docs', 'texts'\n"
        )


@pytest.mark.parametrize("command", COMMANDS)
def test_folder_without_programs_beside_one_that_has_some_is_told(command: str) -> None:
    Path("docs").mkdir()
    done = forward(command, "docs", "net.py")
    assert (done.status, done.err) == (0, "forward-call: no Python files or notebooks found in 'docs'\n")


def test_report_of_a_run_that_looked_at_nothing_is_complete_for_programs() -> None:
    Path("docs").mkdir()
    for command in ("check", "fix"):
        done = forward_call(command, "--output-format", "json", "docs")
        assert (done.status, json.loads(done.out)) == (2, [])
    assert forward_call("check", "--exit-zero", "docs").status == 2
    assert forward_call("check", "--write-baseline", "known.json", "docs").status == 2
    assert not Path("known.json").exists()
    summary = forward_call("fix", "--summary", "markdown", "docs")
    assert "no files were checked" in summary.out


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("paths", "said"),
    [
        (("vendor/a.py",), f"1 file skipped: {SETTINGS}"),
        (("made/a.py", "old_net.py", "vendor/a.py"), f"2 files skipped: {GIT}; 1 file skipped: {SETTINGS}"),
        (("vendor",), f"1 file skipped: {SETTINGS}"),
        (("made/deep", "vendor"), f"1 file skipped: {GIT}; 1 file skipped: {SETTINGS}"),
    ],
)
def test_run_that_only_force_exclude_left_without_files_passes(command: str, paths: tuple[str, ...], said: str) -> None:
    """pre-commit passes the files of a commit, and all of them may be excluded."""
    write(*(path for path in paths if path.endswith(".py")))
    done = forward(f"{command} --force-exclude", *paths)
    assert (done.status, done.out) == (0, "")
    assert done.err == f"forward-call: no files were checked, because of --force-exclude: {said}\n"
    assert forward(f"{command} --force-exclude --quiet", *paths).err == ""


def test_force_exclude_excuses_no_folder_without_programs() -> None:
    Path("docs").mkdir()
    assert forward_call("check", "--force-exclude", "docs", "vendor/a.py").status == 2


def test_standard_input_is_looked_at_whatever_it_is_called() -> None:
    done = forward_call("fix", "-", "--stdin-filename", "vendor/a.py", stdin=PROGRAM.encode())
    assert (done.status, done.out) == (0, FIXED)
    assert "no file" not in done.err


def test_calls_in_a_folder_that_git_ignores_are_fixed_where_it_is_named() -> None:
    write("made/a.py", "vendor/a.py")
    done = forward_call("fix", "made/a.py", "vendor")
    assert done.lines[-1] == "Fixed 2 calls in 2 files; no findings remain."
    assert Path("made/a.py").read_text() == Path("vendor/a.py").read_text() == FIXED


def test_files_are_listed_as_they_would_be_looked_at() -> None:
    assert forward_call("check", "--show-files").lines == ["./net.py"]
    assert forward_call("check", "--show-files", "--no-respect-gitignore").lines == [
        "./net.py",
        "./old_net.py",
        "./made/a.py",
        "./made/deep/b.ipynb",
    ]
    named = forward_call("check", "--show-files", "vendor", "made/deep", "net.py")
    assert named.lines == ["vendor/a.py", "made/deep/b.ipynb", "net.py"]
    assert (named.status, named.err) == (0, "")
    assert forward_call("check", "--show-files", "--force-exclude", "vendor", "net.py").lines == ["net.py"]


def test_list_has_a_line_for_each_file_whatever_its_name() -> None:
    write("two/a\nb.py")
    assert forward_call("check", "--show-files", "two").lines == ["two/a\\nb.py"]


def test_list_is_of_the_paths_in_the_settings_where_none_is_named() -> None:
    Path("pyproject.toml").write_text('[tool.forward-call]\npaths = ["vendor"]\n')
    files.forget()
    assert forward_call("check", "--show-files").lines == ["vendor/a.py"]


def test_path_that_is_not_there_fails_and_the_others_are_listed() -> None:
    done = forward_call("check", "--show-files", "lost", "net.py")
    assert (done.status, done.lines) == (2, ["net.py"])
    assert done.err == "forward-call: lost: no such file or directory\n"


@pytest.mark.parametrize(
    "other", ["--statistics", "--add-noqa", "--watch", "--report-unused-noqa", "--diff-base HEAD", "--output-file x"]
)
def test_list_goes_with_no_option_about_findings(other: str) -> None:
    done = forward(f"check --show-files {other}")
    assert done.status == 2
    assert done.err.startswith("forward-call: --show-files checks no file, so it cannot be used with ")
    assert forward_call("check", "--show-files", "-").status == 2


NOT_PYTHON = "not Python by name or first line"


@pytest.mark.parametrize("command", COMMANDS)
def test_named_file_that_is_not_python_is_skipped_with_its_name(command: str) -> None:
    Path("notes.txt").write_text("model.forward(x) is not a program: see (below\n")
    done = forward(command, "notes.txt", "net.py", "./notes.txt")
    assert (done.status, done.err) == (0, f"forward-call: 1 file skipped: {NOT_PYTHON} (notes.txt)\n")
    assert Path("notes.txt").read_text().startswith("model.forward(x)")


@pytest.mark.parametrize("command", COMMANDS)
def test_run_over_nothing_but_files_that_are_not_python_fails(command: str) -> None:
    names = [f"{number}.txt" for number in range(5)]
    write(*names)
    for options in ("", " --quiet", " --force-exclude"):
        done = forward(command + options, *names, "vendor/a.py" if "force" in options else names[0])
        assert (done.status, done.out) == (2, "")
        assert f"5 files skipped: {NOT_PYTHON} (0.txt, 1.txt, 2.txt, ...)" in done.err


def test_program_without_a_suffix_is_fixed_where_it_is_named() -> None:
    Path("train").write_text(f"#!/usr/bin/env python3\n{PROGRAM}")
    assert forward_call("check").status == 0
    assert forward_call("fix", "train").status == 0
    assert Path("train").read_text() == f"#!/usr/bin/env python3\n{FIXED}"


def test_text_from_standard_input_is_python_whatever_its_name() -> None:
    assert forward_call("check", "-", "--stdin-filename", "notes.txt", stdin=PROGRAM.encode()).status == 1
