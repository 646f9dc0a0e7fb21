"""Settings that an editor sends: every option of the project, and the interpreter that the user chose."""

from __future__ import annotations

import sys
from pathlib import Path

import jsonschema
import pytest
from command_line import PROGRAM
from editor import SERVER, edit, editing

from flake8_forward_call.configuration.options import OPTIONS
from flake8_forward_call.server.client.interpreter import interpreter_in
from flake8_forward_call.server.settings import EXTRAS, Preferences, name_in_editors, parsed, schema

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def test_every_option_can_be_set_and_is_in_the_schema(tmp_path: Path) -> None:
    for folder in ("lib", "tools/python"):
        (tmp_path / folder).mkdir(parents=True)
    given = {name_in_editors(one): tomllib.loads(f"x = {one.example}")["x"] for one in OPTIONS}
    found, faults = parsed(given, Preferences(), tmp_path)
    assert faults == []
    assert set(found.values) == {one.name for one in OPTIONS}
    jsonschema.validate(given, schema())
    assert set(schema()["properties"]) == {*given, *(one.name for one in EXTRAS)}


def test_unknown_setting_is_a_fault_and_the_others_count(tmp_path: Path) -> None:
    found, faults = parsed({"ignroe": "FWD001", "select": "FWD001", "trace": {}}, Preferences(), tmp_path)
    assert faults == ["unknown setting 'ignroe'; did you mean 'ignore'?"]
    assert found.values == {"select": ("FWD001",)}


@pytest.mark.slow
@pytest.mark.parametrize("by_option", [True, False])
def test_log_goes_to_the_file_that_the_user_names(tmp_path: Path, by_option: bool) -> None:
    log = tmp_path / "log"
    options = None if by_option else {"logLevel": "info", "logFile": str(log)}
    command = [*SERVER, "--log-level", "info", "--log-file", str(log)] if by_option else SERVER

    async def session() -> None:
        async with editing(tmp_path, command=command, options=options) as editor:
            editor.open(tmp_path / "net.py", PROGRAM)
            assert len(await editor.codes(tmp_path / "net.py")) == 1

    edit(session())
    assert "net.py: 1 findings in" in log.read_text()
    assert " INFO " in log.read_text()


def test_interpreter_of_the_editor(tmp_path: Path) -> None:
    (tmp_path / ".venv/lib/python3.12/site-packages").mkdir(parents=True)
    (tmp_path / ".venv/bin").mkdir()
    (tmp_path / ".venv/bin/python").touch()
    for path in ("${workspaceFolder}/.venv/bin/python", ".venv/bin/python", str(tmp_path / ".venv/bin/python")):
        found = interpreter_in({"defaultInterpreterPath": path}, tmp_path)
        assert found is not None
        assert found.choice.prefix == tmp_path / ".venv"
    others: list[object] = [{"pythonPath": "python"}, {"pythonPath": "/gone/bin/python"}, {"pythonPath": 3}, None, []]
    for other in others:
        assert interpreter_in(other, tmp_path) is None
