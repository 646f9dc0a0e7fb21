"""What ``ruff server`` and this server answer to an editor is what the comparison in the documentation says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from editor_pages import HELD, rows
from server_capabilities import PROBES, RECORD, answer, record


@pytest.fixture(scope="module")
def answers() -> dict[str, Any]:
    return answer(PROBES["forward-call server"])


def test_ruff_answers_what_is_on_record() -> None:
    """If another version is installed: python benchmarks/server_capabilities.py --record."""
    assert record() == json.loads(RECORD.read_text(encoding="utf-8"))


@pytest.mark.parametrize("feature", HELD)
def test_this_server_has_what_the_table_says(answers: dict[str, Any], feature: str) -> None:
    (row,) = [one for one in rows() if one.feature == feature]
    assert row.ours.startswith("yes") == HELD[feature](answers)
