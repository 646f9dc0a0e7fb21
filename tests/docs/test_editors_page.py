"""The settings in docs/editors.md can be parsed, and start this server."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from command_line import forward_call
from markdown_it import MarkdownIt

from flake8_forward_call.rules import RULES
from flake8_forward_call.server.offers import FIX_ALL
from flake8_forward_call.server.settings import Preferences, parsed

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

PAGE = (Path(__file__).parents[2] / "docs" / "editors.md").read_text(encoding="utf-8")
BLOCKS = [(token.info, token.content) for token in MarkdownIt().parse(PAGE) if token.type == "fence"]


def read(language: str) -> list[Any]:
    loads = {"json": json.loads, "toml": tomllib.loads}[language]
    return [loads(text) for info, text in BLOCKS if info == language]


def starts(command: str, *arguments: str) -> bool:
    assert command == "forward-call"
    return forward_call(*arguments, "--help").status == 0


def test_visual_studio_code() -> None:
    _, _, server, flake8, _ = read("json")
    assert starts(server["glspc.server.command"], *server["glspc.server.commandArguments"])
    assert list(server["[python]"]["editor.codeActionsOnSave"]) == [FIX_ALL]
    assert list(flake8) == ["flake8.importStrategy"]


def test_helix() -> None:
    (languages,) = read("toml")
    server = languages["language-server"]["forward-call"]
    assert starts(server["command"], *server["args"])
    assert "forward-call" in languages["language"][0]["language-servers"]


def test_rules_are_chosen_in_the_section_of_the_server() -> None:
    section, *_ = read("json")
    assert list(section) == ["forward-call"]
    assert parsed(section["forward-call"], Preferences()) == (
        Preferences(values={"ignore": ("FWD005",)}, bases={"ignore": Path.cwd()}),
        [],
    )


def test_what_the_server_skips_can_be_asked_for() -> None:
    _, section, *_ = read("json")
    assert parsed(section, Preferences()) == (Preferences(extras={"checkExcluded": True}), [])


def test_no_rule_is_turned_on_that_is_off_by_default() -> None:
    off = [rule.code for rule in RULES if not rule.default]
    assert not [code for code in off for _, text in BLOCKS if code in text]


def test_python_lsp_server() -> None:
    *_, settings = read("json")
    assert settings["pylsp"]["plugins"]["flake8"]["enabled"] is True


@pytest.mark.parametrize(("language", "number"), [("lua", 4), ("lisp", 1)])
def test_what_no_parser_is_at_hand_for(language: str, number: int) -> None:
    """Every bracket is closed, the command is correct, and the server knows the names."""
    texts = [text for info, text in BLOCKS if info == language]
    assert len(texts) == number
    for text in texts:
        rest = re.sub(r"'[^'\n()]*'|\"[^\"\n]*\"", "", text)
        while rest != (rest := re.sub(r"\([^()[\]{}]*\)|\[[^()[\]{}]*\]|\{[^()[\]{}]*\}", "", rest)):
            pass
        assert not re.search(r"[()[\]{}]", rest)
    whole = "".join(texts)
    assert re.search(r"""["']forward-call["'],? ["']server["']""", whole)
    assert set(re.findall(r"source\.[\w.-]+", whole)) <= {FIX_ALL}
