"""The reference of the options agrees with the table, and its examples are valid."""

from __future__ import annotations

import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from command_line import forward_call, run
from documented import DOCS

from flake8_forward_call.configuration.files import forget
from flake8_forward_call.configuration.options import OPTIONS, Option
from flake8_forward_call.configuration.settings import GIVEN, Given
from flake8_forward_call.configuration.values import value_of

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

each_option = pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.name)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(DOCS)
    monkeypatch.delitem(sys.modules, "option_pages", raising=False)
    import option_pages

    return option_pages


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the files that the examples name, and no options from other tests."""
    for name in ("lib", "tools/python", "src", "tests"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared/forward-call.toml").touch()
    (tmp_path / ".venv/lib/python3.11/site-packages").mkdir(parents=True)
    (tmp_path / ".venv/pyvenv.cfg").write_text("version = 3.11\n")
    monkeypatch.chdir(tmp_path)
    before = GIVEN.set(Given())
    yield tmp_path
    GIVEN.reset(before)


def _shown(option: Option, lines: list[str]) -> tuple[object, str]:
    """The value of an option and its source, as shown by `forward-call config`."""
    form = re.compile(rf"(?:# )?{option.name} += (.*)  # (.*)")
    (match,) = [found for line in lines if (found := form.fullmatch(line))]
    return tomllib.loads(f"value = {match[1]}")["value"], match[2]


def test_the_page_takes_in_the_reference_that_names_every_option(made: ModuleType) -> None:
    page = (DOCS / "configuration.md").read_text(encoding="utf-8")
    assert f"```{{include}} {made.FOLDER}/{made.NAME}\n" in page
    reference = made.reference()
    assert re.findall(r"^### (.*)$", reference, re.MULTILINE) == [option.name for option in OPTIONS]
    for option in OPTIONS:
        assert f"| [`{option.name}`](#{option.name}) |" in reference
        assert f"\n\n{option.help}" in reference
        assert option.in_flake8 is None or f"`{option.in_flake8.strip('-')}`" in reference


def test_the_page_names_only_options_that_exist() -> None:
    texts = [(DOCS / name).read_text(encoding="utf-8") for name in ("configuration.md", "inference.md")]
    linked = {name for text in texts for name in re.findall(r"\(configuration\.md#(.*?)\)", text)}
    assert linked
    assert linked <= {option.name for option in OPTIONS}


@each_option
def test_the_example_for_the_file_sets_the_option(option: Option, made: ModuleType, project: Path) -> None:
    (project / "pyproject.toml").write_text(made.in_toml(option))
    value, origin = _shown(option, forward_call("config").lines)
    assert origin == "pyproject.toml:2"
    expected = value_of(option, made.tomllib.loads(made.in_toml(option))["tool"]["forward-call"][option.name], project)
    plain = json.loads(json.dumps(expected))
    assert value == (dict(plain) if isinstance(value, dict) else plain)
    # An example with the default value shows nothing.
    assert option.name == "output-format" or value != option.default


@each_option
def test_the_example_for_the_command_line_says_the_same(option: Option, made: ModuleType, project: Path) -> None:
    given = shlex.split(made.on_command_line(option))
    if option.name == "paths":
        for name in given:
            (project / name / "net.py").touch()
        listed = forward_call("check", "--show-files", *given)
        assert (listed.status, listed.lines) == (0, [f"{name}/net.py" for name in given])
        return
    result = forward_call("config", *given)
    if option.name == "extend":
        assert "extend is only for files" in result.err
        return
    assert (result.status, result.err) == (0, "")
    value, origin = _shown(option, result.lines)
    assert origin == "command line"
    (project / "pyproject.toml").write_text(made.in_toml(option))
    forget()  # The first run has cached that there is no file.
    assert _shown(option, forward_call("config").lines)[0] == value


@pytest.mark.slow
def test_the_examples_for_flake8_are_taken_by_the_plugin(made: ModuleType, project: Path) -> None:
    examples = {option.name: made.in_flake8(option) for option in OPTIONS}
    own = {name: text for name, text in examples.items() if text is not None}
    assert own.keys() == {option.name for option in OPTIONS if option.is_of_plugin}
    # flake8 ignores unknown keys, so the test also looks for each of them in its help.
    known = run("flake8", "--help").out
    for name, text in own.items():
        assert f"--{text.splitlines()[1].partition(' ')[0]}" in known
        (project / ".flake8").write_text(text)
        (project / "empty.py").write_text("")
        result = run("flake8", "empty.py", cwd=project)
        assert (name, result.status, result.err) == (name, 0, "")
