"""``explain --all`` and ``explain --output-format json``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from command_line import PROGRAM, forward_call
from documents import code, notebook

from flake8_forward_call.rules import RULES


def explained(*args: str) -> Any:
    done = forward_call("explain", "--output-format", "json", *args)
    assert (done.status, done.err) == (0, "")
    return json.loads(done.out)


@pytest.mark.parametrize("args", [(), ("--all",)])
def test_all_rules_are_a_list_of_objects_with_the_keys_of_ruff(args: tuple[str, ...]) -> None:
    found = explained(*args)
    assert [each["code"] for each in found] == [rule.code for rule in RULES]
    for each, rule in zip(found, RULES, strict=True):
        keys = {"name", "code", "linter", "summary", "message_formats", "fix", "fix_availability", "explanation"}
        assert keys <= each.keys()
        assert (each["summary"], each["explanation"], each["url"]) == (rule.title, rule.document, rule.url)
        assert (each["fix_availability"] == "None") is (rule.applicability is None)


def test_one_rule_is_an_object() -> None:
    assert explained("fwd001") == explained()[0]


def test_all_rules_are_pages_one_after_the_other() -> None:
    out = forward_call("explain", "--all").out
    assert out == "\n\n".join(rule.document.rstrip() for rule in RULES) + "\n"
    done = forward_call("explain", "--all", "FWD001")
    assert (done.status, done.out) == (2, "")
    assert "--all explains all rules" in done.err


def test_a_call_is_a_list_with_its_finding_as_check_prints_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(PROGRAM + "\n    def f(self, thing):\n        return thing.forward()  # noqa\n")
    (call,) = explained("net.py:11:26")
    assert [call["finding"]] == json.loads(forward_call("check", "--output-format", "json", "net.py").out)
    assert call["filename"] == str(tmp_path / "net.py")
    assert (call["location"], call["silenced"], call["cell"]) == ({"row": 11, "column": 26}, False, None)
    assert call["steps"][0].keys() == {"filename", "cell", "row", "text"}
    (other,) = explained("net.py:14")
    assert other["finding"] is None
    assert other["subject"] == "thing.forward(...)"
    assert other["reason"]


def test_a_call_in_a_notebook_has_rows_of_its_cell(tmp_path: Path) -> None:
    book = tmp_path / "book.ipynb"
    book.write_text(notebook(code("from torch import nn"), code("net = nn.ReLU()\nnet.forward(1)")))
    (call,) = explained(f"{book}:cell 2:2:5")
    assert (call["cell"], call["location"]) == (2, {"row": 2, "column": 5})
    assert {(step["cell"], step["row"]) for step in call["steps"] if step["filename"] == str(book)} == {(2, 1)}
