"""What holds for all tests."""

from __future__ import annotations

import pytest

from flake8_forward_call.cache import VARIABLE


@pytest.fixture(autouse=True)
def _no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads or writes the user's cache; those of the cache have a folder of their own."""
    monkeypatch.setenv(VARIABLE, "")
