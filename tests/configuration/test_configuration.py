"""Settings: their sources, their precedence, and the messages for invalid ones."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from command_line import MESSAGE, PLACE, PROGRAM, flake8, forward_call, run

from flake8_forward_call.configuration import files
from flake8_forward_call.configuration.options import BY_NAME, OPTIONS, Option
from flake8_forward_call.configuration.schema import schema
from flake8_forward_call.configuration.settings import Settings
from flake8_forward_call.inference.project.texts import MIN_FILES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    (tmp_path / "net.py").write_text(PROGRAM)
    monkeypatch.chdir(tmp_path)
    files.forget()
    yield tmp_path
    files.forget()


def configure(text: str, folder: str = ".") -> None:
    Path(folder).mkdir(exist_ok=True)
    Path(folder, "pyproject.toml").write_text(f"[tool.forward-call]\n{text}\n")
    files.forget()


def settings_shown(*args: str) -> dict[str, str]:
    """The lines that `config` prints for each setting, by name."""
    table, _, _ = forward_call(*args).out.partition("\n\n")
    return {line.removeprefix("# ").split(" ")[0]: line for line in table.splitlines()[1:]}


FOUND = [f"./net.py:{PLACE}: {MESSAGE}"]

# The table


def test_settings_have_a_value_for_each_option_of_the_table() -> None:
    assert [option.attribute for option in OPTIONS] == list(Settings._fields[:-1])
    for option in OPTIONS:
        if option.default is not None:
            assert getattr(Settings(), option.attribute) == option.default


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)
def test_the_example_of_each_option_is_a_value_that_it_can_have(option: Option) -> None:
    for folder in ("lib", "tools/python"):
        Path(folder).mkdir(parents=True)
    Path("shared").mkdir()
    Path("shared/forward-call.toml").touch()
    configure(f"{option.name} = {option.example}")
    done = forward_call("config")
    assert done.status == 0, done.err
    (line,) = [line for line in done.lines if line.removeprefix("# ").startswith(f"{option.name} ")]
    assert line.endswith("pyproject.toml:2")
    jsonschema.validate(tomllib.loads(f"{option.name} = {option.example}"), schema())


def test_the_schema_that_is_printed_is_one() -> None:
    printed = json.loads(forward_call("config", "--schema").out)
    assert printed == schema()
    jsonschema.Draft7Validator.check_schema(printed)


@pytest.mark.parametrize("wrong", ["selct = []", 'select = ["FWD999"]', "python = 3", "respect-gitignore = 'no'"])
def test_the_schema_refuses_what_the_command_refuses(wrong: str) -> None:
    configure(wrong)
    assert forward_call("check").status == 2
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(tomllib.loads(wrong), schema())


# Where they come from


def test_the_nearest_file_with_the_table_counts_for_each_file() -> None:
    configure('ignore = ["FWD001"]')
    configure('select = ["FWD"]', "inner")
    for folder in ("inner", "inner/below", "other"):
        Path(folder).mkdir(exist_ok=True)
        Path(folder, "net.py").write_text(PROGRAM)
    Path("inner/below/pyproject.toml").write_text("[tool.ruff]\nline-length = 120\n")
    assert [line.partition(":")[0] for line in forward_call("check").lines] == [
        "./inner/below/net.py",
        "./inner/net.py",
    ]


def test_what_is_given_on_the_command_line_wins() -> None:
    configure('ignore = ["FWD001"]')
    assert forward_call("check").lines == []
    assert forward_call("check", "--select", "FWD001").lines == FOUND
    assert forward_call("check", "--ignore", "FWD005").lines == FOUND


def test_another_file_or_none_can_be_named() -> None:
    configure('ignore = ["FWD001"]')
    configure('select = ["FWD"]', "settings")
    assert forward_call("check", "net.py", "--config", "settings/pyproject.toml").status == 1
    assert forward_call("check", "net.py", "--config", "settings").status == 1
    assert forward_call("check", "net.py", "--isolated").status == 1
    done = forward_call("check", "--config", "nowhere.toml")
    assert (done.status, done.lines) == (2, [])
    assert "nowhere.toml: cannot be read: No such file or directory" in done.err


def test_config_tells_where_each_setting_comes_from() -> None:
    configure(
        '# on a line of its own\nextend-select = ["FWD002"]\n\n[tool.forward-call.per-file-ignores]\n"a*" = ["FWD"]'
    )
    lines = settings_shown("config", "--ignore", "FWD005")
    assert set(lines) == set(BY_NAME)
    assert lines["extend-select"].endswith('= ["FWD002"]  # pyproject.toml:3')
    assert lines["per-file-ignores"].endswith('= { "a*" = ["FWD"] }  # pyproject.toml:5')
    assert lines["ignore"].endswith('= ["FWD005"]  # command line')
    assert lines["select"].endswith("is not set  # default")


# What they do


def test_rules_can_be_left_out_in_some_files() -> None:
    Path("tests").mkdir()
    Path("tests/test_net.py").write_text(PROGRAM)
    configure('[tool.forward-call.per-file-ignores]\n"tests/" = ["FWD001"]')
    assert forward_call("check").lines == FOUND
    assert forward_call("check", "tests/test_net.py").lines == []
    assert forward_call("check", "--per-file-ignores", "net.py:FWD001").lines == [
        f"./tests/test_net.py:{PLACE}: {MESSAGE}"
    ]


def test_paths_are_those_of_the_settings_where_none_is_named() -> None:
    configure('paths = ["src"]')
    Path("src").mkdir()
    Path("src/a.py").write_text(PROGRAM)
    assert [line.partition(":")[0] for line in forward_call("check").lines] == ["src/a.py"]


def test_unsafe_fixes_can_be_made_by_default() -> None:
    program = PROGRAM.replace("nn.Linear(8, 4)", "nn.Linear(8, 4) if torch else load()")
    Path("net.py").write_text(program)
    forward_call("fix", "--select", "FWD")
    assert Path("net.py").read_text() == program
    configure("unsafe-fixes = true")
    forward_call("fix", "--select", "FWD")
    assert Path("net.py").read_text() == program.replace("self.stem.forward(x)", "self.stem(x)")


def test_output_format_can_be_set() -> None:
    configure('output-format = "json"')
    (finding,) = json.loads(forward_call("check").out)
    assert finding["code"] == "FWD001"
    assert forward_call("check", "--output-format", "text").lines == FOUND


LAYER = "import mylib\n\n\nclass Net(mylib.Layer):\n    def run(self, x):\n        return self.forward(x)\n"


@pytest.mark.slow
def test_classes_can_be_declared_modules_and_both_doors_know_it(project: Path) -> None:
    Path("net.py").write_text(LAYER)
    assert forward_call("check").lines == flake8("net.py", cwd=project).lines == []
    configure('module-classes = ["mylib.Layer"]')
    (line,) = forward_call("check", "net.py").lines
    assert line.startswith("net.py:6:21: FWD001 self.forward(...)")
    assert flake8("net.py", cwd=project).lines == [line]


def test_classes_can_be_declared_no_modules() -> None:
    configure('non-module-classes = ["torch.nn.Linear"]')
    assert forward_call("check").lines == []


def test_imports_can_be_counted_from_more_folders() -> None:
    Path("odd/place").mkdir(parents=True)
    Path("odd/place/mylib.py").write_text("from torch import nn\n\n\nclass Layer(nn.Module):\n    pass\n")
    Path("net.py").write_text(LAYER)
    assert forward_call("check", "net.py").lines == []
    configure('roots = ["odd/place"]')
    assert forward_call("check", "net.py").status == 1


def test_environment_that_is_configured_need_not_be_there() -> None:
    configure('python = "no/such/environment"')
    assert forward_call("check").lines == FOUND


def test_cache_goes_where_it_is_configured(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORWARD_CALL_CACHE_DIR", raising=False)
    configure('cache-dir = ".kept"')
    Path("net.py").write_text(LAYER.replace("mylib", "base"))
    Path("base.py").write_text("from torch import nn\n\n\nclass Layer(nn.Module):\n    def __call__(self): ...\n")
    for number in range(MIN_FILES):
        Path(f"other{number}.py").touch()
    forward_call("check", "--select", "FWD")
    assert list((project / ".kept").iterdir())


@pytest.fixture
def outside(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside of the project."""
    return tmp_path_factory.mktemp("outside")


