"""Where settings can be: files of the tool's own, files that extend others, the user's file, ``--config``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import MESSAGE, PLACE, PROGRAM, Result, flake8, forward_call

from flake8_forward_call import __version__
from flake8_forward_call.configuration import files

FOUND = [f"./net.py:{PLACE}: {MESSAGE}"]


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A repository with one finding."""
    top = tmp_path / "repository"
    (top / ".git").mkdir(parents=True)
    (top / "net.py").write_text(PROGRAM)
    monkeypatch.chdir(top)
    files.forget()
    yield top
    files.forget()


def write(name: str, text: str) -> None:
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text)
    files.forget()


def shown(*args: str) -> dict[str, str]:
    """The lines of `config` by setting, without the name."""
    done = forward_call("config", *args)
    assert (done.status, done.err) == (0, "")
    lines = done.out.partition("\n\n")[0].splitlines()[1:]
    return {words[0]: words[-1] for line in lines if (words := line.removeprefix("# ").split(" ", 1))}


def refused(done: Result) -> str:
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1)
    return done.err


# Files of the tool's own


@pytest.mark.slow
@pytest.mark.parametrize("name", ["forward-call.toml", ".forward-call.toml"])
def test_a_file_of_its_own_has_the_keys_at_the_top_level(name: str, project: Path) -> None:
    write("pyproject.toml", "[tool.forward-call]\nselect = ['FWD005']\n")
    write(name, "# FWD\nignore = ['FWD001']\n\n[per-file-ignores]\n'a.py' = ['FWD']\n")
    assert forward_call("check").lines == []
    assert flake8("net.py", cwd=project).status == 1, "flake8 has its own ignore"
    assert shown()["ignore"].endswith(f"# {name}:2")
    assert shown()["per-file-ignores"].endswith(f"# {name}:4")
    assert shown()["select"].endswith("# default")


def test_the_hidden_file_goes_before_the_other() -> None:
    write(".forward-call.toml", "ignore = ['FWD001']\n")
    write("forward-call.toml", "ignore = ['FWD005']\n")
    assert forward_call("check").lines == []


def test_such_a_file_in_a_folder_below_counts_there() -> None:
    write("below/net.py", PROGRAM)
    write("below/forward-call.toml", "ignore = ['FWD001']\n")
    assert forward_call("check").lines == FOUND
    write("below/forward-call.toml", "exclude = ['net.py']\n")
    assert forward_call("check").lines == FOUND


@pytest.mark.slow
def test_plugin_reads_it_too(project: Path) -> None:
    write("forward-call.toml", "non-module-classes = ['torch.nn.Linear']\n")
    assert flake8("net.py", cwd=project).lines == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "[tool.forward-call]\nignore = []\n",
            ":1: unknown key 'tool' in the file; the keys of [tool.forward-call] are",
        ),
        ("\nselct = []\n", ":2: unknown key 'selct' in the file; did you mean 'select'?"),
        ("ignore = ['FWD9999']\n", ":1: ignore has an unknown rule code"),
        ("ignore =", ":1:"),
    ],
)
def test_what_is_wrong_in_it_is_told_with_its_place(text: str, told: str) -> None:
    write("forward-call.toml", text)
    assert f"forward-call.toml{told}" in refused(forward_call("check"))


