"""The settings in docs/editors.md can be parsed, and start this server."""

from __future__ import annotations

import itertools
import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import PROGRAM, forward_call
from editor import capabilities, edit, editing
from editor_pages import BLOCKS, COMMAND, PAGE, settings, snippets
from markdown_it import MarkdownIt

from flake8_forward_call.rules import RULES
from flake8_forward_call.server.offers import FIX_ALL, FIX_NOTEBOOK
from flake8_forward_call.server.settings import EXTRAS, Preferences, parsed

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


def sublime() -> dict[str, Any]:
    client: dict[str, Any] = settings("Sublime Text")["clients"]["forward-call"]
    return client


def zed() -> dict[str, Any]:
    server: dict[str, Any] = settings("Zed")["lsp"]["pylsp"]
    return server


def kate() -> dict[str, Any]:
    server: dict[str, Any] = settings("Kate")["servers"]["python"]
    return server


def jupyterlab() -> dict[str, Any]:
    manager: dict[str, Any] = settings("JupyterLab")["LanguageServerManager"]
    return dict(manager["language_servers"]["forward-call"])


def helix() -> dict[str, Any]:
    (text,) = snippets("Helix", "toml")
    return dict(tomllib.loads(text))


# How each editor starts the server: the command, and the initialization options if there are any.
STARTED: dict[str, tuple[list[str], Any]] = {
    "Helix": ([helix()["language-server"]["forward-call"][key] for key in ("command",)] + ["server"], None),
    "Sublime Text": (sublime()["command"], sublime()["initializationOptions"]),
    "Zed": ([zed()["binary"]["path"], *zed()["binary"]["arguments"]], zed()["initialization_options"]),
    "Kate": (kate()["command"], kate()["initializationOptions"]),
    "JupyterLab": (jupyterlab()["argv"], None),
    "Visual Studio Code": (
        [settings("Visual Studio Code")["glspc.server.command"], "server"],
        settings("Visual Studio Code")["glspc.server.initializationOptions"],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", STARTED)
def test_settings_start_a_server_that_reports_and_fixes(tmp_path: Path, name: str) -> None:
    (command, *arguments), options = STARTED[name]
    assert (command, arguments) == (COMMAND, ["server"])
    (tmp_path / "setup.py").touch()
    net = tmp_path / "net.py"

    async def session() -> None:
        started = [sys.executable, "-m", "flake8_forward_call", *arguments]
        async with editing(tmp_path, can=capabilities(), options=options, command=started) as editor:
            editor.open(net, PROGRAM)
            assert await editor.codes(net) == ["FWD001 10:25"]
            assert len(await editor.actions(net, 10, 25, [FIX_ALL])) == 1
            assert editor.messages == []  # No setting is unknown.

    edit(session())


def test_helix() -> None:
    languages = helix()
    assert languages["language-server"]["forward-call"]["args"] == ["server"]
    assert "forward-call" in languages["language"][0]["language-servers"]


def test_what_editors_do_when_a_file_is_saved() -> None:
    code = settings("Visual Studio Code")
    assert list(code["[python]"]["editor.codeActionsOnSave"]) == [FIX_ALL]
    assert list(code["notebook.codeActionsOnSave"]) == [FIX_NOTEBOOK]
    assert list(settings("Sublime Text")["lsp_code_actions_on_save"]) == [FIX_ALL]


def test_zed_starts_the_server_whose_command_is_replaced() -> None:
    named = settings("Zed")["languages"]["Python"]["language_servers"]
    (replaced,) = settings("Zed")["lsp"]
    assert replaced in named
    assert "..." not in named, "it would start all servers that Zed knows, also those that are off by default"


def test_jupyterlab_gets_what_its_schema_requires() -> None:
    """https://github.com/jupyter-lsp/jupyterlab-lsp/blob/main/python_packages/jupyter_lsp/jupyter_lsp/schema"""
    spec = jupyterlab()
    assert {"argv", "languages", "version"} <= set(spec)
    assert (spec["version"], spec["languages"]) == (2, ["python"])


def known(section: object) -> Preferences:
    """The settings in a section, all of which the server knows."""
    found, faults = parsed(section, Preferences())
    assert faults == []
    return found


def test_rules_are_chosen_in_the_section_of_the_server() -> None:
    section = settings("The server")
    assert list(section) == ["forward-call"]
    assert known(section["forward-call"]) == Preferences(values={"ignore": ("FWD005",)}, bases={"ignore": Path.cwd()})
    for one in (settings("Visual Studio Code")["forward-call"], sublime()["settings"]["forward-call"]):
        assert known(one).values == {"ignore": ("FWD005",)}


def test_what_the_server_skips_can_be_asked_for() -> None:
    assert known(settings("What the server skips")) == Preferences(extras={"checkExcluded": True})


def test_settings_that_only_an_editor_has_are_in_a_table() -> None:
    """Its rows are those of the schema."""

    def value(one: object) -> str:
        return f"`{json.dumps(one)}`"

    rows = []
    for one in EXTRAS:
        kinds = "true or false" if isinstance(one.default, bool) else "a path"
        default = "none" if one.default is None else value(one.default)
        rows.append(f"| `{one.name}` | {default} | {', '.join(map(value, one.choices)) or kinds} | {one.help} |")
    table = "| Setting | Default | Values | Description |\n| --- | --- | --- | --- |\n" + "\n".join(rows)
    assert f"\n{table}\n" in PAGE


def test_no_rule_is_turned_on_that_is_off_by_default() -> None:
    off = [rule.code for rule in RULES if not rule.default]
    assert not [code for code in off for *_, text in BLOCKS if code in text]


def test_python_lsp_server() -> None:
    assert settings("python-lsp-server")["pylsp"]["plugins"]["flake8"]["enabled"] is True


@pytest.mark.slow
def test_the_command_of_the_fixer_for_vim_is_one() -> None:
    *_, fixer = snippets("Vim with ALE", "vim")
    command = re.findall(r"'command': '([^']+)'", fixer)
    assert command == ["forward-call fix - --stdin-filename %s"]
    assert forward_call("fix", "-", "--stdin-filename", "net.py", stdin=PROGRAM.encode()).status == 0


@pytest.mark.parametrize(("language", "number"), [("lua", 4), ("lisp", 1), ("vim", 3)])
def test_what_no_parser_is_at_hand_for(language: str, number: int) -> None:
    """Every bracket is closed, the command is correct, and the server knows the names."""
    texts = [text for _, info, text in BLOCKS if info == language]
    assert len(texts) == number
    for text in texts:
        rest = re.sub(r"'[^'\n()]*'|\"[^\"\n]*\"", "", text)
        while rest != (rest := re.sub(r"\([^()[\]{}]*\)|\[[^()[\]{}]*\]|\{[^()[\]{}]*\}", "", rest)):
            pass
        assert not re.search(r"[()[\]{}]", rest)
    whole = "".join(texts)
    assert re.search(r"""["']forward-call["'],?\s+["']?server["']|'%e server'""", whole)
    assert set(re.findall(r"source\.[\w.-]+", whole)) <= {FIX_ALL}


def test_each_editor_has_a_row_that_says_how_its_settings_were_tried() -> None:
    """No editor of the page is missing in it."""
    tokens = MarkdownIt().parse(PAGE)
    titles = [
        after.content for one, after in itertools.pairwise(tokens) if (one.type, one.tag) == ("heading_open", "h3")
    ]
    table = PAGE[PAGE.index("## What was tried where") :].split("\n## ")[0]
    rows = [line.split(" | ")[0].strip("| ") for line in table.splitlines() if line.startswith("| ")][2:]
    editors = [title for title in titles if title != "What the server skips"]
    assert [title for title in editors if not any(title.split()[0] in row for row in rows)] == []