OUTSIDE = ['cache-dir = "../{0}"', 'cache-dir = "link/below"', 'paths = [".", "../{0}"]', 'paths = ["link"]']


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("setting", OUTSIDE)
def test_a_file_that_was_not_named_cannot_lead_out_of_its_repository(outside: Path, setting: str) -> None:
    Path("link").symlink_to(outside)
    (outside / "net.py").write_text(PROGRAM)
    configure(setting.format(outside.name))
    done = forward_call("fix")
    assert done.status == 2
    assert "points outside the repository" in done.err
    assert [path.read_text() for path in outside.iterdir()] == [PROGRAM]


@pytest.mark.usefixtures("project")
def test_a_file_that_was_named_may_lead_anywhere(outside: Path) -> None:
    (outside / "net.py").write_text(PROGRAM)
    configure(f'paths = ["{outside.as_posix()}"]')
    assert forward_call("check", "--config", "pyproject.toml").status == 1


def test_a_folder_of_a_repository_may_use_all_of_it(project: Path) -> None:
    (project / ".git").mkdir()
    (project / "part").mkdir()
    (project / "part/pyproject.toml").write_text('[tool.forward-call]\npaths = ["../net.py"]\n')
    Path("net.py").write_text(PROGRAM)
    os.chdir("part")
    assert forward_call("check").status == 1


