"""The generated pages in the repository are those that the documentation would generate now."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType

import pytest
from documented import DOCS


def _generator(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(DOCS)
    monkeypatch.delitem(sys.modules, name, raising=False)
    found = importlib.import_module(name)
    monkeypatch.delitem(sys.modules, name)
    return found


def test_reference_of_the_options_is_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _generator("option_pages", monkeypatch)
    assert (DOCS / made.FOLDER / made.NAME).read_text(encoding="utf-8") == made.reference()


def test_pages_of_the_rules_are_up_to_date(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _generator("rule_pages", monkeypatch)
    pages = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / made.FOLDER).iterdir()}
    assert pages == made.pages()