# The user's file


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for the user's own settings."""
    for name in ("XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "home"))
    return tmp_path / "home/forward-call"


def test_the_users_own_file_counts_where_there_is_no_other(home: Path) -> None:
    write(str(home / "forward-call.toml"), "ignore = ['FWD001']\nexclude = ['/vendor']\n")
    write("vendor/net.py", PROGRAM.replace("FWD001", ""))
    assert forward_call("check").lines == []
    assert forward_call("check", "--ignore", "FWD005").lines == FOUND, "the patterns are relative to the current folder"
    assert len(forward_call("check", "--isolated").lines) == 2
    write("pyproject.toml", "[tool.forward-call]\n")
    assert len(forward_call("check").lines) == 2


# extend


def test_a_file_extends_another() -> None:
    write("shared/forward-call.toml", "ignore = ['FWD001']\nexclude = ['old.py']\nunsafe-fixes = true\n")
    write("shared/old.py", PROGRAM)
    write("shared/old.txt", "")
    write("pyproject.toml", "[tool.forward-call]\nextend = 'shared/forward-call.toml'\nunsafe-fixes = false\n")
    found = shown()
    assert found["ignore"].endswith("# shared/forward-call.toml:1")
    assert found["unsafe-fixes"].endswith("= false  # pyproject.toml:3")
    assert forward_call("check").lines == []
    # Patterns are relative to the file that has them.
    assert forward_call("check", "--ignore", "FWD005").lines == FOUND


def test_lists_that_extend_add_up_and_others_do_not() -> None:
    write("a.toml", "extend-select = ['FWD002']\nextend-exclude = ['a/']\nexclude = ['x/']\nignore = ['FWD005']\n")
    write("b.toml", "extend = 'a.toml'\nextend-select = ['FWD003']\nextend-exclude = ['b/']\nexclude = ['y/']\n")
    found = shown("--config", "b.toml", "--extend-select", "FWD004", "--extend-exclude", "c/")
    assert found["extend-select"].endswith('= ["FWD002", "FWD003", "FWD004"]  # a.toml:1, b.toml:2, command line')
    assert found["extend-exclude"].endswith('= ["a/", "b/", "c/"]  # a.toml:2, b.toml:3, command line')
    assert found["exclude"].endswith('= ["y/"]  # b.toml:4')
    assert found["ignore"].endswith('= ["FWD005"]  # a.toml:4')


def test_rules_that_are_selected_drop_what_is_said_of_rules_below() -> None:
    write("a.toml", "extend-select = ['FWD002']\nignore = ['FWD001']\n")
    write("b.toml", "extend = 'a.toml'\nselect = ['FWD001']\n")
    found = shown("--config", "b.toml")
    assert found["extend-select"].endswith("= []  # default")
    assert found["ignore"].endswith("= []  # default")


def test_per_file_ignores_add_up_each_with_its_folder() -> None:
    write("below/shared.toml", "extend-per-file-ignores = { '/net.py' = ['FWD005'] }\n")
    write("pyproject.toml", "[tool.forward-call]\nextend = 'below/shared.toml'\nper-file-ignores = { b = ['FWD'] }\n")
    assert forward_call("check").lines == FOUND
    assert forward_call("check", "--extend-per-file-ignores", "/net.py:FWD001").lines == []
    write("below/net.py", PROGRAM.replace("self.stem.forward(x)", "x\n\n    def __call__(self, x):\n        pass"))
    assert forward_call("check").lines == FOUND


@pytest.mark.parametrize(
    ("extended", "told"),
    [
        ("extend = 'pyproject.toml'\n", "shared.toml:1: extend leads back to pyproject.toml"),
        ("ignore = 3\n", "shared.toml:1: ignore must be a list of strings, not 3"),
        ("selct = 3\n", "shared.toml:1: unknown key 'selct' in the file"),
        (None, "pyproject.toml:2: extend: shared.toml: cannot be read: No such file or directory"),
    ],
)
def test_what_is_wrong_with_an_extended_file_is_told(extended: str | None, told: str) -> None:
    write("pyproject.toml", "[tool.forward-call]\nextend = 'shared.toml'\n")
    if extended is not None:
        write("shared.toml", extended)
    assert told in refused(forward_call("check"))


def test_a_long_chain_of_files_ends() -> None:
    for number in range(100):
        write(f"{number}.toml", f"extend = '{number + 1}.toml'\n")
    assert "extend has too many steps to" in refused(forward_call("check", "--config", "0.toml"))


def test_a_repository_cannot_place_the_cache_by_what_it_extends(tmp_path: Path) -> None:
    write(str(tmp_path / "outside.toml"), "cache-dir = 'here'\n")
    write("pyproject.toml", "[tool.forward-call]\nextend = '../outside.toml'\n")
    assert "points outside the repository" in refused(forward_call("check"))
    assert forward_call("check", "--config", "pyproject.toml").status == 1, "this file is trusted"


# --config "KEY = VALUE"


def test_a_setting_on_the_command_line_goes_before_files_and_after_options() -> None:
    write("pyproject.toml", "[tool.forward-call]\nignore = ['FWD005']\nexclude = ['a/']\n")
    found = shown("--config", "ignore = ['FWD001']", "--config", "pyproject.toml", "--config", "exclude=['b/']")
    assert found["ignore"].endswith('= ["FWD001"]  # command line')
    assert found["exclude"].endswith('= ["b/"]  # command line')
    assert forward_call("check", "--config", 'ignore = ["FWD001"]').lines == []
    assert forward_call("check", "--config", 'ignore = ["FWD001"]', "--ignore", "FWD005").lines == FOUND
    assert forward_call("check", "--ignore", "FWD005", "--config", 'ignore = ["FWD001"]').lines == FOUND
    assert forward_call("check", "--isolated", "--config", "select = ['FWD005']").lines == []


def test_several_settings_can_be_in_one() -> None:
    assert shown("--config", "ignore = []\nunsafe-fixes = true")["unsafe-fixes"].endswith("= true  # command line")


def test_a_switch_can_be_set_back(project: Path) -> None:
    write("pyproject.toml", "[tool.forward-call]\nrespect-gitignore = false\nsite-packages = false\n")
    write(".gitignore", "net.py\n")
    assert forward_call("check").lines == FOUND
    done = forward_call("check", "--config", "respect-gitignore = true", "--config", "site-packages = true")
    assert (done.status, done.lines) == (2, [])


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("a = ",), "'a = ' is neither a file nor a setting: invalid TOML"),
        (("selct = []",), "unknown setting 'selct'; did you mean 'select'?"),
        (("ignore = 3",), "ignore must be a list of strings, not 3"),
        (("extend = 'a.toml'",), "extend is only for files; --config FILE uses another one"),
        (("python = 'nowhere'",), "nowhere"),
        (("a.toml", "--config", "b.toml"), "--config names two files, a.toml and b.toml"),
        (("ignore = []", "--isolated", "--config", "a.toml"), "--isolated ignores all files with settings"),
        (("a.toml", "--isolated"), "--isolated ignores all files with settings, so --config cannot name one"),
    ],
)
def test_what_cannot_be_given_is_told(given: tuple[str, ...], told: str) -> None:
    assert told in refused(forward_call("check", "--config", *given))


# required-version


@pytest.mark.parametrize("required", [__version__, f"=={__version__}", ">=0.0.1", ">=0.0.1,<99"])
def test_a_version_that_is_required_and_runs_is_no_trouble(required: str) -> None:
    write("pyproject.toml", f"[tool.forward-call]\nrequired-version = '{required}'\n")
    assert forward_call("check").lines == FOUND


@pytest.mark.slow
def test_another_version_stops_before_its_keys_are_judged(project: Path) -> None:
    write("pyproject.toml", "[tool.forward-call]\nnew-key = 1\nrequired-version = '>=99'\n")
    told = f"pyproject.toml:3: required-version is '>=99', but the running version is {__version__}"
    assert refused(forward_call("check")) == f"forward-call: {told}\n"
    assert told in flake8("net.py", cwd=project).out
    assert "--config" in refused(forward_call("check", "--config", "required-version = '>=99'"))


@pytest.mark.parametrize("wrong", ["'new'", "3", "'>='"])
def test_what_is_no_specifier_is_told(wrong: str) -> None:
    write("pyproject.toml", f"[tool.forward-call]\nrequired-version = {wrong}\n")
    assert "required-version must be a" in refused(forward_call("check"))