# flake8


@pytest.mark.slow
def test_a_checked_repository_does_not_place_the_cache_through_flake8(project: Path) -> None:
    Path("net.py").write_text(PROGRAM)
    Path("cfg").write_text("[flake8]\nforward-call-cache-dir = ../data\n")
    done = run("flake8", "-j", "1", "--select", "FWD", "--config", "cfg", "-vv", "net.py", cwd=project)
    assert done.status == 1, done.err
    assert 'Option "forward-call-cache-dir" is not registered' in done.err + done.out


@pytest.mark.slow
def test_flake8_has_the_options_of_the_table_in_its_own_configuration(project: Path) -> None:
    Path("net.py").write_text(LAYER)
    Path("cfg").write_text("[flake8]\nforward-call-module-classes =\n    mylib.Layer\n    other.Layer\n")
    assert flake8("net.py", "--forward-call-module-classes", "mylib.Layer", cwd=project).status == 1
    done = run("flake8", "-j", "1", "--select", "FWD", "--config", "cfg", "net.py", cwd=project)
    assert done.status == 1, done.err


@pytest.mark.slow
def test_flake8_refuses_options_that_cannot_be_used(project: Path) -> None:
    done = flake8("net.py", "--forward-call-module-classes", "a b!", cwd=project)
    assert "--forward-call-module-classes names 'b!', which is not the dotted name of a class" in done.out + done.err
    configure("selct = []")
    done = flake8("net.py", cwd=project)
    assert "pyproject.toml:2: unknown key 'selct' in [tool.forward-call]; did you mean 'select'?" in done.out + done.err
    assert "Traceback" not in done.err


# What cannot be used


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("selct = []", "unknown key 'selct' in [tool.forward-call]; did you mean 'select'?"),
        ('select = ["FWD011"]', "select has an unknown rule code 'FWD011'; did you mean FWD001?"),
        ("ignore = 3", "ignore must be a list of strings, not 3"),
        ("respect-gitignore = 'yes'", "respect-gitignore must be true or false, not 'yes'"),
        ("roots = ['nowhere']", "roots names 'nowhere', which is not a folder"),
        ("module-classes = ['a b']", "module-classes names 'a b', which is not the dotted name of a class"),
        ("exclude = ['!']", "exclude contains the invalid pattern '!': "),
        ("output-format = 'jason'", "output-format cannot be 'jason'; did you mean 'json'?"),
        ("per-file-ignores = ['a']", "per-file-ignores must map patterns to lists of rule codes, not ['a']"),
        ("per-file-ignores = {'a' = ['E501']}", "per-file-ignores has an unknown rule code 'E501'"),
        ("python = false", "python must be a string, not false"),
    ],
)
def test_error_names_the_file_the_line_and_the_key(project: Path, line: str, told: str) -> None:
    configure(f"\n{line}")
    done = forward_call("check")
    assert (done.status, done.out) == (2, "")
    assert done.err.startswith(f"forward-call: pyproject.toml:3: {told}")
    assert len(done.err.splitlines()) == 1


