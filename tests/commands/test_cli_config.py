"""``forward-call config``: TOML with the same settings, and the rules that are on."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import forward_call

from flake8_forward_call.commands import toml
from flake8_forward_call.configuration import files
from flake8_forward_call.configuration.options import BY_NAME, OPTIONS
from flake8_forward_call.configuration.selecting import selection_of
from flake8_forward_call.rules import RULES

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@pytest.fixture(autouse=True)
def _in_empty_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def configure(text: str) -> None:
    Path("pyproject.toml").write_text(f"[tool.forward-call]\n{text}\n", encoding="utf-8")
    files.forget()


def table(*args: str) -> dict[str, Any]:
    done = forward_call("config", *args)
    assert (done.status, done.err) == (0, "")
    found: dict[str, Any] = tomllib.loads(done.out)["tool"]["forward-call"]
    return found


ODD = [
    "plain",
    "",
    'quo"te',
    "apo'strophe",
    "back\\slash",
    "C:\\Users\\new",
    "né ü 模型 🔥",
    "line\nend\r",
    "tab\t",
    "esc\x1b[31m",
    "nul\x00",
    "del\x7f",
    "c1\x9b",
    "bidi\u202e",
    "# no comment",
    "]",
    "\u2028",
    "unseen\u3164",
    "##[error]",
    '"""',
]


@pytest.mark.parametrize("text", ODD)
def test_any_text_comes_back_from_the_toml_that_is_printed(text: str) -> None:
    values: dict[str, object] = {
        "cache-dir": text,
        "exclude": (text, "b", text),
        "per-file-ignores": ((text, ("FWD001", "FWD")), ("b", ())),
    }
    expected = {"cache-dir": text, "exclude": [text, "b", text], "per-file-ignores": {text: ["FWD001", "FWD"], "b": []}}
    for name, value in values.items():
        line = toml.line_of(BY_NAME[name], name, value, "default")
        assert line.isprintable()
        assert tomllib.loads(line)[name] == expected[name]


@pytest.mark.parametrize("name", ["exclude", "paths", "per-file-ignores", "select"])
def test_empty_value_keeps_its_kind(name: str) -> None:
    value = tomllib.loads(toml.line_of(BY_NAME[name], name, (), "default"))[name]
    assert value == ({} if name == "per-file-ignores" else [])


def test_name_that_is_no_text_still_gives_toml() -> None:
    line = toml.line_of(BY_NAME["cache-dir"], "cache-dir", "a\udcff", "default")
    assert tomllib.loads(line) == {"cache-dir": "a\\udcff"}


def test_what_is_printed_can_be_the_settings_and_is_printed_again() -> None:
    Path("lib ü").mkdir()
    configure(
        'select = ["FWD0"]\nexclude = ["a b/", "ü*", "\\\\#x"]\nroots = ["lib ü"]\nunsafe-fixes = true\n'
        "per-file-ignores = { 'te\"st*' = ['FWD001'] }\nnon-module-classes = []\npaths = ['.']\npython = '.venv'"
    )
    first = table()
    not_set = {"cache-dir", "fixable", "extend", "required-version"}
    assert first.keys() == {option.name for option in OPTIONS} - not_set
    Path("pyproject.toml").write_text(forward_call("config").out, encoding="utf-8")
    files.forget()
    assert table() == first


def test_output_is_toml_for_a_stream_that_has_no_letters_but_ascii() -> None:
    configure('exclude = ["ü"]')
    command = [sys.executable, "-m", "flake8_forward_call", "config"]
    done = subprocess.run(command, capture_output=True, check=True, env={"PYTHONIOENCODING": "ascii", "PATH": ""})
    assert tomllib.loads(done.stdout.decode("ascii"))["tool"]["forward-call"]["exclude"] == ["ü"]


def test_path_with_a_line_end_in_its_name_stays_in_the_comment() -> None:
    Path("a\nb").mkdir()
    Path("a\nb/pyproject.toml").write_text('[tool.forward-call]\nselect = ["FWD"]\n')
    assert table("a\nb")["select"] == ["FWD"]


# Which rules


def rules(*args: str) -> dict[str, tuple[str, str]]:
    """By code: on or off, and why."""
    _, _, shown = forward_call("config", *args).out.partition("# Rules:\n")
    found = (line.split(maxsplit=3)[1:] for line in shown.splitlines())
    return {code: (state, why) for code, state, why in found}


def test_rules_are_on_or_off_by_default() -> None:
    expected = {rule.code: ("on" if rule.default else "off", "default") for rule in RULES}
    assert rules() == {**expected, "FWD100": ("off", "on with 'check --report-unused-noqa'")}


def test_setting_that_turns_a_rule_on_or_off_is_named_with_its_line() -> None:
    configure('ignore = ["FWD005"]\nextend-select = ["FWD003"]\nper-file-ignores = { "a.py" = ["FWD00"] }')
    place = "pyproject.toml"
    Path("a.py").touch()
    Path("b.py").touch()
    for found in (rules(), rules("b.py")):
        assert found["FWD001"] == ("on", "default")
        assert found["FWD003"] == ("on", f"extend-select ({place}:3)")
        assert found["FWD005"] == ("off", f"ignore ({place}:2)")
    found = rules("a.py")
    assert found["FWD001"] == ("off", f"per-file-ignores ({place}:4)")
    assert found["FWD003"] == ("on", f"extend-select ({place}:3)")
    found = rules("--select", "FWD001", "b.py")
    assert found["FWD001"] == ("on", "select (command line)")
    assert found["FWD900"] == ("off", "not in select (command line)")


CHOICES: tuple[tuple[str, ...], ...] = ((), ("F",), ("FWD00", "FWD9"), ("FWD001", "FWD003"))


@pytest.mark.parametrize("select", CHOICES)
def test_what_is_said_of_a_rule_is_what_counts(select: tuple[str, ...], tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.touch()
    for ignore, extend, ignored in itertools.product(CHOICES, CHOICES, ((), ("FWD001",), ("FWD",))):
        configure(
            "\n".join(
                (
                    f"select = {json.dumps(select)}" if select else "",
                    f"ignore = {json.dumps(ignore)}",
                    f"extend-select = {json.dumps(extend)}",
                    f"per-file-ignores = {{ 'net.py' = {json.dumps(ignored)} }}",
                )
            )
        )
        selection = selection_of(str(path))
        states = {code: state for code, (state, _) in rules(str(path)).items() if code != "FWD100"}
        assert states == {code: "on" if selection.keeps(code) else "off" for code in states}