ALMOST = ["forward_call", "flake8-forward-call", "flake8_forward_call", "forwardcall", "Forward-Call", "foward-call"]


@pytest.mark.parametrize("name", ALMOST)
@pytest.mark.parametrize("form", ["[tool.{0}]", "[ tool . '{0}' ]", '[tool."{0}".per-file-ignores]'])
@pytest.mark.parametrize("beside", [False, True])
def test_table_of_almost_the_right_name_is_told(project: Path, name: str, form: str, beside: bool) -> None:
    table = "[tool.forward-call]\n" if beside else "# \n"
    Path("pyproject.toml").write_text(f"{table}{form.format(name)}\nignore = ['FWD001']\n")
    files.forget()
    done = forward_call("check")
    assert (done.status, done.out) == (2, "")
    assert done.err == (
        f"forward-call: pyproject.toml:2: [tool.{name}] is not read; the table is called [tool.forward-call]\n"
    )


@pytest.mark.parametrize("name", ["forward-call", "forward_call", "forwardcall"])
def test_table_outside_of_tool_is_told(name: str) -> None:
    Path("pyproject.toml").write_text(f"[project]\nname = 'a'\n\n[{name}]\nignore = ['FWD001']\n")
    files.forget()
    done = forward_call("check")
    assert (done.status, done.out) == (2, "")
    assert (
        done.err == f"forward-call: pyproject.toml:4: [{name}] is not read; the table is called [tool.forward-call]\n"
    )


@pytest.mark.parametrize("name", ["forward", "call", "flake8", "forecast", "forward-kinematics", "for"])
def test_table_of_another_tool_is_not_ours(name: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.{name}]\nignore = ['FWD001']\n\n[{name}]\na = 1\n")
    files.forget()
    assert forward_call("check").lines == FOUND


def test_name_of_the_tool_elsewhere_in_the_file_is_no_table() -> None:
    Path("pyproject.toml").write_text('[project]\ndependencies = ["flake8-forward-call", "forward_call"]\n')
    files.forget()
    assert forward_call("check").lines == FOUND


def test_file_that_is_not_toml_is_told(project: Path) -> None:
    configure("select = [")
    done = forward_call("check")
    assert done.status == 2
    assert done.err.startswith("forward-call: pyproject.toml:2:")
    assert ": invalid TOML: " in done.err


def test_option_that_cannot_be_used_is_told() -> None:
    done = forward_call("check", "--per-file-ignores", "FWD001")
    assert (done.status, done.out) == (2, "")
    assert "must be PATTERN:CODES, not 'FWD001'" in done.err


def test_select_that_is_given_means_these_rules_and_no_others() -> None:
    configure(
        'ignore = ["FWD001"]\nextend-select = ["FWD002"]\n[tool.forward-call.per-file-ignores]\n"b.py" = ["FWD001"]'
    )
    Path("b.py").write_text(PROGRAM)
    lines = settings_shown("config", "--select", "FWD001")
    assert lines["ignore"].endswith("= []  # default")
    assert lines["extend-select"].endswith("= []  # default")
    assert forward_call("check", "--select", "FWD001").lines == FOUND


def test_patterns_are_relative_to_the_file_that_has_them_or_to_where_the_command_is_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Path("src/old").mkdir(parents=True)
    for name in ("src/net.py", "src/old/net.py"):
        Path(name).write_text(PROGRAM)
    configure('exclude = ["/src/old"]\nper-file-ignores = { "/src/net.py" = ["FWD001"] }')
    monkeypatch.chdir("src")
    assert forward_call("check").lines == []
    assert forward_call("check", "--exclude", "nothing").lines == [f"./old/net.py:{PLACE}: {MESSAGE}"]
    assert forward_call("check", "--exclude", "/old").lines == []
    assert forward_call("check", "--per-file-ignores", "/other.py:FWD001").lines == FOUND
    assert forward_call("check", "--per-file-ignores", "/net.py:FWD001").lines == []
